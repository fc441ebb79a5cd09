"""The list of meetings, and the record of one."""

from http import HTTPStatus
from typing import Final

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, GatewayError, InvalidInput, Problem
from gateway.domain.meeting_records import STANDING_ITEM, Presence
from gateway.forms.exports.tables import csv_table
from gateway.services import meeting_records
from gateway.services.meeting_record_views import KeptView, list_meetings, look_at_record
from gateway.web.calls import Call
from gateway.web.pages.register.typed import FAULTS, SEEN, Shape, Typed, again, read
from gateway.web.pages.shell import go, page

MARKING: Final = Classification.IN_CONFIDENCE.value
LONGEST: Final = 4_000  # characters of a text
_CORRECTION: Final = Shape(("text",))
_NOTHING: Final = Shape(())
_COLUMNS: Final = (
    "transfer", "recipient", "agency", "may keep", "asked", "due", "answer", "answered", "reason",
)  # fmt: skip


async def show_list(call: Call) -> web.Response:
    """The meetings the agency leads or attends."""
    found = await list_meetings(call.parts, call.actor)
    return page(
        call.request, "meeting_records/index.html", meetings=found, marking=MARKING,
        now=call.parts.clock.now(),
    )  # fmt: skip


async def show(call: Call) -> web.Response:
    """The record of a meeting."""
    return await _page(call)


async def save_deletions(call: Call) -> web.Response:
    """What became of the packs of a meeting, as CSV."""
    view = await look_at_record(call.parts, call.actor, call.meeting)
    return csv(csv_table(_COLUMNS, map(_row, view.kept)), "deletions")


async def close(call: Call) -> web.Response:
    """The record, closed; or why it cannot be."""
    try:
        seen = revision(read(call.form, _NOTHING))
        await meeting_records.close_record(call.parts, call.actor, call.meeting, seen=seen)
    except FAULTS as error:
        return await _refused(call, error)
    return go(f"/meetings/{call.meeting}/record", said="record-closed")


async def ask(call: Call) -> web.Response:
    """The record again, with those asked who received a pack since."""
    try:
        await meeting_records.ask_again(call.parts, call.actor, call.meeting)
    except FAULTS as error:
        return await _refused(call, error)
    return go(f"/meetings/{call.meeting}/record", said="deletion-asked")


async def correct(call: Call) -> web.Response:
    """The record with the correction; or the form again."""
    typed = read(call.form, _CORRECTION)
    try:
        text = required(typed.get("text"), "text")
        await meeting_records.correct_record(call.parts, call.actor, call.meeting, text)
    except FAULTS as error:
        return await _refused(call, error, typed)
    return go(f"/meetings/{call.meeting}/record", said="saved")


def revision(typed: Typed) -> int:
    """The revision of the record that a form was made from.

    Raises:
        Conflict: the form says none.
    """
    text = typed.get(SEEN)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict("The form is too old to be used.", "Open the record again.")
    return int(text)


def required(text: str, field: str) -> str:
    """A text that is there, and not too long.

    Raises:
        InvalidInput: it is not.
    """
    if not text:
        raise InvalidInput("This is blank.", "Write it.", field=field)
    return limited(text, field)


def limited(text: str, field: str) -> str:
    """A text that is not too long.

    Raises:
        InvalidInput: it is, or it has characters that cannot be kept.
    """
    if len(text) > LONGEST:
        raise InvalidInput(
            f"This is longer than {LONGEST:,} characters.", "Shorten it.", field=field
        )
    if any(not (c.isprintable() or c in "\n\t") for c in text):
        raise InvalidInput("This has characters that do not print.", "Type it anew.", field=field)
    return text


def csv(body: bytes, name: str) -> web.Response:
    """A table to be saved as a file."""
    return web.Response(
        body=body,
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _refused(call: Call, error: GatewayError, typed: Typed | None = None) -> web.Response:
    status, errors = await again(call, error, _CORRECTION)
    return await _page(call, status, errors, typed)


async def _page(
    call: Call,
    status: int = HTTPStatus.OK,
    errors: tuple[Problem, ...] = (),
    typed: Typed | None = None,
) -> web.Response:
    view = await look_at_record(call.parts, call.actor, call.meeting)
    return page(
        call.request, "meeting_records/record.html", status=status, view=view, errors=errors,
        typed=typed or Typed({}), standing=STANDING_ITEM, marking=MARKING,
        replaced=Presence.REPLACED,
    )  # fmt: skip


def _row(kept: KeptView) -> tuple[str, ...]:
    asked = kept.keeping
    return (
        kept.transfer.reference,
        kept.name,
        kept.agency,
        "yes" if kept.tasked else "no",
        asked.asked_at.isoformat(timespec="seconds") if asked else "",
        asked.due_on.isoformat() if asked else "",
        asked.answer.value if asked and asked.answer else "",
        asked.answered_at.isoformat(timespec="seconds") if asked and asked.answered_at else "",
        kept.reason,
    )
