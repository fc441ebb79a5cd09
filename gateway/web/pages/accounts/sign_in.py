"""Signing in, a step a page: password, then a code or a recovery code; or a passkey. And out."""

from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from gateway.domain.errors import GatewayError, InvalidInput, NotSignedIn, TooManyRequests
from gateway.services import passkeys, sessions, sign_in
from gateway.services.sign_in import Admitted
from gateway.web.calls import Call
from gateway.web.keys import VISITOR
from gateway.web.pages.accounts.browser import (
    PASSKEY_COOKIE,
    STEP_COOKIE,
    ask,
    caller,
    has_site,
    keep_step,
    let_in,
    site,
    typed_secret,
)
from gateway.web.pages.shell import go, own_place, page
from gateway.web.pages.visitors import SESSION_COOKIE, cookie, forget_cookie
from gateway.web.problems import headers_of, kind_of

_MISTAKES = (InvalidInput, TooManyRequests)
_LONGEST_PLACE = 2_000  # characters


async def show_sign_in(call: Call) -> web.Response:
    """The form for login and password, and the button for a passkey."""
    return _first(call, _wanted(call.request.query.get("next", "")))


async def take_password(call: Call) -> web.Response:
    """On to the second step; or the form again, with what is wrong."""
    place, login = _wanted(call.form.text("next")), call.form.text("login")
    password = typed_secret(call.form, "password")
    try:
        step = await sign_in.give_password(call.parts, caller(call), login, password)
    except _MISTAKES as error:
        return _first(call, place, error, login)
    onward = go(_with_next("/sign-in/code", place))
    return keep_step(call, onward, step, STEP_COOKIE)


async def show_code(call: Call) -> web.Response:
    """The form for the code of the authenticator app."""
    return _second(call, "code", _wanted(call.request.query.get("next", "")))


async def take_code(call: Call) -> web.Response:
    """Let in; or the form again, with what is wrong."""
    return await _take_second(call, "code")


async def show_recovery(call: Call) -> web.Response:
    """The form for a recovery code."""
    return _second(call, "recovery", _wanted(call.request.query.get("next", "")))


async def take_recovery(call: Call) -> web.Response:
    """Let in; or the form again, with what is wrong."""
    return await _take_second(call, "recovery")


async def ask_passkey(call: Call) -> web.Response:
    """What the browser's passkeys are asked to sign."""
    return ask(call, await passkeys.ask_to_sign_in(call.parts, site(call)))


async def take_passkey(call: Call) -> web.Response:
    """Let in; or the first form again, with what is wrong."""
    place, step = _wanted(call.form.text("next")), cookie(call.request, PASSKEY_COOKIE)
    credential = call.form.text("credential")
    try:
        admitted = await passkeys.sign_in(call.parts, caller(call), site(call), step, credential)
    except (InvalidInput, NotSignedIn) as error:
        return _first(call, place, error)
    return let_in(call, admitted, place)


async def sign_out(call: Call) -> web.Response:
    """End the session, and have the browser forget it."""
    signed_in = call.request[VISITOR].session()
    await sessions.end_session(call.parts, signed_in, signed_in.session.id)
    response = go("/sign-in", said="signed-out")
    forget_cookie(call.request, response, SESSION_COOKIE)
    return response


async def _take_second(call: Call, kind: str) -> web.Response:
    place = _wanted(call.form.text("next"))
    try:
        admitted = await _admitted(call, kind)
    except NotSignedIn:
        return go(_with_next("/sign-in", place), said="again")
    except _MISTAKES as error:
        return _second(call, kind, place, error)
    return let_in(call, admitted, place)


async def _admitted(call: Call, kind: str) -> Admitted:
    give = sign_in.give_code if kind == "code" else sign_in.give_recovery_code
    step = cookie(call.request, STEP_COOKIE)
    return await give(call.parts, caller(call), step, call.form.text("code"))


def _first(
    call: Call, place: str, error: GatewayError | None = None, login: str = ""
) -> web.Response:
    providers = [
        (_with_next(f"/sign-in/with/{provider.key}", place), provider.name)
        for provider in call.parts.providers.values()
    ]
    return _shown(
        call,
        "accounts/sign_in.html",
        error,
        next=place,
        login=login,
        passkeys=has_site(call),
        providers=providers,
    )


def _second(call: Call, kind: str, place: str, error: GatewayError | None = None) -> web.Response:
    return _shown(call, f"accounts/{kind}.html", error, next=place)


def _shown(call: Call, template: str, error: GatewayError | None, **words: object) -> web.Response:
    status = kind_of(error).status if error else HTTPStatus.OK
    errors = [error] if error else []
    response = page(call.request, template, status=status, errors=errors, **words)
    if error is not None and not isinstance(error, NotSignedIn):
        response.headers.update(headers_of(error))
    return response


def _wanted(text: str) -> str:
    """The page wanted after signing in."""
    return own_place(text) if len(text) <= _LONGEST_PLACE else "/"


def _with_next(address: str, place: str) -> str:
    if place == "/":
        return address
    return f"{address}?next={quote(place, safe='/')}"
