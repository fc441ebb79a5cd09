"""The register in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Table, case, cast, func, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.errors import Conflict
from gateway.domain.register import (
    Agency,
    AgencyId,
    ChildReference,
    ConflictOfInterest,
    Meeting,
    MeetingId,
    Protocol,
    ProtocolId,
    Register,
    Representative,
    RepresentativeId,
)
from gateway.services.paging import Page
from gateway.services.register_storage import ChangedThing, RegisterKind
from gateway.services.storage import ImportedChanges
from gateway.storage.locks import lock_key
from gateway.storage.rows import among, from_row, to_row
from gateway.storage.tables import (
    agencies,
    conflicts_of_interest,
    meetings,
    protocols,
    representatives,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class _Kind(Generic[T]):
    """A kind of thing in the register: where it is kept and what identifies one."""

    name: str
    table: Table
    type: type[T]
    key: tuple[str, ...] = ("id",)

    def key_of(self, thing: T) -> tuple[Any, ...]:
        return tuple(getattr(thing, name) for name in self.key)


@dataclass(frozen=True, slots=True)
class _Merged(Generic[T]):
    """What merging one kind comes to; `changed` pairs what is stored with what shall be."""

    kind: _Kind[T]
    added: tuple[T, ...]
    changed: tuple[tuple[T, T], ...]
    unchanged: int

    def identifiers(self, things: Sequence[T]) -> tuple[str, ...]:
        return tuple("/".join(map(str, self.kind.key_of(thing))) for thing in things)

    def things(self) -> Iterator[ChangedThing]:
        pairs: list[tuple[Any, Any]] = [(None, new) for new in self.added]
        for old, new in [*pairs, *self.changed]:
            (identifier,) = self.identifiers([new])
            yield ChangedThing(RegisterKind(self.kind.name), identifier, old, new)


_AGENCIES = _Kind("agencies", agencies, Agency)
_REPRESENTATIVES = _Kind("representatives", representatives, Representative)
_PROTOCOLS = _Kind("protocols", protocols, Protocol, ("id", "version"))
_MEETINGS = _Kind("meetings", meetings, Meeting)
_CONFLICTS = _Kind(
    "conflicts", conflicts_of_interest, ConflictOfInterest, ("representative", "child")
)


class PostgresRegister:
    """Agencies, representatives, protocols, meetings, conflicts of interest."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def merge(self, register: Register, today: date) -> ImportedChanges:
        """Add what is new and change what differs; what the register does not name stays.

        A protocol version counts as in force once its day has come, `today` at the latest, and
        somebody has signed it; from then on only signatures and changes of membership may be added.
        A version that has no sections but those of a register file keeps what it had of others.
        An agency that does not say how it wants its packs sealed and brought, or how large a mail
        it takes, keeps what it chose before.
        Identifiers of parts are joined with `/`: `protocol/version`, `representative/child`.

        Raises:
            Conflict: the terms of a protocol version that is already in force would change.
        """
        await self.lock()
        merged: list[_Merged[Any]] = [
            await self._merge_agencies(register.agencies),
            await self._merge(_REPRESENTATIVES, register.representatives),
            await self._merge_protocols(register.protocols, today),
            await self._merge(_MEETINGS, register.meetings),
            await self._merge(_CONFLICTS, register.conflicts),
        ]
        return ImportedChanges(
            added={m.kind.name: m.identifiers(m.added) for m in merged if m.added},
            changed={
                m.kind.name: m.identifiers([new for _, new in m.changed])
                for m in merged
                if m.changed
            },
            unchanged=sum(m.unchanged for m in merged),
            things=tuple(thing for m in merged for thing in m.things()),
        )

    async def lock(self) -> None:
        """Have everyone else who changes the register wait for the end of this transaction."""
        await self._connection.execute(select(func.pg_advisory_xact_lock(lock_key("register"))))

    async def agency(self, agency: AgencyId) -> Agency | None:
        """The agency."""
        return (await self._read(_AGENCIES, [agency])).get((agency,))

    async def agencies(self) -> Mapping[AgencyId, Agency]:
        """All agencies."""
        rows = await self._connection.execute(select(agencies).order_by(agencies.c.id))
        found = [from_row(Agency, row) for row in rows.mappings()]
        return {agency.id: agency for agency in found}

    async def representatives(
        self, ids: Sequence[RepresentativeId]
    ) -> Mapping[RepresentativeId, Representative]:
        """The representatives with these identifiers; unknown ones are left out."""
        found = await self._read(_REPRESENTATIVES, ids)
        return {person.id: person for person in found.values()}

    async def everyone(self) -> Mapping[RepresentativeId, str]:
        """All representatives, by name."""
        query = select(representatives.c.id, representatives.c.name)
        return {row.id: row.name for row in await self._connection.execute(query)}

    async def protocol_versions(self, protocol: ProtocolId) -> Sequence[Protocol]:
        """Every version of a protocol, lowest first."""
        found = await self._read(_PROTOCOLS, [protocol])
        return sorted(found.values(), key=lambda version: version.version)

    async def protocols_of(self, agency: AgencyId) -> Sequence[Protocol]:
        """Every version of each protocol that this agency leads, signed, or is named in."""
        versions = protocols.alias()
        it = {"agency": agency}
        named = (
            type_coerce(column, JSONB).contains([it])
            for column in (versions.c.signatures, versions.c.information, versions.c.membership)
        )
        listed = type_coerce(versions.c.terms, JSONB).contains({"agencies": [it]})
        takes_part = select(versions.c.id).where(
            or_(versions.c.lead_agency == agency, listed, *named)
        )
        query = select(protocols).where(protocols.c.id.in_(takes_part))
        rows = await self._connection.execute(query.order_by(protocols.c.id, protocols.c.version))
        return [from_row(Protocol, row) for row in rows.mappings()]

    async def meeting(self, meeting: MeetingId) -> Meeting | None:
        """The meeting."""
        return (await self._read(_MEETINGS, [meeting])).get((meeting,))

    async def children(self) -> Mapping[MeetingId, Sequence[ChildReference]]:
        """All meetings, each with the children and young people it is about."""
        children = func.jsonb_path_query_array(
            meetings.c.children, cast("$[*].reference", JSONPATH), type_=JSONB
        )
        query = select(meetings.c.id, children.label("references"))
        return {row.id: row.references for row in await self._connection.execute(query)}

    async def meetings_led_by(self, agency: AgencyId, page: Page, today: date) -> Sequence[Meeting]:
        """Meetings under a protocol whose lead agency this is, by identifier.

        The version that counts is the one in force on `today`; before there is one, the newest.
        """
        begun = protocols.c.in_force_from <= today
        newest_begun_first = (
            protocols.c.id,
            case((begun, 0), else_=1),
            protocols.c.in_force_from.desc(),
            protocols.c.version.desc(),
        )
        governing = (
            select(protocols.c.id, protocols.c.lead_agency)
            .ext(distinct_on(protocols.c.id))
            .order_by(*newest_begun_first)
            .subquery()
        )
        query = (
            select(meetings)
            .join(governing, governing.c.id == meetings.c.protocol)
            .where(governing.c.lead_agency == agency)
            .order_by(meetings.c.id)
            .limit(page.limit)
        )
        if page.after is not None:
            query = query.where(meetings.c.id > page.after)
        rows = await self._connection.execute(query)
        return [from_row(Meeting, row) for row in rows.mappings()]

    async def meetings_attended_by(self, agency: AgencyId, page: Page) -> Sequence[Meeting]:
        """Meetings that someone of this agency attends, by identifier."""
        of_agency = select(representatives.c.id).where(
            representatives.c.agency == agency,
            func.jsonb_exists(meetings.c.attendees, representatives.c.id),
        )
        query = select(meetings).where(of_agency.exists()).order_by(meetings.c.id)
        if page.after is not None:
            query = query.where(meetings.c.id > page.after)
        rows = await self._connection.execute(query.limit(page.limit))
        return [from_row(Meeting, row) for row in rows.mappings()]

    async def people_of(self, agencies: Sequence[AgencyId]) -> Sequence[Representative]:
        """The representatives of these agencies, by name."""
        query = select(representatives).where(among(representatives.c.agency, agencies))
        rows = await self._connection.execute(query.order_by(representatives.c.name))
        return [from_row(Representative, row) for row in rows.mappings()]

    async def conflicts(
        self, ids: Sequence[RepresentativeId]
    ) -> Mapping[RepresentativeId, frozenset[ChildReference]]:
        """For each representative, the children about whom they must see nothing."""
        children: dict[RepresentativeId, set[ChildReference]] = {person: set() for person in ids}
        for conflict in (await self._read(_CONFLICTS, ids)).values():
            children[conflict.representative].add(conflict.child)
        return {person: frozenset(found) for person, found in children.items()}

    async def conflicts_declared(
        self, ids: Sequence[RepresentativeId]
    ) -> Sequence[ConflictOfInterest]:
        """The conflicts of interest of these representatives, by identifier."""
        found = await self._read(_CONFLICTS, ids)
        return [found[key] for key in sorted(found)]

    async def _read(self, kind: _Kind[T], ids: Sequence[str]) -> dict[tuple[Any, ...], T]:
        """What is stored under these identifiers (the first part of the key), by key."""
        query = select(kind.table).where(among(kind.table.c[kind.key[0]], ids))
        rows = await self._connection.execute(query)
        found = [from_row(kind.type, row) for row in rows.mappings()]
        return {kind.key_of(thing): thing for thing in found}

    async def _compare(self, kind: _Kind[T], things: Sequence[T]) -> _Merged[T]:
        stored = await self._read(kind, [kind.key_of(thing)[0] for thing in things])
        pairs = [(stored.get(kind.key_of(thing)), thing) for thing in things]
        return _Merged(
            kind,
            added=tuple(new for old, new in pairs if old is None),
            changed=tuple((old, new) for old, new in pairs if old is not None and old != new),
            unchanged=sum(old == new for old, new in pairs),
        )

    async def _write(self, merged: _Merged[T]) -> _Merged[T]:
        """Write what was added or changed, and nothing else."""
        things = [*merged.added, *(new for _, new in merged.changed)]
        if things:
            table, key = merged.kind.table, merged.kind.key
            statement = insert(table)
            others = {c.name: statement.excluded[c.name] for c in table.c if c.name not in key}
            statement = statement.on_conflict_do_update(index_elements=key, set_=others)
            await self._connection.execute(statement, [to_row(thing) for thing in things])
        return merged

    async def _merge(self, kind: _Kind[T], things: Sequence[T]) -> _Merged[T]:
        return await self._write(await self._compare(kind, things))

    async def _merge_agencies(self, things: Sequence[Agency]) -> _Merged[Agency]:
        chosen = await self._read(_AGENCIES, [each.id for each in things])
        kept = [_with_choices(each, chosen.get((each.id,), each)) for each in things]
        return await self._merge(_AGENCIES, kept)

    async def _merge_protocols(
        self, versions: Sequence[Protocol], today: date
    ) -> _Merged[Protocol]:
        keys = [each.id for each in versions]
        stored = await self._read(_PROTOCOLS, keys)
        kept = [
            _with_sections(each, stored.get((each.id, each.version), each)) for each in versions
        ]
        merged = await self._compare(_PROTOCOLS, kept)
        for old, new in merged.changed:
            _hold_terms(old, new, today)
        return await self._write(merged)


