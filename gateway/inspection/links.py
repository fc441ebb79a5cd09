"""Where a link leads: a page or mailbox that a person opens, or something that starts."""

import re

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PLAIN = frozenset(
    [
        *("http", "https", "mailto", "tel", "sms", "sip", "callto", "geo", "ftp", "ftps", "file"),
        *("cid", "mid", "urn", "localhost"),
    ]
)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]+:|\\\\|//)", re.IGNORECASE)
_PORT = re.compile(r"\d+(?:/|$)")


def starts_something(target: str) -> bool:
    """Whether following it starts a program or runs a script: any scheme that is not well known.

    A drive's letter is no scheme, and neither is a host before the number of a port.
    """
    clean = "".join(c for c in target if c.isprintable()).strip()
    match = _SCHEME.match(clean)
    if match is None or len(match[1]) == 1 or match[1].lower() in _PLAIN:
        return False
    return not ("." in match[1] and _PORT.match(clean, match.end()))


def leads_elsewhere(target: str) -> bool:
    """Whether it is an address of its own: a scheme, or a share of another machine."""
    return _ELSEWHERE.match(target.strip()) is not None
