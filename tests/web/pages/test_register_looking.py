"""Looking at the register: what an agency sees of it, and what not."""

from web.driving import Api
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId

POLICE = AgencyId("regional-police")
READERS = [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER]
PLACES = [
    "/register",
    "/register/agencies/te-rohe-health",
    "/register/representatives/aroha-tauira",
    "/register/protocols/kowhai/2",
    "/register/meetings/kowhai-2026-12-08",
    "/register/conflicts",
]


async def test_administrator_and_privacy_officer_see_the_register(api: Api) -> None:
    """With the marking at top and bottom, as it holds personal information."""
    for role in READERS:
        visit = await Visit.of(api, role)
        for place in PLACES:
            reply = await visit.get(place)
            assert reply.status == 200, (place, reply.text[:2000])
            assert reply.text.count('class="marking"') == 2


async def test_nobody_else_does(api: Api) -> None:
    """And nothing of it is in the refusal."""
    for role in sorted(set(Role) - set(READERS)):
        visit = await Visit.of(api, role)
        for place in PLACES:
            reply = await visit.get(place)
            assert reply.status == 403
            assert "Aroha" not in reply.text


async def test_the_register_shows_each_kind_of_thing(api: Api) -> None:
    """Agencies, representatives, protocols, meetings, conflicts."""
    said = words_of(await (await Visit.of(api, Role.ADMINISTRATOR)).get("/register"))
    for words in (
        "Te Rohe Health", "Aroha Tauira", "aroha.tauira@tamariki-care.example",
        "Kōwhai meetings", "Kōwhai meeting, December 2026", "child-7f3a",
    ):  # fmt: skip
        assert words in said


async def test_a_search_narrows_it_without_minding_macrons(api: Api) -> None:
    """What does not hold all the words is left out."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    said = words_of(await visit.get("/register?q=kowhai"))
    assert "Kōwhai meeting, December 2026" in said
    assert "Aroha Tauira" not in said
    assert "Aroha Tauira" in words_of(await visit.get("/register?q=AROHA"))
    nothing = words_of(await visit.get("/register?q=%3Cscript%3E"))
    assert "No meetings." in nothing


async def test_of_other_agencies_people_addresses_are_hidden(api: Api) -> None:
    """Their names are there, to be chosen as attendees; their pages are not."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    reply = await visit.get("/register")
    assert "Ben Sample" in reply.text
    assert "ben.sample@" not in reply.text
    assert (await visit.get("/register/representatives/ben-sample")).status == 404


async def test_an_agency_that_leads_nothing_sees_its_own_people_only(api: Api) -> None:
    """No meetings, no conflicts of others, and the agencies it shares a protocol with."""
    visit = await Visit.of(api, Role.ADMINISTRATOR, agency=POLICE, person=None)
    said = words_of(await visit.get("/register"))
    assert "Ben Sample" in said
    assert "Tamariki Care Service" in said
    for words in ("Aroha", "Iris", "child-7f3a", "Kōwhai meeting, December"):
        assert words not in said
    assert (await visit.get("/register/meetings/kowhai-2026-12-08")).status == 404
    assert (await visit.get("/register/representatives/aroha-tauira")).status == 404
    assert (await visit.get("/register/protocols/kowhai/2")).status == 200


async def test_what_is_not_there_reads_the_same(api: Api) -> None:
    """For each kind of thing."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    for place in (
        "/register/agencies/none", "/register/representatives/none", "/register/meetings/none",
        "/register/protocols/none/1", "/register/protocols/kowhai/9",
        "/register/protocols/kowhai/x", "/register/protocols/kowhai/99999",
    ):  # fmt: skip
        assert (await visit.get(place)).status == 404, place


async def test_a_protocol_version_tells_everything_it_says(api: Api) -> None:
    """Whether it is in force, too."""
    visit = await Visit.of(api, Role.PRIVACY_OFFICER)
    said = words_of(await visit.get("/register/protocols/kowhai/2"))
    for words in (
        "In force since 1 February 2026", "SAFETY-PLAN", "FVA-20, OTA-66C",
        "Half-days attended in the current term", "IN-CONFIDENCE", "By word of mouth",
        "text, other mailbox, telephone", "please do not read or pass them on", "Hinewai Sample",
        "27 January 2026", "added by the operator",
    ):  # fmt: skip
        assert words in said, words
    assert "Add a signature" not in said
    earlier = words_of(await visit.get("/register/protocols/kowhai/1"))
    assert "No longer in force" in earlier


async def test_the_history_of_an_import_is_there(api: Api) -> None:
    """Added by the operator, who is no user."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    said = words_of(await visit.get("/register/representatives/aroha-tauira"))
    assert "added by the operator" in said
