"""Verifying the whole log on the pages: progress, result, what breaks it, and who may."""

import asyncio
import io
import json
import re
import zipfile
from typing import Any

import pytest
from support.logs import behind_the_guards
from support.world import LOG_KEY
from web.driving import FORM, Api, mailed
from web.pages.visiting import Visit, words_of

from gateway.audit.checkpoints import open_signed
from gateway.audit.entries import Action
from gateway.audit.notes import Note, VerifierKey, cosign
from gateway.audit.verify import verify_export
from gateway.domain.actors import Role
from gateway.domain.errors import Unavailable
from gateway.services.log_storage import Endorsement, Query
from gateway.services.paging import Page
from gateway.services.verifying import Progress, Verdict
from gateway.web.pages.audit.runs import RUNS, Runs


async def verified(visit: Visit) -> str:
    """What the page shows once a verification is over."""
    reply = await visit.post("/audit/verify")
    assert (reply.status, reply.headers["Location"]) == (303, "/audit/verify"), reply.text
    for _ in range(200):
        shown = await visit.get("/audit/verify")
        if "Verification is under way" not in shown.text:
            return words_of(shown)
        await asyncio.sleep(0.05)
    raise AssertionError("it does not end")


async def placed(api: Api) -> list[str]:
    """The outcomes of verifications that are recorded in their places."""
    async with api.world.parts.database.snapshot() as view:
        found = await view.journal.search(Query(actions=(Action.LOG_VERIFIED,)), Page())
    return [json.loads(each.leaf)["outcome"] for each in found]


def recorded(database_url: str) -> list[str]:
    """The outcomes of verifications that were recorded and wait: a broken log takes no more."""
    with behind_the_guards(database_url) as connection:
        query = b"SELECT outcome FROM audit_pending WHERE action = 'log.verified'"
        return [str(row[0]) for row in connection.execute(query)]


async def test_a_whole_log_is_found_whole(api: Api) -> None:
    """The page shows the checkpoint and says what it proves; both ends are entries of the log."""
    await mailed(api.world)
    await api.world.leaves()
    visit = await Visit.of(api, Role.AUDITOR)
    before = await visit.get("/audit/verify")
    assert "Verify now" in words_of(before)
    assert "It does not protect you from whoever runs this service" in words_of(before)
    assert "gateway audit verify log-export --key key.pub" in before.text
    told = await verified(visit)
    assert "The log is whole and unaltered" in told
    entries = await api.actions()
    begun, ended = entries[-2], entries[-1]
    assert (begun["action"], begun["detail"]["what"]) == ("log.read", "verification")
    assert (ended["action"], ended["outcome"]) == ("log.verified", "success")
    assert ended["detail"]["size"] == len(entries) - 1
    assert ended["detail"]["root"] in told
    assert f"All {len(entries) - 1:,} entries were read again" in told
    assert LOG_KEY.verifier_key.id.hex() in told
    assert "No witness has cosigned this log." in told


async def test_the_progress_comes_as_events_until_the_end(api: Api) -> None:
    """Fragments of the page, then that it is over."""
    await mailed(api.world)
    visit = await Visit.of(api, Role.AUDITOR)
    await visit.get("/audit/verify")
    await visit.post("/audit/verify")
    reply = await visit.get("/audit/verify/progress")
    assert reply.headers["Content-Type"].startswith("text/event-stream")
    assert reply.text.endswith("event: end\ndata: \n\n")
    for event in re.findall(r"event: show\n(.*?)\n\n", reply.text, re.DOTALL):
        assert all(line.startswith("data: ") for line in event.splitlines())
    other = await Visit.of(api, Role.AUDITOR)
    assert (await other.get("/audit/verify/progress")).text == "event: end\ndata: \n\n"
    assert "whole and unaltered" not in (await other.get("/audit/verify")).text


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            (
                "UPDATE audit_entries SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "
                "'\"success\"', '\"unknown\"'), 'UTF8') WHERE position = {place}"
            ),
            "The first wrong entry is entry {place}.",
        ),
        (
            "UPDATE audit_entries SET leaf = '{{}}' WHERE position = {place}",
            "The first wrong entry is entry {place}.",
        ),
        (
            "DELETE FROM audit_entries WHERE position = {place}",
            "The first wrong entry is entry {place}.",
        ),
        (
            (
                "UPDATE log_checkpoints SET note = replace(convert_from(note, 'UTF8'), "
                "'gateway.example', 'another.example')::bytea"
            ),
            "The log is broken",
        ),
    ],
)
async def test_a_broken_log_is_told_with_its_first_wrong_entry(
    api: Api, database_url: str, damage: str, says: str
) -> None:
    """Whatever was done behind the gateway's back; that it was found is recorded."""
    visit = await Visit.of(api, Role.AUDITOR)
    for _ in range(6):  # each look makes a checkpoint
        await visit.get("/audit")
        await api.world.parts.sequencer.run(wait=True)
    place = len(await api.world.leaves()) - 3
    with behind_the_guards(database_url) as connection:
        connection.execute(damage.format(place=place).encode())
    told = await verified(visit)
    assert "The log is broken" in told
    assert says.format(place=place) in told
    assert "tell the security manager" in told
    assert (await visit.get("/audit")).status == 200  # what is damaged can still be looked at
    if "'{{}}'" in damage:
        stored = await visit.get(f"/audit/entries/{place}")
        assert "it is damaged" in words_of(stored)
    assert [*recorded(database_url), *await placed(api)] == ["failure"]


