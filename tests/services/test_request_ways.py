"""Ways back to a request: fresh links, failed deliveries, people who left, recalled answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.requests import HANA, HEALTH, IRIS, delivered, disclosed, sent, stored, transfer_of
from support.world import ADMINISTRATOR, COORDINATOR, STRANGER, World, unzipped

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn
from gateway.domain.information_requests.states import (
    AnswerKind,
    InformationRequest,
    RequestState,
)
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.register import RepresentativeId
from gateway.domain.secret import Secret
from gateway.domain.transfers import State
from gateway.services import delivery
from gateway.services.accounts import TokenTerms, create_token, sign_in
from gateway.services.answer_links import look_at_link, open_link, renew_link, send_code
from gateway.services.information_requests import get_received, withdraw_request
from gateway.services.notices import send_notice
from gateway.services.ports import Deferred, NoticeLetter, Rejected
from gateway.services.request_answers import (
    AnswerTerms,
    ask_clarification,
    give_answer,
    give_clarification,
)
from gateway.services.request_notices import notify, remind
from gateway.services.request_sending import forward_request, readdress_request
from gateway.services.transfers import recall_transfer

NOBODY = Actor(ActorKind.RECIPIENT, None, None, None, "test")
NOT_HELD = AnswerTerms(AnswerKind.NOT_HELD)
HOLDER, REQUESTER = "iris.example@health-region.example", "pat.tauira@tamariki-care.example"
KIM, COLLEAGUE = RepresentativeId("kim-example"), RepresentativeId("hana-sample")


def link_of(notice: NoticeLetter) -> str | None:
    """The token of the link in a notice."""
    for line in notice.lines:
        if "/answer/" in line:
            return line.rsplit("/", 1)[1]
    return None


async def session(world: World, token: str) -> Secret:
    """What the link's code was exchanged for."""
    await send_code(world.parts, NOBODY, token)
    return (await open_link(world.parts, NOBODY, token, world.channels.codes[-1][2])).session


async def by_link(world: World, request: InformationRequest) -> tuple[Actor, Secret]:
    """The holder, who came by a link that was mailed to them."""
    await renew_link(world.parts, COORDINATOR, request.id)
    token = link_of(world.channels.notices[-1])
    assert token is not None
    held = await session(world, token)
    return await sign_in(world.parts, held, "test"), held


async def changed(world: World, person: str, **changes: object) -> None:
    """Something of a representative changes in the register."""
    people = tuple(
        replace(p, **changes) if p.id == person else p  # type: ignore[arg-type]
        for p in world.register.representatives
    )
    world.register = replace(world.register, representatives=people)
    await world.import_register(world.register)


async def left(world: World, person: str = "iris-example") -> None:
    """A representative no longer acts for their agency."""
    await changed(world, person, active_until=world.parts.today() - timedelta(days=1))


async def account(world: World, person: str) -> None:
    """A representative of the health agency can sign in and answer requests."""
    held = TokenTerms(Role.RESPONDER, HEALTH, RepresentativeId(person), timedelta(days=90))
    await create_token(world.parts, ADMINISTRATOR, held)


async def test_a_reply_brings_a_fresh_link(world: World) -> None:
    """Opened once days ago, the holder finds back; the fresh link ends what the old one opened."""
    request = await sent(world)
    holder, held = await by_link(world, request)
    await ask_clarification(world.parts, holder, request.id, "Which clinic?")
    world.clock.move(hours=9)
    await give_clarification(world.parts, COORDINATOR, request.id, "The one in town.")
    await notify(world.parts, request.id, "reply", "N1")
    notice = world.channels.notices[-1]
    token = link_of(notice)
    assert notice.to == HOLDER
    assert request.reference in " ".join(notice.lines)
    assert token is not None
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, held, "test")
    again = await sign_in(world.parts, await session(world, token), "test")
    view = await get_received(world.parts, again, request.id)
    assert view.messages[-1].text == "The one in town."
    with pytest.raises(Conflict):
        await send_code(world.parts, NOBODY, token)


async def test_a_reminder_leaves_a_session_alone_until_its_link_is_opened(world: World) -> None:
    """Whoever is writing an answer just then goes on; opening the fresh link ends the old."""
    request = await sent(world)
    _, held = await by_link(world, request)
    world.clock.move(hours=1)
    await notify(world.parts, request.id, ReminderKind.DUE.value, "N1")
    await sign_in(world.parts, held, "test")
    token = link_of(world.channels.notices[-1])
    assert token is not None
    await session(world, token)
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, held, "test")


