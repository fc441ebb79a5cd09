"""What can be stopped agrees with the transfer's own machine; the clock and the words of drafts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.breaches import (
    Account,
    Assessed,
    Breach,
    BreachId,
    BreachKind,
    BreachState,
    Closed,
    Contained,
    DeclaredNotNotifiable,
    Harm,
    Notification,
    Recorded,
    Told,
    advance,
    clock,
)
from gateway.domain.breaches.evidence import Left, pack_left, password_left, together
from gateway.domain.breaches.stopping import RECALLS, measures, why_not
from gateway.domain.errors import Conflict
from gateway.domain.packs import BlobId, PackId
from gateway.domain.register import AgencyId, MeetingId, PasswordChannel, RepresentativeId
from gateway.domain.transfers import (
    Acknowledged,
    Archive,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Proof,
    Queued,
    Recalled,
    RecallRequested,
    Refused,
    Route,
    Sealed,
    Timing,
    Transfer,
    TransferId,
)
from gateway.domain.transfers import advance as advance_transfer

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ARCHIVE = Archive(BlobId("b1"), 10, "0" * 64)
BOOLS = st.booleans()
PROGRESS = st.one_of(
    st.just(Queued()),
    st.builds(Sealed, st.just(ARCHIVE), BOOLS, BOOLS),
    st.builds(Mailed, st.just(ARCHIVE), st.just(NOW), st.just(NOW), BOOLS, BOOLS),
    st.builds(PasswordSent, st.just(NOW), st.just(NOW), st.sampled_from((None, ARCHIVE)), BOOLS),
    st.builds(Acknowledged, st.just(NOW), st.sampled_from(Proof)),
    st.just(Refused(NOW, ("a",))),
    st.builds(Recalled, st.just(NOW), BOOLS),
    st.just(Failed(NOW, "no")),
    st.just(Expired(NOW)),
)
TRANSFER = Transfer(
    id=TransferId("t1"),
    reference="T-AAAA-AAAA",
    pack=PackId("p1"),
    meeting=MeetingId("m1"),
    agency=AgencyId("a1"),
    recipient=RepresentativeId("r1"),
    address="one@agency.example",
    channel=PasswordChannel.TEXT,
    channel_address="+447700900100",
    documents=(),
    message_id="m@agency.example",
    created_at=NOW,
    entered_at=NOW,
)
BREACH = Breach(
    id=BreachId("b1"),
    reference="B-AAAA-AAAA",
    agency=AgencyId("a1"),
    exercise=False,
    kind=BreachKind.DISCLOSURE,
    state=BreachState.REPORTED,
    happened_at=None,
    known_at=NOW,
    reported_at=NOW,
    reported_by="u1",
    changed_at=NOW,
)


@given(PROGRESS, BOOLS, BOOLS, st.sampled_from(Route))
def test_a_recall_is_offered_exactly_where_the_machine_allows_it(
    progress: object, links: bool, held: bool, route: Route
) -> None:
    """And nothing is offered of what has ended, nor why a recall fails where it does not."""
    transfer = replace(TRANSFER, progress=progress, route=route)  # type: ignore[arg-type]
    offered = measures(transfer, frozenset(), links=links, held=held)
    try:
        advance_transfer(transfer, RecallRequested(), NOW, Timing())
    except Conflict:
        allowed = False
    else:
        allowed = True
    assert bool(RECALLS.intersection(offered)) is allowed
    assert (why_not(transfer) == "") is allowed
    if transfer.state.is_terminal:
        assert offered == ()
    assert measures(transfer, frozenset(offered), links=links, held=held) == ()


@given(PROGRESS)
def test_nobody_is_said_to_lack_a_password_that_may_have_left(progress: object) -> None:
    """Only where the machine is sure that it did not leave is the pack said to be locked."""
    transfer = replace(TRANSFER, progress=progress)  # type: ignore[arg-type]
    pack, password = pack_left(transfer, {}), password_left(transfer, {})
    words = together(transfer, pack, password)
    exposed = isinstance(progress, PasswordSent | Acknowledged) or (
        isinstance(progress, Mailed) and (progress.releasing or progress.may_have_left)
    )
    assert (password is Left.NO) is not exposed
    assert ("to the same" in words) is exposed
    alike = replace(transfer, channel_address=transfer.address)
    assert ("same mailbox" in together(alike, pack, password)) is exposed


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_clock_says_what_is_left_or_over(hours: int, told: int) -> None:
    """It stops when somebody was told, and stays over if that was too late."""
    now = NOW + timedelta(hours=hours)
    running = clock(NOW, now, None)
    assert running.overdue is (hours > 72)
    assert running.hours_left == abs(72 - hours)
    stopped = clock(NOW, now, NOW + timedelta(hours=told))
    assert stopped.stopped
    assert stopped.overdue is (told > 72)


def test_nothing_is_settled_by_the_program() -> None:
    """Without a person's assessment nobody is 'notified', and nothing is closed."""
    account = Account("x", "y")
    both = replace(
        account, notifications=tuple(Notification(each, NOW, "z", "u1") for each in Told)
    )
    for event in (Closed(), DeclaredNotNotifiable()):
        with pytest.raises(Conflict):
            advance(BREACH, event, NOW)
    assert advance(BREACH, Recorded(both), NOW).state is BreachState.REPORTED
    contained = advance(BREACH, Contained(), NOW)
    with pytest.raises(Conflict):
        advance(contained, Contained(), NOW)
    unknown = advance(contained, Assessed(Harm.UNKNOWN), NOW)
    assert unknown.state is BreachState.CONTAINED
    likely = advance(unknown, Assessed(Harm.LIKELY), NOW)
    with pytest.raises(Conflict):
        advance(likely, DeclaredNotNotifiable(), NOW)
    notified = advance(likely, Recorded(both), NOW)
    assert notified.state is BreachState.NOTIFIED
    assert advance(notified, Assessed(Harm.UNKNOWN), NOW).state is BreachState.CONTAINED
    unlikely = advance(notified, Assessed(Harm.NOT_LIKELY), NOW)
    settled = advance(unlikely, DeclaredNotNotifiable(), NOW)
    closed = advance(settled, Closed(), NOW)
    assert (closed.state, closed.closed_at) == (BreachState.CLOSED, NOW)
