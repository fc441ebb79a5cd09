"""What is in a document is looked at before it becomes part of a pack, and kept encrypted."""

import json
from dataclasses import replace

import pytest
from services.test_uploads import LABEL, stored_files
from support.inspecting import Scanning
from support.world import COORDINATOR, World, chunks

from gateway.audit.entries import Action
from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput, Unavailable
from gateway.domain.inspection import Discovery, Inspection, Kind
from gateway.domain.packs import Document, Pack
from gateway.services.found import look_at_found
from gateway.services.inspecting import require_scanner
from gateway.services.packs import check_pack, discard_pack, remove_document
from gateway.services.parts import Parts
from gateway.services.sending import send_pack
from gateway.services.uploads import NewDocument, add_document

MACRO = Discovery(Kind.MACRO, "macros", "AutoOpen", removable=True)
COMMENT = Discovery(Kind.COMMENT, "page 3", "Kahu Example said nothing", removable=True)
NHI = Discovery(Kind.NHI, "page 1", "NHI number ZZZ0016 of a made-up child")


async def added(world: World, parts: Parts | None = None, **more: object) -> tuple[Pack, Document]:
    """A new pack with one document."""
    pack = await world.new_pack(documents=0)
    new = NewDocument("plan.docm", LABEL, **more)  # type: ignore[arg-type]
    parts = parts or world.parts
    return pack, await add_document(parts, COORDINATOR, pack.id, new, chunks(b"made-up words"))


async def entry(world: World, action: Action) -> tuple[dict[str, object], str]:
    """The last entry of this kind: its detail, and all of it as text."""
    texts = [leaf.decode() for leaf in await world.leaves()]
    text = [text for text in texts if json.loads(text)["action"] == action.value][-1]
    return json.loads(text)["detail"], text


def scanning(world: World, scanner: Scanning | None, *, required: bool) -> Parts:
    """The world's parts with a malware scanner."""
    limits = replace(world.parts.rules.limits, scan_required=required)
    rules = replace(world.parts.rules, limits=limits)
    return replace(world.parts, scanner=scanner, rules=rules)


async def test_what_is_unsafe_is_refused_and_leaves_nothing(world: World) -> None:
    """The person reads what was found, where, and what helps; the log has kinds and counts only."""
    world.inspector.discoveries = (MACRO, COMMENT)
    with pytest.raises(InvalidInput, match=r"a macro: AutoOpen \(macros\)") as refused:
        await added(world)
    assert refused.value.field == "file"
    assert "remove what is unsafe" in refused.value.remedy
    assert await stored_files(world) == []
    detail, text = await entry(world, Action.DOCUMENT_REFUSED)
    inspection = detail["inspection"]
    assert isinstance(inspection, dict)
    assert inspection["found"] == {"MACRO": 1, "COMMENT": 1}
    assert "AutoOpen" not in text
    assert "Kahu" not in text
    assert "plan" not in text


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (Kind.ENCRYPTED, "without a password"),
        (Kind.NAME_MISMATCH, "ending that fits"),
        (Kind.MALFORMED, "Save it anew"),
        (Kind.MALWARE, "Do not open"),
    ],
)
async def test_the_remedy_fits_what_was_found(world: World, kind: Kind, remedy: str) -> None:
    """Also where several things were found, one of which cannot be taken out."""
    world.inspector.discoveries = (MACRO, Discovery(kind))
    with pytest.raises(InvalidInput) as refused:
        await added(world, remove_unsafe=True)
    assert remedy in refused.value.remedy


async def test_what_is_unsafe_can_be_taken_out(world: World) -> None:
    """The bytes kept are the cleaned ones, the name loses its macros, and the log says both."""
    world.inspector.discoveries = (MACRO, COMMENT)
    _, document = await added(world, remove_unsafe=True)
    assert document.extension == ".docx"
    assert document.size_bytes == len(b"made-up words\ncleaned")
    assert len(await stored_files(world)) == 1
    detail, _ = await entry(world, Action.DOCUMENT_ADDED)
    assert detail["digest"] != detail["digest_before"]
    inspection = detail["inspection"]
    assert isinstance(inspection, dict)
    assert inspection["removed"] == ["MACRO"]
    assert inspection["found"] == {"COMMENT": 1}