async def test_the_mail_before_works_until_the_next_one_is_handed_over(world: World) -> None:
    """A relay that is away voids no link; once it takes the mail, only the newest works."""
    request = await sent(world)
    await renew_link(world.parts, COORDINATOR, request.id)
    first = link_of(world.channels.notices[-1])
    assert first is not None
    world.channels.outcomes = [Deferred("away")]
    with pytest.raises(Exception, match="could not be handed over"):
        await renew_link(world.parts, COORDINATOR, request.id)
    lost = link_of(world.channels.notices[-1])
    assert lost is not None
    await look_at_link(world.parts, first)
    with pytest.raises(NotFound):
        await look_at_link(world.parts, lost)
    await renew_link(world.parts, COORDINATOR, request.id)
    with pytest.raises(NotFound):
        await look_at_link(world.parts, first)


async def test_whoever_signs_in_is_told_where(world: World) -> None:
    """No link is made for them; the requester is told where to look, too."""
    await account(world, "iris-example")
    request = await sent(world)
    await notify(world.parts, request.id, "overdue", "N1")
    holder, requester = world.channels.notices
    assert (holder.to, requester.to) == (HOLDER, REQUESTER)
    assert link_of(holder) is None
    for notice in (holder, requester):
        assert "Sign in at https://gateway.example" in notice.lines[-1]
        assert request.reference in notice.lines[-1]
    assert "withdraw it" in " ".join(requester.lines)
    assert "say that your agency does not hold it" not in " ".join(requester.lines)


async def test_a_colleagues_account_takes_no_link_from_the_holder(world: World) -> None:
    """Hana signs in, Iris does not: the pack to Iris holds a link."""
    await account(world, "hana-sample")
    await delivered(world, await sent(world))
    assert "/answer/" in page_of(world)


def page_of(world: World) -> str:
    """The contents page in the pack that was mailed last."""
    archive, password = world.channels.mails[-1][1], world.channels.passwords[-1][2]
    return unzipped(archive, password)["00-contents.html"].decode()


async def test_every_pack_with_a_request_says_how_to_answer(world: World) -> None:
    """Where there is no link: sign in, or ask. The mail says what it is, and names the request."""
    await account(world, "iris-example")
    request = await sent(world)
    await delivered(world, request)
    page, letter = page_of(world), world.channels.mails[-1][0]
    assert "/answer/" not in page
    assert "Answer the request" in page
    assert "Sign in at https://gateway.example" in page
    assert request.reference in page
    assert request.reference in letter.called
    assert letter.what == f"a request for information, {request.reference}"


async def test_the_mail_with_an_answer_names_the_request_it_answers(world: World) -> None:
    """And not a meeting."""
    request = await sent(world)
    pack = await disclosed(world, IRIS, request)
    await delivery.run(world.parts, (await transfer_of(world, pack.id)).id)
    letter = world.channels.mails[-1][0]
    assert letter.what == f"an answer to your request for information {request.reference}"


async def test_an_answer_that_does_not_arrive_opens_the_request_for_both_sides(
    world: World,
) -> None:
    """The holder gets a fresh link, the requester is told, and reminders are planned again."""
    request = await sent(world)
    holder, _ = await by_link(world, request)
    pack = await disclosed(world, holder, request)
    world.channels.outcomes = [Rejected("550 5.1.1 no such mailbox.")]
    transfer = await transfer_of(world, pack.id)
    await delivery.run(world.parts, transfer.id)
    again = await stored(world, request)
    assert again.state is RequestState.ACKNOWLEDGED
    async with world.parts.database.work() as work:
        reminder = await work.requests.reminder(request.id, ReminderKind.DUE)
    assert reminder is not None
    assert reminder.done_at is None
    world.channels.notices.clear()
    await notify(world.parts, request.id, "answer undelivered", "N1")
    theirs, ours = world.channels.notices
    assert (theirs.to, ours.to) == (HOLDER, REQUESTER)
    assert "no longer holds" in " ".join(ours.lines)
    token = link_of(theirs)
    assert token is not None
    back = await sign_in(world.parts, await session(world, token), "test")
    await give_answer(world.parts, back, request.id, NOT_HELD)
    await send_notice(world.parts, transfer.id, "failed")
    told = " ".join(world.channels.notices[-1].lines)
    assert request.reference in told
    assert "send a new pack" not in told
    assert ".." not in told.replace("...", "")


