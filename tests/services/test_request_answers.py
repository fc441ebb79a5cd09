"""Answering a request: acknowledge, ask, disclose, not held, decline; and by nobody else."""

import asyncio

import pytest
from support.requests import (
    BEN,
    DISCLOSURE,
    HANA,
    IRIS,
    TOLD,
    delivered,
    disclosed,
    disclosure,
    sent,
    stored,
    terms,
    transfer_of,
)
from support.world import COORDINATOR, STRANGER, World, chunks, unzipped

from gateway.domain.actors import Actor
from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from gateway.domain.information_requests.content import ConsultationRecord
from gateway.domain.information_requests.states import AnswerKind, RequestState
from gateway.domain.packs import Label, PackId, PackKind
from gateway.domain.register import ChildReference
from gateway.domain.transfers import State
from gateway.services import delivery
from gateway.services.information_requests import get_asked, get_received, withdraw_request
from gateway.services.packs import check_pack, get_pack
from gateway.services.request_answers import (
    AnswerTerms,
    DisclosureTerms,
    acknowledge_request,
    ask_clarification,
    give_answer,
    give_clarification,
    start_disclosure,
)
from gateway.services.sending import send_pack
from gateway.services.transfers import recall_transfer
from gateway.services.uploads import NewDocument, add_document

DECLINED = AnswerTerms(
    AnswerKind.DECLINED, ground="investigation", reasons="An inquiry is under way.", onward="Later."
)


async def test_acknowledging_twice_is_acknowledging_once(world: World) -> None:
    """The second time changes nothing."""
    request = await sent(world)
    first = await acknowledge_request(world.parts, IRIS, request.id)
    world.clock.move(hours=1)
    again = await acknowledge_request(world.parts, HANA, request.id)
    assert first == again
    assert first.state is RequestState.ACKNOWLEDGED


async def test_a_question_and_its_reply_stand_in_the_thread_of_both(world: World) -> None:
    """Each side reads what the other wrote; the entries hold no word of it."""
    request = await sent(world)
    asked = await ask_clarification(world.parts, IRIS, request.id, "Which clinic do you mean?")
    assert asked.state is RequestState.CLARIFYING
    replied = await give_clarification(world.parts, COORDINATOR, request.id, "The one in town.")
    assert replied.state is RequestState.ACKNOWLEDGED
    own = await get_asked(world.parts, COORDINATOR, request.id)
    theirs = await get_received(world.parts, IRIS, request.id)
    assert own.messages == theirs.messages
    assert [(m.agency, m.text) for m in own.messages] == [
        ("te-rohe-health", "Which clinic do you mean?"),
        ("tamariki-care", "The one in town."),
    ]
    with pytest.raises(Conflict):
        await give_clarification(world.parts, COORDINATOR, request.id, "Nobody asked.")
    log = b"".join(await world.leaves())
    assert b"information-request.questioned" in log
    assert b"clinic do you" not in log


@pytest.mark.parametrize("text", ["", " \n", "x" * 20_001])
async def test_a_message_says_something_and_not_everything(world: World, text: str) -> None:
    """A blank or endless one is refused, and changes nothing."""
    request = await sent(world)
    with pytest.raises(InvalidInput):
        await ask_clarification(world.parts, IRIS, request.id, text)
    assert (await stored(world, request)).state is RequestState.SENT


async def test_a_disclosure_goes_out_as_a_pack_like_any_other(world: World) -> None:
    """Checked, sealed, mailed, the password apart; limitations and consultation go with it."""
    request = await sent(world)
    pack = await disclosed(world, IRIS, request)
    assert (pack.kind, pack.agency) == (PackKind.ANSWER, IRIS.agency)
    assert (await stored(world, request)).state is RequestState.ANSWERED
    transfer = await transfer_of(world, pack.id)
    assert transfer.agency == IRIS.agency
    assert transfer.recipient == request.requester
    await delivery.run(world.parts, transfer.id)
    world.clock.move(minutes=11)
    await delivery.run(world.parts, transfer.id)
    assert (await transfer_of(world, pack.id)).state is State.PASSWORD_SENT
    held = unzipped(world.channels.mails[-1][1], world.channels.passwords[-1][2])
    page = held["00-contents.html"].decode()
    assert held["01.pdf"] == b"fictional dates"
    for said in (DISCLOSURE.belief, DISCLOSURE.limitations, TOLD.account):
        assert said in page
    assert "/answer/" not in page
    view = await get_asked(world.parts, COORDINATOR, request.id)
    assert view.answer is not None
    assert (view.answer.kind, view.answer.pack) == (AnswerKind.DISCLOSED, pack.id)
    assert view.answer.limitations == DISCLOSURE.limitations


