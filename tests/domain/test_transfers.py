"""The transfer state machine: what can happen, in which order, and what never can."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Conflict
from gateway.domain.packs import BlobId, DocumentId, PackId
from gateway.domain.register import AgencyId, MeetingId, PasswordChannel, RepresentativeId
from gateway.domain.transfers import (
    TRANSITIONS,
    AcknowledgementGiven,
    Archive,
    ArchiveSealed,
    AttemptFailed,
    Bounced,
    Denied,
    DownloadBegan,
    Ended,
    Event,
    Expire,
    Failed,
    GivenUp,
    Mail,
    MailAccepted,
    Mailed,
    MailingBegan,
    Narrowed,
    PasswordAccepted,
    PasswordSent,
    Proof,
    Recalled,
    RecallRequested,
    Release,
    ReleaseBegan,
    Rerouted,
    Route,
    Seal,
    Sealed,
    State,
    TimeRanOut,
    Timing,
    Transfer,
    TransferId,
    Wait,
    advance,
    drawing,
    next_step,
)

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
TIMING = Timing(recall_window=timedelta(minutes=10))
ARCHIVE = Archive(BlobId("blob"), 100, "00" * 32)
DOCUMENTS = (DocumentId("one"), DocumentId("two"))


def queued(channel: PasswordChannel = PasswordChannel.TEXT) -> Transfer:
    return Transfer(
        id=TransferId("t"),
        reference="T-0000-0000",
        pack=PackId("p"),
        meeting=MeetingId("m"),
        agency=AgencyId("a"),
        recipient=RepresentativeId("r"),
        address="r@agency.example",
        channel=channel,
        channel_address="+64200000000",
        documents=DOCUMENTS,
        message_id="t@gateway.example",
        created_at=NOON,
        entered_at=NOON,
    )


def after(transfer: Transfer, *events: Event, at: datetime = NOON) -> Transfer:
    for event in events:
        transfer = advance(transfer, event, at, TIMING)
    return transfer


def mailed(channel: PasswordChannel = PasswordChannel.TEXT) -> Transfer:
    return after(queued(channel), ArchiveSealed(ARCHIVE), MailingBegan(), MailAccepted())


def sent() -> Transfer:
    later = NOON + TIMING.recall_window
    return after(mailed(), ReleaseBegan(), PasswordAccepted(), at=later)


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(ArchiveSealed, st.just(ARCHIVE)),
    st.builds(MailingBegan),
    st.builds(MailAccepted, st.sampled_from(Route)),
    st.builds(Rerouted),
    st.builds(Bounced, st.just("5.7.1"), st.booleans()),
    st.builds(DownloadBegan),
    st.builds(ReleaseBegan),
    st.builds(PasswordAccepted),
    st.builds(AttemptFailed, st.just("busy"), st.booleans(), st.floats(0, 0.999)),
    st.builds(GivenUp, st.just("gone")),
    st.builds(Narrowed, st.sampled_from([DOCUMENTS[:1], ()])),
    st.builds(Denied, st.just(("a-rule",))),
    st.builds(RecallRequested),
    st.builds(AcknowledgementGiven, st.sampled_from(Proof)),
    st.builds(TimeRanOut),
)
HISTORIES = st.lists(st.tuples(EVENTS, st.floats(0, 3 * 86400)), max_size=40)


@dataclass
class Watch:
    """What a history must keep to, told of each event that was let happen."""

    accepted_at: datetime | None = None
    released: bool = False
    may_have_left: bool = False
    fetched: bool = False

    def see(self, before: Transfer, event: Event, at: datetime) -> None:
        """Hold that the event could happen then."""
        mailed = before.progress if isinstance(before.progress, Mailed) else None
        match event:
            case MailAccepted(route):
                assert route is before.route
                self.accepted_at = at
            case ReleaseBegan():
                assert self.accepted_at is not None
                assert at >= self.accepted_at + TIMING.recall_window
                self.released = True
            case PasswordAccepted():
                assert self.released
            case AttemptFailed(uncertain=uncertain) if mailed is not None:
                self.may_have_left |= uncertain and mailed.releasing
                self.released = self.may_have_left
            case Bounced():
                assert not self.may_have_left
                assert not self.released
                self.accepted_at = None
            case DownloadBegan():
                assert self.released
                assert before.route is Route.PICK_UP
                self.fetched = True
            case RecallRequested():
                self._see_recall(before)
            case _:
                pass

    def _see_recall(self, before: Transfer) -> None:
        if isinstance(before.progress, PasswordSent):
            assert before.route is Route.PICK_UP
            assert not self.fetched
        else:
            assert not self.may_have_left
            assert not isinstance(before.progress, Mailed) or not before.progress.releasing


@given(HISTORIES)
def test_any_history_keeps_the_promises(history: list[tuple[Event, float]]) -> None:
    """No password before acceptance and recall window; one end, never left; only table moves."""
    transfer, at, watch = queued(), NOON, Watch()
    for event, seconds in history:
        at += timedelta(seconds=seconds)
        try:
            moved = advance(transfer, event, at, TIMING)
        except Conflict:
            continue
        assert not transfer.state.is_terminal
        assert moved.state in TRANSITIONS[transfer.state, type(event)]
        watch.see(transfer, event, at)
        assert moved.route is transfer.route or moved.route is Route.PICK_UP
        assert moved.message_id == transfer.message_id
        assert set(moved.documents) <= set(transfer.documents)
        transfer = moved


@given(HISTORIES)
def test_there_is_always_a_next_step(history: list[tuple[Event, float]]) -> None:
    """Whatever happened, something is due, waits for a time, or the transfer has ended."""
    transfer, at = queued(), NOON
    for event, seconds in history:
        at += timedelta(seconds=seconds)
        try:
            transfer = advance(transfer, event, at, TIMING)
        except Conflict:
            continue
    step = next_step(transfer, at, TIMING)
    assert isinstance(step, Ended) == transfer.state.is_terminal
    if isinstance(step, Wait):
        assert step.until > at


def test_the_main_way() -> None:
    """A transfer is sealed, mailed, waits out the recall window, and releases its password."""
    transfer = queued()
    assert next_step(transfer, NOON, TIMING) == Seal()
    transfer = after(transfer, ArchiveSealed(ARCHIVE))
    assert next_step(transfer, NOON, TIMING) == Mail(ARCHIVE)
    transfer = after(transfer, MailingBegan(), MailAccepted())
    released_at = NOON + TIMING.recall_window
    assert next_step(transfer, NOON, TIMING) == Wait(released_at)
    assert next_step(transfer, released_at, TIMING) == Release()
    transfer = after(transfer, ReleaseBegan(), PasswordAccepted(), at=released_at)
    assert transfer.state is State.PASSWORD_SENT
    transfer = after(transfer, AcknowledgementGiven(Proof.CODE), at=released_at)
    assert transfer.state is State.ACKNOWLEDGED


def test_a_recall_in_time_ends_the_transfer() -> None:
    """Before a release begins, a recall works in every state, and says whether mail had gone."""
    sealed = after(queued(), ArchiveSealed(ARCHIVE))
    for transfer, had_gone in ((queued(), False), (sealed, False), (mailed(), True)):
        recalled = after(transfer, RecallRequested())
        assert recalled.progress == Recalled(NOON, after_mailing=had_gone)


@pytest.mark.parametrize(
    "transfer",
    [
        after(mailed(), ReleaseBegan(), at=NOON + TIMING.recall_window),
        sent(),
        after(sent(), AcknowledgementGiven(Proof.CODE)),
    ],
    ids=["releasing", "sent", "acknowledged"],
)
def test_a_late_recall_says_so(transfer: Transfer) -> None:
    """Once a password has left, or may have, a recall is refused as too late."""
    with pytest.raises(Conflict, match="too late"):
        after(transfer, RecallRequested())


def test_a_release_that_surely_failed_can_be_recalled() -> None:
    """A release the other side certainly did not take leaves the recall open."""
    later = NOON + TIMING.recall_window
    transfer = after(mailed(), ReleaseBegan(), AttemptFailed("busy", False, 0.5), at=later)
    assert after(transfer, RecallRequested(), at=later).state is State.RECALLED


def test_what_may_have_left_is_never_thought_back() -> None:
    """Once an outcome was unknown, a later sure failure reopens neither recall nor pack."""
    unknown, sure = AttemptFailed("timeout", True, 0.5), AttemptFailed("busy", False, 0.5)
    later = NOON + TIMING.recall_window
    released = after(mailed(), ReleaseBegan(), unknown, ReleaseBegan(), sure, at=later)
    with pytest.raises(Conflict, match="too late"):
        after(released, RecallRequested(), at=later)
    with pytest.raises(Conflict):
        after(released, Denied(("a-rule",)), at=later)
    sealed = after(queued(), ArchiveSealed(ARCHIVE))
    sent_before = after(sealed, MailingBegan(), unknown, MailingBegan(), sure)
    with pytest.raises(Conflict):
        after(sent_before, Narrowed(DOCUMENTS[:1]))
    assert after(sent_before, RecallRequested()).state is State.RECALLED


def test_an_attempt_that_was_cut_off_counts_as_unknown() -> None:
    """A process killed in an attempt leaves no outcome; the next attempt's failure keeps that."""
    sure, later = AttemptFailed("busy", False, 0.5), NOON + TIMING.recall_window
    released = after(mailed(), ReleaseBegan(), ReleaseBegan(), sure, at=later)
    with pytest.raises(Conflict, match="too late"):
        after(released, RecallRequested(), at=later)
    sealed = after(queued(), ArchiveSealed(ARCHIVE))
    with pytest.raises(Conflict):
        after(sealed, MailingBegan(), MailingBegan(), sure, Narrowed(DOCUMENTS[:1]))


