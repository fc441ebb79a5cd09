"""An entry of the audit log as a syslog message.

    <110>1 2026-12-01T00:00:00.000Z host gateway - pack.sent [log@32473 position="7" origin="o"] {}

The message proper is a byte order mark and then the entry's exact bytes, so that whoever holds it
can hash it and check it against a signed checkpoint. The header only helps to sort and filter; the
entry itself says the same. An entry that cannot be read is passed on all the same, with nothing in
the header: a receiver that is told everything is what finds out about such an entry.
Source: RFC 5424 (format); RFC 5425 section 4.3 (framing).
"""

import json
import re

from gateway.services.forwarding import Record

# RFC 5424 section 7.2.2 has private names carry an enterprise number. The project has none of its
# own; 32473 is the one set aside for examples (RFC 5612), which no other product may claim.
SD_ID = "log@32473"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_LOG_AUDIT = 13  # facility
_WARNING, _INFORMATIONAL = 4, 6  # severities
_APPLICATION = "gateway"
_NIL = "-"
_HOST_LIMIT, _MESSAGE_ID_LIMIT = 255, 32  # characters, RFC 5424 section 6
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
_NOT_PRINTABLE = re.compile(r"[^!-~]")
_ESCAPED = re.compile(r'["\\\]]')


def frame(record: Record, origin: str) -> bytes:
    """The record's message with its length before it (`MSG-LEN SP SYSLOG-MSG`)."""
    text = message(record, origin)
    return b"%d %b" % (len(text), text)


def message(record: Record, origin: str) -> bytes:
    """The record as one syslog message; `origin` is the name of the log.

    RFC 5424 section 6.4: a message in UTF-8 MUST begin with the byte order mark. Bytes that are not
    UTF-8 go without it, since a receiver must throw such a message away if it has one.
    """
    known = _members(record.leaf)
    severity = _INFORMATIONAL if known.get("outcome") == "success" else _WARNING
    header = " ".join(
        (
            f"<{_LOG_AUDIT * 8 + severity}>1",
            _time(known.get("at")),
            _name(known.get("host"), _HOST_LIMIT),
            _APPLICATION,
            _NIL,
            _name(known.get("action"), _MESSAGE_ID_LIMIT),
            f'[{SD_ID} position="{record.position}" origin="{escaped(origin)}"]',
        )
    )
    mark = BYTE_ORDER_MARK if _is_utf8(record.leaf) else b""
    return b"%b %b%b" % (header.encode(), mark, record.leaf)


def escaped(value: str) -> str:
    r"""`value` as it stands between quotes in structured data: `"`, `\` and `]` get a `\`.

    Source: RFC 5424 section 6.3.3.
    """
    return _ESCAPED.sub(r"\\\g<0>", value)


def _members(leaf: bytes) -> dict[str, object]:
    try:
        found = json.loads(leaf)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _time(value: object) -> str:
    return value if isinstance(value, str) and _TIME.fullmatch(value) else _NIL


def _name(value: object, limit: int) -> str:
    """What of `value` may stand in a header: visible ASCII, the rest as question marks."""
    return _NOT_PRINTABLE.sub("?", value)[:limit] or _NIL if isinstance(value, str) else _NIL


def _is_utf8(leaf: bytes) -> bool:
    try:
        leaf.decode()
    except UnicodeDecodeError:
        return False
    return True
