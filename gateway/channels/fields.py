"""Checks of every value before it is put into a message.

A value that could end a header line, start another one or hide what it says is refused, never
mended: a message about a child must say exactly what was checked. Python's own mail classes are
not enough here: an encoded word that decodes to a line break can become a header of its own when
it is written out (the family of CVE-2024-6923).
"""

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from gateway.domain.addresses import canonical_address
from gateway.domain.errors import InvalidInput

HEADER_LIMIT = 254  # characters of a value in a header: as long as the longest mail address
LINE_LIMIT = 600  # characters of a single line, and of a header made from several values
_TEXT_LIMIT = 20_000  # characters of running text in a body
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, invisible marks, line separators
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # change the order in which text is read
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_FILE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,90}\.(?:zip|txt)")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\.", re.IGNORECASE)  # not files on Windows
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/?=&%+-]*)?")


def header_value(value: str, field: str, *, limit: int = HEADER_LIMIT) -> str:
    """`value` if it may stand in a header: one visible line without an encoded word.

    Raises:
        InvalidInput: it may not.
    """
    line(value, field)
    if "=?" in value:
        raise _refused(field, "holds an encoded word", "Write it as plain text, without '=?'.")
    if len(value) > limit:
        raise _refused(field, "is too long", f"Use at most {limit} characters.")
    return value


def line(value: str, field: str) -> str:
    """`value` if it is one visible line: not empty, no control, invisible or turning character.

    Raises:
        InvalidInput: it is not.
    """
    if not value.strip() or value != value.strip():
        raise _refused(field, "is empty or has blanks around it", "Give text without them.")
    if any(unicodedata.category(character) in _UNSEEN for character in value):
        raise _refused(
            field,
            "holds a control, an invisible character or a line break",
            "Type it again on one line.",
        )
    if len(value) > LINE_LIMIT:
        raise _refused(field, "is too long", f"Use at most {LINE_LIMIT} characters.")
    return value


def paragraphs(value: str, field: str) -> tuple[str, ...]:
    """The paragraphs of running text, split at line breaks of any kind.

    Raises:
        InvalidInput: empty, too long, or with controls or marks that turn the reading direction.
    """
    text = _LINE_ENDS.sub("\n", value).replace("\t", " ")
    parts = tuple(part.strip() for part in text.split("\n") if part.strip())
    if not parts or len(text) > _TEXT_LIMIT:
        raise _refused(field, "is empty or too long", f"Use 1 to {_TEXT_LIMIT} characters.")
    for part in parts:
        hidden = any(unicodedata.category(character) in {"Cc", "Cs"} for character in part)
        if hidden or _TURNING.search(part):
            raise _refused(field, "holds a control character", "Paste it again as plain text.")
    return parts


def mailbox(value: str, field: str) -> str:
    """`value` if it is a mail address that is canonical already.

    What was checked must be what is used, so this edge mends nothing. A local part may by its
    signs be an encoded word; a header must not hold one.

    Raises:
        InvalidInput: it is not.
    """
    if canonical_address(value, field=field) != header_value(value, field):
        raise _refused(field, "is not in canonical form", "Store the canonical address and use it.")
    return value


def message_id(value: str) -> str:
    """`value` if it is a message identifier without angle brackets (RFC 5322 section 3.6.4).

    Raises:
        InvalidInput: it is not.
    """
    if not _MESSAGE_ID.fullmatch(value) or len(value) > HEADER_LIMIT:
        raise _refused("message_id", "is not an identifier", "Use 'letters-and-digits@domain'.")
    return value


def file_name(value: str) -> str:
    """`value` if it is a plain ASCII name of an archive or text that every system takes.

    Raises:
        InvalidInput: it is not.
    """
    if not _FILE_NAME.fullmatch(value) or _DEVICE.match(value):
        raise _refused("attachment", "has an unsafe name", "Use letters, digits, '-' and '.zip'.")
    return value


def web_address(value: str, field: str) -> str:
    """`value` if it is an https address, or an http one on this machine.

    Raises:
        InvalidInput: it is not.
    """
    remedy = "Give an address such as 'https://gateway.agency.example/...'."
    if not _WEB_ADDRESS.fullmatch(value):
        raise _refused(field, "is not a plain web address", remedy)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _refused(field, "is not a plain web address", remedy) from error
    if not host or (parts.scheme != "https" and not is_loopback(host)):
        raise _refused(field, "is not encrypted on its way", remedy)
    return value


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(field: str, what: str, remedy: str) -> InvalidInput:
    """An error that names the field and not its content, which may be private."""
    return InvalidInput(f"The field '{field}' {what}.", remedy, field=field)
