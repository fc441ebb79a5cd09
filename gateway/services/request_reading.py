"""Reading requests: one side's own, each with its thread and answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.threads import Answer, Message
from gateway.domain.packs import RequestId
from gateway.services.kept_from import children_kept_from
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.request_content import open_answer, open_content, open_message
from gateway.services.request_moves import (
    ASKING_READERS,
    asked_by,
    received_by,
    record_about,
)
from gateway.services.request_storage import RequestFilter
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as one of its two sides sees it."""

    request: InformationRequest
    content: RequestContent
    messages: tuple[Message, ...]
    answer: Answer | None


async def get_asked(parts: Parts, actor: Actor, identifier: RequestId) -> RequestView:
    """A request of the actor's agency, with its thread and answer.

    The privacy officer reads what they may approve; that is recorded.

    Raises:
        NotFound: no such request, or another agency's.
    """
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier, roles=ASKING_READERS)
        if actor.role is Role.PRIVACY_OFFICER:
            await record_about(parts, work, actor, Action.INFORMATION_REQUEST_READ, request)
        return await _view(parts, work, request)


async def get_received(parts: Parts, actor: Actor, identifier: RequestId) -> RequestView:
    """A request to the actor's agency, with its thread and answer; reading it is recorded.

    Raises:
        NotFound: no such request, or not to this agency.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier)
        await record_about(parts, work, actor, Action.INFORMATION_REQUEST_READ, request)
        return await _view(parts, work, request)


async def list_asked(
    parts: Parts, actor: Actor, page: Page, wanted: RequestFilter
) -> Sequence[InformationRequest]:
    """A page of the requests of the actor's agency, oldest first.

    Raises:
        Forbidden: the actor is neither coordinator nor privacy officer.
    """
    if actor.role not in ASKING_READERS or actor.request is not None:
        raise Forbidden("Only a coordinator makes requests.", "Ask your coordinator.")
    async with parts.database.work() as work:
        wanted = replace(wanted, kept_from=await children_kept_from(work, actor))
        return await work.requests.list_asked(actor.of_agency(), page, wanted)


async def list_received(
    parts: Parts, actor: Actor, page: Page, wanted: RequestFilter
) -> Sequence[InformationRequest]:
    """A page of the requests to the actor's agency, oldest first.

    Whoever came by a one-time link sees the one request it is for.

    Raises:
        Forbidden: the actor answers no requests.
    """
    if actor.role is not Role.RESPONDER:
        raise Forbidden("Only a responder answers requests.", "Ask your agency's responder.")
    async with parts.database.work() as work:
        if actor.request is not None:
            only = await received_by(work, actor, actor.request)
            before = page.after is not None and only.id <= page.after
            return [only] if wanted.takes(only) and not before else []
        wanted = replace(wanted, kept_from=await children_kept_from(work, actor))
        return await work.requests.list_received(actor.of_agency(), page, wanted)


async def _view(parts: Parts, work: Work, request: InformationRequest) -> RequestView:
    return RequestView(
        request=request,
        content=await open_content(parts, work, request.id),
        messages=tuple(
            open_message(parts, stored) for stored in await work.requests.messages(request.id)
        ),
        answer=await open_answer(parts, work, request.id),
    )
