"""Bearer tokens on pages: an agency's own, their text shown once."""

import re

from web.driving import Api
from web.pages.register_forms import assert_faulty
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId

TOKEN = {"role": "coordinator", "representative": "pat-tauira", "days": "30"}
POLICE = AgencyId("regional-police")


async def test_a_token_is_made_used_and_revoked(api: Api) -> None:
    """Its text is on the answer to the form, and nowhere after."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    assert (await visit.get("/tokens/new")).status == 200
    made = await visit.post("/tokens/new", TOKEN)
    assert made.status == 200
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r"<code>([\w-]+)</code>", made.text)
    identifier = re.search(r"<dd>([0-9A-Z]{26})</dd>", made.text)
    assert found is not None
    assert identifier is not None
    assert (await api.call("GET", "/api/v1/packs", token=found[1])).status == 200
    listed = await visit.get("/tokens")
    assert found[1] not in listed.text
    assert f"{identifier[1]} coordinator Pat Tauira" in words_of(listed)
    revoked = await visit.follow(await visit.post(f"/tokens/{identifier[1]}/revoke"))
    assert "revoked 1 December 2026" in words_of(revoked)
    assert (await api.call("GET", "/api/v1/packs", token=found[1])).status == 401
    assert (await visit.post(f"/tokens/{identifier[1]}/revoke")).status == 404


async def test_what_is_wrong_is_said_at_its_field(api: Api) -> None:
    """And what was typed is kept."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    for wrong, field in (
        ({"role": "emperor"}, "role"),
        ({"representative": ""}, "representative"),
        ({"representative": "ben-sample"}, "representative"),
        ({"days": "soon"}, "days"),
        ({"days": "0"}, "days"),
        ({"days": "999999999"}, "days"),
    ):
        reply = await visit.post("/tokens/new", TOKEN | wrong)
        assert reply.status == 422, wrong
        assert_faulty(reply, field)
        assert '<option value="pat-tauira" selected>' in reply.text or "representative" in wrong


async def test_tokens_of_another_agency_are_not_there(api: Api) -> None:
    """Neither listed nor revoked; a new one is the administrator's own agency's."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    made = await visit.post("/tokens/new", TOKEN)
    identifier = re.search(r"<dd>([0-9A-Z]{26})</dd>", made.text)
    assert identifier is not None
    police = await Visit.of(api, Role.ADMINISTRATOR, agency=POLICE, person=None)
    listed = await police.get("/tokens")
    assert identifier[1] not in listed.text
    assert "Ben Sample" in listed.text  # the stranger's, of the tests themselves
    assert (await police.post(f"/tokens/{identifier[1]}/revoke")).status == 404
    again = await police.post("/tokens/new", TOKEN | {"agency": "tamariki-care"})
    assert again.status == 422
    assert "in use" in words_of(await visit.get("/tokens"))


async def test_only_administrators_with_a_form_of_their_own_manage_tokens(api: Api) -> None:
    """Other roles and forms without their token are refused."""
    for role in sorted(set(Role) - {Role.ADMINISTRATOR}):
        visit = await Visit.of(api, role)
        assert (await visit.get("/tokens")).status == 403
        assert (await visit.post("/tokens/new", TOKEN)).status == 403
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    visit.csrf = "0" * 64
    assert (await visit.post("/tokens/new", TOKEN)).status == 403