async def test_what_was_not_asked_for_is_withheld_and_nothing_is_sent(world: World) -> None:
    """All of the answer goes, or none of it, so that it is never taken for more than it is."""
    request = await sent(world)
    pack = await disclosure(world, IRIS, request)
    label = Label(Classification.IN_CONFIDENCE, "Mental health", IRIS.of_agency(), terms_children())
    new = NewDocument("more.pdf", label)
    await add_document(world.parts, IRIS, pack.id, new, chunks(b"not asked for"))
    matrix = await check_pack(world.parts, IRIS, pack.id)
    (allowed, withheld) = matrix.rows[0].decisions
    assert allowed.allowed
    assert [finding.rule for finding in withheld.denials] == ["answer-category-not-asked"]
    with pytest.raises(Refused):
        await give_answer(world.parts, IRIS, request.id, AnswerTerms(AnswerKind.DISCLOSED, pack.id))
    assert (await stored(world, request)).state is RequestState.SENT
    async with world.parts.database.work() as work:
        found = await work.packs.get(pack.id, None)
    assert found is not None
    assert found.sent_at is None


def terms_children() -> tuple[ChildReference, ...]:
    """The child of the sample's request."""
    return (terms().content.subject.reference,)


async def test_consultation_and_belief_are_needed_to_disclose(world: World) -> None:
    """Section 66K and section 66C(b) are the discloser's to answer."""
    request = await sent(world)
    silent = DisclosureTerms("", ConsultationRecord())
    pack = await start_disclosure(world.parts, IRIS, request.id, silent)
    label = Label(
        Classification.IN_CONFIDENCE, "Health appointments", IRIS.of_agency(), terms_children()
    )
    new = NewDocument("appointments.pdf", label)
    await add_document(world.parts, IRIS, pack.id, new, chunks(b"dates"))
    matrix = await check_pack(world.parts, IRIS, pack.id)
    assert {finding.rule for finding in matrix.rows[0].decisions[0].denials} == {
        "consultation-not-stated",
        "statement-without-reasons",
    }


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (AnswerTerms(AnswerKind.DECLINED, reasons="Because."), "ground"),
        (AnswerTerms(AnswerKind.DECLINED, ground="no-such", reasons="Because."), "ground"),
        (AnswerTerms(AnswerKind.DECLINED, ground="harm", reasons=" "), "reasons"),
        (AnswerTerms(AnswerKind.NOT_HELD, ground="harm"), "ground"),
    ],
)
async def test_a_decline_has_a_ground_of_the_form_and_reasons(
    world: World, answer: AnswerTerms, field: str
) -> None:
    """Nothing else is taken, and the request stays open."""
    request = await sent(world)
    with pytest.raises(InvalidInput) as caught:
        await give_answer(world.parts, IRIS, request.id, answer)
    assert caught.value.field == field
    assert (await stored(world, request)).state is RequestState.SENT


async def test_a_decline_and_a_not_held_reach_the_requester_with_their_words(world: World) -> None:
    """Encrypted until they are read."""
    for answer in (DECLINED, AnswerTerms(AnswerKind.NOT_HELD, onward="Ask the clinic.")):
        request = await sent(world)
        done = await give_answer(world.parts, IRIS, request.id, answer)
        assert done.state is RequestState.ANSWERED
        view = await get_asked(world.parts, COORDINATOR, request.id)
        assert view.answer is not None
        assert (view.answer.kind, view.answer.ground) == (answer.kind, answer.ground)
        assert (view.answer.reasons, view.answer.onward) == (answer.reasons, answer.onward)
    log = b"".join(await world.leaves())
    assert b"declined" in log
    assert b"An inquiry" not in log


async def test_a_partial_disclosure_says_why_only_part(world: World) -> None:
    """With a pack and reasons."""
    request = await sent(world)
    pack = await disclosure(world, IRIS, request)
    with pytest.raises(InvalidInput):
        await give_answer(world.parts, IRIS, request.id, AnswerTerms(AnswerKind.PARTLY, pack.id))
    reasons = "The rest is held by the clinic."
    answer = AnswerTerms(AnswerKind.PARTLY, pack.id, reasons=reasons)
    done = await give_answer(world.parts, IRIS, request.id, answer)
    assert done.state is RequestState.ANSWERED


