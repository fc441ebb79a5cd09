"""JSON Lines: one object a line, holding an entry exactly as the log does."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gateway.audit.canonical import canonical
from gateway.forms.exports.leaves import Leaf, well_formed


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Writes `{"entry": ..., "names": ..., "position": ...}` on a line, as canonical JSON.

    The entry's bytes are copied and not written anew, so whoever reads a line can compute the
    entry's leaf hash from it. Bytes that are no JSON object, or that span lines, stand as base64
    in a member `leaf` instead of `entry`.
    """

    media_type: ClassVar[str] = "application/x-ndjson"
    extension: ClassVar[str] = "jsonl"

    def head(self) -> bytes:
        """Nothing: the first line is an entry."""
        return b""

    def row(self, position: int, leaf: bytes, names: Mapping[str, str]) -> bytes:
        """The line of one entry."""
        whole = Leaf(leaf).members and b"\n" not in leaf and b"\r" not in leaf
        first = b'"entry":' + leaf if whole else b'"leaf":"' + base64.b64encode(leaf) + b'"'
        known = canonical({well_formed(key): well_formed(name) for key, name in names.items()})
        return b'{%b,"names":%b,"position":%d}\n' % (first, known, position)
