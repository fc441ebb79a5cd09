"""The OCSF objects that say who did something, from where, and to what."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from gateway.audit.entries import Action
from gateway.domain.actors import ActorKind, Role
from gateway.forms.exports.leaves import Leaf, well_formed
from gateway.forms.exports.ocsf_classes import EventClass, Kind

_LOCAL_PART = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_OUTBOUND = 2
_SHA_256 = 3
_REGULAR_FILE = 1
_OTHER_TYPE = 99
_USER_TYPES: Mapping[str, int] = {
    ActorKind.PERSON: 1,
    ActorKind.RECIPIENT: 1,
    ActorKind.OPERATOR: 2,
    ActorKind.SERVICE: 4,
}
_ADMIN, _UNKNOWN = 2, 0
_ENTITIES = {  # where an entity's identifier stands
    "Access token": ("subject", "token"),
    "Register": ("detail", "file_sha256"),
    "Pack": ("subject", "pack"),
    "Transfer": ("subject", "transfer"),
    "Pack password": ("subject", "transfer"),
}


def without_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    """`members` without those that say nothing."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def actor(leaf: Leaf, names: Mapping[str, str]) -> dict[str, Any]:
    """Who: a person by pseudonym, with the register's present name; else the kind of actor."""
    kind, person = leaf.text("actor", "kind"), leaf.text("actor", "person")
    administers = leaf.text("actor", "role") == Role.ADMINISTRATOR
    agency = leaf.text("actor", "agency")
    user = {
        "uid": person,
        "name": "" if person else kind or "unknown",
        "full_name": well_formed(names.get(person, "")),
        "type_id": _ADMIN if administers else _USER_TYPES.get(kind, _UNKNOWN),
        "org": {"uid": agency} if agency else None,
    }
    return {"user": without_empty(user)}


def source(leaf: Leaf) -> dict[str, Any]:
    """From where: an IP address, or the name of what is not on a network."""
    said = leaf.text("actor", "source")
    try:
        return {"ip": str(ipaddress.ip_address(said))}
    except ValueError:
        return {"name": said or "unknown"}


def particulars(kind: Kind, leaf: Leaf, origin: str) -> dict[str, Any]:
    """What the event's class wants beside what every event has."""
    found: dict[str, Any] = {}
    match kind.event:
        case EventClass.ENTITY:
            found = {"entity": _entity(kind, leaf, origin), "src_endpoint": source(leaf)}
        case EventClass.FILE:
            found = {"file": _file(leaf), "src_endpoint": source(leaf)}
        case EventClass.API:
            found = {"api": _api(leaf), "src_endpoint": source(leaf)}
        case EventClass.EMAIL:
            found = {"email": _email(leaf), "direction_id": _OUTBOUND, "direction": "Outbound"}
        case EventClass.LIFECYCLE:
            found = {"app": _application(kind, leaf, origin)}
        case EventClass.DETECTION:
            found = {"finding_info": _finding(kind, leaf, origin)}
        case EventClass.BASE:
            pass
    return found


def _entity(kind: Kind, leaf: Leaf, origin: str) -> dict[str, Any]:
    path = _ENTITIES.get(kind.thing)
    entity = {
        "uid": leaf.text(*path) if path else origin,
        "name": leaf.text("subject", "reference") or kind.thing,
        "type": kind.thing,
        "type_id": _OTHER_TYPE,
    }
    return without_empty(entity)


def _file(leaf: Leaf) -> dict[str, Any]:
    """A document, by its reference: the log holds no file names."""
    document, digest = leaf.text("subject", "document"), leaf.text("detail", "sha256")
    size = leaf.at("detail", "size_bytes")
    hashes = [{"algorithm": "SHA-256", "algorithm_id": _SHA_256, "value": digest}]
    file = {
        "name": document or "unknown",
        "uid": document,
        "type_id": _REGULAR_FILE,
        "size": size if type(size) is int else None,
        "hashes": hashes if _DIGEST.fullmatch(digest) else None,
    }
    return without_empty(file)


def _api(leaf: Leaf) -> dict[str, Any]:
    problem = leaf.text("detail", "problem")
    return without_empty(
        {
            "operation": leaf.text("detail", "operation") or leaf.text("action"),
            "response": {"error": problem} if problem else None,
        }
    )


def _email(leaf: Leaf) -> dict[str, Any]:
    """A message, to a stand-in: the schema wants an address, and the log holds none in the clear.

    The stand-in is the recipient's pseudonym at a domain that can never exist (RFC 6761 section
    6.4), so one recipient's events can still be found together and nothing can be sent to it.
    """
    if leaf.text("action") == Action.NOTICE_SENT:  # goes to the sending agency's own contact
        to = _stand_in(leaf.text("agency"), "agency")
    else:
        to = _stand_in(leaf.text("subject", "recipient"), "recipient")
    return without_empty(
        {
            "to": [to],
            "message_uid": leaf.text("detail", "message_id"),
            "uid": leaf.text("subject", "transfer"),
        }
    )


def _stand_in(name: str, kind: str) -> str:
    return f"{name if _LOCAL_PART.fullmatch(name) else 'unknown'}@{kind}.invalid"


def _application(kind: Kind, leaf: Leaf, origin: str) -> dict[str, Any]:
    app = {"name": kind.thing, "uid": origin, "version": leaf.text("version")}
    return without_empty(app)


def _finding(kind: Kind, leaf: Leaf, origin: str) -> dict[str, Any]:
    """One finding a witness, so that what closes it has the identifier of what opened it."""
    witness = leaf.text("subject", "witness") or leaf.text("detail", "witness")
    uid = f"{origin} {witness}" if witness else origin
    return {"uid": f"{uid} refused", "title": f"{kind.thing} refuses to cosign", "types": ["log"]}