async def test_an_answer_fits_its_pack(world: World) -> None:
    """A disclosure has one, a decline has none, and it is of this request."""
    request, other = await sent(world), await sent(world)
    pack = await disclosure(world, IRIS, request)
    for answer in (
        AnswerTerms(AnswerKind.DISCLOSED),
        AnswerTerms(AnswerKind.NOT_HELD, pack.id),
    ):
        with pytest.raises(Conflict):
            await give_answer(world.parts, IRIS, request.id, answer)
    for identifier in (pack.id, PackId("none"), other.pack):
        answer = AnswerTerms(AnswerKind.DISCLOSED, identifier)
        with pytest.raises(NotFound):
            await give_answer(world.parts, IRIS, other.id, answer)


async def test_a_disclosure_that_cannot_be_delivered_opens_the_request_again(world: World) -> None:
    """Recalled: there was no answer, and another can be given."""
    request = await sent(world)
    pack = await disclosed(world, IRIS, request)
    transfer = await transfer_of(world, pack.id)
    with pytest.raises(NotFound):
        await recall_transfer(world.parts, BEN, transfer.id)
    await recall_transfer(world.parts, HANA, transfer.id)
    again = await stored(world, request)
    assert again.state is RequestState.ACKNOWLEDGED
    view = await get_asked(world.parts, COORDINATOR, request.id)
    assert view.answer is None
    await disclosed(world, IRIS, request)
    assert (await stored(world, request)).state is RequestState.ANSWERED


async def test_only_one_of_two_answers_at_once_counts(world: World) -> None:
    """The other is told that the request is answered."""
    request = await sent(world)
    answers = await asyncio.gather(
        give_answer(world.parts, IRIS, request.id, DECLINED),
        give_answer(world.parts, HANA, request.id, AnswerTerms(AnswerKind.NOT_HELD)),
        return_exceptions=True,
    )
    assert len([a for a in answers if isinstance(a, Refused | Conflict)]) == 1


async def test_a_withdrawn_request_is_not_answered(world: World) -> None:
    """Neither by words nor by documents prepared before."""
    request = await sent(world)
    pack = await disclosure(world, IRIS, request)
    await withdraw_request(world.parts, COORDINATOR, request.id, "")
    for answer in (DECLINED, AnswerTerms(AnswerKind.DISCLOSED, pack.id)):
        with pytest.raises(Conflict):
            await give_answer(world.parts, IRIS, request.id, answer)
    with pytest.raises(Conflict):
        await start_disclosure(world.parts, IRIS, request.id, DISCLOSURE)


@pytest.mark.parametrize("actor", [BEN, COORDINATOR, STRANGER])
async def test_nobody_else_answers(world: World, actor: Actor) -> None:
    """Not another agency's responder, nor the asking side itself."""
    request = await sent(world)
    pack = await disclosure(world, IRIS, request)
    refused = (NotFound, Forbidden)
    with pytest.raises(refused):
        await acknowledge_request(world.parts, actor, request.id)
    with pytest.raises(refused):
        await ask_clarification(world.parts, actor, request.id, "What?")
    with pytest.raises(refused):
        await start_disclosure(world.parts, actor, request.id, DISCLOSURE)
    with pytest.raises(refused):
        await give_answer(world.parts, actor, request.id, DECLINED)
    with pytest.raises(refused):
        await get_pack(world.parts, actor, pack.id)
    with pytest.raises((*refused, Conflict)):
        await send_pack(world.parts, actor, pack.id)
    assert (await stored(world, request)).state is RequestState.SENT


async def test_the_disclosure_is_in_the_account_of_the_child(world: World) -> None:
    """An auditor finds it like any other, with authority and ground."""
    request = await sent(world)
    await delivered(world, request)
    pack = await disclosed(world, IRIS, request)
    transfer = await transfer_of(world, pack.id)
    log = [leaf for leaf in await world.leaves() if transfer.id.encode() in leaf]
    queued = next(leaf for leaf in log if b"transfer.queued" in leaf)
    assert b'"kind":"answer"' in queued
    assert request.id.encode() in queued
    assert b'"ground":"66C(a)(ii)"' in queued
