"""OCSF events: the log for security information and event management systems.

Every event validates against schema 1.6.0 with the profile `host`. The log holds no name, no
address and no content, so an event has none either, save the names that the register gives.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from gateway.audit.entries import Outcome
from gateway.forms.exports import ocsf_objects as objects
from gateway.forms.exports.leaves import Leaf, compact, well_formed
from gateway.forms.exports.ocsf_classes import (
    CATEGORIES,
    OTHER,
    OTHER_ACTIVITY,
    SCHEMA_VERSION,
    Kind,
    kind_of,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS = {
    Outcome.SUCCESS.value: (1, "Success"),
    Outcome.FAILURE.value: (2, "Failure"),
    Outcome.UNKNOWN.value: (0, "Unknown"),
}
_SERVER, _SHA_256 = 1, 3
# members that an event holds elsewhere
_ELSEWHERE = {"action", "agency", "at", "host", "outcome", "uid", "v", "version"}


@dataclass(frozen=True, slots=True)
class Ocsf:
    """Writes an event on a line.

    What OCSF has no attribute for stands in `unmapped`: the entry's actor, subject, detail and
    whatever else it holds, and the register's names. `raw_data_hash` is the SHA-256 of the entry's
    bytes, by which an event can be compared with a verified export; `metadata.sequence` is its
    position. An entry of an unknown schema or action becomes a base event of activity Other.
    An entry without a time that can be read has the time 0.
    """

    origin: str
    media_type: ClassVar[str] = "application/x-ndjson"
    extension: ClassVar[str] = "ocsf.jsonl"

    def head(self) -> bytes:
        """Nothing: the first line is an event."""
        return b""

    def row(self, position: int, leaf: bytes, names: Mapping[str, str]) -> bytes:
        """The event of one entry."""
        read = Leaf(leaf)
        kind = kind_of(read.text("action")) if read.is_known else OTHER
        event = {
            **_classified(kind, read),
            **_outcome(read),
            **objects.particulars(kind, read, self.origin),
            "time": _milliseconds(read.text("at")),
            "metadata": self._metadata(position, read),
            "actor": objects.actor(read, names),
            "device": _device(read),
            "raw_data_hash": _digest(leaf),
            "raw_data_size": len(leaf),
            "unmapped": _unmapped(read, names),
        }
        return compact(objects.without_empty(event)) + b"\n"

    def _metadata(self, position: int, leaf: Leaf) -> dict[str, Any]:
        product = {
            "name": "Information sharing gateway",
            "vendor_name": "gateway",
            "version": leaf.text("version"),
        }
        metadata = {
            "version": SCHEMA_VERSION,
            "profiles": ["host"],
            "product": objects.without_empty(product),
            "uid": leaf.text("uid"),
            "sequence": position,
            "event_code": leaf.text("action"),
            "log_name": self.origin,
            "log_version": leaf.text("v"),
            "correlation_uid": leaf.text("subject", "transfer"),
            "tenant_uid": leaf.text("agency"),
            "original_time": leaf.text("at"),
        }
        return objects.without_empty(metadata)


def _classified(kind: Kind, leaf: Leaf) -> dict[str, Any]:
    uid, category = kind.event.value, kind.event.category
    name = kind.name if kind is not OTHER else leaf.text("action") or kind.name
    return {
        "category_uid": category,
        "category_name": CATEGORIES[category],
        "class_uid": uid,
        "class_name": kind.event.caption,
        "activity_id": kind.activity,
        "activity_name": name,
        "type_uid": uid * 100 + kind.activity,
        "type_name": f"{kind.event.caption}: {name}",
        "severity_id": kind.severity.value,
        "severity": kind.severity.name.capitalize(),
    }


def _outcome(leaf: Leaf) -> dict[str, Any]:
    said = leaf.text("outcome")
    status_id, status = _STATUS.get(said, (OTHER_ACTIVITY, said)) if said else _STATUS["unknown"]
    detail = leaf.text("detail", "reason") or leaf.text("detail", "problem")
    return {
        "status_id": status_id,
        "status": status,
        "status_detail": detail,
        "message": f"{leaf.text('action') or 'unknown action'}: {said or 'unknown outcome'}",
    }


def _milliseconds(at: str) -> int:
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return 0
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def _device(leaf: Leaf) -> dict[str, Any] | None:
    host = leaf.text("host")
    return {"name": host, "type": "Server", "type_id": _SERVER} if host else None


def _digest(leaf: bytes) -> dict[str, Any]:
    value = hashlib.sha256(leaf).hexdigest()
    return {"algorithm": "SHA-256", "algorithm_id": _SHA_256, "value": value}


def _unmapped(leaf: Leaf, names: Mapping[str, str]) -> dict[str, Any]:
    known = {well_formed(key): well_formed(name) for key, name in names.items()}
    if not leaf.members:
        return {"leaf": leaf.raw.decode("utf-8", "replace"), "names": known}
    if not leaf.is_known:
        return {"entry": leaf.members, "names": known}
    rest = {name: value for name, value in leaf.members.items() if name not in _ELSEWHERE}
    return objects.without_empty({**rest, "names": known})
