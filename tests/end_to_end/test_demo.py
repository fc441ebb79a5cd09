"""The demonstration, and what it leaves: the whole job through the public commands."""

import email
import email.policy
import json
import os
import shutil
import subprocess
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.notes import Kind, VerifierKey
from gateway.demo.recipients import open_packs, texted_passwords

pytestmark = pytest.mark.server
EXPECTED = {
    "aroha-tauira": ("password sent", 4, set()),
    "ben-sample": ("password sent", 4, set()),
    "mere-tauira": ("password sent", 4, set()),
    "hana-sample": ("password sent", 4, set()),
    "tom-sample": ("password sent", 4, set()),
    "iris-example": ("password sent", 3, {"conflict-of-interest"}),
    "ngaio-example": ("refused", 0, {"recipient-agency-not-signed"}),
    "rewi-example": ("refused", 0, {"recipient-not-active"}),
    "sina-example": ("refused", 0, {"section-66c-recipient"}),
    "kim-example": ("refused", 0, {"address-not-approved"}),
    "lou-example": ("refused", 0, {"no-password-channel"}),
}
HEADERS = {
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "x-protective-marking",
    "sensitivity",
    "auto-submitted",
}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demonstration left."""
    out = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        env={n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return out


def mails(left: Path) -> list[EmailMessage]:
    parsed = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((left / "mail").glob("*.eml"))
    ]
    assert all(isinstance(message, EmailMessage) for message in parsed)
    return parsed


def archives(message: EmailMessage) -> list[EmailMessage]:
    """The archives that a mail carries."""
    attached = message.iter_attachments()
    return [part for part in attached if part.get_content_type() == "application/zip"]


def report(left: Path, part: str = "recipients") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((left / "report.json").read_text("utf-8"))[part]
    return found


def test_the_report_says_who_got_what_and_why_not(left: Path) -> None:
    """Each recipient's state, documents and rules are those the sample is made for."""
    seen = {}
    for row in report(left):
        rules = {rule for withheld in row["documents_withheld"] for rule in withheld["rules"]}
        state = "password sent" if row["state"] == "acknowledged" else row["state"]
        seen[row["recipient"]] = (state, len(row["documents_sent"]), rules)
    assert seen == EXPECTED
    assert sum(row["state"] == "acknowledged" for row in report(left)) == 1


def test_every_pack_mail_is_marked_and_holds_only_the_archive(left: Path) -> None:
    """Marking in subject, header and at the top of the body; the archive, and its receipt."""
    with_pack = [message for message in mails(left) if archives(message)]
    assert len(with_pack) == 6 + 2 + 1  # the meeting's, two requests, one disclosure
    for message in with_pack:
        assert message["Subject"].startswith("[IN-CONFIDENCE \u2013 external]")
        assert message["X-Protective-Marking"] == "IN-CONFIDENCE"
        assert message["Sensitivity"] == "Company-Confidential"
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().lstrip().startswith("[IN-CONFIDENCE \u2013 external]")
        assert message.get_body(("html",)) is not None
        attachment, receipt = message.iter_attachments()
        assert attachment.get_content_type() == "application/zip"
        assert receipt.get_content_type() == "text/plain"
        assert {name.lower() for name in message} <= HEADERS
        assert len(message["To"].addresses) == 1
        assert message["Cc"] is message["Bcc"] is None


def test_the_packs_open_with_the_passwords_that_arrived(left: Path, tmp_path: Path) -> None:
    """All but one came by text or other mailbox; each opens its pack, with neutral names."""
    passwords = texted_passwords(left)
    assert len(passwords) == len(set(passwords.values())) == 5 + 2 + 1
    by_phone = {r["reference"] for r in report(left) if r["password_channel"] == "telephone"}
    for path in (left / "mail").glob("*.eml"):
        content = path.read_bytes()
        if not any(reference.encode() in content for reference in by_phone):
            (tmp_path / path.name).write_bytes(content)  # the other's password was spoken
    kept = tmp_path / "kept"
    kept.mkdir()
    opened = open_packs(tmp_path, passwords, kept)
    assert len(opened) == 5 + 2 + 1
    for pack in opened.values():
        assert all(name[:2].isdigit() for name in pack.names)


def test_one_agency_gets_native_files_and_the_others_encrypted_zips(left: Path) -> None:
    """The report says which; the mail says how to open each; the receipt proves the archive."""
    forms = {row["recipient"]: row["form"] for row in report(left)}
    assert {name for name, form in forms.items() if form == "native files"} == {"mere-tauira"}
    assert set(forms.values()) == {"native files", "encrypted zip", None}
    (native,) = (row["reference"] for row in report(left) if row["form"] == "native files")
    saved = left / "saved" / f"{native}.zip"
    with zipfile.ZipFile(saved) as archive:
        names = archive.namelist()
        assert sorted(names) == ["00-contents.pdf", "01.pdf", "02.pdf", "03.docx", "04.docx"]
        assert all(b"Tauira" not in archive.read(name) for name in names)
    for message in mails(left):
        body = message.get_body(("plain",))
        if archives(message) and body is not None:
            is_native = native in message["Subject"]
            assert ("00-contents.pdf" in body.get_content()) is is_native
            assert ("Windows Explorer" in body.get_content()) is not is_native
    key, receipt = left / "audit" / "key.pub", left / "saved" / f"{native}.tlog-proof.txt"
    whole = ("verify-receipt", "--key", str(key), "--archive", str(saved), str(receipt))
    assert gateway_audit(*whole)[0] == 0


