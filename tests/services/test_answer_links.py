"""One-time links: a code by text, exchanged once, for one request and a while."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.requests import (
    BEN,
    IRIS,
    delivered,
    disclosed,
    disclosure,
    sent,
    stored,
)
from support.world import ADMINISTRATOR, COORDINATOR, STRANGER, World, unzipped

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn
from gateway.domain.information_requests.reporting import Quarter
from gateway.domain.information_requests.states import (
    AnswerKind,
    InformationRequest,
    RequestState,
)
from gateway.domain.register import RepresentativeId
from gateway.domain.secret import Secret
from gateway.services.accounts import TokenTerms, create_token, sign_in
from gateway.services.answer_links import look_at_link, open_link, renew_link, send_code
from gateway.services.information_requests import get_received, list_received, withdraw_request
from gateway.services.packs import get_pack
from gateway.services.paging import Page
from gateway.services.ports import Deferred
from gateway.services.request_answers import AnswerTerms, give_answer
from gateway.services.request_reports import response_times_of
from gateway.services.request_sending import forward_request
from gateway.services.request_storage import RequestFilter
from gateway.services.transfers import list_transfers

NOBODY = Actor(ActorKind.RECIPIENT, None, None, None, "test")
NOT_HELD = AnswerTerms(AnswerKind.NOT_HELD)


def link_in(world: World) -> str | None:
    """The token of the one-time link in the pack that was mailed last."""
    archive, password = world.channels.mails[-1][1], world.channels.passwords[-1][2]
    page = unzipped(archive, password)["00-contents.html"].decode()
    found = re.search(r"https://gateway\.example/answer/([\w-]+)", page)
    return found[1] if found else None


async def linked(world: World) -> tuple[InformationRequest, str]:
    """A request that was delivered, and the link its holder found in it."""
    request = await sent(world)
    await delivered(world, request)
    token = link_in(world)
    assert token is not None
    return request, token


async def opened(world: World, token: str) -> Actor:
    """Whoever the link's bearer token stands for."""
    await send_code(world.parts, NOBODY, token)
    session = await open_link(world.parts, NOBODY, token, world.channels.codes[-1][2])
    return await sign_in(world.parts, session.session, "test")


async def test_a_holder_without_an_account_answers_by_the_link(world: World) -> None:
    """The code comes to the registered mobile; what it opens reads and answers the request."""
    request, token = await linked(world)
    view = await look_at_link(world.parts, token)
    assert (view.reference, view.mobile_ends) == (request.reference, "106")
    holder = await opened(world, token)
    assert world.channels.codes[0][0] == "+447700900106"
    assert (holder.role, holder.agency, holder.request) == (
        Role.RESPONDER,
        request.holding_agency,
        request.id,
    )
    assert (await get_received(world.parts, holder, request.id)).content.items
    await disclosed(world, holder, request)
    assert (await stored(world, request)).state is RequestState.ANSWERED


async def test_an_agency_with_a_responder_gets_no_link(world: World) -> None:
    """It signs in instead."""
    assert IRIS.agency is not None
    held = TokenTerms(Role.RESPONDER, IRIS.agency, IRIS.representative, timedelta(days=9))
    await create_token(world.parts, ADMINISTRATOR, held)
    await delivered(world, await sent(world))
    assert link_in(world) is None


async def test_looking_and_waiting_change_nothing(world: World) -> None:
    """A scanner that follows the link, or asks often, opens nothing."""
    request, token = await linked(world)
    before = len(await world.leaves())
    for _ in range(3):
        assert not (await look_at_link(world.parts, token)).opened
    assert len(await world.leaves()) == before
    assert world.channels.codes == []
    assert (await stored(world, request)).state is RequestState.SENT


async def test_a_link_works_once(world: World) -> None:
    """Neither the code nor the link opens anything a second time, also not at once."""
    _, token = await linked(world)
    await send_code(world.parts, NOBODY, token)
    code = world.channels.codes[-1][2]
    tried = await asyncio.gather(
        *(open_link(world.parts, NOBODY, token, code) for _ in range(3)), return_exceptions=True
    )
    assert len([one for one in tried if isinstance(one, Conflict)]) == 2
    with pytest.raises(Conflict):
        await send_code(world.parts, NOBODY, token)
    assert (await look_at_link(world.parts, token)).opened


