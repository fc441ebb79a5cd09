"""Uploads: streamed, limited, in order, and leaving nothing behind when they are refused."""

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web.driving import LABEL, SETTINGS, Api, Reply, Serve, give_tokens, pack_body

from gateway.domain.actors import Role

BORDER = "a-border"
PDF = "application/pdf"


def part(
    name: str, content: bytes, media_type: str, filename: str | None = None, extra: str = ""
) -> bytes:
    """One part of a multipart body."""
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    head = f"--{BORDER}\r\n{disposition}\r\nContent-Type: {media_type}\r\n{extra}\r\n"
    return head.encode() + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    """A multipart body."""
    return b"".join(parts) + f"--{BORDER}--\r\n".encode()


LABEL_PART = part("label", json.dumps(LABEL).encode(), "application/json")
FILE_PART = part("file", b"fictional", PDF, "a.pdf")


@pytest.fixture
async def pack(api: Api) -> str:
    """A new pack without documents."""
    return str((await api.call("POST", "/api/v1/packs", json=pack_body(api.world))).json()["id"])


async def post(api: Api, pack: str, data: bytes, **headers: str) -> Reply:
    """Upload these very bytes."""
    sent = {"Content-Type": f"multipart/form-data; boundary={BORDER}", **headers}
    return await api.call("POST", f"/api/v1/packs/{pack}/documents", data=data, headers=sent)


def files_in(vault: Path) -> list[Path]:
    """Every file in the vault but its marker."""
    return [path for path in vault.rglob("*/*") if path.is_file()]


async def assert_nothing_left(api: Api, pack: str, vault: Path) -> None:
    """No document, no file in the vault, no entry that one was added."""
    assert (await api.call("GET", f"/api/v1/packs/{pack}")).json()["documents"] == []
    assert files_in(vault) == []
    assert "document.added" not in {entry["action"] for entry in await api.actions()}


def head_of(api: Api, pack: str, *lines: str) -> bytes:
    """The head of an upload's request."""
    token = api.tokens[Role.COORDINATOR]
    return (
        f"POST /api/v1/packs/{pack}/documents HTTP/1.1\r\nHost: gateway.example\r\n"
        f"Authorization: Bearer {token}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={BORDER}\r\n"
        + "".join(f"{x}\r\n" for x in lines)
    ).encode() + b"\r\n"


async def test_every_byte_is_kept_whatever_it_looks_like(api: Api, pack: str) -> None:
    """Content that resembles borders and line ends arrives as it was sent."""
    for content in (
        b"\r\n",
        b"\r\n--" + BORDER.encode()[:-1] + b"\r\n",
        b"\r\n--" + BORDER.encode()[:5] + bytes(range(256)) * 2_000 + b"\r\n--",
        b"\r" * 300_000 + b"\n",
    ):
        reply = await post(api, pack, body(LABEL_PART, part("file", content, PDF, "a.pdf")))
        assert reply.status == 201, reply.text
        assert reply.json()["sha256"] == hashlib.sha256(content).hexdigest()
        await api.call("DELETE", f"/api/v1/packs/{pack}/documents/{reply.json()['id']}")


