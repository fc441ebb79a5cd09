"""Telling the coordinator that a transfer ended otherwise than hoped."""

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.domain.information_requests.states import InformationRequest, RequestState
from gateway.domain.packs import Pack, PackKind
from gateway.domain.transfers import Expired, Failed, Refused, Transfer, TransferId
from gateway.services.auditing import about, brief, record
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter

_BOUNCED = "bounced"


async def send_notice(parts: Parts, identifier: TransferId, kind: str) -> None:
    """Mail the pack's contact what became of a transfer, by reference only.

    Raises:
        Unavailable: the mail could not be handed over now; the work is to be repeated.
    """
    async with parts.database.work() as work:
        transfer = await work.transfers.get(identifier, None)
        pack = await work.packs.get(transfer.pack, None) if transfer else None
        if transfer is None or pack is None:
            return
        contact = (await work.register.representatives([pack.contact])).get(pack.contact)
        if contact is None:
            return
        request = await work.requests.carried_by(pack.id)
    local, _, domain = transfer.message_id.partition("@")
    letter = NoticeLetter(
        message_id=f"{local}.{kind.replace(' ', '-')}@{domain}",
        to=contact.email,
        reference=request.reference if request else transfer.reference,
        subject=f"Mail of transfer {transfer.reference} came back"
        if kind == _BOUNCED
        else _subject(transfer, pack, request),
        lines=_came_back(transfer)
        if kind == _BOUNCED
        else (*_lines(transfer), *_next(transfer, pack, request)),
        date=transfer.entered_at,
    )
    outcome = await parts.mailer.send_notice(letter)
    if isinstance(outcome, Deferred):
        raise Unavailable(brief(outcome.reason), "The notice will be tried again.")
    async with parts.database.work() as work:
        taken = isinstance(outcome, Accepted)
        detail: dict[str, JSON] = {"kind": kind, "accepted": taken}
        await record(
            parts,
            work,
            WORKER,
            Action.NOTICE_SENT,
            about(parts, transfer),
            detail,
            agency=transfer.agency,
        )


def _subject(transfer: Transfer, pack: Pack, request: InformationRequest | None) -> str:
    if request is None:
        return f"Transfer {transfer.reference}: {transfer.state.value}"
    what = "answer to request" if pack.kind is PackKind.ANSWER else "request"
    return f"The {what} {request.reference}: transfer {transfer.reference} {transfer.state.value}"


def _lines(transfer: Transfer) -> tuple[str, ...]:
    """What happened, one paragraph each; no name, no content."""
    match transfer.progress:
        case Failed(reason=reason):
            what = reason.rstrip(". ")
            return (
                f"Transfer {transfer.reference} could not be completed: {what}.",
                "The password will not be sent and has been destroyed.",
            )
        case Refused(rules=rules):
            return (
                f"Transfer {transfer.reference} was stopped by the check just before it left.",
                f"Rules: {', '.join(rules)}.",
                "The password will not be sent and has been destroyed.",
            )
        case Expired():
            return (f"Nobody acknowledged transfer {transfer.reference} in the time allowed.",)
        case _:
            return (f"Transfer {transfer.reference} is {transfer.state.value}.",)


def _came_back(transfer: Transfer) -> tuple[str, ...]:
    """That a mail came back too late to stop the password."""
    return (
        f"A mail of transfer {transfer.reference} came back, too late to stop the password.",
        "The recipient may have only one of pack and password. Telephone them.",
        "The audit log says which mail it was, and why.",
    )


def _next(transfer: Transfer, pack: Pack, request: InformationRequest | None) -> tuple[str, ...]:
    """What to do, in the words of what was sent: a meeting pack, a request or an answer."""
    if request is not None and pack.kind is PackKind.ANSWER:
        return (_after_answer(request),)
    if request is not None:
        return (_after_request(request),)
    match transfer.progress:
        case Failed():
            return (
                "Check the recipient's address and number in the register, then send a new pack.",
            )
        case Refused():
            return ("The check of a new pack says what would mend it.",)
        case Expired():
            return ("Ask the recipient whether the pack arrived.",)
        case _:
            return ()


def _after_answer(request: InformationRequest) -> str:
    if request.state is RequestState.ANSWERED:
        return (
            f"It carried the answer to request {request.reference}, which stands. Ask the "
            "requester whether it arrived."
        )
    if request.state.is_open:
        return (
            f"It carried the answer to request {request.reference}, which is open again and can "
            "be answered anew. A mail of its own says how to get at it."
        )
    return f"It carried the answer to request {request.reference}, which has ended since."


def _after_request(request: InformationRequest) -> str:
    name = f"It carried request {request.reference}"
    if request.state.is_editable:
        return (
            f"{name}, which is a draft again. Look at its check and at the holder's address and "
            "number in the register, correct what is wrong, and send it again."
        )
    if request.state.is_open and request.state is not RequestState.SENT:
        return f"{name}, which the holding agency has had before: it stays open with its holder."
    if request.state.is_open:
        return f"{name}. Ask the holder whether it arrived."
    return f"{name}, which is {request.state.value}."