def test_no_password_is_where_its_pack_is(left: Path) -> None:
    """No mail with a pack, and no entry of the log, holds a password."""
    passwords = [password.encode() for password in texted_passwords(left).values()]
    log = (left / "audit" / "entries.jsonl").read_bytes()
    for message in mails(left):
        if archives(message):
            assert not any(password in bytes(message) for password in passwords)
    assert not any(password in log for password in passwords)


def test_the_log_tells_each_transfer_s_story(left: Path) -> None:
    """From queued to password sent, in order, for every transfer that was not refused."""
    lines = (left / "audit" / "entries.jsonl").read_bytes().splitlines()
    entries = [json.loads(line) for line in lines]
    for row in report(left):
        story = [e["action"] for e in entries if e["subject"].get("reference") == row["reference"]]
        if row["state"] == "refused":
            assert story[0] == "transfer.refused"
            continue
        expected = ["transfer.queued", "transfer.sealed", "transfer.mailing", "transfer.mailed"]
        assert [action for action in story if action in expected] == expected
        assert story.index("transfer.mailed") < story.index("password.releasing")


def test_one_request_is_answered_with_a_document_and_one_declined(left: Path) -> None:
    """The report says what became of both, with the words of whoever answered."""
    requests = {row["holding_agency"]: row for row in report(left, "requests")}
    assert requests.keys() == {"te-rohe-health", "regional-police"}
    assert {row["state"] for row in requests.values()} == {"answered"}
    disclosed = requests["te-rohe-health"]["answer"]
    assert (disclosed["kind"], bool(disclosed["pack"])) == ("disclosed", True)
    assert "private practices" in disclosed["limitations"]
    declined = requests["regional-police"]["answer"]
    assert (declined["kind"], declined["ground"]) == ("declined", "investigation")
    assert "inquiry is under way" in declined["reasons"]


def test_each_request_is_left_as_word_and_pdf(left: Path) -> None:
    """Both forms of both requests, as their holders found them in the sealed pack."""
    made = [path for path in (left / "requests").iterdir() if path.suffix in {".docx", ".pdf"}]
    assert len(made) == 4
    starts = {path.suffix: path.read_bytes()[:4] for path in made}
    assert starts == {".docx": b"PK\x03\x04", ".pdf": b"%PDF"}


def test_the_log_tells_each_request_s_story(left: Path) -> None:
    """From draft to answer; no child's name is in it."""
    whole = (left / "audit" / "entries.jsonl").read_text("utf-8")
    entries = [json.loads(line) for line in whole.splitlines()]
    for row in report(left, "requests"):
        story = [e["action"] for e in entries if e["subject"].get("reference") == row["reference"]]
        moves = [f"information-request.{move}" for move in ("created", "sent", "answered")]
        assert [action for action in story if action in moves] == moves
    assert "Tama Tauira" not in whole


def test_the_exercise_is_in_the_log_and_stopped_nothing(left: Path) -> None:
    """A breach was practised on two transfers; both are what they were."""
    lines = (left / "audit" / "entries.jsonl").read_bytes().splitlines()
    entries = [json.loads(line) for line in lines]
    practised = [e for e in entries if e["action"].startswith("breach.")]
    assert [e["action"] for e in practised] == ["breach.reported", "breach.stopped"]
    assert all(e["subject"]["exercise"] is True for e in practised)
    assert practised[1]["detail"]["ending"] == "would be done"
    assert not [e for e in entries if e["action"] == "transfer.recalled"]


def verify(folder: Path, *more: str) -> tuple[int, str]:
    return gateway_audit("verify", str(folder), *more)


def gateway_audit(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_exported_log_verifies_and_a_changed_one_does_not(left: Path, tmp_path: Path) -> None:
    """Offline, by the public key; a changed byte, a missing file and a wrong key are told."""
    folder = tmp_path / "audit"
    shutil.copytree(left / "audit", folder)
    entries = folder / "entries.jsonl"
    whole = entries.read_bytes()
    code, said = verify(folder, "--since", str(folder / "checkpoint"))
    assert (code, "whole and unaltered" in said) == (0, True)
    entries.write_bytes(whole.replace(b'"success"', b'"failure"', 1))
    assert verify(folder)[0] == 1
    entries.write_bytes(whole.partition(b"\n")[2])
    assert verify(folder)[0] == 1
    entries.write_bytes(whole)
    other = tmp_path / "other.pub"
    other.write_text(
        str(VerifierKey.of_seed("gateway.invalid/transfer-log", Kind.ED25519, b"x" * 32))
    )
    assert verify(folder, "--key", str(other))[0] == 1
    entries.unlink()
    assert verify(folder)[0] == 2
