"""Looking at the register: what the reader's agency may see of it, with its history."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.actors import Actor
from gateway.domain.addresses import masked
from gateway.domain.errors import NotFound
from gateway.domain.information_requests.wording import folded
from gateway.domain.register import (
    Agency,
    AgencyId,
    ConflictOfInterest,
    Meeting,
    MeetingId,
    Protocol,
    ProtocolId,
    Representative,
    RepresentativeId,
    in_force,
)
from gateway.services import register_history
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.register_history import Change
from gateway.services.register_scope import Scope, concerns, own_representative, scope_of
from gateway.services.register_storage import RegisterKind
from gateway.services.storage import Work

MOST_LISTED = 200  # of each kind; a search narrows it
_MOST_MEETINGS = 5_000


@dataclass(frozen=True, slots=True)
class Overview:
    """The register as an agency sees it; `people` of other agencies have no addresses.

    Attributes:
        cut: whether there was more of something than is listed.
    """

    scope: Scope
    agencies: tuple[Agency, ...]
    people: tuple[Representative, ...]
    protocols: tuple[Protocol, ...]
    meetings: tuple[Meeting, ...]
    conflicts: tuple[ConflictOfInterest, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class ProtocolView:
    """A protocol version: `governs` when it is the one in force, `leads` when it is ours to change.

    Attributes:
        signs: whether it is ours to sign and we have not.
        others: the other versions of the protocol, lowest first.
        names: what agencies are called.
    """

    version: Protocol
    others: tuple[Protocol, ...]
    governs: bool
    leads: bool
    signs: bool
    names: dict[AgencyId, str]
    history: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting the agency leads, with the people of its attendees."""

    meeting: Meeting
    people: tuple[Representative, ...]
    names: dict[AgencyId, str]
    history: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict of interest, with when it was recorded and by whom, where that is known."""

    conflict: ConflictOfInterest
    person: Representative
    recorded: Change | None


async def look(parts: Parts, actor: Actor, search: str = "") -> Overview:
    """What the actor's agency sees of the register, narrowed to what holds the words of `search`.

    Raises:
        Forbidden: the actor is neither administrator nor privacy officer.
    """
    words = folded(search).split()

    def wanted(*texts: str) -> bool:
        held = folded(" ".join(texts))
        return all(word in held for word in words)

    async with parts.database.work() as work:
        scope = await scope_of(parts, work, actor)
        names = {agency.id: agency.name for agency in scope.agencies}
        people = await _people(work, scope)
        meetings = await work.register.meetings_led_by(
            scope.own.id, Page(limit=_MOST_MEETINGS), scope.today
        )
        own = [person.id for person in people if person.agency == scope.own.id]
        conflicts = await work.register.conflicts_declared(own)
    known = {person.id: person.name for person in people}
    found = (
        [a for a in scope.agencies if wanted(a.id, a.name, *a.mail_domains)],
        [p for p in people if wanted(p.id, p.name, p.role, p.email, names.get(p.agency, ""))],
        [v for v in scope.versions if wanted(v.id, v.name, names.get(v.lead_agency, ""))],
        [m for m in meetings if wanted(m.id, m.title, *(c.reference for c in m.children))],
        [c for c in conflicts if wanted(c.child, c.representative, known[c.representative])],
    )
    cut = any(len(each) > MOST_LISTED for each in found)
    agencies, seen, versions, held, declared = found
    return Overview(
        scope=scope,
        agencies=tuple(agencies[:MOST_LISTED]),
        people=tuple(seen[:MOST_LISTED]),
        protocols=tuple(versions[:MOST_LISTED]),
        meetings=tuple(held[:MOST_LISTED]),
        conflicts=tuple(declared[:MOST_LISTED]),
        cut=cut,
    )


async def agency(
    parts: Parts, actor: Actor, identifier: AgencyId
) -> tuple[Agency, tuple[Change, ...]]:
    """An agency, with its history if it is one's own.

    Raises:
        NotFound: no such agency, or one with which there is no protocol.
    """
    async with parts.database.work() as work:
        scope = await scope_of(parts, work, actor)
        found = next((each for each in scope.agencies if each.id == identifier), None)
        if found is None:
            raise NotFound("There is no such agency.", "Look at the register.", field="agency")
        if found.id != scope.own.id:
            return found, ()
        kind = RegisterKind.AGENCY
        return found, await register_history.read(parts, work, actor, kind, found.id)


async def representative(
    parts: Parts, actor: Actor, identifier: RepresentativeId
) -> tuple[Representative, tuple[ConflictOfInterest, ...], tuple[Change, ...]]:
    """A representative of one's own agency, with conflicts of interest and history.

    Raises:
        NotFound: no such person, or another agency's.
    """
    async with parts.database.work() as work:
        await scope_of(parts, work, actor)
        found = await own_representative(work, actor, identifier)
        conflicts = tuple(await work.register.conflicts_declared([found.id]))
        kind = RegisterKind.REPRESENTATIVE
        return found, conflicts, await register_history.read(parts, work, actor, kind, found.id)


async def protocol(parts: Parts, actor: Actor, identifier: ProtocolId, number: int) -> ProtocolView:
    """A version of a protocol the agency takes part in.

    Raises:
        NotFound: no such version, or of a protocol the agency takes no part in.
    """
    async with parts.database.work() as work:
        scope = await scope_of(parts, work, actor)
        versions = [each for each in scope.versions if each.id == identifier]
        found = next((each for each in versions if each.version == number), None)
        if found is None:
            raise NotFound("There is no such protocol.", "Look at the register.", field="protocol")
        key = f"{identifier}/{number}"
        return ProtocolView(
            version=found,
            others=tuple(each for each in versions if each is not found),
            governs=in_force(versions, scope.today) is found,
            leads=scope.leads(identifier),
            signs=concerns(found, scope.own.id)
            and all(each.agency != scope.own.id for each in found.signatures),
            names={key: each.name for key, each in (await work.register.agencies()).items()},
            history=await register_history.read(parts, work, actor, RegisterKind.PROTOCOL, key),
        )


async def meeting(parts: Parts, actor: Actor, identifier: MeetingId) -> MeetingView:
    """A meeting the agency leads.

    Raises:
        NotFound: no such meeting, or another agency leads it.
    """
    async with parts.database.work() as work:
        scope = await scope_of(parts, work, actor)
        found = await work.register.meeting(identifier)
        if found is None or not scope.leads(found.protocol):
            raise NotFound("There is no such meeting.", "Look at the register.", field="meeting")
        people = await work.register.representatives(found.attendees)
        kind = RegisterKind.MEETING
        return MeetingView(
            meeting=found,
            people=tuple(people[each] for each in found.attendees if each in people),
            names={key: each.name for key, each in (await work.register.agencies()).items()},
            history=await register_history.read(parts, work, actor, kind, found.id),
        )


async def conflicts(parts: Parts, actor: Actor) -> tuple[ConflictView, ...]:
    """The conflicts of interest of the agency's own representatives.

    Raises:
        Forbidden: the actor is neither administrator nor privacy officer.
    """
    async with parts.database.work() as work:
        scope = await scope_of(parts, work, actor)
        people = {each.id: each for each in await work.register.people_of([scope.own.id])}
        declared = await work.register.conflicts_declared(list(people))
        found = []
        for each in declared:
            key = f"{each.representative}/{each.child}"
            history = await register_history.read(parts, work, actor, RegisterKind.CONFLICT, key)
            recorded = history[-1] if history else None
            found.append(ConflictView(each, people[each.representative], recorded))
    return tuple(found)


async def choices(
    parts: Parts, actor: Actor
) -> tuple[Scope, tuple[Representative, ...], dict[AgencyId, str]]:
    """What a form offers: the scope, who may attend, and what every agency is called.

    Raises:
        Forbidden: the actor is neither administrator nor privacy officer.
    """
    async with parts.database.work() as work:
        scope = await scope_of(parts, work, actor)
        people = await _people(work, scope)
        names = {key: each.name for key, each in (await work.register.agencies()).items()}
    return scope, people, names


async def _people(work: Work, scope: Scope) -> tuple[Representative, ...]:
    found = await work.register.people_of(scope.whose_people)
    return tuple(_without_addresses(found, scope.own.id))


def _without_addresses(people: Iterable[Representative], own: AgencyId) -> Iterable[Representative]:
    """Everybody's names and roles, and of other agencies' people no more than an address's end."""
    for person in people:
        if person.agency == own:
            yield person
        else:
            yield Representative(
                id=person.id,
                agency=person.agency,
                name=person.name,
                role=person.role,
                email=masked(person.email),
                active_from=person.active_from,
                active_until=person.active_until,
            )