async def test_wrong_and_old_codes_open_nothing(world: World) -> None:
    """They read alike; ten wrong ones close the link."""
    _, token = await linked(world)
    with pytest.raises(InvalidInput) as unsent:
        await open_link(world.parts, NOBODY, token, "0000-0000-0000")
    await send_code(world.parts, NOBODY, token)
    code = world.channels.codes[-1][2]
    world.clock.move(minutes=11)
    with pytest.raises(InvalidInput) as old:
        await open_link(world.parts, NOBODY, token, code)
    assert (old.value.message, old.value.field) == (unsent.value.message, "code")
    await send_code(world.parts, NOBODY, token)
    with pytest.raises(InvalidInput):
        await open_link(world.parts, NOBODY, token, code)  # the first one is void now
    for _ in range(7):
        with pytest.raises(InvalidInput):
            await open_link(world.parts, NOBODY, token, "wrong")
    with pytest.raises(Conflict):
        await open_link(world.parts, NOBODY, token, world.channels.codes[-1][2])


async def test_codes_are_not_sent_without_end(world: World) -> None:
    """Five for one link."""
    _, token = await linked(world)
    for _ in range(5):
        await send_code(world.parts, NOBODY, token)
    with pytest.raises(Conflict):
        await send_code(world.parts, NOBODY, token)
    assert len(world.channels.codes) == 5


async def test_a_text_that_could_not_be_sent_is_told(world: World) -> None:
    """And another code can be asked for."""
    _, token = await linked(world)
    world.channels.outcomes = [Deferred("busy")]
    with pytest.raises(Exception, match="could not be sent now"):
        await send_code(world.parts, NOBODY, token)
    await opened(world, token)


async def test_what_a_link_opens_is_one_request_and_nothing_else(world: World) -> None:
    """No other request of the agency, no pack, no transfer, no report."""
    request, token = await linked(world)
    other = await sent(world)
    holder = await opened(world, token)
    listed = await list_received(world.parts, holder, Page(), RequestFilter())
    assert [one.id for one in listed] == [request.id]
    with pytest.raises(NotFound):
        await get_received(world.parts, holder, other.id)
    with pytest.raises(NotFound):
        await give_answer(world.parts, holder, other.id, NOT_HELD)
    pack = await disclosure(world, IRIS, other)
    with pytest.raises(NotFound):
        await get_pack(world.parts, holder, pack.id)
    with pytest.raises(Forbidden):
        await response_times_of(world.parts, holder, Quarter(2026, 4))
    with pytest.raises(InvalidInput):
        await list_transfers(world.parts, holder, Page())
    with pytest.raises(NotFound):
        await list_transfers(world.parts, holder, Page(), pack=pack.id)


async def test_what_a_link_opened_ends(world: World) -> None:
    """After its hours, and with the request."""
    request, token = await linked(world)
    await send_code(world.parts, NOBODY, token)
    session = await open_link(world.parts, NOBODY, token, world.channels.codes[-1][2])
    await sign_in(world.parts, session.session, "test")
    world.clock.move(hours=8, minutes=1)
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, session.session, "test")
    await renew_link(world.parts, COORDINATOR, request.id)
    fresh = world.channels.notices[-1].lines[-1].rsplit("/", 1)[1]
    holder = await opened(world, fresh)
    with pytest.raises(NotFound):
        await look_at_link(world.parts, token)
    await give_answer(world.parts, holder, request.id, NOT_HELD)
    with pytest.raises(NotFound):
        await look_at_link(world.parts, fresh)


@pytest.mark.parametrize("how", ["withdrawn", "forwarded", "left"])
async def test_a_link_is_void_once_it_is_not_the_holders_any_more(world: World, how: str) -> None:
    """Withdrawn, passed on to another, or the holder gone."""
    request, token = await linked(world)
    await send_code(world.parts, NOBODY, token)
    code = world.channels.codes[-1][2]
    session = await open_link(world.parts, NOBODY, token, code)
    if how == "withdrawn":
        await withdraw_request(world.parts, COORDINATOR, request.id, "")
    elif how == "forwarded":
        await forward_request(world.parts, IRIS, request.id, RepresentativeId("hana-sample"), "")
    else:
        people = tuple(
            replace(p, active_until=p.active_from) if p.id == request.holder else p
            for p in world.register.representatives
        )
        await world.import_register(replace(world.register, representatives=people))
    with pytest.raises(NotSignedIn):
        await sign_in(world.parts, session.session, "test")
    with pytest.raises(NotFound):
        await look_at_link(world.parts, token)


@pytest.mark.parametrize("actor", [STRANGER, BEN, IRIS])
async def test_only_the_requester_renews_a_link(world: World, actor: Actor) -> None:
    """Nobody else makes the gateway mail one."""
    request, _ = await linked(world)
    with pytest.raises((NotFound, Forbidden)):
        await renew_link(world.parts, actor, request.id)
    assert world.channels.notices == []


async def test_a_token_nobody_made_opens_nothing(world: World) -> None:
    """Nor does a link's token serve as a bearer token."""
    _, token = await linked(world)
    with pytest.raises(NotFound):
        await look_at_link(world.parts, "no-such-token")
    for text in (token, "no-such-token"):
        with pytest.raises(NotSignedIn):
            await sign_in(world.parts, Secret(text), "test")
