"""What the API answers about the audit log."""

import json
from base64 import b64encode
from typing import Any, Self

from pydantic import Field

from gateway.audit.reading import read
from gateway.services.disclosures import Disclosure, Extent
from gateway.services.proving import Consistency
from gateway.services.review import Seen
from gateway.web.answers.base import ListShown, Moment, Shown

_NAMES = Field(
    description="What the register says now of the pseudonyms in these entries; it is not signed."
)


class EntryShown(Shown):
    """An entry of the audit log with its position."""

    position: int
    entry: dict[str, Any] = Field(description="The entry, as it is signed in the log.")


class EntriesShown(Shown):
    """Entries of the audit log, oldest first."""

    items: tuple[EntryShown, ...]
    names: dict[str, str] = _NAMES

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """The entries that were found."""
        return cls(items=_shown(seen), names=dict(seen.names))


class EntryPage(ListShown):
    """A page of the audit log."""

    items: tuple[EntryShown, ...]
    names: dict[str, str] = _NAMES

    @classmethod
    def of(cls, seen: Seen, after: str | None) -> Self:
        """The entries that were found; `after` is where the next page begins."""
        return cls(items=_shown(seen), names=dict(seen.names), next=after)


class DocumentDisclosed(Shown):
    """A document as the log names it."""

    id: str
    digest: str = Field(description="Keyed digest of its content.")
    classification: str
    category: str
    source_agency: str


class DisclosureShown(Shown):
    """What the log tells of one transfer."""

    transfer: str
    reference: str
    agency: str
    recipient: str = Field(description="The recipient's pseudonym in the log.")
    recipient_name: str | None = Field(description="What the register says of them now.")
    recipient_agency: str | None
    protocol: str | None
    authority: str | None
    purpose: str | None
    ground: str | None
    documents: tuple[DocumentDisclosed, ...]
    extent: Extent = Field(description="Whether the recipient has both pack and password.")
    state: str
    queued_at: Moment | None
    mailed_at: Moment | None
    password_at: Moment | None
    acknowledged_at: Moment | None


class AccountShown(ListShown):
    """A page of an account of disclosure."""

    items: tuple[DisclosureShown, ...]

    @classmethod
    def of(cls, disclosures: tuple[Disclosure, ...], after: str | None) -> Self:
        """The disclosures; `after` is where the next page begins."""
        items = tuple(DisclosureShown.model_validate(each) for each in disclosures)
        return cls(items=items, next=after)


class RuleCount(Shown):
    """How often a rule refused."""

    rule: str
    refusals: int


class RefusalsShown(Shown):
    """How often each rule withheld a document or stopped a transfer, most often first."""

    items: tuple[RuleCount, ...]


class ConsistencyShown(Shown):
    """Proof that the log only grew (RFC 6962 section 2.1.2)."""

    older: str = Field(description="The older signed checkpoint.")
    newer: str = Field(description="The newer signed checkpoint.")
    hashes: tuple[str, ...] = Field(description="The proof's hashes, in base64.")

    @classmethod
    def of(cls, proof: Consistency) -> Self:
        """The proof as the API writes it."""
        hashes = tuple(b64encode(value).decode() for value in proof.hashes)
        return cls(older=proof.older.decode(), newer=proof.newer.decode(), hashes=hashes)


def _shown(seen: Seen) -> tuple[EntryShown, ...]:
    return tuple(
        EntryShown(position=found.position, entry=_entry(found.leaf)) for found in seen.entries
    )


def _entry(leaf: bytes) -> dict[str, Any]:
    """What an entry says; of bytes that are no JSON object, that they are not understood."""
    try:
        entry = json.loads(leaf)
    except (ValueError, RecursionError):
        entry = None
    return entry if isinstance(entry, dict) else read(leaf)