async def test_a_request_that_does_not_arrive_is_named_in_the_mail_about_it(world: World) -> None:
    """With its own reference, that it is a draft again, and what to do."""
    request = await sent(world)
    world.channels.outcomes = [Rejected("550 no such mailbox")]
    transfer = await transfer_of(world, request.pack)
    await delivery.run(world.parts, transfer.id)
    await send_notice(world.parts, transfer.id, "failed")
    (notice,) = world.channels.notices
    told = " ".join(notice.lines)
    assert request.reference in notice.subject
    assert "is a draft again" in told
    assert "send it again" in told


async def test_whoever_disclosed_by_a_link_can_recall_it(world: World) -> None:
    """While the password has not left; the session does nothing else for an answered request."""
    request = await sent(world)
    holder, held = await by_link(world, request)
    pack = await disclosed(world, holder, request)
    again = await sign_in(world.parts, held, "test")
    with pytest.raises(Conflict):
        await give_answer(world.parts, again, request.id, NOT_HELD)
    transfer = await transfer_of(world, pack.id)
    await recall_transfer(world.parts, again, transfer.id)
    assert (await stored(world, request)).state is RequestState.ACKNOWLEDGED


async def test_the_session_ends_once_nothing_can_be_recalled(world: World) -> None:
    """When the password has left, or where nothing was disclosed."""
    request = await sent(world)
    holder, held = await by_link(world, request)
    pack = await disclosed(world, holder, request)
    transfer = await transfer_of(world, pack.id)
    await delivery.run(world.parts, transfer.id)
    world.clock.move(minutes=11)
    await delivery.run(world.parts, transfer.id)
    assert (await transfer_of(world, pack.id)).state is State.PASSWORD_SENT
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, held, "test")
    other = await sent(world)
    holder, held = await by_link(world, other)
    await give_answer(world.parts, holder, other.id, NOT_HELD)
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, held, "test")


async def test_codes_that_no_gateway_took_are_not_counted(world: World) -> None:
    """An outage uses nothing up; codes that were sent are counted still."""
    request = await sent(world)
    await renew_link(world.parts, COORDINATOR, request.id)
    token = link_of(world.channels.notices[-1])
    assert token is not None
    world.channels.outcomes = [Deferred("away") for _ in range(6)]
    for _ in range(6):
        with pytest.raises(Exception, match="could not be sent now"):
            await send_code(world.parts, NOBODY, token)
    for _ in range(5):
        await send_code(world.parts, NOBODY, token)
    with pytest.raises(Conflict):
        await send_code(world.parts, NOBODY, token)


async def test_by_a_link_a_request_is_not_passed_to_who_cannot_answer(world: World) -> None:
    """Hana has no mobile, and nobody of the agency signs in: refused before anything changes."""
    request = await sent(world)
    holder, held = await by_link(world, request)
    with pytest.raises(InvalidInput) as caught:
        await forward_request(world.parts, holder, request.id, COLLEAGUE, "Yours?")
    assert caught.value.field == "holder"
    assert (await stored(world, request)).holder == request.holder
    await sign_in(world.parts, held, "test")
    await account(world, "hana-sample")
    passed = await forward_request(world.parts, holder, request.id, COLLEAGUE, "")
    assert passed.holder == COLLEAGUE


async def test_what_could_not_be_passed_on_comes_back(world: World) -> None:
    """The colleague's mailbox rejects it: the holder before has it again, and both are told."""
    request = await sent(world)
    await delivered(world, request)
    passed = await forward_request(world.parts, IRIS, request.id, COLLEAGUE, "")
    world.channels.outcomes = [Rejected("550 no such mailbox")]
    await delivery.run(world.parts, (await transfer_of(world, passed.pack)).id)
    back = await stored(world, request)
    assert (back.state, back.holder) == (RequestState.ACKNOWLEDGED, request.holder)
    await notify(world.parts, request.id, "given back", "N1")
    theirs, ours = world.channels.notices
    assert (theirs.to, ours.to) == (HOLDER, REQUESTER)
    token = link_of(theirs)
    assert token is not None
    holder = await sign_in(world.parts, await session(world, token), "test")
    await give_answer(world.parts, holder, request.id, NOT_HELD)


