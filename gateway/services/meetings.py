"""What a coordinator sees of a meeting before making a pack for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain.actors import Actor
from gateway.domain.decisions import ChannelChoice, choose_password_channel
from gateway.domain.protocol_terms import Condition
from gateway.domain.register import (
    Agency,
    AuthorityCode,
    Meeting,
    MeetingId,
    PasswordChannel,
    Protocol,
    ProtocolId,
    Representative,
    RepresentativeId,
    Standing,
    governing,
)
from gateway.services.packs import led_meeting, require_coordinator
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.ports import Authority
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Attendee:
    """Someone who attends, with what the register says of them today.

    Attributes:
        signed: whether the agency has signed the protocol's version.
        standings: of agency and person, that count today.
        channel: how a password would reach them; None if there is no way.
        conflicts: about how many of the meeting's children they have declared a conflict.
    """

    person: Representative
    agency: Agency
    active: bool
    signed: bool
    standings: tuple[Standing, ...]
    channel: ChannelChoice | None
    conflicts: int


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting the agency leads, as the register stands today.

    Attributes:
        protocol: the version that governs; `begun` is whether it is in force.
        authorities: those the protocol's purposes name, where the policy data knows them.
    """

    meeting: Meeting
    protocol: Protocol
    begun: bool
    attendees: tuple[Attendee, ...]
    authorities: Mapping[AuthorityCode, Authority]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The protocol's conditions on Māori data about which something is to be stated."""
        terms = self.protocol.terms
        return tuple(each for each in (terms.conditions if terms else ()) if each.needs_statement)


async def look_at_meeting(parts: Parts, actor: Actor, identifier: MeetingId) -> MeetingView:
    """A meeting the actor's agency leads, with its attendees' standing today.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: no such meeting, or another agency leads it.
    """
    require_coordinator(actor)
    today = parts.today()
    async with parts.database.work() as work:
        meeting = await led_meeting(parts, work, actor, identifier)
        protocol = await governing_protocol(work, meeting.protocol, today)
        people = await work.register.representatives(meeting.attendees)
        agencies = await work.register.agencies()
        conflicts = await work.register.conflicts(meeting.attendees)
    about = {child.reference for child in meeting.children}
    attendees = tuple(
        _attendee(
            parts,
            protocol,
            person,
            agencies[person.agency],
            len(about & conflicts.get(person.id, frozenset())),
        )
        for person in _present(people, meeting.attendees)
    )
    codes = {code for purpose in protocol.purposes for code in purpose.authorities}
    known = {code: parts.judge.authority(code) for code in sorted(codes)}
    return MeetingView(
        meeting,
        protocol,
        protocol.in_force_from <= today,
        attendees,
        {code: authority for code, authority in known.items() if authority is not None},
    )


async def list_led(parts: Parts, actor: Actor, page: Page) -> list[tuple[Meeting, Protocol]]:
    """A page of the meetings the actor's agency leads, each with its governing protocol."""
    require_coordinator(actor)
    today = parts.today()
    async with parts.database.work() as work:
        found = await work.register.meetings_led_by(actor.of_agency(), page, today)
        protocols = {
            identifier: await governing_protocol(work, identifier, today)
            for identifier in {meeting.protocol for meeting in found}
        }
    return [(meeting, protocols[meeting.protocol]) for meeting in found]


async def governing_protocol(work: Work, identifier: ProtocolId, today: date) -> Protocol:
    """The version of a protocol that governs today."""
    found = governing(await work.register.protocol_versions(identifier), today)
    if found is None:
        raise LookupError("a meeting is under a protocol without versions")
    return found


def _present(
    people: Mapping[RepresentativeId, Representative], wanted: Sequence[RepresentativeId]
) -> list[Representative]:
    return [people[identifier] for identifier in wanted if identifier in people]


def _attendee(
    parts: Parts, protocol: Protocol, person: Representative, agency: Agency, conflicts: int
) -> Attendee:
    today = parts.today()
    usable: tuple[PasswordChannel, ...] = tuple(
        channel for channel in protocol.before.password_channels if channel in parts.rules.channels
    )
    return Attendee(
        person=person,
        agency=agency,
        active=person.is_active_on(today),
        signed=protocol.signed_by(agency.id, today),
        standings=tuple(s for s in agency.standings + person.standings if s.counts_on(today)),
        channel=choose_password_channel(usable, person),
        conflicts=conflicts,
    )
