"""Saying that something went wrong."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from gateway.domain.breaches import BreachKind
from gateway.domain.errors import InvalidInput, Problem
from gateway.forms.breach_models import ReportModel
from gateway.services.breaches import Report, report_breach
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.breaches.listing import MARKING
from gateway.web.pages.breaches.times import time_field, typed_time
from gateway.web.pages.register.typed import FAULTS, Shape, Typed, again, lines, pairs, read
from gateway.web.pages.shell import go, page

_SHAPE: Final = Shape(
    ("what", "affected", "kind", "references", "happened_at", "known_at", "exercise")
)


async def show_form(call: Call) -> web.Response:
    """The form, with the present time as when it became known."""
    query = call.request.query
    typed = Typed(
        {
            "known_at": time_field(call, call.parts.clock.now()),
            "kind": BreachKind.DISCLOSURE.value,
            "references": query.get("about", "")[:64],
            "exercise": "yes" if query.get("exercise") == "yes" else "",
        }
    )
    return _form(call, typed)


async def report(call: Call) -> web.Response:
    """On to the new breach, with what can still be stopped; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        breach = await report_breach(call.parts, call.actor, _report(call, typed))
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return _form(call, typed, status, errors)
    return go(f"/breaches/{breach.id}", said="breach-reported")


def _report(call: Call, typed: Typed) -> Report:
    given = validated(
        {
            **typed.present("what", "affected", "kind"),
            "references": lines(typed.get("references")),
        },
        ReportModel,
    )
    known_at = typed_time(call, "known_at", required=True)
    if known_at is None:
        raise InvalidInput("This is not a time.", "Say when it became known.", field="known_at")
    return Report(
        what=given.what,
        affected=given.affected,
        kind=given.kind,
        known_at=known_at,
        happened_at=typed_time(call, "happened_at", required=False),
        references=given.references,
        exercise=typed.get("exercise") == "yes",
    )


def _form(
    call: Call, typed: Typed, status: int = HTTPStatus.OK, errors: tuple[Problem, ...] = ()
) -> web.Response:
    return page(
        call.request, "breaches/report.html", status=status, typed=typed, errors=errors,
        kinds=pairs(BreachKind), marking=MARKING,
    )  # fmt: skip
