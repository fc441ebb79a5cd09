"""Changing the register, one thing at a time: representatives, the agency, meetings, conflicts.

What is given has the form the register file asks for (`gateway.forms`); here it is held against
what is stored, and against who may change it.
"""

from dataclasses import dataclass, replace
from datetime import date

from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, InvalidInput, NotFound, Problem
from gateway.domain.register import (
    ConflictOfInterest,
    Meeting,
    Register,
    Representative,
    Standing,
)
from gateway.domain.register_checks import representative_faults
from gateway.services import register_history
from gateway.services.parts import Parts
from gateway.services.register_scope import (
    Scope,
    look_alikes,
    own_representative,
    refuse,
    require_administrator,
    require_reader,
    scope_of,
)
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class AgencyDetails:
    """What an agency changes of itself; the rest is the operator's to change."""

    mail_domains: tuple[str, ...]
    standings: tuple[Standing, ...]
    handling_acknowledged_on: date | None


async def save_representative(
    parts: Parts, actor: Actor, person: Representative, *, seen: str | None
) -> None:
    """Add or change a representative of the actor's own agency.

    `seen` is the fingerprint of what is to be changed; None for someone new.

    Raises:
        Forbidden: the actor is no administrator.
        NotFound: no such person to change, or another agency's.
        Conflict: the identifier is taken, or the person was changed meanwhile.
        InvalidInput: something of it does not fit together.
    """
    require_administrator(actor)
    if person.agency != actor.of_agency():
        raise NotFound("Your agency has no such representative.", "Look at the register.")
    refuse(tuple(representative_faults(person)))
    async with parts.database.work() as work:
        await work.register.lock()
        if seen is not None:
            found = await own_representative(work, actor, person.id)
            register_history.hold_unchanged(found, seen)
        elif await work.register.representatives([person.id]):
            raise taken()
        await save(parts, work, actor, Register(representatives=(person,)))


async def save_agency_details(
    parts: Parts, actor: Actor, details: AgencyDetails, *, seen: str
) -> None:
    """Change the actor's own agency: mail domains, standings, and its acknowledgement.

    `seen` is the fingerprint of what is to be changed.

    Raises:
        Forbidden: the actor is no administrator. Conflict: the agency was changed meanwhile.
        InvalidInput: a domain reads like another agency's, or the day is still to come.
    """
    require_administrator(actor)
    acknowledged = details.handling_acknowledged_on
    refuse_future(acknowledged, parts.today(), "handling_acknowledged_on")
    async with parts.database.work() as work:
        await work.register.lock()
        scope = await scope_of(parts, work, actor)
        register_history.hold_unchanged(scope.own, seen)
        changed = replace(
            scope.own,
            mail_domains=details.mail_domains,
            standings=details.standings,
            handling_acknowledged_on=acknowledged,
        )
        alike = await look_alikes(work, [changed], only=changed.id)
        refuse(tuple(Problem("mail_domains", each.message, each.remedy) for each in alike))
        await save(parts, work, actor, Register(agencies=(changed,)))


async def save_meeting(parts: Parts, actor: Actor, meeting: Meeting, *, seen: str | None) -> None:
    """Add or change a meeting under a protocol that the actor's agency leads.

    `seen` is the fingerprint of what is to be changed; None for a new one.

    Raises:
        Forbidden: the actor is no administrator.
        NotFound: no such meeting to change, or another agency leads it.
        Conflict: the identifier is taken, or the meeting was changed meanwhile.
        InvalidInput: another agency leads the protocol, or someone who cannot attend.
    """
    require_administrator(actor)
    async with parts.database.work() as work:
        await work.register.lock()
        scope = await scope_of(parts, work, actor)
        found = await work.register.meeting(meeting.id)
        if seen is None and found is not None:
            raise taken()
        if seen is not None:
            if found is None or not scope.leads(found.protocol):
                raise NotFound(
                    "There is no such meeting.", "Look at the register.", field="meeting"
                )
            register_history.hold_unchanged(found, seen)
        if not scope.leads(meeting.protocol):
            raise InvalidInput(
                "Your agency leads no such protocol.",
                "Choose one that it leads.",
                field="protocol",
            )
        await _require_attendees(work, scope, meeting, found)
        await save(parts, work, actor, Register(meetings=(meeting,)))


async def save_conflict(parts: Parts, actor: Actor, conflict: ConflictOfInterest) -> None:
    """Record a conflict of interest of one of the agency's own representatives; it stays.

    Raises:
        Forbidden: the actor is neither administrator nor privacy officer.
        InvalidInput: no such representative of the agency, or a day that is still to come.
        Conflict: it is recorded already.
    """
    require_reader(actor)
    refuse_future(conflict.declared_on, parts.today(), "declared_on")
    async with parts.database.work() as work:
        await work.register.lock()
        try:
            person = await own_representative(work, actor, conflict.representative)
        except NotFound as error:
            raise InvalidInput(error.message, error.remedy, field="representative") from error
        known = (await work.register.conflicts([person.id]))[person.id]
        if conflict.child in known:
            raise Conflict(
                "This conflict of interest is recorded already.",
                "Look at the list.",
                field="child",
            )
        await save(parts, work, actor, Register(conflicts=(conflict,)))


async def save(parts: Parts, work: Work, actor: Actor, register: Register) -> None:
    """Store changes, with their history and an audit entry each, in the caller's transaction.

    Raises:
        Conflict: the terms of a protocol version in force would change.
    """
    changes = await work.register.merge(register, parts.today())
    await register_history.keep_and_record(parts, work, actor, changes.things)


def taken() -> Conflict:
    """The error for an identifier that something else has."""
    return Conflict("This identifier is taken.", "Choose another one.", field="id")


def refuse_future(day: date | None, today: date, field: str) -> None:
    """Refuse a day that is still to come.

    Raises:
        InvalidInput: it is.
    """
    if day is not None and day > today:
        raise InvalidInput("This day is still to come.", "Correct the day.", field=field)


async def _require_attendees(
    work: Work, scope: Scope, meeting: Meeting, found: Meeting | None
) -> None:
    """Hold that attendees are of agencies that take part; who attended before may stay."""
    may = {person.id for person in await work.register.people_of(scope.whose_people)}
    may |= set(found.attendees) if found else set()
    if not may.issuperset(meeting.attendees):
        raise InvalidInput(
            "An attendee is of no agency that signed a protocol you lead.",
            "Choose from the list.",
            field="attendees",
        )
