"""The register's history: what each thing was and became, kept encrypted, and shown again."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict
from gateway.domain.register import Protocol, RepresentativeId
from gateway.domain.secret import Secret
from gateway.domain.users import UserId
from gateway.services.auditing import child_pseudonym, meeting_pseudonym, pseudonym, record
from gateway.services.parts import Parts
from gateway.services.register_scope import signatories
from gateway.services.register_storage import ChangedThing, RegisterKind, SealedChange, Thing
from gateway.services.storage import Work

MOST_SHOWN = 100
_THING: TypeAdapter[Thing] = TypeAdapter(Thing)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that changed; None where there was, or is, none.

    Attributes:
        field: its name in plain words, with positions counted from 1, e.g. `purposes 2 code`.
    """

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of a thing at one time.

    Attributes:
        by: who changed it: a user of the reader's own agency by name, one of another by that
            agency's; None for the operator on the command line.
    """

    at: datetime
    by: str | None
    added: bool
    differences: tuple[Difference, ...]


async def keep(parts: Parts, work: Work, actor: Actor, things: Sequence[ChangedThing]) -> None:
    """Keep what changed, in the caller's transaction."""
    await work.register_history.add([_sealed(parts, actor, thing) for thing in things])


async def keep_and_record(
    parts: Parts, work: Work, actor: Actor, things: Sequence[ChangedThing]
) -> None:
    """Keep what changed, with an audit entry for each thing: names of fields, no values."""
    await keep(parts, work, actor, things)
    for thing in things:
        detail: dict[str, JSON] = {"change": "changed" if thing.before else "added"}
        detail["fields"] = list(changed_fields(thing))
        subject = {**reference(parts, thing.kind, thing.identifier), **_others(actor, thing.after)}
        await record(parts, work, actor, Action.REGISTER_CHANGED, subject, detail)


def _others(actor: Actor, thing: Thing) -> dict[str, JSON]:
    """Whose auditors may know beside the actor's: every agency that a protocol version names."""
    if not isinstance(thing, Protocol):
        return {}
    named = signatories(thing) | {signature.agency for signature in thing.signatures}
    others: list[JSON] = [*sorted(named - {actor.agency})]
    return {"also_concerns": others} if others else {}


async def read(
    parts: Parts, work: Work, actor: Actor, kind: RegisterKind, identifier: str
) -> tuple[Change, ...]:
    """What changed of a thing, newest first; the caller has made sure that the actor may see it."""
    stored = await work.register_history.of(kind, identifier, MOST_SHOWN)
    names = {user: await _name(work, actor, user) for user in {each.by for each in stored}}
    return tuple(_opened(parts, each, names[each.by]) for each in stored)


def fingerprint(thing: Thing) -> str:
    """A short text that changes with anything in `thing`, to tell whether it was changed since."""
    return hashlib.sha256(_THING.dump_json(thing)).hexdigest()


def hold_unchanged(thing: Thing, seen: str) -> None:
    """Hold that `thing` is as it was when it had the fingerprint `seen`.

    Raises:
        Conflict: it was changed since.
    """
    if fingerprint(thing) != seen:
        raise Conflict(
            "Somebody has changed this since you opened the form.",
            "Look at its history. If you save again, yours replaces that change.",
        )


def changed_fields(thing: ChangedThing) -> Iterator[str]:
    """The names of the fields that changed; of something new, all that are not blank."""
    for field in fields(thing.after):
        now = getattr(thing.after, field.name)
        if now != (getattr(thing.before, field.name) if thing.before else None):
            yield field.name


def reference(parts: Parts, kind: RegisterKind, identifier: str) -> dict[str, JSON]:
    """How the log names a thing: people, children and meetings by their pseudonyms."""
    match kind:
        case RegisterKind.REPRESENTATIVE:
            return {"representative": pseudonym(parts, RepresentativeId(identifier))}
        case RegisterKind.CONFLICT:
            person, _, child = identifier.partition("/")
            return {
                "conflict_of": pseudonym(parts, RepresentativeId(person)),
                "child": child_pseudonym(parts, child),
            }
        case RegisterKind.MEETING:
            return {"meeting": meeting_pseudonym(parts, identifier)}
        case RegisterKind.AGENCY | RegisterKind.PROTOCOL:
            return {kind.value: identifier}


def _sealed(parts: Parts, actor: Actor, thing: ChangedThing) -> SealedChange:
    identifier = parts.identifiers.new()
    values = {"before": _values(thing.before), "after": _values(thing.after)}
    text = Secret(json.dumps(values, ensure_ascii=False))
    return SealedChange(
        id=identifier,
        at=parts.clock.now(),
        by=UserId(actor.user) if actor.user else None,
        kind=thing.kind,
        identifier=thing.identifier,
        sealed=parts.vault.seal_secret(_seal_name(identifier), text),
    )


def _opened(parts: Parts, stored: SealedChange, by: str | None) -> Change:
    held = parts.vault.open_secret(_seal_name(stored.id), stored.sealed)
    values = json.loads(held.reveal())
    before, after = dict(_flat(values["before"])), dict(_flat(values["after"]))
    names = dict.fromkeys([*before, *after])
    differences = tuple(
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )
    return Change(stored.at, by, values["before"] is None, differences)


def _values(thing: Thing | None) -> Any:
    return None if thing is None else _THING.dump_python(thing, mode="json")


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every value within `value`, as text, under its name in words."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _flat(inner, f"{name} {key.replace('_', ' ')}".strip())
        case list():
            for position, inner in enumerate(value, start=1):
                yield from _flat(inner, f"{name} {position}")
        case None:
            return
        case _:
            yield name, str(value)


async def _name(work: Work, actor: Actor, user: UserId | None) -> str | None:
    found = await work.users.get(user) if user else None
    if found is None:
        return None
    if found.agency == actor.agency:
        return found.name
    agency = await work.register.agency(found.agency)
    return agency.name if agency else str(found.agency)


def _seal_name(identifier: str) -> str:
    return f"register change:{identifier}"
