"""The register in PostgreSQL: what is merged comes back, and only what may change does."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain.errors import Conflict
from gateway.domain.register import (
    AgencyId,
    ChildReference,
    MeetingId,
    Protocol,
    ProtocolId,
    Register,
    RepresentativeId,
    Signature,
)
from gateway.services.paging import Page
from gateway.services.storage import ImportedChanges
from gateway.storage.database import PostgresDatabase

A, B = AgencyId("agency-a"), AgencyId("agency-b")
ARO, BEN = RepresentativeId("aro"), RepresentativeId("ben")
TODAY, FUTURE = date(2026, 11, 22), date(2999, 1, 1)


async def merge(database: PostgresDatabase, register: Register) -> ImportedChanges:
    async with database.work() as work:
        return await work.register.merge(register, TODAY)


async def versions(database: PostgresDatabase, protocol: str) -> list[Protocol]:
    async with database.work() as work:
        return list(await work.register.protocol_versions(ProtocolId(protocol)))


async def test_a_register_comes_back_as_it_was(
    filled: PostgresDatabase, register: Register
) -> None:
    """Every kind of thing survives being stored, to the last field."""
    async with filled.work() as work:
        stored = work.register
        assert list((await stored.agencies()).values()) == list(register.agencies)
        assert await stored.agency(B) == register.agencies[1]
        people = await stored.representatives([BEN, ARO, RepresentativeId("nobody")])
        assert people == {person.id: person for person in register.representatives}
        assert await stored.protocol_versions(ProtocolId("p-a")) == [register.protocols[0]]
        assert await stored.meeting(MeetingId("m-b")) == register.meetings[1]
        conflicts = await stored.conflicts([ARO, BEN])
        assert conflicts == {ARO: frozenset(), BEN: frozenset({ChildReference("C-0001")})}


async def test_what_is_unknown_is_none(filled: PostgresDatabase) -> None:
    """Unknown identifiers give nothing, not an error."""
    async with filled.work() as work:
        assert await work.register.agency(AgencyId("x")) is None
        assert await work.register.meeting(MeetingId("x")) is None
        assert await work.register.protocol_versions(ProtocolId("x")) == []
        assert await work.register.representatives([]) == {}


async def test_merging_tells_what_it_did(database: PostgresDatabase, register: Register) -> None:
    """First everything is added, then nothing changes."""
    first = await merge(database, register)
    assert first.added == {
        "agencies": ("agency-a", "agency-b"),
        "representatives": ("aro", "ben"),
        "protocols": ("p-a/1", "p-b/1"),
        "meetings": ("m-a", "m-b"),
        "conflicts": ("ben/C-0001",),
    }
    assert not first.changed
    assert await merge(database, register) == ImportedChanges({}, {}, 9)


async def test_merging_changes_what_differs_and_leaves_the_rest(
    filled: PostgresDatabase, register: Register
) -> None:
    """What the new register does not name stays; unchanged rows are not written."""
    renamed = replace(register.agencies[0], name="Another fictional name", standings=())
    async with filled.work() as work:
        before = await work.register.agency(B)
    changes = await merge(filled, Register(agencies=(renamed, register.agencies[1])))
    assert changes == ImportedChanges({}, {"agencies": ("agency-a",)}, 1)
    async with filled.work() as work:
        assert await work.register.agency(A) == renamed
        assert await work.register.agency(B) == before
        assert await work.register.meeting(MeetingId("m-a")) == register.meetings[0]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"lead_agency": B},
        {"purposes": ()},
        {"in_force_from": FUTURE},
        {"review_due": FUTURE},
        {"signatures": ()},
        {"signatures": (Signature(A, "Someone else", "chief", date(2026, 1, 1)),)},
        {"information": ()},
        {"privacy_statement": "Less."},
    ],
)
async def test_the_terms_of_a_protocol_in_force_do_not_change(
    filled: PostgresDatabase, register: Register, change: dict[str, object]
) -> None:
    """Agencies signed these very terms; others need another version."""
    other = replace(register.protocols[0], **change)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="Version 1 of protocol 'p-a'") as caught:
        await merge(filled, Register(protocols=(other,)))
    assert "version" in caught.value.remedy
    assert await versions(filled, "p-a") == [register.protocols[0]]


async def test_a_refused_protocol_keeps_the_whole_register_out(
    filled: PostgresDatabase, register: Register
) -> None:
    """An import is one change: all of it or nothing."""
    new = replace(register.agencies[0], id=AgencyId("agency-c"))
    other = replace(register.protocols[0], name="Other")
    with pytest.raises(Conflict):
        await merge(filled, Register(agencies=(new,), protocols=(other,)))
    async with filled.work() as work:
        assert await work.register.agency(AgencyId("agency-c")) is None


async def test_a_protocol_in_force_gains_signatures(
    filled: PostgresDatabase, register: Register
) -> None:
    """An agency may join a protocol that others signed before."""
    old = register.protocols[0]
    joined = Signature(B, "B. Fictional", "chief", date(2026, 5, 1))
    more = replace(old, signatures=(joined, *old.signatures))
    assert (await merge(filled, Register(protocols=(more,)))).changed == {"protocols": ("p-a/1",)}
    assert await versions(filled, "p-a") == [more]


@pytest.mark.parametrize("open_still", [{"in_force_from": FUTURE}, {"signatures": ()}])
async def test_a_protocol_not_yet_in_force_may_change(
    database: PostgresDatabase, register: Register, open_still: dict[str, object]
) -> None:
    """Before its day, or before anybody signed, its terms are a draft."""
    draft = replace(register.protocols[0], **open_still)  # type: ignore[arg-type]
    await merge(database, replace(register, protocols=(draft, register.protocols[1])))
    better = replace(draft, name="Better")
    await merge(database, Register(protocols=(better,)))
    assert await versions(database, "p-a") == [better]


async def test_a_new_version_stands_beside_the_old_one(
    filled: PostgresDatabase, register: Register
) -> None:
    """Versions come lowest first."""
    old = register.protocols[0]
    new = replace(old, version=2, name="Second")
    assert (await merge(filled, Register(protocols=(new,)))).added == {"protocols": ("p-a/2",)}
    assert await versions(filled, "p-a") == [old, new]


async def led(database: PostgresDatabase, agency: AgencyId) -> list[str]:
    async with database.work() as work:
        return [m.id for m in await work.register.meetings_led_by(agency, Page(), TODAY)]


async def test_meetings_belong_to_their_lead_agency(
    filled: PostgresDatabase, register: Register
) -> None:
    """Another agency's meetings are not listed; the lead is that of the version in force."""
    assert (await led(filled, A), await led(filled, B)) == (["m-a"], ["m-b"])
    coming = replace(register.protocols[0], version=2, lead_agency=B, in_force_from=FUTURE)
    await merge(filled, Register(protocols=(coming,)))
    assert (await led(filled, A), await led(filled, B)) == (["m-a"], ["m-b"])
    begun = replace(coming, version=3, in_force_from=date(2026, 2, 1))
    await merge(filled, Register(protocols=(begun,)))
    assert (await led(filled, A), await led(filled, B)) == ([], ["m-a", "m-b"])


async def test_meetings_come_in_pages(filled: PostgresDatabase, register: Register) -> None:
    """Pages join without gap or overlap, in the order of identifiers by code point."""
    first = register.meetings[0]
    names = ["m-Z", "m-aa", "m-ē"]
    more = tuple(replace(first, id=MeetingId(name)) for name in names)
    await merge(filled, Register(meetings=more))
    found: list[str] = []
    async with filled.work() as work:
        while page := await work.register.meetings_led_by(
            A, Page(limit=2, after=found[-1] if found else None), TODAY
        ):
            assert len(page) <= 2
            found += [meeting.id for meeting in page]
    assert found == sorted(["m-a", *names])


async def test_a_representative_of_an_unknown_agency_is_refused(
    filled: PostgresDatabase, register: Register
) -> None:
    """References hold, even if a check before was wrong."""
    stray = replace(register.representatives[0], agency=AgencyId("nowhere"))
    with pytest.raises(Conflict, match="fk_representatives_agency"):
        await merge(filled, Register(representatives=(stray,)))
