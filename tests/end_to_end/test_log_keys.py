"""The log's signing key: changed while in use, given in other ways, wrong, or gone.

Nothing is sent unless the log is signed with the right key; once it is back, sending goes on.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.mails import attached
from support.running import Installation, installation, until
from support.serving import Serving
from support.world import SAMPLE

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.notes import Note
from gateway.domain.secret import Secret
from gateway.services.sequencing import LogKey

pytestmark = pytest.mark.server
ORIGIN = "lead.example/transfers"
REMEDY = "rotate-key"


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    """A serving gateway that sent the sample pack; each test leaves one that sends."""
    with installation(
        log_origin=ORIGIN, log_patience_seconds="0.5", longest_retry_seconds="1"
    ) as there:
        one = Serving(there)
        there.send()
        there.wait_for_sample()
        yield one


def fresh() -> bytes:
    """A key as it lies in a file."""
    return base64.b64encode(os.urandom(32)) + b"\n"


def log_key(text: bytes) -> LogKey:
    """The key in a file's text."""
    return LogKey(ORIGIN, Secret(base64.b64decode(text).hex()))


def test_the_key_is_changed_while_packs_are_sent(serving: Serving, tmp_path: Path) -> None:
    """The change is signed by both keys, and all from before verifies with the new key.pub."""
    there, old = serving.there, log_key(serving.key.read_bytes())
    before = serving.export("before")
    receipt = attached(there.mail.mails[0], tmp_path).receipt
    with serving.goes_out():
        sending = ("pack", "send", "--yes", str(SAMPLE / "pack.toml"))
        _, said = there.run_each(sending, ("audit", "rotate-key"))
    new = log_key(serving.key.read_bytes())
    assert str(new.verifier_key) in said
    assert serving.key.stat().st_mode & 0o777 == 0o600
    assert not serving.next.exists()
    after = serving.export("after")
    first, second, *_ = (after / "key.pub").read_text().splitlines()
    assert (first, second) == (str(new.verifier_key), str(old.verifier_key))
    older = before / "checkpoint"
    key = str(after / "key.pub")
    (tmp_path / "old.pub").write_text(f"{old.verifier_key}\n")
    (tmp_path / "new.pub").write_text(f"{new.verifier_key}\n")
    there.run_each(
        ("audit", "verify", str(after), "--key", key, "--since", str(older)),
        ("audit", "verify", str(after), "--key", str(tmp_path / "new.pub")),
        ("audit", "verify-receipt", str(receipt), "--key", key),
    )
    there.run("audit", "verify", str(after), "--key", str(tmp_path / "old.pub"), code=1)
    entries = [json.loads(line) for line in (after / "entries.jsonl").read_bytes().splitlines()]
    changes = [n for n, entry in enumerate(entries) if entry["action"] == "log.key-rotated"]
    detail = {"new": str(new.verifier_key), "old": str(old.verifier_key)}
    assert entries[changes[-1]]["detail"] == detail
    growth = there.json("audit", "prove-growth", str(changes[-1] + 1))
    signed = Note.parse(growth["older"].encode()).verify([old.verifier_key, new.verifier_key])
    assert {by.key for by in signed} == {old.verifier_key, new.verifier_key}
    signed = Note.parse(growth["newer"].encode()).verify([old.verifier_key, new.verifier_key])
    assert {by.key for by in signed} == {new.verifier_key}


def test_a_change_cut_short_is_finished_by_the_next(serving: Serving) -> None:
    """Whether it was killed before the log had the new key, or before the file had it."""
    there, prepared = serving.there, fresh()
    serving.next.touch(mode=0o600)
    serving.next.write_bytes(prepared)  # killed before the database knew of it
    old = serving.key.read_bytes()
    assert str(log_key(prepared).verifier_key) in there.run("audit", "rotate-key")
    assert serving.key.read_bytes() == prepared
    serving.next.touch(mode=0o600)
    serving.next.write_bytes(prepared)  # killed after that, before the file took its place
    serving.key.write_bytes(old)
    with serving.held_back("key") as answer:
        assert "already knows a newer signing key" in answer
        assert "'gateway audit rotate-key' was cut short, run it again" in answer
        assert "run it again" in there.run("audit", "status", code=1)
        assert str(log_key(prepared).verifier_key) in there.run("audit", "rotate-key")
        assert serving.key.read_bytes() == prepared
        assert not serving.next.exists()
        until(lambda: serving.ready()[0] == 200)
    told = dict(line.split(": ", 1) for line in there.run("audit", "status").splitlines())
    assert told["key"] == str(log_key(prepared).verifier_key)


