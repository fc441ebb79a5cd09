"""Two persons stand behind a request that needs it, and the second reads what they approve."""

from dataclasses import replace

import pytest
from support.requests import SECOND, drafted, sent, stored, terms
from support.world import COORDINATOR, LEAD, ROOT, STRANGER, World

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from gateway.domain.information_requests.states import RequestState
from gateway.domain.register import RepresentativeId
from gateway.policy import CedarJudge, load_bundle
from gateway.services.information_requests import (
    approve_request,
    check_request,
    create_request,
    edit_request,
    get_asked,
    list_asked,
)
from gateway.services.paging import Page
from gateway.services.request_sending import send_request
from gateway.services.request_storage import RequestFilter

ROBIN = RepresentativeId("robin-example")  # a third person of the lead agency
OFFICER = Actor(ActorKind.PERSON, Role.PRIVACY_OFFICER, LEAD, ROBIN, "test")


@pytest.fixture
async def approving(world: World) -> World:
    """A gateway whose form asks for approval, and three people at the lead agency."""
    bundle = load_bundle(ROOT / "policies")
    form = replace(bundle.forms["OTA-66C"], needs_approval=True)
    judge = CedarJudge(replace(bundle, forms={**bundle.forms, "OTA-66C": form}))
    world.parts = replace(world.parts, judge=judge)
    (pat,) = (p for p in world.register.representatives if p.id == COORDINATOR.representative)
    robin = replace(pat, id=ROBIN, email="robin.example@tamariki-care.example")
    people = (*world.register.representatives, robin)
    await world.import_register(replace(world.register, representatives=people))
    return world


async def test_whoever_drafts_for_another_does_not_approve(approving: World) -> None:
    """Pat drafts a request of Aroha's; neither of them is the second person."""
    asked = terms(requester=SECOND.representative)
    draft = await create_request(approving.parts, COORDINATOR, asked)
    for writer in (COORDINATOR, SECOND):
        with pytest.raises(Conflict, match="cannot approve"):
            await approve_request(approving.parts, writer, draft.id)
    with pytest.raises(Refused):
        await send_request(approving.parts, COORDINATOR, draft.id)
    done = await approve_request(approving.parts, OFFICER, draft.id)
    assert done.state is RequestState.APPROVED
    assert (await send_request(approving.parts, COORDINATOR, draft.id)).state is RequestState.SENT


async def test_whoever_rewrites_a_draft_does_not_approve_it(approving: World) -> None:
    """It is their text then; the officer, who wrote nothing, may."""
    draft = await drafted(approving)
    await edit_request(approving.parts, SECOND, draft.id, terms())
    with pytest.raises(Conflict, match="cannot approve"):
        await approve_request(approving.parts, SECOND, draft.id)
    found = await stored(approving, draft)
    assert (found.drafted_by, found.edited_by) == (
        COORDINATOR.representative,
        SECOND.representative,
    )
    assert (await approve_request(approving.parts, OFFICER, draft.id)).state.is_editable


async def test_the_privacy_officer_reads_and_checks_what_they_approve(approving: World) -> None:
    """Both are recorded; another agency's officer finds nothing, and an officer edits nothing."""
    draft = await drafted(approving)
    view = await get_asked(approving.parts, OFFICER, draft.id)
    assert view.content.subject.name.startswith("Tama")
    found = await check_request(approving.parts, OFFICER, draft.id)
    assert [one.rule for one in found.decision.denials] == ["request-not-approved"]
    listed = await list_asked(approving.parts, OFFICER, Page(), RequestFilter())
    assert [one.id for one in listed] == [draft.id]
    log = b"".join(await approving.leaves())
    assert b"information-request.read" in log
    other = replace(STRANGER, role=Role.PRIVACY_OFFICER)
    with pytest.raises(NotFound):
        await get_asked(approving.parts, other, draft.id)
    with pytest.raises(NotFound):
        await check_request(approving.parts, other, draft.id)
    with pytest.raises(Forbidden):
        await edit_request(approving.parts, OFFICER, draft.id, terms())
    with pytest.raises(Forbidden):
        await send_request(approving.parts, OFFICER, draft.id)


