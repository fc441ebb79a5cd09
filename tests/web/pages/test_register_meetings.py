"""Meetings: entered and changed by the agency that leads them."""

from datetime import UTC, datetime
from typing import Any

from web.driving import Api
from web.pages.register_forms import assert_faulty, seen_in
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgeGroup, AgencyId, Meeting, MeetingId

NEW, KNOWN = "/register/meetings/new", "/register/meetings/kowhai-2026-12-08"
MEETING: dict[str, Any] = {
    "id": "kowhai-2027-01-19",
    "protocol": "kowhai",
    "title": "Kōwhai meeting, January 2027",
    "held_at": "2027-01-19T10:30",
    "attendees": ["aroha-tauira", "ben-sample"],
    "child-1-reference": "child-1a1a",
    "child-1-age_group": "child",
}


async def meeting(api: Api, identifier: str) -> Meeting | None:
    async with api.world.parts.database.work() as work:
        return await work.register.meeting(MeetingId(identifier))


async def test_a_meeting_is_added(api: Api) -> None:
    """Its time is meant in the visitor's zone; the log names it by a pseudonym."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    form = await visit.get(NEW)
    assert "Ben Sample, Sergeant, family harm team" in form.text
    said = words_of(await visit.follow(await visit.post(NEW, MEETING)))
    assert "Kōwhai meeting, January 2027" in said
    assert "19 January 2027, 10:30" in said
    assert "added by Sample administrator" in said
    stored = await meeting(api, "kowhai-2027-01-19")
    assert stored is not None
    assert stored.held_at == datetime(2027, 1, 18, 21, 30, tzinfo=UTC)
    assert stored.attendees == ("aroha-tauira", "ben-sample")
    assert [(c.reference, c.age_group) for c in stored.children] == [("child-1a1a", AgeGroup.CHILD)]
    (entry,) = [e for e in await api.actions() if e["action"] == "register.changed"]
    assert list(entry["subject"]) == ["meeting"]
    assert "kowhai-2027-01-19" not in str(entry)


async def test_a_meeting_is_changed(api: Api) -> None:
    """The form shows what is stored; who has left since may stay an attendee."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    form = await visit.get(f"{KNOWN}/edit")
    assert 'value="2026-12-08T10:00"' in form.text
    assert 'value="rewi-example" checked' in form.text
    fields = MEETING | seen_in(form) | {"attendees": ["rewi-example"], "id": "other"}
    said = words_of(await visit.follow(await visit.post(f"{KNOWN}/edit", fields)))
    assert "title Kōwhai meeting, December 2026 Kōwhai meeting, January 2027" in said
    assert await meeting(api, "other") is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"held_at": "tomorrow"}, "held_at"),
    ({"held_at": "2027-09-26T02:30"}, "held_at"),  # skipped by the clocks
    ({"attendees": []}, "attendees"),
    ({"attendees": ["nobody-at-all"]}, "attendees"),
    ({"protocol": "other"}, "protocol"),
    ({"child-1-reference": "Moana Sample"}, "child-1-reference"),
    ({"child-1-reference": "ZZZ0016"}, "child-1-reference"),
    ({"child-2-reference": "child-1b1b"}, "child-2-age_group"),
]


async def test_what_is_wrong_is_said_at_its_field(api: Api) -> None:
    """Everything that was typed is kept, and nothing is stored."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    for wrong, field in WRONG:
        reply = await visit.post(NEW, MEETING | wrong)
        assert reply.status == 422, wrong
        assert_faulty(reply, field)
        assert 'value="kowhai-2027-01-19"' in reply.text
        assert 'value="aroha-tauira" checked' in reply.text or "attendees" in wrong
    assert await meeting(api, "kowhai-2027-01-19") is None
    taken = await visit.post(NEW, MEETING | {"id": "kowhai-2026-12-08"})
    assert taken.status == 409
    assert_faulty(taken, "id")


async def test_a_child_is_added_as_a_row(api: Api) -> None:
    """And attendees stay ticked."""
    visit = await Visit.of(api, Role.ADMINISTRATOR)
    reply = await visit.post(NEW, MEETING | {"add": "child"})
    assert reply.status == 200
    assert 'id="child-2-reference"' in reply.text
    assert 'value="ben-sample" checked' in reply.text


async def test_only_who_leads_the_protocol_has_meetings(api: Api) -> None:
    """Another agency's administrator neither changes one nor adds one."""
    police = AgencyId("regional-police")
    visit = await Visit.of(api, Role.ADMINISTRATOR, agency=police, person=None)
    for reply in (await visit.get(f"{KNOWN}/edit"), await visit.post(f"{KNOWN}/edit", MEETING)):
        assert reply.status == 404
        assert "child-7f3a" not in reply.text
    reply = await visit.post(NEW, MEETING | {"attendees": ["ben-sample"]})
    assert reply.status == 422
    assert_faulty(reply, "protocol")
    taken = await visit.post(NEW, MEETING | {"id": "kowhai-2026-12-08"})
    assert taken.status == 409
    assert "December 2026" not in taken.text
