"""The log's signing key: changed while in use, given in other ways, wrong, or gone.

Nothing is sent unless the log is signed with the right key; once it is back, sending goes on.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from support.mails import attached
from support.running import CONTACT, PACKS, PASSWORD_MAILS, Installation, installation, until

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.notes import Note
from gateway.domain.secret import Secret
from gateway.services.sequencing import LogKey

pytestmark = pytest.mark.server
ORIGIN = "lead.example/transfers"
REMEDY = "rotate-key"


class Serving:
    """A gateway that serves, with its key's file and what it said on standard error."""

    def __init__(self, there: Installation) -> None:
        self.there = there
        self.data = Path(there.environment["GATEWAY_DATA_DIR"])
        self.key = self.data / "keys" / "log.key"
        self.next = self.data / "keys" / "log.key.next"
        making = ("token", "create", "--role", "coordinator", "--agency", "tamariki-care")
        self._token = there.run(*making, "--representative", CONTACT).strip()
        self.start()

    def start(self) -> None:
        """Serve; what was said before is kept."""
        with (self.there.folder / "errors").open("ab") as errors:
            self.there.serve(errors=errors)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The error lines of the service so far."""
        lines = (self.there.folder / "errors").read_text("utf-8").splitlines()
        return [line for line in map(json.loads, lines) if line["level"] == "error"]

    def ready(self) -> tuple[int, str]:
        """What `/readyz` answers: status and body."""
        try:
            with urlopen(f"{self.there.base}/readyz") as answer:  # noqa: S310 - our own address
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def transfers(self) -> list[dict[str, Any]]:
        """Every transfer, by the API."""
        wanted = Request(  # noqa: S310 - our own address
            f"{self.there.base}/api/v1/transfers?limit=200",
            headers={"Authorization": f"Bearer {self._token}"},
        )
        with urlopen(wanted) as answer:  # noqa: S310 - our own address
            listed: list[dict[str, Any]] = json.load(answer)["items"]
        return listed

    def sealed(self) -> list[dict[str, Any]]:
        """The transfers that wait to be mailed."""
        return [each for each in self.transfers() if each["state"] in {"queued", "sealed"}]

    @contextmanager
    def goes_out(self) -> Iterator[None]:
        """What is sent while the block lasts is complete some time after it."""
        mails = self.there.mail.mails
        wanted = len(mails) + PACKS + PASSWORD_MAILS
        yield
        until(lambda: len(mails) >= wanted)
        until(lambda: not self.sealed())

    @contextmanager
    def held_back(self, why: str) -> Iterator[str]:
        """A pack that is sent now does not leave before the block, which is to mend what is wrong.

        Gives what `/readyz` says before that. Afterwards everything arrives by itself.
        """
        until(lambda: self.ready()[0] == 503)
        answer = self.ready()[1]
        assert why in answer
        with self.goes_out():
            before = self.there.mail.received_bytes
            self.there.send()
            until(lambda: len(self.sealed()) == PACKS)
            until(lambda: sum(each["attempts"] for each in self.sealed()) >= 2)
            assert self.there.mail.received_bytes == before
            yield answer
        assert self.ready()[0] == 200

    def export(self, name: str, **settings: str) -> Path:
        """Take the log out."""
        folder = self.there.folder / name
        with self.there.given(**settings):
            self.there.run("audit", "export", "--out", str(folder))
        return folder

    def restart(self, **settings: str) -> None:
        """Serve anew, with other settings."""
        self.there.stop()
        with self.there.given(**settings):
            self.start()


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
        there.send()
        said = there.run("audit", "rotate-key")
        there.send()
    new = log_key(serving.key.read_bytes())
    assert str(new.verifier_key) in said
    assert serving.key.stat().st_mode & 0o777 == 0o600
    assert not serving.next.exists()
    after = serving.export("after")
    first, second, *_ = (after / "key.pub").read_text().splitlines()
    assert (first, second) == (str(new.verifier_key), str(old.verifier_key))
    older = before / "checkpoint"
    key = str(after / "key.pub")
    there.run("audit", "verify", str(after), "--key", key, "--since", str(older))
    there.run("audit", "verify-receipt", str(receipt), "--key", key)
    (tmp_path / "old.pub").write_text(f"{old.verifier_key}\n")
    (tmp_path / "new.pub").write_text(f"{new.verifier_key}\n")
    there.run("audit", "verify", str(after), "--key", str(tmp_path / "old.pub"), code=1)
    there.run("audit", "verify", str(after), "--key", str(tmp_path / "new.pub"))
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
    with serving.held_back("key"):
        assert str(log_key(prepared).verifier_key) in there.run("audit", "rotate-key")
        assert serving.key.read_bytes() == prepared
        assert not serving.next.exists()
        until(lambda: serving.ready()[0] == 200)
    told = dict(line.split(": ", 1) for line in there.run("audit", "status").splitlines())
    assert told["key"] == str(log_key(prepared).verifier_key)


def test_the_key_is_given_otherwise(serving: Serving) -> None:
    """In the environment, or through an open descriptor, but not in two ways at once."""
    there, text = serving.there, serving.key.read_text()
    serving.export("by-environment", log_key=text.strip())
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "audit", "export", "--out", str(there.folder / "by-fd")],
        env=there.environment | {"GATEWAY_LOG_KEY_FD": str(reading)},
        pass_fds=[reading],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(reading)
    assert done.returncode == 0, done.stderr
    for name in ("by-environment", "by-fd"):
        there.run("audit", "verify", str(there.folder / name))
    for settings in (
        {"log_key": text.strip(), "log_key_file": str(serving.key)},
        {"log_key": text.strip(), "log_key_fd": "3"},
        {"log_key": "no key"},
        {"log_key": base64.b64encode(bytes(31)).decode()},
        {"log_key_fd": "999"},
        {"log_key_file": "/nonexistent"},
    ):
        with there.given(**settings):
            said = there.run("audit", "status", code=2)
        assert "log_key" in said
        assert text.strip() not in said
    with there.given(log_key=text.strip()):  # what is not in a file is not changed in one
        assert "log_key_file" in there.run("audit", "rotate-key", code=2)


def remove(key: Path) -> None:
    """The key's file is gone."""
    key.rename(key.with_suffix(".away"))


