"""The log is altered in the database behind the gateway's back, while it serves: that is told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg
import pytest
from support.running import PACKS, installation, until
from support.serving import Serving

pytestmark = pytest.mark.server
CHILD = "child-7f3a"


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    """A serving gateway that sent the sample pack twice; each test leaves one that sends."""
    settings = {"log_patience_seconds": "0.5", "requests_per_minute": "100000"}
    pauses = {"log_check_every_seconds": "0.3", "longest_retry_seconds": "1"}
    with installation(**settings, **pauses) as there:
        one = Serving(there)
        there.send()
        there.wait_for_sample()
        making = ("token", "create", "--role", "auditor", "--agency", "tamariki-care")
        bearer = {"Authorization": f"Bearer {there.run(*making).strip()}"}
        look = Request(f"{there.base}/log/checkpoint", headers=bearer)  # noqa: S310 - our own
        for _ in range(300):  # each look is an entry, so there is a full tile then
            urlopen(look).close()  # noqa: S310 - our own address
        until(lambda: size(one) > 300)
        yield one


def sql(serving: Serving, *statements: str) -> list[tuple[object, ...]]:
    """Do as somebody who can switch the guards off."""
    place = f"host={serving.data / 'postgres'} user=postgres dbname=postgres"
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        *others, last = [statement.encode() for statement in statements]
        for statement in others:
            connection.execute(statement)
        done = connection.execute(last)
        return done.fetchall() if done.description else []


def size(serving: Serving) -> int:
    """How many entries are signed."""
    ((found,),) = sql(serving, "SELECT max(size) FROM log_checkpoints")
    assert isinstance(found, int)
    return found


def damaged(serving: Serving, event: str) -> Callable[[], bool]:
    """Whether the service said an error of a kind."""
    return lambda: any(error["event"] == event for error in serving.errors)


@contextmanager
def mended(serving: Serving, statement: str) -> Iterator[None]:
    """Have what was altered put right at the end, however it ends."""
    try:
        yield
    finally:
        sql(serving, statement)


MEND = "UPDATE audit_entries e SET leaf = k.leaf FROM kept k WHERE k.position = e.position"


def test_an_entry_altered_in_the_unfinished_tile_stops_everything(serving: Serving) -> None:
    """Readiness, standard error, the status and what waits say why; nothing more is signed."""
    sql(
        serving,
        "CREATE TABLE kept AS SELECT * FROM audit_entries ORDER BY position DESC LIMIT 1",
        "UPDATE audit_entries SET leaf = set_byte(leaf, 40, 120) "
        "WHERE position = (SELECT position FROM kept)",
    )
    why = "does not lead to the root signed"
    with serving.held_back(why), mended(serving, MEND):
        stopped = size(serving)
        assert damaged(serving, "log_not_signed")()
        assert why in serving.there.run("audit", "status", code=1)
        until(lambda: any(why in (each["reason"] or "") for each in serving.sealed()))
        assert size(serving) == stopped
    serving.there.run("audit", "status")


def test_an_entry_altered_in_a_full_tile_is_found(serving: Serving, tmp_path: Path) -> None:
    """No receipt of it is given, and an export is evidence only."""
    there, folder = serving.there, tmp_path / "export"
    there.run("audit", "export", "--out", str(folder))
    whole = (folder / "entries.jsonl").read_bytes()
    sql(
        serving,
        "CREATE TABLE kept_leaf AS SELECT * FROM audit_entries WHERE position = 88",
        "UPDATE audit_entries SET leaf = set_byte(leaf, octet_length(leaf) - 3, 57) "
        "WHERE position = 88",
    )
    until(damaged(serving, "log_damaged"))
    until(lambda: serving.ready()[0] == 503)
    assert "Entry 88 of the stored log is not the one that was signed" in serving.ready()[1]
    said = there.run("audit", "status", code=1)
    assert "alarm stored entry 88: is not the one that was signed" in said
    assert "Error" in there.run("audit", "prove", "88", "--out", str(tmp_path / "p"), code=1)
    assert not (tmp_path / "p").exists()
    said = there.run("audit", "export", "--out", str(folder), "--tiles", code=1)
    assert "content or order differs" in said
    assert (folder / "entries.jsonl").read_bytes() == whole
    assert (folder / "entries.jsonl.failed").read_bytes() != whole
    assert (folder / "checkpoint.failed").exists()
    there.run("audit", "verify", str(folder))
    assert there.run("audit", "search", "--action", "log.damaged")
    sql(serving, "UPDATE audit_entries e SET leaf = k.leaf FROM kept_leaf k "
                 "WHERE k.position = e.position")  # fmt: skip
    until(lambda: serving.ready()[0] == 200)
    there.run("audit", "status")


def test_a_falsified_index_is_found_and_put_right(serving: Serving) -> None:
    """An account of a child that was emptied is whole again."""
    there = serving.there
    account = there.json("audit", "child", CHILD, "--json")
    assert len(account) >= PACKS
    sql(
        serving,
        "DELETE FROM audit_terms",
        "UPDATE audit_entries SET action = 'log.read' WHERE action = 'transfer.queued'",
    )
    assert there.json("audit", "child", CHILD, "--json") == []
    until(lambda: "reindex" in serving.ready()[1])
    said = there.run("audit", "reindex", "--check", code=1)
    assert "is not found by what it says (action, terms)" in said
    assert "The index is put right" in there.run("audit", "reindex")
    assert there.json("audit", "child", CHILD, "--json") == account
    assert "Every entry is found" in there.run("audit", "reindex", "--check")
    until(lambda: serving.ready()[0] == 200)


def test_a_row_put_into_the_queue_by_hand_is_not_signed(serving: Serving) -> None:
    """It is named, and everything waits until it is gone."""
    sql(
        serving,
        "INSERT INTO audit_pending (uid, at, action, outcome, actor, terms, leaf) "
        "SELECT 'forged', at, action, outcome, actor, '{}', 'hello' FROM audit_entries "
        "WHERE position = 5",
    )
    with serving.held_back("of the queue (audit_pending) is not canonical JSON"):
        assert "audit_pending" in serving.there.run("audit", "status", code=1)
        sql(serving, "DELETE FROM audit_pending WHERE uid = 'forged'")


def test_a_checkpoint_file_that_cannot_be_replaced_is_told(serving: Serving) -> None:
    """By the status too."""
    file = serving.data / "log" / "checkpoint"
    file.rename(file.with_name("kept"))
    file.mkdir()
    until(lambda: serving.ready()[0] == 503)
    assert "cannot be used" in serving.there.run("audit", "status", code=1)
    file.rmdir()
    file.with_name("kept").rename(file)
    until(lambda: serving.ready()[0] == 200)
    assert json.loads(serving.ready()[1]) == {"status": "ready"}
