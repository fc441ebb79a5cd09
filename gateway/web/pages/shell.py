"""What every page has around it: templates, times in the visitor's zone, navigation, redirects."""

from collections.abc import Mapping
from datetime import date, datetime
from gettext import NullTranslations
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from aiohttp import web
from markupsafe import Markup, escape

from gateway.domain.errors import Forbidden
from gateway.web.calls import Call
from gateway.web.keys import PARTS, SETTINGS, STATIC, TEMPLATES, VISITOR
from gateway.web.pages.navigation import entries_for
from gateway.web.problems import ProblemDetails
from gateway.web.visitor import Visitor

_PACKAGE = "gateway.web"


def load_templates() -> jinja2.Environment:
    """The pages' templates: everything put into them is escaped, and nothing may be missing.

    Words stand in `_("...")`, ready to be translated.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # by the extension
        NullTranslations(), newstyle=True
    )
    return environment


def page(
    request: web.Request, template: str, *, status: int = HTTPStatus.OK, **words: Any
) -> web.Response:
    """A page; `Any` stands for what the template shows, which it escapes.

    Beside `words` templates have: `visitor` (None for nobody signed in), `navigation`, `here`,
    `static(name)`, `csrf_field()`, `moment(at)` and `day(on)` in the visitor's zone, and `marking`
    (None unless given).
    """
    visitor = request.get(VISITOR)
    zone = visitor.zone if visitor else request.app[PARTS].rules.zone
    around: dict[str, Any] = {
        "title_of_site": request.app[SETTINGS].title,
        "visitor": visitor,
        "navigation": entries_for(visitor.actor) if visitor else (),
        "here": request.path,
        "static": request.app[STATIC].address,
        "moment": lambda at: moment(at, zone),
        "day": day,
        "csrf_field": lambda: csrf_field(visitor),
        "marking": None,
        "said": request.query.get("said", ""),
    }
    text = request.app[TEMPLATES].get_template(template).render(around | words)
    return web.Response(status=int(status), text=text, content_type="text/html", charset="utf-8")


def error_page(
    request: web.Request, problem: ProblemDetails, headers: Mapping[str, str]
) -> web.Response:
    """A problem, for a person."""
    response = page(request, "error.html", status=problem.status, problem=problem)
    response.headers.update(headers)
    return response


def go(place: str, *, said: str = "") -> web.Response:
    """A redirect to one of our own pages after a form was taken (303).

    `said` names a short message that the page shows, from the list in `said.html`.
    """
    joined = "&" if "?" in place else "?"
    target = f"{place}{joined}said={quote(said)}" if said else place
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})


def own_place(text: str, otherwise: str = "/") -> str:
    """`text` if it is the path of a page of ours, so that nobody is sent elsewhere."""
    good = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if good and "\\" not in text else otherwise


def moment(at: datetime | None, zone: Any) -> Markup:
    """A time in the reader's zone, as an element that programs can read too."""
    if at is None:
        return Markup("")
    there = at.astimezone(zone)
    shown = f"{there.day} {there:%B %Y, %H:%M}"
    title = f"{there:%Z} (UTC{there:%z})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), escape(title), shown
    )


def csrf_field(visitor: Visitor | None) -> Markup:
    """The hidden field every form of a visitor carries; nothing for nobody."""
    if visitor is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visitor.csrf)


def day(on: date | None) -> str:
    """A day in words."""
    return f"{on.day} {on:%B %Y}" if on else ""


def require_same_origin(call: Call) -> None:
    """Refuse a form that another site had the browser send.

    A browser that names no origin is let through: with `Referrer-Policy: no-referrer` older ones
    send `Origin: null` from our own pages. Forms of whoever is signed in carry a token besides.
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