async def test_an_entry_is_named_by_its_tile_where_no_checkpoint_tells(
    api: Api, database_url: str
) -> None:
    """Of hundreds of entries under one checkpoint, the one that was altered."""
    visit = await Visit.of(api, Role.AUDITOR)
    for _ in range(60):
        await asyncio.gather(*(visit.get("/audit/refusals") for _ in range(10)))
    await api.world.parts.sequencer.run(wait=True)
    with behind_the_guards(database_url) as connection:
        connection.execute(
            "UPDATE audit_entries SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "
            "'refusals', 'entrance'), 'UTF8') WHERE position = 300"
        )
    assert "The first wrong entry is entry 300." in await verified(visit)


async def test_a_session_has_one_run_and_few_go_on_at_once() -> None:
    """Asking twice is the same run; others wait; what is over is forgotten after a while."""
    seconds, end = [0.0], asyncio.Event()
    runs = Runs(lambda: seconds[0])

    async def work(progress: Progress) -> Verdict:
        progress(1, 2)
        await end.wait()
        raise Unavailable("Nothing to see.", "Try again.")

    first = runs.begin("a", work)
    assert runs.begin("a", work) is first
    runs.begin("b", work)
    with pytest.raises(Unavailable):
        runs.begin("c", work)
    end.set()
    assert first.task is not None
    await first.task
    await asyncio.sleep(0)
    assert (first.percent, first.is_over, first.error is not None) == (50, True, True)
    for name in "cdefghijklm":
        begun = runs.begin(name, work)
        assert begun.task is not None
        await begun.task
    assert runs.of("a") is None
    assert runs.of("m") is not None
    seconds[0] += 3600
    assert runs.of("m") is None


async def test_others_are_told_to_come_back(api: Api) -> None:
    """When as many verify as may, with a status that says so."""
    end = asyncio.Event()

    async def work(_: Progress) -> Verdict:
        await end.wait()
        raise Unavailable("Nothing to see.", "Try again.")

    for name in ("a", "b"):
        api.app[RUNS].begin(name, work)
    visit = await Visit.of(api, Role.AUDITOR)
    await visit.get("/audit/verify")
    reply = await visit.post("/audit/verify")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "60")
    assert "Others are verifying the log now." in words_of(reply)
    end.set()


async def test_it_is_not_begun_without_the_forms_token_or_by_another_role(api: Api) -> None:
    """And nothing is recorded as begun."""
    visit = await Visit.of(api, Role.AUDITOR)
    assert (await visit.get("/audit/verify")).status == 200
    without = await visit._call("POST", "/audit/verify", data=b"", headers=FORM)
    assert without.status == 403
    coordinator = await Visit.of(api, Role.COORDINATOR)
    coordinator.csrf = "0" * 64
    assert (await coordinator.post("/audit/verify")).status == 403
    looks: list[Any] = [e["detail"].get("what") for e in await api.actions()]
    assert "verification" not in looks


async def test_checkpoint_and_key_are_files_that_belong_together(api: Api) -> None:
    """The key verifies the checkpoint, and both looks are recorded."""
    await api.world.leaves()
    visit = await Visit.of(api, Role.AUDITOR)
    note = await visit.get("/audit/verify/checkpoint")
    key = await visit.get("/audit/verify/key.pub")
    assert 'filename="checkpoint"' in note.headers["Content-Disposition"]
    assert key.text == f"{LOG_KEY.verifier_key}\n"
    checkpoint, _ = open_signed(note.body, [LOG_KEY.verifier_key])
    assert checkpoint.origin == LOG_KEY.origin
    whats = [e["detail"].get("what") for e in await api.actions()][-2:]
    assert whats == ["checkpoint", "keys"]


async def test_the_whole_log_is_a_file_that_verifies_offline(api: Api) -> None:
    """Every entry, the checkpoint and the key, as the command line writes them; recorded."""
    await mailed(api.world)
    visit = await Visit.of(api, Role.AUDITOR)
    assert (await visit._call("HEAD", "/audit/verify/log-export.zip")).body == b""
    reply = await visit.get("/audit/verify/log-export.zip")
    assert reply.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"entries.jsonl", "checkpoint", "key.pub"}
    lines = files["entries.jsonl"].splitlines(keepends=True)
    keys = [VerifierKey.parse(line) for line in files["key.pub"].decode().splitlines()]
    summary = verify_export(lines, files["checkpoint"], keys)
    assert summary.checkpoint.size == len(lines)
    assert json.loads(lines[-1])["action"] == "log.exported"
    coordinator = await Visit.of(api, Role.COORDINATOR)
    assert (await coordinator.get("/audit/verify/log-export.zip")).status == 403


async def test_a_witnesss_cosignature_is_shown_and_what_it_saw_is_held_to_be_the_beginning(
    api: Api, database_url: str
) -> None:
    """Who, when, and of how many entries; a log rewritten since is found out."""
    size = len(await api.world.leaves())
    seed, now = bytes([9] * 32), api.world.clock.now()
    async with api.world.parts.database.work() as work:
        newest = await work.tree.newest()
        assert newest is not None
        text = Note.parse(newest.note).text
        line = Note(text, (cosign(text, "witness.example/w", seed, int(now.timestamp())),))
        lines = bytes(line).removeprefix(f"{text}\n".encode())
        await work.outside.endorse(Endorsement(size, "witness.example/w", lines, now))
    visit = await Visit.of(api, Role.AUDITOR)
    await visit.get("/audit/verify")
    told = await verified(visit)
    assert f"witness.example/w cosigned the log of {size:,} entries" in told
    assert f"Those {size:,} entries were found to be the beginning of this log." in told
    with behind_the_guards(database_url) as connection:
        connection.execute(
            "UPDATE audit_entries SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "
            "'token.created', 'token.revoked'), 'UTF8')"
        )
    again = await verified(visit)
    assert "The log is broken" in again
    assert f"It lies within the first {size}" in again
