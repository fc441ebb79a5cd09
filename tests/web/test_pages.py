"""The pages on which recipients acknowledge: safe against scanners, usable without scripts."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from web.driving import FORM, Api, Reply, password_sent
from web.test_transfers_api import code_of

from gateway.domain.transfers import State, Transfer
from gateway.services import secrets


class Page(HTMLParser):
    """The elements of a page, and each form's fields with the values a browser would send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.elements if name == tag]

    def defaults(self) -> dict[str, str]:
        """What is sent when the button is pressed and nothing else touched."""
        return {
            str(field["name"]): field.get("value") or ""
            for field in self.all("input")
            if field["type"] != "radio" or "checked" in field
        }


async def link_of(api: Api) -> tuple[Transfer, str]:
    """A transfer whose password was sent, and the path of its one-time link."""
    transfer = (await password_sent(api.world))["aroha-tauira"]
    letter = next(m for m, _ in api.world.channels.mails if m.reference == transfer.reference)
    assert letter.acknowledge_at is not None
    base, path = letter.acknowledge_at.split("/acknowledge/")
    assert base == "https://gateway.example"
    return transfer, f"/acknowledge/{path}"


async def look(api: Api, path: str) -> tuple[Reply, Page]:
    """A page as a browser gets it."""
    reply = await api.call("GET", path, role=None)
    return reply, Page(reply.text)


async def press(api: Api, path: str, fields: dict[str, str], **headers: str) -> Reply:
    """Send a form."""
    return await api.call("POST", path, role=None, data=fields, headers=headers)


async def state(api: Api, transfer: Transfer) -> State:
    """The state a transfer is in now."""
    return (await api.world.transfer(transfer)).state


async def test_looking_at_a_link_changes_nothing(api: Api) -> None:
    """GET and HEAD, as often as scanners like: no acknowledgement, no entry in the log."""
    transfer, path = await link_of(api)
    before = len(await api.world.leaves())
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE"):
        await api.call(method, path, role=None)
    reply = await api.call("GET", f"{path}?utm_source=scanner&x=1&x=2", role=None)
    assert reply.status == 200
    assert transfer.reference in reply.text
    assert await state(api, transfer) is State.PASSWORD_SENT
    assert len(await api.world.leaves()) == before


async def test_a_scanner_that_presses_the_button_acknowledges_nothing(api: Api) -> None:
    """A bare POST, the form as it stands, its first choice, and another link's form all fail."""
    transfer, path = await link_of(api)
    _, page = await look(api, path)
    untouched = page.defaults()
    first_choice = next(field for field in page.all("input") if field["type"] == "radio")
    assert "opened" not in untouched
    for fields, status in (
        ({}, 403),
        ({"opened": "yes"}, 403),
        ({"page": "0" * 64, "opened": "yes"}, 403),
        ({"page": "ä", "opened": "yes"}, 403),
        (untouched, 422),
        ({**untouched, "opened": str(first_choice["value"])}, 422),
        ({**untouched, "opened": "on"}, 422),
    ):
        reply = await press(api, path, fields)
        assert reply.status == status, fields
        assert await state(api, transfer) is State.PASSWORD_SENT
    assert {operation for operation, _ in await api.refusals()} == {"acknowledgeByLink"}


async def test_a_person_acknowledges_by_the_link(api: Api) -> None:
    """Answering yes and pressing the button; pressing again, or looking again, says it is done."""
    transfer, path = await link_of(api)
    _, page = await look(api, path)
    fields = {**page.defaults(), "opened": "yes"}
    for _ in range(2):
        reply = await press(api, path, fields, **{"Sec-Fetch-Site": "same-origin"})
        assert (reply.status, "is acknowledged" in reply.text) == (200, True)
    assert await state(api, transfer) is State.ACKNOWLEDGED
    assert "is acknowledged" in (await look(api, path))[0].text
    shown = (await api.call("GET", f"/api/v1/transfers/{transfer.id}")).json()
    assert shown["proof"] == "link"


async def test_a_form_sent_from_another_site_is_refused(api: Api) -> None:
    """By what the browser says of its origin, whatever Host or X-Forwarded-Host claim."""
    transfer, path = await link_of(api)
    _, page = await look(api, path)
    fields = {**page.defaults(), "opened": "yes"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://gateway.example.evil.example"},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "garbage"},
        {"Origin": "http://["},
        {"Origin": "http://a\N{ACCOUNT OF}b"},
    ):
        assert (await press(api, path, fields, **headers)).status == 403, headers
        assert (await press(api, "/acknowledge", {}, **headers)).status == 403, headers
    assert await state(api, transfer) is State.PASSWORD_SENT
    for headers in ({"Origin": "https://gateway.example"}, {"Origin": "null"}):
        assert (await press(api, path, fields, **headers)).status == 200


