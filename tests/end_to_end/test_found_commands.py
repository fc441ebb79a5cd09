"""`gateway pack found`, `clean` and `stamp` on a pack that was begun over the API."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from support.running import CONTACT, Installation, installation
from support.world import SAMPLE

pytestmark = pytest.mark.server
BY = ("--as", CONTACT)
PDF = SAMPLE / "documents" / "care-summary.pdf"


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    """A gateway that is serving."""
    with installation() as there:
        there.serve()
        yield there


@pytest.fixture(scope="module")
def pack(there: Installation) -> dict[str, Any]:
    """A pack with one PDF document, not sent."""
    making = ("token", "create", "--role", "coordinator", "--agency", "tamariki-care")
    token = there.run(*making, "--representative", CONTACT).strip()
    return asyncio.run(begun(there.base, token, PDF.read_bytes()))


async def begun(base: str, token: str, content: bytes) -> dict[str, Any]:
    """Make the pack and add the document."""
    terms = {
        "meeting": "kowhai-2026-12-08",
        "authority": "OTA-66C",
        "purpose": "SAFETY-PLAN",
        "marking": "IN-CONFIDENCE",
    }
    label = {
        "classification": "IN-CONFIDENCE",
        "category": "Care and protection",
        "source_agency": "tamariki-care",
        "children": ["child-7f3a"],
    }
    form = FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("label", json.dumps(label), content_type="application/json")
    form.add_field("file", content, filename="care.pdf")
    async with ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as session:
        async with session.post("/api/v1/packs", json=terms) as answer:
            pack: dict[str, Any] = await answer.json()
        async with session.post(f"/api/v1/packs/{pack['id']}/documents", data=form) as answer:
            assert answer.status == 201, await answer.text()
        async with session.get(f"/api/v1/packs/{pack['id']}") as answer:
            found: dict[str, Any] = await answer.json()
            return found


def test_a_document_is_looked_at_stamped_and_looked_into_again(
    there: Installation, pack: dict[str, Any]
) -> None:
    """By its identifier, which the list of a pack's documents shows."""
    (document,) = pack["documents"]
    where = (pack["id"], document["id"], *BY)
    listed = there.run("pack", "found", pack["id"], *BY)
    assert document["id"] in listed
    assert there.json("pack", "found", *where, "--json")["type"] == "PDF"
    assert "Stamped." in there.run("pack", "stamp", *where)
    told = there.json("pack", "found", *where, "--json")
    assert told["stamped"]
    assert not told["scanned"]
    assert "not scanned" in there.run("pack", "clean", *where, "--again")
    assert there.json("pack", "found", *where, "--json")["stamped"]
    there.run("pack", "stamp", *where, code=6)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("clean", "--kind", "NOTHING"), 2),
        (("clean", "--kind", "a comment"), 2),
        (("found", "--kind", "COMMENT"), 2),
    ],
)
def test_only_what_there_is_is_taken(
    there: Installation, pack: dict[str, Any], arguments: tuple[str, ...], code: int
) -> None:
    """Kinds are named as they are shown."""
    command, *options = arguments
    (document,) = pack["documents"]
    there.run("pack", command, pack["id"], document["id"], *BY, *options, code=code)


def test_a_document_of_no_pack_is_not_found(there: Installation, pack: dict[str, Any]) -> None:
    """Nor one looked for as another agency's."""
    (document,) = pack["documents"]
    there.run("pack", "found", pack["id"], "none", *BY, code=5)
    there.run("pack", "found", pack["id"], document["id"], "--as", "ben-sample", code=5)
