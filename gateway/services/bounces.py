"""Mail that comes back: before a password left it stops it, afterwards the coordinator is told.

A report counts only if it was sent to an address that we made for this very mail. What it says
beyond the status code is never kept.
"""

import asyncio
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER, Actor, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.routes import is_status, refuses_content
from gateway.domain.transfers import (
    Bounced,
    Mailed,
    PasswordSent,
    Route,
    Sealed,
    Transfer,
    advance,
)
from gateway.services import bounce_addresses, secrets
from gateway.services.auditing import about, record
from gateway.services.bounce_addresses import Tagged, What
from gateway.services.mailing import can_turn
from gateway.services.moves import Move, locked, move
from gateway.services.parts import Parts
from gateway.services.reports import Report, ReportBox
from gateway.services.storage import Work

_MAIL_OF = {Route.MAIL: What.PACK, Route.PICK_UP: What.NOTICE}
_WORDS = {What.PACK: "pack", What.NOTICE: "notice", What.PASSWORD: "password"}


@dataclass(frozen=True, slots=True)
class Collected:
    """How many reports were followed, and how many left for a person to look at."""

    followed: int
    left: int


async def collect(parts: Parts, box: ReportBox) -> Collected:
    """Follow the reports that wait in the box.

    One that was followed before the process was killed is followed again, which changes nothing.

    Raises:
        Unavailable: the box or the database does not answer.
    """
    followed = left = 0
    for name, report in await asyncio.to_thread(box.waiting):
        understood = report is not None and await _follow(parts, report)
        await asyncio.to_thread(box.settle, name, understood=understood)
        followed, left = followed + understood, left + (not understood)
    return Collected(followed, left)


async def report_bounce(parts: Parts, actor: Actor, reference: str, status: str) -> Transfer:
    """Take an operator's word that a transfer's mail came back.

    Raises:
        Forbidden: the actor is no administrator. NotFound: there is no such transfer.
        InvalidInput: the status is not one of RFC 3463, or means no failure.
        Conflict: it is too late, or there is no mail that could have come back; that is recorded.
    """
    if actor.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator reports this.", "Ask the operator.")
    if not is_status(status) or status.startswith("2."):
        raise InvalidInput(
            "The status is not one of mail that came back.",
            "Give it as the report has it, such as 5.1.1.",
            field="status",
        )
    async with parts.database.work() as work:
        found = await work.transfers.named(reference.strip().upper())
        transfer = await locked(work, found) if found is not None else None
        if transfer is None:
            raise NotFound("There is no such transfer.", "Check the reference.", field="reference")
        tagged = Tagged(transfer.id, _MAIL_OF[transfer.route])
        stopped = await _bounced(parts, work, actor, transfer, tagged.what, status)
    if stopped is None:
        raise Conflict(
            f"The transfer is {transfer.state.value}: there is nothing that this could stop.",
            "It is recorded. Telephone the recipient if the password has left.",
        )
    return stopped


async def _follow(parts: Parts, report: Report) -> bool:
    """Do what a report asks for; whether it was about a mail of ours."""
    found = {bounce_addresses.read(parts, address) for address in report.addresses} - {None}
    if len(found) != 1:
        return False
    tagged = found.pop()
    if tagged is None or not _fits(report.envelope, tagged):
        return False
    async with parts.database.work() as work:
        transfer = await locked(work, tagged.transfer)
        if transfer is None:
            return False
        if report.status is not None:
            await _bounced(parts, work, WORKER, transfer, tagged.what, report.status)
    return True


def _fits(envelope: str | None, tagged: Tagged) -> bool:
    """Whether the identifier the mail was handed over with, if it is told, is of this transfer."""
    if envelope is None:
        return True
    return envelope.partition("@")[0].partition(".")[0].upper() == tagged.transfer


async def _bounced(
    parts: Parts, work: Work, actor: Actor, transfer: Transfer, what: What, status: str
) -> Transfer | None:
    """Record that a mail came back, and stop the password if it can be; None if not."""
    event = await _event(parts, work, transfer, status)
    stops = what is _MAIL_OF[transfer.route] and _is_possible(parts, transfer, event)
    detail: dict[str, JSON] = {
        "status": status,
        "mail": _WORDS[what],
        "state": transfer.state.value,
        "too_late": not stops,
    }
    await record(
        parts,
        work,
        actor,
        Action.TRANSFER_BOUNCED,
        about(parts, transfer),
        detail,
        outcome=Outcome.FAILURE,
        agency=transfer.agency,
    )
    if not stops:
        if _concerns(transfer, what):
            await work.jobs.send_notice(transfer.id, "bounced")
        return None
    reason = f"the mail came back ({status})"
    action = Action.TRANSFER_REROUTED if event.pick_up else Action.TRANSFER_FAILED
    route = Route.PICK_UP if event.pick_up else transfer.route
    how = Move(event, action, {"reason": reason, "route": route.value})
    moved = await move(parts, work, actor, transfer, how)
    await work.jobs.advance_transfer(transfer.id)
    return moved


async def _event(parts: Parts, work: Work, transfer: Transfer, status: str) -> Bounced:
    """What happened to the transfer: whether its archive, still here, can be picked up instead."""
    progress = transfer.progress
    if (
        not isinstance(progress, Sealed | Mailed)
        or transfer.route is not Route.MAIL
        or not refuses_content(status)
        or not parts.rules.refused_to_pick_up
        or await work.keys.get(progress.archive.blob) is None
    ):
        return Bounced(status, pick_up=False)
    held = await secrets.load(parts, work, transfer.id)
    return Bounced(status, pick_up=can_turn(parts, held))


def _is_possible(parts: Parts, transfer: Transfer, event: Bounced) -> bool:
    try:
        advance(transfer, event, parts.clock.now(), parts.rules.timing)
    except Conflict:
        return False
    return True


def _concerns(transfer: Transfer, what: What) -> bool:
    """Whether somebody should be told that what they take for delivered came back."""
    current = what in {_MAIL_OF[transfer.route], What.PASSWORD}
    return current and isinstance(transfer.progress, Mailed | PasswordSent)
