"""Single values: one canonical form each, and no word of what was written in a fault."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.forms import values
from gateway.forms.values import Fault

CHECKS: list[Callable[[str], object]] = [
    values.identifier,
    values.code,
    values.ground,
    values.child_reference,
    values.endorsement,
    values.line,
    values.prose,
    values.long_prose,
    values.name_line,
    values.classification,
]
TEXTS = st.text(max_size=80) | st.from_regex(values.CHILD) | st.from_regex(values.ENDORSEMENT)


@pytest.mark.parametrize("check", CHECKS)
@given(TEXTS)
def test_a_value_is_refused_or_comes_out_in_a_form_that_stays(
    check: Callable[[str], object], text: str
) -> None:
    """What a check gives it takes again unchanged; anything else is a fault with a remedy."""
    try:
        once = check(text)
    except Fault as fault:
        said = [fault.message, fault.remedy]
    else:
        said = [str(once)]
        assert check(str(once)) == once
    assert all(said)


@pytest.mark.parametrize("check", CHECKS)
def test_a_fault_never_repeats_what_was_written(check: Callable[[str], object]) -> None:
    """Neither message nor remedy shows the value."""
    with pytest.raises(Fault) as caught:
        check("Tama\u202eExample\n" * 400)
    assert "Tama" not in caught.value.message + caught.value.remedy


def test_prose_has_paragraphs_and_a_line_has_none() -> None:
    """Line breaks are one kind; a line takes none at all."""
    assert values.prose(" one\r\n\ttwo ") == "one\n\ttwo"
    with pytest.raises(Fault, match="line break"):
        values.line("one\r\ntwo")


@pytest.mark.parametrize(
    "text",
    ["\U0001f469\u200d\U0001f467 came along", "\u0645\u06cc\u200c\u0631\u0648\u0645"],
)
def test_letters_and_emoji_that_are_joined_stand_in_what_people_write(text: str) -> None:
    """In names and texts of a form; not at an edge, twice, or where a header may take them."""
    assert values.long_prose(text) == values.name_line(text) == text
    for check in (values.line, values.prose):
        with pytest.raises(Fault):
            check(text)
    for hidden in (f"{text}\u200d", f"a\u200d\u200cb {text}", "\u200c", "a \u200db"):
        with pytest.raises(Fault):
            values.long_prose(hidden)


def test_items_that_are_alike_are_told_by_their_positions() -> None:
    """As a whole, or in what tells them apart."""
    assert values.distinct()((1, 2, 3)) == (1, 2, 3)
    with pytest.raises(Fault, match=r"^Item 3 repeats item 1\.$"):
        values.distinct()((1, 2, 1))
    with pytest.raises(Fault, match=r"^Item 2 repeats item 1 in real\.$"):
        values.distinct("real")((1 + 2j, 1 + 3j))


def test_a_list_that_is_too_long_is_refused_before_its_items_are_looked_at() -> None:
    """Only its length counts."""
    within = values.no_longer_than(2)
    assert within([object()]) is not None
    with pytest.raises(Fault, match="too many"):
        within([object()] * 3)
