"""CSV exports of the log: complete, reversible, and harmless to whoever opens them."""

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.audit.canonical import canonical
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.forms.exports import Format, exporter
from gateway.forms.exports.cells import LONGEST, fitting, neutral, undo

_AT = datetime(2026, 12, 1, 9, 30, 0, 7000, tzinfo=UTC)
_PERSON, _RECIPIENT, _CHILD = "5f" * 16, "6a" * 16, "7b" * 16
_SIGNS = "=+-@|%\t\r\n\0＝＋－＠"
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_HOSTILE = st.text(st.sampled_from([*_SIGNS, *"';, \"aāZ1\u200b\ufeff\xa0﹢⁻−(["]), max_size=30)
ANY = _TEXT | _HOSTILE


def _leaf(  # one entry with everything a transfer's first entry holds
    *, actor: Any = None, subject: Any = None, detail: Any = None, agency: str | None = "lead"
) -> bytes:
    return Entry(
        uid="01JDUID",
        at=_AT,
        action=Action.TRANSFER_QUEUED,
        outcome=Outcome.SUCCESS,
        agency=agency,
        actor=actor or {"kind": "person", "role": "coordinator", "person": _PERSON},
        subject=subject or {"transfer": "01JT", "meeting": "m-1", "recipient": _RECIPIENT},
        origin=Origin("gateway-1", "0.1.0"),
        detail=detail or {},
    ).leaf()


def _read(row: bytes) -> dict[str, str]:
    """The row's cells by column, as the standard library reads them."""
    whole = (exporter(Format.CSV, "o").head() + row).decode("utf-8-sig")
    header, cells = csv.reader(io.StringIO(whole, newline=""), strict=True)
    return dict(zip(header, cells, strict=True))


def _row(leaf: bytes, names: dict[str, str] | None = None) -> dict[str, str]:
    return _read(exporter(Format.CSV, "o").row(41, leaf, names or {}))


def _is_dangerous(cell: str) -> bool:
    """Whether a formula's sign stands first, or first after what nobody sees or reads past."""
    if cell[:1] in {*"\t\r\n\0"}:
        return True
    for character in cell:
        if unicodedata.category(character)[0] in "CZ" or character in '"“”':
            if character in "\t\r\n\0":
                return True
            continue
        return unicodedata.normalize("NFKC", character)[0] in "=+-@|%\N{MINUS SIGN}"
    return False


@given(ANY)
@example("'=1+1")
@example("''")
@example("\t\t'\t=1")
@example(" \u200b\"=cmd|' /C calc'!A0")
@example('a";=1+2')
@example("a,'b;'c\n'd")
def test_the_rule_can_be_undone_and_leaves_nothing_dangerous(value: str) -> None:
    """Not at the start of a cell, nor where another separator would begin one."""
    cell = neutral(value)
    assert undo(cell) == value
    for part in [cell, *re.split("[,;]", cell)]:
        assert not _is_dangerous(part)
    for line in re.split("[\t\r\n]", cell):
        assert not _is_dangerous(line)


@pytest.mark.parametrize("sign", [*_SIGNS, *"﹦﹢﹣﹫⁼⁺⁻₌₊₋−"])
@pytest.mark.parametrize("before", ["", " ", "   ", '"', "\xa0", "\u200b", "\ufeff", "\x1f", "(["])
def test_every_sign_is_marked_also_behind_blanks_and_quotes(sign: str, before: str) -> None:
    """OWASP's list, its wide forms and look-alikes; blanks before them were another's hole."""
    value = f"{before}{sign}SUM(A1:A9)"
    assert neutral(value) == f"'{value}"
    assert undo(neutral(value)) == value


@pytest.mark.parametrize(
    "value",
    ["", "Ngaio O'Brien", "s66c-purpose", "2026-12-01T09:30:00.007Z", "a - b", "kōrero", "1"],
)
def test_ordinary_text_stands_as_it_is(value: str) -> None:
    """The rule touches nothing that it need not touch."""
    assert neutral(value) == value


