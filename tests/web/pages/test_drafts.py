"""Drafts of protocols on their pages: written section by section, checked, commented, vetted."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from support.world import LEAD, World
from web.driving import Api, Reply
from web.pages.packing import send_files
from web.pages.register_forms import assert_faulty, seen_in
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.drafts import Section
from gateway.domain.register import AgencyId, ProtocolId, in_force
from gateway.web.pages.drafts.fields import LABELS, SHAPES

HEALTH, POLICE = AgencyId("te-rohe-health"), AgencyId("regional-police")
Fields = Mapping[str, str | Sequence[str]]
SECTIONS: dict[Section, dict[str, Any]] = {
    Section.MEETING: {
        "name": "Rātā meetings (fictional)",
        "meeting_purpose": "Plan together how a child is kept safe.",
        "in_force_from": "2026-12-02",
    },
    Section.AGENCIES: {
        "agencies-1-agency": LEAD,
        "agencies-1-purpose": "To lead the plan.",
        "agencies-2-agency": HEALTH,
        "agencies-2-purpose": "To know of appointments.",
    },
    Section.PURPOSES: {
        "purpose-1-code": "SAFETY-PLAN",
        "purpose-1-description": "Agree on a safety plan.",
        "purpose-1-authorities": "OTA-66C, IPP-11",
    },
    Section.INFORMATION: {
        "information-1-item": "Dates of clinic appointments and whether they were kept",
        "information-1-agency": HEALTH,
        "information-1-category": "Health appointments",
        "information-1-classification": "IN-CONFIDENCE",
    },
    Section.USE: {"recording": "Only what a task needs.", "secondary_use": "None."},
    Section.MAORI_DATA: {
        "engagement": "Set with the example rūnanga.",
        "conditions-1-code": "HAPU-1",
        "conditions-1-kind": "who may receive",
        "conditions-1-statement": "Only these two.",
        "conditions-1-categories": "Health appointments",
        "conditions-1-agencies": f"{LEAD}\n{HEALTH}",
        "conditions-1-set_with": "the example rūnanga",
        "conditions-1-set_on": "2026-10-01",
    },
    Section.METHOD: {
        "before-description": "Encrypted pack by mail.",
        "before-password_channels": ["text", "", ""],
        "during-description": "Spoken.",
        "after-description": "By request.",
    },
    Section.SECURITY: {
        "requirements": "Two people know where it is kept.\nDevices are locked.",
        "restrictions": "Not on private devices.",
    },
    Section.RETENTION: {"retention": "Until the task is done."},
    Section.TRANSPARENCY: {
        "transparency": "Families are told in the first week.",
        "privacy_statement": "Use this only for the purpose it was sent for.",
    },
    Section.BREACHES: {"breaches": "The lead agency is told at once."},
    Section.CONFLICTS: {"conflicts": "Whoever has one leaves the room."},
    Section.MANAGERS: {
        "managers-1-agency": LEAD,
        "managers-1-manager": "aroha-tauira",
        "managers-2-agency": HEALTH,
        "managers-2-manager": "hana-sample",
    },
    Section.REVIEW: {"every_months": "12", "responsible": LEAD, "grace_days": "30"},
}


async def begun(visit: Visit, protocol: str = "rata", name: str = "Rātā") -> str:
    """The address of a new draft."""
    reply = await visit.post("/drafts", {"protocol": protocol, "name": name})
    assert reply.status == 303, words_of(reply)
    return reply.headers["Location"].rpartition("/")[0]


async def save(visit: Visit, place: str, section: Section, fields: Fields) -> Reply:
    """Save a section from the form as it stands now."""
    seen = seen_in(await visit.get(f"{place}/{section.value}"))
    return await visit.post(f"{place}/{section.value}", seen | dict(fields))


async def written(visit: Visit) -> str:
    """The address of a draft with every section."""
    place = await begun(visit)
    for section, fields in SECTIONS.items():
        reply = await save(visit, place, section, fields)
        assert reply.status == 303, words_of(reply)
    return place


async def vetted(api: Api, place: str) -> Visit:
    """The lead agency's privacy officer, after recording the vetting."""
    officer = await Visit.of(api, Role.PRIVACY_OFFICER)
    page = await officer.get(place)
    fields = {
        "name": "Sample Senior", "role": "Privacy lead", "field": "privacy",
        "vetted_on": api.world.parts.today().isoformat(),
    }  # fmt: skip
    reply = await officer.post(f"{place}/do/vet", seen_in(page) | fields)
    assert "The vetting is recorded." in words_of(await officer.follow(reply))
    return officer


