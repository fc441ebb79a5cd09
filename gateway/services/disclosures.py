"""Accounts of disclosure: what went to whom, when, under which authority, as the log tells it.

Source of what an account holds: Privacy Act 2020 section 22, IPP 11; the Privacy Commissioner's
guidance asks agencies to be able to say what they shared about a child and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.audit.entries import Action, Outcome
from gateway.audit.facets import Facet
from gateway.audit.reading import NOT_UNDERSTOOD, read
from gateway.domain.actors import Actor
from gateway.domain.transfers import State
from gateway.services import knowing, names
from gateway.services.auditing import child_pseudonym
from gateway.services.log_storage import Found, Query
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.review import Wanted, look, visible
from gateway.services.storage import Work
from gateway.services.withholding import WithheldDocument, withheld_about

_ENTRIES = Page(limit=100_000)  # of one page of transfers


class Extent(StrEnum):
    """Whether the recipient can read what was sent: it takes the pack and its password."""

    DISCLOSED = "disclosed"
    POSSIBLY = "possibly disclosed"
    NOT = "not disclosed"


class Direction(StrEnum):
    """Which side of a transfer an agency is on."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class DisclosedDocument:
    """A document as the log names it; `children` are pseudonyms."""

    id: str
    digest: str
    classification: str
    category: str
    source_agency: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What the log tells of one transfer; times are None where it did not happen.

    Attributes:
        recipient: pseudonym; `recipient_name` what the register says of it now, if anything.
        documents: those that are in the archive as last sealed.
    """

    transfer: str
    reference: str = ""
    agency: str = ""
    recipient: str = ""
    recipient_name: str | None = None
    recipient_agency: str | None = None
    protocol: str | None = None
    authority: str | None = None
    purpose: str | None = None
    ground: str | None = None
    documents: tuple[DisclosedDocument, ...] = ()
    extent: Extent = Extent.NOT
    state: str = ""
    queued_at: datetime | None = None
    mailed_at: datetime | None = None
    password_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A page of disclosures, and the transfer after which the next page begins, if there is one.

    Attributes:
        withheld: of a child's account, on its first page: what did not go out at all.
        known: whether the register or the log, as far as the actor may see them, knows of whom the
            account is. If not, it was perhaps mistyped.
    """

    disclosures: tuple[Disclosure, ...]
    next: str | None
    withheld: tuple[WithheldDocument, ...] = ()
    known: bool = True


async def account_of_child(
    parts: Parts, actor: Actor, child: str, wanted: Wanted, page: Page
) -> Account:
    """Transfers that hold documents about a child, and what came of each; the look is recorded.

    Only documents about the child are listed, and no transfer without one. `page.after` is a
    transfer.

    Raises:
        Forbidden: the actor may not read the log, or not another agency's entries.
    """
    mark = child_pseudonym(parts, child)
    asked = Query(
        agency=visible(actor, wanted.agency),
        since=wanted.since,
        until=wanted.until,
        actions=(Action.TRANSFER_QUEUED,),
        terms=(Facet.CHILD.term(mark),),
    )
    async with parts.database.work() as work:
        account = await _account(parts, work, asked, page)
        # an entry names children for whom consultation is stated too, and a pack may be narrowed
        each = (_only(disclosure, mark) for disclosure in account.disclosures)
        about = tuple(disclosure for disclosure in each if disclosure.documents)
        wanted = replace(wanted, child=child)
        await look(parts, work, actor, "account of a child", wanted, len(about))
        withheld: tuple[WithheldDocument, ...] = ()
        if page.after is None:
            period = Query(asked.agency, since=wanted.since, until=wanted.until)
            known = await names.of_everyone(parts, work)
            withheld = await withheld_about(work, period, mark, known)
        known_of = bool(about) or await knowing.of_child(parts, work, asked.agency, child)
        return replace(account, disclosures=about, withheld=withheld, known=known_of)


async def account_of_agency(
    parts: Parts, actor: Actor, agency: str, direction: Direction, wanted: Wanted, page: Page
) -> Account:
    """Transfers that an agency sent or received, and what came of each; the look is recorded.

    `page.after` is a transfer.

    Raises:
        Forbidden: the actor may not read the log, or the account is another agency's.
    """
    whose = visible(actor, agency)
    sent = direction is Direction.SENT
    asked = Query(
        agency=whose if sent else None,
        since=wanted.since,
        until=wanted.until,
        actions=(Action.TRANSFER_QUEUED,),
        terms=() if sent else (Facet.RECIPIENT_AGENCY.term(agency),),
    )
    async with parts.database.work() as work:
        account = await _account(parts, work, asked, page)
        if not sent:  # what another agency kept back, or has not sent yet, is its own affair
            arrived = tuple(d for d in account.disclosures if d.mailed_at is not None)
            account = replace(account, disclosures=arrived)
        what = f"account of an agency: {direction.value}"
        found = len(account.disclosures)
        await look(parts, work, actor, what, replace(wanted, agency=agency), found)
        return replace(account, known=bool(found) or await knowing.of_agency(work, agency))


