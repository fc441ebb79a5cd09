"""What is recorded of a meeting: who sees what, what speaks against sharing, what is asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.meeting_records import (
    ChecklistAnswers,
    Keeping,
    KeepingAnswer,
    KeepingId,
    NoticeKind,
    Telling,
    may_see,
)
from gateway.domain.meeting_records.checklists import Asked, against_sharing
from gateway.domain.meeting_records.identifying import identifying
from gateway.domain.register import AgencyId, ChildReference, MeetingId, RepresentativeId
from gateway.domain.transfers import TransferId

AT = datetime(2026, 12, 9, tzinfo=UTC)
CHILDREN = st.frozensets(st.sampled_from([ChildReference(c) for c in "abcd"]))
KEEPING = Keeping(
    id=KeepingId("k"),
    meeting=MeetingId("m"),
    lead_agency=AgencyId("lead"),
    agency=AgencyId("there"),
    recipient=RepresentativeId("r"),
    transfer=TransferId("t"),
    reference="T-1",
    asked_at=AT,
    due_on=AT.date(),
    link_digest=b"0" * 32,
    link_expires_at=AT + timedelta(days=1),
)


@given(CHILDREN, CHILDREN, CHILDREN)
def test_nobody_sees_what_is_about_a_child_they_are_kept_from(
    about: frozenset[ChildReference],
    meeting: frozenset[ChildReference],
    kept_from: frozenset[ChildReference],
) -> None:
    """Whatever else it is about; what is about the whole meeting is hidden only from all of it."""
    seen = may_see(about, meeting, kept_from)
    if about & kept_from:
        assert not seen
    elif about or not meeting:
        assert seen
    else:
        assert seen == bool(meeting - kept_from)
    assert may_see(about, meeting, frozenset())


@given(st.lists(st.sampled_from(list(KeepingAnswer)), max_size=6), st.booleans())
def test_an_answer_that_settles_it_is_the_last(answers: list[KeepingAnswer], why: bool) -> None:
    """Only 'not yet' can be followed by another; whoever keeps it says why."""
    keeping, reason = KEEPING, b"sealed" if why else None
    for answer in answers:
        if keeping.is_settled:
            with pytest.raises(Conflict):
                keeping.answered(answer, reason, AT)
        elif answer is KeepingAnswer.KEPT and not why:
            with pytest.raises(InvalidInput):
                keeping.answered(answer, reason, AT)
        else:
            keeping = keeping.answered(answer, reason, AT)
            assert (keeping.answer, keeping.answered_at) == (answer, AT)


@given(st.builds(ChecklistAnswers, telling=st.sampled_from([None, *Telling])), st.booleans())
def test_nothing_is_shared_while_a_question_is_open(answers: ChecklistAnswers, asks: bool) -> None:
    """Each of these, left open or answered badly, is listed at its own field."""
    asked = Asked(statement=asks, consultation=asks, children=2)
    found = {problem.field for problem in against_sharing(answers, asked)}
    assert ("relevant" in found) == (answers.relevant is not True)
    assert ("accurate" in found) == (answers.accurate is not True)
    assert ("least" in found) == (answers.least is not True)
    assert ("conflict" in found) == (answers.conflict is not False)
    assert ("recipients" in found) == (not answers.recipients)
    assert ("classification" in found) == (answers.classification is None)
    if asks and not (answers.ground and answers.belief):
        assert found & {"ground", "belief"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Ask Wiremu's school.", "the name of a child or young person"),
        ("Tell ben sample.", "the name of a representative"),
        ("12 Example Street", "an address"),
        ("Call +64 21 555 0199", "a telephone number"),
        ("DOB 3/5/2019", "a date of birth"),
    ],
)
def test_what_identifies_somebody_is_noticed(text: str, what: str) -> None:
    """Names that are known, and what has a form of its own."""
    found = identifying(text, ["Wiremu Tauira"], ["Ben Sample"])
    assert [each.what for each in found] == [what]


@pytest.mark.parametrize(
    "text", ["Ring the school by 12 December about child-7f3a.", "Two visits, then report back."]
)
def test_neutral_words_are_left_alone(text: str) -> None:
    """References, days and numbers of things."""
    assert identifying(text, ["Wiremu Tauira"], ["Ben Sample"]) == ()


def test_mails_go_out_at_once_on_the_day_and_a_week_after() -> None:
    """Of actions as of deletions."""
    due = date(2026, 12, 20)
    days = {kind: kind.day(due) for kind in NoticeKind}
    for first, second, third in (
        (NoticeKind.TASKED, NoticeKind.ACTION_DUE, NoticeKind.ACTION_OVERDUE),
        (NoticeKind.DELETION_ASKED, NoticeKind.DELETION_DUE, NoticeKind.DELETION_OVERDUE),
    ):
        assert (days[first], days[second], days[third]) == (None, due, date(2026, 12, 27))
        assert first.is_of_action == second.is_of_action == third.is_of_action