async def sign(api: Api, agency: AgencyId, place: str) -> None:
    """Sign for an agency, on the register's page of the version."""
    visit = await Visit.of(api, Role.ADMINISTRATOR, agency=agency)
    fields = {
        "signed_by": "Sample Signatory", "role": "Manager",
        "signed_on": api.world.parts.today().isoformat(),
    }  # fmt: skip
    reply = await visit.post(f"{place}/signatures", fields)
    assert reply.status == 303, words_of(reply)


async def governs(world: World, protocol: str) -> int | None:
    """The number of the version that governs today."""
    async with world.parts.database.work() as work:
        found = in_force(
            await work.register.protocol_versions(ProtocolId(protocol)), world.parts.today()
        )
    return found.version if found else None


async def test_from_the_first_word_to_the_version_that_governs(api: Api) -> None:
    """Section by section in the guidance's order, without a script; then vetted and signed."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    order = list(Section)
    for number, section in enumerate(order, 1):
        page = await visit.get(f"{place}/{section.value}")
        assert f"Section {number} of {len(order)}" in words_of(page)
        reply = await save(visit, place, section, SECTIONS[section])
        onward = f"{place}/{order[number].value}" if number < len(order) else place
        assert reply.headers["Location"] == f"{onward}?said=saved"
    words = words_of(await visit.get(place))
    assert "14 of 14 are complete." in words
    assert "A privacy officer of your agency now records its vetting." in words
    officer = await vetted(api, place)
    page = await officer.get(place)
    proposed = await officer.post(f"{place}/do/propose", seen_in(page))
    words = words_of(await officer.follow(proposed))
    assert "waits for signatures" in words
    version = "/register/protocols/rata/1"
    shown = words_of(await officer.get(version))
    for said in (
        "Nobody has signed it yet.",
        "Whoever has one leaves the room.",
        "Set with the example rūnanga.",
        "every 12 months",
        "Sample Senior, Privacy lead (privacy)",
        "not yet",
    ):
        assert said in shown, said
    await sign(api, LEAD, version)
    api.world.clock.move(days=2)
    assert await governs(api.world, "rata") is None
    await sign(api, HEALTH, version)
    assert await governs(api.world, "rata") == 1


async def test_what_was_vetted_changes_in_no_other_way(api: Api) -> None:
    """The register's own form neither edits a proposed version nor follows it with another."""
    place = await written(await Visit.of(api, Role.COORDINATOR))
    officer = await vetted(api, place)
    await officer.post(f"{place}/do/propose", seen_in(await officer.get(place)))
    administrator = await Visit.of(api, Role.ADMINISTRATOR)
    version = "/register/protocols/rata/1"
    elsewhere = await Visit.of(api, Role.ADMINISTRATOR, agency=POLICE)
    real, none = [await elsewhere.get(f"/protocols/{p}/compare") for p in ("rata", "nothing")]
    assert (real.status, words_of(real)) == (404, words_of(none))
    only = await administrator.get("/protocols/rata/compare")
    assert "There is only one version so far." in words_of(only)
    page = await administrator.get(version)
    assert f'href="{version}/edit"' not in page.text
    assert 'href="/drafts?protocol=rata"' in page.text
    for form in ("edit", "next"):
        assert (await administrator.get(f"{version}/{form}")).status == 409
        fields = {
            "seen": "", "id": "rata", "name": "Other", "in_force_from": "2027-03-01",
            "review_due": "2029-03-01", "privacy_statement": "Other.", "purpose-1-code": "A",
            "purpose-1-description": "Other", "purpose-1-authorities": "IPP-11",
            "before-description": "By mail.", "during-description": "x",
            "after-description": "x",
        }  # fmt: skip
        reply = await administrator.post(f"{version}/{form}", fields)
        assert reply.status == 409
        assert "section by section" in words_of(reply)


