"""One-time links to a request, for a holder whose agency has no accounts here.

The link stands in the sealed pack that carries the request. It opens nothing by itself: a code is
texted to the holder's registered mobile, and exchanged once for a bearer token that answers this
one request and expires. Each link is used once, and the gateway mails a fresh one with every notice
to such a holder, so that they find back; opening one ends what an earlier one opened.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.audit.entries import Outcome as Ending
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from gateway.domain.information_requests.states import Answered, InformationRequest
from gateway.domain.packs import RequestId
from gateway.domain.register import Representative
from gateway.domain.secret import Secret
from gateway.domain.transfers import State
from gateway.services import secrets
from gateway.services.answer_link_offers import renew_link
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.ports import Accepted
from gateway.services.request_moves import record_about
from gateway.services.request_storage import AnswerLink
from gateway.services.storage import Work

__all__ = [
    "LinkHolder",
    "LinkView",
    "Opened",
    "holder_of_session",
    "look_at_link",
    "open_link",
    "renew_link",
    "send_code",
]

_SESSION = "answer session"
_CODE = "answer code"
_RECALLABLE = frozenset({State.QUEUED, State.SEALED, State.MAILED})


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a link shows before it is opened: nothing of the request but its reference.

    Attributes:
        mobile_ends: the last three digits of the number a code is sent to.
    """

    reference: str
    asking_agency: str
    mobile_ends: str
    opened: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """What the code was exchanged for: a bearer token, when it expires, and for which request."""

    session: Secret
    expires_at: datetime
    request: RequestId


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Who came by a link, with their name and their agency's."""

    actor: Actor
    name: str
    agency: str


@dataclass(frozen=True, slots=True)
class _Found:
    link: AnswerLink
    request: InformationRequest
    holder: Representative


async def look_at_link(parts: Parts, token: str) -> LinkView:
    """What a link leads to; looking changes nothing, so scanners may.

    Raises:
        NotFound: no such link, or it is over.
    """
    async with parts.database.work() as work:
        found = await _find(parts, work, token)
        agency = await work.register.agency(found.request.agency)
        return LinkView(
            reference=found.request.reference,
            asking_agency=agency.name if agency else found.request.agency,
            mobile_ends=(found.holder.mobile or "")[-3:],
            opened=found.link.session_digest is not None,
        )


async def send_code(parts: Parts, actor: Actor, token: str) -> None:
    """Text a fresh code to the holder's mobile; an earlier code is void.

    Only codes that the SMS gateway took are counted.

    Raises:
        NotFound: no such link, or it is over. Conflict: it was opened, or too many codes were sent.
        Unavailable: the text could not be sent now.
    """
    code = parts.identifiers.acknowledgement_code()
    now = parts.clock.now()
    async with parts.database.work() as work:
        found = await _find(parts, work, token, lock=True)
        _require_unopened(found.link)
        if found.link.codes_sent >= parts.rules.codes_limit:
            raise _worn_out()
        link = replace(
            found.link,
            code_digest=_code_digest(parts, code.reveal()),
            code_expires_at=now + parts.rules.code_life,
            codes_sent=found.link.codes_sent + 1,
        )
        await work.links.update(link)
        detail: dict[str, JSON] = {"codes_sent": link.codes_sent}
        action = Action.ANSWER_LINK_CODE_SENT
        await record_about(parts, work, actor, action, found.request, detail)
        agency = await work.register.agency(found.request.agency)
    if parts.texter is None or found.holder.mobile is None:
        await _give_back(parts, actor, link.digest)
        raise Unavailable(
            "This gateway cannot send text messages.", "Ask the requester to telephone you."
        )
    name = agency.name if agency else found.request.agency
    sent = await parts.texter.send_code(found.holder.mobile, found.request.reference, name, code)
    if not isinstance(sent, Accepted):
        await _give_back(parts, actor, link.digest)
        raise Unavailable("The text message could not be sent now.", "Try again in a few minutes.")


async def _give_back(parts: Parts, actor: Actor, digest: bytes) -> None:
    """Count a code no more that the SMS gateway did not take."""
    async with parts.database.work() as work:
        link = await work.links.by_digest(digest, lock=True)
        request = await work.requests.asked(link.request, None) if link else None
        if link is None or request is None:
            return
        left = replace(link, codes_sent=max(link.codes_sent - 1, 0))
        await work.links.update(left)
        detail: dict[str, JSON] = {"codes_sent": left.codes_sent}
        action, failure = Action.ANSWER_LINK_CODE_SENT, Ending.FAILURE
        await record_about(parts, work, actor, action, request, detail, outcome=failure)


