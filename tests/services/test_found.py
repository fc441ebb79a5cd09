"""What was found in a document, and changing the document for it."""

import pytest
from services.test_inspecting import COMMENT, NHI, added, entry, scanning
from services.test_uploads import LABEL, stored_files
from support.inspecting import Scanning
from support.world import COORDINATOR, STRANGER, World, chunks

from gateway.audit.entries import Action
from gateway.domain.errors import Conflict, GatewayError, InvalidInput, NotFound
from gateway.domain.inspection import Concern, Discovery, Kind
from gateway.services.found import (
    clean_document,
    found_in_pack,
    look_at_found,
    stamp_document,
)
from gateway.services.packs import check_pack, get_pack
from gateway.services.sending import send_pack
from gateway.services.uploads import NewDocument, add_document

NOTES = Discovery(Kind.SPEAKER_NOTES, "slide 2", "made-up words", removable=True)


async def test_what_is_hidden_can_be_taken_out(world: World) -> None:
    """Identifier, title and label stay; the bytes and their digest do not, and the log says so."""
    world.inspector.discoveries = (COMMENT, NOTES, NHI)
    pack, before = await added(world)
    files = await stored_files(world)
    kinds = frozenset({Kind.COMMENT})
    after = await clean_document(world.parts, COORDINATOR, pack.id, before.id, kinds)
    assert (after.id, after.title, after.label) == (before.id, before.title, before.label)
    assert after.sha256 != before.sha256
    assert (await get_pack(world.parts, COORDINATOR, pack.id))[1] == (after,)
    found = await look_at_found(world.parts, COORDINATOR, pack.id, after.id)
    assert found.inspected is not None
    assert found.inspected.removed == (Kind.COMMENT,)
    assert found.of(Concern.HIDDEN) == (NOTES,)
    async with world.parts.database.work() as work:
        assert await work.keys.get(before.blob) is None
    assert set(await stored_files(world)) - set(files)
    detail, text = await entry(world, Action.DOCUMENT_CLEANED)
    assert detail["digest_before"] != detail["digest"]
    assert "made-up words" not in text
    world.inspector.discoveries = (NOTES, NHI)
    await clean_document(world.parts, COORDINATOR, pack.id, after.id, frozenset({NOTES.kind}))
    kept = (await found_in_pack(world.parts, COORDINATOR, pack.id))[after.id]
    assert kept.removed == (Kind.COMMENT, Kind.SPEAKER_NOTES)


async def test_what_cannot_be_taken_out_is_said(world: World) -> None:
    """Nothing changes then."""
    world.inspector.discoveries = (NHI,)
    pack, document = await added(world)
    with pytest.raises(InvalidInput, match="Nothing of this can be taken out"):
        await clean_document(
            world.parts, COORDINATOR, pack.id, document.id, frozenset({Kind.COMMENT})
        )
    assert (await get_pack(world.parts, COORDINATOR, pack.id))[1] == (document,)


async def test_a_document_can_be_looked_into_again(world: World) -> None:
    """One from before, or that was not scanned: nothing is taken out, and it is judged anew."""
    pack, document = await added(world)
    strict = scanning(world, Scanning(), required=True)

    async def rules() -> set[str]:
        rows = (await check_pack(strict, COORDINATOR, pack.id)).rows
        return {f.rule for row in rows for d in row.decisions for f in d.denials}

    assert "not-scanned" in await rules()
    same = await clean_document(strict, COORDINATOR, pack.id, document.id, frozenset())
    assert same == document
    assert "not-scanned" not in await rules()


async def test_malware_found_later_withholds_the_document(world: World) -> None:
    """It was taken in before the scanner knew the signature; now nobody gets it."""
    pack, document = await added(world)
    strict = scanning(world, Scanning(signature="Gateway.Test"), required=True)
    with pytest.raises(InvalidInput, match="malware"):
        await clean_document(strict, COORDINATOR, pack.id, document.id, frozenset())
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    assert all(not d.allowed for row in matrix.rows for d in row.decisions)
    rules = {f.rule for row in matrix.rows for d in row.decisions for f in d.denials}
    assert "unsafe-content" in rules
    await entry(world, Action.DOCUMENT_REFUSED)


async def test_the_marking_is_stamped_once(world: World) -> None:
    """It is the label's, in its external form; a second time there is nothing to do."""
    pack = await world.new_pack(documents=0)
    new = NewDocument("plan.pdf", LABEL)
    before = await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"words"))
    after = await stamp_document(world.parts, COORDINATOR, pack.id, before.id)
    stamp = "IN-CONFIDENCE \N{EN DASH} external".encode()
    assert after.size_bytes == before.size_bytes + len(stamp)
    found = await look_at_found(world.parts, COORDINATOR, pack.id, after.id)
    assert found.inspected is not None
    assert found.inspected.stamped
    await entry(world, Action.DOCUMENT_STAMPED)
    with pytest.raises(Conflict):
        await stamp_document(world.parts, COORDINATOR, pack.id, before.id)


async def test_only_a_pdf_is_stamped(world: World) -> None:
    """The remedy says how to mark the others."""
    pack, document = await added(world)
    with pytest.raises(InvalidInput, match="cannot be stamped"):
        await stamp_document(world.parts, COORDINATOR, pack.id, document.id)


async def test_a_sent_pack_is_not_changed_any_more(world: World) -> None:
    """What was found can still be looked at."""
    world.inspector.discoveries = (COMMENT,)
    pack, document = await added(world)
    await send_pack(world.parts, COORDINATOR, pack.id)
    for change in (
        clean_document(world.parts, COORDINATOR, pack.id, document.id, frozenset({Kind.COMMENT})),
        stamp_document(world.parts, COORDINATOR, pack.id, document.id),
    ):
        with pytest.raises(Conflict):
            await change
    found = await look_at_found(world.parts, COORDINATOR, pack.id, document.id)
    assert not found.is_open


async def test_another_agency_sees_and_changes_nothing(world: World) -> None:
    """By no identifier."""
    world.inspector.discoveries = (COMMENT,)
    pack, document = await added(world)
    own = await world.new_pack(documents=0)
    kinds = frozenset({Kind.COMMENT})
    for attempt in (
        look_at_found(world.parts, STRANGER, pack.id, document.id),
        found_in_pack(world.parts, STRANGER, pack.id),
        clean_document(world.parts, STRANGER, pack.id, document.id, kinds),
        stamp_document(world.parts, STRANGER, pack.id, document.id),
        look_at_found(world.parts, COORDINATOR, own.id, document.id),
        clean_document(world.parts, COORDINATOR, own.id, document.id, kinds),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_refused_cleaning_leaves_no_bytes_behind(world: World) -> None:
    """Cleaned, but the scanner finds something in the rest: the old bytes stay, no new ones."""
    world.inspector.discoveries = (COMMENT,)
    pack, document = await added(world)
    files = await stored_files(world)
    strict = scanning(world, Scanning(signature="Gateway.Test"), required=False)
    with pytest.raises(GatewayError):
        await clean_document(strict, COORDINATOR, pack.id, document.id, frozenset({Kind.COMMENT}))
    assert await stored_files(world) == files
