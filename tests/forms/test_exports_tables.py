"""Tables as CSV: read back as they were, and no formula in them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.forms.exports.cells import undo
from gateway.forms.exports.tables import csv_table

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    """By any reader of RFC 4180, once the apostrophes are taken away again."""
    text = csv_table(("one", "two"), rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["one", "two"]
    assert [tuple(map(undo, row)) for row in read[1:]] == rows


def test_a_formula_is_made_harmless() -> None:
    """A cell that begins like one gets an apostrophe."""
    assert b'"\'=1+1"' in csv_table(("a",), [("=1+1",)])


def test_a_row_of_another_length_is_a_mistake() -> None:
    """It would shift every cell after it."""
    with pytest.raises(ValueError, match="2 cells and not 1"):
        csv_table(("a",), [("b", "c")])