MISSHAPEN = [
    ((FILE_PART, LABEL_PART), 422),
    ((LABEL_PART,), 422),
    ((FILE_PART,), 422),
    ((), 422),
    ((LABEL_PART, FILE_PART, FILE_PART), 422),
    ((LABEL_PART, FILE_PART, part("note", b"x", "text/plain")), 422),
    ((LABEL_PART, LABEL_PART, FILE_PART), 422),
    ((LABEL_PART, part("file", b"x", PDF)), 422),
    ((LABEL_PART, part("file", b"x", PDF, "")), 422),
    ((LABEL_PART, part("other", b"x", PDF, "a.pdf")), 422),
    ((LABEL_PART, part("file", b"", PDF, "a.pdf")), 422),
    ((LABEL_PART, part("file", b"x", PDF, "../a.pdf")), 422),
    ((LABEL_PART, part("file", b"x", PDF, "a\\\\b.pdf")), 422),
    ((LABEL_PART, part("file", b"x", PDF, "fdp.\u202ea")), 422),
    ((LABEL_PART, part("file", b"x", PDF, "a" * 3000)), 422),
    ((LABEL_PART, part("file", b"x", PDF, 'a.pdf"; filename="b.pdf')), 422),
    ((part("label", b"{", "application/json"), FILE_PART), 400),
    ((part("label", b"[" * 9999, "application/json"), FILE_PART), 400),
    ((part("label", b"{}", "application/json"), FILE_PART), 422),
    ((part("label", b"{}", "text/plain"), FILE_PART), 415),
    ((part("label", b" " * 70_000 + b"{}", "application/json"), FILE_PART), 413),
    (
        (
            LABEL_PART,
            part("file", b"eA==", PDF, "a.pdf", "Content-Transfer-Encoding: base64\r\n"),
        ),
        415,
    ),
    ((LABEL_PART, part("file", b"x", PDF, "a.pdf", "Content-Encoding: gzip\r\n")), 415),
    ((LABEL_PART, part("file", b"x", "multipart/mixed; boundary=b", "a.pdf")), 422),
    ((LABEL_PART, part("file", b"x", PDF, "a.pdf", "X: y\r\n" * 500)), 400),
    ((LABEL_PART, part("file", b"x", PDF, "a.pdf", f"X: {'y' * 100_000}\r\n")), 400),
    ((LABEL_PART, *[part("file", b"x", PDF, "a.pdf")] * 10_000), 422),
    ((LABEL_PART, part("file", b"x" * 3_000_001, PDF, "a.pdf")), 413),
    ((b"no border at all\r\n" * 10, LABEL_PART[:20]), 400),
]


async def test_an_upload_of_another_shape_is_refused_and_leaves_nothing(
    api: Api, pack: str, tmp_path: Path
) -> None:
    """Label then file, each once and of its type; anything else changes nothing."""
    for number, (parts, status) in enumerate(MISSHAPEN):
        reply = await post(api, pack, body(*parts))
        assert reply.status == status, (number, reply.text)
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert BORDER not in reply.text
    await assert_nothing_left(api, pack, tmp_path / "vault")


async def test_the_file_name_is_read_in_each_of_its_spellings(api: Api, pack: str) -> None:
    """Raw UTF-8 as browsers send it, and the encoded form of RFC 8187."""
    for disposition in (
        'filename="Whānau plan.docx"',
        "filename*=utf-8''Wh%C4%81nau%20plan.docx",
    ):
        head = f'--{BORDER}\r\nContent-Disposition: form-data; name="file"; {disposition}\r\n\r\n'
        reply = await post(api, pack, body(LABEL_PART, head.encode() + b"fictional\r\n"))
        assert reply.json()["title"] == "Whānau plan.docx"
        assert reply.json()["extension"] == ".docx"


async def test_an_announced_length_beyond_the_limit_is_refused_at_once(
    api: Api, pack: str, tmp_path: Path
) -> None:
    """413 before a byte of the body is sent."""
    reader, writer = await api.connect()
    writer.write(head_of(api, pack, "Content-Length: 2147483648"))
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    await assert_nothing_left(api, pack, tmp_path / "vault")


async def test_a_body_without_a_length_is_cut_off_at_the_limit(
    api: Api, pack: str, tmp_path: Path
) -> None:
    """Chunked, growing past the limit: 413, long before it would have ended."""
    reader, writer = await api.connect()
    writer.write(head_of(api, pack, "Transfer-Encoding: chunked"))
    start = LABEL_PART + part("file", b"", PDF, "a.pdf")[:-2]
    writer.write(f"{len(start):x}\r\n".encode() + start + b"\r\n")
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(60):
        writer.write(piece)
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    await assert_nothing_left(api, pack, tmp_path / "vault")


