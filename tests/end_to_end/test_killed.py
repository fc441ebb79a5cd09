"""`kill -9` at any moment: every transfer completes once, with the same pack and password."""

import email
import email.policy
import io
import json
import random  # noqa: TID251 - a seeded course of events
import re
import time

import pytest
import pyzipper
from support.running import Installation, installation, kill
from support.world import SAMPLE

pytestmark = pytest.mark.server
_PASSWORD = re.compile(r"\b[a-z]+(?:-[a-z]+){5}\b")
_REFERENCE = re.compile(r"T-[0-9A-Z]{4}-[0-9A-Z]{4}")
_SETTLED = {"password sent", "refused"}
_LIMIT_SECONDS = 60


def settle(there: Installation) -> dict[str, dict[str, object]]:
    """Wait until nothing more is to be done; gives the transfers by recipient."""
    ends = time.monotonic() + _LIMIT_SECONDS
    while time.monotonic() < ends:
        transfers = there.transfers()
        if all(
            t["state"] in _SETTLED or (t["state"], t["password_channel"]) == ("mailed", "telephone")
            for t in transfers.values()
        ):
            return transfers
        time.sleep(1)
    raise AssertionError({r: t["state"] for r, t in there.transfers().items()})


def judge(there: Installation, transfers: dict[str, dict[str, object]]) -> None:
    """Hold what the servers received, and the log, against the promises."""
    packs: dict[str, set[tuple[str, bytes, object]]] = {}
    passwords: dict[str, set[str]] = {}
    texts = [text for _, text in there.sms.texts]
    for raw in there.mail.mails:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        attached = {part.get_content_type(): part for part in message.iter_attachments()}
        body = message.get_body(("plain",))
        assert body is not None
        archive = attached.get("application/zip")
        if archive is None:
            texts.append(body.get_content())
            continue
        reference = (archive.get_filename() or "").removesuffix(".zip")
        receipt = attached["text/plain"].get_payload(decode=True)
        version = (message["Message-ID"], archive.get_content(), receipt)
        packs.setdefault(reference, set()).add(version)
    for text in texts:
        named, given = _REFERENCE.search(text), _PASSWORD.search(text)
        if named and given:
            passwords.setdefault(named[0], set()).add(given[0])
    sent = {str(t["reference"]): t for t in transfers.values() if t["state"] != "refused"}
    assert set(packs) == set(sent)
    for reference, versions in packs.items():
        assert len(versions) == 1, "the pack changed between attempts"
        if sent[reference]["password_channel"] == "telephone":
            assert reference not in passwords
            continue
        (password,) = passwords[reference]
        ((_, content, _),) = versions
        with pyzipper.AESZipFile(io.BytesIO(content)) as opened:
            opened.setpassword(password.encode())
            assert opened.testzip() is None
    everything = [password for found in passwords.values() for password in found]
    assert len(set(everything)) == len(everything)
    _judge_log(there, sent)
    _judge_files(there, everything)


def _judge_files(there: Installation, passwords: list[str]) -> None:
    """Nothing in the clear in any file of the installation: database, its journal, vault, log."""
    secrets = [password.encode() for password in passwords]
    secrets += [path.read_bytes()[64:256] for path in (SAMPLE / "documents").iterdir()]
    looked = 0
    for path in there.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            looked += 1
            assert not [secret for secret in secrets if secret in content], path
    assert looked > 100


def _judge_log(there: Installation, sent: dict[str, dict[str, object]]) -> None:
    there.run("audit", "export", "--out", str(there.folder / "audit"))
    lines = (there.folder / "audit" / "entries.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    for reference, transfer in sent.items():
        actions = [e["action"] for e in entries if e["subject"].get("reference") == reference]
        assert actions.count("transfer.queued") == 1
        assert actions.count("transfer.mailed") == 1
        released = 0 if transfer["password_channel"] == "telephone" else 1
        assert actions.count("password.sent") == released
        assert actions.count("password.destroyed") == released
        if released:
            assert actions.index("transfer.mailed") < actions.index("password.releasing")


def test_killed_while_each_server_has_the_message_and_no_reply_was_read() -> None:
    """The worst moments: the relay or the SMS gateway has it, and the process dies unknowing."""
    with installation(worker_concurrency="1") as there:
        service = there.serve()
        there.mail.before_reply = [lambda: kill(service)]
        there.run("pack", "send", "--yes", str(SAMPLE / "pack.toml"))
        service.wait(30)
        second = there.serve()
        there.sms.before_reply = [lambda: kill(second)]
        second.wait(30)
        there.serve()
        judge(there, settle(there))
        assert len(there.mail.mails) >= 6 + 1 + 1  # packs, one of them twice, one password mail


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random(seed: int) -> None:
    """Killed again and again at moments that a seed decides."""
    course = random.Random(seed)  # noqa: S311 - not for secrets
    with installation(worker_concurrency="2") as there:
        there.run("pack", "send", "--yes", str(SAMPLE / "pack.toml"))
        for _ in range(6):
            service = there.serve()
            time.sleep(course.uniform(0, 1.2))
            kill(service)
        there.serve()
        judge(there, settle(there))


def test_two_services_share_the_work() -> None:
    """Two processes on one database, one of them killed: nothing is lost or done twice."""
    with installation() as there:
        first, _ = there.serve(), there.serve()
        there.run("pack", "send", "--yes", str(SAMPLE / "pack.toml"))
        kill(first)
        judge(there, settle(there))