def test_documents_are_not_taken_out_of_what_may_have_arrived() -> None:
    """An archive whose mailing may have reached the relay is never replaced by another."""
    sealed = after(queued(), ArchiveSealed(ARCHIVE))
    assert after(sealed, Narrowed(DOCUMENTS[:1])).documents == DOCUMENTS[:1]
    with pytest.raises(Conflict):
        after(sealed, MailingBegan(), Narrowed(DOCUMENTS[:1]))
    surely_not = after(sealed, MailingBegan(), AttemptFailed("refused", False, 0.1))
    assert after(surely_not, Narrowed(DOCUMENTS[:1])).state is State.QUEUED


def test_attempts_are_spaced_and_end() -> None:
    """Retries come at growing, bounded pauses, and after the time allowed the transfer fails."""
    transfer = after(queued(), ArchiveSealed(ARCHIVE))
    at, pauses = NOON, []
    while isinstance(transfer.progress, Sealed):
        transfer = after(transfer, MailingBegan(), AttemptFailed("busy", True, 0.999), at=at)
        if transfer.retry_at is not None:
            pauses.append(transfer.retry_at - at)
            assert isinstance(next_step(transfer, at, TIMING), Wait)
            at = transfer.retry_at
    assert isinstance(transfer.progress, Failed)
    assert "busy" in transfer.progress.reason
    assert pauses == sorted(pauses)
    assert max(pauses) <= TIMING.longest_retry
    assert at - NOON <= TIMING.give_up_after


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_backoff_is_bounded(attempt: int, jitter: float) -> None:
    """A pause is never shorter than half the first retry nor longer than the longest."""
    pause = TIMING.backoff(attempt, jitter)
    assert TIMING.first_retry / 2 <= pause <= TIMING.longest_retry


