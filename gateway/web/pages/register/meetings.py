"""Adding and changing meetings under protocols the agency leads."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from gateway.domain.errors import Problem
from gateway.domain.register import AgeGroup, Meeting, MeetingId, Representative
from gateway.forms.register_models import MeetingModel
from gateway.services import register_views
from gateway.services.register_changes import save_meeting
from gateway.services.register_history import fingerprint
from gateway.services.register_scope import require_administrator
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.keys import VISITOR
from gateway.web.pages.register.typed import (
    FAULTS,
    SEEN,
    Shape,
    Typed,
    again,
    pairs,
    read,
    rearranged,
    renewed,
    row,
    shown,
)
from gateway.web.pages.shell import go

_CHILD: Final = ("reference", "age_group")
_SHAPE: Final = Shape(
    ("id", "protocol", "title", "held_at"), several=("attendees",), rows={"child": _CHILD}
)
_MINUTE = "%Y-%m-%dT%H:%M"
_AGES: Final = pairs(AgeGroup)


async def show_new(call: Call) -> web.Response:
    """An empty form."""
    require_administrator(call.actor)
    return await _page(call, Typed({}, rows={"child": ()}))


async def add(call: Call) -> web.Response:
    """On to the new meeting's page; or the form again."""
    return await _save(call, None)


async def show_form(call: Call) -> web.Response:
    """The form, as the meeting stands in the register."""
    found = (await register_views.meeting(call.parts, call.actor, call.meeting)).meeting
    zone = call.request[VISITOR].zone
    typed = Typed(
        fields={
            "id": found.id,
            "protocol": found.protocol,
            "title": found.title,
            "held_at": found.held_at.astimezone(zone).strftime(_MINUTE),
            SEEN: fingerprint(found),
        },
        several={"attendees": found.attendees},
        rows={
            "child": [
                {"reference": each.reference, "age_group": each.age_group.value}
                for each in found.children
            ]
        },
    )
    return await _page(call, typed, known=found.id)


async def save(call: Call) -> web.Response:
    """On to the meeting's page; or the form again."""
    found = await register_views.meeting(call.parts, call.actor, call.meeting)
    return await _save(call, found.meeting)


async def _save(call: Call, stored: Meeting | None) -> web.Response:
    known = stored.id if stored else None
    typed = read(call.form, _SHAPE)
    if (changed := rearranged(call.form, typed)) is not None:
        return await _page(call, changed, known=known)
    try:
        given = validated(
            {
                **typed.present("id", "protocol", "title"),
                "held_at": _moment(typed.get("held_at"), call.request[VISITOR].zone),
                "attendees": list(typed.of("attendees")),
                "child": [row(each, *_CHILD) for each in typed.rows["child"]],
                **({"id": known} if known else {}),
            },
            MeetingModel,
        )
        meeting = given.to_domain()
        await save_meeting(
            call.parts, call.actor, meeting, seen=typed.get(SEEN) if stored else None
        )
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, renewed(typed, error, stored), status, errors, known=known)
    return go(f"/register/meetings/{meeting.id}", said="saved")


def _moment(text: str, zone: ZoneInfo) -> str:
    """What was typed as a time there, with its offset; as it is where it is no time there.

    A time that the clocks skip has no offset, and reads as it was typed.
    """
    try:
        there = datetime.strptime(text[:16], _MINUTE).replace(tzinfo=zone)
    except ValueError:
        return text
    back = there.astimezone(UTC).astimezone(zone)
    same = back.replace(tzinfo=None) == there.replace(tzinfo=None)
    return there.isoformat(timespec="seconds") if same else text


async def _page(
    call: Call,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
    *,
    known: MeetingId | None = None,
) -> web.Response:
    scope, people, names = await register_views.choices(call.parts, call.actor)
    kept: tuple[Representative, ...] = ()
    if known is not None:
        kept = (await register_views.meeting(call.parts, call.actor, known)).people
    offered = {each.id: each for each in (*kept, *people)}
    by_agency: dict[str, list[object]] = {}
    for person in offered.values():
        by_agency.setdefault(names.get(person.agency, person.agency), []).append(person)
    newest = {each.id: each.name for each in scope.versions if scope.leads(each.id)}
    return shown(
        call, "meeting_form", status, typed=typed, errors=errors, known=known,
        protocols=tuple(newest.items()), by_agency=sorted(by_agency.items()), ages=_AGES,
        zone=str(call.request[VISITOR].zone), today=scope.today,
    )  # fmt: skip
