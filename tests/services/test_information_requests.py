"""Making a request: drafted, checked, approved, sent as a pack, taken back."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from support.requests import (
    BEN,
    CHILD,
    HANA,
    IRIS,
    SECOND,
    delivered,
    drafted,
    sent,
    stored,
    terms,
    transfer_of,
)
from support.world import COORDINATOR, STRANGER, World, unzipped

from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from gateway.domain.information_requests.content import RequestedItem
from gateway.domain.information_requests.states import RequestState
from gateway.domain.packs import PackKind, RequestId
from gateway.domain.register import MeetingId, RepresentativeId
from gateway.domain.transfers import State
from gateway.services import delivery
from gateway.services.information_requests import (
    approve_request,
    check_request,
    create_request,
    edit_request,
    get_asked,
    get_received,
    list_asked,
    list_received,
    withdraw_request,
)
from gateway.services.packs import get_pack
from gateway.services.paging import Page
from gateway.services.request_sending import forward_request, send_request
from gateway.services.request_storage import RequestFilter
from gateway.services.sending import send_pack
from gateway.services.transfers import acknowledge_by_code, recall_transfer

ANY = RequestFilter()
Ask = Callable[[World, RequestId], Awaitable[object]]


async def test_a_request_goes_out_as_a_pack_with_its_document_in_both_forms(world: World) -> None:
    """One transfer to the holder, sealed, the password apart, and the state says so."""
    request = await sent(world)
    assert (request.state, request.holder) == (RequestState.SENT, "iris-example")
    async with world.parts.database.work() as work:
        pack = await work.packs.get(request.packs[0], None)
        documents = await work.packs.documents(request.packs[0])
    assert pack is not None
    assert (pack.kind, pack.recipients) == (PackKind.REQUEST, (request.holder,))
    assert [document.extension for document in documents] == [".docx", ".pdf"]
    assert {document.label.category for document in documents} == {"information request"}
    transfer = await delivered(world, request)
    assert transfer.state is State.PASSWORD_SENT
    ((letter, archive),) = world.channels.mails
    held = unzipped(archive, world.channels.passwords[0][2])
    assert held["01.docx"][:2] == b"PK"
    assert held["02.pdf"][:5] == b"%PDF-"
    assert "Tama Tauira" not in repr(letter)


async def test_the_document_shows_no_mobile_and_the_standing_under_its_act(world: World) -> None:
    """Passwords and codes go to a mobile; a standing under another Act says nothing here."""
    request = await sent(world)
    await delivered(world, request)
    held = unzipped(world.channels.mails[0][1], world.channels.passwords[0][2])
    with zipfile.ZipFile(io.BytesIO(held["01.docx"])) as archive:
        text = archive.read("word/document.xml").decode()
    assert "+447700900106" not in text
    assert "+447700900100" not in text
    assert "+441632960100" in text
    assert "child welfare and protection agency" in text
    assert "family violence agency" not in text


async def test_what_a_request_says_is_in_no_table_and_no_entry_in_the_clear(
    world: World, database_url: str
) -> None:
    """Neither the child's name nor any text of the form, in any column of any table."""
    request = await sent(world)
    await withdraw_request(world.parts, COORDINATOR, request.id, "A secret reason")
    secrets = ["Tama Tauira", "Tommy Sample", "ZZZ0016", "Example Street", "A secret reason"]
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        assert len(tables) > 15
        for (table,) in tables:
            rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()  # noqa: S608
            text = "\n".join(row[0] or "" for row in rows)
            for secret in secrets:
                assert secret not in text, table
                assert secret.encode().hex() not in text, table
    leaves = b"\n".join(await world.leaves())
    assert not [secret for secret in (*secrets, CHILD) if secret.encode() in leaves]
    assert b"information-request.sent" in leaves


