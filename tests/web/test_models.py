"""What requests may hold: by the pack file's names and rules, and never an error but one kind."""

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web.driving import LABEL

from gateway.domain.errors import InvalidInput
from gateway.files.models import LabelModel, PackModel
from gateway.web.bodies import validated
from gateway.web.models import Acknowledgement, Label, PackBody, TransferQuery, UploadLabel

PACK: dict[str, Any] = {
    "meeting": "kowhai-2026-12-08",
    "contact": "pat-tauira",
    "authority": "OTA-66C",
    "purpose": "SAFETY-PLAN",
    "marking": "IN-CONFIDENCE",
    "statements": [{"recipient": "ben-sample", "ground": "66C(a)(i)", "belief": "It helps."}],
    "consultations": [{"child": "child-7f3a", "consulted": True, "account": "Agreed."}],
}
CANARY = "canary-value"
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([CANARY, "x" * 5_000, "\x00", "\u202e", "{braces}", "%s"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PACK, *LABEL, CANARY, ""]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every place in a value."""
    found = [way]
    keys = range(len(value)) if isinstance(value, list) else value
    for key in keys if isinstance(value, list | dict) else ():
        found += places(value[key], (*way, key))
    return found


@settings(max_examples=300)
@given(st.sampled_from(places(PACK)[1:]), ODD)
def test_any_change_of_a_pack_is_taken_or_refused_in_words(way: tuple[Any, ...], odd: Any) -> None:
    """Never another error than InvalidInput, and never a word of what was sent."""
    body = copy.deepcopy(PACK)
    inner: Any = body
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = odd
    try:
        validated(body, PackBody).to_terms(None)
    except InvalidInput as error:
        said = [error.message, error.remedy, *(p.message + p.remedy for p in error.problems)]
        assert all(said)
        assert not any(CANARY in text for text in said)


@pytest.mark.parametrize("model", [Label, UploadLabel, Acknowledgement, TransferQuery])
@given(ODD)
def test_any_value_is_taken_or_refused(model: Any, value: Any) -> None:
    """Never another error than InvalidInput."""
    with suppress(InvalidInput):
        assert isinstance(validated(value, model), model)


def test_a_statement_needs_somebody_to_make_it() -> None:
    """Where nobody is named and the token has no holder, the field is named."""
    body = {
        "meeting": "m",
        "authority": "OTA-66C",
        "purpose": "P",
        "marking": "IN-CONFIDENCE",
    }
    with pytest.raises(InvalidInput) as caught:
        PackBody.model_validate(body).to_terms(None)
    assert caught.value.field == "contact"


def test_bodies_have_the_names_of_the_pack_file() -> None:
    """Whoever knows one knows the other: same names, same labels taken and refused."""
    assert set(Label.model_fields) == set(LabelModel.model_fields)
    assert set(PackBody.model_fields) == set(PackModel.model_fields)
    changes: list[dict[str, object]] = [
        {},
        {"classification": "in confidence"},
        {"classification": "SECRETIVE"},
        {"classification": 1},
        {"category": "e\u0301ducation  "},
        {"category": "a\x07b"},
        {"category": "a\u00a0b\u3000"},
        {"category": "\u3164"},
        {"category": "a\u2800b"},
        {"category": "\ue000"},
        {"category": " \n "},
        {"endorsements": ["medical", "Staff only"]},
        {"endorsements": ["medical", "MEDICAL"]},
        {"endorsements": ["MĀORI"]},
        {"endorsements": [" "]},
        {"category": "a\nb"},
        {"category": "a\u2028b"},
        {"category": "\u202eabc"},
        {"category": "x" * 200},
        {"category": "x" * 201},
        {"children": ["ABC1234"]},
        {"children": ["abc12de"]},
        {"children": ["child-7f3a", "child-9c2e"]},
        {"children": ["child-7f3a"] * 2},
        {"children": ["ch"]},
        {"endorsements": ["MEDICAL", "STAFF ONLY"]},
        {"source_agency": "-x"},
        {"source_agency": "x\n"},
        {"personal_information": 1},
        {"obtained_under_section_66": None},
        {"surprise": 1},
    ]
    for change in changes:
        outcomes = []
        for model in (Label, LabelModel):
            try:
                outcomes.append(model.model_validate({**LABEL, **change}).to_domain())
            except ValueError:
                outcomes.append(None)  # type: ignore[arg-type]
        assert outcomes[0] == outcomes[1], change
