"""Changing representatives, one's own agency, and conflicts of interest."""

import json
from dataclasses import replace
from datetime import date

from support.world import LEAD
from web.driving import FORM, Api
from web.pages.register_forms import assert_faulty, seen_in
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import (
    Agency,
    AgencyId,
    Representative,
    RepresentativeId,
    SealedForm,
)
from gateway.services.register_storage import RegisterKind

NEW = "/register/representatives/new"
PERSON = {
    "id": "moana-sample",
    "name": "Moana Sample",
    "role": "Social worker",
    "email": "moana.sample@tamariki-care.example",
    "other_email": "",
    "mobile": "+447700900150",
    "telephone": "",
    "active_from": "2026-11-01",
    "active_until": "",
}
AROHA = "/register/representatives/aroha-tauira/edit"
DETAILS = {"handling_acknowledged_on": "2026-11-30"}


async def person(api: Api, identifier: str) -> Representative | None:
    async with api.world.parts.database.work() as work:
        key = RepresentativeId(identifier)
        return (await work.register.representatives([key])).get(key)


async def lead(api: Api) -> Agency:
    async with api.world.parts.database.work() as work:
        found = await work.register.agency(LEAD)
    assert found is not None
    return found


async def test_a_representative_is_added_with_history_and_entry(api: Api) -> None:
    """The entry names fields and no values; the page says who added them."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    assert (await visit.get(NEW)).status == 200
    reply = await visit.follow(await visit.post(NEW, PERSON))
    said = words_of(reply)
    assert "Saved." in said
    assert "Moana Sample" in said
    assert "added by Sample administrator" in said
    entry = next(e for e in await api.actions() if e["action"] == "register.changed")
    assert entry["detail"]["change"] == "added"
    assert "mobile" in entry["detail"]["fields"]
    assert "telephone" not in entry["detail"]["fields"]
    assert entry["actor"]["user"]
    for value in ("Moana", "moana", "+447700900150"):
        assert value not in json.dumps(entry)


async def test_a_change_shows_from_what_to_what(api: Api) -> None:
    """The history is kept encrypted."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    form = await visit.get(AROHA)
    assert 'value="aroha.tauira@tamariki-care.example"' in form.text
    changed = PERSON | {
        "name": "Aroha Tauira", "role": "Practice leader", "mobile": "+447700900101",
        "email": "aroha.tauira@tamariki-care.example", "active_from": "2025-02-01",
    }  # fmt: skip
    said = words_of(await visit.follow(await visit.post(AROHA, changed | seen_in(form))))
    assert "role Senior practitioner Practice leader" in said
    stored = await person(api, "aroha-tauira")
    assert stored is not None
    assert stored.role == "Practice leader"
    assert await person(api, "moana-sample") is None  # the identifier typed does not count
    async with api.world.parts.database.work() as work:
        kept = await work.register_history.of(RegisterKind.REPRESENTATIVE, "aroha-tauira", 9)
    assert len(kept) == 2
    assert all(b"practitioner" not in each.sealed for each in kept)


WRONG_PEOPLE = [
    ({"name": " "}, "name"),
    ({"id": "Moana Sample"}, "id"),
    ({"email": "Moana <moana@tamariki-care.example>"}, "email"),
    ({"email": "moana@tаmariki-care.example"}, "email"),
    ({"mobile": "021 123 4567"}, "mobile"),
    ({"active_from": "yesterday"}, "active_from"),
    ({"active_until": "2026-10-31"}, "active_until"),
    ({"other_email": "Moana.Sample+x@tamariki-care.example"}, "other_email"),
    ({"email": "moana.sample@elsewhere.example"}, "email"),
    ({"email": "moana.sample@regional-police.example"}, "email"),
    ({"email": "Pat.Tauira@tamariki-care.example"}, "email"),
    ({"other_email": "moana.sample@elsewhere.example"}, "other_email"),
    ({"mobile": "+447700900102"}, "mobile"),
]


