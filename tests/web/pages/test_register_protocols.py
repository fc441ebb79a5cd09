"""Protocols: drafts, signatures, and new versions in place of changes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from support.world import ADMINISTRATOR, LEAD
from web.driving import Api
from web.pages.register_forms import assert_faulty, seen_in
from web.pages.visiting import Visit, words_of

from gateway.audit.entries import Action
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Forbidden
from gateway.domain.register import AgencyId, PasswordChannel, Protocol, ProtocolId, Signature
from gateway.services.paging import Page
from gateway.services.protocol_changes import sign_protocol_version
from gateway.services.review import Wanted, search

NEW, V2 = "/register/protocols/new", "/register/protocols/kowhai/2"
PROTOCOL: dict[str, Any] = {
    "id": "rata",
    "name": "Rātā meetings (fictional)",
    "in_force_from": "2027-03-01",
    "review_due": "2029-03-01",
    "privacy_statement": "For the person it is addressed to.",
    "purpose-1-code": "SAFETY-PLAN",
    "purpose-1-description": "Agree on a safety plan.",
    "purpose-1-authorities": "OTA-66C, FVA-20",
    "information-1-agency": "regional-police",
    "information-1-item": "Callouts in the last twelve months",
    "information-1-category": "Callouts",
    "information-1-classification": "IN-CONFIDENCE",
    "before-description": "By mail.",
    "before-password_channels": ["telephone", "text", "", ""],
    "during-description": "By word of mouth.",
    "after-description": "By request.",
}
SIGNATURE = {"signed_by": "Jo Sample", "role": "Chief executive", "signed_on": "2026-11-30"}


async def versions(api: Api, identifier: str) -> list[Protocol]:
    async with api.world.parts.database.work() as work:
        return list(await work.register.protocol_versions(ProtocolId(identifier)))


async def test_a_protocol_is_drafted_changed_and_signed(api: Api) -> None:
    """Once somebody has signed, its terms stand."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    assert (await visit.get(NEW)).status == 200
    said = words_of(await visit.follow(await visit.post(NEW, PROTOCOL)))
    assert "Not in force yet: comes into force on 1 March 2027." in said
    assert "Nobody has signed it" in said
    place = "/register/protocols/rata/1"
    form = await visit.get(f"{place}/edit")
    assert 'value="SAFETY-PLAN"' in form.text
    changed = PROTOCOL | seen_in(form) | {"purpose-1-code": "SAFETY"}
    said = words_of(await visit.follow(await visit.post(f"{place}/edit", changed)))
    assert "purposes 1 code SAFETY-PLAN SAFETY" in said
    said = words_of(await visit.follow(await visit.post(f"{place}/signatures", SIGNATURE)))
    assert "Jo Sample Chief executive 30 November 2026" in said
    assert "Signed: its terms cannot change." in said
    refused = await visit.post(f"{place}/edit", PROTOCOL)
    assert refused.status == 409
    assert "its terms cannot change" in words_of(refused)
    (stored,) = await versions(api, "rata")
    assert stored.purposes[0].code == "SAFETY"
    assert stored.lead_agency == "tamariki-care"
    channels = (PasswordChannel.TELEPHONE, PasswordChannel.TEXT)
    assert stored.before.password_channels == channels
    changes = [e["detail"] for e in await api.actions() if e["action"] == "register.changed"]
    assert changes[-1] == {"change": "changed", "fields": ["signatures"]}


async def test_a_new_version_begins_with_what_the_other_says(api: Api) -> None:
    """Later, without signatures; the version in force stays as it is."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    before = await versions(api, "kowhai")
    form = await visit.get(f"{V2}/next")
    assert "Half-days attended in the current term" in form.text
    assert 'value="FVA-20, OTA-66C"' in form.text
    fields = PROTOCOL | {"id": "other", "in_force_from": "2027-06-01"}
    reply = await visit.post(f"{V2}/next", fields)
    assert reply.headers["Location"].startswith("/register/protocols/kowhai/3")
    *earlier, newest = await versions(api, "kowhai")
    assert earlier == before
    assert (newest.version, newest.signatures) == (3, ())
    early = await visit.post(f"{V2}/next", fields)
    assert early.status == 422
    assert_faulty(early, "in_force_from")


async def of_agency(api: Api, agency: str) -> Visit:
    """Another agency's administrator."""
    return await Visit.of(api, Role.ADMINISTRATOR, agency=AgencyId(agency), person=None)


async def test_a_signed_version_gains_signatures_only(api: Api) -> None:
    """Each agency its own, once, on a day that has come."""
    lead = await Visit.of(api, Role.ADMINISTRATOR)
    assert (await lead.get(f"{V2}/edit")).status == 409
    assert (await lead.post(f"{V2}/edit", PROTOCOL)).status == 409
    await lead.post(NEW, PROTOCOL)
    place = "/register/protocols/rata/1"
    police = await of_agency(api, "regional-police")
    assert "Sign for your agency" in (await police.get(place)).text
    for field, wrong in (("signed_on", "2027-01-01"), ("signed_by", "")):
        reply = await police.post(f"{place}/signatures", SIGNATURE | {field: wrong})
        assert reply.status == 422, field
        assert_faulty(reply, field)
        assert 'value="Chief executive"' in reply.text
    assert (await police.post(f"{place}/signatures", SIGNATURE)).status == 303
    assert (await police.post(f"{place}/signatures", SIGNATURE)).status == 409
    (signed,) = await versions(api, "rata")
    (signature,) = signed.signatures
    assert (signature.agency, signature.signed_on) == ("regional-police", date(2026, 11, 30))