async def test_what_was_found_is_kept_encrypted_and_goes_with_the_document(world: World) -> None:
    """In the clear stand counts and levels; the words only for the agency, and not for ever."""
    world.inspector.discoveries = (COMMENT, NHI)
    pack, document = await added(world)
    found = await look_at_found(world.parts, COORDINATOR, pack.id, document.id)
    assert found.discoveries == (COMMENT, NHI)
    assert found.removable == (Kind.COMMENT,)
    async with world.parts.database.work() as work:
        sealed = await work.inspections.sealed(document.id)
        kept = (await work.inspections.of_pack(pack.id))[document.id]
    assert sealed is not None
    assert b"Kahu" not in sealed
    assert "Kahu" not in repr(kept)
    assert "ZZZ0016" not in repr(kept)
    await send_pack(world.parts, COORDINATOR, pack.id)
    async with world.parts.database.work() as work:
        await work.inspections.forget(document.blob)
        assert await work.inspections.sealed(document.id) is None
        assert (await work.inspections.of_pack(pack.id))[document.id] == kept


async def test_nothing_is_left_of_a_document_taken_out(world: World) -> None:
    """Neither of one, nor of a pack that is discarded."""
    pack, document = await added(world)
    await remove_document(world.parts, COORDINATOR, pack.id, document.id)
    other, _ = await added(world)
    await discard_pack(world.parts, COORDINATOR, other.id)
    async with world.parts.database.work() as work:
        assert await work.inspections.of_pack(pack.id) == {}
        assert await work.inspections.of_pack(other.id) == {}


async def test_without_an_inspection_nothing_is_taken_in(world: World) -> None:
    """If no process can be started, the document waits with its owner."""
    world.inspector.away = True
    with pytest.raises(Unavailable):
        await added(world)
    assert await stored_files(world) == []


async def test_malware_is_refused(world: World) -> None:
    """The scanner sees the whole document, as it would be kept."""
    scanner = Scanning(signature="Gateway.Test")
    with pytest.raises(InvalidInput, match=r"malware: Gateway\.Test"):
        await added(world, scanning(world, scanner, required=True))
    assert scanner.seen == [b"made-up words"]
    assert await stored_files(world) == []


async def test_a_required_scanner_that_is_away_stops_uploads(world: World) -> None:
    """And the service says that it is not ready."""
    away = scanning(world, Scanning(away=True), required=True)
    with pytest.raises(Unavailable):
        await added(world, away)
    with pytest.raises(Unavailable):
        await require_scanner(away)
    with pytest.raises(Unavailable):
        await require_scanner(replace(away, scanner=None))
    await require_scanner(scanning(world, Scanning(), required=True))
    assert await stored_files(world) == []


async def test_an_optional_scanner_that_is_away_is_noted(world: World) -> None:
    """The document is taken in, and the record says that it was not scanned."""
    parts = scanning(world, Scanning(away=True), required=False)
    await added(world, parts)
    detail, _ = await entry(world, Action.DOCUMENT_ADDED)
    assert json.loads(json.dumps(detail["inspection"]))["scanned"] is False
    await added(world, scanning(world, Scanning(), required=False))
    detail, _ = await entry(world, Action.DOCUMENT_ADDED)
    assert json.loads(json.dumps(detail["inspection"]))["scanned"] is True


async def test_what_was_never_scanned_is_withheld_where_scanning_is_required(world: World) -> None:
    """Also if the setting came after the document."""
    pack, _ = await added(world)
    strict = scanning(world, Scanning(), required=True)
    matrix = await check_pack(strict, COORDINATOR, pack.id)
    rules = {f.rule for row in matrix.rows for d in row.decisions for f in d.denials}
    assert "not-scanned" in rules


async def test_the_rules_judge_by_what_was_found(world: World) -> None:
    """A marking above the label withholds; an unread page warns."""
    world.inspector.inspection = Inspection(None, marking=Classification.SENSITIVE)
    world.inspector.discoveries = (Discovery(Kind.PICTURE, "page 2"),)
    pack, _ = await added(world)
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    found = {f.rule for row in matrix.rows for d in row.decisions for f in d.findings}
    assert {"marking-above-label", "text-not-read"} <= found