def _hold_terms(old: Protocol, new: Protocol, today: date) -> None:
    """Hold that a version in force on `today` gains signatures and changes of membership at most.

    One that was drafted here is held from its first signature on: it is put out to be signed.
    """
    if not old.signatures or (old.in_force_from > today and old.terms is None):
        return
    gained_only = set(old.signatures) <= set(new.signatures)
    gained_only &= set(old.membership) <= set(new.membership)
    kept = replace(new, signatures=old.signatures, membership=old.membership)
    if not gained_only or kept != old:
        raise Conflict(
            f"Version {old.version} of protocol '{old.id}' is in force and signed; "
            "its terms cannot change.",
            "Raise the version, and have the agencies sign it.",
            field="protocols",
        )


def _with_sections(version: Protocol, before: Protocol) -> Protocol:
    """The version, with the sections it had wherever it says nothing of them: files have none."""
    return replace(
        version,
        terms=version.terms or before.terms,
        membership=version.membership or before.membership,
    )


def _with_choices(agency: Agency, before: Agency) -> Agency:
    """The agency, with what it chose before wherever it says nothing now."""
    return replace(
        agency,
        sealed_form=agency.sealed_form or before.sealed_form,
        pick_up=agency.pick_up or before.pick_up,
        mail_limit_bytes=agency.mail_limit_bytes or before.mail_limit_bytes,
    )
