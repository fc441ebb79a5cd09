"""Changing representatives, one's own agency, and conflicts of interest."""

import json

from support.world import LEAD
from web.driving import FORM, Api
from web.pages.register_forms import assert_faulty, seen_in
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import Agency, AgencyId, Representative, RepresentativeId
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
DETAILS = {
    "handling_acknowledged_on": "2026-11-30",
    "mail_domains": "tamariki-care.example\ncare.tamariki-care.example",
    "standing-1-status": "child welfare and protection agency",
    "standing-1-ground": "Oranga Tamariki Act 1989 s 2(1), paragraph (a)",
    "standing-1-evidence": "Register of standings, folio 99 (fictional)",
    "standing-1-expires_on": "2030-01-01",
}


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
    ({"standing-3-status": "independent person"}, "standing-1-ground"),
    ({"standing-1-status": "family violence agency", "standing-1-ground": "x",
      "standing-1-evidence": "y"}, "standing-1-status"),
]  # fmt: skip


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


async def test_rows_are_added_and_taken_away_without_scripts(api: Api) -> None:
    """Keeping what was typed elsewhere."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    reply = await visit.post(NEW, PERSON | {"add": "standing"})
    assert reply.status == 200
    assert 'id="standing-1-status"' in reply.text
    assert 'value="Moana Sample"' in reply.text
    rows = {"standing-1-ground": "Folio A", "standing-2-ground": "Folio B", "remove": "standing-1"}
    reply = await visit.post(NEW, PERSON | rows)
    assert "Folio A" not in reply.text
    assert 'name="standing-1-ground" type="text" value="Folio B"' in reply.text
    assert await person(api, "moana-sample") is None


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


async def test_an_agency_changes_its_own_details(api: Api) -> None:
    """What is not in the form stays."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    before = await lead(api)
    form = await visit.get("/register/agency")
    assert "folio 1 (fictional)" in form.text
    extra = seen_in(form) | {"highest_classification": "SECRET", "name": "Other"}
    said = words_of(await visit.follow(await visit.post("/register/agency", DETAILS | extra)))
    assert "care.tamariki-care.example" in said
    assert "mail domains 2" in said
    after = await lead(api)
    assert after.standings[0].evidence.endswith("folio 99 (fictional)")
    assert (after.name, after.kind) == (before.name, before.kind)
    assert after.highest_classification is before.highest_classification


WRONG_DETAILS = [
    ({"mail_domains": "hea1th-region.example"}, "mail_domains"),
    ({"mail_domains": "not a domain"}, "mail_domains"),
    ({"handling_acknowledged_on": "2026-12-24"}, "handling_acknowledged_on"),
    ({"standing-1-evidence": ""}, "standing-1-evidence"),
    ({"standing-1-status": "independent person"}, "standing-1-status"),
]


async def test_wrong_details_are_refused(api: Api) -> None:
    """A domain that looks like another agency's, a standing without evidence, and so on."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    before = await lead(api)
    seen = seen_in(await visit.get("/register/agency"))
    for wrong, field in WRONG_DETAILS:
        reply = await visit.post("/register/agency", DETAILS | seen | wrong)
        assert reply.status == 422, wrong
        assert_faulty(reply, field)
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