async def test_the_requester_is_told_of_a_holder_who_left(world: World) -> None:
    """In place of the reminder; the mailbox may be somebody else's by then."""
    request = await sent(world)
    await left(world)
    world.clock.move(days=12)
    await remind(world.parts, request.id, ReminderKind.DUE_SOON)
    (notice,) = world.channels.notices
    assert notice.to == REQUESTER
    assert "its holder has left" in notice.subject
    with pytest.raises(Conflict, match="no longer acts"):
        await renew_link(world.parts, COORDINATOR, request.id)


async def test_a_request_is_addressed_to_another_of_the_agency(world: World) -> None:
    """Sealed to them in a pack of its own; the link before is void, and it is recorded."""
    request = await sent(world)
    _, held = await by_link(world, request)
    await changed(world, KIM, email="kim.example@health-region.example")
    await left(world)
    done = await readdress_request(world.parts, COORDINATOR, request.id, KIM)
    assert (done.state, done.holder, len(done.packs)) == (RequestState.SENT, KIM, 2)
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, held, "test")
    assert (await transfer_of(world, request.pack)).state is State.RECALLED
    assert (await delivered(world, done)).state is State.PASSWORD_SENT
    assert world.channels.mails[-1][0].to == "kim.example@health-region.example"
    assert "/answer/" in page_of(world)
    assert b"information-request.readdressed" in b"".join(await world.leaves())


async def test_only_an_open_request_is_addressed_anew_and_to_who_can_answer(world: World) -> None:
    """By the asking agency, to a colleague of the holder who is there and reachable."""
    request = await sent(world)
    for actor in (STRANGER, IRIS, HANA):
        with pytest.raises((NotFound, Forbidden)):
            await readdress_request(world.parts, actor, request.id, KIM)
    for wrong in ("ben-sample", "pat-tauira", "nobody", "hana-sample"):
        with pytest.raises(InvalidInput) as caught:
            await readdress_request(world.parts, COORDINATOR, request.id, RepresentativeId(wrong))
        assert caught.value.field == "holder"
    with pytest.raises(Conflict):
        await readdress_request(world.parts, COORDINATOR, request.id, request.holder)
    await left(world, KIM)
    with pytest.raises(InvalidInput):
        await readdress_request(world.parts, COORDINATOR, request.id, KIM)
    await give_answer(world.parts, IRIS, request.id, NOT_HELD)
    with pytest.raises(Conflict):
        await readdress_request(world.parts, COORDINATOR, request.id, KIM)


async def test_one_that_was_addressed_anew_in_vain_stays_open(world: World) -> None:
    """The agency has read it; the requester is told to name somebody else."""
    request = await sent(world)
    await ask_clarification(world.parts, IRIS, request.id, "Which clinic?")
    await changed(world, KIM, email="kim.example@health-region.example")
    done = await readdress_request(world.parts, COORDINATOR, request.id, KIM)
    world.channels.outcomes = [Rejected("550 no such mailbox")]
    await delivery.run(world.parts, (await transfer_of(world, done.pack)).id)
    assert (await stored(world, request)).state is RequestState.ACKNOWLEDGED
    await notify(world.parts, request.id, "not readdressed", "N1")
    assert [notice.to for notice in world.channels.notices] == [REQUESTER]


async def test_a_withdrawal_is_told_to_who_of_the_agency_can_be_told(world: World) -> None:
    """The holder left; Hana answers requests for the agency, so she is told."""
    await account(world, "hana-sample")
    request = await sent(world)
    await left(world)
    await withdraw_request(world.parts, COORDINATOR, request.id, "")
    await notify(world.parts, request.id, "withdrawn", "N1")
    assert [notice.to for notice in world.channels.notices] == ["hana.sample@health-region.example"]


async def test_the_check_warns_where_nobody_could_answer(world: World) -> None:
    """No mobile, no account; with either of them nothing is said."""
    await changed(world, "iris-example", mobile=None, telephone="+441632960106")
    request = await sent(world)
    warned = b"request-holder-cannot-answer"
    assert warned in b"".join(await world.leaves())
    await account(world, "hana-sample")
    before = b"".join(await world.leaves()).count(warned)
    await sent(world)
    assert b"".join(await world.leaves()).count(warned) == before
    assert request.state is RequestState.SENT
