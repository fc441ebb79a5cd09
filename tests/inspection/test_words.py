"""Reading a document's words: bounded, never stumbling, and quiet about ordinary text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.inspection import Kind, Known, counted
from gateway.inspection.folding import folded
from gateway.inspection.passages import Passage, Place
from gateway.inspection.words import MOST_OF_A_KIND, read

_ROOT = Path(__file__).resolve().parents[2]
_KNOWN = (
    Known("child:1", Kind.OTHER_CHILD, ("Anahera Kererū", "Pipi", "", "'"), "2015-05-03"),
    Known("child:2", Kind.CONFLICT, (), "no day"),
)
_DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", "policies/README.md")
_PIECES = st.sampled_from(
    [
        *(
            "IN-CONFIDENCE",
            "nz ",
            "secret",
            "Classification: ",
            "born ",
            "3/5/",
            "2015",
            "Kererū, ",
        ),
        *("Anahera ", "@", "a.nz", "09 ", "555 ", "1234", "12 ", "Example ", "Street", "\n", "\t"),
        *("REL TO NZL, ", "[", "]", "MSIP_Label_", "Name=", "\u0130", "\u00df", "\u200b", "\x00"),
        *(
            "31 February 2015",
            "0000-00-00",
            "ZZZ0016",
            "IRD ",
            ",DOB,",
            "page 1 of ",
            "\u0301",
            "'",
        ),
    ]
)
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=30).map("".join))


@given(st.lists(st.tuples(_TEXTS, st.sampled_from(Place), _TEXTS), max_size=4))
def test_no_text_makes_it_stumble(passages: list[tuple[str, Place, str]]) -> None:
    """Whatever it is, what is told of it is short and fit to be shown."""
    read_words = read([Passage(t, "page 1", p, n) for t, p, n in passages], _KNOWN)
    for one in read_words.discoveries:
        assert len(one.context) <= 200
        assert one.context.isprintable()
        assert one.about in {"", "child:1", "child:2"}


@given(_TEXTS)
def test_the_plain_form_is_as_long_as_the_text(text: str) -> None:
    """So that what is found in one stands at the same place of the other."""
    both = folded(text)
    assert len(both.raw) == len(both.plain)


def test_a_context_shows_what_was_found() -> None:
    """In the middle of two hundred characters, on one line."""
    text = "word\x07 " * 100 + "\nZZZ0016\n" + "after\t" * 100
    (one,) = read([Passage(text)], ()).discoveries
    assert "ZZZ0016" in one.context
    assert len(one.context) <= 200
    assert one.context.isprintable()


def test_what_is_told_is_bounded() -> None:
    """A text of nothing but addresses is told as many, and the marking at its end as well."""
    text = " ".join(f"a{n}@agency.example" for n in range(MOST_OF_A_KIND + 100))
    told = read([Passage(text), Passage("SECRET")], ())
    assert dict(counted(told.discoveries))[Kind.MAIL_ADDRESS] == MOST_OF_A_KIND
    assert told.marking is not None


def test_prose_about_markings_bears_none() -> None:
    """The gateway's own papers speak of secrets, of what is confidential, and of the levels."""
    text = "\n\n".join((_ROOT / name).read_text() for name in _DOCUMENTS)
    prose = re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.DOTALL)
    assert len(prose.split()) > 5_000
    told = [
        one.context
        for line in prose.split("\n\n")
        for one in read([Passage(line)], ()).discoveries
        if one.kind is Kind.MARKING_FOUND and "IN-CONFIDENCE" not in one.context
    ]
    assert told == []


def test_ordinary_mail_is_quiet(corpora: Path) -> None:
    """Public mails hold no marking, health number, tax number or date of birth."""
    texts = sorted((corpora / "email").glob("msg_*.txt"))
    passages = [Passage(path.read_bytes().decode("latin-1"), path.name) for path in texts]
    if not passages:
        pytest.skip("there are no mails among the public sample files")
    quiet = {Kind.MARKING_FOUND, Kind.NHI, Kind.IRD, Kind.BIRTH_DATE, Kind.ADDRESS}
    told = [one for one in read(passages, ()).discoveries if one.kind in quiet]
    assert told == []
