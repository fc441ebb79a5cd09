"""What a person states about a pack: what is taken, what is refused, and what becomes of it."""

import json

import pytest
from pydantic import ValidationError

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput
from gateway.domain.packs import ConditionStatement, Label
from gateway.domain.register import AgencyId, ChildReference, RepresentativeId
from gateway.forms.models import (
    ConditionStatementModel,
    ConsultationModel,
    LabelModel,
    PackModel,
    StatementModel,
)

PACK = {
    "meeting": "kowhai-2026-12-08",
    "contact": "pat-tauira",
    "authority": "IPP-11",
    "purpose": "WIDER-SUPPORT",
    "marking": "In-Confidence",
}
STATEMENTS = [
    {"recipient": "ben-sample", "ground": "IPP 11(1)(e)(i)", "belief": "It will assist."},
    {
        "recipient": "mere-tauira",
        "ground": "IPP 11 purpose",
        "belief": "It will assist.",
        "stated_by": "aroha-tauira",
    },
]
CONSULTATION = {"child": "child-7f3a", "consulted": True, "account": "Agrees."}
LABEL = {
    "classification": "IN-CONFIDENCE",
    "category": "Care and protection",
    "source_agency": "tamariki-care",
    "children": ["child-7f3a"],
}
PAT = RepresentativeId("pat-tauira")


def test_a_pack_in_json_becomes_the_terms_of_a_pack() -> None:
    """Who is named stands; somebody else states only what nobody is named for."""
    terms = PackModel.model_validate_json(json.dumps(PACK)).terms_with(
        [StatementModel.model_validate_json(json.dumps(each)) for each in STATEMENTS],
        [ConsultationModel.model_validate_json(json.dumps(CONSULTATION))],
        [ConditionStatementModel(code="HAPU-1", account="Asked; agrees.")],
        RepresentativeId("tom-sample"),
    )
    assert (terms.meeting, terms.contact) == ("kowhai-2026-12-08", "pat-tauira")
    assert (terms.authority, terms.purpose) == ("IPP-11", "WIDER-SUPPORT")
    assert terms.marking is Classification.IN_CONFIDENCE
    assert [s.stated_by for s in terms.statements] == ["tom-sample", "aroha-tauira"]
    assert [s.recipient for s in terms.statements] == ["ben-sample", "mere-tauira"]
    assert [c.account for c in terms.consultations] == ["Agrees."]
    assert terms.conditions == (ConditionStatement("HAPU-1", "Asked; agrees."),)


def test_somebody_must_answer_for_a_pack_and_state_each_belief() -> None:
    """Where nobody is named and nobody else can stand in, the field is named."""
    pack = PackModel.model_validate({**PACK, "contact": None})
    assert pack.terms_with([], [], [], PAT).contact == PAT
    with pytest.raises(InvalidInput) as caught:
        pack.terms_with([], [], [], None)
    assert caught.value.field == "contact"
    statement = StatementModel.model_validate(STATEMENTS[0])
    assert statement.to_domain(PAT).stated_by == PAT
    with pytest.raises(InvalidInput) as caught:
        statement.to_domain(None)
    assert caught.value.field == "statements.stated_by"


def test_a_label_says_the_cautious_thing_by_default() -> None:
    """A document is about a person unless the label says otherwise."""
    label = LabelModel.model_validate_json(
        '{"classification": "IN-CONFIDENCE", "category": "Attendance", "source_agency": "school"}'
    ).to_domain()
    assert label.personal_information
    assert label.children == ()


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({}, "category", "Care and protection"),
        ({"classification": "in confidence"}, "classification", Classification.IN_CONFIDENCE),
        ({"category": "e\u0301ducation  "}, "category", "\u00e9ducation"),
        ({"category": "a\u00a0b\u3000"}, "category", "a b"),
        ({"category": "x" * 200}, "category", "x" * 200),
        ({"endorsements": ["medical", "Staff only"]}, "endorsements", ("MEDICAL", "STAFF ONLY")),
        ({"endorsements": ["MEDICAL", "STAFF ONLY"]}, "endorsements", ("MEDICAL", "STAFF ONLY")),
        (
            {"children": ["child-7f3a", "child-9c2e"]},
            "children",
            (ChildReference("child-7f3a"), ChildReference("child-9c2e")),
        ),
        ({"source_agency": "x"}, "source_agency", AgencyId("x")),
    ],
)
def test_a_right_label_is_taken_in_its_canonical_form(
    change: dict[str, object], name: str, value: object
) -> None:
    """Blanks, letters with marks and capitals come out in one form; the rest stays as it is."""
    label = LabelModel.model_validate({**LABEL, **change}).to_domain()
    plain = LabelModel.model_validate(LABEL).to_domain()
    assert getattr(label, name) == value
    assert [n for n in Label.__slots__ if getattr(label, n) != getattr(plain, n)] in ([], [name])


@pytest.mark.parametrize(
    "change",
    [
        {"classification": "SECRETIVE"},
        {"classification": 1},
        {"category": "a\x07b"},
        {"category": "\u3164"},
        {"category": "a\u2800b"},
        {"category": "\ue000"},
        {"category": " \n "},
        {"category": "a\nb"},
        {"category": "a\u2028b"},
        {"category": "\u202eabc"},
        {"category": "x" * 201},
        {"children": ["ABC1234"]},
        {"children": ["abc12de"]},
        {"children": ["child-7f3a"] * 2},
        {"children": ["ch"]},
        {"endorsements": ["medical", "MEDICAL"]},
        {"endorsements": ["MĀORI"]},
        {"endorsements": [" "]},
        {"source_agency": "-x"},
        {"source_agency": "x\n"},
        {"personal_information": 1},
        {"obtained_under_section_66": None},
        {"surprise": 1},
    ],
)
def test_a_wrong_label_is_refused(change: dict[str, object]) -> None:
    """One fault is found, at the key that was changed."""
    with pytest.raises(ValidationError) as caught:
        LabelModel.model_validate({**LABEL, **change})
    (fault,) = caught.value.errors()
    assert [fault["loc"][0]] == list(change)


def test_a_validation_error_does_not_show_what_was_sent() -> None:
    """The error of the library itself can be logged without leaking a value."""
    with pytest.raises(ValidationError) as caught:
        PackModel.model_validate(PACK | {"purpose": "Tama Example", "marking": "Tama Example"})
    assert "Tama" not in str(caught.value)
    assert "Tama" not in repr(caught.value)
