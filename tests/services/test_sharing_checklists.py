"""The checklist before sharing: every end is on record, and nothing is begun against an answer."""

import json
from dataclasses import fields, replace

import pytest
from support.agreed import agree, condition
from support.world import COORDINATOR, STRANGER, World

from gateway.audit.entries import Action
from gateway.domain.classification import Classification
from gateway.domain.errors import Forbidden, InvalidInput, NotFound
from gateway.domain.meeting_records import ChecklistAnswers, Ending, Telling
from gateway.domain.packs import ConditionStatement, Consultation
from gateway.domain.protocol_terms import ConditionKind
from gateway.domain.register import AgencyId, ChildReference, MeetingId, RepresentativeId
from gateway.services import sharing_checklists
from gateway.services.packs import get_pack, list_packs
from gateway.services.paging import Page

MEETING = MeetingId("kowhai-2026-12-08")
BEN = RepresentativeId("ben-sample")
GOOD = ChecklistAnswers(
    relevant=True,
    purpose="SAFETY-PLAN",
    authority="OTA-66C",
    recipients=(BEN,),
    ground="66C(a)(i)",
    belief="They visit the home.",
    telling=Telling.TOLD,
    telling_why="The family was told on Monday.",
    consultations=(
        Consultation(ChildReference("child-7f3a"), consulted=True, account="They agree."),
        Consultation(ChildReference("child-9c2e"), consulted=False, account="Too young."),
    ),
    accurate=True,
    least=True,
    conflict=False,
    classification=Classification.IN_CONFIDENCE,
)
BAD: dict[str, object] = {
    "relevant": False,
    "recipients": (),
    "ground": "",
    "belief": "",
    "telling": None,
    "telling_why": "",
    "consultations": (),
    "accurate": None,
    "least": False,
    "conflict": True,
    "classification": None,
    "purpose": "NO-SUCH",
    "authority": "OTA-66",
}


async def test_the_lead_agency_comes_to_a_pack_with_these_answers(world: World) -> None:
    """Its statements are those of the checklist, for whom it chose and nobody else."""
    ended = await sharing_checklists.end_sharing(world.parts, COORDINATOR, MEETING, GOOD)
    assert ended.pack is not None
    pack, _ = await get_pack(world.parts, COORDINATOR, ended.pack)
    assert pack.recipients == (BEN,)
    assert [(s.recipient, s.belief) for s in pack.statements] == [(BEN, "They visit the home.")]
    assert pack.consultations == GOOD.consultations
    assert pack.marking is Classification.IN_CONFIDENCE
    found = await sharing_checklists.look_at_checklist(world.parts, COORDINATOR, ended.id)
    assert found.answers == GOOD
    with pytest.raises(NotFound):
        await sharing_checklists.look_at_checklist(world.parts, STRANGER, ended.id)


@pytest.mark.parametrize("name", BAD)
async def test_each_answer_that_speaks_against_it_holds_it_back(world: World, name: str) -> None:
    """No pack is begun, and no end is on record."""
    wrong = replace(GOOD, **{name: BAD[name]})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        await sharing_checklists.end_sharing(world.parts, COORDINATOR, MEETING, wrong)
    assert caught.value.problems or caught.value.field
    assert await list_packs(world.parts, COORDINATOR, Page()) == []
    actions = [json.loads(leaf)["action"] for leaf in await world.leaves()]
    assert Action.SHARING_CHECKLIST_ENDED not in actions


def test_every_answer_is_asked_for() -> None:
    """A field that the answers gain is held against something here."""
    optional = {"instrument", "conditions", "reason"}
    assert {field.name for field in fields(ChecklistAnswers)} - optional == set(BAD)


async def test_another_signatory_comes_to_may_share_or_not(world: World) -> None:
    """It begins no pack: the lead agency makes the meeting's. A reason not to is needed."""
    ended = await sharing_checklists.end_sharing(world.parts, STRANGER, MEETING, GOOD)
    assert (ended.ending, ended.pack) == (Ending.MAY_SHARE, None)
    with pytest.raises(InvalidInput):
        await sharing_checklists.end_not_sharing(world.parts, STRANGER, MEETING, ChecklistAnswers())
    reason = ChecklistAnswers(reason="It would put them at risk.")
    ended = await sharing_checklists.end_not_sharing(world.parts, STRANGER, MEETING, reason)
    assert ended.ending is Ending.NOT
    assert b"at risk" not in b"".join(await world.leaves())
    unsigned = replace(
        STRANGER,
        agency=AgencyId("ruru-housing"),
        representative=RepresentativeId("ngaio-example"),
    )
    with pytest.raises(Forbidden):
        await sharing_checklists.open_sheet(world.parts, unsigned, MEETING)


async def test_conditions_on_maori_data_are_answered_for(world: World) -> None:
    """What the protocol asks to be stated goes into the pack."""
    await agree(world, conditions=(condition("HAPU-1", ConditionKind.ASKED_FIRST),))
    with pytest.raises(InvalidInput) as caught:
        await sharing_checklists.end_sharing(world.parts, COORDINATOR, MEETING, GOOD)
    assert [each.field for each in caught.value.problems] == ["condition-HAPU-1"]
    stated = (ConditionStatement("HAPU-1", "They were asked on Monday."),)
    ended = await sharing_checklists.end_sharing(
        world.parts, COORDINATOR, MEETING, replace(GOOD, conditions=stated)
    )
    assert ended.pack is not None
    pack, _ = await get_pack(world.parts, COORDINATOR, ended.pack)
    assert pack.conditions == stated
