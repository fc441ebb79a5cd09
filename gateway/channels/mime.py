"""Mail as a stream of bytes: headers, parts, and an attachment that is never held whole.

Everything but headers and part borders is base64 in lines of 76 characters that end in CRLF, so no
text, whatever it holds, can put a bare CR or LF or a line of a single dot on the wire (SMTP
smuggling, CVE-2023-51764). The same letter and the same archive always give the same bytes.
Source: RFC 5322, RFC 2045 to 2047, RFC 2046 section 5.1.
"""

import binascii
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import AddressHeader
from email.parser import BytesHeaderParser
from email.policy import SMTP

import numpy as np

from gateway.channels.fields import LINE_LIMIT, header_value
from gateway.domain.errors import InvalidInput, Tampered
from gateway.services.ports import Attachment

_RAW_LINE = 57  # octets that make a line of 76 base64 characters
_ENCODED_LINE = 76
_BLOCK = _RAW_LINE * 4096  # octets encoded at once: large for speed, small for memory
_WIRE_LIMIT = 998  # octets without CRLF, RFC 5322 section 2.1.1
_ENCODED = np.dtype([("text", f"V{_ENCODED_LINE}"), ("end", "V2")])


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to go: `head`, the attachment in base64 if there is one, and `tail`.

    Attributes:
        sender, recipient: canonical addresses, for the envelope as in the headers.
        message_id: without angle brackets.
    """

    sender: str
    recipient: str
    message_id: str
    head: bytes = field(repr=False)
    attachment: Attachment | None = None
    tail: bytes = field(default=b"", repr=False)

    @property
    def size_bytes(self) -> int:
        """The exact size of the stream, as RFC 1870 counts it (with CRLF, without stuffing)."""
        attached = encoded_size(self.attachment.size_bytes) if self.attachment else 0
        return len(self.head) + attached + len(self.tail)

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The mail's bytes in pieces of some hundred kilobytes; may be asked for again.

        Raises:
            Tampered: the attachment was not of the size it was said to have.
        """
        yield self.head
        if self.attachment is not None:
            pieces = encoded(self.attachment.open(), self.attachment.size_bytes)
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        if self.tail:
            yield self.tail


def boundary(message_id: str, part: str) -> str:
    """A border between parts, always the same for one message and unlike any base64 line."""
    return f"=_{part}_" + hashlib.sha256(f"{part}\n{message_id}".encode()).hexdigest()[:32]


def header_line(name: str, value: str) -> str:
    """A header line; a value that is not ASCII is written as encoded words (RFC 2047).

    Raises:
        InvalidInput: the value may not stand in a header.
    """
    header_value(value, name, limit=LINE_LIMIT)
    charset = "us-ascii" if value.isascii() else "utf-8"
    folded = Header(value, charset, header_name=name).encode(splitchars=" ", linesep="\r\n")
    return f"{name}: {folded}\r\n"


def named_mailbox(name: str, address: str) -> str:
    """The value of a From header; `name` is quoted or encoded, `address` is canonical.

    Raises:
        InvalidInput: the name may not stand in a header.
    """
    header_value(name, "sender_name")
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{quoted}"'
    else:
        shown = Header(name, "utf-8", header_name="From").encode(linesep="\r\n")
    gap = " " if len(shown) + len(address) < 66 else "\r\n "  # lines of at most 78 characters
    return f"{shown}{gap}<{address}>"


def text_part(subtype: str, text: str) -> str:
    """A whole text part: its headers, a blank line and its lines in base64."""
    lines = base64_lines(text.replace("\n", "\r\n").encode()).decode("ascii")
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{lines}"
    )


def attached_text(name: str, data: bytes) -> str:
    """A whole attached part of a text file, its bytes kept exactly as they are."""
    return (
        f'Content-Type: text/plain; charset=utf-8; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64_lines(data).decode('ascii')}"
    )


def encoded_size(size_bytes: int) -> int:
    """How many octets `size_bytes` octets take in base64 lines that end in CRLF."""
    full, rest = divmod(size_bytes, _RAW_LINE)
    return full * (_ENCODED_LINE + 2) + ((rest + 2) // 3 * 4 + 2 if rest else 0)


def base64_lines(data: bytes) -> bytes:
    """`data` in base64 lines of 76 characters, each ended by CRLF; only the last may be shorter."""
    full = len(data) // _RAW_LINE
    lines = np.empty(full, _ENCODED)
    if full:
        text = binascii.b2a_base64(memoryview(data)[: full * _RAW_LINE], newline=False)
        lines["text"] = np.frombuffer(text, _ENCODED["text"])
        lines["end"] = np.void(b"\r\n")
    rest = data[full * _RAW_LINE :]
    last = binascii.b2a_base64(rest, newline=False) + b"\r\n" if rest else b""
    return lines.tobytes() + last


async def encoded(chunks: AsyncIterator[bytes], size_bytes: int) -> AsyncGenerator[bytes, None]:
    """The chunks, of any sizes, as one run of base64 lines.

    Raises:
        Tampered: the chunks did not add up to `size_bytes`.
    """
    pending, seen = bytearray(), 0
    try:
        async for chunk in chunks:
            seen += len(chunk)
            pending += chunk
            if seen > size_bytes:
                break
            while len(pending) >= _BLOCK:
                yield base64_lines(bytes(memoryview(pending)[:_BLOCK]))
                del pending[:_BLOCK]
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
    if seen != size_bytes:
        raise Tampered(
            "The archive is not of the size it was sealed with.",
            "Seal the pack again; if this repeats, check the storage.",
        )
    if pending:
        yield base64_lines(bytes(pending))


def verified_head(head: bytes, names: Sequence[str], sender: str, recipient: str) -> bytes:
    """`head` if, read again as a receiver reads it, it holds exactly the headers meant.

    A second, independent look: whatever slipped through the checks of single values stops here.

    Raises:
        InvalidInput: a header too many or too few, another address, or bytes not fit for SMTP.
    """
    fields, blank, _ = head.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    fit = bool(blank) and head.isascii() and b"\0" not in head
    fit = fit and not any(b"\r" in line or b"\n" in line for line in lines)
    fit = fit and max(map(len, lines)) <= _WIRE_LIMIT
    parsed = BytesHeaderParser(policy=SMTP).parsebytes(fields + b"\r\n\r\n")
    fit = fit and not parsed.defects and parsed.keys() == list(names)
    fit = fit and _addresses(parsed["From"]) == [sender]
    fit = fit and _addresses(parsed["To"]) == [recipient]
    if not fit:
        raise InvalidInput(
            "The mail would not carry exactly the headers it should.",
            "Look for unusual characters in the agency's name, the reference and the subject.",
        )
    return head


def _addresses(found: object) -> list[str]:
    """The bare addresses in a parsed header; none when it is missing."""
    if not isinstance(found, AddressHeader):
        return []
    return [address.addr_spec for address in found.addresses]
