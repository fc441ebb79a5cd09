"""Telling the coordinator that a transfer ended otherwise than hoped."""

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.domain.transfers import Expired, Failed, Refused, Transfer, TransferId
from gateway.services.auditing import about, brief, record
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter


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
    local, _, domain = transfer.message_id.partition("@")
    letter = NoticeLetter(
        message_id=f"{local}.{kind.replace(' ', '-')}@{domain}",
        to=contact.email,
        reference=transfer.reference,
        subject=f"Transfer {transfer.reference}: {transfer.state.value}",
        lines=_lines(transfer),
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


def _lines(transfer: Transfer) -> tuple[str, ...]:
    """What happened and what to do, one paragraph each; no name, no content."""
    match transfer.progress:
        case Failed(reason=reason):
            return (
                f"Transfer {transfer.reference} could not be completed: {reason}.",
                "The password will not be sent and has been destroyed.",
                "Check the recipient's address and number in the register, then send a new pack.",
            )
        case Refused(rules=rules):
            return (
                f"Transfer {transfer.reference} was stopped by the check just before it left.",
                f"Rules: {', '.join(rules)}.",
                "The password will not be sent and has been destroyed.",
                "The check of a new pack says what would mend it.",
            )
        case Expired():
            return (
                f"Nobody acknowledged transfer {transfer.reference} in the time allowed.",
                "Ask the recipient whether the pack arrived.",
            )
        case _:
            return (f"Transfer {transfer.reference} is {transfer.state.value}.",)
