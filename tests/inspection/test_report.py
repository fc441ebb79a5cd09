"""What a child answers is believed only where it has the expected shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.classification import Classification
from gateway.domain.inspection import Discovery, FileType, Inspection, Kind, Known
from gateway.inspection.report import Answer, Job, NoAnswer, plain
from gateway.inspection.sandbox import Limits
from gateway.inspection.selection import selected

_KNOWN = (Known("C-1", Kind.OTHER_CHILD, ("Mere Example",), "2015-01-15"),)
_INSPECTION = Inspection(
    FileType.PDF,
    (Discovery(Kind.OTHER_CHILD, "page 3", "Mere Example", about="C-1"), Discovery(Kind.MACRO)),
    ((Kind.MACRO, 2), (Kind.OTHER_CHILD, 1)),
    Classification.IN_CONFIDENCE,
    ("STAFF",),
    4,
    (Kind.SCRIPT,),
)


def said(**changes: Any) -> bytes:
    """An answer, changed."""
    answer = json.loads(Answer(_INSPECTION, None).to_line())
    return json.dumps({**answer, **changes}).encode()


def test_an_answer_comes_back_as_it_was() -> None:
    """Every field of it."""
    answer = Answer(_INSPECTION, 12)
    assert Answer.from_line(answer.to_line(), _KNOWN) == answer


def test_a_job_comes_back_as_it_was() -> None:
    """Every field of it."""
    job = Job("Tēnā.docx", _KNOWN, frozenset({Kind.MACRO}), Limits(1, 2))
    assert Job.from_line(job.to_line()) == job


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b"[" * 100_000,
        said(more=1),
        said(type="EXE"),
        said(type=None, discoveries=[], counts=[]),
        said(pages=-1),
        said(pages=True),
        said(pages=1.5),
        said(pages=10**12),
        said(marking="ULTRA"),
        said(endorsements=["x" * 100]),
        said(endorsements="STAFF"),
        said(cleaned_bytes="1"),
        said(counts=[["MACRO", 1], ["MACRO", 1]]),
        said(counts=[]),
        said(discoveries=[]),
        said(discoveries=[["MACRO", "", "", 1, ""]]),
        said(discoveries=[["MACRO", "", "x" * 201, False, ""], ["OTHER_CHILD", "", "", False, ""]]),
        said(discoveries=[["MACRO", "", "a\nb", False, ""], ["OTHER_CHILD", "", "", False, ""]]),
        said(discoveries=[["MACRO", "\u202e", "", False, ""], ["OTHER_CHILD", "", "", False, ""]]),
        said(discoveries=[["MACRO", "", "", False, "C-2"], ["OTHER_CHILD", "", "", False, ""]]),
        said(discoveries=[["NOTHING", "", "", False, ""]]),
        said(discoveries=[["MACRO", "", "", False, ""]] * 301, counts=[["MACRO", 301]]),
        said(removed=["EVERYTHING"]),
    ],
)
def test_an_answer_of_another_shape_is_none(line: bytes) -> None:
    """Another type, another kind, somebody unknown, words too long or that command a terminal."""
    with pytest.raises(NoAnswer):
        Answer.from_line(line, _KNOWN)


@given(st.text(max_size=500))
def test_words_of_a_document_are_shown_on_one_line(text: str) -> None:
    """Whatever stands in it."""
    shown = plain(text)
    assert shown.isprintable()
    assert len(shown) <= 200


@given(st.lists(st.sampled_from(Kind), max_size=60), st.integers(len(Kind), 45))
def test_of_many_discoveries_no_kind_is_left_out(kinds: list[Kind], limit: int) -> None:
    """And they stay in order."""
    found = [Discovery(kind, str(number)) for number, kind in enumerate(kinds)]
    listed = selected(found, limit)
    assert {one.kind for one in listed} == set(kinds)
    assert len(listed) == min(len(found), limit)
    assert list(listed) == [one for one in found if one in listed]


def test_many_telephone_numbers_do_not_hide_a_macro() -> None:
    """What is unsafe is listed before what is personal."""
    found = [Discovery(Kind.TELEPHONE, str(n)) for n in range(1000)]
    found += [Discovery(Kind.MACRO, str(n)) for n in range(200)]
    listed = selected(found)
    assert sum(one.kind is Kind.MACRO for one in listed) == 200
    assert len(listed) == 300
