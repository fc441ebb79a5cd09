"""The one-time link in a sealed request, for a holder whose agency has no accounts here.

Mail scanners open links, and some press buttons: looking changes nothing, and a form counts only
with the proof that its page was read. A code is texted to the holder's registered mobile; whoever
types it is shown the same pages as a responder with an account.
"""

import hmac
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from gateway.domain.errors import Conflict, Forbidden, InvalidInput, Problem, Unavailable
from gateway.services import answer_links
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.keys import SOURCE
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import go, page
from gateway.web.pages.visitors import LINK_COOKIE, cookie, set_cookie
from gateway.web.request_models import CodeBody


async def show_link(call: Call) -> web.Response:
    """What the link is for, and the button that has a code sent; looking changes nothing."""
    return await _link_page(call)


async def send_code(call: Call) -> web.Response:
    """On to the page that takes the code; or the link's page with what stands in the way."""
    _require_page(call)
    try:
        await answer_links.send_code(call.parts, call.actor, call.path["token"])
    except (Conflict, Unavailable) as error:
        status, errors = await refused(call, error)
        return await _link_page(call, status=status, errors=errors)
    return go(f"/answer/{call.path['token']}/code")


async def show_code_form(call: Call) -> web.Response:
    """The form that takes the code."""
    return await _link_page(call, asks=True)


async def open_link(call: Call) -> web.Response:
    """On to the request, as its holder; or the form again."""
    _require_page(call)
    try:
        code = validated({"code": call.form.text("code")}, CodeBody).code
        opened = await answer_links.open_link(call.parts, call.actor, call.path["token"], code)
    except (InvalidInput, Conflict) as error:
        status, errors = await refused(call, error)
        return await _link_page(call, asks=True, status=status, errors=errors)
    left = int((opened.expires_at - call.parts.clock.now()).total_seconds())
    response = go(f"/received/{opened.request}")
    set_cookie(call.request, response, LINK_COOKIE, opened.session, left)
    return response


async def _link_page(
    call: Call,
    *,
    asks: bool = False,
    status: int = HTTPStatus.OK,
    errors: Sequence[Problem] = (),
) -> web.Response:
    token = call.path["token"]
    view = await answer_links.look_at_link(call.parts, token)
    return page(
        call.request,
        "requests/link_code.html" if asks and not view.opened else "requests/link.html",
        status=status,
        view=view,
        token=token,
        proof=_proof(call),
        errors=errors,
        going_on=await _own_request(call) if view.opened else None,
    )


async def _own_request(call: Call) -> str | None:
    """The request that this browser has opened by a link, if it is still open to it."""
    text = cookie(call.request, LINK_COOKIE)
    if text is None:
        return None
    holder = await answer_links.holder_of_session(call.parts, text, call.request[SOURCE])
    return holder.actor.request if holder else None


def _require_page(call: Call) -> None:
    """Refuse a form that was sent without its page being read."""
    if not hmac.compare_digest(call.form.text("page").encode(), _proof(call).encode()):
        raise Forbidden(
            "This did not come from the page itself.", "Open the link again and use its button."
        )


def _proof(call: Call) -> str:
    """What the page's forms carry, so that a POST by itself does nothing."""
    return call.parts.vault.digest("answer page", call.path["token"]).hex()