async def open_link(parts: Parts, actor: Actor, token: str, typed: str) -> Opened:
    """Exchange the code for a bearer token, once, and say when that expires.

    Raises:
        NotFound: no such link, or it is over.
        InvalidInput: the code is wrong or too old; the two are not told apart.
        Conflict: the link was opened before, or too many wrong codes were tried.
    """
    session = parts.identifiers.token()
    now = parts.clock.now()
    async with parts.database.work() as work:
        found = await _find(parts, work, token, lock=True)
        link = found.link
        _require_unopened(link)
        if link.wrong_codes >= parts.rules.wrong_codes_limit:
            raise _worn_out()
        held = link.code_digest or b""
        right = hmac.compare_digest(_code_digest(parts, typed), held)
        if right and link.code_expires_at is not None and now < link.code_expires_at:
            opened = replace(
                link,
                code_digest=None,
                code_expires_at=None,
                session_digest=_session_digest(parts, session.reveal()),
                session_expires_at=min(now + parts.rules.session_life, link.expires_at),
            )
            await work.links.update(opened)
            await work.links.retire_others(opened, sessions=True)
            action = Action.ANSWER_LINK_OPENED
            await record_about(parts, work, actor, action, found.request)
            return Opened(session, opened.session_expires_at or now, found.request.id)
        await work.links.update(replace(link, wrong_codes=link.wrong_codes + 1))
        detail: dict[str, JSON] = {"wrong_codes": link.wrong_codes + 1}
        action, failure = Action.ANSWER_LINK_CODE_REJECTED, Ending.FAILURE
        await record_about(parts, work, actor, action, found.request, detail, outcome=failure)
    raise InvalidInput(
        "The code is not right, or too old.",
        "Type it as it stands in the text message, or ask for another.",
        field="code",
    )


async def leave(parts: Parts, text: Secret) -> None:
    """End what a link's bearer token opens, whatever is left of its time."""
    async with parts.database.work() as work:
        link = await work.links.by_session(_session_digest(parts, text.reveal()))
        if link is not None:
            await work.links.update(replace(link, session_expires_at=parts.clock.now()))


async def holder_of_session(parts: Parts, text: Secret, source: str) -> LinkHolder | None:
    """The holder that a link's bearer token stands for; None if it stands for nobody now.

    After an answer that discloses, it stands for them as long as that can be recalled.
    """
    digest = _session_digest(parts, text.reveal())
    now = parts.clock.now()
    async with parts.database.work() as work:
        link = await work.links.by_session(digest)
        if link is None or link.session_expires_at is None or now >= link.session_expires_at:
            return None
        request = await work.requests.asked(link.request, None)
        if request is None or request.holder != link.holder:
            return None
        if not request.state.is_open and not await _may_recall(work, request):
            return None
        holder = (await work.register.representatives([link.holder])).get(link.holder)
        if holder is None or not holder.is_active_on(parts.today()):
            return None
        if holder.agency != request.holding_agency:
            return None
        agency = await work.register.agency(holder.agency)
    actor = Actor(
        ActorKind.RECIPIENT,
        Role.RESPONDER,
        holder.agency,
        holder.id,
        source,
        request=request.id,
    )
    return LinkHolder(actor, holder.name, agency.name if agency else holder.agency)


async def _may_recall(work: Work, request: InformationRequest) -> bool:
    """Whether what was disclosed has not gone so far that nobody can call it back."""
    if not isinstance(request.progress, Answered) or request.progress.pack is None:
        return False
    sent = await work.transfers.list(
        request.holding_agency, Page(limit=1), pack=request.progress.pack
    )
    return any(transfer.state in _RECALLABLE for transfer in sent)


async def _find(parts: Parts, work: Work, token: str, *, lock: bool = False) -> _Found:
    link = await work.links.by_digest(secrets.answer_digest(parts, token), lock=lock)
    if link is not None and parts.clock.now() < link.expires_at:
        request = await work.requests.asked(link.request, None)
        holder = (await work.register.representatives([link.holder])).get(link.holder)
        if (
            request is not None
            and request.state.is_open
            and request.holder == link.holder
            and holder is not None
            and holder.is_active_on(parts.today())
        ):
            return _Found(link, request, holder)
    raise NotFound(
        "This link leads nowhere, or the request it was for is over.",
        "Ask the agency that sent the request.",
    )


def _require_unopened(link: AnswerLink) -> None:
    if link.session_digest is not None:
        raise Conflict(
            "This link was used already.", "Ask the agency that sent the request for another."
        )


def _worn_out() -> Conflict:
    return Conflict(
        "Too many codes were sent, or tried, for this link.",
        "Ask the agency that sent the request for another.",
    )


def _code_digest(parts: Parts, typed: str) -> bytes:
    folded = typed.upper().translate(str.maketrans("OIL", "011", " -"))
    return parts.vault.digest(_CODE, folded)


def _session_digest(parts: Parts, text: str) -> bytes:
    return parts.vault.digest(_SESSION, text)
