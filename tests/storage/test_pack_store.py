"""Packs, documents and wrapped keys in PostgreSQL."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.packs import Document, DocumentId, Pack, PackId
from gateway.domain.register import AgencyId
from gateway.domain.transfers import Transfer
from gateway.services.paging import Page
from gateway.storage.database import PostgresDatabase

A, B = AgencyId("agency-a"), AgencyId("agency-b")
MakePack = Callable[..., Pack]
MakeDocument = Callable[..., Document]


async def test_a_pack_comes_back_as_it_was(filled: PostgresDatabase, make_pack: MakePack) -> None:
    """To the last field, before and after it is changed."""
    pack = make_pack("p1")
    async with filled.work() as work:
        await work.packs.add(pack)
    later = datetime(2026, 11, 6, 10, tzinfo=timezone(timedelta(hours=13)))
    changed = replace(
        pack, statements=(), marking=Classification.RESTRICTED, purpose="", sent_at=later
    )
    async with filled.work() as work:
        assert await work.packs.get(pack.id, A) == pack
        await work.packs.update(changed)
    async with filled.work() as work:
        stored = await work.packs.get(pack.id, None, lock=True)
    assert stored == changed
    assert stored.sent_at is not None
    assert stored.sent_at.tzinfo is UTC


async def test_a_pack_is_its_agencys_alone(filled: PostgresDatabase, make_pack: MakePack) -> None:
    """Another agency neither gets, locks, lists nor changes it."""
    pack, other = make_pack("p1"), make_pack("p2", B)
    async with filled.work() as work:
        await work.packs.add(pack)
        await work.packs.add(other)
    async with filled.work() as work:
        assert await work.packs.get(pack.id, B) is None
        assert await work.packs.get(pack.id, B, lock=True) is None
        assert await work.packs.list(A, Page()) == [pack]
        assert await work.packs.list(B, Page()) == [other]
        with pytest.raises(NotFound):
            await work.packs.update(replace(pack, agency=B))


async def test_packs_come_in_pages(filled: PostgresDatabase, make_pack: MakePack) -> None:
    """Oldest first, going on after the last one seen."""
    packs = [make_pack(f"p{n}") for n in range(5)]
    async with filled.work() as work:
        for pack in reversed(packs):
            await work.packs.add(pack)
        assert await work.packs.list(A, Page(limit=2)) == packs[:2]
        assert await work.packs.list(A, Page(limit=9, after=packs[1].id)) == packs[2:]


async def test_a_locked_pack_keeps_others_waiting(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """While one transaction has it, another neither locks it nor adds a document to it."""
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
    order: list[str] = []

    async def lock() -> None:
        async with filled.work() as work:
            await work.packs.get(PackId("p1"), A, lock=True)
        order.append("locked")

    async def add() -> None:
        async with filled.work() as work:
            await work.packs.add_document(make_document("d1", "p1"))
        order.append("added")

    async with filled.work() as work:
        await work.packs.get(PackId("p1"), A, lock=True)
        waiting = [asyncio.create_task(lock()), asyncio.create_task(add())]
        _, pending = await asyncio.wait(waiting, timeout=0.5)
        assert len(pending) == 2
        order.append("first")
    await asyncio.gather(*waiting)
    assert order[0] == "first"
    assert sorted(order) == ["added", "first", "locked"]


async def test_documents_come_back_in_order(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """By position, as they were, and only those of the pack."""
    one, two = make_document("d1", "p1", 2), make_document("d2", "p1", 1)
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
        await work.packs.add(make_pack("p2"))
        for document in (one, two, make_document("d3", "p2")):
            await work.packs.add_document(document)
        assert await work.packs.documents(PackId("p1")) == (two, one)
        renamed = replace(one, title="Other", position=0)
        await work.packs.update_document(renamed)
        await work.packs.remove_document(two.id)
        assert await work.packs.documents(PackId("p1")) == (renamed,)


async def test_a_document_does_not_change_packs(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """Nor does one change that is not there."""
    document = make_document("d1", "p1")
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
        await work.packs.add(make_pack("p2"))
        await work.packs.add_document(document)
        with pytest.raises(NotFound):
            await work.packs.update_document(replace(document, pack=PackId("p2")))
        with pytest.raises(NotFound):
            await work.packs.update_document(replace(document, id=DocumentId("d9")))


async def test_an_unsent_pack_is_forgotten_with_its_documents(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """Nothing of it stays."""
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
        await work.packs.add_document(make_document("d1", "p1"))
        await work.packs.remove(PackId("p1"))
        assert await work.packs.get(PackId("p1"), A) is None
        assert await work.packs.documents(PackId("p1")) == ()


async def test_a_sent_pack_is_not_forgotten(
    filled: PostgresDatabase,
    make_pack: MakePack,
    make_transfer: Callable[..., Transfer],
    make_document: MakeDocument,
) -> None:
    """Its transfers and their record rest on it."""
    pack = make_pack("p1")
    async with filled.work() as work:
        await work.packs.add(replace(pack, sent_at=pack.created_at))
        await work.packs.add(make_pack("p2"))
        await work.transfers.add(make_transfer("t1", "p2"), b"c" * 32, b"l" * 32)
    for identifier in ("p1", "p2", "p9"):
        with pytest.raises(Conflict):
            async with filled.work() as work:
                await work.packs.remove(PackId(identifier))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"sha256": "0F" * 32}, "sha256_formed"),
        ({"crc32": -1}, "crc32_formed"),
        ({"size_bytes": -1}, "sizes_count"),
        ({"id": DocumentId("d" * 201)}, "id_sized"),
        ({"pack": PackId("p9")}, "fk_documents_pack"),
    ],
)
async def test_nonsense_is_kept_out(
    filled: PostgresDatabase,
    make_pack: MakePack,
    make_document: MakeDocument,
    change: dict[str, object],
    constraint: str,
) -> None:
    """The database refuses what no correct program would write, without showing the row."""
    async with filled.work() as work:
        await work.packs.add(make_pack("p1"))
    document = replace(make_document("d1", "p1"), **change)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=constraint) as caught:
        async with filled.work() as work:
            await work.packs.add_document(document)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_text_that_cannot_be_stored_is_the_callers_mistake(
    filled: PostgresDatabase, make_pack: MakePack
) -> None:
    """PostgreSQL takes no NUL character in text, nor in JSON."""
    pack = make_pack("p1")
    statement = replace(pack.statements[0], belief="a\0b")
    for bad in (replace(pack, purpose="a\0b"), replace(pack, statements=(statement,))):
        with pytest.raises(InvalidInput):
            async with filled.work() as work:
                await work.packs.add(bad)


async def test_keys_are_kept_until_destroyed(database: PostgresDatabase) -> None:
    """A destroyed key is gone, and destroying it again says so."""
    async with database.work() as work:
        await work.keys.put("blob-1", b"\0wrapped\xff")
        assert await work.keys.get("blob-1") == b"\0wrapped\xff"
        assert await work.keys.destroy("blob-1")
        assert not await work.keys.destroy("blob-1")
        assert await work.keys.get("blob-1") is None


async def test_a_key_is_not_overwritten(database: PostgresDatabase) -> None:
    """Overwriting one would destroy what it opens."""
    async with database.work() as work:
        await work.keys.put("blob-1", b"first")
    with pytest.raises(Conflict):
        async with database.work() as work:
            await work.keys.put("blob-1", b"second")
    async with database.work() as work:
        assert await work.keys.get("blob-1") == b"first"
