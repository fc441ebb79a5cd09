"""Whether the register or the log knows whom somebody asks about, so that a slip is not taken for
an answer. Only what the asking agency may see counts, and looks into the log tell nothing.
"""

from gateway.audit.entries import Action
from gateway.audit.facets import Facet
from gateway.domain.errors import NotFound
from gateway.domain.register import AgencyId, Meeting
from gateway.services.auditing import child_pseudonym
from gateway.services.log_storage import Query
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work

_LOOKS = {Action.LOG_READ, Action.LOG_EXPORTED, Action.REQUEST_REFUSED}
_STEPS = tuple(action for action in Action if action not in _LOOKS)
_ONE, _MEETINGS = Page(limit=1), Page(limit=100_000)


async def of_child(parts: Parts, work: Work, agency: AgencyId | None, child: str) -> bool:
    """Whether a child's reference is known; to an agency, or for None to the operator."""
    if agency is None:
        listed = (await work.register.children()).values()
        known = any(child in children for children in listed)
    else:
        today = parts.today()
        meetings: list[Meeting] = [
            *await work.register.meetings_led_by(agency, _MEETINGS, today),
            *await work.register.meetings_attended_by(agency, _MEETINGS),
        ]
        known = any(child == c.reference for m in meetings for c in m.children)
    mark = Facet.CHILD.term(child_pseudonym(parts, child))
    return known or await _in_log(work, Query(agency, actions=_STEPS, terms=(mark,)))


async def of_agency(work: Work, agency: str) -> bool:
    """Whether an agency is known."""
    identifier, mark = AgencyId(agency), Facet.RECIPIENT_AGENCY.term(agency)
    return (
        await work.register.agency(identifier) is not None
        or await _in_log(work, Query(identifier, actions=_STEPS))
        or await _in_log(work, Query(actions=_STEPS, terms=(mark,)))
    )


def require_known(known: bool, field: str) -> None:
    """Hold that it is known whom an account is of.

    Raises:
        NotFound: nothing knows this reference, so that its empty account says nothing.
    """
    if not known:
        raise unknown(field)


def unknown(field: str) -> NotFound:
    """The error for a reference that nothing knows."""
    return NotFound(
        "Neither the register nor the log knows this reference.",
        "Check how it is spelled. Nothing follows from this about what was disclosed.",
        field=field,
    )


async def _in_log(work: Work, query: Query) -> bool:
    return bool(await work.journal.search(query, _ONE))