def replace(key: Path) -> None:
    """Another key is in its place."""
    key.rename(key.with_suffix(".away"))
    key.touch(mode=0o600)
    key.write_bytes(fresh())


def expose(key: Path) -> None:
    """Everybody may read it."""
    key.rename(key.with_suffix(".away"))
    key.touch(mode=0o644)
    key.write_bytes(key.with_suffix(".away").read_bytes())


@pytest.mark.parametrize("spoil", [remove, replace, expose])
def test_without_its_key_nothing_is_sent(serving: Serving, spoil: Callable[[Path], None]) -> None:
    """A key that is gone, another, or open to all: `/readyz` says so until it is mended."""
    there, text = serving.there, serving.key.read_text().strip()
    spoil(serving.key)
    # the command itself has the right key, so that it can be given a pack at all
    with there.given(log_key=text), serving.held_back("key"):
        serving.key.with_suffix(".away").replace(serving.key)
    assert any(error["event"] == "log_not_signed" and error["remedy"] for error in serving.errors)


def test_a_log_of_another_name_is_not_signed(serving: Serving) -> None:
    """A changed `log_origin` is another log: the service and the commands refuse."""
    serving.restart(log_origin="other.example/log")
    with serving.held_back("key"):
        with serving.there.given(log_origin="other.example/log"):
            there, folder = serving.there, serving.there.folder / "other"
            said = there.run("audit", "export", "--out", str(folder), code=1)
        assert "log_origin" in said
        assert REMEDY in said
        serving.restart()


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
