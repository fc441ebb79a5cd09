"""Changing the register, one thing at a time: representatives, the agency, meetings, conflicts.

What is given has the form the register file asks for (`gateway.forms`); here it is held against
what is stored, and against who may change it.
"""

from dataclasses import dataclass, replace
from datetime import date

from gateway.domain.actors import Actor
from gateway.domain.addresses import domain_of
from gateway.domain.errors import Conflict, InvalidInput, NotFound, Problem
from gateway.domain.register import (
    ConflictOfInterest,
    Meeting,
    PickUp,
    Register,
    Representative,
    SealedForm,
)
from gateway.domain.register_checks import representative_faults
from gateway.services import register_history
from gateway.services.parts import Parts
from gateway.services.register_scope import (
    Scope,
    own_representative,
    refuse,
    require_administrator,
    require_reader,
    scope_of,
)
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class AgencyDetails:
    """What an agency changes of itself; the rest is the operator's to change.

    Standings under an Act and mail domains decide who receives what, so no agency gives itself any.

    Attributes:
        sealed_form: how it wants its packs encrypted; None leaves what it chose before.
        pick_up: when its people pick packs up; None leaves what it chose before.
        mail_limit_bytes: the largest mail its mailboxes take; None for no limit that it knows.
    """

    handling_acknowledged_on: date | None
    sealed_form: SealedForm | None = None
    pick_up: PickUp | None = None
    mail_limit_bytes: int | None = None


async def save_representative(
    parts: Parts, actor: Actor, person: Representative, *, seen: str | None
) -> None:
    """Add or change a representative of the actor's own agency.

    `seen` is the fingerprint of what is to be changed; None for someone new. Standings under an Act
    are the operator's to enter: they stay as they were, and someone new has none.

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
            person = replace(person, standings=found.standings)
        elif await work.register.representatives([person.id]):
            raise taken()
        else:
            person = replace(person, standings=())
        await _require_own_addresses(parts, work, actor, person)
        await save(parts, work, actor, Register(representatives=(person,)))


async def save_agency_details(
    parts: Parts, actor: Actor, details: AgencyDetails, *, seen: str
) -> None:
    """Change what the actor's own agency says of itself: how it handles and opens what it receives.

    `seen` is the fingerprint of what is to be changed.

    Raises:
        Forbidden: the actor is no administrator. Conflict: the agency was changed meanwhile.
        InvalidInput: the day is still to come.
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
            handling_acknowledged_on=acknowledged,
            sealed_form=details.sealed_form or scope.own.sealed_form,
            pick_up=details.pick_up or scope.own.pick_up,
            mail_limit_bytes=details.mail_limit_bytes,
        )
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


async def _require_own_addresses(
    parts: Parts, work: Work, actor: Actor, person: Representative
) -> None:
    """Hold that packs and passwords for a representative reach nobody else.

    Raises:
        InvalidInput: an address lies outside the agency's mail domains, or is another person's.
    """
    own = (await scope_of(parts, work, actor)).own
    faults = [
        Problem(
            name,
            "The address lies in none of your agency's mail domains.",
            "Use one that does; the operator of the gateway enters new domains.",
        )
        for name, address in (("email", person.email), ("other_email", person.other_email))
        if address is not None and domain_of(address) not in own.mail_domains
    ]
    everyone = await work.register.representatives(list(await work.register.everyone()))
    mine = _reached(person)
    for each in everyone.values():
        if each.id != person.id:
            faults += [
                Problem(name, "Somebody else is reached by this.", "Use this person's own.")
                for name, value in mine.items()
                if value in _reached(each).values()
            ]
    refuse(faults)


def _reached(person: Representative) -> dict[str, str]:
    """By what a person is reached alone, by field; a telephone may be shared."""
    found = {"email": person.email, "other_email": person.other_email, "mobile": person.mobile}
    return {name: value.lower() for name, value in found.items() if value is not None}


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
