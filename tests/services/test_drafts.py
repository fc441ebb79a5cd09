"""A protocol from its first word to the version that governs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.drafted import HEALTH, LEAD, sound
from support.world import COORDINATOR, World

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.drafts import Content, DraftId, DraftState, ProtocolDraft, Section
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.protocol_terms import Vetting
from gateway.domain.register import (
    AgencyId,
    ProtocolId,
    RepresentativeId,
    Signature,
    in_force,
)
from gateway.domain.users import User, UserId
from gateway.services import draft_views, drafts
from gateway.services.drafts import NewDraft
from gateway.services.protocol_changes import sign_protocol_version

USER = replace(COORDINATOR, user="01USER")
OFFICER = replace(USER, role=Role.PRIVACY_OFFICER, representative=None)
ADMIN = replace(USER, role=Role.ADMINISTRATOR, representative=None)
THERE = replace(OFFICER, agency=HEALTH)
ELSEWHERE = replace(OFFICER, agency=AgencyId("regional-police"))
NEW = NewDraft(ProtocolId("rata"), "Example protocol for tamariki")


@pytest.fixture(autouse=True)
async def somebody(world: World) -> None:
    """Whoever acts is a user: the history of the register names them."""
    user = User(
        id=UserId("01USER"),
        login="sample@users.example",
        name="Sample User",
        agency=LEAD,
        roles=(Role.COORDINATOR,),
        created_at=world.clock.now(),
    )
    async with world.parts.database.work() as work:
        await work.users.add(user)


def written(world: World) -> Content:
    """A sound content that comes into force tomorrow."""
    return sound(in_force_from=world.parts.today() + timedelta(days=1))


async def filled(world: World, new: NewDraft = NEW) -> ProtocolDraft:
    """A draft in which everything is written."""
    draft = await drafts.begin_draft(world.parts, USER, new)
    content = written(world)
    return await drafts.save_section(
        world.parts, USER, draft.id, Section.MEETING, lambda _: content, seen=0
    )


def vetting(world: World) -> Vetting:
    return Vetting("Sample Senior", "Privacy officer", "privacy", LEAD, world.parts.today())


async def proposed(world: World, new: NewDraft = NEW) -> ProtocolDraft:
    """A draft that was vetted and put out to be signed."""
    draft = await filled(world, new)
    draft = await drafts.vet_draft(
        world.parts, OFFICER, draft.id, vetting(world), seen=draft.revision
    )
    await drafts.propose_draft(world.parts, USER, draft.id, seen=draft.revision)
    return (await draft_views.look_at_draft(world.parts, USER, draft.id)).draft


async def sign(world: World, draft: ProtocolDraft, actor: Actor) -> None:
    agency = actor.of_agency()
    signature = Signature(agency, "Sample Signatory", "Manager", world.parts.today())
    administrator = replace(actor, role=Role.ADMINISTRATOR)
    await sign_protocol_version(
        world.parts, administrator, draft.protocol, draft.version, signature
    )


async def governs(world: World, protocol: ProtocolId) -> int | None:
    """The number of the version that governs today."""
    async with world.parts.database.work() as work:
        versions = await work.register.protocol_versions(protocol)
    now = in_force(versions, world.parts.today())
    return now.version if now else None


async def test_it_governs_once_every_listed_agency_has_signed(world: World) -> None:
    """Not before its day, and not with one signature missing."""
    draft = await proposed(world)
    assert draft.state is DraftState.PROPOSED
    await sign(world, draft, USER)
    world.clock.move(days=2)
    assert await governs(world, draft.protocol) is None
    await sign(world, draft, THERE)
    assert await governs(world, draft.protocol) == 1


async def test_the_version_before_governs_until_then(world: World) -> None:
    """And the next draft begins with what that one says."""
    first = await proposed(world)
    for actor in (USER, THERE):
        await sign(world, first, actor)
    world.clock.move(days=2)
    second = await drafts.begin_draft(world.parts, USER, NewDraft(first.protocol))
    assert second.version == 2
    assert second.content == replace(first.content, in_force_from=None)
    day = world.parts.today() + timedelta(days=1)
    draft = await drafts.save_section(
        world.parts,
        USER,
        second.id,
        Section.RETENTION,
        lambda content: replace(content, retention="For a year.", in_force_from=day),
        seen=0,
    )
    view = await draft_views.look_at_draft(world.parts, USER, draft.id)
    assert [each.section for each in view.changed] == [Section.MEETING, Section.RETENTION]
    draft = await drafts.vet_draft(
        world.parts, OFFICER, draft.id, vetting(world), seen=draft.revision
    )
    await drafts.propose_draft(world.parts, USER, draft.id, seen=draft.revision)
    await sign(world, draft, USER)
    world.clock.move(days=3)
    assert await governs(world, first.protocol) == 1
    await sign(world, draft, THERE)
    assert await governs(world, first.protocol) == 2
    for numbers in ((1, 2), (None, None)):
        found = await draft_views.compare_versions(world.parts, THERE, first.protocol, *numbers)
        assert (found.one.version, found.other.version, found.numbers) == (1, 2, (1, 2))
        assert any("retention" in each.sentence for each in found.changed)


async def test_each_step_is_in_the_log(world: World) -> None:
    """With the listed agencies named once they may read it, and no word of the protocol."""
    draft = await proposed(world)
    leaves = b"\n".join(await world.leaves()).decode()
    for action in (
        Action.PROTOCOL_DRAFT_BEGUN,
        Action.PROTOCOL_DRAFT_CHANGED,
        Action.PROTOCOL_DRAFT_VETTED,
        Action.PROTOCOL_DRAFT_PROPOSED,
        Action.REGISTER_CHANGED,
    ):
        assert f'"{action.value}"' in leaves
    assert draft.content.retention not in leaves
    assert "Sample Senior" not in leaves


async def test_a_change_undoes_the_vetting(world: World) -> None:
    """Whoever vetted it looked at other words."""
    draft = await filled(world)
    draft = await drafts.vet_draft(
        world.parts, OFFICER, draft.id, vetting(world), seen=draft.revision
    )
    changed = await drafts.save_section(
        world.parts,
        USER,
        draft.id,
        Section.BREACHES,
        lambda content: replace(content, breaches="Otherwise."),
        seen=draft.revision,
    )
    assert (changed.state, changed.vetting) == (DraftState.DRAFTING, None)
    with pytest.raises(Conflict):
        await drafts.propose_draft(world.parts, USER, draft.id, seen=changed.revision)


async def test_what_is_not_complete_is_neither_vetted_nor_proposed(world: World) -> None:
    """Every finding is named, by section and field."""
    draft = await drafts.begin_draft(world.parts, USER, NEW)
    with pytest.raises(InvalidInput) as caught:
        await drafts.vet_draft(world.parts, OFFICER, draft.id, vetting(world), seen=0)
    assert len(caught.value.problems) > 10
    assert "information.information" in {p.field for p in caught.value.problems}
    tomorrow = replace(vetting(world), vetted_on=world.parts.today() + timedelta(days=1))
    complete = await filled(world, NewDraft(ProtocolId("other")))
    with pytest.raises(InvalidInput):
        await drafts.vet_draft(world.parts, OFFICER, complete.id, tomorrow, seen=complete.revision)


async def test_only_a_privacy_officer_records_the_vetting(world: World) -> None:
    """A coordinator and an administrator do not."""
    draft = await filled(world)
    for actor in (USER, ADMIN):
        with pytest.raises(Forbidden):
            await drafts.vet_draft(
                world.parts, actor, draft.id, vetting(world), seen=draft.revision
            )


async def test_listed_agencies_read_and_comment_once_it_is_shared(world: World) -> None:
    """They write nothing but their own relationship manager; nobody else sees it ever."""
    draft = await filled(world)
    with pytest.raises(NotFound):
        await draft_views.look_at_draft(world.parts, THERE, draft.id)
    await drafts.share_draft(world.parts, USER, draft.id)
    view = await draft_views.look_at_draft(world.parts, THERE, draft.id)
    assert not view.writes
    comment = await drafts.comment_on(
        world.parts, THERE, draft.id, Section.METHOD, "Could it be a call?"
    )
    with pytest.raises(Forbidden):
        await drafts.settle_comment(world.parts, THERE, draft.id, comment.id)
    with pytest.raises(Forbidden):
        await drafts.save_section(
            world.parts,
            THERE,
            draft.id,
            Section.USE,
            lambda content: content,
            seen=view.draft.revision,
        )
    manager = RepresentativeId("iris-example")
    named = await drafts.name_manager(world.parts, THERE, draft.id, manager)
    assert named.content.agencies[1].manager == manager
    with pytest.raises(InvalidInput):
        await drafts.name_manager(world.parts, THERE, draft.id, RepresentativeId("pat-tauira"))
    await drafts.settle_comment(world.parts, USER, draft.id, comment.id)
    with pytest.raises(NotFound):
        await drafts.settle_comment(world.parts, USER, draft.id, comment.id)
    for step in (
        draft_views.look_at_draft(world.parts, ELSEWHERE, draft.id),
        drafts.comment_on(world.parts, ELSEWHERE, draft.id, Section.USE, "Hello"),
        drafts.share_draft(world.parts, ELSEWHERE, draft.id),
        draft_views.compare_versions(world.parts, ELSEWHERE, draft.protocol, 1, 2),
    ):
        with pytest.raises(NotFound):
            await step
    assert await draft_views.list_drafts(world.parts, ELSEWHERE) == ()


async def test_a_stale_form_is_refused(world: World) -> None:
    """Nothing that somebody else wrote meanwhile is lost unseen."""
    draft = await filled(world)
    with pytest.raises(Conflict):
        await drafts.save_section(
            world.parts,
            USER,
            draft.id,
            Section.USE,
            lambda content: replace(content, recording="Other."),
            seen=draft.revision - 1,
        )


async def test_one_draft_of_a_protocol_at_a_time(world: World) -> None:
    """And none of another agency's protocol; an abandoned one makes room."""
    draft = await drafts.begin_draft(world.parts, USER, NEW)
    with pytest.raises(Conflict):
        await drafts.begin_draft(world.parts, USER, NEW)
    with pytest.raises(Conflict):
        await drafts.begin_draft(world.parts, THERE, NewDraft(ProtocolId("kowhai")))
    await drafts.abandon_draft(world.parts, USER, draft.id)
    again = await drafts.begin_draft(world.parts, USER, NEW)
    assert again.id != draft.id
    for step in (
        drafts.abandon_draft(world.parts, USER, draft.id),
        drafts.comment_on(world.parts, USER, draft.id, Section.USE, "Late"),
    ):
        with pytest.raises(Conflict):
            await step


async def test_the_next_version_of_one_from_a_register_file(world: World) -> None:
    """It begins with what that says; sections it lacks are blank."""
    draft = await drafts.begin_draft(world.parts, USER, NewDraft(ProtocolId("kowhai")))
    assert draft.version >= 2
    assert draft.content.information
    listed = [each.agency for each in draft.content.agencies]
    assert listed[0] == LEAD
    assert {row.agency for row in draft.content.information} <= set(listed)
    assert len(listed) == len(set(listed)) == 6
    assert draft.content.retention == ""


async def test_an_unknown_draft_and_other_roles(world: World) -> None:
    """Neither reads anything."""
    with pytest.raises(NotFound):
        await draft_views.look_at_draft(world.parts, USER, DraftId("01NOTHING"))
    for role in (Role.AUDITOR, Role.RESPONDER):
        with pytest.raises(Forbidden):
            await draft_views.list_drafts(world.parts, replace(USER, role=role))
