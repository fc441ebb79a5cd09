"""Where a request comes from, and whether it came over HTTPS."""

import re
from ipaddress import ip_address

from aiohttp import web

_WITH_PORT = re.compile(r"(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9A-Fa-f:.]+)\])(?::\d{1,5})?")


def source_of(request: web.Request, *, trust_proxy: bool) -> str:
    """The caller's IP address in canonical form; `unknown` when there is none.

    With a trusted proxy it is the last entry of X-Forwarded-For, the one the proxy itself wrote;
    what stands before it was sent by the caller and is not looked at.
    """
    if trust_proxy:
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        address = _address(forwarded.rpartition(",")[2].strip())
        if address is not None:
            return address
    return _address(request.remote or "") or "unknown"


def is_https(request: web.Request, *, trust_proxy: bool) -> bool:
    """Whether the caller spoke HTTPS, to us or to the trusted proxy."""
    if trust_proxy:
        forwarded = ",".join(request.headers.getall("X-Forwarded-Proto", []))
        return forwarded.rpartition(",")[2].strip().lower() == "https"
    return request.scheme == "https"


def _address(text: str) -> str | None:
    found = _WITH_PORT.fullmatch(text)
    try:
        return str(ip_address((found.group(1) or found.group(2)) if found else text))
    except ValueError:
        return None
