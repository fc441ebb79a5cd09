"""Documents taken in with the real inspection: a child process for each."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from services.test_uploads import LABEL, stored_files
from support.commented import commented
from support.world import COORDINATOR, SAMPLE, World, chunks

from gateway.domain.errors import InvalidInput
from gateway.domain.inspection import FileType, Kind
from gateway.domain.packs import Document, Pack
from gateway.inspection.process import ProcessInspector
from gateway.services.found import clean_document, look_at_found, stamp_document
from gateway.services.intake import plain, stored_of
from gateway.services.packs import check_pack
from gateway.services.parts import Parts
from gateway.services.uploads import NewDocument, add_document

SAMPLES = sorted((SAMPLE / "documents").iterdir())


@pytest.fixture
def parts(world: World) -> Parts:
    """The world's parts, with the inspector that is used in earnest."""
    return replace(world.parts, inspector=ProcessInspector())


async def added(
    world: World, parts: Parts, name: str, data: bytes, *, remove: bool = False
) -> tuple[Pack, Document]:
    """A new pack with this document."""
    pack = await world.new_pack(documents=0)
    new = NewDocument(name, LABEL, remove_unsafe=remove)
    return pack, await add_document(parts, COORDINATOR, pack.id, new, chunks(data))


async def bytes_of(parts: Parts, document: Document) -> bytes:
    """A document as it is kept."""
    async with parts.database.work() as work:
        key = await work.keys.get(document.blob)
    assert key is not None
    return b"".join([block async for block in plain(parts, stored_of(document, key))])


def with_script() -> bytes:
    """A PDF file that runs a script when it is opened."""
    out = io.BytesIO()
    with pikepdf.open(SAMPLE / "documents" / "care-summary.pdf") as pdf:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.OpenAction = pdf.make_indirect(script)
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
async def test_the_samples_are_taken_in_as_they_are(world: World, parts: Parts, path: Path) -> None:
    """They bear their marking, and nothing in them is unsafe or withheld for what is in it."""
    data = path.read_bytes()  # noqa: ASYNC240 - a small file
    pack, document = await added(world, parts, path.name, data)
    assert await bytes_of(parts, document) == data
    seen = await look_at_found(parts, COORDINATOR, pack.id, document.id)
    assert seen.inspected is not None
    assert seen.inspected.file_type in {FileType.PDF, FileType.DOCX}
    rows = (await check_pack(parts, COORDINATOR, pack.id)).rows
    rules = {finding.rule for row in rows for d in row.decisions for finding in d.findings}
    assert not rules & {"marking-missing", "marking-above-label", "not-inspected", "hidden-content"}


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("care.pdf", b"hello", Kind.NAME_MISMATCH),
        ("care.exe", b"MZ" + bytes(200), Kind.NOT_ALLOWED),
        ("care.pdf", with_script(), Kind.SCRIPT),
    ],
    ids=["text", "program", "script"],
)
async def test_what_is_unsafe_is_refused(
    world: World, parts: Parts, name: str, data: bytes, kind: Kind
) -> None:
    """And nothing of it is left."""
    with pytest.raises(InvalidInput, match=kind.value):
        await added(world, parts, name, data)
    assert await stored_files(world) == []


async def test_a_script_is_removed_and_the_rest_kept(world: World, parts: Parts) -> None:
    """The bytes that are kept have none."""
    pack, document = await added(world, parts, "care.pdf", with_script(), remove=True)
    kept = await bytes_of(parts, document)
    assert b"JavaScript" not in kept
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert len(pdf.pages) == 1
    seen = await look_at_found(parts, COORDINATOR, pack.id, document.id)
    assert seen.inspected is not None
    assert seen.inspected.removed == (Kind.SCRIPT,)


async def test_a_comment_is_taken_out_of_a_word_document(world: World, parts: Parts) -> None:
    """It is found, then it is gone."""
    pack, document = await added(world, parts, "plan.docx", commented())
    seen = await look_at_found(parts, COORDINATOR, pack.id, document.id)
    assert Kind.COMMENT in seen.removable
    kinds = frozenset({Kind.COMMENT})
    after = await clean_document(parts, COORDINATOR, pack.id, document.id, kinds)
    assert b"said in confidence" not in b"".join(_unzipped(await bytes_of(parts, after)))
    seen = await look_at_found(parts, COORDINATOR, pack.id, document.id)
    assert Kind.COMMENT not in seen.removable


async def test_the_stamp_is_the_marking_that_is_found(world: World, parts: Parts) -> None:
    """A PDF without a marking bears one afterwards."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out)
    pack, document = await added(world, parts, "care.pdf", out.getvalue())
    seen = await look_at_found(parts, COORDINATOR, pack.id, document.id)
    assert seen.inspected is not None
    assert seen.inspected.marking is None
    await stamp_document(parts, COORDINATOR, pack.id, document.id)
    seen = await look_at_found(parts, COORDINATOR, pack.id, document.id)
    assert seen.inspected is not None
    assert seen.inspected.marking is LABEL.classification


def _unzipped(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]
