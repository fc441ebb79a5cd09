"""What whoever watches a transfer can still expect of it, and still do about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.packs import BlobId, PackId
from gateway.domain.register import AgencyId, MeetingId, PasswordChannel, RepresentativeId
from gateway.domain.transfers import (
    Acknowledged,
    Archive,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Progress,
    Proof,
    Queued,
    Recalled,
    Refused,
    Sealed,
    Transfer,
    TransferId,
)
from gateway.domain.transfers.watching import awaits_reading, recallable, settled

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ARCHIVE = Archive(BlobId("blob"), 1, "0" * 64)
MAILED = Mailed(ARCHIVE, NOW - timedelta(minutes=10), NOW)
BASE = Transfer(
    id=TransferId("one"),
    reference="T-AAAA-AAAA",
    pack=PackId("pack"),
    meeting=MeetingId("meeting"),
    agency=AgencyId("agency"),
    recipient=RepresentativeId("person"),
    address="person@agency.example",
    channel=PasswordChannel.TEXT,
    channel_address="+447700900101",
    documents=(),
    message_id="one@gateway.example",
    created_at=NOW,
    entered_at=NOW,
)


@pytest.mark.parametrize(
    ("progress", "may_recall", "is_settled"),
    [
        (Queued(), True, False),
        (Sealed(ARCHIVE), True, False),
        (Sealed(ARCHIVE, attempted=True), True, False),
        (MAILED, True, False),
        (replace(MAILED, releasing=True), False, False),
        (replace(MAILED, may_have_left=True), False, False),
        (PasswordSent(NOW, NOW), False, True),
        (PasswordSent(NOW, NOW, ARCHIVE), True, True),
        (PasswordSent(NOW, NOW, ARCHIVE, fetched=True), False, True),
        (Acknowledged(NOW, Proof.CODE), False, True),
        (Refused(NOW, ()), False, True),
        (Recalled(NOW, after_mailing=True), False, True),
        (Failed(NOW, "why"), False, True),
        (Expired(NOW), False, True),
    ],
)
def test_each_state_says_what_is_still_to_come(
    progress: Progress, *, may_recall: bool, is_settled: bool
) -> None:
    """A recall until a password may have left; nothing more once it was sent or all has ended."""
    transfer = replace(BASE, progress=progress)
    assert recallable(transfer) is may_recall
    assert settled(transfer, NOW) is is_settled
    assert not awaits_reading(transfer, NOW)


def test_a_spoken_password_waits_for_a_person_once_the_window_is_over() -> None:
    """Before, it is only the gateway's clock that is waited for."""
    spoken = replace(BASE, progress=MAILED, channel=PasswordChannel.TELEPHONE)
    assert awaits_reading(spoken, NOW)
    assert settled(spoken, NOW)
    assert not awaits_reading(spoken, NOW - timedelta(seconds=1))
    assert not settled(spoken, NOW - timedelta(seconds=1))
