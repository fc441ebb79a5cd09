"""Whom a page is made for: a user with a session, or a holder who came by a one-time link."""

import hmac
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from gateway.domain.actors import Role
from gateway.domain.errors import Forbidden, NotSignedIn
from gateway.domain.secret import Secret
from gateway.services import answer_links, sessions
from gateway.services.parts import Parts
from gateway.web.keys import ACTOR, HTTPS, PARTS, ROUTE, SOURCE, VISITOR
from gateway.web.visitor import Visitor

SESSION_COOKIE, LINK_COOKIE = "session", "answer"
_TEXT = re.compile(r"[A-Za-z0-9_-]{1,200}")
_CSRF = "cross-site request forgery"


async def identify(request: web.Request) -> Visitor:
    """Who asks for the page; also noted on the request.

    A one-time link counts for the one request it is for, and goes before a session there.

    Raises:
        NotSignedIn: nobody the gateway knows.
        Forbidden: their role is not among the route's.
    """
    route, parts = request[ROUTE], request.app[PARTS]
    visitor = None
    if isinstance(route.roles, frozenset) and Role.RESPONDER in route.roles:
        visitor = await _by_link(request, parts)
    if visitor is None:
        visitor = await _by_session(request, parts)
    request[ACTOR], request[VISITOR] = visitor.actor, visitor
    if not isinstance(route.roles, frozenset) or visitor.actor.role not in route.roles:
        raise Forbidden("Your role does not allow this.", "Act in another of your roles.")
    return visitor


def is_csrf(request: web.Request, given: str) -> bool:
    """Whether a form's token is the one of this visitor's pages."""
    return hmac.compare_digest(request[VISITOR].csrf.encode(), given.encode())


def require_csrf(request: web.Request, given: str) -> None:
    """Hold that a form came from a page made for this visitor.

    Raises:
        Forbidden: it did not.
    """
    if not is_csrf(request, given):
        raise Forbidden("The form is not one of this session's.", "Open the page again.")


def cookie_name(request: web.Request, name: str) -> str:
    """The cookie's name: over HTTPS with the prefix that binds it to this host alone."""
    return f"__Host-{name}" if request[HTTPS] else name


def set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, text: Secret, seconds: int
) -> None:
    """Have the browser keep a secret for this host; scripts do not see it."""
    response.set_cookie(
        cookie_name(request, name),
        text.reveal(),
        max_age=seconds,
        path="/",
        secure=request[HTTPS],
        httponly=True,
        samesite="Lax",
    )


def forget_cookie(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Have the browser forget it."""
    response.del_cookie(
        cookie_name(request, name), path="/", secure=request[HTTPS], httponly=True, samesite="Lax"
    )


def cookie(request: web.Request, name: str) -> Secret | None:
    """A secret the browser keeps for this host, if its form is right."""
    text = request.cookies.get(cookie_name(request, name), "")
    return Secret(text) if _TEXT.fullmatch(text) else None


async def _by_session(request: web.Request, parts: Parts) -> Visitor:
    text = cookie(request, SESSION_COOKIE)
    if text is None:
        raise NotSignedIn("You are not signed in, or no longer.", "Sign in.")
    found = await sessions.session_of(parts, text, request[SOURCE])
    return Visitor(
        actor=found.actor,
        name=found.user.name,
        agency=found.agency.name,
        csrf=_csrf(parts, text),
        zone=_zone(parts, found.user.zone),
        signed_in=found,
    )


async def _by_link(request: web.Request, parts: Parts) -> Visitor | None:
    text, wanted = cookie(request, LINK_COOKIE), request.match_info.get("request")
    if text is None or wanted is None:
        return None
    holder = await answer_links.holder_of_session(parts, text, request[SOURCE])
    if holder is None or holder.actor.request != wanted:
        return None
    return Visitor(
        actor=holder.actor,
        name=holder.name,
        agency=holder.agency,
        csrf=_csrf(parts, text),
        zone=_zone(parts, None),
    )


def _csrf(parts: Parts, text: Secret) -> str:
    return parts.vault.digest(_CSRF, text.reveal()).hex()


def _zone(parts: Parts, name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or str(parts.rules.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Pacific/Auckland")
