"""Reports of mail that came back: what is read in them, and the Maildir they wait in."""

import os
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reports import report

from gateway.channels.bounces import LARGEST, MaildirReports, read_report
from gateway.domain.errors import InvalidInput
from gateway.services.reports import Report

BACK = "bounces+tag@gateway.example"


def test_a_report_is_read() -> None:
    """To whom it was sent, which mail it was, and why it failed; nothing else of it."""
    read = read_report(report(BACK, "5.1.1", envelope="abc+2Bd@gateway.example"))
    assert read == Report((BACK,), "abc+d@gateway.example", "5.1.1")


def test_the_server_may_say_where_it_delivered() -> None:
    """Beside To, as a list may have readdressed it."""
    data = b"Delivered-To: one@a.example\nX-Original-To: two@a.example\n" + report(BACK, "5.7.1")
    read = read_report(data)
    assert read is not None
    assert read.addresses == ("one@a.example", "two@a.example", BACK)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "Delayed"])
def test_what_is_no_failure_has_no_status(action: str) -> None:
    """A mail that is late has not come back."""
    assert read_report(report(BACK, "4.4.1", action=action)) == Report((BACK,), None, None)


def test_a_failure_may_have_a_status_of_the_fourth_class() -> None:
    """A server gives up what was only late (RFC 3463: 4.4.7)."""
    read = read_report(report(BACK, "4.4.7 (delivery time expired)"))
    assert read is not None
    assert read.status == "4.4.7"


@pytest.mark.parametrize("status", ["", "2.0.0", "5.1", "five", "5.1.1.1", "5.1.1111", "5,1,1"])
def test_a_failure_without_a_status_is_not_read(status: str) -> None:
    """What is not clear is left for a person."""
    assert read_report(report(BACK, status)) is None


def test_other_mail_is_not_read() -> None:
    """Words about a bounce, reports of another kind, half reports, several of them, too large."""
    whole = report(BACK, "5.1.1")
    for data in (
        b"",
        MIMEText("User unknown, 5.1.1").as_bytes(),
        whole.replace(b"delivery-status", b"feedback-report"),
        whole.replace(b"multipart/report", b"multipart/mixed"),
        whole.replace(b"Action: failed", b"Action: pondered"),
        whole.partition(b"Final-Recipient")[0],
        whole + b"x" * LARGEST,
    ):
        assert read_report(data) is None


def test_deep_nesting_ends_nothing() -> None:
    """A mail made to trip the parser is one that cannot be read."""
    part = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    assert read_report(b"".join(part % (n, n) for n in range(5_000))) is None


@given(st.binary(max_size=2000), st.integers(0, 1500))
def test_no_bytes_end_the_reading(noise: bytes, at: int) -> None:
    """Whatever stands in a mail, it is read or it is not."""
    whole = report(BACK, "5.1.1")
    for data in (noise, whole[:at] + noise + whole[at:]):
        read = read_report(data)
        assert read is None or read.status is None or len(read.status) < 10


def maildir(folder: Path) -> MaildirReports:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir()
    return MaildirReports(folder)


def test_the_maildir_is_emptied_into_seen_and_flagged(tmp_path: Path) -> None:
    """What was understood is seen, the rest flagged; a link, a pipe and a folder are not opened."""
    box = maildir(tmp_path)
    (tmp_path / "new/1.a").write_bytes(report(BACK, "5.1.1"))
    (tmp_path / "new/2.b").write_bytes(b"hello")
    (tmp_path / "secret").write_bytes(report(BACK, "5.1.1"))
    (tmp_path / "new/3.c").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "new/4.d")
    (tmp_path / "new/5.e").mkdir()
    waiting = dict(box.waiting())
    assert [name for name, read in waiting.items() if read] == ["1.a"]
    for name, read in waiting.items():
        box.settle(name, understood=read is not None)
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == [
        "1.a:2,S", "2.b:2,F", "3.c:2,F", "4.d:2,F", "5.e:2,F",
    ]  # fmt: skip
    assert box.waiting() == []


def test_a_folder_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    """When the service starts, not when the first mail comes back."""
    with pytest.raises(InvalidInput, match="is not a Maildir"):
        MaildirReports(tmp_path)