async def test_a_connection_lost_halfway_leaves_nothing(
    api: Api, pack: str, tmp_path: Path
) -> None:
    """Cut off in the middle of the file: no document, no bytes in the vault."""
    whole = body(LABEL_PART, part("file", b"x" * 2_000_000, PDF, "a.pdf"))
    reader, writer = await api.connect()
    writer.write(head_of(api, pack, f"Content-Length: {len(whole)}") + whole[:1_500_000])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await reader.read()
    async with asyncio.timeout(5):
        while not await api.refusals():  # noqa: ASYNC110 - until the server has noticed
            await asyncio.sleep(0.01)
    await assert_nothing_left(api, pack, tmp_path / "vault")


async def test_an_upload_that_stops_arriving_is_given_up(serve: Serve, tmp_path: Path) -> None:
    """408 once nothing has come for as long as the settings allow."""
    api = await serve(replace(SETTINGS, body_idle_seconds=0.2))
    await give_tokens(api)
    made = await api.call("POST", "/api/v1/packs", json=pack_body(api.world))
    pack = made.json()["id"]
    reader, writer = await api.connect()
    writer.write(head_of(api, pack, "Content-Length: 5000") + LABEL_PART)
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    writer.close()
    await assert_nothing_left(api, pack, tmp_path / "vault")


async def test_a_body_is_asked_for_only_once_it_is_wanted(api: Api, pack: str) -> None:
    """`Expect: 100-continue` gets 401 before the body, or 100 and then the answer to it."""
    whole = body(LABEL_PART, FILE_PART)
    asking = ("Expect: 100-continue", f"Content-Length: {len(whole)}")
    stranger = head_of(api, pack, *asking).replace(b"Bearer ", b"Bearer x")
    for head, status in (
        (stranger, b"401"),
        (head_of(api, pack, asking[0], "Content-Length: 2147483648"), b"100"),
        (head_of(api, pack, *asking), b"100"),
    ):
        reader, writer = await api.connect()
        writer.write(head)
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 " + status)
        if status == b"100" and str(len(whole)).encode() in head:
            writer.write(whole)
            answer = await reader.read()
            assert b"HTTP/1.1 201 " in answer
        writer.close()


async def test_another_type_than_multipart_is_refused(api: Api, pack: str) -> None:
    """415, also for a compressed body; 400 without a border."""
    whole = body(LABEL_PART, FILE_PART)
    for headers, status in (
        ({"Content-Type": PDF}, 415),
        ({"Content-Type": f"multipart/mixed; boundary={BORDER}"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "multipart/form-data"}, 400),
        ({"Content-Type": f"multipart/form-data; boundary={'b' * 71}"}, 400),
    ):
        reply = await post(api, pack, whole, **headers)
        assert reply.status == status, headers


async def test_the_number_of_documents_and_the_size_of_a_pack_are_limited(
    api: Api, pack: str
) -> None:
    """413 for the seventh document, and for what would make the pack too large."""
    content = b"x" * 2_500_000
    assert (await api.upload(pack, content=content)).status == 201
    assert (await api.upload(pack, content=content)).status == 413
    for _ in range(5):
        assert (await api.upload(pack)).status == 201
    assert (await api.upload(pack)).status == 413


async def test_a_label_is_taken_as_strictly_as_in_a_pack_file(api: Api, pack: str) -> None:
    """Unknown names, names of children, and values of another type are refused by their path."""
    faults: list[tuple[dict[str, Any], str]] = [
        ({"children": ["Aroha Tauira"]}, "children[1]"),
        ({"children": ["ABC1234"]}, "children[1]"),
        ({"children": ["child-1", "child-1"]}, "children"),
        ({"children": "child-1"}, "children"),
        ({"personal_information": "true"}, "personal_information"),
        ({"classification": "MOSTLY SECRET"}, "classification"),
        ({"category": "a\r\nBcc: x"}, "category"),
        ({"category": "  "}, "category"),
        ({"category": "a\u200bb"}, "category"),
        ({"endorsements": ["1x"]}, "endorsements[1]"),
        ({"source_agency": "Tamariki Care"}, "source_agency"),
        ({"title": "a/b"}, "file name"),
        ({"owner": "x"}, "owner"),
    ]
    for change, field in faults:
        reply = await api.upload(pack, label={**LABEL, **change})
        assert reply.status == 422, change
        found = reply.json()
        assert field in {found.get("field"), *(p["field"] for p in found.get("problems", ()))}
