"""What a person writes into a request, in JSON: taken alike, or refused with the field named."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.content import ConsultationRecord, RequestedItem, Subject
from gateway.domain.register import ChildReference, RepresentativeId
from gateway.forms.requests import (
    ConsultationRecordModel,
    ItemModel,
    RequestModel,
    SubjectModel,
)

PAT = RepresentativeId("pat-tauira")
LEAST: dict[str, Any] = {
    "meeting": "kowhai-2026-12-08",
    "authority": "OTA-66C",
    "protocol_purpose": "SAFETY-PLAN",
    "holder": "iris-example",
    "marking": "IN-CONFIDENCE",
    "subject": {"reference": "child-7f3a"},
}


def refused(model: type[Any], written: object) -> list[tuple[str | int, ...]]:
    """Where the faults of what was written are."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps(written))
    return [error["loc"] for error in caught.value.errors()]


def test_somebody_must_ask() -> None:
    """Who is named stands; else the token's holder; where there is neither, the field is named."""
    model = RequestModel.model_validate_json(json.dumps(LEAST))
    assert model.to_terms(PAT).requester == PAT
    named = RequestModel.model_validate_json(json.dumps(LEAST | {"requester": "aroha-tauira"}))
    assert named.to_terms(PAT).requester == "aroha-tauira"
    with pytest.raises(InvalidInput) as caught:
        model.to_terms(None)
    assert caught.value.field == "requester"


def test_what_is_left_out_and_what_is_null_are_both_blank() -> None:
    """A form that a program fills in writes nulls where a person writes nothing."""
    optional = {
        name
        for name, field in RequestModel.model_fields.items()
        if field.default is None and not field.is_required()
    }
    nulls: dict[str, Any] = LEAST | dict.fromkeys(optional)
    assert len(optional) > 10
    filled = RequestModel.model_validate_json(json.dumps(nulls)).to_terms(PAT)
    assert filled == RequestModel.model_validate_json(json.dumps(LEAST)).to_terms(PAT)


def test_each_part_becomes_the_domains() -> None:
    """Days as ISO texts; texts trimmed, in their one canonical form."""
    subject = SubjectModel.model_validate_json(
        json.dumps(
            {
                "reference": "child-7f3a",
                "name": "  Tama\u00a0Ta\u0304ne (fictional) ",
                "born_on": "2017-03-14",
                "identifiers": {" NHI ": "ZZZ0016"},
            }
        )
    )
    assert subject.to_domain() == Subject(
        ChildReference("child-7f3a"),
        "Tama Tāne (fictional)",
        born_on=date(2017, 3, 14),
        identifiers={"NHI": "ZZZ0016"},
    )
    item = ItemModel.model_validate_json(
        '{"category": "attendance", "description": "Days", "since": "2026-06-01", "until": null}'
    )
    assert item.to_domain() == RequestedItem("attendance", "Days", date(2026, 6, 1))
    assert ConsultationRecordModel().to_domain() == ConsultationRecord()
    asked = ConsultationRecordModel(consulted=True, whom="Her aunt", account="She agrees.")
    assert asked.to_domain() == ConsultationRecord(
        consulted=True, whom="Her aunt", account="She agrees."
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "blue"}, ("colour",)),
        ({"urgent": "true"}, ("urgent",)),
        ({"urgent": None}, ("urgent",)),
        ({"due_on": "2027-02-30"}, ("due_on",)),
        ({"due_on": "2027-02-26T00:00:00Z"}, ("due_on",)),
        ({"due_on": 1_800_000_000}, ("due_on",)),
        ({"purpose": "a\x1b[2Jb"}, ("purpose",)),
        ({"purpose": "a" * 20_001}, ("purpose",)),
        ({"purpose": ""}, ("purpose",)),
        ({"action": 2}, ("action",)),
        ({"subject": {"reference": "child-7f3a", "age_years": 9.5}}, ("subject", "age_years")),
        ({"subject": {"reference": "child-7f3a", "age_years": True}}, ("subject", "age_years")),
        ({"subject": {"reference": "Tama Sample"}}, ("subject", "reference")),
        ({"items": [{"category": "a", "description": "b"}, {}]}, ("items", 1, "category")),
        ({"items": None}, ("items",)),
        ({"consultation": {"consulted": 0}}, ("consultation", "consulted")),
        ({"further": {f"f{n}": "x" for n in range(51)}}, ("further",)),
        ({"further": {"a\nb": "x"}}, ("further", "a\nb", "[key]")),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(
    change: dict[str, object], place: tuple[str | int, ...]
) -> None:
    """Unknown keys, wrong types, bad days, control characters, and too much of anything."""
    assert place in refused(RequestModel, LEAST | change)


def test_a_subject_has_few_numbers() -> None:
    """Only those the holder needs to find records."""
    many = {f"kind {n}": "1" for n in range(21)}
    assert refused(SubjectModel, {"reference": "child-7f3a", "identifiers": many}) == [
        ("identifiers",)
    ]


def test_an_error_does_not_show_what_was_written() -> None:
    """It could be a name."""
    with pytest.raises(ValidationError) as caught:
        RequestModel.model_validate(LEAST | {"subject": {"reference": "Tama Sample"}})
    assert "Tama" not in str(caught.value)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(RequestModel.model_fields)), anything)
def test_any_value_of_any_field_is_taken_or_refused(name: str, value: object) -> None:
    """Nothing else is raised, and what is taken becomes terms."""
    try:
        model = RequestModel.model_validate(LEAST | {name: value})
    except ValidationError:
        return
    assert model.to_terms(PAT).holder
