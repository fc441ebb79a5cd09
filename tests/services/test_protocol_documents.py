"""Protocols as documents: saved, filled in, read back."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import docx
import pikepdf
import pytest
from services.test_drafts import ELSEWHERE, NEW, THERE, USER, filled, proposed, somebody
from support.drafted import sound
from support.world import World

from gateway.audit.entries import Action
from gateway.domain.drafts import DraftId, ProtocolDraft, Section
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, LimitExceeded, NotFound
from gateway.services import draft_views, drafts
from gateway.services import protocol_documents as documents
from gateway.services.protocol_documents import Returned
from gateway.web.pages.drafts.papers import faults_of_section

__all__ = ["somebody"]


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def returned(
    world: World, draft: ProtocolDraft, data: bytes, *, replacing: bool = False
) -> Returned:
    return await documents.read_into_draft(
        world.parts, USER, draft.id, "filled.docx", chunks(data),
        seen=draft.revision, replacing=replacing, faults=faults_of_section,
    )  # fmt: skip


async def test_a_saved_draft_is_read_back_as_it_was(world: World) -> None:
    """Into another draft, section for section, by way of a real Word file."""
    draft = await filled(world)
    data = await documents.document_of_draft(world.parts, USER, draft.id, "docx")
    other = await drafts.begin_draft(world.parts, USER, replace(NEW, protocol="miro"))  # type: ignore[arg-type]
    done = await returned(world, other, data)
    assert done.unread == ()
    assert done.draft.content == replace(draft.content, name=NEW.name)
    assert done.left == ()
    leaf = json.loads((await world.leaves())[-1])
    assert leaf["action"] == Action.PROTOCOL_DRAFT_READ_IN.value
    assert leaf["detail"]["unread"] == 0


async def test_what_the_draft_says_already_stays_unless_it_is_to_be_replaced(
    world: World,
) -> None:
    """Only blank sections are filled by themselves."""
    draft = await filled(world)
    data = await documents.document_of_draft(world.parts, USER, draft.id, "docx")
    draft = await drafts.save_section(
        world.parts, USER, draft.id, Section.RETENTION,
        lambda content: replace(content, retention="Two years.", breaches=""),
        seen=draft.revision,
    )  # fmt: skip
    done = await returned(world, draft, data)
    assert done.taken == (Section.BREACHES,)
    assert done.draft.content.retention == "Two years."
    done = await returned(world, done.draft, data, replacing=True)
    assert done.draft.content.retention == sound().retention


async def test_what_could_not_be_read_stays_as_comments(world: World) -> None:
    """On the section it belongs to."""
    paper = docx.Document()
    paper.add_heading("Retention", 1)
    paper.add_paragraph("A year.")
    paper.add_heading("Information to be shared", 1)
    table = paper.add_table(rows=2, cols=3)
    for cell, words in zip(table.rows[0].cells, ("Agency", "Information", "Class"), strict=True):
        cell.text = words
    table.rows[1].cells[0].text = "Nobody of the register"
    paper.add_heading("Catering", 1)
    out = io.BytesIO()
    paper.save(out)
    draft = await drafts.begin_draft(world.parts, USER, NEW)
    done = await returned(world, draft, out.getvalue())
    assert done.taken == (Section.RETENTION,)
    view = await draft_views.look_at_draft(world.parts, USER, draft.id)
    assert [each.section for each in view.comments] == [Section.MEETING, Section.INFORMATION] or [
        each.section for each in view.comments
    ] == [Section.INFORMATION, Section.MEETING]
    assert len(done.unread) == 2


async def test_what_is_no_sound_word_document_is_refused(world: World) -> None:
    """And the draft stays as it was."""
    draft = await drafts.begin_draft(world.parts, USER, NEW)
    for data in (b"no document at all", b"PK\x03\x04 broken", b""):
        with pytest.raises(InvalidInput):
            await returned(world, draft, data)
    plain = docx.Document()
    plain.add_paragraph("Nothing of a protocol.")
    out = io.BytesIO()
    plain.save(out)
    with pytest.raises(InvalidInput, match="None of the template's headings"):
        await returned(world, draft, out.getvalue())
    with pytest.raises(LimitExceeded):
        await returned(world, draft, b"x" * (documents.LARGEST_BYTES + 1))
    assert (await draft_views.look_at_draft(world.parts, USER, draft.id)).draft == draft


async def test_only_the_lead_agency_reads_in_and_nobody_over_another_s_change(
    world: World,
) -> None:
    """Before a byte of the file is looked at."""
    draft = await filled(world)
    draft = await drafts.share_draft(world.parts, USER, draft.id)
    with pytest.raises(Forbidden):
        await documents.read_into_draft(
            world.parts, THERE, draft.id, "f.docx", chunks(b"x"),
            seen=draft.revision, replacing=True, faults=faults_of_section,
        )  # fmt: skip
    with pytest.raises(Conflict):
        await returned(world, replace(draft, revision=draft.revision - 1), b"x")


async def test_documents_are_for_those_whom_the_protocol_concerns(world: World) -> None:
    """A version and a draft as tagged PDF, the same each time; nothing for others."""
    draft = await proposed(world)
    number = draft.version
    made = await documents.document_of_version(world.parts, THERE, draft.protocol, number, "pdf")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo["/Title"]) == NEW.name
    again = await documents.document_of_version(world.parts, THERE, draft.protocol, number, "pdf")
    assert made == again
    with pytest.raises(NotFound):
        await documents.document_of_version(world.parts, ELSEWHERE, draft.protocol, number, "pdf")
    with pytest.raises(NotFound):
        await documents.document_of_draft(world.parts, ELSEWHERE, DraftId(draft.id), "docx")
