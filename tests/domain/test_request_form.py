"""The form of a request: what is blank, and what is too broad."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.domain.information_requests.content import (
    ConsultationRecord,
    RequestContent,
    RequestedItem,
    Subject,
)
from gateway.domain.information_requests.form import (
    FormField,
    TooBroad,
    folded,
    missing,
    too_broad,
)
from gateway.domain.register import ChildReference
from gateway.policy import load_bundle

POLICIES = Path(__file__).parents[2] / "policies"
FORM = load_bundle(POLICIES).forms["OTA-66C"]
SINCE, UNTIL = date(2026, 6, 1), date(2026, 11, 30)
ITEM = RequestedItem(
    "Health appointments", "Dates of clinic appointments and whether each was kept", SINCE, UNTIL
)
FULL = RequestContent(
    subject=Subject(ChildReference("child-1"), name="Example Child", born_on=date(2017, 3, 14)),
    ground="66C(a)(i)",
    purpose="To plan visits.",
    items=(ITEM,),
    held_because="The clinic said so.",
    needed_because="It shows which visits were missed.",
    consultation=ConsultationRecord(consulted=False, account="Not safe to ask."),
    due_because="The plan is reviewed.",
    action="Action 1",
)


def test_a_full_form_lacks_nothing() -> None:
    """Optional fields may stay blank."""
    assert missing(FULL, FORM) == ()
    assert too_broad(FULL, FORM) == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("subject.name", replace(FULL, subject=replace(FULL.subject, name=" "))),
        ("subject.born_on", replace(FULL, subject=replace(FULL.subject, born_on=None))),
        ("ground", replace(FULL, ground="")),
        ("purpose", replace(FULL, purpose="\n")),
        ("items", replace(FULL, items=())),
        ("held_because", replace(FULL, held_because="")),
        ("needed_because", replace(FULL, needed_because="")),
        (
            "consultation.consulted",
            replace(FULL, consultation=ConsultationRecord(account="Not safe to ask.")),
        ),
        ("consultation.account", replace(FULL, consultation=ConsultationRecord(consulted=True))),
        ("due_because", replace(FULL, due_because="")),
        ("action", replace(FULL, action="")),
    ],
)
def test_what_is_blank_is_named(name: str, content: RequestContent) -> None:
    """White space is blank."""
    assert missing(content, FORM) == (name,)


def test_an_age_stands_for_a_date_of_birth() -> None:
    """Where that is not known."""
    subject = replace(FULL.subject, born_on=None, age_years=0)
    assert missing(replace(FULL, subject=subject), FORM) == ()


def test_a_field_of_the_agencys_own_is_required_too() -> None:
    """It is looked for among what the agency added."""
    own = FormField("case_lead", "Case lead", "", required=True, longest=200, added=True)
    form = replace(FORM, fields=(*FORM.fields, own))
    assert missing(FULL, form) == ("case_lead",)
    assert missing(replace(FULL, further={"case_lead": "A. Sample"}), form) == ()


@pytest.mark.parametrize(
    "description",
    [
        "all health information",
        "All  HEALTH information!",
        "any information you hold",
        "Everything on this child",
        "the full file please",
        "Attendance information",
        "health information",
        "records",
        "school reports",
    ],
)
def test_what_asks_for_everything_is_too_broad(description: str) -> None:
    """Case, signs and a few words more change nothing; each has a hint how to narrow it."""
    (found,) = too_broad(replace(FULL, items=(replace(ITEM, description=description),)), FORM)
    assert found.number == 1
    assert len(found.hint) > 20


@pytest.mark.parametrize(
    "description",
    [
        "Dates of callouts to the address and the outcome of each",
        "Half-days absent in each week, with the reason recorded",
        "Whether health information was sent to the school after the accident in May",
    ],
)
def test_what_names_the_record_and_the_question_is_specific(description: str) -> None:
    """A broad wording among many other words is not what is asked for."""
    assert too_broad(replace(FULL, items=(replace(ITEM, description=description),)), FORM) == ()


@pytest.mark.parametrize(("since", "until"), [(None, UNTIL), (SINCE, None), (UNTIL, SINCE)])
def test_an_item_names_its_period(since: date | None, until: date | None) -> None:
    """The first and the last day, in this order."""
    items = (ITEM, replace(ITEM, since=since, until=until))
    (found,) = too_broad(replace(FULL, items=items), FORM)
    assert found.number == 2


@given(st.sampled_from(FORM.too_broad), st.text(" .,!\u2013\t", max_size=5))
def test_every_wording_of_the_table_is_found(broad: TooBroad, around: str) -> None:
    """Alone, in capitals, and with signs about it."""
    wording = broad.wording
    description = f"{around}{wording.upper()}{around}"
    (found,) = too_broad(replace(FULL, items=(replace(ITEM, description=description),)), FORM)
    assert found.hint == broad.hint


@given(st.text())
@example("\N{MATHEMATICAL BOLD CAPITAL A}ll health information")
def test_folding_is_stable(text: str) -> None:
    """Folding twice is folding once, and leaves neither capitals nor signs."""
    once = folded(text)
    assert folded(once) == once
    assert once == once.strip()
