"""The one-time link of a holder without an account: code, session, the same pages."""

from datetime import timedelta
from http.cookies import SimpleCookie

from support.requests import HANA, HEALTH, IRIS, sent
from web.asking import LINKS, linked
from web.driving import FORM, Api, Reply
from web.pages.packing import send_answer
from web.pages.test_received import STATEMENT, upload
from web.pages.visiting import Visit, make_user, words_of

from gateway.domain.actors import Role
from gateway.services.request_sending import forward_request


def proof_of(reply: Reply) -> dict[str, str]:
    """What the page's forms carry."""
    return {"page": reply.text.partition('name="page" value="')[2].partition('"')[0]}


async def press(visit: Visit, path: str, fields: dict[str, str]) -> Reply:
    """Send a form of a page that nobody is signed in on."""
    visit.csrf = visit.csrf or "none"
    return await visit.post(path, fields)


async def coded(api: Api, token: str) -> tuple[Visit, dict[str, str]]:
    """A browser for which a code was sent, and the proof of its page."""
    visit = Visit(api)
    proof = proof_of(await visit.get(f"/answer/{token}"))
    reply = await press(visit, f"/answer/{token}", proof)
    assert reply.headers["Location"] == f"/answer/{token}/code"
    return visit, proof


async def opened(api: Api, token: str) -> Visit:
    """A browser in which the link was opened."""
    visit, proof = await coded(api, token)
    code = api.world.channels.codes[-1][2]
    reply = await press(visit, f"/answer/{token}/code", proof | {"code": code})
    assert reply.status == 303, reply.text
    visit.csrf = ""
    return visit


async def states(api: Api) -> list[str]:
    """What the log says of links."""
    actions = [str(entry["action"]) for entry in await api.actions()]
    return [action for action in actions if action.startswith("answer-link.")]


async def test_looking_and_pressing_without_reading_change_nothing(api: Api) -> None:
    """As mail scanners do, on either page."""
    _, token = await linked(api)
    before = await states(api)
    for path in (f"/answer/{token}", f"/answer/{token}/code"):
        page = await Visit(api).get(path)
        assert page.status == 200
        assert "Tauira-Sample" not in page.text
        for data in (b"", b"page=", b"page=" + b"0" * 64, b"code=0000-0000-0000"):
            pressed = await api.call("POST", path, role=None, data=data, headers=FORM)
            assert pressed.status == 403
        elsewhere = {**FORM, "Origin": "https://elsewhere.example"}
        data = f"page={proof_of(page)['page']}".encode()
        foreign = await api.call("POST", path, role=None, data=data, headers=elsewhere)
        assert foreign.status == 403
    assert await states(api) == before
    assert api.world.channels.codes == []


async def test_a_holder_without_an_account_answers(api: Api) -> None:
    """On the very pages a responder has; the link's session ends with its time."""
    request, token = await linked(api)
    landing = words_of(await Visit(api).get(f"/answer/{token}"))
    ends = api.world.register.representatives
    mobile = next(person.mobile for person in ends if person.id == "iris-example")
    assert mobile is not None
    assert f"ending in {mobile[-3:]}" in landing
    assert mobile not in landing
    visit, proof = await coded(api, token)
    wrong = await press(visit, f"/answer/{token}/code", proof | {"code": "0000-0000-0000"})
    assert wrong.status == 422
    assert "The code is not right, or too old." in words_of(wrong)
    code = api.world.channels.codes[-1][2]
    right = await press(visit, f"/answer/{token}/code", proof | {"code": code})
    assert (right.status, right.headers["Location"]) == (303, f"/received/{request}")
    cookie = SimpleCookie(right.headers["Set-Cookie"])["answer"]
    assert int(cookie["max-age"]) == 8 * 3600
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    visit.csrf = ""
    page = await visit.follow(right)
    assert "Tama Tauira-Sample" in words_of(page)
    assert "Iris Example" in words_of(page)
    assert "Back to the requests" not in page.text
    place = f"/received/{request}"
    await visit.post(f"{place}/answer", {"kind": "disclosed", "do": "next"})
    await visit.post(f"{place}/answer/statement", STATEMENT)
    assert (await upload(visit, place, "dates.pdf")).status == 303
    done = await visit.follow(await send_answer(visit, place))
    assert "Answered." in words_of(done)
    assert "Recall the documents" in done.text
    again = await visit.post(f"{place}/recall")
    assert again.status == 303
    assert "Answered" not in words_of(await visit.follow(again))


