"""Faults of a whole input: each at its place, in the words of those who wrote it."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.domain.errors import Problem
from gateway.forms.fields import Form, Several
from gateway.forms.models import ConsultationModel, LabelModel, PackModel
from gateway.forms.problems import MAX_PROBLEMS, Wording

WORDING = Wording("a box", "Look it up.", re.compile("[a-z_]+"))
LABEL = {"classification": "IN-CONFIDENCE", "category": "Care", "source_agency": "school"}


class Holder(Form):
    """A list of consultations, as the inputs have them."""

    consultations: Several[ConsultationModel]


def told(problem: Problem) -> tuple[str | None, str, str]:
    """Where a problem is, what it says, and its remedy."""
    return problem.field, problem.message, problem.remedy


def faults(model: type[Form], value: Any, prefix: str = "") -> list[Problem]:
    """The problems of `value`, read as JSON."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps(value))
    return list(WORDING.problems_of(caught.value, model, prefix))


@pytest.mark.parametrize("wrong", ["true", 1, None])
def test_json_is_taken_as_strictly_as_toml(wrong: object) -> None:
    """Nothing is turned into a truth value that is none."""
    consultation = {"child": "child-7f3a", "consulted": wrong, "account": "Agrees."}
    (problem,) = faults(Holder, {"consultations": [consultation]})
    assert problem.field == "consultations[1].consulted"
    assert problem.message == "This must be true or false."


def test_a_missing_key_is_told_with_what_it_is_for() -> None:
    """The remedy is the key's own description; positions count from 1, after the prefix."""
    (problem,) = faults(Holder, {"consultations": [{"child": "a-b", "consulted": True}]}, "box 'x'")
    assert told(problem) == (
        "box 'x'.consultations[1].account",
        "This key is missing.",
        "Add it: The views given, or why there was no consultation.",
    )


def test_an_unknown_key_is_shown_only_where_it_can_be() -> None:
    """The key that was probably meant is named; a key that may be anything is not."""
    (near,) = faults(LabelModel, {**LABEL, "categori": 1})
    assert told(near) == ("categori", "This key is not known here.", "Did you mean 'category'?")
    (odd,) = faults(LabelModel, {**LABEL, "Tama\u202e": 1})
    assert odd.field == "?"
    assert odd.remedy.startswith("Remove it. Known keys: classification, ")
    assert WORDING.unknown_key("Tama", PackModel).field == "?"


def test_what_is_no_table_is_told_in_the_writers_word() -> None:
    """The files have tables, requests objects."""
    (problem,) = faults(Holder, {"consultations": [3]})
    assert (problem.field, problem.message) == ("consultations[1]", "This must be a box.")
    (whole,) = faults(Holder, [])
    assert whole.message == "This must be a box."
    assert whole.remedy == "Look it up."


def test_of_very_many_faults_one_more_is_told_than_can_be_listed() -> None:
    """So that whoever lists them knows that there are more."""
    assert len(faults(Holder, {"consultations": [{}] * MAX_PROBLEMS})) == MAX_PROBLEMS + 1


def test_a_list_is_bounded_before_its_items_are_read() -> None:
    """One fault for the list, none for its items, and the published schema says the bound."""
    (problem,) = faults(Holder, {"consultations": [{}] * 10_001})
    assert told(problem) == ("consultations", "There are too many items.", "Keep to 10000.")
    schema = Holder.model_json_schema()["properties"]["consultations"]
    assert schema["maxItems"] == 10_000
