"""One-time links to a request, for a holder whose agency has no accounts here.

The link stands in the sealed pack that carries the request. It opens nothing by itself: a code is
texted to the holder's registered mobile, and exchanged once for a bearer token that answers this
one request and expires.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.audit.entries import Outcome as Ending
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from gateway.domain.information_requests import timing
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import RequestId
from gateway.domain.register import Representative
from gateway.domain.secret import Secret
from gateway.services import secrets
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, NoticeLetter
from gateway.services.request_moves import asked_by, record_about
from gateway.services.request_storage import AnswerLink
from gateway.services.storage import Work

_SESSION = "answer session"
_CODE = "answer code"


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
        raise Unavailable(
            "This gateway cannot send text messages.", "Ask the requester to telephone you."
        )
    name = agency.name if agency else found.request.agency
    sent = await parts.texter.send_code(found.holder.mobile, found.request.reference, name, code)
    if not isinstance(sent, Accepted):
        raise Unavailable("The text message could not be sent now.", "Try again in a few minutes.")


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


async def holder_of_session(parts: Parts, text: Secret, source: str) -> LinkHolder | None:
    """The holder that a link's bearer token stands for; None if it stands for nobody now."""
    digest = _session_digest(parts, text.reveal())
    now = parts.clock.now()
    async with parts.database.work() as work:
        link = await work.links.by_session(digest)
        if link is None or link.session_expires_at is None or now >= link.session_expires_at:
            return None
        request = await work.requests.asked(link.request, None)
        if request is None or request.holder != link.holder:
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


async def renew_link(parts: Parts, actor: Actor, identifier: RequestId) -> None:
    """Mail the holder a fresh link; the earlier one, and what it opened, are void.

    The link goes by mail, the code it asks for by text: neither is of use alone.

    Raises:
        NotFound: no such request, or another agency's.
        Conflict: it is not open, or links are switched off, or the holder has no mobile.
        Unavailable: the mail could not be handed over now.
    """
    token = parts.identifiers.token()
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier, lock=True)
        holder = (await work.register.representatives([request.holder]))[request.holder]
        base = parts.rules.link_base
        reachable = holder.mobile is not None and holder.is_active_on(parts.today())
        if not request.state.is_open or base is None or not reachable:
            raise Conflict(
                "No link can be made: the request is not open, links are switched off, or the "
                "holder has no mobile or has left.",
                "Look at the request's state and at the holder in the register.",
            )
        agency = await work.register.agency(request.holding_agency)
        link = AnswerLink(
            digest=secrets.answer_digest(parts, token.reveal()),
            request=request.id,
            holder=holder.id,
            expires_at=expires_at(parts, request, agency.region if agency else None),
        )
        await work.links.add(link)
        detail: dict[str, JSON] = {"expires_at": link.expires_at.isoformat(timespec="seconds")}
        await record_about(parts, work, actor, Action.ANSWER_LINK_MADE, request, detail)
    letter = NoticeLetter(
        message_id=f"{parts.identifiers.new().lower()}@{parts.rules.message_domain}",
        to=holder.email,
        reference=request.reference,
        subject=f"Request {request.reference}: a new link to answer it",
        lines=(
            f"This link opens request {request.reference} once, with a code sent to your mobile:",
            f"{base}/answer/{token.reveal()}",
        ),
        date=parts.clock.now(),
    )
    if not isinstance(await parts.mailer.send_notice(letter), Accepted):
        raise Unavailable("The mail could not be handed over now.", "Ask for a link once more.")


def expires_at(parts: Parts, request: InformationRequest, region: str | None) -> datetime:
    """When a request of this holding agency's region expires, and its links with it."""
    due = request.due_on or parts.today()
    return timing.expires_at(due, region, parts.rules.zone, parts.rules.reminders, parts.calendar)
