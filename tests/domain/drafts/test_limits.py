"""How much a draft may hold."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from support.drafted import contents, sound

from gateway.domain.drafts import Content
from gateway.domain.drafts.limits import LONGEST_DRAFT, LONGEST_TEXT, MOST_ROWS, hold_limits
from gateway.domain.errors import InvalidInput

ITEM, PURPOSE = sound().information[0], sound().purposes[0]


@given(contents())
def test_a_draft_of_few_words_is_within_the_limits(content: Content) -> None:
    """Whatever its sections."""
    hold_limits(content)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"retention": "x" * (LONGEST_TEXT + 1)}, "retention"),
        ({"requirements": ("x",) * (MOST_ROWS + 1)}, "requirements"),
        ({"information": (ITEM,) * (MOST_ROWS + 1)}, "information"),
        ({"purposes": (replace(PURPOSE, description="x" * 5000),)}, "purposes"),
        ({"before": replace(sound().before, description="x" * 5000)}, "before"),
        (
            {"requirements": ("x" * LONGEST_TEXT,) * (LONGEST_DRAFT // LONGEST_TEXT + 1)},
            None,
        ),
    ],
)
def test_what_is_too_long_is_refused_by_its_field(
    change: dict[str, Any], field: str | None
) -> None:
    """A text however deep it stands, a list, or all of it together."""
    with pytest.raises(InvalidInput) as caught:
        hold_limits(sound(**change))
    assert caught.value.field == field


def test_what_is_just_short_enough_is_taken() -> None:
    """At the limits themselves."""
    hold_limits(sound(retention="x" * LONGEST_TEXT, requirements=("x",) * MOST_ROWS))
