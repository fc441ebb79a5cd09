"""The form of who came to a meeting, and which conflicts of interest were declared."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from gateway.domain.errors import Conflict, InvalidInput, Problem
from gateway.domain.meeting_records import Attendance, Presence
from gateway.domain.register import ChildReference, RepresentativeId
from gateway.services.meeting_record_views import RecordView, look_at_record
from gateway.services.meeting_records import Declared, save_attendance
from gateway.web.calls import Call
from gateway.web.pages.meeting_records.record import MARKING, revision
from gateway.web.pages.register.typed import FAULTS, SEEN, Shape, Typed, again, pairs, read
from gateway.web.pages.shell import go, page

_PRESENCES: Final = pairs(Presence)


async def show(call: Call) -> web.Response:
    """The form, as attendance stands."""
    view = await look_at_record(call.parts, call.actor, call.meeting)
    fields = {SEEN: str(view.revision)}
    for person in view.reached.people:
        known = view.attendance.get(person)
        fields[f"presence-{person}"] = known.presence.value if known else ""
        fields[f"instead-{person}"] = (known.instead or "") if known else ""
    return _form(call, view, Typed(fields))


async def save(call: Call) -> web.Response:
    """On to the record; or the form again."""
    view = await look_at_record(call.parts, call.actor, call.meeting)
    shape = _shape(view)
    typed = read(call.form, shape)
    try:
        attendance = [_attendance(typed, person) for person in view.reached.people]
        declared = [
            Declared(each.instead or each.representative, ChildReference(child))
            for each in attendance
            for child in typed.of(f"conflict-{each.representative}")
        ]
        seen = revision(typed)
        await save_attendance(call.parts, call.actor, call.meeting, attendance, declared, seen=seen)
    except FAULTS as error:
        status, errors = await again(call, error, shape)
        if isinstance(error, Conflict):
            typed = replace(typed, fields={**typed.fields, SEEN: str(view.revision)})
        return _form(call, view, typed, status, errors)
    return go(f"/meetings/{call.meeting}/record", said="saved")


def _attendance(typed: Typed, person: RepresentativeId) -> Attendance:
    field = f"presence-{person}"
    try:
        presence = Presence(typed.get(field))
    except ValueError:
        raise InvalidInput(
            "It is not said whether this person came.", "Choose an answer.", field=field
        ) from None
    instead = typed.get(f"instead-{person}")
    return Attendance(person, presence, RepresentativeId(instead) if instead else None)


def _shape(view: RecordView) -> Shape:
    people = view.reached.people
    names = [f"{part}-{person}" for person in people for part in ("presence", "instead")]
    return Shape(tuple(names), several=tuple(f"conflict-{person}" for person in people))


def _form(
    call: Call,
    view: RecordView,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
) -> web.Response:
    return page(
        call.request, "meeting_records/attendance.html", status=status, view=view, typed=typed,
        errors=errors, presences=_PRESENCES, marking=MARKING,
    )  # fmt: skip
