"""Sending a pack: one transaction writes every transfer, its entries and its durable work."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.canonical import JSON, canonical
from gateway.audit.entries import Action, Outcome
from gateway.domain import errors
from gateway.domain.actors import Actor
from gateway.domain.decisions import MatrixRow
from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.packs import Pack, PackId, PackKind
from gateway.domain.transfers import Queued, Refused, Transfer, TransferId, Withheld
from gateway.services import cases, secrets
from gateway.services.auditing import (
    about,
    address_digest,
    child_pseudonym,
    document_digest,
    in_parts,
    record,
    record_withheld,
)
from gateway.services.cases import Situation
from gateway.services.packs import consulted, owned, require_coordinator, subject_of
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import StoredAnswer, Work

_ALL = Page(limit=10_000)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending; `repeated` when the same request had been answered before."""

    transfers: tuple[Transfer, ...]
    repeated: bool = False


async def send_pack(parts: Parts, actor: Actor, pack: PackId, key: str | None = None) -> Sent:
    """Check the pack once more and queue a transfer to every attendee of its meeting.

    Attendees from whom every document is withheld get a transfer that is refused from the start,
    so that the record shows them too. `key` makes a repeated request give the first answer.

    Raises:
        NotFound: no such pack, or another agency's. InvalidInput: the pack has no documents.
        Refused: nobody may receive any of it.
        Conflict: it has been sent, or the key was used for something else.
    """
    require_coordinator(actor)
    asked = hashlib.sha256(canonical({"send": pack})).hexdigest()
    async with parts.database.work() as work:
        if key is not None:
            answer = await work.answers.get(actor.of_agency(), key)
            if answer is not None:
                return await _first_answer(work, actor, pack, asked, answer)
        found = await owned(work, actor, pack, lock=True)
        if found.kind is not PackKind.MEETING:
            raise Conflict("This pack belongs to a request.", "Send the request, or its answer.")
        transfers = await dispatch(parts, work, actor, found)
        if key is not None:
            now = parts.clock.now()
            await work.answers.put(actor.of_agency(), key, StoredAnswer(asked, pack), now)
    return Sent(transfers)


async def dispatch(parts: Parts, work: Work, actor: Actor, pack: Pack) -> tuple[Transfer, ...]:
    """Check a locked pack once more and queue its transfers, in the caller's transaction.

    Raises:
        InvalidInput: the pack has no documents. Refused: nobody may receive any of it.
        Conflict: it has been sent.
    """
    if pack.sent_at is not None:
        raise Conflict("This pack has been sent already.", "Look at its transfers.")
    situation = await cases.gather(parts, work, pack)
    if not situation.documents:
        raise InvalidInput("The pack has no documents.", "Add at least one.", field="documents")
    now = parts.clock.now()
    rows = (await cases.matrix(parts, situation)).rows
    if pack.kind is not PackKind.MEETING and not any(row.documents for row in rows):
        raise _barred(rows[0])
    if not any(row.documents for row in rows):
        raise errors.Refused(
            "Nobody may receive any of this pack, so nothing was sent.",
            "Look at the check: each refusal names its rule and what would mend it.",
        )
    transfers = [await _start(parts, work, actor, situation, row, now) for row in rows]
    await work.packs.update(replace(pack, sent_at=now))
    await record(
        parts,
        work,
        actor,
        Action.PACK_SENT,
        subject_of(parts, pack),
        _summary(parts, situation, transfers),
        agency=pack.agency,
    )
    return tuple(transfers)


def _barred(row: MatrixRow) -> errors.Refused:
    """Why nothing of what a request or its answer says may go to its one recipient."""
    found = {f.rule: f for decision in row.decisions for f in decision.denials}
    said = " ".join(finding.message for finding in found.values())
    mended = " ".join(dict.fromkeys(finding.remedy for finding in found.values()))
    return errors.Refused(f"The rules do not let {row.recipient.name} have this. {said}", mended)


async def _first_answer(
    work: Work, actor: Actor, pack: PackId, asked: str, answer: StoredAnswer
) -> Sent:
    if answer.request_digest != asked:
        raise Conflict(
            "This idempotency key was used for another request.",
            "Use a fresh key for each new request.",
            field="Idempotency-Key",
        )
    transfers = await work.transfers.list(actor.of_agency(), _ALL, pack=pack)
    return Sent(tuple(transfers), repeated=True)


