"""Accounts of disclosure: of a child, for a request under the Privacy Act, and of an agency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import web

from gateway.domain.classification import Classification, highest
from gateway.domain.errors import InvalidInput
from gateway.forms.search import asked as checked
from gateway.services import disclosures, names
from gateway.services.disclosures import Account, Direction, Disclosure
from gateway.services.knowing import unknown
from gateway.services.paging import Page
from gateway.services.ports import Authority
from gateway.services.withholding import WithheldDocument
from gateway.web.calls import Call
from gateway.web.keys import VISITOR
from gateway.web.pages.audit.asking import Asked, Fault, faults_of, read_period, tell_refused
from gateway.web.pages.audit.shown import LOG_MARKING, Rule, rules_of
from gateway.web.pages.audit.words import EXTENTS
from gateway.web.pages.shell import go, page

_AT_ONCE = 100
_DIRECTIONS = (("sent", "What it sent"), ("received", "What it received"))


@dataclass(frozen=True, slots=True)
class Told:
    """A disclosure as a page tells it: with the authority it names, and its extent in words."""

    it: Disclosure
    extent: str
    authority: Authority | None
    sender: str
    recipient: str
    recipient_agency: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A withheld document as a page tells it."""

    it: WithheldDocument
    recipient: str
    rules: tuple[Rule, ...]


async def find_child(call: Call) -> web.Response:
    """On to the account of the child that the form names; or the form."""
    asked = _asked(call, "child")
    if asked.errors:
        return await _refused(call, "audit/child_form.html", asked)
    child = asked.typed["child"]
    if not child:
        return page(call.request, "audit/child_form.html", asked=asked, errors=())
    return go(read_period(call).link(f"/audit/children/{quote(child)}"))


async def show_child(call: Call) -> web.Response:
    """What was disclosed about a child, to whom, when, under which authority; and what was not."""
    child, asked = call.path["child"], read_period(call)
    if asked.errors:
        return await _refused(call, "audit/child_form.html", _with(asked, child=child))
    found = await disclosures.account_of_child(
        call.parts, call.actor, child, asked.wanted, _page(call)
    )
    if not found.known:  # as for the command line: a slip must not read as an answer
        asked = _with(_faulty(asked, unknown("child")), child=child)
        return await _refused(call, "audit/child_form.html", asked)
    words = await _words(call, asked, found, f"/audit/children/{quote(child)}")
    return page(
        call.request,
        "audit/child.html",
        child=child,
        made_at=call.parts.clock.now(),
        first=call.request.query.get("after") is None,
        **words,
    )


async def find_agency(call: Call) -> web.Response:
    """On to the account of the agency that the form names; or the form, with one's own."""
    asked = _asked(call, "agency")
    if asked.errors:
        return await _refused(call, "audit/agency_form.html", asked)
    agency = asked.typed["agency"]
    if not agency:
        own = _with(asked, agency=call.actor.agency or "", direction="sent")
        return page(call.request, "audit/agency_form.html", **_agency_form(own))
    direction = call.request.query.get("direction", "sent")
    return go(read_period(call).link(f"/audit/agencies/{quote(agency)}", direction=direction))


async def show_agency(call: Call) -> web.Response:
    """What an agency sent, or received."""
    agency, asked = call.path["agency"], read_period(call)
    wanted = call.request.query.get("direction", "sent")
    direction = next((each for each in Direction if each.value == wanted), None)
    if direction is None:
        what = InvalidInput("This is neither.", "Choose one.", field="direction")
        asked = _faulty(asked, what)
    if asked.errors or direction is None:
        return await _refused(
            call, "audit/agency_form.html", _with(asked, agency=agency, direction=wanted)
        )
    found = await disclosures.account_of_agency(
        call.parts, call.actor, agency, direction, asked.wanted, _page(call)
    )
    asked = _with(asked, direction=direction.value)
    words = await _words(call, asked, found, f"/audit/agencies/{quote(agency)}")
    return page(
        call.request,
        "audit/agency.html",
        agency=agency,
        name=words["agencies"].get(agency, agency),
        direction=direction.value,
        made_at=call.parts.clock.now(),
        **words,
    )


def _asked(call: Call, name: str) -> Asked:
    """The period, and who is asked about, which has to be well formed."""
    period = read_period(call)
    typed = call.request.query.get(name, "").strip()[:_LONGEST]
    more = {name: typed}
    if name == "agency":
        more["direction"] = call.request.query.get("direction", "sent")[:_LONGEST]
    errors: Sequence[Fault] = period.errors
    if typed:
        try:
            checked({name: typed})
        except InvalidInput as error:
            errors = (*errors, *faults_of(error))
    return Asked({**period.typed, **more}, period.wanted, errors)


_LONGEST = 200  # characters of what was typed


def _faulty(asked: Asked, fault: Fault) -> Asked:
    return Asked(asked.typed, asked.wanted, (*asked.errors, fault))


def _with(asked: Asked, **typed: str) -> Asked:
    return Asked({**asked.typed, **typed}, asked.wanted, asked.errors)


async def _refused(call: Call, template: str, asked: Asked) -> web.Response:
    await tell_refused(call, asked.errors)
    words: dict[str, Any] = _agency_form(asked) if "direction" in asked.typed else {"asked": asked}
    words |= {"errors": asked.errors, "marking": LOG_MARKING}
    return page(call.request, template, status=HTTPStatus.UNPROCESSABLE_ENTITY, **words)


def _agency_form(asked: Asked) -> dict[str, Any]:
    return {"asked": asked, "errors": (), "directions": _DIRECTIONS}


def _page(call: Call) -> Page:
    after = call.request.query.get("after")
    return Page(_AT_ONCE, after[:_LONGEST] if after is not None else None)


async def _words(call: Call, asked: Asked, found: Account, path: str) -> dict[str, Any]:
    agencies = await names.of_agencies(call.parts)
    return {
        "marking": _marking(found),
        "asked": asked,
        "agencies": agencies,
        "told": [_told(call, each, agencies) for each in found.disclosures],
        "withheld": [_withheld(call, each) for each in found.withheld],
        "next": asked.link(path, after=found.next) if found.next else None,
        "zone": str(call.request[VISITOR].zone),
    }


def _told(call: Call, it: Disclosure, agencies: Mapping[str, str]) -> Told:
    return Told(
        it,
        EXTENTS[it.extent],
        call.parts.judge.authority(it.authority or ""),
        agencies.get(it.agency, it.agency),
        _person(it.recipient_name, it.recipient),
        agencies.get(it.recipient_agency or "", it.recipient_agency or ""),
    )


def _withheld(call: Call, it: WithheldDocument) -> Withheld:
    return Withheld(
        it, _person(it.recipient_name, it.recipient), rules_of(it.rules, call.parts.judge)
    )


def _person(name: str | None, pseudonym: str) -> str:
    return name or f"a person no longer known ({pseudonym[:12]}…)"


def _marking(found: Account) -> str:
    """The highest classification of what is listed."""
    listed = [d.classification for each in found.disclosures for d in each.documents]
    listed += [each.classification for each in found.withheld]
    known = {level.value: level for level in Classification}
    levels = [known[text] for text in listed if text in known]
    return highest([Classification(LOG_MARKING), *levels]).value
