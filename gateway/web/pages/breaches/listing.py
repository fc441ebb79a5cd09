"""The register of breaches, and the same as CSV."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from gateway.domain.breaches import BreachState
from gateway.domain.classification import Classification
from gateway.forms.exports.tables import csv_table
from gateway.services.breach_scope import REPORTERS
from gateway.services.breach_views import BreachFilter, BreachRegister, list_breaches
from gateway.web.calls import Call
from gateway.web.pages.shell import page

MARKING: Final = Classification.IN_CONFIDENCE.value
_LONGEST: Final = 200  # characters of anything that is searched for
_COLUMNS: Final = (
    "reference", "exercise", "state", "kind", "happened", "became known", "reported",
    "commissioner expected by", "commissioner notified", "affected people settled", "harm",
    "transfers", "requests", "stopped", "agencies told", "open lessons", "closed",
)  # fmt: skip


async def show_list(call: Call) -> web.Response:
    """The breaches of the visitor's agency, and those of others that it was told of."""
    wanted = _wanted(call)
    found = await list_breaches(call.parts, call.actor, wanted)
    return page(
        call.request, "breaches/index.html", found=found, wanted=wanted, marking=MARKING,
        states=[(each.value, each.value) for each in BreachState], reports=_reports(call),
        query=call.request.query_string, exercises=call.request.query.get("exercises", ""),
    )  # fmt: skip


async def save_list(call: Call) -> web.Response:
    """The register as CSV: references, times and decisions; nothing of what was written."""
    found = await list_breaches(call.parts, call.actor, _wanted(call))
    return web.Response(
        body=csv_table(_COLUMNS, _rows(found)),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="breaches.csv"'},
    )


def _reports(call: Call) -> bool:
    return call.actor.role in REPORTERS


def _rows(found: BreachRegister) -> Iterator[tuple[str, ...]]:
    for each in found.own:
        breach = each.breach
        ended = [stop for stop in breach.stops if stop.ending.value in {"done", "would be done"}]
        yield (
            breach.reference,
            "EXERCISE" if breach.exercise else "",
            breach.state.value,
            breach.kind.value,
            _time(breach.happened_at),
            _time(breach.known_at),
            _time(breach.reported_at),
            _time(each.clock.due_at),
            _time(each.commissioner_at),
            _time(each.affected_at),
            breach.harm.value if breach.harm else "",
            str(len(breach.transfers)),
            str(len(breach.requests)),
            str(len(ended)),
            "; ".join(breach.shared_with),
            str(each.lessons_open),
            _time(breach.closed_at),
        )


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes") if at else ""


def _wanted(call: Call) -> BreachFilter:
    query = call.request.query
    states = {each.value: each for each in BreachState}
    which = {"no": False, "only": True}
    return BreachFilter(
        words=query.get("q", "")[:_LONGEST],
        state=states.get(query.get("state", "")),
        exercises=which.get(query.get("exercises", "")),
        overdue=query.get("overdue") == "yes",
    )
