"""Gathering what the rules look at, and asking the judge about each recipient and document."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gateway.domain.decisions import (
    Case,
    ChannelChoice,
    Decision,
    Matrix,
    MatrixRow,
    Route,
    choose_password_channel,
    marking_due,
)
from gateway.domain.errors import NotFound
from gateway.domain.information_requests.facts import RequestFacts
from gateway.domain.inspected import Inspections
from gateway.domain.packs import Document, Pack
from gateway.domain.register import (
    Agency,
    AgencyId,
    ChildReference,
    Meeting,
    Protocol,
    Representative,
    RepresentativeId,
    in_force,
)
from gateway.domain.routes import choose_route
from gateway.domain.transfers import Transfer
from gateway.services import request_facts
from gateway.services.parts import Parts
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class Party:
    """A recipient with everything about them that the rules look at."""

    person: Representative
    agency: Agency
    channel: ChannelChoice | None
    conflicts: frozenset[ChildReference]


@dataclass(frozen=True, slots=True)
class Situation:
    """A pack as the register stands at one moment."""

    day: date
    pack: Pack
    documents: tuple[Document, ...]
    meeting: Meeting
    protocol: Protocol | None
    sender: Agency
    contact: Representative
    parties: tuple[Party, ...]
    agencies: Mapping[AgencyId, Agency]
    request: RequestFacts | None = None
    inspected: Inspections = field(default_factory=dict)

    def party(self, recipient: RepresentativeId) -> Party | None:
        """The party with this identifier."""
        return next((p for p in self.parties if p.person.id == recipient), None)


async def gather(
    parts: Parts, work: Work, pack: Pack, only: RepresentativeId | None = None
) -> Situation:
    """The situation of `pack` now, for everyone it goes to, or for `only` one person.

    Raises:
        NotFound: the register no longer holds something the pack refers to.
    """
    day = parts.today()
    meeting = await work.register.meeting(pack.meeting)
    if meeting is None:
        raise NotFound("The pack's meeting is not in the register.", "Import the register again.")
    protocol = in_force(await work.register.protocol_versions(meeting.protocol), day)
    # someone no longer on the attendee list is still looked at, so that a rule can say why not
    everyone = pack.goes_to(meeting.attendees)
    wanted = everyone if only is None else (only,)
    people = await work.register.representatives([*wanted, pack.contact])
    agencies = await work.register.agencies()
    contact = people.get(pack.contact)
    sender = agencies.get(pack.agency)
    if contact is None or sender is None:
        raise NotFound("The pack's sender is not in the register.", "Import the register again.")
    conflicts = await work.register.conflicts(wanted)
    listed = protocol.before.password_channels if protocol else ()
    preferences = tuple(channel for channel in listed if channel in parts.rules.channels)
    parties = tuple(
        Party(
            person,
            agencies[person.agency],
            choose_password_channel(preferences, person),
            conflicts.get(person.id, frozenset()),
        )
        for person in (people[identifier] for identifier in wanted if identifier in people)
    )
    documents = await work.packs.documents(pack.id)
    inspected = await work.inspections.of_pack(pack.id)
    request = await request_facts.of_pack(parts, work, pack, meeting, protocol)
    return Situation(
        day,
        pack,
        documents,
        meeting,
        protocol,
        sender,
        contact,
        parties,
        agencies,
        request,
        inspected,
    )


async def judge(
    parts: Parts,
    situation: Situation,
    party: Party,
    documents: Sequence[Document],
    *,
    address_changed: bool = False,
    route: Route | None = None,
) -> tuple[Decision, ...]:
    """The decisions for one recipient over `documents`, in order.

    `route` is the one that was chosen; None where it is still to be.
    """
    cases = _cases(parts, situation, party, documents, route, address_changed=address_changed)
    return tuple(await asyncio.to_thread(parts.judge.judge, cases))


async def matrix(parts: Parts, situation: Situation) -> Matrix:
    """The whole check: recipients down, documents across."""
    cases = [
        case
        for party in situation.parties
        for case in _cases(parts, situation, party, situation.documents, None)
    ]
    # asked once, as the judge prepares the facts once; in a thread, as it may take a while
    decisions = iter(await asyncio.to_thread(parts.judge.judge, cases))
    rows = tuple(
        MatrixRow(
            party.person,
            party.agency,
            party.channel,
            tuple(itertools.islice(decisions, len(situation.documents))),
            _route(parts, situation, party),
        )
        for party in situation.parties
    )
    return Matrix(situation.pack, situation.documents, rows, parts.judge.digest)


def _route(parts: Parts, situation: Situation, party: Party) -> Route:
    """Which way the pack goes to this party, as far as is known before it is sealed."""
    limits = parts.rules.limits
    return choose_route(party.agency, marking_due(situation.documents, limits), limits)


def _cases(
    parts: Parts,
    situation: Situation,
    party: Party,
    documents: Sequence[Document],
    route: Route | None,
    *,
    address_changed: bool = False,
) -> list[Case]:
    due = marking_due(situation.documents, parts.rules.limits)
    return [
        Case(
            day=situation.day,
            meeting=situation.meeting,
            protocol=situation.protocol,
            sender=situation.sender,
            contact=situation.contact,
            recipient=party.person,
            agency=party.agency,
            pack=situation.pack,
            document=document,
            pack_marking_due=due,
            conflicts=party.conflicts,
            channel=party.channel,
            limits=parts.rules.limits,
            address_changed=address_changed,
            request=situation.request,
            inspected=situation.inspected.get(document.id),
            route=route or _route(parts, situation, party),
        )
        for document in documents
    ]


def has_changed(transfer: Transfer, party: Party) -> bool:
    """Whether the recipient's address or password channel differs from what was checked."""
    channel = (
        None
        if transfer.channel is None or transfer.channel_address is None
        else ChannelChoice(transfer.channel, transfer.channel_address)
    )
    return party.person.email != transfer.address or party.channel != channel