async def test_a_section_is_checked_as_it_is_typed_and_nothing_is_saved(api: Api) -> None:
    """What is too broad is said, and so is what has no form at all."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    await save(visit, place, Section.AGENCIES, SECTIONS[Section.AGENCIES])
    broad = SECTIONS[Section.INFORMATION] | {"information-1-item": "Attendance information"}
    for fields, said in (
        (broad, "'Attendance information' is too broad."),
        (SECTIONS[Section.INFORMATION], "Nothing is to be seen to in this section."),
        ({"information-1-item": "x" * 300, "information-1-agency": HEALTH}, "200"),
    ):
        reply = await visit.post(f"{place}/information/check", fields)
        assert reply.status == 200
        assert said in words_of(reply)
    assert 'value="Attendance information"' not in (await visit.get(f"{place}/information")).text
    added = [entry["action"] for entry in await api.actions()]
    assert added.count("protocol-draft.changed") == 1
    assert "request.refused" not in added


async def test_the_findings_lead_to_their_fields(api: Api) -> None:
    """On the draft's page to the section, on the section's to the field, which is there."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    broad = SECTIONS[Section.INFORMATION] | {"information-1-item": "Attendance information"}
    await save(visit, place, Section.INFORMATION, broad)
    whole = await visit.get(place)
    assert f'href="{place}/information#information-1-item"' in whole.text
    page = await visit.get(f"{place}/information")
    assert 'href="#information-1-item"' in page.text
    assert 'id="information-1-item"' in page.text


async def test_what_cannot_be_saved_is_shown_again_with_its_fault(api: Api) -> None:
    """Beside the field, with all that was typed."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    for section, fields, fault in (
        (Section.MEETING, {"name": "Kept", "in_force_from": "tomorrow"}, "in_force_from"),
        (Section.AGENCIES, {"agencies-1-agency": "Not A Key"}, "agencies-1-agency"),
        (Section.REVIEW, {"every_months": "soon", "responsible": LEAD}, "every_months"),
        (
            Section.MAORI_DATA,
            SECTIONS[Section.MAORI_DATA] | {"conditions-1-kind": "whatever"},
            "conditions-1-kind",
        ),
    ):
        reply = await save(visit, place, section, fields)
        assert reply.status == 422, section
        assert_faulty(reply, fault)
        for value in (v for v in fields.values() if isinstance(v, str) and "\n" not in v):
            if value not in {LEAD, "whatever", "Not A Key"}:
                assert value in reply.text, value


async def test_a_blank_field_of_a_row_is_said_to_be_blank(api: Api) -> None:
    """Beside what is malformed, not in its place."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    fields = {"information-1-item": "x" * 300, "information-2-item": "Dates of school visits"}
    reply = await save(visit, place, Section.INFORMATION, fields)
    assert reply.status == 422
    for field in ("information-1-item", "information-1-agency", "information-2-agency"):
        assert_faulty(reply, field)
    assert words_of(reply).count("This is blank.") == 4
    assert "key" not in words_of(reply)
    review = await save(visit, place, Section.REVIEW, {})
    for field in ("every_months", "responsible", "grace_days"):
        assert_faulty(review, field)


async def test_what_an_agency_shares_that_is_not_listed_yet_is_kept(api: Api) -> None:
    """The form offers it too, or saving would lose it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    await save(visit, place, Section.INFORMATION, SECTIONS[Section.INFORMATION])
    page = await visit.get(f"{place}/information")
    assert f'<option value="{HEALTH}" selected' in page.text
    assert "comes from an agency that is not listed." in words_of(page)


async def test_rows_are_added_and_taken_away(api: Api) -> None:
    """Without saving; what stands in the others stays."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    fields = dict(SECTIONS[Section.PURPOSES])
    more = await save(visit, place, Section.PURPOSES, fields | {"add": "purpose"})
    assert 'id="purpose-2-code"' in more.text
    assert "Agree on a safety plan." in more.text
    less = await save(visit, place, Section.PURPOSES, fields | {"remove": "purpose-1"})
    assert "Agree on a safety plan." not in less.text


async def test_a_stale_form_is_refused_once(api: Api) -> None:
    """Whoever is told of the other's change may replace it knowingly."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    stale = seen_in(await visit.get(f"{place}/retention"))
    await save(visit, place, Section.BREACHES, SECTIONS[Section.BREACHES])
    mine = {"retention": "For a year."}
    refused = await visit.post(f"{place}/retention", stale | mine)
    assert refused.status == 409
    assert "For a year." in refused.text
    again = await visit.post(f"{place}/retention", seen_in(refused) | mine)
    assert again.status == 303
    for odd in ("", "x", "-1", "9" * 20):
        reply = await visit.post(f"{place}/retention", mine | {"seen": odd, "retention": "Z"})
        assert reply.status == 409


async def test_who_is_listed_reads_and_comments_once_it_is_shared(api: Api) -> None:
    """Nobody else ever; what they may not do is not offered, and refused."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await written(visit)
    there = await Visit.of(api, Role.PRIVACY_OFFICER, agency=HEALTH)
    assert (await there.get(place)).status == 404
    await visit.post(f"{place}/do/share")
    for section in Section:
        page = await there.get(f"{place}/{section.value}")
        assert page.status == 200
        assert f'action="{place}/{section.value}"' not in page.text
    shown = words_of(await there.get(f"{place}/managers"))
    assert "Hana Sample" in shown
    assert "Tamariki Care Service (fictional)" in shown
    refused = await there.post(f"{place}/retention", {"retention": "Mine.", "seen": "14"})
    assert refused.status == 403
    comment = await there.post(f"{place}/method/comments", {"text": "Could <b>it</b> be a call?"})
    page = await there.follow(comment)
    assert "Could &lt;b&gt;it&lt;/b&gt; be a call?" in page.text
    assert "/settle" not in page.text
    blank = await there.post(f"{place}/method/comments", {"text": ""})
    assert blank.status == 422
    assert_faulty(blank, "text")
    long = await there.post(f"{place}/method/comments", {"text": "x" * 4001})
    assert long.status == 422
    assert "x" * 4001 in long.text


