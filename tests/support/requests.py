"""Requests for information in tests: the sample's, sent, delivered, and who answers them."""

from dataclasses import replace
from datetime import date

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.classification import Classification
from gateway.domain.information_requests.content import ConsultationRecord
from gateway.domain.information_requests.states import AnswerKind, InformationRequest
from gateway.domain.packs import Label, Pack
from gateway.domain.register import AgencyId, ChildReference, RepresentativeId
from gateway.domain.transfers import Transfer
from gateway.files.request import parse_request
from gateway.services import delivery
from gateway.services.information_requests import RequestTerms, create_request
from gateway.services.paging import Page
from gateway.services.request_answers import (
    AnswerTerms,
    DisclosureTerms,
    give_answer,
    start_disclosure,
)
from gateway.services.request_sending import send_request
from gateway.services.uploads import NewDocument, add_document
from support.world import COORDINATOR, SAMPLE, World, chunks

DUE = date(2026, 12, 15)  # two weeks after the world begins
CHILD = ChildReference("child-7f3a")
HEALTH, POLICE = AgencyId("te-rohe-health"), AgencyId("regional-police")
SECOND = replace(COORDINATOR, representative=RepresentativeId("aroha-tauira"))


def responder(person: str, agency: AgencyId) -> Actor:
    """A responder of an agency."""
    return Actor(ActorKind.PERSON, Role.RESPONDER, agency, RepresentativeId(person), "test")


IRIS = responder("iris-example", HEALTH)
HANA = responder("hana-sample", HEALTH)
BEN = responder("ben-sample", POLICE)
TOLD = ConsultationRecord(consulted=True, whom="His grandmother", account="She agrees.")
DISCLOSURE = DisclosureTerms("The dates show what help is needed.", TOLD, "Private visits lack.")


def terms(**changes: object) -> RequestTerms:
    """The sample's request to the health agency, due two weeks after the world begins."""
    parsed = parse_request((SAMPLE / "request-health.toml").read_bytes())
    return replace(replace(parsed, due_on=DUE), **changes)  # type: ignore[arg-type]


async def drafted(world: World, **changes: object) -> InformationRequest:
    """A draft of the lead agency."""
    return await create_request(world.parts, COORDINATOR, terms(**changes))


async def sent(world: World, **changes: object) -> InformationRequest:
    """A request on its way."""
    draft = await drafted(world, **changes)
    return await send_request(world.parts, COORDINATOR, draft.id)


async def stored(world: World, request: InformationRequest) -> InformationRequest:
    """The request as it is stored now."""
    async with world.parts.database.work() as work:
        found = await work.requests.asked(request.id, None)
    assert found is not None
    return found


async def transfer_of(world: World, pack: str | None) -> Transfer:
    """The one transfer of a request's or an answer's pack."""
    assert pack is not None
    async with world.parts.database.work() as work:
        found = await work.packs.get(pack, None)  # type: ignore[arg-type]
        assert found is not None
        (transfer,) = await work.transfers.list(found.agency, Page(), pack=found.id)
    return transfer


async def delivered(world: World, request: InformationRequest) -> Transfer:
    """Mail the request and release its password."""
    transfer = await transfer_of(world, request.pack)
    await delivery.run(world.parts, transfer.id)
    world.clock.move(minutes=11)
    await delivery.run(world.parts, transfer.id)
    return await transfer_of(world, request.pack)


async def disclosure(world: World, actor: Actor, request: InformationRequest) -> Pack:
    """A pack with a document that answers the request."""
    pack = await start_disclosure(world.parts, actor, request.id, DISCLOSURE)
    label = Label(Classification.IN_CONFIDENCE, "Health appointments", actor.of_agency(), (CHILD,))
    new = NewDocument("appointments.pdf", label)
    await add_document(world.parts, actor, pack.id, new, chunks(b"fictional dates"))
    return pack


async def disclosed(world: World, actor: Actor, request: InformationRequest) -> Pack:
    """The request, answered with a document."""
    pack = await disclosure(world, actor, request)
    answer = AnswerTerms(AnswerKind.DISCLOSED, pack.id)
    await give_answer(world.parts, actor, request.id, answer)
    return pack
