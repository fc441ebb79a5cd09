"""A witness over HTTP: what it gives is verified, and every other answer has one meaning."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.witness import Canned, StrictWitness, http

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.merkle import consistency_proof, leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, cosign, sign
from gateway.channels.witness import HttpWitness, WitnessSettings
from gateway.domain.errors import InvalidInput
from gateway.services.witnessing import Away, Behind, Cosigned, Refusing

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ORIGIN = "log.example/audit"
SEED = bytes(32)
LOG = VerifierKey.of_seed(ORIGIN, Kind.ED25519, SEED)
WITNESS_SEED = b"w" * 32
WITNESS = VerifierKey.of_seed("witness.example/w1", Kind.COSIGNATURE, WITNESS_SEED)
SIZE_TYPE = "text/x.tlog.size"


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """The one moment there is."""
        return NOW


@dataclass(frozen=True)
class Log:
    """A log in memory, of as many entries as one likes."""

    salt: str = ""
    origin: str = ORIGIN
    seed: bytes = SEED

    def leaves(self, size: int) -> list[bytes]:
        """The first leaf hashes; a log with another salt parts from this one after entry 4."""
        return [leaf_hash(f"{self.salt if n >= 4 else ''}{n}".encode()) for n in range(size)]

    def text(self, size: int) -> str:
        """The checkpoint's text."""
        return str(Checkpoint(self.origin, size, root_of(self.leaves(size))))

    def note(self, size: int) -> bytes:
        """The signed checkpoint."""
        text = self.text(size)
        return bytes(Note(text, (sign(text, self.origin, self.seed),)))

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """The consistency proof."""
        leaves = self.leaves(new)
        return consistency_proof(
            old, new, lambda level, at: root_of(leaves[at << level : (at + 1) << level])
        )


LOG_A = Log()
TEXT = LOG_A.text(7)
COSIGNATURE = bytes(Note(TEXT, (cosign(TEXT, WITNESS.name, WITNESS_SEED, SECONDS),))).removeprefix(
    f"{TEXT}\n".encode()
)

MakeWitness = Callable[..., HttpWitness]


@pytest.fixture
async def witness_at() -> AsyncIterator[MakeWitness]:
    """Make clients of a witness; they are closed after the test."""
    async with AsyncExitStack() as stack:

        def make(url: str, **more: Any) -> HttpWitness:
            settings = WitnessSettings(
                **{"url": url, "key": WITNESS, "timeout_seconds": 5.0, **more}
            )
            client = HttpWitness(settings, StillClock())
            stack.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[StrictWitness]:
    """A witness that follows the specification and knows the log."""
    witness = StrictWitness(tmp_path / "witness.json", {ORIGIN: LOG}, lambda: SECONDS)
    async with witness.serving():
        yield witness


async def test_a_growing_log_is_cosigned(strict: StrictWitness, witness_at: MakeWitness) -> None:
    """At first contact without a proof, then with one, and the same size once more."""
    client = witness_at(strict.url)
    assert client.name == WITNESS.name
    for old, new in [(0, 3), (3, 7), (7, 7), (7, 600)]:
        proof = LOG_A.proof(old, new) if old else ()
        answer = await client.cosign(old, proof, LOG_A.note(new))
        assert isinstance(answer, Cosigned)
        signed = Note.parse(f"{LOG_A.text(new)}\n".encode() + answer.lines).verify([WITNESS])
        assert [signature.time for signature in signed] == [SECONDS]
        assert strict.cosigned == {ORIGIN: (new, root_of(LOG_A.leaves(new)))}
    assert strict.statuses == [200] * 4


async def test_a_slash_after_the_address_changes_nothing(
    strict: StrictWitness, witness_at: MakeWitness
) -> None:
    """The prefix is written either way."""
    answer = await witness_at(f"{strict.url}/").cosign(0, (), LOG_A.note(1))
    assert isinstance(answer, Cosigned)


async def test_a_witness_that_knows_another_size_names_it(
    strict: StrictWitness, witness_at: MakeWitness
) -> None:
    """Whether it is behind what was thought, or ahead of it."""
    client = witness_at(strict.url)
    await client.cosign(0, (), LOG_A.note(5))
    assert await client.cosign(0, (), LOG_A.note(7)) == Behind(5)
    assert await client.cosign(6, LOG_A.proof(6, 7), LOG_A.note(7)) == Behind(5)
    assert await client.cosign(3, LOG_A.proof(3, 4), LOG_A.note(4)) == Behind(5)


