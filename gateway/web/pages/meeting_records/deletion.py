"""What became of a pack: said by its recipient on the page of a one-time link, or as told.

Mail scanners open links, and some press buttons: looking changes nothing, and the form counts only
with the proof that its page was read.
"""

import hmac
from typing import Final

from aiohttp import web

from gateway.domain.errors import Forbidden, InvalidInput, NotFound, Problem
from gateway.domain.meeting_records import KeepingAnswer
from gateway.services import pack_keeping
from gateway.services.transfer_views import look_at_transfer
from gateway.web.calls import Call
from gateway.web.pages.meeting_records.record import MARKING, limited
from gateway.web.pages.register.typed import FAULTS, Shape, Typed, again, read
from gateway.web.pages.shell import go, page, require_same_origin

_SHAPE: Final = Shape(("answer", "reason"))
ANSWERS: Final = (
    (KeepingAnswer.DELETED.value, "Deleted: the pack, what was taken out of it, and the mails"),
    (KeepingAnswer.NOT_YET.value, "Not yet"),
    (KeepingAnswer.KEPT.value, "Kept, because:"),
)


async def show_link(call: Call) -> web.Response:
    """The question, or what was answered; looking changes nothing."""
    return await _link(call, Typed({}))


async def answer_link(call: Call) -> web.Response:
    """That the answer is on record; or the form again."""
    require_same_origin(call)
    if not hmac.compare_digest(call.form.text("page").encode(), _proof(call).encode()):
        raise Forbidden(
            "This did not come from the page itself.", "Open the link again and use its button."
        )
    typed = read(call.form, _SHAPE)
    try:
        answer, reason = _answer(typed)
        await pack_keeping.answer_by_link(
            call.parts, call.actor, call.path["token"], answer, reason
        )
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _link(call, typed, status, errors)
    return go(f"/deletion/{call.path['token']}", said="deletion-answered")


async def show_told(call: Call) -> web.Response:
    """The form for what a recipient told the lead agency."""
    return await _told(call, Typed({}))


async def save_told(call: Call) -> web.Response:
    """On to the record of the meeting; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        answer, reason = _answer(typed)
        saved = await pack_keeping.answer_as_told(
            call.parts, call.actor, call.transfer, answer, reason
        )
    except (*FAULTS, NotFound) as error:
        status, errors = await again(call, error, _SHAPE)
        return await _told(call, typed, status, errors)
    return go(f"/meetings/{saved.meeting}/record", said="saved")


def _answer(typed: Typed) -> tuple[KeepingAnswer, str]:
    try:
        answer = KeepingAnswer(typed.get("answer"))
    except ValueError:
        raise InvalidInput(
            "It is not said what became of the pack.", "Choose an answer.", field="answer"
        ) from None
    return answer, limited(typed.get("reason"), "reason")


async def _link(
    call: Call, typed: Typed, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    view = await pack_keeping.look_at_link(call.parts, call.path["token"])
    return page(
        call.request, "meeting_records/deletion.html", status=status, view=view, typed=typed,
        errors=errors, answers=ANSWERS, proof=_proof(call),
    )  # fmt: skip


async def _told(
    call: Call, typed: Typed, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    story = await look_at_transfer(call.parts, call.actor, call.transfer)
    return page(
        call.request, "meeting_records/told.html", status=status, transfer=story.view, typed=typed,
        errors=errors, answers=ANSWERS, marking=MARKING,
    )  # fmt: skip


def _proof(call: Call) -> str:
    """What the page's form carries, so that a POST by itself does nothing."""
    return call.parts.vault.digest("deletion page", call.path["token"]).hex()
