"""What cannot be right in a request, and wording that reads as a duty."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gateway.domain.information_requests.content import (
    ConsultationRecord,
    RequestContent,
    RequestedItem,
    Subject,
)
from gateway.domain.information_requests.faults import (
    demands,
    faults,
    is_health_number,
    too_long,
)
from gateway.domain.register import ChildReference
from gateway.policy import load_bundle

FORMS = load_bundle(Path(__file__).parents[2] / "policies").forms
FORM = FORMS["OTA-66C"]
TODAY = date(2026, 12, 1)
CHILD = Subject(ChildReference("child-1"), name="Example Child", born_on=date(2017, 3, 14))
CONTENT = RequestContent(
    CHILD,
    purpose="To plan visits; the school may answer in part.",
    consultation=ConsultationRecord(consulted=True, whom="Her aunt", account="She agrees."),
)


def named(content: RequestContent, due_on: date | None = None) -> list[str]:
    """The fields in which something is wrong."""
    return [fault.field for fault in faults(content, FORM, today=TODAY, due_on=due_on)]


def test_a_sound_request_has_no_fault() -> None:
    """Nothing is made up."""
    assert named(CONTENT, date(2026, 12, 15)) == []
    assert demands(CONTENT, FORM) == ()


@pytest.mark.parametrize(
    ("subject", "field"),
    [
        (replace(CHILD, born_on=date(2026, 12, 2)), "subject.born_on"),
        (replace(CHILD, born_on=date(1900, 1, 1)), "subject.born_on"),
        (replace(CHILD, born_on=None, age_years=-1), "subject.age_years"),
        (replace(CHILD, born_on=None, age_years=121), "subject.age_years"),
        (replace(CHILD, age_years=15), "subject.age_years"),
        (replace(CHILD, identifiers={"NHI": "ZZZ0044"}), "subject.identifiers"),
        (replace(CHILD, identifiers={"NHI number": "ZZZ-00"}), "subject.identifiers"),
    ],
)
def test_what_is_plainly_a_slip_is_named(subject: Subject, field: str) -> None:
    """Ages, births and numbers."""
    assert named(replace(CONTENT, subject=subject)) == [field]


def test_an_age_that_fits_the_birth_is_no_fault() -> None:
    """Nor is a number of another kind."""
    sound = replace(CHILD, age_years=9, identifiers={"NHI": "ZZZ0016", "NSN": "1"})
    assert named(replace(CONTENT, subject=sound)) == []


def test_who_was_consulted_is_said() -> None:
    """Yes alone tells nobody anything."""
    unsaid = ConsultationRecord(consulted=True, account="She agrees.")
    assert named(replace(CONTENT, consultation=unsaid)) == ["consultation.whom"]


def test_a_day_far_away_is_a_slip() -> None:
    """2199 is no due date."""
    assert named(CONTENT, date(2199, 12, 31)) == ["due_on"]


def test_what_is_longer_than_the_form_allows_is_named() -> None:
    """With the length it may have."""
    item = RequestedItem("x", "y" * 20_001)
    long = replace(CONTENT, subject=replace(CHILD, name="n" * 201), items=(item,))
    assert [fault.field for fault in too_long(long, FORM)] == ["subject.name", "items"]
    (name, _) = too_long(long, FORM)
    assert "200" in name.remedy


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("reply_by", "You must answer within ten days."),
        ("purpose", "Failure to comply may be an OFFENCE: failure to comply is noted."),
        ("needed_because", "You are required to by the Act, as it is required by law."),
        ("due_because", "Your agency is obliged to answer by then."),
        ("held_because", "You h\u0430ve to answer since you told the meeting."),
        ("action", "It is an offence to withhold this."),
    ],
)
def test_wording_of_duty_is_found_where_the_act_says_may(field: str, text: str) -> None:
    """In any case, and in letters that look alike."""
    content = replace(CONTENT, **{field: text})  # type: ignore[arg-type]
    assert [fault.field for fault in demands(content, FORM)] == [field]
    assert demands(content, FORMS["OTA-66"]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "You are not required to answer; the Act lets you.",
        "He was charged with an offence in May, and the plan must reckon with it.",
        "The school must know whether visits are safe.",
        "The order is required for the plan.",
    ],
)
def test_other_uses_of_such_words_are_left_alone(text: str) -> None:
    """A duty is the holder's to answer, not any must."""
    assert demands(replace(CONTENT, purpose=text), FORM) == ()


@pytest.mark.parametrize(
    ("number", "right"),
    [
        *((number, True) for number in ("ZAA0067", "ZAC5361", "ZZZ0016", "zzz 0016")),
        *((number, True) for number in ("ACA31FM", "ASE37QK", "BWT41BY")),
        *((number, False) for number in ("ZZZ0044", "ALU18KZ", "IOO1234", "ZZZ001", "")),
    ],
)
def test_health_numbers_are_checked_by_their_last_character(number: str, right: bool) -> None:
    """Modulus 11 in the old form, 23 in the new; numbers of Z and published examples."""
    assert is_health_number(number) is right