async def test_a_person_acknowledges_by_the_code(api: Api) -> None:
    """What was typed wrongly is said, the reference is kept, the code is not shown again."""
    transfer = (await password_sent(api.world))["aroha-tauira"]
    code = code_of(api, transfer.reference)
    wrong = await press(
        api, "/acknowledge", {"reference": f'{transfer.reference}"><b>', "code": "WRONG-CODE"}
    )
    assert wrong.status == 422
    page = Page(wrong.text)
    reference, typed = (field for field in page.all("input"))
    assert reference["value"] == f'{transfer.reference}"><b>'
    assert "value" not in typed
    assert "<b>" not in wrong.text
    assert "WRONG" not in wrong.text
    assert page.all("div")[0]["role"] == "alert"
    reply = await press(
        api, "/acknowledge", {"reference": f" {transfer.reference} ", "code": code.lower()}
    )
    assert (reply.status, "is acknowledged" in reply.text) == (200, True)
    assert await state(api, transfer) is State.ACKNOWLEDGED


async def test_an_unknown_link_leads_to_a_page_that_helps(api: Api) -> None:
    """404 with a way on; the same when links are switched off, and for a malformed token."""
    _, path = await link_of(api)
    replies = [
        (await look(api, address))[0]
        for address in ("/acknowledge/nowhere", "/acknowledge/%00", "/acknowledge/" + "x" * 500)
    ]
    assert {reply.status for reply in replies} == {404}
    assert 'href="/acknowledge"' in replies[0].text
    rules = replace(api.world.parts.rules, link_base=None)
    object.__setattr__(api.world.parts, "rules", rules)
    assert (await look(api, path))[0].status == 404
    assert (await look(api, "/nowhere"))[0].headers["Content-Type"].startswith("text/html")


async def test_a_pack_whose_password_has_not_gone_cannot_be_acknowledged(api: Api) -> None:
    """The page says so and has no button; forcing it, or typing the code, is a conflict."""
    parts = api.world.parts
    transfer = (await api.world.send())["aroha-tauira"]
    async with parts.database.work() as work:
        held = await secrets.load(parts, work, transfer.id)
    path = f"/acknowledge/{held.link.reveal()}"
    reply, page = await look(api, path)
    assert (reply.status, page.all("button")) == (200, [])
    assert "not waiting" in reply.text
    proof = parts.vault.digest("acknowledgement page", held.link.reveal()).hex()
    assert (await press(api, path, {"page": proof, "opened": "yes"})).status == 409
    typed = {"reference": transfer.reference, "code": held.code.reveal()}
    early = await press(api, "/acknowledge", typed)
    assert early.status == 409
    assert held.code.reveal() not in early.text
    assert await state(api, transfer) is State.QUEUED


async def test_forms_of_another_type_or_size_are_refused(api: Api) -> None:
    """Not a form, too long, too many fields, doubled fields, or not text."""
    for data, headers, status in (
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"reference=a&reference=b", FORM, 400),
        (b"&".join(b"a%d=1" % n for n in range(50)), FORM, 400),
        (b"a=" + b"x" * 20_000, FORM, 413),
        (b"reference=%ff&code=x", FORM, 400),
        (b"\xff=x", FORM, 400),
        (b"reference", FORM, 400),
        (b"", FORM, 422),
    ):
        reply = await api.call("POST", "/acknowledge", role=None, data=data, headers=headers)
        assert reply.status == status, data[:30]
        assert reply.headers["Content-Type"].startswith("text/html")


async def test_pages_are_built_for_everyone(api: Api) -> None:
    """Language, title, one heading, a label for each field, a legend, and no script (WCAG 2.2)."""
    _, path = await link_of(api)
    for address in ("/acknowledge", path, "/acknowledge/nowhere"):
        reply, page = await look(api, address)
        assert page.all("html") == [{"lang": "en-NZ"}]
        assert len(page.all("h1")) == len(page.all("main")) == 1
        assert re.search(r"<title>.+ – Information sharing gateway</title>", reply.text)
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}
        labelled = {label["for"] for label in page.all("label")}
        visible = [field for field in page.all("input") if field["type"] != "hidden"]
        assert {field["id"] for field in visible} <= labelled
        described = {name for f in visible for name in (f.get("aria-describedby") or "").split()}
        identified = {attributes.get("id") for _, attributes in page.elements}
        assert described <= identified
        assert not page.all("script")
        assert not any("style" in a or any(k.startswith("on") for k in a) for _, a in page.elements)
        assert len(page.all("fieldset")) == len(page.all("legend"))
    style = await api.call("GET", "/static/style.css", role=None)
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert style.headers["Cache-Control"] == "public, max-age=3600"
    assert (await api.call("GET", "/static/../static/style.css", role=None)).status == 200
    assert (await api.call("GET", "/static/other.css", role=None)).status == 404


def relative_luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of `#rrggbb`."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio."""
    low, high = sorted((relative_luminance(one), relative_luminance(other)))
    return (high + 0.05) / (low + 0.05)


async def test_the_colours_have_the_contrast_the_stylesheet_claims(api: Api) -> None:
    """7:1 for text and 3:1 for borders, in the light and in the dark scheme."""
    style = (await api.call("GET", "/static/style.css", role=None)).text
    schemes = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(schemes) == 2
    for scheme in schemes:
        for text in ("text", "quiet", "bad", "accent"):
            assert contrast(scheme[text], scheme["ground"]) >= 7, text
        assert contrast(scheme["on-accent"], scheme["accent"]) >= 7
        assert contrast(scheme["line"], scheme["ground"]) >= 3
