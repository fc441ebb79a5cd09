"""Mail messages as files (RFC 5322, RFC 2045): header, words, attachments."""

import email
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import html
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.passages import Place

_FIELDS = ("From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date")
_PARTS = 500
_DEEPEST = 30
_ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted"}
_ENVELOPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_SIGNATURES = {
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
}
_READ_AS_TEXT = {"text/plain", "text/calendar", "text/rfc822-headers", "message/delivery-status"}


def read(_: FileType, data: bytes, into: Gathering) -> None:
    """Read a mail message, and look into what is attached to it.

    Raises:
        NotReadable: it is encrypted, or holds more than can be looked through.
    """
    message = email.message_from_bytes(data, policy=compat32)
    into.page()
    _part(message, into, [0], 0)


def _part(part: Message, into: Gathering, seen: list[int], depth: int) -> None:
    seen[0] += 1
    if seen[0] > _PARTS or depth > _DEEPEST:
        raise NotReadable(Kind.TOO_MUCH, "more parts than can be looked through")
    kind = part.get_content_type()
    if depth == 0:
        _header(part, into)
    if kind in _ENCRYPTED or (kind in _ENVELOPES and part.get_param("smime-type") != "signed-data"):
        raise NotReadable(Kind.ENCRYPTED, "an encrypted mail: save it without encryption")
    if kind == "message/external-body":
        into.found(Kind.EXTERNAL, "", "an attachment that stands elsewhere")
    elif kind in {"message/rfc822", "message/global"}:
        for inner in _parts_of(part):
            into.attached("message.eml", inner.as_bytes(), "attachments")
    elif part.is_multipart() and kind.startswith("multipart/"):
        for inner in _parts_of(part):
            _part(inner, into, seen, depth + 1)
    else:
        _leaf(part, kind, into)


def _parts_of(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _leaf(part: Message, kind: str, into: Gathering) -> None:
    if kind in _SIGNATURES:
        return
    name = _decoded(part.get_filename() or "")
    attached = bool(name) or part.get_content_disposition() == "attachment"
    if not attached and (kind in _READ_AS_TEXT or kind == "text/html"):
        text = _text(part)
        if kind == "text/html":
            html.read(text, "", into)
        else:
            into.words(text)
        return
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else _text(part).encode()
    if data or name:
        into.attached(name, data, "attachments")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):  # a report of delivery is a list of headers
        return "\n".join(inner.as_string() for inner in _parts_of(part))
    try:
        return payload.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError, ValueError):
        try:
            return payload.decode("utf-8")
        except UnicodeDecodeError:
            return payload.decode("cp1252", "replace")


def _header(part: Message, into: Gathering) -> None:
    for name in _FIELDS:
        for value in part.get_all(name, []):
            place = Place.PROPERTY if name != "Subject" else Place.HEADER
            into.words(_decoded(str(value)), "header", place, name=name)
    for name, value in part.items():
        if name.lower().startswith(("x-", "msip", "sensitivity", "classification")):
            into.words(_decoded(str(value)), "header", Place.PROPERTY, name=name)


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError):
        return value
