"""Keeping what was typed when a session ended meanwhile: the form is shown again, to be sent anew.

Only a form that the browser itself says came from our own page is shown again; anything else might
have been typed by somebody else.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from gateway.web.form import Form
from gateway.web.keys import VISITOR
from gateway.web.pages.forms import CSRF_FIELD
from gateway.web.pages.shell import page
from gateway.web.routing import Route

_SECRET = ("password", "again", "code", "credential")  # parts of names of what is not shown again


def came_from_our_page(request: web.Request) -> bool:
    """Whether the browser says that one of our own pages sent this form."""
    try:
        place = urlsplit(request.headers.get("Origin", "")).netloc.lower()
    except ValueError:
        return False
    same = request.headers.get("Sec-Fetch-Site", "same-origin").lower() == "same-origin"
    return same and place != "" and place == request.host.lower()


def can_be_kept(request: web.Request, route: Route) -> bool:
    """Whether this is a form whose fields can be shown again."""
    named = any(word in request.path for word in _SECRET)
    return route.page and route.form and not named and came_from_our_page(request)


def offer(request: web.Request, form: Form) -> web.Response:
    """The fields as they were sent, with a button to send them anew.

    Whoever is signed in now is told so; whoever is not, to sign in beside this page first.
    """
    kept = [
        (name, value)
        for name, values in form.fields.items()
        for value in values
        if name != CSRF_FIELD and not any(word in name for word in _SECRET)
    ]
    status = HTTPStatus.CONFLICT if VISITOR in request else HTTPStatus.UNAUTHORIZED
    return page(request, "resend.html", status=status, kept=kept, action=request.path_qs)
