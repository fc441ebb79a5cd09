"""A coordinator's way from a meeting to a sent pack, by the pages alone."""

import pytest
from support.requests import IRIS, delivered, sent
from web.driving import FORM, Api, Reply
from web.pages.packing import MEETING, coordinator, fields_of, new_pack, stranger, upload
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.services.request_answers import ask_clarification
from gateway.web.pages.packs.table import PACK_PAGES


async def test_a_pack_goes_from_the_meeting_to_the_recipients(api: Api) -> None:
    """Made, filled, checked, sent once though the form is sent twice, and seen on its way."""
    visit = await coordinator(api)
    pack = await new_pack(visit)
    files = [("care-and-protection summary.pdf", b"one"), ("attendance.docx", b"two")]
    assert (await upload(visit, pack, *files)).status == 303
    shown = await visit.get(pack)
    assert "0 of 11 attendees would receive something" in words_of(shown)
    fields = fields_of(shown.text, f"{pack}/labels")
    for document in fields["document"]:
        fields[f"children-{document}"] = ["child-7f3a"]
    saved = await visit.follow(await visit.post(f"{pack}/labels", fields))
    assert "6 of 11 attendees would receive something" in words_of(saved)
    last = await visit.get(f"{pack}/send")
    said = words_of(last)
    assert "The pack goes by mail to ben.sample@regional-police.example" in said
    assert "text message to the number ending 102" in said
    assert "mail to another mailbox, hana.sample@clinics.health-region.example" in said
    assert "you read it out by telephone, to the number ending 105" in said
    assert "5 people receive nothing" in said
    form = fields_of(last.text, f"{pack}/send") | {"checked": "yes"}
    first, second = [await visit.post(f"{pack}/send", form) for _ in range(2)]
    assert first.headers["Location"] == second.headers["Location"] == f"{pack}/progress?said=sent"
    assert [entry["action"] for entry in await api.actions()].count("pack.sent") == 1
    assert "Waiting to be sealed" in words_of(await visit.follow(first))


async def test_the_home_page_shows_the_meetings_and_what_waits(api: Api) -> None:
    """With date and protocol; a pack that was begun waits, refused transfers too."""
    visit = await coordinator(api)
    said = words_of(await visit.get("/coordinator"))
    assert "Nothing waits." in said
    assert "version 2" in said
    assert "8 December 2026" in said
    pack = await new_pack(visit)
    await api.world.send()
    reply = await visit.get("/coordinator")
    assert "Packs not sent yet" in words_of(reply)
    assert f'href="{pack}"' in reply.text
    assert "Transfers refused in the last 14 days" in words_of(reply)


async def test_the_meetings_page_tells_the_attendees_standing(api: Api) -> None:
    """In words, with the password's channel; conflicts as a number only."""
    reply = await (await coordinator(api)).get(f"/meetings/{MEETING}")
    said = words_of(reply)
    assert "child welfare and protection agency" in said
    assert "none in the register" in said
    assert "has not signed this version of the protocol" in said
    assert "no, until 30 June 2026" in said
    assert "text message to the number ending 101" in said
    assert "no way to give the password" in said
    assert "about 1 child of this meeting" in said
    assert f'href="/meetings/{MEETING}/packs/new"' in reply.text


@pytest.mark.parametrize("path", ["/packs", "/coordinator"])
async def test_lists_go_on_where_they_stopped(api: Api, path: str) -> None:
    """With the cursor of the page before; what nobody has heard of gives an empty list."""
    visit = await coordinator(api)
    await new_pack(visit)
    assert (await visit.get(f"{path}?after=0")).status == 200
    assert (await visit.get(f"{path}?after=zzz")).status == 200
    assert (await visit.get(f"{path}?nonsense=1")).status == 422


async def test_packs_are_listed_newest_first(api: Api) -> None:
    """With what became of each."""
    visit = await coordinator(api)
    first, second = await new_pack(visit), await new_pack(visit)
    text = (await visit.get("/packs")).text
    assert 0 < text.index(second) < text.index(first)
    older = await visit.get(f"/packs?limit=1&after={second.rpartition('/')[2]}")
    assert first in older.text
    assert second not in older.text.replace(f"after={second.rpartition('/')[2]}", "")


async def test_another_agency_finds_nothing(api: Api) -> None:
    """Neither meeting nor pack nor anything done to it; and nothing of it is told."""
    visit, other = await coordinator(api), await stranger(api)
    pack = await new_pack(visit)
    await upload(visit, pack, ("care.pdf", b"one"))
    await other.get("/account")
    for path in (f"/meetings/{MEETING}", f"/meetings/{MEETING}/packs/new", pack):
        reply = await other.get(path)
        assert reply.status == 404
        assert "Pat Tauira" not in reply.text
    for path in ("send", "progress", "events", "discard"):
        assert (await other.get(f"{pack}/{path}")).status == 404
    for path in ("labels", "send", "discard", "documents/x/removal"):
        assert (await other.post(f"{pack}/{path}", {"sure": "yes", "key": "k"})).status == 404
    assert (await upload(other, pack, ("care.pdf", b"one"))).status == 404
    assert pack not in (await other.get("/packs")).text
    assert "8 December" not in (await other.get("/coordinator")).text


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.RESPONDER, Role.PRIVACY_OFFICER]
)
async def test_other_roles_are_refused(api: Api, role: Role) -> None:
    """Each of the pages, but the transfers' for a privacy officer."""
    visit = await Visit.of(api, role)
    await visit.get("/account")
    for route in PACK_PAGES:
        if role in route.roles:  # type: ignore[operator]  # none of them is public
            continue
        path = route.path.replace("{", "").replace("}", "")
        reply = await (visit.get(path) if route.method == "GET" else visit.post(path))
        assert reply.status == 403, path


async def test_forms_without_their_token_are_refused(api: Api) -> None:
    """Every one of them."""
    visit = await coordinator(api)
    for route in PACK_PAGES:
        if route.method == "POST" and route.form:
            path = route.path.replace("{", "").replace("}", "")
            reply = await visit._call("POST", path, data=b"sure=yes", headers=FORM)
            assert reply.status == 403, path


async def test_requests_that_need_something_wait_too(api: Api) -> None:
    """A holder's question, and what is past its due date; after two weeks trouble is history."""
    visit = await coordinator(api)
    world = api.world
    asked, late = await sent(world), await sent(world)
    await delivered(world, asked)
    await ask_clarification(world.parts, IRIS, asked.id, "Which of the two?")
    said = words_of(await visit.get("/coordinator"))
    assert "Requests whose holder asks you something" in said
    assert "Requests past their due date" not in said
    await world.send()
    world.clock.move(days=15)
    later = await visit_again(api)
    assert f"{late.reference} , due 15 December 2026" in words_of(later)
    assert "Transfers refused" not in words_of(later)


async def visit_again(api: Api) -> Reply:
    """The home page, seen by who has signed in anew."""
    return await (await coordinator(api)).get("/coordinator")


async def test_a_pack_of_many_documents_has_one_form(api: Api) -> None:
    """As many as a pack may hold, each with its label."""
    visit = await coordinator(api)
    pack = await new_pack(visit)
    await upload(visit, pack, *[(f"care {n}.pdf", b"x") for n in range(6)])
    fields = fields_of((await visit.get(pack)).text, f"{pack}/labels")
    many = {**fields, **{f"title-{n}": "x" * 20 for n in range(5_000)}}
    assert (await visit.post(f"{pack}/labels", many)).status == 303
