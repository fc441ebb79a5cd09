"""Entries of the log as the pages show them: in words first, with names where the register knows
them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.decisions import Finding
from gateway.services.log_storage import Found
from gateway.services.ports import Judge
from gateway.services.review import Seen
from gateway.web.pages.audit.words import OUTCOMES, action_words, field_words, kind_words

LOG_MARKING = "IN-CONFIDENCE"  # of pages of the log: names are joined to its pseudonyms there
_RULES = ("rules", "denied_by")
_APART = {"subject": {"transfer", "pack", "document"}, "detail": {*_RULES}}  # shown elsewhere
_LONGEST_PSEUDONYM = 12  # characters shown where the register has no name


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that denied or warned, and what it says of itself, if it is still in use."""

    id: str
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the log.

    Attributes:
        what, outcome: in words; `action`, `failed` as the log has them.
        who: a name, or what sort of actor it was; `role` and `source` beside it.
        about: by what a person knows its subject: a reference, or an identifier.
        pairs: everything else it says, by name.
    """

    position: int
    at: datetime | None
    action: str
    what: str
    outcome: str
    failed: bool
    agency: str
    who: str
    role: str
    source: str
    about: str
    transfer: str | None
    pack: str | None
    document: str | None
    rules: tuple[Rule, ...]
    pairs: tuple[tuple[str, str], ...]
    leaf: str


def shown(seen: Seen, judge: Judge, agencies: Mapping[str, str]) -> list[Shown]:
    """The entries that were found."""
    return [_shown(found, seen.names, judge, agencies) for found in seen.entries]


def rules_of(names: Sequence[str], judge: Judge) -> tuple[Rule, ...]:
    """Rules by their identifiers."""
    return tuple(Rule(name, judge.finding(name)) for name in names)


def _shown(
    found: Found, names: Mapping[str, str], judge: Judge, agencies: Mapping[str, str]
) -> Shown:
    entry = _read(found.leaf)
    subject, detail, actor = entry["subject"], entry["detail"], entry["actor"]
    rules = [rule for name in _RULES for rule in _listed(detail.get(name))]
    return Shown(
        position=found.position,
        at=_moment(entry["at"]),
        action=entry["action"],
        what=action_words(entry["action"]),
        outcome=OUTCOMES.get(entry["outcome"], entry["outcome"]),
        failed=entry["outcome"] == "failure",
        agency=agencies.get(entry["agency"], entry["agency"]),
        who=_who(actor, names),
        role=str(actor.get("role") or ""),
        source=str(actor.get("source") or ""),
        about=_about(subject, names),
        transfer=_text(subject.get("transfer")),
        pack=_text(subject.get("pack")),
        document=_text(subject.get("document")),
        rules=rules_of(list(dict.fromkeys(rules)), judge),
        pairs=tuple(_pairs(entry, names)),
        leaf=found.leaf.decode("utf-8", "replace"),
    )


def _read(leaf: bytes) -> dict[str, Any]:
    """What an entry says; of one that was damaged, what can be read of it."""
    try:
        value = json.loads(leaf)
    except ValueError:
        value = None
    entry: dict[str, Any] = value if isinstance(value, dict) else {}
    texts = {name: entry.get(name) for name in ("action", "at", "outcome", "agency")}
    parts = {name: entry.get(name) for name in ("actor", "subject", "detail")}
    return {
        **{name: text if isinstance(text, str) else "" for name, text in texts.items()},
        **{name: part if isinstance(part, dict) else {} for name, part in parts.items()},
    }


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _who(actor: Mapping[str, Any], names: Mapping[str, str]) -> str:
    person = actor.get("person")
    if not isinstance(person, str):
        return kind_words(str(actor.get("kind")))
    return names.get(person) or f"a person no longer known ({person[:_LONGEST_PSEUDONYM]}…)"


def _about(subject: Mapping[str, Any], names: Mapping[str, str]) -> str:
    recipient = names.get(str(subject.get("recipient")))
    reference = subject.get("reference")
    if isinstance(reference, str):
        return f"{reference} to {recipient}" if recipient else reference
    first = (subject.get(name) for name in ("document", "transfer", "pack", "information_request"))
    return next((text for text in first if isinstance(text, str)), "")


def _pairs(entry: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for part, apart in _APART.items():
        for name, value in entry[part].items():
            if value not in (None, "", [], {}) and name not in apart:
                yield field_words(name), _value(value, names)


def _value(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return f"{names[value]} ({value})" if value in names else value
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(_value(item, names) for item in value)
        case dict() | list():
            return json.dumps(_named(value, names), ensure_ascii=False)
        case _:
            return str(value)


def _named(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            return names.get(value, value)
        case dict():
            return {key: _named(item, names) for key, item in value.items()}
        case list():
            return [_named(item, names) for item in value]
        case _:
            return value


def _listed(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