def test_a_password_by_telephone_waits_for_a_person() -> None:
    """Nothing is released by itself; when nobody reads it out in time, the transfer expires."""
    transfer = mailed(PasswordChannel.TELEPHONE)
    opens = NOON + TIMING.recall_window
    deadline = opens + TIMING.acknowledge_within
    assert next_step(transfer, opens, TIMING) == Wait(deadline)
    assert next_step(transfer, deadline, TIMING) == Expire()
    assert after(transfer, TimeRanOut(), at=deadline).state is State.EXPIRED


def test_an_unacknowledged_transfer_expires() -> None:
    """After the time allowed for an acknowledgement the transfer ends as expired."""
    transfer = sent()
    deadline = NOON + TIMING.recall_window + TIMING.acknowledge_within
    assert next_step(transfer, deadline - timedelta(seconds=1), TIMING) == Wait(deadline)
    assert next_step(transfer, deadline, TIMING) == Expire()


def picked_up() -> Transfer:
    turned = after(queued(), ArchiveSealed(ARCHIVE), Rerouted())
    return after(turned, MailingBegan(), MailAccepted(Route.PICK_UP))


def test_what_mail_cannot_carry_turns_to_pick_up_once() -> None:
    """From sealed, whatever was tried before; it never turns again, nor back."""
    sealed = after(queued(), ArchiveSealed(ARCHIVE), MailingBegan())
    turned = after(sealed, Rerouted())
    assert (turned.state, turned.route, turned.attempts) == (State.SEALED, Route.PICK_UP, 0)
    assert next_step(turned, NOON, TIMING) == Mail(ARCHIVE)
    with pytest.raises(Conflict):
        after(turned, Rerouted())