async def test_a_listed_agency_names_its_own_relationship_manager(api: Api) -> None:
    """One of its own people, and no one else's."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await written(visit)
    await visit.post(f"{place}/do/share")
    there = await Visit.of(api, Role.PRIVACY_OFFICER, agency=HEALTH)
    named = await there.post(f"{place}/do/manager", {"manager": "iris-example"})
    assert named.status == 303
    assert "Iris Example" in words_of(await visit.get(f"{place}/managers"))
    faulty = await there.post(f"{place}/do/manager", {"manager": "pat-tauira"})
    assert faulty.status == 422
    assert_faulty(faulty, "manager")


async def test_a_draft_of_other_agencies_reads_like_one_that_is_not_there(api: Api) -> None:
    """Shared or not, every address of it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await written(visit)
    await visit.post(f"{place}/do/share")
    there = await Visit.of(api, Role.PRIVACY_OFFICER, agency=HEALTH)
    elsewhere = await Visit.of(api, Role.PRIVACY_OFFICER, agency=POLICE)
    missing = f"/drafts/{'0' * 26}"
    for address in ("", "/method", "/draft.json"):
        assert (await elsewhere.get(place + address)).status == 404
        real, none = [await elsewhere.get(each + address) for each in (place, missing)]
        assert words_of(real) == words_of(none)
    for address in ("/do/share", "/do/abandon", "/method/comments", "/method/check"):
        assert (await elsewhere.post(place + address, {"text": "Hello"})).status == 404
    assert place not in (await elsewhere.get("/drafts")).text
    assert place in (await there.get("/drafts")).text


async def test_a_comment_is_settled_by_the_lead_agency_once(api: Api) -> None:
    """And then stands as dealt with."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    page = await visit.follow(await visit.post(f"{place}/use/comments", {"text": "Who reads it?"}))
    assert "1 open comment" in words_of(await visit.get(place))
    address = page.text.partition('/settle"')[0].rpartition('action="')[2] + "/settle"
    settled = await visit.follow(await visit.post(address))
    assert "dealt with" in words_of(settled)
    assert "open comment" not in words_of(await visit.get(place))
    assert (await visit.post(address)).status == 404


async def test_nothing_is_vetted_with_something_left(api: Api) -> None:
    """Neither offered nor taken; a change of what was vetted asks for it again."""
    place = await begun(await Visit.of(api, Role.COORDINATOR))
    officer = await Visit.of(api, Role.PRIVACY_OFFICER)
    page = await officer.get(place)
    assert f"{place}/do/vet" not in page.text
    assert "See to the findings first" in words_of(page)
    fields = {
        "seen": "0", "name": "Sample", "role": "Lead", "field": "privacy",
        "vetted_on": api.world.parts.today().isoformat(),
    }  # fmt: skip
    refused = await officer.post(f"{place}/do/vet", fields)
    assert refused.status == 422
    assert "The draft is not complete." in words_of(refused)


async def test_what_is_wrong_with_a_vetting_stands_beside_its_field(api: Api) -> None:
    """A day to come, a field that is none, a coordinator who may not record it."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await written(visit)
    officer = await Visit.of(api, Role.PRIVACY_OFFICER)
    seen = seen_in(await officer.get(place))
    good = {"name": "Sample Senior", "role": "Lead", "field": "legal", "vetted_on": "2026-12-01"}
    for change, field in (
        ({"vetted_on": "2027-01-01"}, "vetted_on"),
        ({"field": "astrology"}, "field"),
        ({"name": ""}, "name"),
    ):
        reply = await officer.post(f"{place}/do/vet", seen | good | change)
        assert reply.status == 422, field
        assert_faulty(reply, field)
    assert (await visit.post(f"{place}/do/vet", seen | good)).status == 403