async def test_a_draft_may_be_incomplete_and_the_check_says_what_is_missing(world: World) -> None:
    """Every rule that denies, each blank field, and how to narrow what is too broad."""
    full = terms().content
    broad = RequestedItem("Health appointments", "all health information", None, None)
    content = replace(full, purpose="", items=(*full.items, broad))
    draft = await drafted(world, content=content)
    found = await check_request(world.parts, COORDINATOR, draft.id)
    assert not found.decision.allowed
    assert {finding.rule for finding in found.decision.denials} == {
        "request-incomplete",
        "request-item-too-broad",
    }
    assert found.missing == ("purpose",)
    assert [item.number for item in found.too_broad] == [2]
    with pytest.raises(Refused):
        await send_request(world.parts, COORDINATOR, draft.id)
    assert (await stored(world, draft)).state is RequestState.DRAFT
    await edit_request(world.parts, COORDINATOR, draft.id, terms())
    assert (await check_request(world.parts, COORDINATOR, draft.id)).decision.allowed


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"due_on": date(2026, 11, 30)}, "request-without-due-date"),
        ({"holder": "sina-example"}, "section-66c-recipient"),
        ({"holder": "ngaio-example"}, "recipient-agency-not-signed"),
        ({"holder": "rewi-example"}, "recipient-not-active"),
        ({"authority": "OTA-66"}, "section-66-requester"),
        ({"purpose": "WIDER-SUPPORT"}, "authority-not-in-protocol"),
        ({"marking": "SENSITIVE"}, "marking-above-mail"),
    ],
)
async def test_the_rules_for_packs_hold_for_requests(
    world: World, change: dict[str, object], rule: str
) -> None:
    """Standing, signature, time in office, authority, classification and more."""
    draft = await drafted(world, **change)
    found = await check_request(world.parts, COORDINATOR, draft.id)
    assert rule in {finding.rule for finding in found.decision.denials}


async def test_a_conflict_of_interest_bars_a_holder(world: World) -> None:
    """Iris must see nothing of the other young person."""
    content = terms().content
    other = replace(content, subject=replace(content.subject, reference="child-9c2e"))  # type: ignore[arg-type]
    draft = await drafted(world, content=other)
    found = await check_request(world.parts, COORDINATOR, draft.id)
    assert [finding.rule for finding in found.decision.denials] == ["conflict-of-interest"]


async def test_an_adult_is_no_subject_of_section_66c(world: World) -> None:
    """Eighteen on the day."""
    content = terms().content
    grown = replace(content, subject=replace(content.subject, born_on=date(2008, 12, 1)))
    draft = await drafted(world, content=grown)
    found = await check_request(world.parts, COORDINATOR, draft.id)
    assert [finding.rule for finding in found.decision.denials] == ["request-of-adult"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"authority": "IPP-11"}, "authority"),
        ({"requester": "ben-sample"}, "requester"),
        ({"holder": "aroha-tauira"}, "holder"),
        ({"holder": "nobody"}, "holder"),
    ],
)
async def test_references_that_can_never_be_right_are_refused_at_once(
    world: World, change: dict[str, object], field: str
) -> None:
    """The field is named."""
    with pytest.raises(InvalidInput) as caught:
        await drafted(world, **change)
    assert caught.value.field == field


async def test_an_agency_that_takes_no_part_finds_no_such_meeting(world: World) -> None:
    """Another's meeting reads like none."""
    kept = [p for p in world.register.representatives if p.agency == "ruru-housing"]
    outsider = replace(COORDINATOR, agency=kept[0].agency, representative=kept[0].id)
    meetings = tuple(
        replace(m, attendees=tuple(a for a in m.attendees if a != kept[0].id))
        for m in world.register.meetings
    )
    await world.import_register(replace(world.register, meetings=meetings))
    told = []
    for meeting in (terms().meeting, MeetingId("no-such-meeting")):
        asked = terms(requester=kept[0].id, holder="ben-sample", meeting=meeting)
        with pytest.raises(NotFound) as caught:
            await create_request(world.parts, outsider, asked)
        told.append((caught.value.message, caught.value.remedy))
    assert told[0] == told[1]


