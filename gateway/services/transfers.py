"""What people do with transfers: look, recall, read a password out, acknowledge."""

import hmac

from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Conflict, Forbidden, GatewayError, InvalidInput, NotFound
from gateway.domain.packs import PackId
from gateway.domain.transfers import (
    AcknowledgementGiven,
    Proof,
    RecallRequested,
    State,
    Transfer,
    TransferId,
)
from gateway.services import secrets
from gateway.services.auditing import about, record
from gateway.services.moves import Move, move
from gateway.services.packs import owned as owned_pack
from gateway.services.packs import prepares
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work


async def list_transfers(
    parts: Parts,
    actor: Actor,
    page: Page,
    *,
    pack: PackId | None = None,
    state: State | None = None,
) -> list[Transfer]:
    """A page of the transfers of the actor's agency, oldest first.

    A responder sees those of an answer, by its pack.

    Raises:
        InvalidInput: a responder names no pack. NotFound: it is no answer of the agency.
    """
    async with parts.database.work() as work:
        if actor.role is Role.RESPONDER:
            if pack is None:
                raise InvalidInput(
                    "A responder sees the transfers of an answer only.",
                    "Name the answer's pack.",
                    field="pack",
                )
            await owned_pack(work, actor, pack)
        found = await work.transfers.list(actor.of_agency(), page, pack=pack, state=state)
        return list(found)


async def get_transfer(parts: Parts, actor: Actor, transfer: TransferId) -> Transfer:
    """A transfer of the actor's agency.

    Raises:
        NotFound: no such transfer, or another agency's.
    """
    async with parts.database.work() as work:
        return await owned(work, actor, transfer)


async def recall_transfer(parts: Parts, actor: Actor, transfer: TransferId) -> Transfer:
    """Call a transfer back: the password is destroyed and never sent.

    Raises:
        NotFound: no such transfer, or another agency's.
        Conflict: too late, the password has left or may have; that too is recorded.
    """
    if actor.role not in {Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.RESPONDER}:
        raise Forbidden("Only a coordinator or privacy officer recalls.", "Ask one of them.")
    async with parts.database.work() as work:
        found = await owned(work, actor, transfer, lock=True)
        if found.state is State.RECALLED:
            return found
        try:
            return await move(
                parts, work, actor, found, Move(RecallRequested(), Action.TRANSFER_RECALLED)
            )
        except Conflict as refused:
            too_late = refused
        await record(
            parts,
            work,
            actor,
            Action.TRANSFER_RECALL_TOO_LATE,
            about(parts, found),
            {"state": found.state.value},
            outcome=Outcome.FAILURE,
        )
    raise too_late


async def acknowledge_by_code(parts: Parts, actor: Actor, reference: str, code: str) -> Transfer:
    """Acknowledge by the code from the contents page, which proves that the pack was opened.

    Raises:
        InvalidInput: reference and code do not belong together; the two are not told apart.
        Conflict: too many wrong codes, or the transfer does not await an acknowledgement.
    """
    wrong = InvalidInput(
        "The reference and the code do not belong together.",
        "Type both as they stand on the contents page inside the pack.",
        field="code",
    )
    async with parts.database.work() as work:
        found = await work.transfers.by_reference(reference.strip().upper())
        digest = secrets.code_digest(parts, code)
        if found is None:
            raise wrong
        transfer, expected, wrong_codes = found
        if wrong_codes >= parts.rules.wrong_codes_limit:
            raise Conflict(
                "Too many wrong codes were tried for this reference.",
                "Ask the sender of the pack to record that it arrived.",
            )
        if hmac.compare_digest(digest, expected):
            if transfer.state is State.ACKNOWLEDGED:  # pressed twice
                return transfer
            return await _acknowledge(parts, work, actor, transfer, Proof.CODE)
        await work.transfers.count_wrong_code(transfer.id)
        await record(
            parts,
            work,
            actor,
            Action.TRANSFER_ACKNOWLEDGEMENT_REJECTED,
            about(parts, transfer),
            {"wrong_codes": wrong_codes + 1},
            outcome=Outcome.FAILURE,
            agency=transfer.agency,
        )
    raise wrong


async def look_at_link(parts: Parts, token: str) -> Transfer:
    """The transfer a one-time link leads to; looking changes nothing, so scanners may.

    Raises:
        NotFound: no such link, or links are switched off.
    """
    async with parts.database.work() as work:
        return await _by_link(parts, work, token)


async def acknowledge_by_link(parts: Parts, actor: Actor, token: str) -> Transfer:
    """Acknowledge by the button on the page that the one-time link leads to.

    Raises:
        NotFound: no such link. Conflict: the transfer does not await an acknowledgement.
    """
    async with parts.database.work() as work:
        transfer = await _by_link(parts, work, token)
        if transfer.state is State.ACKNOWLEDGED:
            return transfer
        return await _acknowledge(parts, work, actor, transfer, Proof.LINK)


async def _acknowledge(
    parts: Parts, work: Work, actor: Actor, transfer: Transfer, proof: Proof
) -> Transfer:
    given = Move(AcknowledgementGiven(proof), Action.TRANSFER_ACKNOWLEDGED, {"proof": proof.value})
    return await move(parts, work, actor, transfer, given)


async def _by_link(parts: Parts, work: Work, token: str) -> Transfer:
    gone: GatewayError = NotFound(
        "This link leads nowhere.", "Use the code on the contents page inside the pack instead."
    )
    if parts.rules.link_base is None:
        raise gone
    found = await work.transfers.by_link(secrets.link_digest(parts, token))
    if found is None:
        raise gone
    return found


async def owned(work: Work, actor: Actor, transfer: TransferId, *, lock: bool = False) -> Transfer:
    """The transfer, if it belongs to the actor's agency; a responder's is of an answer.

    Raises:
        NotFound: it does not, or there is none; the two read the same.
    """
    found = await work.transfers.get(transfer, actor.of_agency(), lock=lock)
    if found is not None and actor.role is Role.RESPONDER:
        held = await work.packs.get(found.pack, actor.of_agency())
        found = found if held is not None and prepares(actor, held) else None
    if found is None:
        raise NotFound("There is no such transfer.", "Check the identifier.", field="transfer")
    return found
