"""The commands with wrong input: a clear message, the right exit code, and nothing changed."""

import base64
import contextlib
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.running import CONTACT, Installation, installation
from support.world import SAMPLE

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    """An installation all tests of this module share, as none of them may change it."""
    with installation(document_limit_bytes="200000") as one:
        yield one
        listed = one.run("transfer", "list", "--as", CONTACT)
        assert listed == ""
        assert "unchanged" in one.run("register", "import", str(SAMPLE / "register.toml"))


def spoilt(tmp_path: Path, name: str, *changes: tuple[str, str]) -> str:
    """A copy of a sample file with changes, beside the documents; gives its path."""
    shutil.copytree(SAMPLE / "documents", tmp_path / "documents", dirs_exist_ok=True)
    text = (SAMPLE / name).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / name).write_text(text, "utf-8")
    return str(tmp_path / name)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[agency]]", "[[agency", "line"),
        ('id = "regional-police"', 'id = "tamariki-care"', "repeats"),
        ('agency = "learning-office"', 'agency = "no-such-agency"', "no-such-agency"),
        ("active_from = 2025-02-01", 'active_from = "soon"', "active_from"),
        ('mobile = "+447700900101"', 'mobile = "021 123"', "mobile"),
        ('kind = "government"', 'kind = "secret service"', "kind"),
        ('"regional-police.example"]', '"tamariki-car\u0435.example"]', "domain"),
    ],
    ids=["toml", "duplicate", "unknown id", "date", "number", "kind", "look-alike"],
)
def test_a_wrong_register_is_refused_whole(
    there: Installation, tmp_path: Path, old: str, new: str, said: str
) -> None:
    """The message names the fault, and the register stays as it was."""
    printed = there.run("register", "import", spoilt(tmp_path, "register.toml", (old, new)), code=2)
    assert said in printed


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('file = "documents/care-summary.pdf"', 'file = "../register.toml"', 2),
        ('file = "documents/care-summary.pdf"', 'file = "documents/none.pdf"', 2),
        ('meeting = "kowhai-2026-12-08"', 'meeting = "another"', 5),
        ('contact = "pat-tauira"', 'contact = "nobody"', 2),
        ('contact = "pat-tauira"', 'contact = "ben-sample"', 5),
        ('authority = "OTA-66C"', 'authority = "MADE-UP"', 2),
        ('title = "Care summary"', 'title = "Care\\nBcc: v@evil.example"', 2),
        ('title = "Care summary"', 'title = "\\u202Efdp.exe"', 2),
        ('marking = "IN-CONFIDENCE"', 'marking = "CONFIDENTIALISH"', 2),
    ],
)
def test_a_wrong_pack_is_refused(
    there: Installation, tmp_path: Path, old: str, new: str, code: int
) -> None:
    """With the exit code of its kind, and no transfer comes of it."""
    pack = spoilt(tmp_path, "pack.toml", (old, new))
    printed = there.run("pack", "send", "--yes", pack, code=code)
    assert "Error" in printed


def test_an_empty_and_an_oversized_document_are_refused(
    there: Installation, tmp_path: Path
) -> None:
    """Each with its own message."""
    pack = spoilt(tmp_path, "pack.toml")
    (tmp_path / "documents" / "care-summary.pdf").write_bytes(b"")
    assert "empty" in there.run("pack", "send", "--yes", pack, code=2)
    (tmp_path / "documents" / "care-summary.pdf").write_bytes(b"x" * 200_001)
    assert "at most 200,000 bytes" in there.run("pack", "send", "--yes", pack, code=7)


def test_a_link_out_of_the_folder_is_refused(there: Installation, tmp_path: Path) -> None:
    """A symbolic link does not lead to a file outside the pack file's folder."""
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret.pdf").write_bytes(b"not yours")
    pack = spoilt(folder, "pack.toml")
    (folder / "documents" / "care-summary.pdf").unlink()
    (folder / "documents" / "care-summary.pdf").symlink_to(tmp_path / "secret.pdf")
    there.run("pack", "check", pack, code=2)