async def test_an_attending_agency_may_ask_the_lead_agency(world: World) -> None:
    """The task is whose it is; a request need not come from the lead agency."""
    asked = terms(requester="ben-sample", holder="aroha-tauira")
    request = await create_request(world.parts, STRANGER, asked)
    found = await check_request(world.parts, STRANGER, request.id)
    assert found.decision.allowed, found.decision.denials


async def test_an_approval_is_a_second_persons_and_void_after_an_edit(world: World) -> None:
    """The requester cannot approve; whoever edits asks anew."""
    draft = await drafted(world)
    with pytest.raises(Conflict):
        await approve_request(world.parts, COORDINATOR, draft.id)
    assert (await approve_request(world.parts, SECOND, draft.id)).state is RequestState.APPROVED
    changed = await edit_request(world.parts, COORDINATOR, draft.id, terms())
    assert changed.state is RequestState.DRAFT


async def test_sending_twice_is_sending_once(world: World) -> None:
    """The same key gives the first answer; without it the second is refused."""
    draft = await drafted(world)
    first = await send_request(world.parts, COORDINATOR, draft.id, "key")
    again = await send_request(world.parts, COORDINATOR, draft.id, "key")
    assert first.packs == again.packs
    with pytest.raises(Conflict):
        await send_request(world.parts, COORDINATOR, draft.id)
    with pytest.raises(Conflict):
        await send_request(world.parts, COORDINATOR, (await drafted(world)).id, "key")


async def test_the_pack_of_a_request_is_sent_by_the_request_only(world: World) -> None:
    """It is no meeting pack."""
    request = await sent(world)
    assert request.pack is not None
    with pytest.raises(Conflict):
        await send_pack(world.parts, COORDINATOR, request.pack)


@pytest.mark.parametrize("actor", [STRANGER, BEN, HANA])
async def test_the_asking_side_is_the_agencys_own(world: World, actor: Actor) -> None:
    """Neither another agency's coordinator nor any responder gets at it."""
    request = await sent(world)
    for ask in (get_asked, check_request, send_request):
        with pytest.raises((NotFound, Forbidden)):
            await ask(world.parts, actor, request.id)
    with pytest.raises((NotFound, Forbidden)):
        await withdraw_request(world.parts, actor, request.id, "")


async def test_a_draft_is_not_there_for_the_holder(world: World) -> None:
    """Nor is a request to another agency; both read like none."""
    draft = await drafted(world)
    request = await sent(world)
    told = []
    for actor, identifier in ((IRIS, draft.id), (BEN, request.id), (IRIS, RequestId("none"))):
        with pytest.raises(NotFound) as caught:
            await get_received(world.parts, actor, identifier)
        told.append((caught.value.message, caught.value.remedy, caught.value.field))
    assert len(set(told)) == 1
    listed = await list_received(world.parts, IRIS, Page(), ANY)
    assert [one.id for one in listed] == [request.id]
    assert await list_received(world.parts, BEN, Page(), ANY) == []
    assert len(await list_asked(world.parts, COORDINATOR, Page(), ANY)) == 2
    assert await list_asked(world.parts, STRANGER, Page(), ANY) == []


async def test_a_responder_reads_what_is_asked_and_that_is_recorded(world: World) -> None:
    """Everything that was written, by anyone of the agency who answers requests."""
    request = await sent(world)
    view = await get_received(world.parts, HANA, request.id)
    assert view.content.subject.name.startswith("Tama")
    assert b"information-request.read" in b"".join(await world.leaves())


async def test_a_responder_sees_no_pack_of_the_asking_side(world: World) -> None:
    """Nor a meeting pack of the own agency."""
    request = await sent(world)
    assert request.pack is not None
    lead = replace(IRIS, agency=COORDINATOR.agency, representative=COORDINATOR.representative)
    for actor in (IRIS, lead):
        with pytest.raises(NotFound):
            await get_pack(world.parts, actor, request.pack)


