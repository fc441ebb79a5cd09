"""What a browser brings when someone signs in, and what it keeps afterwards."""

from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.secret import Secret
from gateway.services import sign_in_steps
from gateway.services.passkeys import Asked, RelyingParty
from gateway.services.sessions import Browser
from gateway.services.sign_in import Admitted, Caller
from gateway.web.calls import Call
from gateway.web.form import Form
from gateway.web.keys import SOURCE
from gateway.web.pages.shell import go
from gateway.web.pages.visitors import SESSION_COOKIE, cookie, forget_cookie, set_cookie

STEP_COOKIE, PASSKEY_COOKIE, DEVICE_COOKIE = "step", "passkey", "device"
_STEP_SECONDS = int(sign_in_steps.LIFE.total_seconds())
_DEVICE_SECONDS = int(timedelta(days=365).total_seconds())


def caller(call: Call) -> Caller:
    """The browser that signs in."""
    request = call.request
    return Caller(
        Browser(request[SOURCE], request.headers.get("User-Agent", "")),
        device=cookie(request, DEVICE_COOKIE),
        session=cookie(request, SESSION_COOKIE),
    )


def let_in(call: Call, admitted: Admitted, place: str) -> web.Response:
    """On to the page wanted, with the cookie of the new session."""
    response, request = go(place), call.request
    seconds = int(call.parts.rules.sessions.absolute.total_seconds())
    set_cookie(request, response, SESSION_COOKIE, admitted.cookie, seconds)
    set_cookie(request, response, DEVICE_COOKIE, admitted.device, _DEVICE_SECONDS)
    for name in (STEP_COOKIE, PASSKEY_COOKIE):
        forget_cookie(request, response, name)
    return response


def keep_step(call: Call, response: web.Response, step: Secret, name: str) -> web.Response:
    """Have the browser keep what leads to the next step."""
    set_cookie(call.request, response, name, step, _STEP_SECONDS)
    return response


def ask(call: Call, asked: Asked) -> web.Response:
    """What a script hands to the browser's passkeys."""
    response = web.Response(
        status=HTTPStatus.OK, text=asked.options, content_type="application/json"
    )
    return keep_step(call, response, asked.step, PASSKEY_COOKIE)


def typed_secret(form: Form, name: str) -> Secret:
    """A password as it was typed, with the space around it."""
    return Secret(form.fields.get(name, ("",))[-1])


def typed_twice(form: Form, name: str, again: str = "again") -> Secret:
    """A new password that was typed twice.

    Raises:
        InvalidInput: the two differ.
    """
    typed = typed_secret(form, name)
    if typed != typed_secret(form, again):
        raise InvalidInput("The two passwords differ.", "Type the same one twice.", field=again)
    return typed


def has_site(call: Call) -> bool:
    """Whether passkeys can be bound to this site."""
    return _site(call) is not None


def site(call: Call) -> RelyingParty:
    """What passkeys are bound to: the public address or, on this machine, the one asked for.

    Raises:
        Conflict: the gateway does not know its public address.
    """
    found = _site(call)
    if found is None:
        raise Conflict(
            "Passkeys cannot be used here: the public address of this service is not set.",
            "Ask the operator to set it.",
        )
    return found


def _site(call: Call) -> RelyingParty | None:
    base, title = call.parts.rules.link_base, call.settings.title
    if base is not None:
        address = urlsplit(base)
        host = address.hostname or ""
        origin = f"{address.scheme}://{address.netloc}"
    else:
        host = urlsplit(f"//{call.request.host}").hostname or ""
        origin = f"http://{call.request.host}"
        if host != "localhost":
            return None
    return None if _is_number(host) else RelyingParty(host, origin, title)


def _is_number(host: str) -> bool:
    """Whether the host is an IP address, which passkeys are not bound to."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
