"""Transfers by the pages: looked at, recalled, read out, acknowledged."""

import pytest
from support.world import World, unzipped
from web.driving import Api, mailed, password_sent
from web.pages.packing import coordinator, stranger
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.transfers import State, Transfer


def code_in(world: World, recipient: str) -> str:
    """The acknowledgement code on the contents page of what was mailed."""
    for letter, content in world.channels.mails:
        if letter.to.startswith(recipient):
            words = {to: password for to, _, password in world.channels.passwords}
            number = next(w for to, w in words.items() if to == _number(world, recipient))
            page = next(v for k, v in unzipped(content, number).items() if b"<html" in v[:200])
            return _code(page.decode())
    raise LookupError(recipient)


def _number(world: World, recipient: str) -> str:
    person = next(p for p in world.register.representatives if p.email.startswith(recipient))
    return str(person.mobile)


def _code(page: str) -> str:
    import re  # noqa: PLC0415

    found = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2,}\b", page)
    assert found, page
    return found[0]


async def test_the_history_is_newest_first_and_filtered(api: Api) -> None:
    """By state and by pack, page by page."""
    visit = await coordinator(api)
    transfers = await mailed(api.world)
    everything = await visit.get("/transfers")
    assert words_of(everything).count("T-") >= 11
    refused = words_of(await visit.get("/transfers?state=refused&pack="))
    assert "Kim Example" in refused
    assert "Ben Sample" not in refused
    one = await visit.get(f"/transfers?limit=1&pack={transfers['ben-sample'].pack}")
    assert "Older transfers" in words_of(one)
    assert "no such transfers" in words_of(await visit.get("/transfers?state=expired"))
    assert (await visit.get("/transfers?state=nonsense")).status == 422


async def test_a_transfer_tells_what_was_sent_and_what_was_withheld(api: Api) -> None:
    """With the rules' words; numbers but for their end stay hidden."""
    visit = await coordinator(api)
    transfers = await mailed(api.world)
    reply = await visit.get(f"/transfers/{transfers['iris-example'].id}")
    said = words_of(reply)
    assert "Withheld Whānau support plan 1 reason" in said
    assert "declared a conflict of interest" in said
    assert "text message to the number ending 106" in said
    assert "+447700900106" not in reply.text
    assert 'class="marking">IN-CONFIDENCE<' in reply.text
    refused = words_of(await visit.get(f"/transfers/{transfers['kim-example'].id}"))
    assert "does not lie in a domain approved" in refused


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PRIVACY_OFFICER])
async def test_a_transfer_is_recalled(api: Api, role: Role) -> None:
    """By coordinator and privacy officer; pressed twice it stays so."""
    visit = await Visit.of(api, role)
    transfer = (await mailed(api.world))["ben-sample"]
    place = f"/transfers/{transfer.id}"
    assert f'action="{place}/recall"' in (await visit.get(place)).text
    first, second = [await visit.post(f"{place}/recall") for _ in range(2)]
    assert first.headers["Location"] == second.headers["Location"] == f"{place}?said=recalled"
    assert "Recalled" in words_of(await visit.follow(second))
    assert (await api.world.transfer(transfer)).state is State.RECALLED


async def test_a_recall_that_is_too_late_says_what_to_do_instead(api: Api) -> None:
    """On the transfer's page, which offers it no more."""
    visit = await coordinator(api)
    transfer = (await password_sent(api.world))["ben-sample"]
    reply = await visit.post(f"/transfers/{transfer.id}/recall")
    assert reply.status == 409
    assert "Telephone the recipient" in words_of(reply)
    assert f'action="/transfers/{transfer.id}/recall"' not in reply.text


async def test_a_password_is_shown_once_to_be_read_out(api: Api) -> None:
    """On the answer to the form alone: kept by no cache, in no address, and never again."""
    visit = await coordinator(api)
    transfer = (await mailed(api.world))["tom-sample"]
    place = f"/transfers/{transfer.id}"
    assert "Show the password, once" in words_of(await visit.get(place))
    assert "Passwords to read out by telephone" in words_of(await visit.get("/coordinator"))
    reply = await visit.post(f"{place}/password")
    assert reply.status == 200
    assert reply.headers["Cache-Control"] == "no-store"
    assert "+441632960105" in reply.text
    archive = next(c for m, c in api.world.channels.mails if m.to.startswith("tom."))
    shown = words_of(reply).split("when you leave this page it is gone. ")[1].split(" Say the")[0]
    assert unzipped(archive, shown)
    assert "Location" not in reply.headers
    again = await visit.post(f"{place}/password")
    assert again.status == 409
    assert shown not in again.text
    assert shown not in (await visit.get(place)).text


async def test_no_password_is_shown_that_goes_another_way_or_too_early(api: Api) -> None:
    """The page says which."""
    visit = await coordinator(api)
    transfers = await mailed(api.world)
    texted = await visit.post(f"/transfers/{transfers['ben-sample'].id}/password")
    assert texted.status == 409
    assert "is not given by telephone" in words_of(texted)
    api.world.clock.move(minutes=-5)
    early = await visit.post(f"/transfers/{transfers['tom-sample'].id}/password")
    assert early.status == 409
    assert "recall window is still open" in words_of(early)


async def test_a_recipient_may_tell_the_code_by_telephone(api: Api) -> None:
    """A wrong one is refused beside its field, and shown again."""
    visit = await coordinator(api)
    transfer = (await password_sent(api.world))["ben-sample"]
    place = f"/transfers/{transfer.id}"
    for wrong, words in (("WRONG-CODE", "do not belong together"), ("§", "not of the required")):
        reply = await visit.post(f"{place}/acknowledgement", {"code": wrong})
        assert reply.status == 422
        assert words in words_of(reply)
        assert 'id="code-error"' in reply.text
        assert f'value="{wrong}"' in reply.text
    code = code_in(api.world, "ben.")
    done = await visit.post(f"{place}/acknowledgement", {"code": code})
    assert done.headers["Location"] == f"{place}?said=acknowledged"
    assert "by the code inside the pack" in words_of(await visit.get(place))


async def test_another_agency_finds_no_transfer(api: Api) -> None:
    """Nor can it do anything to one."""
    transfer = (await mailed(api.world))["tom-sample"]
    other = await stranger(api)
    place = f"/transfers/{transfer.id}"
    replies = [await other.get(place)]
    replies += [await other.post(f"{place}/{what}", {"code": "x"}) for what in POSTS]
    assert {reply.status for reply in replies} == {404}
    assert not any("Tom Sample" in reply.text for reply in replies)
    assert "T-" not in words_of(await other.get("/transfers"))
    assert (await api.world.transfer(transfer)).state is State.MAILED


POSTS = ("recall", "password", "acknowledgement")


async def test_a_privacy_officer_sees_and_recalls_but_reads_no_password(api: Api) -> None:
    """And no way to the pack itself."""
    visit = await Visit.of(api, Role.PRIVACY_OFFICER)
    transfer: Transfer = (await mailed(api.world))["tom-sample"]
    reply = await visit.get(f"/transfers/{transfer.id}")
    assert "Recall" in words_of(reply)
    assert "Show the password" not in words_of(reply)
    assert "/packs/" not in reply.text
    assert (await visit.post(f"/transfers/{transfer.id}/password")).status == 403