@given(*[ANY] * 6)
def test_any_text_in_any_field_gives_a_row_that_reads_back(
    source: str, agency: str, meeting: str, reason: str, rule: str, name: str
) -> None:
    """Cells are those of the header, none dangerous, each the value again after undoing."""
    leaf = _leaf(
        actor={"kind": source, "person": _PERSON, "source": source},
        subject={"meeting": meeting, "recipient": _RECIPIENT},
        detail={"reason": reason, "rules": [rule], "documents": [{"children": [_CHILD]}]},
        agency=agency,
    )
    cells = _row(leaf, {_PERSON: name, _RECIPIENT: name, _CHILD: name, meeting: name})
    assert not any(_is_dangerous(cell) for cell in cells.values())
    values = {column: undo(cell) for column, cell in cells.items()}
    assert values["actor_kind"] == values["actor_source"] == source
    assert (values["agency"], values["meeting"]) == (agency, meeting)
    assert (values["reason"], values["rules"]) == (reason, rule)
    assert values["actor_name"] == values["recipient_name"] == values["meeting_name"] == name
    assert values["children_names"] == name
    held = json.loads(leaf)
    shown = {"detail": held["detail"], "subject": held["subject"]}
    assert values["detail"] == canonical(shown).decode()


def test_a_row_shows_pseudonyms_and_present_names_side_by_side() -> None:
    """A name that the register no longer has leaves its column empty and the pseudonym there."""
    detail = {
        "recipient_agency": "health",
        "authority": "ot-s66c",
        "documents": [
            {"document": "d-1", "sha256": "ab" * 32, "children": [_CHILD, "8c"]},
            {"document": "d-2", "sha256": "cd" * 32, "children": [_CHILD]},
        ],
        "consulted": {"9d": True},
        "decisions": [{"document": "d-3", "denied_by": ["r-2"], "warned_by": ["w-1"]}],
        "rules": ["r-1", "r-2"],
    }
    cells = _row(_leaf(detail=detail), {_PERSON: "Ngaio Sample", _CHILD: "Child A", "m-1": "Hui"})
    assert cells["position"] == "41"
    assert (cells["schema"], cells["at"]) == ("1", "2026-12-01T09:30:00.007Z")
    assert (cells["actor_person"], cells["actor_name"]) == (_PERSON, "Ngaio Sample")
    assert (cells["recipient"], cells["recipient_name"]) == (_RECIPIENT, "")
    assert (cells["meeting"], cells["meeting_name"]) == ("m-1", "Hui")
    assert (cells["recipient_agency"], cells["authority"]) == ("health", "ot-s66c")
    assert set(cells["rules"].split("; ")) == {"r-1", "r-2"}
    assert cells["warnings"] == "w-1"
    children, known = cells["children"].split("; "), cells["children_names"].split("; ")
    assert set(children) == {_CHILD, "8c", "9d"}
    assert {child for child, name in zip(children, known, strict=True) if name} == {_CHILD}
    assert set(cells["documents"].split("; ")) == {"d-1", "d-2", "d-3"}
    assert cells["shortened"] == ""


def test_the_file_is_as_rfc_4180_and_excel_want_it() -> None:
    """A byte order mark once, CRLF after every line, every cell in quotes, one header."""
    made = exporter(Format.CSV, "o")
    head, row = made.head(), made.row(0, _leaf(detail={"reason": 'say "no"'}), {})
    assert head.startswith(b'\xef\xbb\xbf"position",')
    assert not row.startswith(b"\xef\xbb\xbf")
    for line in (head, row):
        assert line.endswith(b'"\r\n')
        assert line.count(b"\n") == line.count(b"\r") == 1
    assert b'"say ""no"""' in row


def test_a_cell_longer_than_a_spreadsheet_s_is_cut_and_says_so() -> None:
    """What would spill into the next cell, where a formula could begin, is not written."""
    value = "=" * 20 + "a" * (LONGEST * 2) + "=1+1"
    cells = _row(_leaf(detail={"reason": value}))
    assert len(cells["reason"]) == LONGEST
    assert value.startswith(undo(cells["reason"]))
    assert cells["shortened"].split("; ") == ["reason", "detail"]


@given(st.integers(LONGEST - 3, LONGEST + 3), st.sampled_from(["a", "\U0001f600"]))
def test_cutting_counts_as_the_spreadsheet_does(length: int, character: str) -> None:
    """In UTF-16 units, never through the middle of a character."""
    cell = "x" + character * (length // (2 if ord(character) > 0xFFFF else 1))
    cut, shortened = fitting(cell)
    assert len(cut.encode("utf-16-le")) <= LONGEST * 2
    assert cell.startswith(cut)
    assert shortened == (cut != cell) == (len(cell.encode("utf-16-le")) > LONGEST * 2)


def test_an_entry_of_an_unknown_schema_is_shown_as_it_is() -> None:
    """Its members may mean something else, so none is put under a column's name."""
    leaf = b'{"v":99,"uid":"x","agency":"lead","when":1.5}'
    cells = {column: cell for column, cell in _row(leaf).items() if cell}
    assert cells == {"position": "41", "schema": "99", "detail": leaf.decode()}
