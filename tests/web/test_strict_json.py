"""JSON bodies: what RFC 8259 allows and nothing that two readers could take differently."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web.driving import Api, pack_body

from gateway.domain.actors import Role
from gateway.web import strict_json
from gateway.web.problems import HttpFault

REFUSED = [
    b"",
    b" ",
    b"{",
    b"}",
    b"[" * 10_000,
    b'{"a":' * 10_000,
    b"[" * 33 + b"]" * 33,
    b"[" * 10_000 + b"]" * 10_000,
    b'"\\' + b'\\"[' * 5_000,
    b"NaN",
    b"[NaN]",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b'{"a":1,"a":1}',
    b'{"a":{"b":1,"b":2}}',
    b'{"a":1,"\\u0061":1}',
    b'"\\ud800"',
    b'{"\\udc00":1}',
    b'"\\ude00\\ud83d"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"\xc0\xaf"',
    b"\xef\xbb\xbf{}",
    '{"a":1}'.encode("utf-16"),
    b"{'a':1}",
    b"{a:1}",
    b'{"a":1,}',
    b"[1,]",
    b"[1 2]",
    b"{} {}",
    b"{}x",
    b"01",
    b"1.",
    b".5",
    b"+1",
    b"0x10",
    b"1_000",
    b"1" * 5_000,
    b'"\x00"',
    b'"\n"',
    b'"\t"',
    b'"\\x41"',
    b'"\\u12"',
    b"'a'",
    b"True",
    b"nul",
    b"/* */{}",
    b"{}//",
    b"\x00{}",
    b"\xc2\xa0{}",
]
TAKEN = [
    b"null",
    b" [ ] \r\n\t",
    b"[" * 32 + b"]" * 32,
    b'{"a":{"a":1}}',
    b"-0",
    b"1e300",
    b'"\\ud83d\\ude00"',
    '"tamariki \N{LATIN SMALL LETTER A WITH MACRON}"'.encode(),
    b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["',
    b'"\\\\", "'[:4],
    b'"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["',
]


@pytest.mark.parametrize("data", REFUSED, ids=lambda data: repr(data[:20]))
def test_what_is_not_strict_json_is_refused(data: bytes) -> None:
    """400 and never a crash, without a word of what was sent."""
    with pytest.raises(HttpFault) as caught:
        strict_json.parse(data)
    assert caught.value.kind.status == 400
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("data", TAKEN, ids=lambda data: repr(data[:20]))
def test_what_is_strict_json_is_taken(data: bytes) -> None:
    """The same value that the standard library reads."""
    assert strict_json.parse(data) == json.loads(data)


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_every_value_comes_back_as_it_was_written(value: object) -> None:
    """Whatever a program writes is read as the same value, escaped or not."""
    assert strict_json.parse(json.dumps(value).encode()) == value
    assert strict_json.parse(json.dumps(value, ensure_ascii=False).encode()) == value


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text('[]{}",:\\u0d8 1e', max_size=60).map(str.encode))
def test_any_bytes_give_a_value_or_a_400(data: bytes) -> None:
    """Nothing else is ever raised."""
    try:
        strict_json.parse(data)
    except HttpFault as fault:
        assert fault.kind.status == 400  # noqa: PT017 - both ways out are right


async def test_bodies_that_are_not_strict_json_get_400(api: Api) -> None:
    """The same over HTTP: a problem that names no value, and the refusal is recorded."""
    headers = {"Content-Type": "application/json"}
    for data in REFUSED:
        reply = await api.call("POST", "/api/v1/packs", data=data, headers=headers)
        assert reply.status == 400, data[:30]
        assert reply.json()["type"] == "urn:gateway:problem:malformed"
    assert set(await api.refusals()) == {("createPack", "InvalidInput")}


async def test_values_that_are_no_pack_get_422(api: Api) -> None:
    """Strict JSON of another shape: every fault by its path, no value repeated."""
    canary = "canary-4711"
    headers = {"Content-Type": "application/json"}
    for data in (
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"{}",
        b'{"meeting": "%s"}' % canary.upper().encode(),
    ):
        reply = await api.call("POST", "/api/v1/packs", data=data, headers=headers)
        assert reply.status == 422
        assert canary.upper() not in reply.text
    body = pack_body(api.world)
    body["statements"][1]["ground"] = f"\u202e{canary}"
    body["statements"][2]["belief"] = 7
    body["consultations"][0]["consulted"] = "yes"
    body["marking"] = canary
    body["surprise"] = canary
    body[canary] = 1
    body["contact"] = None
    reply = await api.call("POST", "/api/v1/packs", json=body)
    assert {problem["field"] for problem in reply.json()["problems"]} == {
        "statements[2].ground",
        "statements[3].belief",
        "consultations[1].consulted",
        "marking",
        "surprise",
        "?",
    }
    assert canary not in reply.text
    assert all(p["message"] and p["remedy"] for p in reply.json()["problems"])


async def test_other_media_types_are_refused(api: Api) -> None:
    """415 for anything but JSON in UTF-8, compressed or not; for a form too."""
    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json; charset=iso-8859-1"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
    ):
        reply = await api.call("POST", "/api/v1/packs", data=b"{}", headers=headers)
        assert reply.status == 415, headers
        assert reply.json()["type"] == "urn:gateway:problem:unsupported-media-type"
    accepted = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert (await api.call("POST", "/api/v1/packs", data=b"{}", headers=accepted)).status == 422


async def test_bodies_beyond_the_limit_get_413(api: Api) -> None:
    """By their announced length at once, and without one as soon as they have grown too long."""
    large = b'"' + b"x" * 1_100_000 + b'"'
    headers = {"Content-Type": "application/json"}
    announced = await api.call("POST", "/api/v1/packs", data=large, headers=headers)
    assert announced.status == 413
    token = api.tokens[Role.COORDINATOR]
    head = (
        "POST /api/v1/packs HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    )
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    grown = await api.raw(
        f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + piece * 17 + b"0\r\n\r\n"
    )
    assert grown.startswith(b"HTTP/1.1 413 ")
    reader, writer = await api.connect()
    writer.write(f"{head}Content-Length: 9999999999\r\n\r\n".encode() + b"{}")
    assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    short = await api.raw(f"{head}Content-Length: 100\r\n\r\n".encode() + b"{}", end=True)
    assert not short.startswith(b"HTTP/1.1 2")
