"""The form of a request: what is blank, and what is too broad."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.domain.information_requests.breadth import too_broad
from gateway.domain.information_requests.content import (
    ConsultationRecord,
    RequestContent,
    RequestedItem,
    Subject,
)
from gateway.domain.information_requests.form import FormField, TooBroad, missing
from gateway.domain.information_requests.wording import folded
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
        "All health information about Tama since birth",
        "Everything you have about the whole family and all its members",
        "All his health records",
        "Any and all documents, notes and files held",
        "A complete copy of the medical record",
        "The whole police file",
        "The whole police file on the family, with the dates of callouts, for the safety plan",
        "Every note, email and report that the school keeps about him and his whānau",
        "His medical records from the clinic, in full, for the plan of visits",
        "The file of the family's social worker in its entirety, please",
        "Dates of visits, and all other information you hold about the family",
        "\u0410ll h\u0435alth r\u0435cords \u043e\u0192 Tama, as kept by the clinic in town",
        "A\u200bll his he\u00adalth records as kept by the clinic in town",
        "ALL HIS HEALTH RECORDS AS KEPT BY THE CLINIC IN TOWN",
        "Ngā kōrero katoa mō te tamaiti nei me tōna whānau",
        "copies of the case notes and any information about the mother's partner",
        "Full details of the family's history with the service",
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
        "All dates of clinic appointments, and whether each was kept",
        "All half-days absent, with the reason recorded in the register",
        "Every callout to 12 Example Street, with its date and outcome",
        "Dates of all referrals recorded in the file, and to whom",
        "Names of all staff who saw him after the visit of 3 May",
        "Full name of the clinic where his hearing was tested",
        "Whether the whole course of immunisations due by the age of five was given",
        "Results of the hearing test of June, and whether it was followed up",
        "The outcome of the notification of 4 August and who was told of it",
        "The number of stand-downs in terms 2 and 3, with the reason for each",
        "Whether all steps of the safety plan that concern the school were taken",
        "Which medicines were prescribed after the admission in July",
        "Ngā rā i ngaro ia i te kura, me ngā take",
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


BORN, TODAY, DUE = date(2017, 3, 14), date(2026, 12, 1), date(2026, 12, 15)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (date(1900, 1, 1), date(2199, 12, 31), "before the person was born"),
        (BORN - timedelta(days=1), UNTIL, "before the person was born"),
        (SINCE, DUE + timedelta(days=1), "beyond 2026-12-15"),
    ],
)
def test_a_period_lies_within_what_can_be_known(since: date, until: date, said: str) -> None:
    """Not before the birth, and not after the day an answer is asked for."""
    content = replace(FULL, items=(replace(ITEM, since=since, until=until),))
    (found,) = too_broad(content, FORM, today=TODAY, due_on=DUE)
    assert said in found.hint


def test_a_period_is_not_endless() -> None:
    """Ten years at most, as the policy data has it; to the day."""
    grown = replace(FULL, subject=replace(FULL.subject, born_on=date(2009, 3, 14)))
    for since, broad in ((date(2016, 11, 30), 0), (date(2016, 11, 29), 1), (date(2012, 2, 29), 1)):
        content = replace(grown, items=(replace(ITEM, since=since, until=UNTIL),))
        assert len(too_broad(content, FORM, today=TODAY)) == broad


def test_where_the_age_is_stated_the_period_fits_it() -> None:
    """As far as the year of birth can be told from it."""
    stated = replace(FULL.subject, born_on=None, age_years=9)
    for year, broad in ((2016, 0), (2015, 1)):
        items = (replace(ITEM, since=date(year, 6, 1)),)
        content = replace(FULL, subject=stated, items=items)
        found = too_broad(content, replace(FORM, breadth=LONG), today=TODAY)
        assert len(found) == broad


LONG = replace(FORM.breadth, longest_years=100)


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
