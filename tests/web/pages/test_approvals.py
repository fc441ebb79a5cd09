"""What waits for approval: drafts of others whose form asks for a second person."""

from dataclasses import replace

import pytest
from support.requests import SECOND, drafted
from support.world import ROOT
from web.driving import Api
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId, AuthorityCode
from gateway.policy import CedarJudge, load_bundle
from gateway.services.information_requests import approve_request


@pytest.fixture(scope="module")
def judge() -> CedarJudge:
    """The project's own policies, where requests under section 66C need a second person."""
    bundle = load_bundle(ROOT / "policies")
    forms = {
        code: replace(form, needs_approval=code == "OTA-66C") for code, form in bundle.forms.items()
    }
    return CedarJudge(replace(bundle, forms=forms))


async def test_a_draft_of_somebody_else_waits(api: Api) -> None:
    """For whoever may approve it, until it is approved; its page can be opened."""
    draft = await drafted(api.world)
    link = f'href="/requests/{draft.id}"'
    officer = await Visit.of(api, Role.PRIVACY_OFFICER)
    second = await Visit.of(api, Role.COORDINATOR, person=SECOND.representative)
    author = await Visit.of(api, Role.COORDINATOR, person=draft.requester)
    for visit, waits in ((officer, True), (second, True), (author, False)):
        assert (link in (await visit.get("/approvals")).text) == waits
    assert "have to be entered as a representative" in words_of(await officer.get("/approvals"))
    assert (await officer.get(f"/requests/{draft.id}")).status == 200
    await approve_request(api.world.parts, SECOND, draft.id)
    assert "Nothing waits for approval." in words_of(await officer.get("/approvals"))


async def test_a_draft_that_needs_no_approval_does_not(api: Api) -> None:
    """The form says so."""
    code = AuthorityCode("FVA-20")
    draft = await drafted(api.world, authority=code, purpose="FAMILY-VIOLENCE")
    visit = await Visit.of(api, Role.PRIVACY_OFFICER)
    assert draft.reference not in (await visit.get("/approvals")).text


async def test_drafts_of_other_agencies_do_not(api: Api) -> None:
    """And other roles see no list."""
    draft = await drafted(api.world)
    police = AgencyId("regional-police")
    visit = await Visit.of(api, Role.PRIVACY_OFFICER, agency=police, person=None)
    reply = await visit.get("/approvals")
    assert draft.reference not in reply.text
    assert "Nothing waits for approval." in words_of(reply)
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.RESPONDER):
        assert (await (await Visit.of(api, role)).get("/approvals")).status == 403
