"""What was found in documents, as it is stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from gateway.domain.classification import Classification
from gateway.domain.inspected import Inspected
from gateway.domain.inspection import FileType, Kind
from gateway.domain.packs import BlobId, Document, DocumentId, Pack, PackId
from gateway.storage.database import PostgresDatabase

MakePack = Callable[..., Pack]
MakeDocument = Callable[..., Document]
P1, P2, D1, D2 = PackId("p1"), PackId("p2"), DocumentId("d1"), DocumentId("d2")
FOUND = Inspected(
    D1,
    datetime(2026, 12, 1, 2, 3, 4, 567890, tzinfo=UTC),
    FileType.DOCX,
    ((Kind.COMMENT, 3), (Kind.NHI, 1)),
    Classification.IN_CONFIDENCE,
    ("MEDICAL",),
    ("child:C-0001", "person:aro"),
    (Kind.MACRO,),
    scanned=True,
    stamped=True,
)


async def put(
    database: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> tuple[Document, Document]:
    """Two packs with a document each."""
    first, second = make_document("d1", "p1"), make_document("d2", "p2")
    async with database.work() as work:
        for pack, document in ((P1, first), (P2, second)):
            await work.packs.add(make_pack(pack))
            await work.packs.add_document(document)
    return first, second


async def test_it_comes_back_as_it_was(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """To the last field; a second look takes the place of the first, of the other pack none."""
    await put(filled, make_pack, make_document)
    bare = Inspected(D2, FOUND.inspected_at, made_here=True)
    async with filled.work() as work:
        await work.inspections.put(FOUND, b"sealed")
        await work.inspections.put(bare, None)
    async with filled.work() as work:
        assert await work.inspections.of_pack(P1) == {D1: FOUND}
        assert await work.inspections.of_pack(P2) == {D2: bare}
        assert await work.inspections.sealed(D1) == b"sealed"
        assert await work.inspections.sealed(D2) is None
        assert await work.inspections.sealed(DocumentId("d3")) is None
        await work.inspections.put(replace(FOUND, counts=(), marking=None), b"again")
    async with filled.work() as work:
        assert (await work.inspections.of_pack(P1))[D1].counts == ()
        assert await work.inspections.sealed(D1) == b"again"


async def test_its_words_are_destroyed_with_the_blob(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """Of that document alone; what the rules know stays."""
    first, _ = await put(filled, make_pack, make_document)
    other = replace(FOUND, document=D2)
    async with filled.work() as work:
        await work.inspections.put(FOUND, b"one")
        await work.inspections.put(other, b"two")
        await work.inspections.forget(BlobId("no such blob"))
        await work.inspections.forget(first.blob)
    async with filled.work() as work:
        assert await work.inspections.sealed(D1) is None
        assert await work.inspections.of_pack(P1) == {D1: FOUND}
        assert await work.inspections.sealed(D2) == b"two"


async def test_it_goes_with_its_document(
    filled: PostgresDatabase, make_pack: MakePack, make_document: MakeDocument
) -> None:
    """Taken out alone, or with the whole pack."""
    await put(filled, make_pack, make_document)
    async with filled.work() as work:
        await work.inspections.put(FOUND, b"one")
        await work.inspections.put(replace(FOUND, document=D2), b"two")
        await work.packs.remove_document(D1)
        await work.packs.remove(P2)
        assert await work.inspections.sealed(D1) is None
        assert await work.inspections.of_pack(P2) == {}