async def test_a_fork_is_not_cosigned(strict: StrictWitness, witness_at: MakeWitness) -> None:
    """Not a larger one, whichever proof is tried, and not one of the same size."""
    client, fork = witness_at(strict.url), Log(salt="forked ")
    await client.cosign(0, (), LOG_A.note(7))
    for proof in (fork.proof(7, 9), LOG_A.proof(7, 9), ()):
        answer = await client.cosign(7, proof, fork.note(9))
        assert isinstance(answer, Refusing)
        assert "not the one it knows" in answer.reason
    assert await client.cosign(7, (), fork.note(7)) == Behind(7)
    assert strict.statuses == [200, 422, 422, 422, 409]
    assert strict.cosigned == {ORIGIN: (7, root_of(LOG_A.leaves(7)))}


async def test_a_strange_log_is_not_cosigned(
    strict: StrictWitness, witness_at: MakeWitness
) -> None:
    """Neither of another name, nor of this name with another key; the reasons tell them apart."""
    client = witness_at(strict.url)
    unknown = await client.cosign(0, (), Log(origin="log.example/other").note(7))
    assert unknown == Refusing("It does not know this log (HTTP 404).")
    unsigned = await client.cosign(0, (), Log(seed=b"x" * 32).note(7))
    assert unsigned == Refusing("It does not know the key that signs this log (HTTP 403).")
    larger = await client.cosign(9, LOG_A.proof(7, 9), LOG_A.note(7))
    assert larger == Refusing("It finds the request malformed (HTTP 400).")
    assert strict.cosigned == {}


def other_cosignature(name: str, seed: bytes, time: int, size: int = 7) -> bytes:
    text = LOG_A.text(size)
    note = bytes(Note(text, (cosign(text, name, seed, time),)))
    return note.removeprefix(f"{text}\n".encode())


LIES = {
    "nothing": b"",
    "a page": b"<html>Welcome to the hotel's network</html>\n",
    "a cosignature by another key of its name": other_cosignature(WITNESS.name, SEED, SECONDS),
    "a cosignature by another": other_cosignature("other.example", WITNESS_SEED, SECONDS),
    "a cosignature of another size": other_cosignature(WITNESS.name, WITNESS_SEED, SECONDS, 6),
    "a cosignature from the future": other_cosignature(WITNESS.name, WITNESS_SEED, SECONDS + 3601),
    "the log's own signature": LOG_A.note(7).removeprefix(f"{TEXT}\n".encode()),
    "a spoiled signature": COSIGNATURE.replace(b"A", b"B"),
    "too many lines": COSIGNATURE * 101,
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_does_not_hold_is_not_taken(lie: str, witness_at: MakeWitness) -> None:
    """A status of 200 alone is no cosignature."""
    async with Canned(http(200, LIES[lie])).serving() as server:
        answer = await witness_at(server.url).cosign(0, (), LOG_A.note(7))
    assert isinstance(answer, Refusing)


async def test_the_right_answer_is_taken_from_any_server(witness_at: MakeWitness) -> None:
    """So that the refusals beside this test are for what was changed."""
    async with Canned(http(200, COSIGNATURE)).serving() as server:
        answer = await witness_at(server.url).cosign(3, (bytes(32),), LOG_A.note(7))
    assert answer == Cosigned(COSIGNATURE)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /prefix/add-checkpoint HTTP/1.1\r\n")
    assert body == b"old 3\n" + b"A" * 43 + b"=\n\n" + LOG_A.note(7)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Refusing) for status in (201, 204, 301, 302, 303, 307, 308, 304)),
        *((status, Refusing) for status in (400, 401, 403, 404, 405, 409, 410, 413, 422)),
        *((status, Away) for status in (408, 421, 425, 429, 500, 502, 503, 504, 599)),
    ],
)
async def test_each_status_has_one_meaning(
    status: int, kind: type[Refusing | Away], witness_at: MakeWitness
) -> None:
    """No, or not now; a redirect is followed nowhere, whatever the body holds."""
    async with Canned(http(200, COSIGNATURE)).serving() as elsewhere:
        body = b"" if status in {204, 304} else COSIGNATURE
        answer = http(status, body, Location=f"{elsewhere.url}/add-checkpoint")
        async with Canned(answer).serving() as server:
            given = await witness_at(server.url).cosign(0, (), LOG_A.note(7))
    assert isinstance(given, kind)
    assert str(status) in given.reason
    assert elsewhere.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"5\n", "text/plain"), (b"5", SIZE_TYPE), (b"", SIZE_TYPE), (b"-5\n", SIZE_TYPE),
     (b"5\n", f"{SIZE_TYPE}s"), (b"9" * 30 + b"\n", SIZE_TYPE)],
)  # fmt: skip
async def test_a_size_is_taken_only_as_specified(
    body: bytes, media_type: str, witness_at: MakeWitness
) -> None:
    """What is not marked as a size, or is not one, is a refusal."""
    async with Canned(http(409, body, Content_Type=media_type)).serving() as server:
        assert isinstance(await witness_at(server.url).cosign(0, (), LOG_A.note(7)), Refusing)


