"""Making fresh one-time links to a request, and mailing them to its holder."""

from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, Unavailable
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import RequestId
from gateway.domain.register import Representative
from gateway.services import secrets
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter, Outcome
from gateway.services.request_moves import asked_by, record_about
from gateway.services.request_reach import can_use_link
from gateway.services.request_storage import AnswerLink
from gateway.services.request_times import expires_at, region_of
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class OfferedLink:
    """A fresh link that is to be mailed, and what the mail says of it."""

    link: AnswerLink
    lines: tuple[str, ...]


async def offer_link(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, holder: Representative
) -> OfferedLink:
    """Make a further link for the holder; `handed_over` says what came of mailing it."""
    token = parts.identifiers.token()
    link = AnswerLink(
        digest=secrets.answer_digest(parts, token.reveal()),
        request=request.id,
        holder=holder.id,
        expires_at=expires_at(parts, request, await region_of(work, request)),
    )
    await work.links.offer(link)
    detail: dict[str, JSON] = {"expires_at": link.expires_at.isoformat(timespec="seconds")}
    await record_about(parts, work, actor, Action.ANSWER_LINK_MADE, request, detail)
    lines = (
        f"This link opens request {request.reference} once, with a code sent to your mobile:",
        f"{parts.rules.link_base}/answer/{token.reveal()}",
    )
    return OfferedLink(link, lines)


async def handed_over(work: Work, link: AnswerLink, outcome: Outcome, *, sessions: bool) -> None:
    """Make the earlier links void once a fresh one is on its way; forget one that is not.

    `sessions` ends what earlier ones opened, too.
    """
    if isinstance(outcome, Accepted):
        await work.links.retire_others(link, sessions=sessions)
    elif not (isinstance(outcome, Deferred) and outcome.uncertain):
        await work.links.drop(link)


async def renew_link(parts: Parts, actor: Actor, identifier: RequestId) -> None:
    """Mail the holder a fresh link; the earlier one, and what it opened, are void then.

    The link goes by mail, the code it asks for by text: neither is of use alone.

    Raises:
        NotFound: no such request, or another agency's.
        Conflict: it is not open, or links are switched off, or the holder has no mobile or has
            left.
        Unavailable: the mail could not be handed over now; the earlier link works still.
    """
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier, lock=True)
        holder = (await work.register.representatives([request.holder]))[request.holder]
        _require_linkable(parts, request, holder)
        offered = await offer_link(parts, work, actor, request, holder)
    letter = NoticeLetter(
        message_id=f"{parts.identifiers.new().lower()}@{parts.rules.message_domain}",
        to=holder.email,
        reference=request.reference,
        subject=f"Request {request.reference}: a new link to answer it",
        lines=offered.lines,
        date=parts.clock.now(),
    )
    outcome = await parts.mailer.send_notice(letter)
    async with parts.database.work() as work:
        await handed_over(work, offered.link, outcome, sessions=True)
    if not isinstance(outcome, Accepted):
        raise Unavailable("The mail could not be handed over now.", "Ask for a link once more.")


def _require_linkable(parts: Parts, request: InformationRequest, holder: Representative) -> None:
    if not request.state.is_open:
        raise Conflict(
            f"This request is {request.state.value}, so no link to it is of use.",
            "Look at the request's state.",
        )
    if not holder.is_active_on(parts.today()):
        raise Conflict(
            "The holder no longer acts for the agency that is asked.",
            "Address the request to another of that agency's people.",
        )
    if not can_use_link(parts, holder):
        raise Conflict(
            "No link can be made: links are switched off, or the holder has no mobile.",
            "Have the holder's mobile registered, or telephone them.",
        )
