"""Setting up what one signs in with, by a one-time link: a password and an app, or a passkey."""

from http import HTTPStatus

from aiohttp import web

from gateway.domain.errors import GatewayError, InvalidInput, NotSignedIn
from gateway.domain.secret import Secret
from gateway.services import passwords, set_up
from gateway.web.calls import Call
from gateway.web.keys import SOURCE
from gateway.web.pages.accounts.browser import (
    PASSKEY_COOKIE,
    STEP_COOKIE,
    ask,
    has_site,
    keep_step,
    site,
    typed_twice,
)
from gateway.web.pages.accounts.qr import qr_code
from gateway.web.pages.shell import go, page
from gateway.web.pages.visitors import cookie, forget_cookie
from gateway.web.problems import kind_of
from gateway.web.refusal_log import record


async def show_choice(call: Call) -> web.Response:
    """The form for a password, and the button for a passkey; looking at it changes nothing."""
    return await _choice(call)


async def take_password(call: Call) -> web.Response:
    """On to the authenticator app; or the form again, with what is wrong."""
    try:
        password = typed_twice(call.form, "password")
        step = await set_up.choose_password(call.parts, _token(call), password)
    except InvalidInput as error:
        return await _choice(call, error)
    onward = go(f"/set-up/{call.path['token']}/app")
    return keep_step(call, onward, step, STEP_COOKIE)


async def show_app(call: Call) -> web.Response:
    """The QR code for the authenticator app, and the form for its first code."""
    return await _app(call)


async def take_app(call: Call) -> web.Response:
    """The recovery codes, this once; or the form again, with what is wrong."""
    step, typed = cookie(call.request, STEP_COOKIE), call.form.text("code")
    source = call.request[SOURCE]
    try:
        codes = await set_up.confirm_app(call.parts, source, _token(call), step, typed)
    except (InvalidInput, NotSignedIn) as error:
        return await _app(call, error)
    response = page(call.request, "accounts/recovery_codes.html", codes=codes, onward="/sign-in")
    forget_cookie(call.request, response, STEP_COOKIE)
    return response


async def ask_passkey(call: Call) -> web.Response:
    """What the browser is asked to make a passkey of."""
    return ask(call, await set_up.ask_for_passkey(call.parts, _token(call), site(call)))


async def take_passkey(call: Call) -> web.Response:
    """On to signing in with it; or the form again, with what is wrong."""
    step, credential = cookie(call.request, PASSKEY_COOKIE), call.form.text("credential")
    source = call.request[SOURCE]
    try:
        await set_up.take_passkey(call.parts, source, _token(call), site(call), step, credential)
    except (InvalidInput, NotSignedIn) as error:
        return await _choice(call, error)
    response = go("/sign-in", said="passkey")
    forget_cookie(call.request, response, PASSKEY_COOKIE)
    return response


async def _choice(call: Call, error: GatewayError | None = None) -> web.Response:
    invited = await set_up.look_at_link(call.parts, _token(call))
    return await _shown(
        call,
        "accounts/set_up.html",
        error,
        invited=invited,
        passkeys=has_site(call),
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
    )


async def _app(call: Call, error: GatewayError | None = None) -> web.Response:
    step = cookie(call.request, STEP_COOKIE)
    try:
        seed = await set_up.show_seed(call.parts, _token(call), step, call.settings.title)
    except NotSignedIn:  # the password is chosen first
        return go(f"/set-up/{call.path['token']}")
    code = qr_code(seed.address.reveal())
    typed = " ".join(seed.text.reveal()[at : at + 4] for at in range(0, 32, 4))
    return await _shown(call, "accounts/app.html", error, qr=code, seed=typed)


async def _shown(
    call: Call, template: str, error: GatewayError | None, **words: object
) -> web.Response:
    if error is not None:
        await record(call.request, error)
    status = kind_of(error).status if error else HTTPStatus.OK
    errors = [error] if error else []
    token = call.path["token"]
    return page(call.request, template, status=status, errors=errors, token=token, **words)


def _token(call: Call) -> Secret:
    return Secret(call.path["token"])
