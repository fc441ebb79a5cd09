"""The form of a meeting's agenda."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from gateway.domain.errors import Conflict, Problem
from gateway.domain.meeting_records import STANDING_ITEM, AgendaItem
from gateway.domain.register import ChildReference
from gateway.services.meeting_record_views import RecordView, look_at_record
from gateway.services.meeting_records import save_agenda
from gateway.web.calls import Call
from gateway.web.pages.meeting_records.record import MARKING, required, revision
from gateway.web.pages.register.typed import (
    FAULTS,
    SEEN,
    Shape,
    Typed,
    again,
    read,
    rearranged,
)
from gateway.web.pages.shell import go, page

_SHAPE: Final = Shape((), rows={"items": ("text", "child")})


async def show(call: Call) -> web.Response:
    """The form, as the agenda stands."""
    view = await look_at_record(call.parts, call.actor, call.meeting)
    rows = [{"text": each.text, "child": each.child or ""} for each in view.items]
    return _form(call, view, Typed({SEEN: str(view.revision)}, rows={"items": rows or [{}]}))


async def save(call: Call) -> web.Response:
    """On to the record; or the form again."""
    typed = read(call.form, _SHAPE)
    view = await look_at_record(call.parts, call.actor, call.meeting)
    if (changed := rearranged(call.form, typed)) is not None:
        return _form(call, view, changed)
    try:
        if view.hidden:
            raise Conflict(
                "The agenda has items you do not see, for a conflict of interest.",
                "Have somebody of your agency change it who has none.",
            )
        items = [
            AgendaItem(
                required(row.get("text", ""), f"items[{number}].text"),
                ChildReference(row["child"]) if row.get("child") else None,
            )
            for number, row in enumerate(typed.rows["items"], start=1)
        ]
        seen = revision(typed)
        await save_agenda(call.parts, call.actor, call.meeting, items, seen=seen)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        if isinstance(error, Conflict):
            typed = replace(typed, fields={**typed.fields, SEEN: str(view.revision)})
        return _form(call, view, typed, status, errors)
    return go(f"/meetings/{call.meeting}/record", said="saved")


def _form(
    call: Call,
    view: RecordView,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
) -> web.Response:
    children = [(child, child) for child in view.reached.children]
    return page(
        call.request, "meeting_records/agenda.html", status=status, view=view, typed=typed,
        errors=errors, children=children, standing=STANDING_ITEM, marking=MARKING,
    )  # fmt: skip