async def test_what_is_wrong_is_said_at_its_field(api: Api) -> None:
    """Everything that was typed is kept, and nothing is stored."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    for wrong, field in WRONG_PEOPLE:
        reply = await visit.post(NEW, PERSON | wrong)
        assert reply.status == 422, wrong
        assert f'href="#{field}"' in reply.text, wrong
        assert_faulty(reply, field)
        assert 'value="Social worker"' in reply.text
    assert await person(api, "moana-sample") is None
    assert ("addRepresentative", "InvalidInput") in await api.refusals()


async def test_an_identifier_is_taken_only_once(api: Api) -> None:
    """Also where another agency has it, whose representative stays as it is."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    before = await person(api, "ben-sample")
    reply = await visit.post(NEW, PERSON | {"id": "ben-sample"})
    assert reply.status == 409
    assert 'id="id-error"' in reply.text
    assert "Sergeant" not in reply.text
    assert await person(api, "ben-sample") == before


STANDING = {
    "standing-1-status": "independent person",
    "standing-1-ground": "anything",
    "standing-1-evidence": "anything",
}


async def test_nobody_is_given_a_standing_on_a_page(api: Api) -> None:
    """Neither somebody new nor somebody known; what the operator entered stays."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    assert "standing-1" not in (await visit.get(NEW)).text
    assert (await visit.post(NEW, PERSON | STANDING)).status == 303
    added = await person(api, "moana-sample")
    assert added is not None
    assert added.standings == ()
    health = await Visit.of(api, Role.ADMINISTRATOR, agency=AgencyId("te-rohe-health"), person=None)
    before = await person(api, "hana-sample")
    assert before is not None
    place = "/register/representatives/hana-sample/edit"
    known = {"name": before.name, "role": "Nurse", "email": before.email, "mobile": "",
             "other_email": before.other_email or "", "active_from": "2025-01-01"}  # fmt: skip
    seen = seen_in(await health.get(place))
    assert (await health.post(place, PERSON | known | STANDING | seen)).status == 303
    after = await person(api, "hana-sample")
    assert after is not None
    assert (after.role, after.standings) == ("Nurse", before.standings)


async def test_another_agencys_representative_cannot_be_changed(api: Api) -> None:
    """Not even seen in the form."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    place = "/register/representatives/ben-sample/edit"
    for reply in (await visit.get(place), await visit.post(place, PERSON)):
        assert reply.status == 404
        assert "Sergeant" not in reply.text


async def test_only_an_administrator_changes_anything(api: Api) -> None:
    """A privacy officer looks, and records conflicts."""
    for role in sorted(set(Role) - {Role.ADMINISTRATOR}):
        visit = await Visit.of(api, role)
        for place in (NEW, AROHA, "/register/agency", "/register/meetings/new",
                      "/register/protocols/new", "/register/protocols/kowhai/2/next"):  # fmt: skip
            assert (await visit.get(place)).status == 403, place
            assert (await visit.post(place, PERSON)).status == 403, place
    assert await person(api, "moana-sample") is None


async def test_a_form_without_its_token_changes_nothing(api: Api) -> None:
    """For each form of the register."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    visit.csrf = "0" * 64
    for place in (NEW, AROHA, "/register/agency", "/register/conflicts",
                  "/register/protocols/kowhai/2/signatures"):  # fmt: skip
        assert (await visit._call("POST", place, data=b"id=x", headers=FORM)).status == 403
    assert not [e for e in await api.actions() if e["action"] == "register.changed"]


async def test_an_agency_changes_nothing_that_decides_who_receives_what(api: Api) -> None:
    """Standings, mail domains, classification, name: all stay, whatever is sent."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    before = await lead(api)
    form = await visit.get("/register/agency")
    assert "entered by the operator" in form.text
    extra = seen_in(form) | {
        "highest_classification": "SECRET",
        "name": "Other",
        "kind": "police",
        "mail_domains": "gmail.com\nregional-police.example",
        "standing-1-status": "may require information under section 66",
        "standing-1-ground": "anything",
        "standing-1-evidence": "anything",
    }
    assert (await visit.post("/register/agency", DETAILS | extra)).status == 303
    after = await lead(api)
    assert after == replace(before, handling_acknowledged_on=date(2026, 11, 30))


