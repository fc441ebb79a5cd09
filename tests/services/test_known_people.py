"""People the gateway knows by name, given to whoever looks into documents."""

from dataclasses import replace
from datetime import date

import pytest
from services.test_uploads import LABEL
from support.requests import IRIS, drafted, sent, terms
from support.world import COORDINATOR, World, chunks

from gateway.domain.information_requests.content import Subject
from gateway.domain.inspection import Discovery, Kind, Known
from gateway.domain.packs import Pack
from gateway.domain.register import AgeGroup, Child, ChildReference, MeetingId
from gateway.services.found import look_at_found
from gateway.services.known_people import known_people
from gateway.services.packs import check_pack
from gateway.services.uploads import NewDocument, add_document

ELSEWHERE = MeetingId("rata-2026-12-10")
OTHER = ChildReference("child-0b0b")
SUBJECT = Subject(OTHER, "Mere Madeup", ("Mimi Madeup", " "), date(2015, 2, 3))


async def with_another_meeting(world: World) -> None:
    """A second meeting, about a child whom the first one is not about."""
    meeting = replace(
        world.register.meetings[0], id=ELSEWHERE, children=(Child(OTHER, AgeGroup.CHILD),)
    )
    changed = replace(world.register, meetings=(*world.register.meetings, meeting))
    await world.import_register(changed)


async def drafted_about(world: World, subject: Subject) -> None:
    """A draft of a request that follows the second meeting."""
    content = replace(terms().content, subject=subject)
    await drafted(world, meeting=ELSEWHERE, content=content)


async def known(world: World, pack: Pack) -> dict[str, Known]:
    """Whom the inspection of a pack's documents is given, by reference."""
    async with world.parts.database.work() as work:
        return {one.reference: one for one in await known_people(world.parts, work, pack)}


async def test_recipients_are_known_by_their_own_names_only(world: World) -> None:
    """The register has no names of children, nor of anybody's family."""
    pack = await world.new_pack(documents=0)
    people = await known(world, pack)
    assert set(people) == {f"person:{person}" for person in world.register.meetings[0].attendees}
    assert {one.kind for one in people.values()} == {Kind.CONFLICT}
    assert people["person:iris-example"].names == ("Iris Example",)


async def test_a_child_of_another_meeting_is_known(world: World) -> None:
    """By all names and the date of birth in a request, a draft's too."""
    await with_another_meeting(world)
    await drafted_about(world, SUBJECT)
    pack = await world.new_pack(documents=0)
    assert (await known(world, pack))[f"child:{OTHER}"] == Known(
        f"child:{OTHER}", Kind.OTHER_CHILD, ("Mere Madeup", "Mimi Madeup"), "2015-02-03"
    )


async def test_the_meetings_own_children_are_not_looked_for(world: World) -> None:
    """Unless a recipient has declared a conflict of interest about one: then it is a conflict."""
    await sent(world)  # about child-7f3a
    pack = await world.new_pack(documents=0)
    assert "child:child-7f3a" not in await known(world, pack)
    barred = replace(world.register.conflicts[0], child=ChildReference("child-7f3a"))
    await world.import_register(replace(world.register, conflicts=(barred,)))
    people = await known(world, pack)
    assert people["child:child-7f3a"].kind is Kind.CONFLICT


@pytest.mark.parametrize(
    ("born", "names"),
    [(None, ()), (date(2017, 3, 14), ()), (date(2012, 1, 1), ("Tama Tauira-Sample (fictional)",))],
)
async def test_a_child_of_the_same_name_may_be_the_same(
    world: World, born: date | None, names: tuple[str, ...]
) -> None:
    """One child has a reference in each meeting; only another date of birth tells them apart."""
    await sent(world)
    await with_another_meeting(world)
    subject = Subject(OTHER, "Tama  tauira-sample (Fictional)", (), born)
    await drafted_about(world, subject)
    pack = await world.new_pack(documents=0)
    found = (await known(world, pack)).get(f"child:{OTHER}")
    assert (found is not None) == bool(names)


async def test_another_agencys_requests_are_not_opened(world: World) -> None:
    """The agency asked knows who it was asked about, once that was sent; others do not."""
    await with_another_meeting(world)
    await drafted_about(world, SUBJECT)
    pack = await world.new_pack(documents=0)
    theirs = replace(pack, agency=IRIS.of_agency())
    assert f"child:{OTHER}" not in await known(world, theirs)
    await sent(world)
    about_theirs = replace(pack, agency=IRIS.of_agency(), meeting=ELSEWHERE)
    assert "child:child-7f3a" in await known(world, about_theirs)


async def test_what_is_found_about_a_child_withholds_where_there_is_a_conflict(
    world: World,
) -> None:
    """The recipient with the conflict does not get the document; the others are warned about."""
    await with_another_meeting(world)
    await drafted_about(world, SUBJECT)
    conflict = replace(world.register.conflicts[0], child=OTHER)
    await world.import_register(replace(world.register, conflicts=(conflict,)))
    said = Discovery(Kind.OTHER_CHILD, "page 2", "Mere Madeup came along", about=f"child:{OTHER}")
    world.inspector.discoveries = (said,)
    pack = await world.new_pack(documents=0)
    new = NewDocument("care.pdf", LABEL)
    document = await add_document(world.parts, COORDINATOR, pack.id, new, chunks(b"words"))
    assert f"child:{OTHER}" in {one.reference for one in world.inspector.asked[-1][2]}
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    rules = {
        row.recipient.id: {finding.rule for finding in row.decisions[0].findings}
        for row in matrix.rows
    }
    assert "conflict-mentioned" in rules[conflict.representative]
    others = [found for person, found in rules.items() if person != conflict.representative]
    assert all("conflict-mentioned" not in found for found in others)
    assert all("other-child-mentioned" in found for found in rules.values())
    assert not [leaf for leaf in await world.leaves() if b"Madeup" in leaf]
    found = await look_at_found(world.parts, COORDINATOR, pack.id, document.id)
    assert found.discoveries == (said,)
    assert COORDINATOR.representative is not None
    conflicted = replace(conflict, representative=COORDINATOR.representative)
    await world.import_register(replace(world.register, conflicts=(conflicted,)))
    hidden = await look_at_found(world.parts, COORDINATOR, pack.id, document.id)
    assert hidden.discoveries == ()
