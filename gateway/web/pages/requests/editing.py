"""Writing a request: first the meeting and the legal authority, then the whole form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, Problem
from gateway.domain.register import MeetingId
from gateway.services import information_requests
from gateway.services.request_choices import (
    Choices,
    begin_choices,
    choices_for,
    require_offered,
    suggested_day,
)
from gateway.services.request_views import see_asked
from gateway.services.seen_digests import of_draft
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.requests import fields
from gateway.web.pages.requests.faults import USER_FAULTS
from gateway.web.pages.requests.fields import Written
from gateway.web.pages.shell import go, page


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A form with what it offers and what stands in it.

    Attributes:
        at: its own address; `back`: where whoever leaves it goes.
        seen: a digest of the draft as it was shown; blank for a new one.
    """

    choices: Choices
    written: Written
    at: str
    back: str
    seen: str = ""


async def begin(call: Call) -> web.Response:
    """The form of a new request; before it, the choice of meeting and legal authority."""
    query = call.request.query
    meeting, authority = query.get("meeting", ""), query.get("authority", "")
    if not meeting or not authority:
        beginning = await begin_choices(call.parts, call.actor)
        return page(
            call.request,
            "requests/new.html",
            beginning=beginning,
            meeting=meeting,
            authority=authority,
        )
    choices = await choices_for(call.parts, call.actor, MeetingId(meeting), authority)
    await require_offered(call.parts, call.actor, choices)
    written = fields.blank(call.actor.representative)
    if len(choices.purposes) == 1:
        written = written.filled(protocol_purpose=choices.purposes[0].code)
    return _form_page(call, _Sheet(choices, written, "/requests/new", "/requests"))


async def create(call: Call) -> web.Response:
    """On to the new draft; or the form again."""
    meeting, authority = call.form.text("meeting"), call.form.text("authority")
    choices = await choices_for(call.parts, call.actor, MeetingId(meeting), authority)
    await require_offered(call.parts, call.actor, choices)
    sheet = _Sheet(choices, fields.typed(call.form, choices.form), "/requests/new", "/requests")
    if (changed := _without_saving(call, sheet)) is not None:
        return changed
    try:
        terms = fields.terms_of(sheet.written, choices.form, meeting, call.actor.representative)
        made = await information_requests.create_request(call.parts, call.actor, terms)
    except USER_FAULTS as error:
        place = fields.place_of(sheet.written, choices.form)
        status, errors = await refused(call, error, place)
        return _form_page(call, sheet, status=status, errors=errors)
    return go(f"/requests/{made.id}", said="saved")


async def show_draft(call: Call) -> web.Response:
    """The form with what the draft says."""
    return _form_page(call, await _drafted(call, typed=False))


async def save_draft(call: Call) -> web.Response:
    """Back to the request; or the form again."""
    sheet = await _drafted(call, typed=True)
    if (changed := _without_saving(call, sheet)) is not None:
        return changed
    form, meeting = sheet.choices.form, sheet.choices.meeting.id
    try:
        terms = fields.terms_of(sheet.written, form, meeting, call.actor.representative)
        request = call.information_request
        await information_requests.edit_request(call.parts, call.actor, request, terms, sheet.seen)
    except Conflict as error:
        return await _compared(call, sheet, error)
    except USER_FAULTS as error:
        status, errors = await refused(call, error, fields.place_of(sheet.written, form))
        return _form_page(call, sheet, status=status, errors=errors)
    return go(sheet.back, said="saved")


async def _compared(call: Call, sheet: _Sheet, error: Conflict) -> web.Response:
    """The form as typed, with what the draft says by now beside each field that differs."""
    now = await _drafted(call, typed=False)
    status, errors = await refused(call, error)
    differing = tuple(
        Problem(
            name, f"It now says: “{text}”." if text else "It is now blank.", "Keep the right one."
        )
        for name, text in now.written.fields.items()
        if text != sheet.written.get(name)
    )
    if _values(now.written) != _values(sheet.written):
        told = "The items or identifiers differ from what the draft says now."
        differing += (Problem("", told, "Open the request beside this page to compare them."),)
    return _form_page(
        call, replace(sheet, seen=now.seen), status=status, errors=(*errors, *differing)
    )


def _values(written: Written) -> list[dict[str, str]]:
    rows = (*written.items, *written.identifiers)
    return [{n: v for n, v in row.values.items() if v} for row in rows if not row.is_blank]


async def _drafted(call: Call, *, typed: bool) -> _Sheet:
    """The form of a draft, with what was sent or else with what is stored.

    Raises:
        Conflict: it is no draft any more.
    """
    seen = await see_asked(call.parts, call.actor, call.information_request)
    request, at = seen.request, f"/requests/{seen.request.id}"
    if not request.state.is_editable:
        raise Conflict("This request has been sent or taken back.", "Look at its state.")
    choices = await choices_for(call.parts, call.actor, request.meeting, request.authority)
    written, shown = fields.stored(request, seen.view.content), of_draft(request, seen.view.content)
    if typed:
        written, shown = fields.typed(call.form, choices.form), call.form.text("seen")
    return _Sheet(choices, written, f"{at}/edit", at, shown)


def _without_saving(call: Call, sheet: _Sheet) -> web.Response | None:
    """The form with a row more or less, or with the day suggested; None where it is to be saved."""
    verb, _, rest = call.form.text("do").partition(" ")
    kind, _, number = rest.partition(" ")
    written = sheet.written
    if verb == "add" and kind in {"items", "identifiers"}:
        written = written.with_row(kind)
    elif verb == "remove" and kind in {"items", "identifiers"} and _is_number(number):
        written = written.without_row(kind, int(number))
    elif verb == "suggest":
        day = suggested_day(call.parts, sheet.choices, written.get("holder"))
        written = written.filled(due_on=written.get("due_on") or day.isoformat())
    else:
        return None
    return _form_page(call, replace(sheet, written=written))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5


def _form_page(
    call: Call, sheet: _Sheet, *, status: int = 200, errors: Sequence[Problem] = ()
) -> web.Response:
    choices, written = sheet.choices, sheet.written
    holding = choices.agency_of(written.get("holder"))
    words: dict[str, Any] = {
        "choices": choices,
        "written": written,
        "at": sheet.at,
        "back": sheet.back,
        "seen": sheet.seen,
        "errors": errors,
        "groups": fields.groups_of(choices.form),
        "holding": holding,
        "suggested": suggested_day(call.parts, choices, written.get("holder")),
        "levels": _levels(choices, written),
    }
    marking = written.get("marking")
    if marking not in words["levels"]:
        marking = Classification.IN_CONFIDENCE.value
    return page(call.request, "requests/form.html", status=status, marking=marking, **words)


def _levels(choices: Choices, written: Written) -> list[str]:
    """What this gateway can carry, and what the draft has."""
    levels = [level.value for level in choices.levels]
    chosen = written.get("marking")
    known = chosen in [level.value for level in Classification]
    return [*levels, chosen] if known and chosen not in levels else levels
