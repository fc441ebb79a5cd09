"""Pages on which a recipient acknowledges a pack; they work without scripts and without cookies.

Mail scanners open links, and some press buttons. So looking changes nothing, and the button counts
only with the proof that the page itself was read and with an answer that no form fills in by
itself: the question starts unanswered, and its first choice is the one that does nothing.
"""

import hmac
from http import HTTPStatus

from aiohttp import web

from gateway.domain.errors import Forbidden, InvalidInput
from gateway.domain.transfers import State, Transfer
from gateway.services import transfers
from gateway.services.parts import Parts
from gateway.web.bodies import read_form, validated
from gateway.web.calls import Call
from gateway.web.models import Acknowledgement
from gateway.web.pages.shell import page, require_same_origin
from gateway.web.problems import kind_of
from gateway.web.refusal_log import record

_LONGEST_SHOWN = 64  # characters of what was typed that a form shows again


async def show_code_form(call: Call) -> web.Response:
    """The form that takes reference and code."""
    return page(call.request, "code.html", error=None, reference="")


async def acknowledge_by_code(call: Call) -> web.Response:
    """That the pack is acknowledged; or the form again, with what is wrong."""
    require_same_origin(call)
    form = await read_form(call.request, call.settings)
    reference, code = form.get("reference", "").strip(), form.get("code", "").strip()
    try:
        given = validated({"reference": reference, "code": code}, Acknowledgement)
        found = await transfers.acknowledge_by_code(
            call.parts, call.actor, given.reference, given.code
        )
    except InvalidInput as error:
        await record(call.request, error)
        return page(
            call.request,
            "code.html",
            status=kind_of(error).status,
            error="The reference and the code do not belong together. "
            "Type both as they stand on the contents page inside the pack.",
            reference=reference[:_LONGEST_SHOWN],
        )
    return page(call.request, "done.html", reference=found.reference)


async def show_link(call: Call) -> web.Response:
    """The page a one-time link leads to; looking at it changes nothing."""
    found = await transfers.look_at_link(call.parts, call.path["token"])
    return _link_page(call, found, None)


async def acknowledge_by_link(call: Call) -> web.Response:
    """That the pack is acknowledged; or the page again, when the question was not answered yes."""
    require_same_origin(call)
    token = call.path["token"]
    form = await read_form(call.request, call.settings)
    if not hmac.compare_digest(form.get("page", "").encode(), _proof(call.parts, token).encode()):
        raise Forbidden(
            "This did not come from the page itself.", "Open the link again and use its button."
        )
    if form.get("opened") != "yes":
        error = InvalidInput(
            "Nothing was acknowledged.",
            "Choose 'Yes' once you have opened the pack.",
            field="opened",
        )
        await record(call.request, error)
        found = await transfers.look_at_link(call.parts, token)
        return _link_page(call, found, f"{error.message} {error.remedy}")
    found = await transfers.acknowledge_by_link(call.parts, call.actor, token)
    return page(call.request, "done.html", reference=found.reference)


def _link_page(call: Call, transfer: Transfer, error: str | None) -> web.Response:
    if transfer.state is State.ACKNOWLEDGED:
        return page(call.request, "done.html", reference=transfer.reference)
    return page(
        call.request,
        "link.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        error=error,
        reference=transfer.reference,
        awaited=transfer.state is State.PASSWORD_SENT,
        proof=_proof(call.parts, call.path["token"]),
    )


def _proof(parts: Parts, token: str) -> str:
    """What the page's form carries, so that a POST by itself does nothing."""
    return parts.vault.digest("acknowledgement page", token).hex()
