"""From a draft to a version and back."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drafted import LEAD, contents, sound

from gateway.domain.drafts import Content, DraftId, DraftState, ProtocolDraft
from gateway.domain.drafts.completion import completed, content_of, months_after
from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.protocol_terms import MembershipChange, Vetting
from gateway.domain.register import ProtocolId

NOW = datetime(2026, 12, 1, tzinfo=UTC)
VETTING = Vetting("Sample Vetter", "Privacy officer", "privacy", LEAD, date(2026, 12, 1))


def draft(**changes: object) -> ProtocolDraft:
    made = ProtocolDraft(
        id=DraftId("draft-1"),
        protocol=ProtocolId("example"),
        version=3,
        lead_agency=LEAD,
        content=sound(),
        state=DraftState.VETTED,
        revision=4,
        begun_at=NOW,
        changed_at=NOW,
        vetting=VETTING,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_vetted_draft_becomes_an_unsigned_version_with_all_its_sections() -> None:
    """And the next draft begins with what it says."""
    version = completed(draft())
    assert (version.id, version.version, version.signatures) == ("example", 3, ())
    assert version.review_due == date(2028, 2, 1)
    assert version.terms is not None
    assert version.terms.vetting == VETTING
    assert content_of(version, date(2027, 3, 1)) == replace(sound(), in_force_from=None)


def test_who_left_is_not_listed_in_the_next() -> None:
    """Nor is who joins later than today."""
    version = completed(draft())
    gone = replace(version, membership=(MembershipChange(sound().agencies[1].agency, NOW.date()),))
    assert content_of(gone, NOW.date()).agencies == sound().agencies[:1]
    assert content_of(gone, date(2026, 11, 30)).agencies == sound().agencies


def test_nobody_signs_what_nobody_vetted() -> None:
    """Nor what has no day, no review, or an item without classification."""
    with pytest.raises(Conflict):
        completed(draft(vetting=None))
    for lacking in (
        sound(in_force_from=None),
        sound(review=None),
        sound(information=(replace(sound().information[0], classification=None),)),
    ):
        with pytest.raises(InvalidInput):
            completed(draft(content=lacking))


@given(contents())
def test_whatever_is_complete_enough_comes_back_as_it_was(content: Content) -> None:
    """And what is not is refused, never half made."""
    try:
        version = completed(draft(content=content))
    except InvalidInput:
        lacking = content.in_force_from is None or content.review is None
        assert lacking or any(row.classification is None for row in content.information)
        return
    again = content_of(version, NOW.date())
    listed = tuple({each.agency: each for each in content.agencies}.values())
    assert again == replace(content, agencies=listed, in_force_from=None)
    assert version.signatures == ()


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    """Never in another month."""
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day >= 28 and later.day < day.day)
