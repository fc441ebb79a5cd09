"""What tests of the coordinator's pages share: forms as the pages send them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from web.driving import Api, Reply
from web.pages.visiting import Visit

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId

MEETING = "kowhai-2026-12-08"
BORDER = "a-border"
CHILDREN = ("child-7f3a", "child-9c2e")


async def coordinator(api: Api) -> Visit:
    """The lead agency's coordinator."""
    return await Visit.of(api, Role.COORDINATOR)


async def stranger(api: Api) -> Visit:
    """A coordinator of another agency."""
    return await Visit.of(
        api, Role.COORDINATOR, agency=AgencyId("regional-police"), person="ben-sample"
    )


def new_pack_form(**changes: Any) -> dict[str, str | Sequence[str]]:
    """The form of a new pack, filled in."""
    filled: dict[str, str | Sequence[str]] = {
        "purpose": "SAFETY-PLAN",
        "authority": "OTA-66C",
        "marking": "IN-CONFIDENCE",
        "ground": "66C(a)(i)",
        "belief": "They can lessen the risk if they know the plan.",
    }
    for child in CHILDREN:
        filled |= {f"consulted-{child}": "no", f"account-{child}": "Too young to be asked."}
    return filled | {name.replace("__", "-"): value for name, value in changes.items()}


async def new_pack(visit: Visit, **changes: Any) -> str:
    """A pack made by its form; gives its address."""
    reply = await visit.post(f"/meetings/{MEETING}/packs/new", new_pack_form(**changes))
    assert reply.status == 303, reply.text
    return reply.headers["Location"].partition("?")[0]


async def upload(
    visit: Visit,
    pack: str,
    *files: tuple[str, bytes],
    csrf: str | None = None,
    header: bool = False,
    remove: bool = False,
) -> Reply:
    """Send files as a browser does; with `header`, as the page's script does."""
    token = visit.csrf if csrf is None else csrf
    body = b"" if header else _part('name="csrf"', token.encode())
    if remove:
        body += _part('name="remove"', b"yes")
    return await send_files(visit, f"{pack}/documents", files, body, token if header else None)


async def send_files(
    visit: Visit,
    place: str,
    files: Sequence[tuple[str, bytes]],
    body: bytes = b"",
    token: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> Reply:
    """Send a multipart form: `body`, fields, then files; `token` in a header, as a script does."""
    for name, value in (fields or {}).items():
        body += _part(f'name="{name}"', value.encode())
    for name, content in files:
        body += _part(f'name="file"; filename="{name}"', content)
    body += f"--{BORDER}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BORDER}"}
    if token is not None:
        headers["X-CSRF-Token"] = token
    return await visit._call("POST", place, data=body, headers=headers)


def _part(disposition: str, content: bytes) -> bytes:
    head = f"--{BORDER}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def fields_of(text: str, action: str) -> dict[str, list[str]]:
    """What the form of a page for `action` would send as it stands."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert form, action
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form[1]):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        ticked = 'type="checkbox"' not in tag and 'type="radio"' not in tag
        if name and (ticked or " checked" in tag):
            found.setdefault(name, []).append(value)
    for name, inside in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[1], re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = [_plain(chosen[1]) if chosen else ""]
    for name, inside in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form[1], re.DOTALL
    ):
        found[name] = [_plain(inside)]
    return {name: values for name, values in found.items() if name != "csrf"}


async def send_answer(visit: Visit, place: str) -> Reply:
    """Press the button of the last page as it stands."""
    shown = await visit.get(f"{place}/answer/send")
    return await visit.post(f"{place}/answer/send", fields_of(shown.text, f"{place}/answer/send"))


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return _plain(found[1]) if found else ""


def _plain(text: str) -> str:
    for escaped, plain in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&#34;", '"'),
        ("&amp;", "&"),
    ):
        text = text.replace(escaped, plain)
    return text
