"""Whether bytes are a mail message, by its header (RFC 5322 section 3.6)."""

import re

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_HEADER_BYTES = 256 * 1024
_OURS = (
    *(b"from", b"to", b"subject", b"date", b"received", b"mime-version", b"message-id"),
    *(b"sender", b"content-type", b"return-path"),
)
_UNIX_FROM = b"From "


def is_message(data: bytes) -> bool:
    """Whether it begins with header fields, one of which only mail has; and holds no NUL."""
    if b"\0" in data:
        return False
    names = set()
    for number, line in enumerate(data[:_HEADER_BYTES].splitlines()):
        if not line.strip():
            break
        if line[:1] in b" \t" or (number == 0 and line.startswith(_UNIX_FROM)):
            continue
        match = _FIELD.match(line)
        if match is None:
            break  # a line that is no field ends the header, as readers of mail see it
        names.add(match[0].rstrip(b": \t").lower())
    return any(name in names for name in _OURS)
