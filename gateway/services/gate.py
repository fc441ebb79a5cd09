"""The gate: nothing leaves before the entry that authorises it is covered by a signed checkpoint.

No log, no sending. What waits at the gate helps: it runs the sequencer itself.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from gateway.audit.entries import Action
from gateway.audit.facets import Facet
from gateway.domain.errors import GatewayError, InvalidInput, NotFound, Tampered, Unavailable
from gateway.domain.transfers import TransferId
from gateway.services import log_check, proofs
from gateway.services.log_storage import Found, Query
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work

_LOOK_EVERY_SECONDS = 0.05
_TURN_SECONDS = 1.0  # the longest wait for the sequencer's turn only to learn what is wrong
_OTHERS = "Another process has not placed it yet."
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
        Unavailable: it cannot, something has waited for longer than the rules allow, or the stored
            log is known to be damaged.
    """
    try:
        await require_sound(parts)
    except InvalidInput as error:  # anyone may ask this, so it names no file
        raise _closed("The log's signing key cannot be used.") from error
    except Tampered as error:
        raise _closed(error.message, f"{error.remedy} {_GOES_ON}") from error
    except GatewayError as error:
        raise _closed(error.message) from error


async def require_sound(parts: Parts) -> None:
    """The same for whoever runs the gateway: with everything that is known about the reason.

    Raises:
        Unavailable, InvalidInput, Tampered: the log cannot be written or signed, or is damaged.
    """
    await parts.sequencer.run()
    if await _waits_too_long(parts):  # others are at it: only who has the turn learns why
        with suppress(TimeoutError):
            async with asyncio.timeout(_TURN_SECONDS):
                await parts.sequencer.run(wait=True)
        if await _waits_too_long(parts):
            raise Unavailable("Entries wait to be signed.", "See what other processes of it say.")
    await parts.sequencer.require_sound()  # the run tells only once something waits
    async with parts.database.snapshot() as view:
        alarms = await view.outside.alarms()
    for alarm in alarms[:1]:
        more = f" So it is with {len(alarms)} entries." if len(alarms) > 1 else ""
        raise Tampered(log_check.said(alarm) + more, log_check.remedy(alarm))


async def _waits_too_long(parts: Parts) -> bool:
    async with parts.database.snapshot() as view:
        since = await view.tree.waiting_since()
    return since is not None and since < parts.clock.now() - parts.rules.log_patience


async def pass_gate(parts: Parts, authorised: Authorisation) -> bytes:
    """Wait until the entry is covered by a signed checkpoint; the receipt of what it authorises.

    Raises:
        Unavailable: the log could not be written or signed in the time the rules give it.
    """
    reason: str | None = None
    try:
        async with asyncio.timeout(parts.rules.log_patience.total_seconds()):
            while (why := await _waits(parts, authorised.uid)) is not None:
                reason = why if reason is None or why != _OTHERS else reason
                await asyncio.sleep(_LOOK_EVERY_SECONDS)  # what is awaited is in the database
        return await _receipt(parts, authorised)
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
    return None if placed else _OTHERS


async def _receipt(parts: Parts, authorised: Authorisation) -> bytes:
    """The proof that the authorising entry is in the log (C2SP tlog-proof), with the entry in it.

    It is that of the first such entry for this archive, under the first checkpoint that covered it,
    so that every attempt carries the same bytes. It is checked here as whoever gets it would; if it
    does not hold, that is an alarm.

    Raises:
        Tampered: it is not proved.
    """
    async with parts.database.work() as work:
        first = await _first(work, authorised)
        if isinstance(first, Found):
            try:
                return await proofs.checked(work, first.position, first.leaf)
            except (NotFound, Tampered) as error:
                reason = f"is not proved by what was signed: {error.message}"
                fault = log_check.Fault(first.position, reason)
        else:
            fault = first
    await log_check.raise_alarm(parts, fault)
    raise Tampered(log_check.said(fault), log_check.remedy(fault))


async def _first(work: Work, authorised: Authorisation) -> Found | log_check.Fault:
    """The first entry that authorises this; or that this attempt's is not found."""
    wanted = Query(
        transfers=(authorised.transfer,),
        actions=(authorised.action,),
        terms=(Facet.DOCUMENT.term(authorised.sha256),),
    )
    attempts = await work.journal.search(wanted, _ATTEMPTS)
    if not attempts:
        own = await work.tree.place(authorised.uid)
        return log_check.Fault(own or 0, log_check.NOT_FOUND)
    return min(attempts, key=lambda entry: entry.position)  # a clock may have been set back


_GOES_ON = "Mend the log; sending goes on by itself."


def _closed(reason: str, remedy: str = _GOES_ON) -> Unavailable:
    return Unavailable(f"The audit log does not cover yet what would be sent. {reason}", remedy)
