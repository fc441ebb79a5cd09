"""How two versions of a protocol differ, in words."""

from typing import Final

from aiohttp import web

from gateway.domain.errors import NotFound
from gateway.domain.register import ProtocolId
from gateway.services import draft_views
from gateway.web.calls import Call
from gateway.web.pages.drafts.guide import GUIDE
from gateway.web.pages.shell import page

_LONGEST: Final = 4  # digits of a version's number


async def show(call: Call) -> web.Response:
    """Two versions of a protocol, chosen or the last two, and how they differ."""
    protocol = ProtocolId(call.path["protocol"])
    found = await draft_views.compare_versions(
        call.parts, call.actor, protocol, _number(call, "first"), _number(call, "second")
    )
    return page(
        call.request, "drafts/compare.html", found=found, one=found.one, other=found.other,
        guide=GUIDE,
        numbers=[(number, str(number)) for number in found.numbers],
    )  # fmt: skip


def _number(call: Call, name: str) -> int | None:
    """A version's number in the query; None where none was chosen.

    Raises:
        NotFound: it is no number.
    """
    text = call.request.query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise NotFound("There are no two such versions.", "Choose from the list.")
    return int(text)
