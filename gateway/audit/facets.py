"""By what an entry can be found: the values a search compares, taken from its fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.audit.canonical import JSON
from gateway.audit.entries import Entry


class Facet(StrEnum):
    """What an entry may hold several values of."""

    RULE = "rule"
    CHILD = "child"
    DOCUMENT = "document"
    RECIPIENT = "recipient"
    RECIPIENT_AGENCY = "recipient agency"
    PACK = "pack"
    INFORMATION_REQUEST = "information request"
    CONCERNS = "concerns"

    def term(self, value: str) -> str:
        """The one word under which a value of this kind is looked up."""
        return f"{self.value}:{value}"


_MEMBERS = {  # the names under which entries hold such values, wherever they stand
    "rules": Facet.RULE,
    "denied_by": Facet.RULE,
    "warned_by": Facet.RULE,
    "children": Facet.CHILD,
    "child": Facet.CHILD,
    "document": Facet.DOCUMENT,
    "digest": Facet.DOCUMENT,
    "sha256": Facet.DOCUMENT,
    "recipient": Facet.RECIPIENT,
    "recipient_agency": Facet.RECIPIENT_AGENCY,
    "pack": Facet.PACK,
    "information_request": Facet.INFORMATION_REQUEST,
    "also_concerns": Facet.CONCERNS,
}


@dataclass(frozen=True, slots=True)
class Facets:
    """What an entry is found by, beside its time, action, outcome and agency.

    Attributes:
        actor: pseudonym of the person, or the kind of actor where it was no person.
        terms: every other value, each as `Facet.term` writes it.
    """

    actor: str
    transfer: str | None
    meeting: str | None
    terms: frozenset[str]

    @classmethod
    def of(cls, entry: Entry) -> "Facets":
        """What `entry` is found by."""
        return cls.among(entry.actor, entry.subject, entry.detail)

    @classmethod
    def among(
        cls, actor: Mapping[str, JSON], subject: Mapping[str, JSON], detail: Mapping[str, JSON]
    ) -> "Facets":
        """What an entry of these parts is found by."""
        return cls(
            actor=_text(actor.get("person")) or str(actor["kind"]),
            transfer=_text(subject.get("transfer")),
            meeting=_text(subject.get("meeting")),
            terms=frozenset(_terms(detail, _terms(subject, set()))),
        )


def _terms(value: JSON, found: set[str]) -> set[str]:
    """Add the terms in `value` to those found; every entry that is written or placed goes by."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if facet := _MEMBERS.get(name):
                found.update(facet.term(text) for text in _texts(member))
            if member is not None and not isinstance(member, str | int):
                _terms(member, found)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _terms(item, found)
    return found


def _texts(value: JSON) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return (item for item in value if isinstance(item, str))
    return ()


def _text(value: JSON) -> str | None:
    return value if isinstance(value, str) else None
