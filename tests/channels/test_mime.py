"""The stream of a mail: base64 lines, sizes, and the second look at a header."""

import base64
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels import mime
from gateway.domain.errors import InvalidInput, Tampered

NAMES = ("From", "To", "Subject", "Content-Type")
HEAD = (
    b'From: "A" <a@lead.example>\r\nTo: b@provider.example\r\n'
    b"Subject: x\r\nContent-Type: text/plain\r\n\r\nbody\r\n"
)


@given(st.binary(max_size=2000))
def test_base64_lines_are_those_of_the_standard_library(data: bytes) -> None:
    """The fast way gives the same lines as the plain one, ended by CRLF, of the size computed."""
    expected = base64.encodebytes(data).replace(b"\n", b"\r\n")
    assert mime.base64_lines(data) == expected
    assert mime.encoded_size(len(data)) == len(expected)


@given(st.lists(st.binary(max_size=400), max_size=20))
async def test_an_attachment_in_pieces_of_any_size_gives_one_run_of_lines(
    pieces: list[bytes],
) -> None:
    """Where the source cuts its pieces leaves no trace in the mail."""

    async def source() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    data = b"".join(pieces)
    lines = [line async for line in mime.encoded(source(), len(data))]
    assert b"".join(lines) == base64.encodebytes(data).replace(b"\n", b"\r\n")


async def test_a_large_attachment_comes_in_pieces_of_bounded_size() -> None:
    """A source that gives all at once does not make the mail come all at once."""

    async def source() -> AsyncIterator[bytes]:
        yield bytes(3_000_000)

    sizes = [len(piece) async for piece in mime.encoded(source(), 3_000_000)]
    assert sum(sizes) == mime.encoded_size(3_000_000)
    assert max(sizes) < 400_000


@pytest.mark.parametrize("said", [9, 11])
async def test_an_attachment_of_another_size_than_said_is_an_error(said: int) -> None:
    """The size announced to the relay is true, or nothing is sent."""

    async def source() -> AsyncIterator[bytes]:
        yield bytes(10)

    with pytest.raises(Tampered):
        [piece async for piece in mime.encoded(source(), said)]


async def test_a_source_is_closed_when_the_mail_is_given_up() -> None:
    """An archive's file does not stay open after a lost connection."""
    closed = []

    async def source() -> AsyncIterator[bytes]:
        try:
            while True:
                yield bytes(1_000_000)
        finally:
            closed.append(True)

    pieces = mime.encoded(source(), 10**9)
    await anext(pieces)
    await pieces.aclose()
    assert closed == [True]


def test_a_head_as_meant_passes_the_second_look() -> None:
    """The check lets through what is right, unchanged."""
    assert mime.verified_head(HEAD, NAMES, "a@lead.example", "b@provider.example") == HEAD


@pytest.mark.parametrize(
    "change",
    [
        (b"Subject: x\r\n", b"Subject: x\r\nBcc: v@evil.example\r\n"),
        (b"Subject: x\r\n", b""),
        (b"Subject: x\r\n", b"Subject: x\r\nSubject: y\r\n"),
        (b"Subject: x\r\n", b"Subject: x\nBcc: v@evil.example\r\n"),
        (b"Subject: x\r\n", b"Subject: x\rBcc: v@evil.example\r\n"),
        (b"Subject: x\r\n", b"Subject: x\0\r\n"),
        (b"Subject: x\r\n", "Subject: ā\r\n".encode()),
        (b"Subject: x\r\n", b"Subject: " + b"x" * 999 + b"\r\n"),
        (b"b@provider.example", b"b@provider.example, v@evil.example"),
        (b"b@provider.example", b"v@evil.example"),
        (b"<a@lead.example>", b"<v@evil.example>"),
        (b"body\r\n", b"body\n.\n"),
    ],
    ids=lambda change: ascii(change[1][:40]),
)
def test_a_head_with_anything_else_is_refused(change: tuple[bytes, bytes]) -> None:
    """A header too many or too few, another address, or a bare line end stops the mail."""
    assert change[0] in HEAD
    with pytest.raises(InvalidInput):
        mime.verified_head(HEAD.replace(*change), NAMES, "a@lead.example", "b@provider.example")
