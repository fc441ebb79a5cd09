"""The models that the pack file shares with the JSON interface."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from gateway.domain.classification import Classification
from gateway.domain.packs import PackId
from gateway.domain.register import AgencyId
from gateway.files.models import LabelModel, PackModel
from gateway.files.problems import problems_of

PACK = {
    "meeting": "kowhai-2026-12-08",
    "contact": "pat-tauira",
    "authority": "IPP-11",
    "purpose": "WIDER-SUPPORT",
    "marking": "In-Confidence",
    "statements": [
        {"recipient": "ben-sample", "ground": "IPP 11(1)(e)(i)", "belief": "It will assist."},
        {
            "recipient": "mere-tauira",
            "ground": "IPP 11 purpose",
            "belief": "It will assist.",
            "stated_by": "aroha-tauira",
        },
    ],
    "consultations": [{"child": "child-7f3a", "consulted": True, "account": "Agrees."}],
}


def test_a_pack_in_json_becomes_a_pack_of_the_domain() -> None:
    """What the gateway itself knows is added; the contact states what nobody else is named for."""
    created_at = datetime(2026, 11, 23, tzinfo=UTC)
    pack = PackModel.model_validate_json(json.dumps(PACK)).to_domain(
        PackId("p-1"), AgencyId("tamariki-care"), created_at
    )
    assert (pack.id, pack.agency, pack.created_at) == ("p-1", "tamariki-care", created_at)
    assert (pack.meeting, pack.contact) == ("kowhai-2026-12-08", "pat-tauira")
    assert (pack.authority, pack.purpose) == ("IPP-11", "WIDER-SUPPORT")
    assert pack.marking is Classification.IN_CONFIDENCE
    assert pack.sent_at is None
    assert [s.stated_by for s in pack.statements] == ["pat-tauira", "aroha-tauira"]
    assert [c.account for c in pack.consultations] == ["Agrees."]


def test_a_pack_written_as_json_reads_the_same() -> None:
    """Reading undoes writing."""
    model = PackModel.model_validate_json(json.dumps(PACK))
    assert PackModel.model_validate_json(model.model_dump_json()) == model


def test_a_label_says_the_cautious_thing_by_default() -> None:
    """A document is about a person unless the label says otherwise."""
    label = LabelModel.model_validate_json(
        '{"classification": "IN-CONFIDENCE", "category": "Attendance", "source_agency": "school"}'
    ).to_domain()
    assert label.personal_information
    assert label.children == ()


@pytest.mark.parametrize("wrong", ["true", 1, None])
def test_json_is_taken_as_strictly_as_toml(wrong: object) -> None:
    """Nothing is turned into a truth value that is none."""
    consultation = {"child": "child-7f3a", "consulted": wrong, "account": "Agrees."}
    with pytest.raises(ValidationError) as caught:
        PackModel.model_validate_json(json.dumps(PACK | {"consultations": [consultation]}))
    (problem,) = problems_of(caught.value, PackModel)
    assert problem.field == "consultations[1].consulted"
    assert problem.message == "This must be true or false."


def test_a_validation_error_does_not_show_what_was_sent() -> None:
    """The error of the library itself can be logged without leaking a value."""
    with pytest.raises(ValidationError) as caught:
        PackModel.model_validate(PACK | {"purpose": "Tama Example", "marking": "Tama Example"})
    assert "Tama" not in str(caught.value)
    assert "Tama" not in repr(caught.value)
