"""What was typed is not lost when a session ends in the middle of a form."""

from web.driving import FORM, Api
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role

ZONE = "/account/zone"


async def send(visit: Visit, csrf: str, **headers: str) -> tuple[int, str]:
    """Send a form with this token, as the browser would from our own page."""
    sent = FORM | {"Origin": visit.api.base, "Sec-Fetch-Site": "same-origin"} | headers
    if visit.cookies:
        sent["Cookie"] = f"session={visit.cookies['session']}"
    body = f"csrf={csrf}&zone=Pacific%2FChatham&note=%3Cb%3Ekept%3C%2Fb%3E".encode()
    reply = await visit.api.call("POST", ZONE, role=None, headers=sent, data=body)
    return reply.status, reply.text


async def test_who_is_signed_out_meanwhile_keeps_what_they_typed(api: Api) -> None:
    """The fields stand in a form on the page, escaped; nothing was done."""
    status, page = await send(Visit(api), "0" * 64)
    assert status == 401
    assert '<input type="hidden" name="zone" value="Pacific/Chatham">' in page
    assert "&lt;b&gt;kept&lt;/b&gt;" in page
    assert "<b>kept" not in page
    assert 'name="csrf"' not in page
    assert "Sign in (opens beside this page)" in page


async def test_the_next_session_is_asked_before_it_sends_them(api: Api) -> None:
    """With its own token, and the person named."""
    visit = await Visit.of(api, Role.AUDITOR)
    status, page = await send(visit, "0" * 64)
    assert status == 409
    await visit.get("/account")
    assert f'name="csrf" value="{visit.csrf}"' in page
    assert "You are signed in as Sample auditor" in page
    assert (await send(visit, visit.csrf))[0] == 303


async def test_a_form_from_elsewhere_is_never_given_back(api: Api) -> None:
    """Only what the browser says came from here: anything else another site may have filled in."""
    visit = await Visit.of(api, Role.AUDITOR)
    for headers in (
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        status, page = await send(visit, "0" * 64, **headers)
        assert (status, "Pacific/Chatham" in page) == (403, False), headers


async def test_passwords_are_not_shown_again(api: Api) -> None:
    """Their form is refused as before."""
    sent = FORM | {"Origin": api.base}
    body = b"csrf=0&password=lantern-orchard-violin-harbour"
    reply = await api.call("POST", "/account/password", role=None, headers=sent, data=body)
    assert reply.status == 401
    assert "lantern" not in reply.text
    assert "Sign in" in words_of(reply)


async def test_an_office_may_open_pages_and_sign_in_as_often_as_it_needs(api: Api) -> None:
    """Being led to the sign-in page costs nobody anything."""
    for _ in range(40):
        assert (await Visit(api).get("/coordinator")).status == 303
