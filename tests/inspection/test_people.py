"""Known people are noticed where a document names them, and are not seen where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.inspection import Kind, Known
from gateway.inspection.passages import Passage
from gateway.inspection.words import read

_CHILD = Known(
    "child:1",
    Kind.OTHER_CHILD,
    ("Anahera Rose Tāmihana-Ōrere", "Anahera Kererū", "Pipi"),
    "2015-05-03",
)
_PERSON = Known("person:1", Kind.CONFLICT, ("Hēmi O'Tahi",))


def mentioned(text: str) -> list[str]:
    """References of those that a text mentions."""
    found = read([Passage(text, "page 1")], (_CHILD, _PERSON)).discoveries
    return [one.about for one in found if one.about]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Anahera Kererū",
            "anahera kereru",
            "ANAHERA KERERU",
            "Anahera\nKererū",
            "Anahera\tKererū",
        ),
        *("Anahera Kererū's", "Anahera Kererū’s", "Kererū, Anahera", "Kererū,\nAnahera"),
        *("KERERŪ Anahera", "A. Kererū", "A Kererū", "Kererū, A.", "Anahera Mere Kererū"),
        *("Anahera M. Kererū", "Anahera Rose Tamihana-Orere", "Anahera Rose Tamihana Orere"),
        *("Ana\u0304hera Kereru\u0304", "Pipi", "(Anahera Kererū)", "Anahera Kererū-school"),
        *("Anahera, 3rd May 2015", "03/05/2015 Kererū", "Anahera (2015-05-03)", "Anahera 3/5/15"),
        "\u0410nahera Kererū",
    ],
)
def test_a_child_is_noticed(text: str) -> None:
    """In the ways names are written, and by the date of birth beside a part of the name."""
    assert mentioned(f"We saw {text} at school.") == ["child:1"]


@pytest.mark.parametrize("text", ["Hēmi O'Tahi", "Hemi O’Tahi", "hemi otahi", "O'TAHI, Hemi"])
def test_an_apostrophe_makes_no_difference(text: str) -> None:
    """Nor which sign stands for it."""
    assert mentioned(text) == ["person:1"]


@pytest.mark.parametrize(
    "text",
    [
        *("Anahera", "Kererū", "kererū, a bird", "Anahera told Mr Kererū", "Anahera. Then Kererū"),
        *(
            "pipi",
            "3 May 2015",
            "born 3 May 2015",
            "a kererū",
            "Anahera, 4 May 2015",
            "Hana Kererū",
        ),
        *("Anaheras Kererū", "Kererū Anahera", "Anahera saw a Kererū", "B. Kererū", "Orere, Rose"),
    ],
)
def test_a_part_of_a_name_is_nobody(text: str) -> None:
    """Nor is a birthday alone, or another's initial."""
    assert mentioned(f"then {text} came") == []


def test_somebody_without_a_name_is_known_by_the_date_of_birth() -> None:
    """Where it is said to be one."""
    known = (Known("child:2", Kind.OTHER_CHILD, (), "2015-05-03"),)
    passages = [Passage("met on 3 May 2015"), Passage("born 3 May 2015", "page 2")]
    assert [one.where for one in read(passages, known).discoveries if one.about] == ["page 2"]


def test_a_mention_says_who_and_where() -> None:
    """By the reference, and the kind the asker gave; once in each passage."""
    text = "Hemi O'Tahi met Hemi O'Tahi."
    found = read([Passage(text, "page 1"), Passage(text, "page 2")], (_PERSON,)).discoveries
    assert [(one.kind, one.where, one.about) for one in found] == [
        (Kind.CONFLICT, "page 1", "person:1"),
        (Kind.CONFLICT, "page 2", "person:1"),
    ]
    assert found[0].context == text


def test_mentions_of_one_do_not_crowd_out_another() -> None:
    """A name on each of many pages is told a number of times, one on the last page as well."""
    pages = [Passage("Anahera Kererū", f"page {n}") for n in range(100)]
    found = read([*pages, Passage("Hēmi O'Tahi")], (_CHILD, _PERSON)).discoveries
    assert [one.about for one in found].count("child:1") == 20
    assert [one.about for one in found].count("person:1") == 1


_WORD = st.text("abcdefghijklmnoprstuwāēīōū", min_size=2, max_size=8).map(str.title)


@given(st.lists(_WORD, min_size=2, max_size=5), st.integers(0, 5), st.text(" \n\t.,", max_size=3))
def test_whole_names_are_always_noticed(name: list[str], case: int, around: str) -> None:
    """Among a thousand others, in any case, whatever stands around."""
    others = [Known(f"o:{n}", Kind.OTHER_CHILD, (f"Other{n} Child{n}",)) for n in range(1_000)]
    known = Known("k", Kind.OTHER_CHILD, (" ".join(name),))
    written = (str.upper, str.lower, str.title, str.swapcase, str, str.casefold)[case](
        known.names[0]
    )
    found = read([Passage(f"seen {around}{written} {around}today")], [*others, known]).discoveries
    assert "k" in {one.about for one in found}
