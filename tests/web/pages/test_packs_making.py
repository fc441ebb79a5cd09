"""The form of a new pack: what it asks, what it refuses, and what it makes."""

from support.agreed import agree, condition
from support.world import COORDINATOR
from web.driving import Api
from web.pages.packing import MEETING, coordinator, fields_of, new_pack, new_pack_form
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.packs import Pack, PackId
from gateway.domain.protocol_terms import ConditionKind
from gateway.services.packs import get_pack

FORM_PATH = f"/meetings/{MEETING}/packs/new"


async def stored(api: Api, address: str) -> Pack:
    """The pack at an address."""
    pack, _ = await get_pack(api.world.parts, COORDINATOR, PackId(address.rpartition("/")[2]))
    return pack


async def test_first_it_is_chosen_what_the_pack_is_for(api: Api) -> None:
    """From the protocol's purposes and the legal authorities named for each."""
    reply = await (await coordinator(api)).get(FORM_PATH)
    assert 'value="SAFETY-PLAN/OTA-66C"' in reply.text
    assert 'value="FAMILY-VIOLENCE/FVA-20"' in reply.text
    unknown = await (await coordinator(api)).get(f"{FORM_PATH}?basis=OTHER/OTA-66C")
    assert "what is it for?" in words_of(unknown)


async def test_the_form_asks_what_the_legal_authority_asks_for(api: Api) -> None:
    """Consultation only where the Act has it."""
    visit = await coordinator(api)
    under_66c = words_of(await visit.get(f"{FORM_PATH}?basis=SAFETY-PLAN/OTA-66C"))
    assert "Consultation" in under_66c
    assert "You may share; you need not." in under_66c
    under_20 = words_of(await visit.get(f"{FORM_PATH}?basis=FAMILY-VIOLENCE/FVA-20"))
    assert "Consultation" not in under_20
    assert "Statement of reasonable belief" in under_20


async def test_one_statement_holds_for_all_but_those_with_their_own(api: Api) -> None:
    """And whoever is left out has none."""
    own = "He visited the family."
    changes = {"belief__ben-sample": own, "ground__ben-sample": "66C(a)(ii)"}
    pack = await stored(
        api, await new_pack(await coordinator(api), **changes, **{"none__kim-example": "yes"})
    )
    stated = {str(each.recipient): each for each in pack.statements}
    assert len(stated) == 10
    assert "kim-example" not in stated
    assert (stated["ben-sample"].ground, stated["ben-sample"].belief) == ("66C(a)(ii)", own)
    assert stated["aroha-tauira"].ground == "66C(a)(i)"
    assert {each.stated_by for each in pack.statements} == {"pat-tauira"}
    assert pack.contact == "pat-tauira"
    assert [(c.child, c.consulted) for c in pack.consultations] == [
        ("child-7f3a", False),
        ("child-9c2e", False),
    ]


async def test_what_is_missing_is_named_and_what_was_typed_stays(api: Api) -> None:
    """Each fault beside its field, linked from the top."""
    visit = await coordinator(api)
    typed = {"belief": "<b>Because</b>", "ground": "", "account__child-9c2e": ""}
    reply = await visit.post(FORM_PATH, new_pack_form(**typed))
    assert reply.status == 422
    for field in ("ground", "account-child-9c2e"):
        assert f'href="#{field}"' in reply.text
        assert f'id="{field}-error"' in reply.text
    assert "Choose a ground." in words_of(reply)
    assert "&lt;b&gt;Because&lt;/b&gt;" in reply.text
    again = fields_of(reply.text, FORM_PATH)
    assert again["account-child-7f3a"] == ["Too young to be asked."]


async def test_a_ground_tied_to_a_plan_needs_its_name(api: Api) -> None:
    """Of everyone's statement, or of one person's."""
    visit = await coordinator(api)
    reply = await visit.post(FORM_PATH, new_pack_form(ground="66C(a)(v)"))
    assert reply.status == 422
    assert 'id="instrument-error"' in reply.text
    reply = await visit.post(FORM_PATH, new_pack_form(**{"ground__ben-sample": "66C(a)(v)"}))
    assert 'id="instrument-ben-sample-error"' in reply.text


async def test_faults_of_what_was_typed_stand_beside_their_fields(api: Api) -> None:
    """Also those found by the same checks as the API's."""
    visit = await coordinator(api)
    wrong = {"belief__ben-sample": "invisible \u200b", "marking": "SECRETISH"}
    reply = await visit.post(FORM_PATH, new_pack_form(**wrong))
    assert reply.status == 422
    assert 'id="belief-ben-sample-error"' in reply.text
    assert 'id="marking-error"' in reply.text
    everyone = await visit.post(FORM_PATH, new_pack_form(belief="invisible \u200b"))
    assert everyone.text.count('id="belief-error"') == 1


async def test_a_basis_the_protocol_does_not_name_is_refused(api: Api) -> None:
    """Whatever the form says."""
    visit = await coordinator(api)
    for changes in ({"purpose": "OTHER"}, {"authority": "IPP-11"}, {"authority": ""}):
        assert (await visit.post(FORM_PATH, new_pack_form(**changes))).status == 422


async def test_a_meeting_nobody_entered_is_not_there(api: Api) -> None:
    """For looking and for making."""
    visit = await Visit.of(api, Role.COORDINATOR)
    assert (await visit.get("/meetings/none-2026/packs/new")).status == 404
    assert (await visit.post("/meetings/none-2026/packs/new", new_pack_form())).status == 404


async def test_conditions_on_maori_data_are_asked_about(api: Api) -> None:
    """Those that somebody has to speak to, each beside its words; what is written is kept."""
    visit = await coordinator(api)
    form = f"{FORM_PATH}?basis=SAFETY-PLAN/OTA-66C"
    assert "Māori data" not in words_of(await visit.get(form))
    first = condition("HAPU-1", ConditionKind.ASKED_FIRST, statement="The kaumātua are asked.")
    other = condition("HAPU-2", ConditionKind.RETURN, statement="Returned by June.")
    await agree(api.world, conditions=(first, other))
    asked = words_of(await visit.get(form))
    assert "The kaumātua are asked." in asked
    assert "Returned by June." not in asked
    place = await new_pack(visit, **{"condition-HAPU-1": "They agreed on 2 March."})
    pack = await stored(api, place)
    assert [(each.code, each.account) for each in pack.conditions] == [
        ("HAPU-1", "They agreed on 2 March.")
    ]
    assert "They agreed on 2 March." in words_of(await visit.get(place))
