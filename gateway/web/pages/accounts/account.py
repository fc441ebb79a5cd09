"""One's own account: role, time zone, sessions, and what one signs in with."""

import base64
import binascii
from http import HTTPStatus

from aiohttp import web

from gateway.domain.actors import Role
from gateway.domain.errors import (
    Conflict,
    GatewayError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    TooManyRequests,
)
from gateway.domain.users import SessionId
from gateway.services import own_account, passwords, sessions
from gateway.services.sessions import SignedIn
from gateway.web.calls import Call
from gateway.web.keys import VISITOR
from gateway.web.pages.accounts.browser import (
    PASSKEY_COOKIE,
    ask,
    has_site,
    site,
    typed_secret,
    typed_twice,
)
from gateway.web.pages.accounts.zones import zones_with
from gateway.web.pages.navigation import HOMES
from gateway.web.pages.shell import go, page
from gateway.web.pages.visitors import SESSION_COOKIE, cookie, forget_cookie
from gateway.web.problems import headers_of, kind_of
from gateway.web.refusal_log import record

_MISTAKES = (InvalidInput, Conflict, NotFound, NotSignedIn, TooManyRequests)
_PLACE = "/account"


async def show_account(call: Call) -> web.Response:
    """Who one is here, and all that can be changed of it."""
    return await _shown(call)


async def act_as(call: Call) -> web.Response:
    """On to the home page of another of one's roles."""
    try:
        role = _role(call.form.text("role"))
        await sessions.act_as(call.parts, _signed_in(call), role)
    except InvalidInput as error:
        return await _shown(call, error)
    return go(HOMES[role], said="role")


async def choose_zone(call: Call) -> web.Response:
    """Show times in another zone from now on."""
    try:
        await own_account.choose_zone(call.parts, _signed_in(call), call.form.text("zone"))
    except InvalidInput as error:
        return await _shown(call, error)
    return go(_PLACE, said="saved")


async def end_session(call: Call) -> web.Response:
    """End one of one's sessions; with this one, one is signed out."""
    signed_in, ended = _signed_in(call), SessionId(call.path["session"])
    await sessions.end_session(call.parts, signed_in, ended)
    if ended == signed_in.session.id:
        response = go("/sign-in", said="signed-out")
        forget_cookie(call.request, response, SESSION_COOKIE)
        return response
    return go(_PLACE, said="ended")


async def end_other_sessions(call: Call) -> web.Response:
    """End all of one's sessions but this one."""
    await sessions.end_others(call.parts, _signed_in(call))
    return go(_PLACE, said="ended")


async def change_password(call: Call) -> web.Response:
    """Another password; or the page again, with what is wrong."""
    present = typed_secret(call.form, "present")
    try:
        wanted = typed_twice(call.form, "wanted")
        await own_account.change_password(call.parts, _signed_in(call), present, wanted)
    except _MISTAKES as error:
        return await _shown(call, error)
    return go(_PLACE, said="password")


async def renew_recovery_codes(call: Call) -> web.Response:
    """Fresh recovery codes, shown this once."""
    try:
        codes = await own_account.renew_recovery_codes(call.parts, _signed_in(call))
    except _MISTAKES as error:
        return await _shown(call, error)
    return page(call.request, "accounts/recovery_codes.html", codes=codes, onward=_PLACE)


async def ask_passkey(call: Call) -> web.Response:
    """What the browser is asked to make a passkey of."""
    return ask(call, await own_account.ask_for_passkey(call.parts, _signed_in(call), site(call)))


async def add_passkey(call: Call) -> web.Response:
    """Add what the browser made; or the page again, with what is wrong."""
    form, step = call.form, cookie(call.request, PASSKEY_COOKIE)
    credential, name = form.text("credential"), form.text("name")
    signed_in = _signed_in(call)
    try:
        await own_account.add_passkey(call.parts, signed_in, site(call), step, credential, name)
    except _MISTAKES as error:
        return await _shown(call, error, passkey_name=name)
    response = go(_PLACE, said="passkey")
    forget_cookie(call.request, response, PASSKEY_COOKIE)
    return response


async def rename_passkey(call: Call) -> web.Response:
    """Call a passkey something else."""
    form, signed_in = call.form, _signed_in(call)
    identifier = _bytes(form.text("passkey"))
    await own_account.rename_passkey(call.parts, signed_in, identifier, form.text("name"))
    return go(_PLACE, said="saved")


async def remove_passkey(call: Call) -> web.Response:
    """Remove a passkey; or the page again, with what is wrong."""
    identifier = _bytes(call.form.text("passkey"))
    try:
        await own_account.remove_passkey(call.parts, _signed_in(call), identifier)
    except Conflict as error:
        return await _shown(call, error)
    return go(_PLACE, said="removed")


async def _shown(
    call: Call, error: GatewayError | None = None, *, passkey_name: str = ""
) -> web.Response:
    if error is not None:
        await record(call.request, error)
    signed_in = _signed_in(call)
    means = await own_account.own_means(call.parts, signed_in)
    response = page(
        call.request,
        "accounts/account.html",
        status=kind_of(error).status if error else HTTPStatus.OK,
        errors=[error] if error else [],
        user=signed_in.user,
        here_now=signed_in.session,
        sessions=await sessions.own_sessions(call.parts, signed_in),
        zones=zones_with(signed_in.user.zone),
        has_password=means.has_password,
        codes_left=means.recovery_codes_left,
        listed=[(_text(passkey.id), passkey) for passkey in means.passkeys],
        recent=own_account.is_recent(call.parts, signed_in),
        passkeys=has_site(call),
        passkey_name=passkey_name,
        shortest=passwords.SHORTEST,
    )
    if isinstance(error, TooManyRequests):
        response.headers.update(headers_of(error))
    return response


def _signed_in(call: Call) -> SignedIn:
    return call.request[VISITOR].session()


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InvalidInput("There is no such role.", "Choose one of yours.", field="role") from None


def _text(identifier: bytes) -> str:
    return base64.urlsafe_b64encode(identifier).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound("You have no such passkey.", "Look at the list.", field="passkey") from None
