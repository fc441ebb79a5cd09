"""Reading entries back, with nothing believed of their bytes.

What the log wrote itself has every part in its type. Bytes that someone else brought into it may be
anything: whoever reads must still be able to go on, and show that an entry is not understood.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

NOT_UNDERSTOOD: Final = "not understood"  # in place of the action

_AT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
_TEXTS = ("uid", "action", "outcome", "host", "version")
_OBJECTS = ("actor", "subject", "detail")
_FIELDS = {*_TEXTS, *_OBJECTS, "v", "at", "agency"}


def understood(leaf: bytes) -> dict[str, Any] | None:
    """The entry in `leaf`; None if it is not one with every part in its type.

    Whether it is written in the one form it can have is for `gateway.audit.lines` to say.
    """
    try:
        entry = json.loads(leaf)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and _whole(entry) else None


def read(leaf: bytes) -> dict[str, Any]:
    """The entry in `leaf`, or something of the same form that says that it is not understood."""
    return understood(leaf) or {
        "v": 0,
        "uid": "",
        "at": "",
        "action": NOT_UNDERSTOOD,
        "outcome": "unknown",
        "agency": None,
        "actor": {"kind": NOT_UNDERSTOOD},
        "subject": {},
        "detail": {},
        "host": "",
        "version": "",
    }


def printable(text: str) -> str:
    """`text` with everything escaped that is not seen, or would change how the rest is seen."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _whole(entry: Mapping[str, Any]) -> bool:
    return (
        entry.keys() >= _FIELDS
        and entry["v"] == 1
        and all(isinstance(entry[name], str) for name in _TEXTS)
        and all(isinstance(entry[name], dict) for name in _OBJECTS)
        and isinstance(entry["actor"].get("kind"), str)
        and (entry["agency"] is None or isinstance(entry["agency"], str))
        and isinstance(entry["at"], str)
        and _is_time(entry["at"])
    )


def _is_time(text: str) -> bool:
    if not _AT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
