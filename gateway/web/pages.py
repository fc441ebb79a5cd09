"""Pages on which a recipient acknowledges a pack; they work without scripts and without cookies.

Mail scanners open links, and some press buttons. So looking changes nothing, and the button counts
only with the proof that the page itself was read and with an answer that no form fills in by
itself: the question starts unanswered, and its first choice is the one that does nothing.
"""

import hmac
from http import HTTPStatus
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from gateway.domain.errors import Forbidden, InvalidInput
from gateway.domain.transfers import State, Transfer
from gateway.services import transfers
from gateway.services.parts import Parts
from gateway.web.bodies import read_form, validated
from gateway.web.calls import Call
from gateway.web.keys import SETTINGS, STYLESHEET, TEMPLATES
from gateway.web.models import Acknowledgement
from gateway.web.problems import ProblemDetails, kind_of
from gateway.web.refusal_log import record

_PACKAGE = "gateway.web"
_LONGEST_SHOWN = 64  # characters of what was typed that a form shows again


def load_templates() -> jinja2.Environment:
    """The pages' templates: everything put into them is escaped, and nothing may be missing."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def load_stylesheet() -> bytes:
    """The pages' stylesheet."""
    return resources.files(_PACKAGE).joinpath("static/style.css").read_bytes()


async def stylesheet(call: Call) -> web.Response:
    """The stylesheet."""
    return web.Response(
        body=call.request.app[STYLESHEET],
        content_type="text/css",
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )


async def show_code_form(call: Call) -> web.Response:
    """The form that takes reference and code."""
    return _page(call.request, "code.html", error=None, reference="")


async def acknowledge_by_code(call: Call) -> web.Response:
    """That the pack is acknowledged; or the form again, with what is wrong."""
    _require_same_origin(call)
    form = await read_form(call.request, call.settings)
    reference, code = form.get("reference", "").strip(), form.get("code", "").strip()
    try:
        given = validated({"reference": reference, "code": code}, Acknowledgement)
        found = await transfers.acknowledge_by_code(
            call.parts, call.actor, given.reference, given.code
        )
    except InvalidInput as error:
        await record(call.request, error)
        return _page(
            call.request,
            "code.html",
            status=kind_of(error).status,
            error="The reference and the code do not belong together. "
            "Type both as they stand on the contents page inside the pack.",
            reference=reference[:_LONGEST_SHOWN],
        )
    return _page(call.request, "done.html", reference=found.reference)


async def show_link(call: Call) -> web.Response:
    """The page a one-time link leads to; looking at it changes nothing."""
    found = await transfers.look_at_link(call.parts, call.path["token"])
    return _link_page(call, found, None)


async def acknowledge_by_link(call: Call) -> web.Response:
    """That the pack is acknowledged; or the page again, when the question was not answered yes."""
    _require_same_origin(call)
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
    return _page(call.request, "done.html", reference=found.reference)


def error_page(
    request: web.Request, problem: ProblemDetails, headers: dict[str, str]
) -> web.Response:
    """A problem, for a person."""
    response = _page(request, "error.html", status=problem.status, problem=problem)
    response.headers.update(headers)
    return response


def _link_page(call: Call, transfer: Transfer, error: str | None) -> web.Response:
    if transfer.state is State.ACKNOWLEDGED:
        return _page(call.request, "done.html", reference=transfer.reference)
    return _page(
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


def _require_same_origin(call: Call) -> None:
    """Refuse a form that another site had the browser send.

    A browser that names no origin is let through: with `Referrer-Policy: no-referrer` older ones
    send `Origin: null` from our own pages, and no cookie is there to be abused.
    """
    headers = call.request.headers
    origin = headers.get("Origin", "null")
    own = {call.request.host.lower(), _place(call.parts.rules.link_base or "")} - {""}
    foreign = origin != "null" and _place(origin) not in own
    if foreign or headers.get("Sec-Fetch-Site", "same-origin").lower() != "same-origin":
        raise Forbidden("The form was sent from another site.", "Open this site's own page.")


def _place(url: str) -> str:
    """Host and port of `url`; nothing where it has none or is not a URL at all."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _page(
    request: web.Request, template: str, *, status: int = HTTPStatus.OK, **words: Any
) -> web.Response:
    """A page; `Any` stands for what the template shows, which it escapes."""
    text = (
        request.app[TEMPLATES]
        .get_template(template)
        .render(title_of_site=request.app[SETTINGS].title, **words)
    )
    return web.Response(status=int(status), text=text, content_type="text/html", charset="utf-8")
