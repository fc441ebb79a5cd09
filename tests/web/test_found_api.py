"""What was found in a document, over the API."""

from typing import Any

import pytest
from web.driving import Api, Reply, pack_body

from gateway.domain.inspection import Discovery, Kind

COMMENT = Discovery(Kind.COMMENT, "page 3", "made-up words of a comment", removable=True)
MACRO = Discovery(Kind.MACRO, "macros", "AutoOpen", removable=True)


@pytest.fixture
async def place(api: Api) -> str:
    """The address of a document with a comment in it."""
    api.world.inspector.discoveries = (COMMENT,)
    pack = (await api.call("POST", "/api/v1/packs", json=pack_body(api.world))).json()["id"]
    document = (await api.upload(pack)).json()["id"]
    return f"/api/v1/packs/{pack}/documents/{document}"


async def found(api: Api, place: str) -> Any:
    """What the API says was found."""
    return (await api.call("GET", f"{place}/found")).json()


async def test_what_was_found_is_shown(api: Api, place: str) -> None:
    """With where it stands, and whether it can be taken out."""
    told = await found(api, place)
    assert told["discoveries"] == [
        {
            "kind": "COMMENT",
            "words": "a comment",
            "concern": "hidden",
            "where": "page 3",
            "context": "made-up words of a comment",
            "removable": True,
        }
    ]
    assert told["counts"] == {"COMMENT": 1}
    assert told["marking"] == "IN-CONFIDENCE"


async def test_a_comment_is_taken_out(api: Api, place: str) -> None:
    """The answer is the document as it is now."""
    before = (await api.call("GET", place.partition("/documents")[0])).json()["documents"][0]
    reply = await api.call("POST", f"{place}/clean", json={"kinds": ["COMMENT"]})
    assert reply.status == 200
    assert reply.json()["sha256"] != before["sha256"]
    told = await found(api, place)
    assert (told["removed"], told["discoveries"]) == (["COMMENT"], [])
    again = await api.call("POST", f"{place}/clean", json={})
    assert again.json()["sha256"] == reply.json()["sha256"]


@pytest.mark.parametrize("kinds", [["NOTHING"], ["a comment"], [7], "COMMENT", [["COMMENT"]]])
async def test_only_known_kinds_are_taken(api: Api, place: str, kinds: Any) -> None:
    """The fault names the field."""
    reply = await api.call("POST", f"{place}/clean", json={"kinds": kinds})
    assert reply.status == 422
    assert "kinds" in reply.text


async def test_what_is_no_pdf_takes_no_stamp(api: Api, place: str) -> None:
    """Or is stamped, once, if it is one."""
    first = await api.call("POST", f"{place}/stamp")
    second = await api.call("POST", f"{place}/stamp")
    assert (first.status, second.status) == (200, 409)
    assert (await found(api, place))["stamped"] is True


async def upload(api: Api, query: str) -> Reply:
    """Upload a document with a macro."""
    api.world.inspector.discoveries = (MACRO,)
    pack = (await api.call("POST", "/api/v1/packs", json=pack_body(api.world))).json()["id"]
    return await api.upload(pack, query=query)


async def test_a_macro_is_refused_with_its_remedy(api: Api) -> None:
    """As problem details about the field `file`; the log names no word of the document."""
    reply = await upload(api, "")
    assert reply.status == 422
    assert "AutoOpen" in reply.text
    assert "remove what is unsafe" in reply.text
    assert "document.refused" in {entry["action"] for entry in await api.actions()}
    assert not [leaf for leaf in await api.world.leaves() if b"AutoOpen" in leaf]


async def test_a_macro_can_be_removed_on_the_way(api: Api) -> None:
    """By the query of the upload, which takes nothing else."""
    assert (await upload(api, "?remove_unsafe=true")).status == 201
    assert (await upload(api, "?remove_unsafe=false")).status == 422
    assert (await upload(api, "?remove_unsafe=perhaps")).status == 422
    assert (await upload(api, "?remove=true")).status == 422
