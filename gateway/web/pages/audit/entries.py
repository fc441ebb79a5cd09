"""One entry of the log, its receipt, and the story of a transfer."""

from aiohttp import web

from gateway.domain.classification import Classification, highest
from gateway.domain.errors import InvalidInput, NotFound
from gateway.services import names, proving, review
from gateway.services.review import Seen
from gateway.web.calls import Call
from gateway.web.pages.audit.shown import LOG_MARKING, Shown, shown
from gateway.web.pages.shell import page


async def show_entry(call: Call) -> web.Response:
    """An entry in words, and as its exact bytes."""
    seen = await review.read_entry(call.parts, call.actor, _position(call))
    (entry,) = await _shown(call, seen)
    return page(call.request, "audit/entry.html", marking=LOG_MARKING, entry=entry)


async def get_receipt(call: Call) -> web.Response:
    """The receipt that proves an entry to be in the log, as a file."""
    position = _position(call)
    proof = await proving.prove_entry(call.parts, call.actor, position)
    name = f'attachment; filename="entry-{position}.tlog-proof"'
    return web.Response(
        body=proof,
        content_type="text/plain",
        charset="utf-8",
        headers={"Content-Disposition": name},
    )


async def show_story(call: Call) -> web.Response:
    """Everything the log says of a transfer, in order."""
    seen = await review.story(call.parts, call.actor, call.transfer)
    entries = await _shown(call, seen)
    return page(
        call.request,
        "audit/story.html",
        marking=_marking(entries),
        entries=entries,
        transfer=call.transfer,
        about=next((e.about for e in entries if e.transfer == call.transfer), call.transfer),
    )


async def _shown(call: Call, seen: Seen) -> list[Shown]:
    return shown(seen, call.parts.judge, await names.of_agencies(call.parts))


def _marking(entries: list[Shown]) -> str:
    """The highest marking that the entries name."""
    named = (value for entry in entries for name, value in entry.pairs if name == "Marking")
    levels = [Classification(LOG_MARKING), *filter(None, map(_level, named))]
    return highest(levels).value


def _level(text: str) -> Classification | None:
    try:
        return Classification.parse(text)
    except InvalidInput:
        return None


def _position(call: Call) -> int:
    text = call.path["position"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound("There is no such entry.", "Check its number.", field="position")
    return int(text)