async def _account(parts: Parts, work: Work, asked: Query, page: Page) -> Account:
    transfers = await work.journal.transfers(asked, page)
    if not transfers:
        return Account((), None)
    everything = Query(agency=asked.agency, transfers=tuple(transfers))
    by_transfer: dict[str, list[Found]] = {transfer: [] for transfer in transfers}
    for found in await work.journal.search(everything, _ENTRIES):
        transfer = read(found.leaf)["subject"].get("transfer")
        if transfer in by_transfer:
            by_transfer[transfer].append(found)
    known = await names.of_everyone(parts, work)
    disclosures = (told(transfer, entries) for transfer, entries in by_transfer.items())
    named = (replace(each, recipient_name=known.get(each.recipient)) for each in disclosures)
    return Account(tuple(named), transfers[-1] if len(transfers) >= page.limit else None)


def _only(disclosure: Disclosure, child: str) -> Disclosure:
    documents = tuple(d for d in disclosure.documents if child in d.children)
    return replace(disclosure, documents=documents)


def told(transfer: str, entries: Sequence[Found]) -> Disclosure:
    """What the entries of one transfer, in their order, tell of it."""
    story = _Story()
    for entry in sorted(entries, key=lambda entry: entry.position):
        story.take_in(entry.leaf)
    return story.disclosure(transfer)


@dataclass(slots=True)
class _Story:
    """What was read of a transfer so far."""

    terms: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, DisclosedDocument] = field(default_factory=dict)
    sealed: tuple[str, ...] | None = None
    times: dict[Action, datetime] = field(default_factory=dict)
    state: str = ""

    def take_in(self, leaf: bytes) -> None:
        """Take in the next entry; one that is not understood is told by the state."""
        entry = read(leaf)
        try:
            self._read(entry)
        except (KeyError, TypeError, ValueError, AttributeError):  # of a form that is not ours
            self.state = NOT_UNDERSTOOD

    def _read(self, entry: Mapping[str, Any]) -> None:
        action, detail = entry["action"], entry["detail"]
        if action == NOT_UNDERSTOOD:
            self.state = NOT_UNDERSTOOD
        self.state = detail.get("state", self.state)
        if action == Action.TRANSFER_QUEUED:
            self._queued(entry)
        elif action == Action.TRANSFER_SEALED:
            self.sealed = tuple(detail.get("documents", ()))
        if entry["outcome"] != Outcome.FAILURE.value and action in _TIMED:
            self.times.setdefault(_TIMED[action], datetime.fromisoformat(entry["at"]))

    def _queued(self, entry: Mapping[str, Any]) -> None:
        self.terms = {**entry["subject"], **entry["detail"], "agency": entry["agency"]}
        for held in entry["detail"].get("documents", ()):
            self.documents[held["document"]] = DisclosedDocument(
                id=held["document"],
                digest=held.get("digest", held.get("sha256", "")),
                classification=held["classification"],
                category=held["category"],
                source_agency=held.get("source_agency", ""),
                children=tuple(held["children"]),
            )

    def disclosure(self, transfer: str) -> Disclosure:
        """What it comes to."""
        carried = self.documents if self.sealed is None else self.sealed
        terms, times = self.terms, self.times
        return Disclosure(
            transfer=transfer,
            reference=terms.get("reference", ""),
            agency=terms.get("agency") or "",
            recipient=terms.get("recipient", ""),
            recipient_agency=terms.get("recipient_agency"),
            protocol=terms.get("protocol"),
            authority=terms.get("authority"),
            purpose=terms.get("purpose"),
            ground=terms.get("ground"),
            documents=tuple(self.documents[id_] for id_ in carried if id_ in self.documents),
            extent=self._extent(),
            state=self.state or "queued",
            queued_at=times.get(Action.TRANSFER_QUEUED),
            mailed_at=times.get(Action.TRANSFER_MAILED),
            password_at=times.get(Action.PASSWORD_SENT),
            acknowledged_at=times.get(Action.TRANSFER_ACKNOWLEDGED),
        )

    def _extent(self) -> Extent:
        times = self.times
        if {Action.TRANSFER_MAILED, Action.PASSWORD_SENT} <= times.keys():
            return Extent.DISCLOSED
        if self.state in _KEPT_BACK:
            return Extent.NOT
        if {Action.TRANSFER_MAILING, Action.PASSWORD_RELEASING} <= times.keys():
            return Extent.POSSIBLY  # both were begun, and of one no outcome is known
        return Extent.NOT


# How a transfer ends only while its password cannot have left (gateway.domain.transfers).
_KEPT_BACK = {State.RECALLED.value, State.REFUSED.value}
_TIMED = {
    Action.TRANSFER_QUEUED.value: Action.TRANSFER_QUEUED,
    Action.TRANSFER_MAILING.value: Action.TRANSFER_MAILING,
    Action.TRANSFER_MAILED.value: Action.TRANSFER_MAILED,
    Action.PASSWORD_RELEASING.value: Action.PASSWORD_RELEASING,
    Action.PASSWORD_SENT.value: Action.PASSWORD_SENT,
    Action.PASSWORD_SHOWN.value: Action.PASSWORD_SENT,
    Action.TRANSFER_ACKNOWLEDGED.value: Action.TRANSFER_ACKNOWLEDGED,
}
