"""Showing a form again with what is wrong in it."""

from collections.abc import Callable

from gateway.domain.errors import GatewayError, InvalidInput, Problem
from gateway.web.calls import Call
from gateway.web.problems import kind_of
from gateway.web.refusal_log import record


async def refused(
    call: Call, error: GatewayError, field_of: Callable[[str], str] = str
) -> tuple[int, tuple[Problem, ...]]:
    """The status and the faults of a form that was not taken; that it was not is recorded.

    `field_of` says which field of the page a fault's own field is.
    """
    await record(call.request, error)
    return status_of(error), faults_of(error, field_of)


def status_of(error: GatewayError) -> int:
    """The HTTP status of an error."""
    return kind_of(error).status


def faults_of(error: GatewayError, field_of: Callable[[str], str] = str) -> tuple[Problem, ...]:
    """The faults in an error, each once and with the field of the page it is about."""
    found: tuple[Problem, ...] = ()
    if isinstance(error, InvalidInput):
        found = error.problems
    found = found or (Problem(error.field or "", error.message, error.remedy),)
    placed = {(field_of(p.field), p.message): p.remedy for p in found}
    return tuple(Problem(field, message, remedy) for (field, message), remedy in placed.items())


def only(faults: list[Problem]) -> InvalidInput:
    """Several faults as one error."""
    return InvalidInput("The form is not complete.", "Mend what is listed.", problems=tuple(faults))