def test_sending_asks_first(there: Installation) -> None:
    """Without a yes nothing is sent."""
    printed = there.run("pack", "send", str(SAMPLE / "pack.toml"), stdin="n\n", code=1)
    assert "Nothing was sent" in printed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("transfer", "recall", "no-such", "--as", CONTACT), 5),
        (("transfer", "read-password", "no-such", "--as", CONTACT), 5),
        (("transfer", "list", "--as", "nobody"), 2),
        (("transfer", "list", "--as", CONTACT, "--state", "lost"), 2),
        (("token", "create", "--role", "king", "--agency", "tamariki-care"), 2),
        (("token", "create", "--role", "coordinator", "--agency", "tamariki-care"), 2),
        (("token", "create", "--role", "auditor", "--agency", "none"), 2),
        (("token", "create", "--role", "auditor", "--agency", "tamariki-care", "--days", "0"), 2),
        (("token", "revoke", "none"), 5),
        (("register", "import", "/no/such/file"), 2),
        (("pack", "check", "/no/such/file"), 2),
        (("policy", "check", "/no/such/folder"), 2),
        (("audit", "export", "--out", "/proc/nothing"), 2),
        (("audit", "export", "--out", "/proc"), 2),
        (("register", "schema", "bogus"), 2),
        (("transfer", "list", "--as", "pat\udcff"), 2),
        (("pack", "discard", "none", "--as", CONTACT), 5),
    ],
)
def test_wrong_arguments_are_explained(
    there: Installation, arguments: tuple[str, ...], code: int
) -> None:
    """Each with the exit code of its kind and no traceback."""
    assert there.run(*arguments, code=code).strip()


def test_an_unknown_or_wrong_setting_is_refused(there: Installation) -> None:
    """A slip in a setting's name or value never leaves a default silently in force."""
    for name, value in (
        ("GATEWAY_RECALL_WINDOW", "5"),
        ("GATEWAY_RECALL_WINDOW_SECONDS", "soon"),
        ("GATEWAY_MAIL_CEILING", "SENSITIVE"),
        ("GATEWAY_TIME_ZONE", "Nowhere"),
        ("GATEWAY_MAIL_FROM", "a@b\r\nBcc: c@d"),
        ("GATEWAY_LINK_BASE", "http://far.example"),
    ):
        there.environment[name], before = value, there.environment.get(name)
        try:
            printed = there.run("transfer", "list", "--as", CONTACT, code=2)
        finally:
            if before is None:
                del there.environment[name]
            else:
                there.environment[name] = before
        assert "Error" in printed


def test_a_check_that_is_ended_keeps_nothing(there: Installation) -> None:
    """A plain kill while documents are taken in leaves no pack behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "pack", "check", str(SAMPLE / "pack.toml")],
        env=there.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "Taking in" in process.stderr.readline()
    process.terminate()
    assert "Traceback" not in process.stderr.read()
    assert process.wait(60) == 130
    process.stderr.close()
    assert "not sent" not in there.run("pack", "list", "--as", CONTACT)


def test_an_interrupted_question_sends_nothing(there: Installation) -> None:
    """Ctrl-C at the question ends the command at once, and the pack is discarded."""
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "pack", "send", str(SAMPLE / "pack.toml")],
        env=there.environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    said = b""
    while b"Send this?" not in said:
        said += os.read(main, 4096)
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while os.read(main, 4096):
            pass
    os.close(main)
    assert process.wait(30) == 1
    assert "not sent" not in there.run("pack", "list", "--as", CONTACT)


def test_a_lost_or_wrong_master_key_is_not_replaced(there: Installation) -> None:
    """Initialising again never makes a second key for a database that has one."""
    key = Path(there.environment["GATEWAY_DATA_DIR"]) / "keys" / "master.key"
    kept = key.read_bytes()
    key.unlink()
    try:
        there.run("init", code=2)
        assert not key.exists()
        key.touch(mode=0o600)
        key.write_bytes(base64.b64encode(bytes(range(32))) + b"\n")
        assert "not the master key" in there.run("init", code=2)
    finally:
        key.write_bytes(kept)
    there.run("init")


def test_the_demonstration_deletes_nothing_of_others(there: Installation, tmp_path: Path) -> None:
    """A folder with a `mail` it did not make is left alone."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "inbox").write_text("mine")
    there.run("demo", "--out", str(tmp_path), code=2)
    assert (tmp_path / "mail" / "inbox").read_text() == "mine"


def test_an_uninitialised_folder_says_what_to_do(there: Installation, tmp_path: Path) -> None:
    """Before `gateway init` every command points to it."""
    before = there.environment["GATEWAY_DATA_DIR"]
    there.environment["GATEWAY_DATA_DIR"] = str(tmp_path / "none")
    try:
        assert "gateway init" in there.run("transfer", "list", "--as", CONTACT, code=2)
    finally:
        there.environment["GATEWAY_DATA_DIR"] = before