async def _start(
    parts: Parts,
    work: Work,
    actor: Actor,
    situation: Situation,
    row: MatrixRow,
    now: datetime,
) -> Transfer:
    """Store one recipient's transfer: queued with what is allowed, or refused from the start."""
    transfer = _transfer(parts, situation, row, now)
    made = secrets.make(parts)
    await work.transfers.add(transfer, *secrets.digests(parts, made))
    if row.documents:
        await secrets.store(parts, work, transfer.id, made)
        await work.jobs.advance_transfer(transfer.id)
    action = Action.TRANSFER_QUEUED if row.documents else Action.TRANSFER_REFUSED
    outcome = Outcome.SUCCESS if row.documents else Outcome.FAILURE
    subject, detail = about(parts, transfer), _authorised(parts, situation, row, transfer)
    for part in [*in_parts(_released(parts, situation, row))] or [[]]:
        held: dict[str, JSON] = {**detail, "documents": part}
        await record(
            parts, work, actor, action, subject, held, outcome=outcome, agency=transfer.agency
        )
    await record_withheld(parts, work, actor, transfer, row.decisions)
    return transfer


def _transfer(parts: Parts, situation: Situation, row: MatrixRow, now: datetime) -> Transfer:
    identifier = TransferId(parts.identifiers.new())
    rules = sorted({f.rule for decision in row.decisions for f in decision.denials})
    return Transfer(
        id=identifier,
        reference=parts.identifiers.reference(),
        pack=situation.pack.id,
        meeting=situation.meeting.id,
        agency=situation.pack.agency,
        recipient=row.recipient.id,
        address=row.recipient.email,
        channel=row.channel.channel if row.channel else None,
        channel_address=row.channel.address if row.channel else None,
        documents=row.documents,
        message_id=f"{identifier.lower()}@{parts.rules.message_domain}",
        created_at=now,
        entered_at=now,
        progress=Queued() if row.documents else Refused(now, tuple(rules)),
        route=row.route,
        withheld=tuple(
            Withheld(decision.document, tuple(finding.rule for finding in decision.denials))
            for decision in row.decisions
            if not decision.allowed
        ),
    )


def _authorised(
    parts: Parts, situation: Situation, row: MatrixRow, transfer: Transfer
) -> dict[str, JSON]:
    """What a transfer's first entry says: under which authority it goes to whom, and why."""
    pack, protocol = situation.pack, situation.protocol
    statement = pack.statement_for(row.recipient.id)
    return {
        "policy": parts.judge.digest,
        "protocol": f"{protocol.id}@{protocol.version}" if protocol else None,
        "authority": pack.authority,
        "purpose": pack.purpose,
        "kind": pack.kind.value,
        "information_request": pack.request,
        "ground": statement.ground if statement else None,
        "marking": pack.marking.value,
        "recipient_agency": row.agency.id,
        "route": transfer.route.value,
        "address": address_digest(parts, transfer.address),
        "password_channel": transfer.channel.value if transfer.channel else None,
        "password_address": address_digest(parts, transfer.channel_address)
        if transfer.channel_address
        else None,
        "consultations": consulted(parts, pack),
        "allowed": len(row.documents),
        "withheld": len(row.decisions) - len(row.documents),
    }


def _released(parts: Parts, situation: Situation, row: MatrixRow) -> Iterator[dict[str, JSON]]:
    """What the log says of each document the recipient may have."""
    warned = {decision.document: [f.rule for f in decision.findings] for decision in row.decisions}
    for document in situation.documents:
        if document.id in row.documents:
            yield {
                "document": document.id,
                "digest": document_digest(parts, document.sha256),
                "size_bytes": document.size_bytes,
                "classification": document.label.classification.value,
                "category": document.label.category,
                "source_agency": document.label.source_agency,
                "children": [child_pseudonym(parts, child) for child in document.label.children],
                "warned_by": warned[document.id],
            }


def _summary(parts: Parts, situation: Situation, transfers: list[Transfer]) -> dict[str, JSON]:
    return {
        "policy": parts.judge.digest,
        "documents": len(situation.documents),
        "transfers": sum(bool(transfer.documents) for transfer in transfers),
        "refused": sum(not transfer.documents for transfer in transfers),
    }