async def test_every_signatorys_auditor_finds_a_signature(api: Api) -> None:
    """Whoever gave it: the version binds them all. Nobody else's does."""
    lead = await Visit.of(api, Role.ADMINISTRATOR)
    await lead.post(NEW, PROTOCOL)
    police = await of_agency(api, "regional-police")
    assert (await police.post("/register/protocols/rata/1/signatures", SIGNATURE)).status == 303
    await api.world.leaves()
    for agency, finds in (("tamariki-care", 2), ("regional-police", 2), ("kea-support", 0)):
        reader = Actor(ActorKind.PERSON, Role.AUDITOR, AgencyId(agency), None, "page")
        wanted = Wanted(action=Action.REGISTER_CHANGED)
        seen = await search(api.world.parts, reader, wanted, Page(50))
        assert len(seen.entries) == finds, agency


async def test_nobody_signs_for_another_agency(api: Api) -> None:
    """Whatever agency is sent along; and who is not named in a version does not see it."""
    lead = await Visit.of(api, Role.ADMINISTRATOR)
    await lead.post(NEW, PROTOCOL)
    place = "/register/protocols/rata/1"
    sent = SIGNATURE | {"agency": "regional-police", "signed_by": "Forged Person"}
    assert (await lead.post(f"{place}/signatures", sent)).status == 303
    (stored,) = await versions(api, "rata")
    assert [each.agency for each in stored.signatures] == ["tamariki-care"]
    for other in ("ruru-housing", "kea-support"):
        visit = await of_agency(api, other)
        assert (await visit.get(place)).status == 404
        assert (await visit.post(f"{place}/signatures", SIGNATURE)).status == 404
    async with api.world.parts.database.work() as work:
        with pytest.raises(Forbidden):
            await sign_protocol_version(
                api.world.parts,
                replace(ADMINISTRATOR, agency=LEAD),
                ProtocolId("rata"),
                1,
                Signature(AgencyId("regional-police"), "Forged", "Nobody", date(2026, 11, 30)),
            )
        del work


async def test_terms_are_not_put_back_in_time(api: Api) -> None:
    """Nor do they show an agency anybody's people before these agencies signed."""
    kea = await of_agency(api, "kea-support")
    early = await kea.post(NEW, PROTOCOL | {"id": "kea", "in_force_from": "2026-11-01"})
    assert early.status == 422
    assert_faulty(early, "in_force_from")
    assert (await kea.post(NEW, PROTOCOL | {"id": "kea"})).status == 303
    assert "Ben Sample" not in (await kea.get("/register")).text


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"review_due": "2027-02-01"}, "review_due"),
    ({"purpose-1-code": "NOT GOOD"}, "purpose-1-code"),
    ({"purpose-1-authorities": ""}, "purpose-1-authorities"),
    ({"purpose-1-code": "", "purpose-1-description": "", "purpose-1-authorities": ""}, "purpose"),
    ({"information-1-agency": "nobody"}, "information-1-agency"),
    ({"information-1-classification": "PRIVATE"}, "information-1-classification"),
    ({"information-1-item": ""}, "information-1-item"),
    ({"before-description": ""}, "before-description"),
    ({"before-password_channels": ["text", "text"]}, "before-password_channels"),
    ({"after-password_channels": ["pigeon"]}, "after-password_channels"),
]


async def test_what_is_wrong_is_said_at_its_field(api: Api) -> None:
    """Everything that was typed is kept, and nothing is stored."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    for wrong, field in WRONG:
        reply = await visit.post(NEW, PROTOCOL | wrong)
        assert reply.status == 422, wrong
        assert_faulty(reply, field)
        assert "Agree on a safety plan." in reply.text or "purpose-1-description" in wrong
    assert await versions(api, "rata") == []


async def test_rows_are_added_and_taken_away_without_scripts(api: Api) -> None:
    """Of purposes and of information."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    reply = await visit.post(NEW, PROTOCOL | {"add": "information"})
    assert reply.status == 200
    assert 'id="information-2-item"' in reply.text
    reply = await visit.post(NEW, PROTOCOL | {"remove": "purpose-1"})
    assert 'id="purpose-1-code"' not in reply.text
    assert '<option value="telephone" selected>' in reply.text


async def test_a_protocol_another_agency_leads_is_not_changed(api: Api) -> None:
    """A signatory reads it; its identifier cannot be taken either."""
    visit = await Visit.of(api, Role.ADMINISTRATOR, agency=AgencyId("regional-police"), person=None)
    before = await versions(api, "kowhai")
    assert "Sign for your agency" not in (await visit.get(V2)).text
    for end in ("edit", "next"):
        assert (await visit.post(f"{V2}/{end}", PROTOCOL)).status == 404, end
    taken = await visit.post(NEW, PROTOCOL | {"id": "kowhai"})
    assert taken.status == 409
    assert_faulty(taken, "id")
    assert await versions(api, "kowhai") == before
