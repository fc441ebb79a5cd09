"""What cannot be right in a request, field by field, and wording that turns asking into a duty."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gateway.domain.information_requests.content import RequestContent, Subject
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.information_requests.wording import folded, holds

_OLDEST: Final = 120  # years
_NHI = re.compile(r"[A-HJ-NP-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})")
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O; A counts 1
_SIGNS: Final = re.compile(r"[\s.-]")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with a field, named as the form names it, and what to do about it."""

    field: str
    message: str
    remedy: str


def faults(
    content: RequestContent, form: RequestForm, *, today: date, due_on: date | None = None
) -> tuple[FieldFault, ...]:
    """Everything in a request that cannot be right, whatever it asks for."""
    found = [*too_long(content, form), *_of_age(content.subject, today)]
    for kind, number in content.subject.identifiers.items():
        if "nhi" in folded(kind).split() and not is_health_number(number):
            found.append(
                FieldFault(
                    "subject.identifiers",
                    "A National Health Index number does not have a right check character.",
                    "Copy it from the record, or leave it out.",
                )
            )
    if content.consultation.consulted and not content.consultation.whom.strip():
        found.append(
            FieldFault(
                "consultation.whom",
                "It is not said who was told and asked.",
                "Say who was asked, or that nobody was and why.",
            )
        )
    if due_on is not None and due_on > today + timedelta(days=form.furthest_due_days):
        found.append(
            FieldFault(
                "due_on",
                f"The day is more than {form.furthest_due_days} days away.",
                "Name an earlier day; ask again when the time comes.",
            )
        )
    return tuple(found)


def too_long(content: RequestContent, form: RequestForm) -> Iterator[FieldFault]:
    """Every field with a text that is longer than the form allows."""
    texts = texts_of(content)
    for field in form.fields:
        longest = max(map(len, texts.get(field.name, ())), default=0)
        if longest > field.longest:
            yield FieldFault(
                field.name,
                f"'{field.label}' has {longest:,} characters.",
                f"Shorten it to {field.longest:,} characters.",
            )


def demands(content: RequestContent, form: RequestForm) -> tuple[FieldFault, ...]:
    """The fields that read as if the holder had to answer, where the Act does not say so."""
    found = []
    for name, texts in texts_of(content).items():
        if name.startswith(("subject.", "consultation.")) or name == "ground":
            continue
        wording = duty_in(" ".join(texts), form.duty)
        if wording is not None:
            found.append(
                FieldFault(
                    name,
                    f"'{wording}' reads as if the holder had to answer; this Act only lets them.",
                    "Ask for it: say what is needed and why, and leave the decision to the holder.",
                )
            )
    return tuple(found)


def duty_in(text: str, wordings: tuple[str, ...]) -> str | None:
    """The first of `wordings` that stands in `text`; None if none does."""
    words = folded(text).split()
    return next((wording for wording in wordings if holds(words, wording)), None)


def texts_of(content: RequestContent) -> Mapping[str, tuple[str, ...]]:
    """Every text of a request, by the field it stands in."""
    subject, stated = content.subject, content.consultation
    numbers = [text for pair in subject.identifiers.items() for text in pair]
    return {
        "subject.name": (subject.name,),
        "subject.other_names": subject.other_names,
        "subject.gender": (subject.gender,),
        "subject.address": (subject.address,),
        "subject.identifiers": tuple(numbers),
        "subject.family": (subject.family,),
        "ground": (content.ground,),
        "purpose": (content.purpose,),
        "instrument": (content.instrument,),
        "items": tuple(text for i in content.items for text in (i.category, i.description)),
        "held_because": (content.held_because,),
        "needed_because": (content.needed_because,),
        "consultation.whom": (stated.whom,),
        "consultation.account": (stated.account,),
        "due_because": (content.due_because,),
        "reply_by": (content.reply_by,),
        "relationship": (content.relationship,),
        "action": (content.action,),
        "safety": (content.safety,),
        **{name: (text,) for name, text in content.further.items()},
    }


def _of_age(subject: Subject, today: date) -> Iterator[FieldFault]:
    born, stated = subject.born_on, subject.age_years
    if born is not None and born > today:
        yield FieldFault("subject.born_on", "The date of birth is in the future.", "Correct it.")
        return
    age = subject.age_on(today)
    if age is not None and not 0 <= age <= _OLDEST:
        field = "subject.age_years" if born is None else "subject.born_on"
        yield FieldFault(field, f"Nobody is {age} years old.", "Correct it.")
    elif born is not None and stated is not None and stated != age:
        yield FieldFault(
            "subject.age_years",
            f"The age stated is {stated}; by the date of birth it is {age}.",
            "Correct the one that is wrong, or leave the age out.",
        )


def is_health_number(text: str) -> bool:
    """Whether `text` is a National Health Index number with a right check character.

    Source: HISO 10046, both forms: modulus 11 with a digit, modulus 23 with a letter.
    """
    number = _SIGNS.sub("", text).upper()
    if not _NHI.fullmatch(number):
        return False
    weighed = sum((7 - n) * _value(c) for n, c in enumerate(number[:6]))
    if number[6].isdigit():
        rest = weighed % 11
        return rest != 0 and (11 - rest) % 10 == int(number[6])
    return _value(number[6]) == 23 - weighed % 23


def _value(character: str) -> int:
    return int(character) if character.isdigit() else _LETTERS.index(character) + 1