async def test_a_link_opens_one_request_and_nothing_else(api: Api) -> None:
    """Not another one of the same agency, no list, no account."""
    request, token = await linked(api)
    other = await sent(api.world)
    visit = await opened(api, token)
    assert (await visit.get(f"/received/{request}")).status == 200
    for path in (f"/received/{other.id}", "/received", f"/requests/{request}", "/account"):
        assert (await visit.get(path)).status == 303
    api.world.clock.move(hours=8)
    assert (await visit.get(f"/received/{request}")).status == 303


async def test_a_decline_ends_the_link(api: Api) -> None:
    """Its last page says so; going back opens nothing."""
    request, token = await linked(api)
    visit = await opened(api, token)
    place = f"/received/{request}"
    await visit.get(place)
    await visit.post(f"{place}/answer", {"kind": "declined", "do": "next"})
    reasons = {"ground": "harm", "reasons": "Somebody could be found by it.", "do": "next"}
    await visit.post(f"{place}/answer/reasons", reasons)
    done = await send_answer(visit, place)
    assert "Your link opens nothing any more" in words_of(done)
    assert (await visit.get(place)).status == 303
    over = await visit.get(f"/answer/{token}")
    assert over.status == 404
    assert "Ask the agency that sent the request." in words_of(over)


async def test_a_link_that_was_used_says_so(api: Api) -> None:
    """In the browser that opened it, it leads on; in any other it opens nothing."""
    request, token = await linked(api)
    visit = await opened(api, token)
    assert f'href="/received/{request}"' in (await visit.get(f"/answer/{token}")).text
    other = await Visit(api).get(f"/answer/{token}")
    assert "This link was used already." in words_of(other)
    assert request not in other.text
    proof = proof_of(await Visit(api).get(f"/answer/{(await linked(api))[1]}"))
    assert (await press(Visit(api), f"/answer/{token}", proof)).status == 403


async def test_codes_wear_out_in_plain_words(api: Api) -> None:
    """Too old, sent too often, tried too often."""
    _, token = await linked(api)
    visit, proof = await coded(api, token)
    api.world.clock.move(seconds=timedelta(minutes=10).total_seconds())
    code = {"code": api.world.channels.codes[-1][2]}
    old = await press(visit, f"/answer/{token}/code", proof | code)
    assert old.status == 422
    blank = await press(visit, f"/answer/{token}/code", proof | {"code": ""})
    assert (blank.status, 'href="#code"' in blank.text) == (422, True)
    for _ in range(4):
        await press(visit, f"/answer/{token}", proof)
    worn = await press(visit, f"/answer/{token}", proof)
    assert worn.status == 409
    assert "Too many codes were sent" in words_of(worn)


async def test_a_link_is_over_once_the_request_is_passed_on(api: Api) -> None:
    """By the holder themselves or by a colleague."""
    request, token = await linked(api)
    visit = await opened(api, token)
    place = f"/received/{request}"
    await visit.get(place)
    unreachable = await visit.post(
        f"{place}/forwarding", {"holder": "hana-sample", "note": "", "sure": "yes"}
    )
    assert unreachable.status == 422
    await make_user(api.world, Role.RESPONDER, agency=HEALTH, person="hana-sample")
    done = await visit.post(
        f"{place}/forwarding", {"holder": "hana-sample", "note": "", "sure": "yes"}
    )
    assert "Passed on" in words_of(done)
    assert (await visit.get(place)).status == 303
    other, second = await linked(api, holder="iris-example")
    await forward_request(api.world.parts, IRIS, other, HANA.representative, "")  # type: ignore[arg-type]
    assert (await Visit(api).get(f"/answer/{second}")).status == 404


async def test_a_link_nobody_made_leads_nowhere(api: Api) -> None:
    """And says no more than one that is over."""
    for path in ("/answer/nobody-made-this", "/answer/nobody-made-this/code"):
        assert (await Visit(api).get(path)).status == 404
    assert (await api.call("GET", f"{LINKS}/nobody-made-this", role=None)).status == 404