def test_a_change_that_is_refused_leaves_no_other_key_behind(serving: Serving) -> None:
    """Where the log cannot be signed with the present key."""
    there = serving.there
    replace(serving.key)
    try:
        assert REMEDY in there.run("audit", "rotate-key", code=1)
        assert not serving.next.exists()
        assert "[log_key_file]" in there.run("audit", "status", code=1)
    finally:
        restore(serving.key)
    until(lambda: serving.ready()[0] == 200)


def export_by_descriptor(there: Installation, text: str) -> str:
    """Have the log signed for an export by a process that gets the key from a pipe."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", "export", "--out", str(there.folder / "fd")],
        env=there.environment | {"GATEWAY_LOG_KEY_FD": str(reading)},
        pass_fds=[reading],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(reading)
    assert done.returncode == 0, done.stderr
    return str(there.folder / "fd")


def test_the_key_is_given_otherwise(serving: Serving) -> None:
    """In the environment, or through an open descriptor, with no file of it on this machine."""
    there, text = serving.there, serving.key.read_text()
    key = text.strip()
    remove(serving.key)
    try:
        there.run("audit", "verify", export_by_descriptor(there, text))
        serving.export("environment", log_key=key)
        with there.given(log_key=fresh().decode().strip()):  # well formed, but not the log's
            folder = str(there.folder / "other")
            said = there.run("audit", "export", "--out", folder, code=1)
        assert REMEDY in said
        with there.given(log_key=key):  # what is not in a file is not changed in one
            assert "log_key_file" in there.run("audit", "rotate-key", code=2)
        assert "log_key_file" in there.run("init", code=2)
        assert not serving.key.exists(), "a second key was made for a signed log"
    finally:
        restore(serving.key)
    until(lambda: serving.ready()[0] == 200)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"log_key": "KEY", "log_key_file": "/nonexistent"}, "log_key:"),
        ({"log_key_fd": "999"}, "[log_key_fd]"),
        ({"log_key_file": "/nonexistent"}, "[log_key_file]"),
    ],
)
def test_a_key_that_is_given_wrongly_is_refused(
    serving: Serving, settings: dict[str, str], named: str
) -> None:
    """In two ways at once, or not a key; the setting is named and no key is repeated."""
    key = serving.key.read_text().strip()
    with serving.there.given(**{name: text.replace("KEY", key) for name, text in settings.items()}):
        said = serving.there.run("audit", "status", code=2)
    assert named in said
    assert key not in said


def remove(key: Path) -> None:
    """The key's file is gone."""
    key.rename(key.with_suffix(".away"))


def replace(key: Path) -> None:
    """Another key is in its place."""
    key.rename(key.with_suffix(".away"))
    key.touch(mode=0o600)
    key.write_bytes(fresh())


def restore(key: Path) -> None:
    """The right key is back."""
    key.with_suffix(".away").replace(key)


@pytest.mark.parametrize("spoil", [remove, replace])
def test_without_its_key_nothing_is_sent(serving: Serving, spoil: Callable[[Path], None]) -> None:
    """A key that is gone, or another: `/readyz` says so until it is mended."""
    there, text = serving.there, serving.key.read_text().strip()
    spoil(serving.key)
    # the command itself has the right key, so that it can be given a pack at all
    with there.given(log_key=text), serving.held_back("key"):
        restore(serving.key)
    assert any(error["event"] == "log_not_signed" and error["remedy"] for error in serving.errors)


def test_a_log_of_another_name_is_not_signed(serving: Serving) -> None:
    """A changed `log_origin` is another log: the service and the commands refuse."""
    there = serving.there
    with there.given(log_origin="other.example/log"):
        serving.restart()
        assert serving.ready()[0] == 503
        said = there.run("audit", "export", "--out", str(there.folder / "other"), code=1)
    assert "log_origin" in said
    assert REMEDY in said
    assert "log_not_signed" in {error["event"] for error in serving.errors}
    serving.restart()
    assert serving.ready()[0] == 200


def test_a_database_set_back_is_found_out(serving: Serving) -> None:
    """The last checkpoint, kept in a file, is larger: nothing is sent until it is moved away."""
    serving.there.stop()
    file = serving.data / "log" / "checkpoint"
    key = log_key(serving.key.read_bytes())
    size = Checkpoint.parse(Note.parse(file.read_bytes()).text).size
    ahead = key.sign(str(Checkpoint(ORIGIN, size + 1000, bytes(32))))
    file.write_bytes(ahead)
    serving.start()
    with serving.held_back("not the one this gateway signed"):
        said = serving.there.run("audit", "export", "--out", str(file.parent / "x"), code=1)
        assert "move it away" in said
        assert file.read_bytes() == ahead, "the evidence was written over"
        file.rename(file.with_name("evidence"))
    assert file.exists()