async def test_what_is_recalled_is_a_draft_again(world: World) -> None:
    """It never reached the holder, so it may be corrected and sent anew, in another pack."""
    request = await sent(world)
    transfer = await transfer_of(world, request.pack)
    await recall_transfer(world.parts, COORDINATOR, transfer.id)
    again = await stored(world, request)
    assert again.state is RequestState.DRAFT
    with pytest.raises(NotFound):
        await get_received(world.parts, IRIS, request.id)
    second = await send_request(world.parts, COORDINATOR, request.id)
    assert second.state is RequestState.SENT
    assert len(second.packs) == 2


async def test_what_the_rules_stop_on_the_way_is_a_draft_again(world: World) -> None:
    """The holder left the agency between the sending and the mail."""
    request = await sent(world)
    people = tuple(
        replace(p, active_until=date(2026, 11, 30)) if p.id == request.holder else p
        for p in world.register.representatives
    )
    await world.import_register(replace(world.register, representatives=people))
    transfer = await transfer_of(world, request.pack)
    await delivery.run(world.parts, transfer.id)
    assert (await transfer_of(world, request.pack)).state is State.REFUSED
    assert (await stored(world, request)).state is RequestState.DRAFT
    assert world.channels.mails == []


async def test_the_code_inside_the_pack_acknowledges_the_request(world: World) -> None:
    """Whoever types it has opened the request."""
    request = await sent(world)
    transfer = await delivered(world, request)
    page = unzipped(world.channels.mails[0][1], world.channels.passwords[0][2])["00-contents.html"]
    code = page.decode().split("<code>")[1].split("</code>")[0]
    await acknowledge_by_code(world.parts, IRIS, transfer.reference, code)
    assert (await stored(world, request)).state is RequestState.ACKNOWLEDGED


async def test_a_withdrawn_request_is_recalled_and_the_holder_told(world: World) -> None:
    """What has not left never leaves; the reason stands in the thread."""
    request = await sent(world)
    taken = await withdraw_request(world.parts, COORDINATOR, request.id, "No longer needed.")
    assert taken.state is RequestState.WITHDRAWN
    assert (await transfer_of(world, request.pack)).state is State.RECALLED
    assert (await stored(world, request)).state is RequestState.WITHDRAWN
    view = await get_received(world.parts, IRIS, request.id)
    assert [message.text for message in view.messages] == ["No longer needed."]
    with pytest.raises(Conflict):
        await withdraw_request(world.parts, COORDINATOR, request.id, "")


async def test_a_request_passed_on_reaches_the_colleague_sealed(world: World) -> None:
    """In a pack of its own; to nobody outside the agency."""
    request = await sent(world)
    await delivered(world, request)
    for wrong in ("ben-sample", "pat-tauira", "nobody"):
        with pytest.raises(InvalidInput):
            await forward_request(world.parts, IRIS, request.id, RepresentativeId(wrong), "")
    colleague = RepresentativeId("hana-sample")
    passed = await forward_request(world.parts, IRIS, request.id, colleague, "Yours, I think.")
    assert (passed.holder, passed.state) == (colleague, RequestState.SENT)
    assert (await delivered(world, passed)).state is State.PASSWORD_SENT
    assert world.channels.mails[-1][0].to == "hana.sample@health-region.example"
    view = await get_asked(world.parts, COORDINATOR, request.id)
    assert [message.text for message in view.messages] == ["Yours, I think."]


async def test_passing_on_that_fails_leaves_the_request_with_the_agency(world: World) -> None:
    """The agency has read it, so it does not become a draft again."""
    request = await sent(world)
    await delivered(world, request)
    colleague = RepresentativeId("hana-sample")
    passed = await forward_request(world.parts, IRIS, request.id, colleague, "")
    transfer = await transfer_of(world, passed.pack)
    await recall_transfer(world.parts, COORDINATOR, transfer.id)
    assert (await stored(world, request)).state is RequestState.ACKNOWLEDGED
