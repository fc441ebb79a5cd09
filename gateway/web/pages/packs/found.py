"""What was found in a document, and the buttons that change the document for it."""

from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from gateway.domain.errors import Conflict, GatewayError, InvalidInput, Unavailable
from gateway.domain.inspection import Concern, Kind
from gateway.domain.packs import PackId
from gateway.services import found
from gateway.services.found import Found
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import go, page

FAULTS: Final = (InvalidInput, Conflict, Unavailable)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's pages are.

    Attributes:
        base: address of the document, without a slash at its end.
        back: address of the page that lists it.
    """

    pack: PackId
    base: str
    back: str


async def show_found(call: Call) -> web.Response:
    """What was found in a document of a meeting pack."""
    return await show_at(call, _place(call))


async def clean_document(call: Call) -> web.Response:
    """The question whether to take something out; or on to what is found after that."""
    return await clean_at(call, _place(call))


async def stamp_document(call: Call) -> web.Response:
    """On to what is found in the document once it is stamped."""
    return await stamp_at(call, _place(call))


async def show_at(call: Call, place: Place) -> web.Response:
    """What was found in the document at a place."""
    return _found_page(call, place, await _found(call, place))


async def clean_at(call: Call, place: Place) -> web.Response:
    """The question whether to take something out; or, once it was confirmed, on to what is left.

    Without a kind nothing is taken out, and nothing needs to be confirmed.
    """
    seen = await _found(call, place)
    kinds = frozenset(kind for kind in seen.removable if kind.name in call.form.texts("kind"))
    if kinds and not call.form.ticked("sure"):
        words: dict[str, Any] = {
            "place": place,
            "found": seen,
            "kinds": [k for k in Kind if k in kinds],
        }
        return page(call.request, "packs/clean.html", marking=_marking(seen), **words)
    try:
        await found.clean_document(call.parts, call.actor, place.pack, call.document, kinds)
    except FAULTS as error:
        return await _again(call, place, error)
    return go(f"{place.base}/found", said="cleaned" if kinds else "looked")


async def stamp_at(call: Call, place: Place) -> web.Response:
    """Stamp the document at a place, and go on to what is found in it then."""
    try:
        await found.stamp_document(call.parts, call.actor, place.pack, call.document)
    except FAULTS as error:
        return await _again(call, place, error)
    return go(f"{place.base}/found", said="stamped")


def _place(call: Call) -> Place:
    back = f"/packs/{call.pack}"
    return Place(call.pack, f"{back}/documents/{call.document}", back)


async def _found(call: Call, place: Place) -> Found:
    return await found.look_at_found(call.parts, call.actor, place.pack, call.document)


async def _again(call: Call, place: Place, error: GatewayError) -> web.Response:
    status, errors = await refused(call, error, lambda _: "")
    seen = await _found(call, place)
    return _found_page(call, place, seen, status=status, errors=errors)


def _found_page(call: Call, place: Place, seen: Found, **more: Any) -> web.Response:
    words: dict[str, Any] = {"status": 200, "errors": (), **more}
    return page(
        call.request,
        "packs/found.html",
        place=place,
        found=seen,
        concerns=[(concern, seen.of(concern)) for concern in Concern if seen.of(concern)],
        marking=_marking(seen),
        **words,
    )


def _marking(seen: Found) -> str:
    return seen.pack.marking.value