async def test_a_coordinator_who_looks_is_not_recorded(world: World) -> None:
    """It is their own work."""
    request = await sent(world)
    await get_asked(world.parts, COORDINATOR, request.id)
    assert b"information-request.read" not in b"".join(await world.leaves())


async def test_a_draft_without_a_day_gets_the_one_the_form_suggests(world: World) -> None:
    """Ten working days, in the holder's region; one that is named stays."""
    draft = await drafted(world, due_on=None)
    assert str(draft.due_on) == "2026-12-15"
    found = await check_request(world.parts, COORDINATOR, draft.id)
    assert found.decision.allowed
    warned = {finding.rule for finding in found.decision.findings}
    assert not warned & {"request-due-soon", "request-due-on-day-off"}


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        ("2026-12-14", {"request-due-soon"}),
        ("2026-12-20", {"request-due-on-day-off"}),
        ("2026-12-25", {"request-due-on-day-off"}),
        ("2199-12-31", {"request-field-faulty"}),
    ],
)
async def test_the_check_tells_of_an_awkward_day(world: World, day: str, rules: set[str]) -> None:
    """Too soon or not worked is a warning; far away is a slip, and refused by the check."""
    draft = await drafted(world, due_on=terms().due_on.fromisoformat(day))  # type: ignore[union-attr]
    found = await check_request(world.parts, COORDINATOR, draft.id)
    told = {finding.rule for finding in found.decision.findings} - {"request-before-meeting"}
    assert told == rules
    assert found.decision.allowed is ("request-field-faulty" not in rules)


async def test_the_check_warns_of_a_meeting_still_to_come(world: World) -> None:
    """A request follows a meeting; on the day after it, nothing is said any more."""
    draft = await drafted(world)
    before = await check_request(world.parts, COORDINATOR, draft.id)
    assert [finding.rule for finding in before.decision.findings] == ["request-before-meeting"]
    world.clock.move(days=8)
    later = await edit_request(world.parts, COORDINATOR, draft.id, terms(due_on=None))
    assert (await check_request(world.parts, COORDINATOR, later.id)).decision.findings == ()


async def test_wording_of_duty_is_refused_with_its_field(world: World) -> None:
    """The Act lets the holder disclose; nobody is told otherwise."""
    content = replace(terms().content, reply_by="You must answer by mail.")
    draft = await drafted(world, content=content)
    found = await check_request(world.parts, COORDINATOR, draft.id)
    assert [finding.rule for finding in found.decision.denials] == ["request-worded-as-duty"]
    assert [fault.field for fault in found.faults] == ["reply_by"]
    with pytest.raises(Refused):
        await send_request(world.parts, COORDINATOR, draft.id)


async def test_a_text_longer_than_the_form_allows_is_refused_at_once(world: World) -> None:
    """The field is named, at drafting and at editing."""
    content = terms().content
    long = replace(content, subject=replace(content.subject, gender="x" * 201))
    with pytest.raises(InvalidInput) as caught:
        await drafted(world, content=long)
    assert caught.value.field == "subject.gender"
    draft = await drafted(world)
    with pytest.raises(InvalidInput) as caught:
        await edit_request(world.parts, COORDINATOR, draft.id, terms(content=long))
    assert caught.value.field == "subject.gender"


async def test_a_field_the_form_has_no_more_is_shown_by_its_name(world: World) -> None:
    """It was written when the form had it; nothing fails at sending."""
    bundle = load_bundle(ROOT / "policies")
    form = bundle.forms["OTA-66C"]
    own = replace(form.fields[0], name="case_lead", label="Case lead", required=False, added=True)
    wider = replace(form, fields=(*form.fields, own))
    forms = {**bundle.forms, "OTA-66C": wider}
    plain, world.parts = (
        world.parts,
        replace(world.parts, judge=CedarJudge(replace(bundle, forms=forms))),
    )
    draft = await drafted(world, content=replace(terms().content, further={"case_lead": "A. S."}))
    world.parts = plain
    assert (await send_request(world.parts, COORDINATOR, draft.id)).state is RequestState.SENT
    with pytest.raises(InvalidInput) as caught:
        await drafted(world, content=replace(terms().content, further={"case_lead": "A. S."}))
    assert caught.value.field == "further"
