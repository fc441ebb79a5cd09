"""Taking documents in: what is refused, what is kept, and how."""

import hashlib
import os
from collections.abc import AsyncIterator

import pytest
from support.world import COORDINATOR, STRANGER, World, chunks

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, InvalidInput, LimitExceeded, NotFound
from gateway.domain.packs import Encoding, Label
from gateway.domain.register import AgencyId, ChildReference
from gateway.services.packs import get_pack, relabel_document, remove_document
from gateway.services.sending import send_pack
from gateway.services.uploads import NewDocument, add_document

LABEL = Label(
    Classification.IN_CONFIDENCE,
    "Care and protection",
    AgencyId("tamariki-care"),
    (ChildReference("child-7f3a"),),
)


async def stored_files(world: World) -> list[str]:
    """The vault's files, but for the marker that makes it one."""
    folder = world.parts.vault._directory  # type: ignore[attr-defined]
    within = (part for part in folder.iterdir() if part.is_dir())
    return [name for part in within for _, _, names in os.walk(part) for name in names]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"the same words again and again. " * 80_000, Encoding.DEFLATE),
        (os.urandom(2_500_000), Encoding.IDENTITY),
        (b"x", Encoding.IDENTITY),
    ],
    ids=["text", "random", "one byte"],
)
async def test_a_document_is_hashed_and_kept_encrypted(
    world: World, data: bytes, encoding: Encoding
) -> None:
    """Its digest is of the plain bytes; text is kept deflated; nothing lies there in the clear."""
    pack = await world.new_pack(documents=0)
    new = NewDocument("report.TXT", LABEL)
    document = await add_document(world.parts, COORDINATOR, pack.id, new, chunks(data))
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.size_bytes == len(data)
    assert document.extension == ".txt"
    assert document.encoding is encoding
    async with world.parts.database.work() as work:
        key = await work.keys.get(document.blob)
    assert key is not None
    held = b"".join(world.parts.vault.read(document.blob, key))
    assert len(held) == document.stored_bytes
    assert (held == data) == (encoding is Encoding.IDENTITY)


@pytest.mark.parametrize(
    "name",
    ["../up.pdf", "a/b.pdf", "a\\b.pdf", "line\nbreak.pdf", "\u202efdp.exe", "", "nul\0.pdf"],
)
async def test_an_unsafe_name_is_refused(world: World, name: str) -> None:
    """Paths, control and bidirectional characters are named, and nothing is kept."""
    pack = await world.new_pack(documents=0)
    new = NewDocument(name, LABEL)
    with pytest.raises(InvalidInput) as refused:
        await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"data"))
    assert refused.value.field is not None
    assert await stored_files(world) == []


async def test_an_empty_document_is_refused(world: World) -> None:
    """And leaves nothing behind."""
    pack = await world.new_pack(documents=0)
    new = NewDocument("a.pdf", LABEL)
    with pytest.raises(InvalidInput, match="empty"):
        await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b""))
    assert await stored_files(world) == []


async def test_a_document_over_the_limit_is_refused_on_the_way(world: World) -> None:
    """The rest is not read, and nothing is left behind."""
    pack = await world.new_pack(documents=0)
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield os.urandom(100_000)

    new = NewDocument("a.bin", LABEL)
    with pytest.raises(LimitExceeded):
        await add_document(world.parts, COORDINATOR, pack.id, new, endless())
    assert read < 60
    assert await stored_files(world) == []


async def test_a_pack_takes_so_much_and_no_more(world: World) -> None:
    """Too many documents, or too many bytes in all, are refused."""
    pack = await world.new_pack(documents=0)
    for number in range(6):
        new = NewDocument(f"{number}.txt", LABEL)
        await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"few words"))
    new = NewDocument("7.txt", LABEL)
    with pytest.raises(LimitExceeded, match="at most 6 documents"):
        await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"few words"))
    heavy = await world.new_pack(documents=0)
    large = os.urandom(2_900_000)
    new = NewDocument("1.bin", LABEL)
    await add_document(world.parts, COORDINATOR, heavy.id, new, chunks(large, 500_000))
    before = await stored_files(world)
    with pytest.raises(LimitExceeded, match="bytes in all"):
        await add_document(world.parts, COORDINATOR, heavy.id, new, chunks(large, 500_000))
    assert await stored_files(world) == before


async def test_an_upload_that_breaks_off_leaves_nothing(world: World) -> None:
    """A connection that fails in the middle leaves no file and no document."""
    pack = await world.new_pack(documents=0)

    async def broken() -> AsyncIterator[bytes]:
        yield os.urandom(2_000_000)
        raise ConnectionResetError

    new = NewDocument("a.bin", LABEL)
    with pytest.raises(ConnectionResetError):
        await add_document(world.parts, COORDINATOR, pack.id, new, broken())
    assert await stored_files(world) == []
    assert (await get_pack(world.parts, COORDINATOR, pack.id))[1] == ()


async def test_a_label_can_be_changed_until_the_pack_is_sent(world: World) -> None:
    """A sent pack's documents neither change nor disappear nor increase."""
    pack = await world.new_pack()
    _, (first, *_) = await get_pack(world.parts, COORDINATOR, pack.id)
    relabelled = await relabel_document(world.parts, COORDINATOR, pack.id, first.id, LABEL)
    assert relabelled.label == LABEL
    await send_pack(world.parts, COORDINATOR, pack.id)
    with pytest.raises(Conflict):
        await relabel_document(world.parts, COORDINATOR, pack.id, first.id, LABEL)
    with pytest.raises(Conflict):
        await remove_document(world.parts, COORDINATOR, pack.id, first.id)
    new = NewDocument("late.pdf", LABEL)
    with pytest.raises(Conflict):
        await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"data"))


async def test_another_agency_adds_nothing(world: World) -> None:
    """Another agency's pack reads like a missing one."""
    pack = await world.new_pack(documents=0)
    new = NewDocument("a.pdf", LABEL)
    with pytest.raises(NotFound):
        await add_document(world.parts, STRANGER, pack.id, new, chunks(b"data"))


async def test_a_removed_document_is_destroyed(world: World) -> None:
    """Its key goes at once."""
    pack = await world.new_pack(documents=1)
    _, (document,) = await get_pack(world.parts, COORDINATOR, pack.id)
    await remove_document(world.parts, COORDINATOR, pack.id, document.id)
    async with world.parts.database.work() as work:
        assert await work.keys.get(document.blob) is None
    assert (await get_pack(world.parts, COORDINATOR, pack.id))[1] == ()
