"""From the form of a new pack to its terms: one statement for all, with exceptions."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from gateway.domain.errors import Problem
from gateway.domain.register import AuthorityCode, RepresentativeId
from gateway.services.meetings import MeetingView
from gateway.services.packs import PackTerms
from gateway.services.ports import Authority
from gateway.web.bodies import validated
from gateway.web.form import Form
from gateway.web.models import PackBody
from gateway.web.pages.packs.faults import only

_PARTS: Final = ("ground", "belief", "instrument")
_LISTED: Final = re.compile(r"(statements|consultations|conditions)\[(\d+)\]\.(\w+)")


def terms_from(form: Form, view: MeetingView, contact: RepresentativeId) -> PackTerms:
    """The terms a form states.

    Raises:
        InvalidInput: something is missing or not of the required form; every fault is listed, by
            the names the API has for it, which `field_of` turns into fields of the page.
    """
    if faults := list(_missing(form, view)):
        raise only(faults)
    body = {
        "meeting": view.meeting.id,
        "contact": contact,
        "authority": form.text("authority"),
        "purpose": form.text("purpose"),
        "marking": form.text("marking"),
        "statements": _statements(form, view),
        "consultations": _consultations(form, view),
        "conditions": _conditions(form, view),
    }
    return validated(body, PackBody).to_terms(contact)


def field_of(form: Form, view: MeetingView) -> Callable[[str], str]:
    """Which field of the page one of the API's names is."""
    recipients = [s["recipient"] for s in _statements(form, view)]
    children = [c["child"] for c in _consultations(form, view)]
    codes = [c["code"] for c in _conditions(form, view)]

    def field(name: str) -> str:
        found = _LISTED.fullmatch(name)
        if found is None:
            return "ground" if name.startswith("statements") else name
        kind, number, part = found[1], int(found[2]) - 1, found[3]
        if kind == "conditions":
            return f"condition-{codes[number]}"
        if kind == "consultations":
            return f"{part}-{children[number]}"
        own = f"{part}-{recipients[number]}"
        return own if form.text(own) else part

    return field


def _statements(form: Form, view: MeetingView) -> list[dict[str, Any]]:
    """One statement for each attendee but those left out: their own words, or those for all."""
    found = []
    for attendee in view.attendees:
        person = attendee.person.id
        if form.ticked(f"none-{person}"):
            continue
        stated = {part: form.text(f"{part}-{person}") or form.text(part) for part in _PARTS}
        if stated["ground"] or stated["belief"]:
            stated_or_none = {**stated, "instrument": stated["instrument"] or None}
            found.append({"recipient": person, **stated_or_none})
    return found


def _consultations(form: Form, view: MeetingView) -> list[dict[str, Any]]:
    return [
        {
            "child": child.reference,
            "consulted": form.text(f"consulted-{child.reference}") == "yes",
            "account": form.text(f"account-{child.reference}"),
        }
        for child in view.meeting.children
        if form.text(f"consulted-{child.reference}") or form.text(f"account-{child.reference}")
    ]


def _conditions(form: Form, view: MeetingView) -> list[dict[str, Any]]:
    """What is written about conditions; blank where the documents hold nothing they cover."""
    return [
        {"code": each.code, "account": account}
        for each in view.conditions
        if (account := form.text(f"condition-{each.code}"))
    ]


def _missing(form: Form, view: MeetingView) -> Iterator[Problem]:
    """What the legal authority asks for and the form does not say."""
    authority = view.authorities[AuthorityCode(form.text("authority"))]
    if authority.needs_statement:
        yield from _missing_statements(form, view)
        yield from _missing_instruments(form, view, authority)
    if authority.needs_consultation:
        for child in view.meeting.children:
            for part, words in (("consulted", "whether"), ("account", "what")):
                name = f"{part}-{child.reference}"
                if not form.text(name):
                    yield Problem(name, _ASKED[words], f"It is about {child.reference}.")


_ASKED: Final = {
    "whether": "Say whether the child or young person was consulted.",
    "what": "Write the views given, or why there was no consultation.",
}
_STATED: Final = {
    "ground": ("Choose a ground.", "It holds for everyone who has none of their own below."),
    "belief": ("Write why you believe so.", "It holds for everyone who has no words of their own."),
}


def _missing_statements(form: Form, view: MeetingView) -> Iterator[Problem]:
    stated = [a for a in view.attendees if not form.ticked(f"none-{a.person.id}")]
    for part, (message, remedy) in _STATED.items():
        if not form.text(part) and any(not form.text(f"{part}-{a.person.id}") for a in stated):
            yield Problem(part, message, remedy)


def _missing_instruments(form: Form, view: MeetingView, authority: Authority) -> Iterator[Problem]:
    tied = {ground.code for ground in authority.grounds if ground.needs_instrument}
    fields = {
        f"instrument-{s['recipient']}" if form.text(f"ground-{s['recipient']}") else "instrument"
        for s in _statements(form, view)
        if s["ground"] in tied and not s["instrument"]
    }
    for field in sorted(fields):
        yield Problem(
            field,
            "This ground is tied to a plan, strategy or service of the department.",
            "Name it, or choose another ground.",
        )