async def test_an_agency_chooses_how_its_packs_are_sealed(api: Api) -> None:
    """The page shows the choice; history and entry name it; a word of no choice is refused."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    form = await visit.get("/register/agency")
    assert '<option value="encrypted zip" selected>' in form.text
    wanted = seen_in(form) | {"sealed_form": "native files"}
    said = words_of(await visit.follow(await visit.post("/register/agency", wanted)))
    assert "native files: PDF and Office files" in said
    assert "sealed form" in said
    assert (await lead(api)).sealed_form is SealedForm.NATIVE_FILES
    entry = [e for e in await api.actions() if e["action"] == "register.changed"][-1]
    assert entry["detail"]["fields"] == ["handling_acknowledged_on", "sealed_form"]
    form = await visit.get("/register/agency")
    assert '<option value="native files" selected>' in form.text
    reply = await visit.post("/register/agency", seen_in(form) | {"sealed_form": "none at all"})
    assert reply.status == 422
    assert_faulty(reply, "sealed_form")
    assert (await lead(api)).sealed_form is SealedForm.NATIVE_FILES


async def test_a_day_to_come_is_refused(api: Api) -> None:
    """Nobody acknowledges tomorrow."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    before = await lead(api)
    seen = seen_in(await visit.get("/register/agency"))
    reply = await visit.post("/register/agency", seen | {"handling_acknowledged_on": "2026-12-24"})
    assert reply.status == 422
    assert_faulty(reply, "handling_acknowledged_on")
    assert await lead(api) == before


async def test_a_privacy_officer_records_a_conflict_of_interest(api: Api) -> None:
    """The list says who recorded it and when; recording it twice is refused."""
    visit = await Visit.of(api, Role.PRIVACY_OFFICER)
    fields = {"representative": "aroha-tauira", "child": "child-7f3a", "declared_on": "2026-11-30"}
    said = words_of(await visit.follow(await visit.post("/register/conflicts", fields)))
    assert (
        "Aroha Tauira child-7f3a 30 November 2026 1 December 2026, 13:00 Sample privacy officer"
        in said
    )
    again = await visit.post("/register/conflicts", fields)
    assert again.status == 409
    assert 'id="child-error"' in again.text
    async with api.world.parts.database.work() as work:
        key = RepresentativeId("aroha-tauira")
        assert (await work.register.conflicts([key]))[key] == {"child-7f3a"}


WRONG_CONFLICTS = [
    ({"representative": "iris-example"}, "representative"),
    ({"representative": "nobody"}, "representative"),
    ({"child": "Moana Sample"}, "child"),
    ({"child": "ABC1235"}, "child"),
    ({"declared_on": "2027-01-01"}, "declared_on"),
    ({"declared_on": ""}, "declared_on"),
]


async def test_a_wrong_conflict_is_refused(api: Api) -> None:
    """One of another agency's representative reads as one of nobody's."""
    visit = await Visit.of(api, Role.PRIVACY_OFFICER)
    fields = {"representative": "aroha-tauira", "child": "child-7f3a", "declared_on": "2026-11-30"}
    for wrong, field in WRONG_CONFLICTS:
        reply = await visit.post("/register/conflicts", fields | wrong)
        assert reply.status == 422, wrong
        assert_faulty(reply, field)
        assert "Iris" not in reply.text


async def test_conflicts_of_other_agencies_are_not_listed(api: Api) -> None:
    """The sample's is of another agency, which sees it."""
    assert (
        "child-9c2e"
        not in (await (await Visit.of(api, Role.PRIVACY_OFFICER)).get("/register/conflicts")).text
    )
    health = await Visit.of(
        api, Role.PRIVACY_OFFICER, agency=AgencyId("te-rohe-health"), person=None
    )
    said = words_of(await health.get("/register/conflicts"))
    assert "Iris Example child-9c2e" in said
    assert "the operator" in said


async def test_a_change_made_meanwhile_is_not_lost(api: Api) -> None:
    """Whoever saves later is told, and can then replace it; a form without its mark never can."""
    first, second = [await Visit.of(api, Role.ADMINISTRATOR) for _ in range(2)]
    known = {"active_from": "2025-02-01", "name": "Aroha Tauira"}
    opened = PERSON | known | seen_in(await second.get(AROHA))
    theirs = PERSON | known | {"role": "Practice leader"} | seen_in(await first.get(AROHA))
    assert (await first.post(AROHA, theirs)).status == 303
    assert (await second.post(AROHA, PERSON | known)).status == 409
    told = await second.post(AROHA, opened)
    assert told.status == 409
    assert "Somebody has changed this since" in told.text
    assert 'value="Social worker"' in told.text
    stored = await person(api, "aroha-tauira")
    assert stored is not None
    assert stored.role == "Practice leader"
    assert (await second.post(AROHA, opened | seen_in(told))).status == 303
