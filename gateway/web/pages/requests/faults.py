"""What the pages of requests share: which errors are a user's own, and positions in lists."""

import re
from typing import Final

from aiohttp import web

from gateway.domain.errors import Conflict, InvalidInput, LimitExceeded, Refused

USER_FAULTS: Final = (InvalidInput, Conflict, Refused, LimitExceeded)
_POSITION = re.compile(r"\[(\d+)\]")


def position_in(path: str) -> int | None:
    """The position (from 1) that a path such as `items[2].since` names."""
    found = _POSITION.search(path)
    return int(found[1]) if found else None


def page_number(request: web.Request) -> int:
    """The page of a list that the address asks for, from 1."""
    text = request.query.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
