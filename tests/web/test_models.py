"""What requests may hold: by the pack file's names and rules, and never an error but one kind."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web.driving import LABEL

from gateway.domain.errors import InvalidInput
from gateway.files.pack import DocumentModel, PackFileModel
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


def test_a_pack_written_as_json_reads_the_same() -> None:
    """Reading undoes writing."""
    model = PackBody.model_validate_json(json.dumps(PACK))
    assert PackBody.model_validate_json(model.model_dump_json()) == model


def test_bodies_have_the_names_of_the_pack_file() -> None:
    """Whoever knows one knows the other; a list in a file has its name in the singular."""
    listed = {
        "statement": "statements",
        "consultation": "consultations",
        "condition": "conditions",
    }
    in_file = {listed.get(name, name) for name in PackFileModel.model_fields}
    assert set(PackBody.model_fields) == in_file - {"document"}
    assert set(UploadLabel.model_fields) == set(DocumentModel.model_fields) - {"file"}


@pytest.mark.parametrize("name", ["children", "endorsements"])
def test_lists_in_a_label_are_bounded_as_the_description_says(name: str) -> None:
    """At most a thousand items, and not one is looked at when there are more."""
    schema = Label.model_json_schema()["properties"][name]
    assert (schema["type"], schema["maxItems"]) == ("array", 1000)
    with pytest.raises(InvalidInput) as caught:
        validated({**LABEL, name: [0] * 1001}, Label)
    assert [problem.field for problem in caught.value.problems] == [name]
    items = [f"{name}-{number}".upper() for number in range(1000)]
    assert len(getattr(validated({**LABEL, name: items}, Label), name)) == 1000


def test_of_very_many_faults_the_first_are_listed() -> None:
    """The work on an answer is bounded too."""
    with pytest.raises(InvalidInput) as caught:
        validated({f"x{number}": 0 for number in range(5_000)}, PackBody)
    assert len(caught.value.problems) == 200