async def test_an_abandoned_draft_is_only_read(api: Api) -> None:
    """And another can be begun."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    taken = await visit.post("/drafts", {"protocol": "rata", "name": "Again"})
    assert taken.status == 409
    assert_faulty(taken, "protocol")
    await visit.post(f"{place}/do/abandon")
    page = await visit.get(f"{place}/retention")
    assert "<textarea" not in page.text
    assert (await visit.post(f"{place}/retention", {"retention": "x", "seen": "1"})).status == 409
    assert await begun(visit) != place


async def test_the_next_version_says_what_differs(api: Api) -> None:
    """From the version in force, in words; and any two versions can be compared."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit, "kowhai", "")
    await save(visit, place, Section.PURPOSES, SECTIONS[Section.PURPOSES])
    words = words_of(await visit.get(place))
    assert "What is different from version 2, which is in force" in words
    assert "The purpose SAFETY-PLAN is different." in words
    compared = words_of(await visit.get("/protocols/kowhai/compare"))
    assert "from version 1 to version 2" in compared
    assert "now also shares:" in compared
    back = words_of(await visit.get("/protocols/kowhai/compare?first=2&second=1"))
    assert "no longer shares:" in back
    same = words_of(await visit.get("/protocols/kowhai/compare?first=2&second=2"))
    assert "They say the same." in same
    for wrong in ("?first=9", "?second=x", "?first=%00", "?first=-1", "?second=99999"):
        assert (await visit.get(f"/protocols/kowhai/compare{wrong}")).status == 404


async def test_a_draft_is_taken_along_as_json(api: Api) -> None:
    """Its words, its findings with their source, and its state."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    await save(visit, place, Section.AGENCIES, SECTIONS[Section.AGENCIES])
    reply = await visit.get(f"{place}/draft.json")
    assert "attachment" in reply.headers["Content-Disposition"]
    found = json.loads(reply.text)
    assert [each["agency"] for each in found["content"]["agencies"]] == [LEAD, HEALTH]
    assert found["state"] == "drafting"
    assert found["differences"] == []
    assert {each["section"] for each in found["findings"]} >= {"meeting", "managers", "review"}
    assert all(each["source"] and each["remedy"] for each in found["findings"])


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.RESPONDER])
async def test_other_roles_do_not_work_on_protocols(api: Api, role: Role) -> None:
    """Neither list nor draft."""
    visit = await Visit.of(api, role)
    for address in ("/drafts", f"/drafts/{'0' * 26}", "/protocols/kowhai/compare"):
        assert (await visit.get(address)).status == 403


async def test_there_is_no_other_section(api: Api) -> None:
    """Nor anything under a draft that the table does not name."""
    visit = await Visit.of(api, Role.COORDINATOR)
    place = await begun(visit)
    for odd in ("nothing", "retention/x", "%00", "do"):
        assert (await visit.get(f"{place}/{odd}")).status == 404


def test_every_field_has_words_where_it_is_only_read() -> None:
    """Whatever a section has."""
    for shape in SHAPES.values():
        names = {*shape.fields, *shape.several, *(n for row in shape.rows.values() for n in row)}
        assert names <= set(LABELS)


async def test_a_saved_document_is_filled_in_and_read_back(api: Api) -> None:
    """On the page: what was taken, what was left; without the form's token nothing happens."""
    visit = await Visit.of(api, Role.COORDINATOR)
    full = await written(visit)
    saved = await visit.get(f"{full}/draft.docx")
    assert saved.headers["Content-Type"].endswith("wordprocessingml.document")
    assert (await visit.get(f"{full}/draft.pdf")).body.startswith(b"%PDF")
    place = await begun(visit, "miro", "Miro")
    seen = seen_in(await visit.get(f"{place}/read"))
    files = [("filled.docx", saved.body)]
    assert (await send_files(visit, f"{place}/read", files, fields=seen)).status == 403
    reply = await send_files(visit, f"{place}/read", files, fields={"csrf": visit.csrf} | seen)
    assert "Taken into the draft:" in words_of(reply)
    stale = await send_files(visit, f"{place}/read", files, fields={"csrf": visit.csrf} | seen)
    assert stale.status == 409
    broken = [("filled.docx", b"PK no document")]
    now = seen_in(stale)
    refused = await send_files(visit, f"{place}/read", broken, fields={"csrf": visit.csrf} | now)
    assert refused.status == 422
    assert "was not taken in" in words_of(refused)
    assert "Until the task is done." in words_of(await visit.get(f"{place}/retention"))
