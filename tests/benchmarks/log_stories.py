"""The entries that one pack and its transfers leave in the log, field by field as in real use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random  # noqa: TID251 - the same sample in every run
from typing import Any

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Entry, Origin, Outcome

CHILDREN = 900
RULES = (
    "conflict-of-interest", "classification-above-recipient", "category-not-in-protocol",
    "statement-missing", "recipient-not-active", "section-20-recipient", "marking-not-highest",
)  # fmt: skip
WARNINGS = ("protocol-review-due", "classification-below-protocol")
_POLICY = sha256(b"policy").hexdigest()
_ORIGIN = Origin("gateway.example", "0.1.0")
_CATEGORIES = ("health", "education", "housing", "whanau", "police history")
_LEVELS = ("in-confidence", "unclassified", "sensitive")


@dataclass(frozen=True)
class Person:
    """A representative by pseudonym."""

    mark: str
    agency: str


@dataclass(frozen=True)
class Cast:
    """People, meetings and the children these are about, by pseudonym, with who comes to which."""

    people: Sequence[Person]
    meetings: Sequence[str]
    attendees: Sequence[Sequence[int]]
    children: Sequence[Sequence[str]]


@dataclass
class _Writer:
    """Writes entries one after another, each a little later than the last."""

    random: Random
    at: datetime
    uid: str
    agency: str
    written: int = 0

    def write(
        self,
        actor: Mapping[str, JSON],
        action: Action,
        subject: Mapping[str, JSON],
        outcome: Outcome = Outcome.SUCCESS,
        *,
        seconds: float = 0.0,
        **detail: JSON,
    ) -> Entry:
        self.written += 1
        self.at += timedelta(seconds=seconds + self.random.random() / 10)
        uid, at = f"01J{self.uid}{self.written:013X}", self.at
        return Entry(uid, at, action, outcome, self.agency, actor, subject, _ORIGIN, detail)


def entries_of(cast: Cast, random: Random, at: datetime, uid: str) -> Iterator[Entry]:
    """The entries about one pack, its transfers and what else happens meanwhile."""
    number = int(len(cast.meetings) * random.random() ** 2)  # some meetings share far more
    coordinator = cast.people[int(len(cast.people) * random.random() ** 2)]
    writer = _Writer(random, at, uid, coordinator.agency)
    actor = _actor("person", "coordinator", coordinator, "192.0.2.7", _digest(coordinator.mark))
    subject: dict[str, Any] = {"pack": _id(random), "meeting": cast.meetings[number]}
    documents = [_document(random, cast.children[number]) for _ in range(random.randint(1, 6))]
    yield from _packed(writer, actor, subject, documents)
    if random.random() < 0.3:
        yield from _aside(writer, coordinator)
    for who in cast.attendees[number]:
        later = _Writer(random, writer.at, f"{uid}{who:03X}"[-13:], coordinator.agency)
        yield from _transfer(later, actor, subject, cast.people[who], documents)
    yield writer.write(_WORKER, Action.PACK_DISPOSED, subject, seconds=90, documents=len(documents))


def _packed(
    writer: _Writer,
    actor: Mapping[str, JSON],
    subject: Mapping[str, JSON],
    documents: Sequence[Mapping[str, JSON]],
) -> Iterator[Entry]:
    terms: dict[str, Any] = {
        "authority": "oranga-tamariki-act-1989-s-66c",
        "purpose": "child-wellbeing",
        "marking": "in-confidence",
        "statements": 1,
        "consultations": [],
    }
    yield writer.write(actor, Action.PACK_CREATED, subject, **terms)
    for held in documents:
        label: dict[str, Any] = {name: held[name] for name in ("classification", "children")}
        yield writer.write(
            actor,
            Action.DOCUMENT_ADDED,
            {**subject, "document": held["document"]},
            seconds=20,
            digest=held["digest"],
            size_bytes=held["size_bytes"],
            label=label,
        )
    counted: dict[str, Any] = {"policy": _POLICY, "documents": len(documents), "allowed": 9}
    yield writer.write(actor, Action.PACK_CHECKED, subject, seconds=60, **counted)
    yield writer.write(actor, Action.PACK_SENT, subject, seconds=60, **counted)


def _transfer(
    writer: _Writer,
    actor: Mapping[str, JSON],
    packed: Mapping[str, JSON],
    recipient: Person,
    documents: Sequence[Mapping[str, JSON]],
) -> Iterator[Entry]:
    random, write = writer.random, writer.write
    about: dict[str, Any] = {
        "transfer": _id(random),
        "reference": f"T-{_id(random)[:4]}-{_id(random)[:4]}",
        **packed,
        "recipient": recipient.mark,
    }
    refused = random.random() < 0.04
    withheld = [d for d in documents if refused or random.random() < 0.04]
    allowed = [d for d in documents if d not in withheld]
    detail: dict[str, Any] = {
        "policy": _POLICY,
        "protocol": "safety-meetings@3",
        "authority": "oranga-tamariki-act-1989-s-66c",
        "purpose": "child-wellbeing",
        "ground": "s-66c-a-i",
        "marking": "in-confidence",
        "recipient_agency": recipient.agency,
        "address": recipient.mark[::-1],
        "password_channel": "text",
        "password_address": recipient.mark[8:] + recipient.mark[:8],
        "consultations": [],
        "allowed": len(allowed),
        "withheld": len(withheld),
        "documents": allowed,
    }
    action = Action.TRANSFER_QUEUED if allowed else Action.TRANSFER_REFUSED
    failed = Outcome.SUCCESS if allowed else Outcome.FAILURE
    yield write(actor, action, about, failed, **detail)
    for held in withheld:
        rules: list[JSON] = [_skewed(random, RULES)]
        about_document = {**about, "document": held["document"]}
        yield write(actor, Action.DOCUMENT_WITHHELD, about_document, Outcome.FAILURE, rules=rules)
    if allowed:
        yield from _delivered(writer, about, recipient, [d["document"] for d in allowed])


def _delivered(
    writer: _Writer, about: Mapping[str, JSON], recipient: Person, documents: Sequence[JSON]
) -> Iterator[Entry]:
    random, write = writer.random, writer.write
    archive = _digest(str(about["transfer"]))
    channel: dict[str, Any] = {
        "password_channel": "text",
        "password_address": recipient.mark[8:] + recipient.mark[:8],
    }
    rechecked: dict[str, Any] = {"policy": _POLICY, "allowed": len(documents), "withheld": 0}
    mailing: dict[str, Any] = {"message_id": f"{about['transfer']}@gateway.example"}
    yield write(
        _WORKER, Action.TRANSFER_SEALED, about, seconds=2,
        state="sealed", sha256=archive, size_bytes=900_000, documents=documents,
    )  # fmt: skip
    attempts = 1 + (random.random() < 0.03) + (random.random() < 0.01)
    for attempt in range(attempts):
        yield write(_WORKER, Action.TRANSFER_RECHECKED, about, state="sealed", **rechecked)
        yield write(
            _WORKER, Action.TRANSFER_MAILING, about, Outcome.UNKNOWN,
            state="sealed", attempt=attempt + 1, sha256=archive, **mailing,
        )  # fmt: skip
        if attempt < attempts - 1:
            reason: dict[str, Any] = {"state": "sealed", "reason": "451 try again later"}
            yield write(
                _WORKER, Action.TRANSFER_DEFERRED, about, Outcome.FAILURE, seconds=300, **reason
            )
    yield write(
        _WORKER, Action.TRANSFER_MAILED, about, state="mailed", sha256=archive, reply="250 ok"
    )
    if random.random() < 0.02:
        yield write(actor_of(recipient), Action.TRANSFER_RECALLED, about, state="recalled")
        return
    yield write(_WORKER, Action.TRANSFER_RECHECKED, about, seconds=600, state="mailed", **rechecked)
    yield write(
        _WORKER, Action.PASSWORD_RELEASING, about, Outcome.UNKNOWN,
        state="mailed", attempt=1, sha256=archive, **channel,
    )  # fmt: skip
    sent: dict[str, Any] = {"state": "password sent"}
    yield write(_WORKER, Action.PASSWORD_SENT, about, **sent, **channel, reply="0: Accepted")
    yield write(_WORKER, Action.PASSWORD_DESTROYED, about, **sent)
    days = 86_400 * (random.random() * 3)
    if random.random() < 0.85:
        yield write(
            _actor("recipient", None, None, "198.51.100.9", None),
            Action.TRANSFER_ACKNOWLEDGED,
            about,
            seconds=days,
            state="acknowledged",
        )
    else:
        yield write(_WORKER, Action.TRANSFER_EXPIRED, about, seconds=days, state="expired")
        yield write(_WORKER, Action.NOTICE_SENT, about, kind="expired", accepted=True)


def actor_of(person: Person) -> Mapping[str, JSON]:
    """A person at work."""
    return _actor("person", "coordinator", person, "192.0.2.7", _digest(person.mark))


def _aside(writer: _Writer, person: Person) -> Iterator[Entry]:
    """What is written between packs: looks at the log, refused requests, tokens, restarts."""
    random, actor = writer.random, actor_of(person)
    what: list[JSON] = ["agency", "since"]
    yield writer.write(actor, Action.LOG_READ, {}, what="search", filters=what, found=50)
    if random.random() < 0.3:
        problem: dict[str, Any] = {"operation": "send_pack", "problem": "Conflict", "field": None}
        yield writer.write(actor, Action.REQUEST_REFUSED, {}, Outcome.FAILURE, **problem)
    if random.random() < 0.1:
        yield writer.write(_WORKER, Action.SERVICE_STARTED, {}, policy=_POLICY)
    if random.random() < 0.02:
        yield writer.write(actor, Action.TOKEN_CREATED, {"token": _id(random)}, role="auditor")


def _document(random: Random, children: Sequence[str]) -> dict[str, Any]:
    warned: list[JSON] = [WARNINGS[0]] if random.random() < 0.15 else []
    return {
        "document": _id(random),
        "digest": _digest(_id(random))[:32],
        "size_bytes": random.randint(10_000, 3_000_000),
        "classification": _skewed(random, _LEVELS),
        "category": _skewed(random, _CATEGORIES),
        "source_agency": "agency-00",
        "children": [each for each in children if random.random() < 0.7] or [children[0]],
        "warned_by": warned if random.random() < 0.95 else [*warned, WARNINGS[1]],
    }


def _actor(
    kind: str, role: str | None, person: Person | None, source: str, token: str | None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "role": role,
        "agency": person.agency if person else None,
        "person": person.mark if person else None,
        "source": source,
        "token": token and token[:26].upper(),
    }


_WORKER = _actor("service", None, None, "worker", None)


def _skewed(random: Random, words: Sequence[str]) -> str:
    return words[int(len(words) * random.random() ** 3)]


def _id(random: Random) -> str:
    return f"{random.getrandbits(104):026X}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
