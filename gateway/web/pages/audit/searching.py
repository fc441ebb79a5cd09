"""Searching the log, and taking out what a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from gateway.audit.entries import Outcome
from gateway.domain.errors import Forbidden, GatewayError, InvalidInput
from gateway.forms.exports import Format
from gateway.services import names, review
from gateway.services.log_storage import Found, Order
from gateway.services.paging import Page
from gateway.services.review import Seen, Wanted
from gateway.web.calls import Call
from gateway.web.exporting import send_export
from gateway.web.pages.audit.asking import Asked, Fault, faults_of, read_search, tell_refused
from gateway.web.pages.audit.shown import LOG_MARKING, shown
from gateway.web.pages.audit.words import OUTCOMES, action_choices
from gateway.web.pages.shell import page
from gateway.web.problems import kind_of

_AT_ONCE = 50
_OLDER, _NEWER = "older-than", "newer-than"
FORMATS: Final = (
    (Format.JSONL, "JSON Lines"),
    (Format.CSV, "CSV for spreadsheets"),
    (Format.OCSF, "OCSF events"),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A page of what was found, newest first, and the addresses of those beside it."""

    seen: Seen
    older: str | None
    newer: str | None


async def search_log(call: Call) -> web.Response:
    """A page of the entries that fit; or the form again, with what is wrong."""
    asked = read_search(call)
    if asked.errors:
        await tell_refused(call, asked.errors)
        return await _form(call, asked, asked.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        part = await _part(call, asked)
    except (InvalidInput, Forbidden) as error:  # a place to go on from, or an agency
        errors = faults_of(error)
        await tell_refused(call, errors)
        return await _form(call, asked, errors, kind_of(error).status)
    agencies = await names.of_agencies(call.parts)
    return _page(
        call,
        asked,
        entries=shown(part.seen, call.parts.judge, agencies),
        older=part.older,
        newer=part.newer,
        agencies=agencies,
    )


async def export_search(call: Call) -> web.StreamResponse:
    """Everything that a search finds, as a file; or the search's form, with what is wrong."""
    asked = read_search(call)
    form = next((f for f in Format if f.value == call.request.query.get("format")), None)
    errors: Sequence[Fault] = asked.errors
    if form is None:
        error: GatewayError = InvalidInput(
            "There is no such format.", "Use one of the buttons.", field="format"
        )
        errors = (*errors, error)
    if errors or form is None:
        await tell_refused(call, errors)
        return await _form(call, asked, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    return await send_export(call, asked.wanted, form)


async def _part(call: Call, asked: Asked) -> _Part:
    query = call.request.query
    newer, older = query.get(_NEWER), query.get(_OLDER)
    if newer is not None:
        wanted = replace(asked.wanted, order=Order.OLDEST_FIRST)
        found = await _search(call, wanted, newer)
        entries = tuple(reversed(found.entries))
        return _Part(
            Seen(entries, found.names),
            older=asked.link("/audit", **{_OLDER: _last(entries)}) if entries else None,
            newer=_next(asked, _NEWER, entries, first=True),
        )
    found = await _search(call, asked.wanted, older)
    entries = found.entries
    back = {_NEWER: str(entries[0].position)} if entries else {}
    return _Part(
        found,
        older=_next(asked, _OLDER, entries, first=False),
        newer=asked.link("/audit", **back) if older is not None else None,
    )


async def _search(call: Call, wanted: Wanted, after: str | None) -> Seen:
    return await review.search(call.parts, call.actor, wanted, Page(_AT_ONCE, after))


def _next(asked: Asked, name: str, entries: Sequence[Found], *, first: bool) -> str | None:
    """The address of the next page in a direction, if there may be one."""
    if len(entries) < _AT_ONCE:
        return None
    return asked.link("/audit", **{name: str(entries[0].position) if first else _last(entries)})


def _last(entries: Sequence[Found]) -> str:
    return str(entries[-1].position)


async def _form(call: Call, asked: Asked, errors: Sequence[Fault], status: int) -> web.Response:
    agencies = await names.of_agencies(call.parts)
    return _page(call, asked, errors=errors, status=status, agencies=agencies)


def _page(call: Call, asked: Asked, **words: Any) -> web.Response:
    around = {"entries": None, "older": None, "newer": None, "errors": (), "status": HTTPStatus.OK}
    return page(
        call.request,
        "audit/search.html",
        marking=LOG_MARKING,
        asked=asked,
        actions=action_choices(),
        outcomes=[(outcome.value, OUTCOMES[outcome.value]) for outcome in Outcome],
        formats=FORMATS,
        **(around | words),
    )