def test_an_answer_to_the_mail_does_not_stand_for_the_notice() -> None:
    """What is accepted must be what is on its way."""
    turned = after(queued(), ArchiveSealed(ARCHIVE), MailingBegan(), Rerouted(), MailingBegan())
    with pytest.raises(Conflict):
        after(turned, MailAccepted())
    assert after(turned, MailAccepted(Route.PICK_UP)).state is State.MAILED


def test_mail_that_comes_back_is_picked_up_or_has_failed() -> None:
    """Before a release began; nothing is taken out of the archive any more, as it was out."""
    turned = after(mailed(), Bounced("5.7.1", pick_up=True))
    assert (turned.state, turned.route) == (State.SEALED, Route.PICK_UP)
    with pytest.raises(Conflict):
        after(turned, Narrowed(DOCUMENTS[:1]))
    assert after(turned, RecallRequested()).progress == Recalled(NOON, after_mailing=True)
    failed = Failed(NOON, "the mail came back (5.1.1)")
    assert after(mailed(), Bounced("5.1.1", pick_up=False)).progress == failed
    again = after(turned, MailingBegan(), MailAccepted(Route.PICK_UP), Bounced("5.1.1", True))
    assert again.progress == failed


def test_a_bounce_is_too_late_once_a_password_may_have_left() -> None:
    """And nothing bounces that was never mailed."""
    later, bounced = NOON + TIMING.recall_window, Bounced("5.1.1", pick_up=True)
    unknown, sure = AttemptFailed("timeout", True, 0.5), AttemptFailed("busy", False, 0.5)
    releasing = after(mailed(), ReleaseBegan(), at=later)
    for transfer in (
        releasing,
        after(releasing, unknown, at=later),
        after(releasing, unknown, ReleaseBegan(), sure, at=later),
        sent(),
        queued(),
        after(queued(), ArchiveSealed(ARCHIVE)),
    ):
        with pytest.raises(Conflict):
            after(transfer, bounced, at=later)
    assert after(releasing, sure, bounced, at=later).state is State.SEALED


def test_what_is_picked_up_can_be_recalled_until_somebody_begins_to() -> None:
    """The archive is still here; by mail it is not, and nothing can be downloaded."""
    later = NOON + TIMING.recall_window
    waiting = after(picked_up(), ReleaseBegan(), PasswordAccepted(), at=later)
    assert waiting.progress == PasswordSent(NOON, later, ARCHIVE)
    assert after(waiting, RecallRequested(), at=later).state is State.RECALLED
    fetched = after(waiting, DownloadBegan(), DownloadBegan(), at=later)
    with pytest.raises(Conflict, match="too late"):
        after(fetched, RecallRequested(), at=later)
    for transfer in (sent(), picked_up(), after(waiting, TimeRanOut(), at=later)):
        with pytest.raises(Conflict):
            after(transfer, DownloadBegan(), at=later)


def test_acknowledging_before_the_password_is_explained() -> None:
    """Someone who presses the button before the password came is told to come back."""
    with pytest.raises(Conflict, match="has not been sent yet"):
        after(mailed(), AcknowledgementGiven(Proof.LINK))


def test_every_state_is_reached_and_left_as_the_table_says() -> None:
    """The table names every state, and none leads out of an end."""
    reached = {State.QUEUED} | {t for targets in TRANSITIONS.values() for t in targets}
    assert reached == set(State)
    assert not any(state.is_terminal for state, _ in TRANSITIONS)


def test_the_drawing_shows_every_transition() -> None:
    """The drawing has one arrow per transition of the table."""
    arrows = [line for line in drawing().splitlines() if "-->" in line and ":" in line]
    assert len(arrows) == sum(len(targets) for targets in TRANSITIONS.values())
