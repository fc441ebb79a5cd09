"""Others vouch for the log of a running gateway and keep a copy of it; those that do not are told.

A witness cosigns, another refuses, a time-stamping service stamps, and a syslog receiver is down at
first.
"""

import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.outside import SyslogReceiver, background, free_port
from support.running import Installation, installation, until
from support.stamping import Service
from support.witness import StrictWitness

from gateway.audit.notes import Kind, Note, VerifierKey
from gateway.system import SystemClock

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl"),
]
ORIGIN = "lead.example/transfers"


@dataclass
class World:
    """A gateway that sent the sample pack, and those around it."""

    there: Installation
    errors_file: Path
    witness: StrictWitness
    refusing: StrictWitness
    stamper: Service
    receiver: SyslogReceiver

    def errors(self, event: str) -> list[dict[str, Any]]:
        """The error lines of the service about one event."""
        lines = map(json.loads, self.errors_file.read_text("utf-8").splitlines())
        return [line for line in lines if line["level"] == "error" and line["event"] == event]

    def status(self) -> dict[str, str]:
        """What `gateway audit status` says."""
        printed = self.there.run("audit", "status")
        return dict(line.split(": ", 1) for line in printed.splitlines())

    def found(self, action: str) -> list[str]:
        """The entries of one action, as a search prints them."""
        return self.there.run("audit", "search", "--action", action).splitlines()


def witness(folder: Path, name: str, seed: bytes) -> StrictWitness:
    """A witness that knows no log yet."""
    now = SystemClock()
    state = folder / name.replace("/", "-")
    return StrictWitness(state, {}, lambda: int(now.now().timestamp()), name=name, seed=seed)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything running; the receiver only once the service has found it down."""
    folder = tmp_path_factory.mktemp("outside")
    right = witness(folder, "witness.example/w1", b"w" * 32)
    wrong = witness(folder, "witness.example/w2", b"v" * 32)  # it is never told of the log
    stamper, receiver = Service(folder), SyslogReceiver(free_port())
    with background() as behind:
        for server in (right, wrong, stamper):
            behind.start(server.serving())
        with installation(
            log_origin=ORIGIN,
            log_witnesses=json.dumps([f"{each.url} {each.key}" for each in (right, wrong)]),
            log_stampers=json.dumps([stamper.url]),
            log_stamper_roots_file=str(stamper.roots_file),
            log_endorse_every_seconds="0.5",
            syslog_host="127.0.0.1",
            syslog_port=str(receiver.port),
            syslog_security="none",
        ) as there:
            key = Path(there.environment["GATEWAY_DATA_DIR"]) / "keys" / "log.key"
            seed = b64decode(key.read_bytes())
            right.logs = {ORIGIN: VerifierKey.of_seed(ORIGIN, Kind.ED25519, seed)}
            one = World(there, there.folder / "errors", right, wrong, stamper, receiver)
            with one.errors_file.open("ab") as errors:
                there.serve(errors=errors)
            until(lambda: bool(one.errors("log_not_forwarded")))
            behind.start(receiver.serving())
            there.send()
            there.wait_for_sample()
            yield one


def test_an_export_is_cosigned_and_its_verifier_can_insist(world: World, tmp_path: Path) -> None:
    """Although the export is itself the newest entry, and the log grew all the while."""
    there, folder = world.there, tmp_path / "export"
    there.run("audit", "export", "--out", str(folder), "--tiles")
    checkpoint = Note.parse((folder / "checkpoint").read_bytes())
    assert [signature.name for signature in checkpoint.signatures] == [ORIGIN, world.witness.name]
    entries = [json.loads(line) for line in (folder / "entries.jsonl").read_bytes().splitlines()]
    assert "log.exported" in {entry["action"] for entry in entries[-10:]}
    log_key = (folder / "key.pub").read_text()
    (tmp_path / "both.pub").write_text(f"{log_key}{world.witness.key}\n")
    (tmp_path / "strict.pub").write_text(f"{log_key}{world.refusing.key}\n")
    said = there.run("audit", "verify", str(folder), "--key", str(tmp_path / "both.pub"))
    assert f"Signed by {world.witness.key}" in said
    strict = str(tmp_path / "strict.pub")
    said = there.run("audit", "verify", str(folder), "--key", strict, code=1)
    assert world.refusing.name in said
    size, _ = world.witness.cosigned[ORIGIN]
    assert size >= len(entries)
    assert world.witness.statuses.count(200) >= 3
    assert set(world.witness.statuses) <= {200, 409}


def test_a_checkpoint_is_time_stamped_once_a_day(world: World) -> None:
    """The service is asked once, and the status says who vouches for how much of the log."""
    until(lambda: bool(world.stamper.queries))
    name = f"endorsed by {world.stamper.url}"
    status = world.status()
    assert "entries, " in status[name]
    assert f"endorsed by {world.witness.name}" in status
    assert f"alarm {world.stamper.url}" not in status
    assert len(world.stamper.queries) == 1


def test_a_witness_that_refuses_is_an_alarm(world: World) -> None:
    """An error line each time, one entry of the log, and a line of the status; sending went on."""
    name = world.refusing.name
    until(lambda: len(world.errors("log_alarm")) >= 2)
    alarms = world.errors("log_alarm")
    assert {alarm["by"] for alarm in alarms} == {name}
    assert all(alarm["reason"] and alarm["since"] for alarm in alarms)
    assert len(world.found("log.witness-refused")) == 1
    status = world.status()
    assert status[f"alarm {name}"].startswith("since 20")
    assert f"endorsed by {name}" not in status


def test_the_receiver_gets_every_entry_once_it_is_up(world: World, tmp_path: Path) -> None:
    """In order and byte for byte; that it was down and came back is itself in what it gets."""
    there, folder = world.there, tmp_path / "export"
    there.run("audit", "export", "--out", str(folder))
    leaves = (folder / "entries.jsonl").read_bytes().splitlines()
    until(lambda: {position for position, _ in world.receiver.entries()} >= set(range(len(leaves))))
    arrived = dict(world.receiver.entries())
    assert list(arrived) == sorted(arrived)
    assert [arrived[position] for position in range(len(leaves))] == leaves
    until(lambda: any(b"log.forwarding-resumed" in leaf for _, leaf in world.receiver.entries()))
    actions = [json.loads(leaf)["action"] for leaf in dict(world.receiver.entries()).values()]
    assert actions.count("log.forwarding-stopped") == actions.count("log.forwarding-resumed") == 1
    status = world.status()
    assert f"told 127.0.0.1:{world.receiver.port}" in status
    assert f"alarm 127.0.0.1:{world.receiver.port}" not in status
    assert f"told {world.witness.name}" not in status


def test_who_is_no_longer_set_raises_no_alarm(world: World) -> None:
    """Once a witness is taken out of the settings."""
    assert f"alarm {world.refusing.name}" in world.status()
    # the receiver was down at first, which is an alarm of its own until it has caught up
    until(lambda: f"alarm 127.0.0.1:{world.receiver.port}" not in world.status())
    with world.there.given(log_witnesses="[]"):
        assert not [line for line in world.status() if line.startswith("alarm")]
