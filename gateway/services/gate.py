"""The gate: nothing leaves before the entry that authorises it is covered by a signed checkpoint.

No log, no sending. What waits at the gate helps: it runs the sequencer itself.
"""

import asyncio
from dataclasses import dataclass

from gateway.audit.entries import Action
from gateway.audit.facets import Facet
from gateway.audit.notes import VerifierKey
from gateway.domain.errors import GatewayError, InvalidInput, Unavailable
from gateway.domain.transfers import TransferId
from gateway.services import proofs
from gateway.services.log_storage import Query
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work

_LOOK_EVERY_SECONDS = 0.05
_ATTEMPTS = Page(limit=10_000)  # far more than there can be until a transfer is given up


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The entry that lets something out, and by what its receipt is found.

    Attributes:
        uid: of the entry written for this attempt.
        action: of the entries that authorise it; `sha256` of the archive they are about.
    """

    uid: str
    transfer: TransferId
    action: Action
    sha256: str


async def require_signed(parts: Parts) -> None:
    """Hold that the log can be written and signed now; what waits in it is placed.

    Raises:
        Unavailable: it cannot, or something has waited for longer than the rules allow.
    """
    try:
        key = str(parts.sequencer.signing().verifier_key)
        await parts.sequencer.run()
        async with parts.database.work() as work:
            known = await work.tree.verifier_keys()
            since = await work.tree.waiting_since()
    except InvalidInput as error:  # anyone may ask this, so it names no file
        raise _closed("The log's signing key cannot be used.") from error
    except GatewayError as error:
        raise _closed(error.message) from error
    if known and known[0] != key:  # the sequencer tells only once something waits
        raise _closed("The log's key is not the one the log is signed with.")
    if since is not None and since < parts.clock.now() - parts.rules.log_patience:
        raise _closed("Entries wait to be signed.")


async def pass_gate(parts: Parts, authorised: Authorisation) -> bytes:
    """Wait until the entry is covered by a signed checkpoint; the receipt of what it authorises.

    Raises:
        Unavailable: the log could not be written or signed in the time the rules give it.
    """
    reason: str | None = None
    try:
        async with asyncio.timeout(parts.rules.log_patience.total_seconds()):
            while (reason := await _waits(parts, authorised.uid)) is not None:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_EVERY_SECONDS)  # what is awaited is in the database
        async with parts.database.work() as work:
            return await _receipt(work, authorised)
    except TimeoutError as error:
        raise _closed(reason or "The database does not answer.") from error
    except GatewayError as error:
        raise _closed(error.message) from error


async def _waits(parts: Parts, uid: str) -> str | None:
    """Why an entry is not covered yet; None if it is."""
    try:
        await parts.sequencer.run()
        async with parts.database.work() as work:
            placed = await work.tree.place(uid) is not None
    except GatewayError as error:
        return error.message
    return None if placed else "Another process has not placed it yet."


async def _receipt(work: Work, authorised: Authorisation) -> bytes:
    """The proof that the authorising entry is in the log (C2SP tlog-proof), with the entry in it.

    It is that of the first such entry for this archive, under the first checkpoint that covered it,
    so that every attempt carries the same bytes. It is checked here as whoever gets it would.
    """
    wanted = Query(
        transfers=(authorised.transfer,),
        actions=(authorised.action,),
        terms=(Facet.DOCUMENT.term(authorised.sha256),),
    )
    attempts = await work.journal.search(wanted, _ATTEMPTS)
    first = min(attempts, key=lambda entry: entry.position)  # a clock may have been set back
    proof = await proofs.proof_of(work, first.position, first.leaf)
    proof.verify(first.leaf, [VerifierKey.parse(key) for key in await work.tree.verifier_keys()])
    return bytes(proof)


def _closed(reason: str) -> Unavailable:
    return Unavailable(
        f"The audit log does not cover yet what would be sent. {reason}",
        "Mend the log; sending goes on by itself.",
    )