async def test_a_giant_answer_is_not_read(witness_at: MakeWitness) -> None:
    """Neither with its length given, nor in pieces without end, nor packed."""
    giant = COSIGNATURE * 10_000
    endless = http(200, b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"")
    endless += b"10000\r\n" + bytes(0x10000) + b"\r\n" + b"10000\r\n" + bytes(0x10000) + b"\r\n"
    for canned in (Canned(http(200, giant)), Canned(endless, then_hang=True)):
        async with canned.serving() as server:
            answer = await witness_at(server.url).cosign(0, (), LOG_A.note(7))
        assert answer == Refusing("Its answer is too large (HTTP 200).")


async def test_a_packed_answer_is_not_unpacked(witness_at: MakeWitness) -> None:
    """A few packed bytes could be gigabytes; none were asked for."""
    packed = gzip.compress(COSIGNATURE)
    async with Canned(http(200, packed, Content_Encoding="gzip")).serving() as server:
        answer = await witness_at(server.url).cosign(0, (), LOG_A.note(7))
    assert isinstance(answer, Refusing)
    assert b"Accept-Encoding: identity\r\n" in server.requests[0]


@pytest.mark.parametrize(
    "canned",
    [
        Canned(None),
        Canned(None, then_hang=True),
        Canned(http(200, COSIGNATURE)[:-20], then_hang=True),
        Canned(http(200, COSIGNATURE)[:-20]),
        Canned(b"220 mail.example ready\r\n"),
        Canned(b"\x16\x03\x01\x02\x00\x01"),
        Canned(http(200, b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"")
               + b"zz\r\nrubbish"),
        Canned(http(200, b"", X_Long="x" * 100_000)),
    ],
    ids=["drops", "silent", "hangs", "ends early", "other protocol", "tls", "rubbish", "head"],
)  # fmt: skip
async def test_a_lost_answer_is_no_refusal(canned: Canned, witness_at: MakeWitness) -> None:
    """What breaks on the way may come right the next time; a slow one does not hold us up."""
    async with canned.serving() as server:
        client = witness_at(server.url, timeout_seconds=0.3)
        answer = await asyncio.wait_for(client.cosign(0, (), LOG_A.note(7)), 10)
    assert isinstance(answer, Away)


async def test_nobody_there_is_away(free_port: Callable[[], int], witness_at: MakeWitness) -> None:
    """A refused connection says nothing about the log."""
    client = witness_at(f"http://127.0.0.1:{free_port()}")
    assert isinstance(await client.cosign(0, (), LOG_A.note(7)), Away)


async def test_https_is_spoken_with_the_right_authority_only(
    authority: Callable[[str], Any], witness_at: MakeWitness
) -> None:
    """A certificate of another authority, or none that fits, ends before anything is sent."""
    tls = authority("right")
    async with Canned(http(200, COSIGNATURE)).serving(tls.server) as server:
        right = await witness_at(server.url, ca_file=tls.ca_file).cosign(0, (), LOG_A.note(7))
        assert right == Cosigned(COSIGNATURE)
        for more in ({"ca_file": authority("other").ca_file}, {}):
            answer = await witness_at(server.url, **more).cosign(0, (), LOG_A.note(7))
            assert isinstance(answer, Away)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://witness.example"),
        ("url", "https://witness.example/?log=1"),
        ("url", "https://user:password@witness.example"),
        ("url", "witness.example"),
        ("url", "ftp://127.0.0.1"),
        ("url", f"https://witness.example/{'x' * 200}"),
        ("key", LOG),
        ("key", VerifierKey("w" * 201, Kind.COSIGNATURE, bytes(32))),
        ("timeout_seconds", 0.0),
        ("timeout_seconds", float("nan")),
    ],
)
def test_unsafe_settings_are_refused(field: str, value: Any) -> None:
    """No clear text over a network, no key that does not cosign, no waiting for ever."""
    right: dict[str, Any] = {"url": "https://witness.example/prefix", "key": WITNESS}
    WitnessSettings(**right)
    with pytest.raises(InvalidInput) as refused:
        WitnessSettings(**{**right, field: value})
    assert refused.value.field == field
