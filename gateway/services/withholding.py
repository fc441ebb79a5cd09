"""What was withheld about a child: which documents of which pack, from whom, and by which rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.audit.entries import Action
from gateway.audit.facets import Facet
from gateway.audit.reading import read as read_entry
from gateway.services.log_storage import Query
from gateway.services.paging import Page
from gateway.services.storage import Work

_ALL = Page(limit=10_000)
_LABELLED = (Action.DOCUMENT_ADDED, Action.DOCUMENT_RELABELLED)


@dataclass(frozen=True, slots=True)
class WithheldDocument:
    """A document about the child that did not go to a recipient.

    Attributes:
        recipient: pseudonym; `recipient_name` what the register says of it now, if anything.
        rules: each rule that denied it.
    """

    at: datetime
    transfer: str
    reference: str
    agency: str
    recipient: str
    document: str
    classification: str
    source_agency: str
    rules: tuple[str, ...]
    recipient_name: str | None = None


async def withheld_about(
    work: Work, asked: Query, child: str, known: Mapping[str, str]
) -> tuple[WithheldDocument, ...]:
    """Every document labelled with a child that was withheld, within the period `asked` has.

    `child` is its pseudonym, `known` what the register says of pseudonyms.
    """
    labels = await _labels(work, asked, child)
    found: list[WithheldDocument] = []
    for pack in sorted({pack for pack, _ in labels}):
        query = replace(asked, actions=(Action.DOCUMENT_WITHHELD,), terms=(Facet.PACK.term(pack),))
        for entry in await work.journal.search(query, _ALL):
            read = read_entry(entry.leaf)
            label = labels.get((pack, read["subject"].get("document", "")))
            if label is not None:
                found.append(_withheld(read, label, known))
    found.sort(key=lambda each: (each.at, each.reference, each.document))
    once = {(each.transfer, each.document, each.rules): each for each in reversed(found)}
    return tuple(reversed(once.values()))  # each check before sending withholds it again


async def _labels(work: Work, asked: Query, child: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The last label of each document that names the child, by pack and document."""
    query = Query(asked.agency, actions=_LABELLED, terms=(Facet.CHILD.term(child),))
    labels: dict[tuple[str, str], Mapping[str, Any]] = {}
    entries = sorted(await work.journal.search(query, _ALL), key=lambda entry: entry.position)
    for entry in entries:
        read = read_entry(entry.leaf)
        detail = read["detail"]
        label = detail.get("to") or detail.get("label") or {}
        labels[read["subject"].get("pack", ""), read["subject"].get("document", "")] = label
    return {key: label for key, label in labels.items() if child in _children(label)}


def _children(label: Mapping[str, Any]) -> Sequence[str]:
    return tuple(label.get("children", ()))


def _withheld(
    entry: Mapping[str, Any], label: Mapping[str, Any], known: Mapping[str, str]
) -> WithheldDocument:
    subject = entry["subject"]
    recipient = subject.get("recipient", "")
    return WithheldDocument(
        at=datetime.fromisoformat(entry["at"]),
        transfer=subject.get("transfer", ""),
        reference=subject.get("reference", ""),
        agency=entry["agency"] or "",
        recipient=recipient,
        document=subject.get("document", ""),
        classification=label.get("classification", ""),
        source_agency=label.get("source_agency", ""),
        rules=tuple(entry["detail"].get("rules", ())),
        recipient_name=known.get(recipient),
    )
