"""What a template may show: every placeholder by its name, and what it stands for."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "title": "what the document is",
    "reference": "the reference of the request",
    "date": "the day the document was made",
    "marking": "the protective marking; in the header and the footer of every section",
    "authority": "the legal authority the request is made under",
    "meeting": "the meeting it follows up",
    "action": "the meeting's action it follows up; may be empty",
    "requester_agency": "the agency that asks",
    "requester_standing": "under which part of the Act that agency or person counts",
    "requester_person": "who asks",
    "requester_role": "that person's role",
    "requester_phone": "that person's telephone number",
    "requester_email": "that person's email address",
    "requester_relationship": "how they are related to the child or young person or the family",
    "holder_agency": "the agency that is asked",
    "holder_standing": "under which part of the Act that agency or person counts",
    "holder_person": "who is asked",
    "holder_role": "that person's role",
    "holder_phone": "that person's telephone number",
    "holder_email": "that person's email address",
    "subject_heading": "what the part about the person is called; may be left out",
    "child_name": "full name of the child or young person",
    "child_other_names": "other names",
    "child_reference": "how the meeting refers to them",
    "child_born_on": "date of birth",
    "child_age": "age in years on the day the document was made",
    "child_gender": "gender",
    "child_address": "address",
    "child_identifiers": "numbers such as the NHI, only where they are needed",
    "child_family": "parents, caregivers, siblings, only as far as needed",
    "ground": "which purpose of the legal authority",
    "purpose": "how the information serves that purpose",
    "instrument": "the plan, strategy or service the purpose is tied to; may be empty",
    "held_because": "why the agency asked is believed to hold it",
    "needed_because": "why it is believed to assist",
    "consulted": "whether the child or young person, or someone for them, was told and asked",
    "consultation_whom": "who was told and asked",
    "consultation_account": "their views, or why they were not asked",
    "safety": "what could happen if others learn of the request; may be empty",
    "due_on": "the day by which an answer is asked for",
    "due_because": "why by that day",
    "urgent": "whether it is urgent: Yes or No",
    "reply_by": "how to reply",
    "privacy_statement": "the privacy statement of the protocol",
    "policy_digest": "SHA-256 of the policies the document was made under",
}
"""Texts, by placeholder. They say `Not stated` where nothing was written, or are empty."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that a template repeats a row or paragraph for: what an entry is called and holds."""

    entry: str
    texts: Mapping[str, str]


LISTS: Final[Mapping[str, ListOf]] = {
    "items": ListOf(
        "item",
        {
            "number": "its number, from 1",
            "category": "the category of the information",
            "description": "what exactly is asked for",
            "period": "the period it is asked for",
        },
    ),
    "statements": ListOf("statement", {"text": "one paragraph of what the Act says"}),
    "further": ListOf(
        "field",
        {"label": "name of a field the agency added", "text": "what was written in it"},
    ),
}
"""Lists, by placeholder."""

OPTIONAL: Final = frozenset({"subject_heading"})
"""What a template may word itself."""

REQUIRED: Final = frozenset(TEXTS) - OPTIONAL | {
    f"{each.entry}.{name}" for each in LISTS.values() for name in each.texts
}
"""What every template must show."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that names the known placeholder nearest to `name`; empty if none is near."""
    found = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f"Did you mean '{found[0]}'?" if found else ""
