"""Turns a request's document into plain values: texts and lists of texts, nothing else."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from gateway.documents.texts import NOT_STATED, long_date, or_not_stated, period, plain
from gateway.domain.information_requests.content import (
    ConsultationRecord,
    Party,
    RequestContent,
    RequestDocument,
    Subject,
)

Values: TypeAlias = Mapping[str, str | Sequence[Mapping[str, str]]]
"""Texts and lists, by the names in `placeholders`."""


def values_of(document: RequestDocument) -> Values:
    """Everything `document` shows, by placeholder; each text is clean and in its final wording."""
    made_on = document.made_at.date()
    return {
        **_heading(document),
        **_party("requester", document.requester),
        "requester_relationship": or_not_stated(document.content.relationship),
        **_party("holder", document.holder),
        **_child(document.content.subject, document.content.subject.age_on(made_on)),
        **_content(document.content),
        **_consultation(document.content.consultation),
        "ground": or_not_stated(document.ground),
        "due_on": long_date(document.due_on),
        "privacy_statement": or_not_stated(document.privacy_statement),
        "statements": [{"text": plain(text)} for text in document.statements],
        "further": [
            {"label": or_not_stated(label), "text": or_not_stated(text)}
            for label, text in document.further
        ],
    }


def _heading(document: RequestDocument) -> dict[str, str]:
    return {
        "title": " ".join(plain(document.title).split()),
        "reference": plain(document.reference),
        "date": long_date(document.made_at.date()),
        "marking": plain(document.marking),
        "authority": or_not_stated(document.authority),
        "meeting": or_not_stated(document.meeting),
        "action": plain(document.content.action),
        "subject_heading": " ".join(plain(document.subject_heading).split()),
        "policy_digest": plain(document.policy_digest),
    }


def _party(side: str, party: Party) -> dict[str, str]:
    names = ("agency", "standing", "person", "role", "phone", "email")
    return {f"{side}_{name}": or_not_stated(getattr(party, name)) for name in names}


def _child(subject: Subject, age: int | None) -> dict[str, str]:
    stated = "" if subject.born_on else " (as stated)"
    years = "year" if age == 1 else "years"
    return {
        "child_name": or_not_stated(subject.name),
        "child_other_names": or_not_stated(", ".join(subject.other_names)),
        "child_reference": or_not_stated(subject.reference),
        "child_born_on": long_date(subject.born_on),
        "child_age": NOT_STATED if age is None else f"{age} {years}{stated}",
        "child_gender": or_not_stated(subject.gender),
        "child_address": or_not_stated(subject.address),
        "child_identifiers": or_not_stated(
            "\n".join(f"{kind}: {number}" for kind, number in subject.identifiers.items())
        ),
        "child_family": or_not_stated(subject.family),
    }


def _content(content: RequestContent) -> dict[str, str | Sequence[Mapping[str, str]]]:
    return {
        "purpose": or_not_stated(content.purpose),
        "instrument": plain(content.instrument),
        "held_because": or_not_stated(content.held_because),
        "needed_because": or_not_stated(content.needed_because),
        "safety": plain(content.safety),
        "due_because": or_not_stated(content.due_because),
        "urgent": "Yes" if content.urgent else "No",
        "reply_by": or_not_stated(content.reply_by),
        "items": [
            {
                "number": str(number),
                "category": or_not_stated(item.category),
                "description": or_not_stated(item.description),
                "period": period(item.since, item.until),
            }
            for number, item in enumerate(content.items, start=1)
        ],
    }


def _consultation(record: ConsultationRecord) -> dict[str, str]:
    said = {True: "Yes", False: "No", None: NOT_STATED}
    return {
        "consulted": said[record.consulted],
        "consultation_whom": or_not_stated(record.whom),
        "consultation_account": or_not_stated(record.account),
    }
