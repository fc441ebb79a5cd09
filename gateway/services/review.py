"""Reviewing the audit log: what an auditor asks of it. Every look is itself an entry."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.audit.facets import Facet
from gateway.audit.reading import read
from gateway.domain.actors import Actor, ActorKind
from gateway.domain.errors import Forbidden, NotFound, Tampered
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.services import names
from gateway.services.auditing import (
    child_pseudonym,
    document_digest,
    meeting_pseudonym,
    pseudonym,
    record,
    require_reader,
)
from gateway.services.log_storage import Found, Order, Query
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work

_AT_ONCE = 500  # entries of an export held at a time
_LARGEST_POSITION = 2**53 - 2  # so that it and the next are numbers an entry can hold
_STORY = Page(limit=2_000)  # far more entries than one transfer can have
_OF_THE_PACK = (
    Action.PACK_CREATED,
    Action.DOCUMENT_ADDED,
    Action.DOCUMENT_CLEANED,
    Action.DOCUMENT_STAMPED,
    Action.DOCUMENT_RELABELLED,
    Action.DOCUMENT_REMOVED,
    Action.PACK_CHECKED,
    Action.PACK_SENT,
    Action.PACK_DISPOSED,
)
_REFUSALS = (Action.DOCUMENT_WITHHELD, Action.TRANSFER_REFUSED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for, in the register's own identifiers; None asks for nothing.

    Attributes:
        since, until: aware times; from the first, to before the second.
        actor: a representative, or a kind of actor such as `service`; `person` for a token without
            a holder.
        rule: identifier of a rule that denied or warned.
        document: SHA-256 (hex) of a document's content; `archive` of a sealed archive as mailed.
        transfer: its identifier, or its reference, such as `T-7K2M-9Q4X`.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    agency: str | None = None
    action: Action | None = None
    outcome: Outcome | None = None
    rule: str | None = None
    meeting: str | None = None
    child: str | None = None
    document: str | None = None
    archive: str | None = None
    transfer: str | None = None
    pack: str | None = None
    recipient: str | None = None
    order: Order = Order.NEWEST_FIRST

    def filters(self) -> list[JSON]:
        """The names of what is asked for; the log does not repeat what a person typed."""
        return [
            name for name in self.__slots__ if name != "order" and getattr(self, name) is not None
        ]


@dataclass(frozen=True, slots=True)
class Seen:
    """Entries, and what the register says now of the pseudonyms in them."""

    entries: tuple[Found, ...]
    names: Mapping[str, str]


async def search(parts: Parts, actor: Actor, wanted: Wanted, page: Page) -> Seen:
    """A page of the entries that fit, which the actor may see; the look is recorded.

    Raises:
        Forbidden: the actor may not read the log, or not another agency's entries.
        InvalidInput: `page.after` is not a position of the log.
    """
    query = _query(parts, actor, wanted)
    async with parts.database.work() as work:
        query = await _named(work, query)
        found = await work.journal.search(query, page)
        await look(parts, work, actor, "search", wanted, len(found))
        return await _seen(parts, work, found)


async def take_out(parts: Parts, actor: Actor, wanted: Wanted) -> AsyncGenerator[Seen, None]:
    """Every entry that fits, in pieces, as of one moment; that it was taken out is recorded.

    Raises:
        Forbidden: the actor may not read the log, or not another agency's entries.
    """
    query = _query(parts, actor, wanted)
    async with parts.database.work() as work:
        query = await _named(work, query)
        await look(parts, work, actor, "search", wanted, action=Action.LOG_EXPORTED)
    async with parts.database.snapshot() as view:
        known = await names.of_everyone(parts, view)
        page = Page(limit=_AT_ONCE)
        while found := await view.journal.search(query, page):
            yield Seen(tuple(found), names.among(known, found))
            page = replace(page, after=str(found[-1].position))


async def story(parts: Parts, actor: Actor, transfer: str) -> Seen:
    """Everything the log says of one transfer and its pack, in order; the look is recorded.

    `transfer` is its identifier or its reference.

    Raises:
        Forbidden: the actor may not read the log.
        NotFound: the log has nothing of it that the actor may see.
    """
    wanted = Wanted(transfer=transfer, order=Order.OLDEST_FIRST)
    query = _query(parts, actor, wanted)
    async with parts.database.work() as work:
        query = await _named(work, query)
        own = await work.journal.search(query, _STORY)
        await look(parts, work, actor, "story", wanted, len(own))
        if own:
            packed = await _pack_of(work, query, own[0])
            return await _seen(parts, work, sorted([*packed, *own], key=lambda f: f.position))
    raise NotFound(
        "The log has no such transfer.",
        "Check its reference, such as T-7K2M-9Q4X, or its identifier.",
        field="transfer",
    )


async def read_entry(parts: Parts, actor: Actor, position: int) -> Seen:
    """One entry the actor may see; the look is recorded.

    Raises:
        Forbidden: the actor may not read the log.
        NotFound: there is no such entry, or it concerns another agency.
        Tampered: it was damaged so that it cannot be said whom it concerns.
    """
    agency = visible(actor, None)
    if position <= _LARGEST_POSITION:
        async with parts.database.work() as work:
            detail: dict[str, JSON] = {"what": "entry", "position": position}
            await record(parts, work, actor, Action.LOG_READ, {}, detail)
            leaves = await work.tree.entries(position, position + 1)
            if leaves and (agency is None or agency in agencies_of(leaves[0])):
                return await _seen(parts, work, [Found(position, leaves[0])])
    raise NotFound("There is no such entry.", "Check the position.", field="position")


def agencies_of(leaf: bytes) -> frozenset[object]:
    """Whom an entry concerns: its agency, the one a request asks, those whom a protocol names."""
    try:
        entry = json.loads(leaf)
        others = entry["subject"].get("also_concerns")
        listed = others if isinstance(others, list) else [others]
        return frozenset((entry["agency"], *listed)) - {None}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Tampered(
            "The entry cannot be read: it is damaged.", "Verify the log; tell its operator."
        ) from error


async def refusals(parts: Parts, actor: Actor, wanted: Wanted) -> Mapping[str, int]:
    """How often each rule withheld a document or stopped a transfer; the look is recorded.

    Raises:
        Forbidden: the actor may not read the log, or not another agency's entries.
    """
    query = replace(_query(parts, actor, wanted), actions=_REFUSALS)
    async with parts.database.work() as work:
        query = await _named(work, query)
        counted = await work.journal.counts(Facet.RULE, query)
        await look(parts, work, actor, "refusals", wanted, len(counted))
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def visible(actor: Actor, agency: str | None) -> AgencyId | None:
    """Whose entries the actor sees: their agency's; for the operator any, or all for None.

    Raises:
        Forbidden: the actor may not read the log, or asks for another agency's entries.
    """
    require_reader(actor)
    if actor.agency is None:
        return AgencyId(agency) if agency is not None else None
    if agency not in {None, actor.agency}:
        raise Forbidden(
            "You see what concerns your own agency.",
            "Leave the agency out, or ask that agency's auditor.",
            field="agency",
        )
    return actor.agency


def _query(parts: Parts, actor: Actor, wanted: Wanted) -> Query:
    facets = (
        (Facet.RULE, wanted.rule),
        (Facet.CHILD, wanted.child and child_pseudonym(parts, wanted.child)),
        (Facet.DOCUMENT, wanted.document and document_digest(parts, wanted.document.lower())),
        (Facet.DOCUMENT, wanted.archive and wanted.archive.lower()),
        (Facet.PACK, wanted.pack),
        (Facet.RECIPIENT, wanted.recipient and _person(parts, wanted.recipient)),
    )
    agency = visible(actor, wanted.agency)
    return Query(
        agency=agency,
        also_concerning=agency,
        since=wanted.since,
        until=wanted.until,
        actor=wanted.actor and _actor(parts, wanted.actor),
        actions=(wanted.action,) if wanted.action else (),
        outcome=wanted.outcome,
        transfers=(wanted.transfer,) if wanted.transfer is not None else (),
        meeting=wanted.meeting and meeting_pseudonym(parts, wanted.meeting),
        terms=tuple(facet.term(value) for facet, value in facets if value is not None),
        order=wanted.order,
    )


async def _named(work: Work, query: Query) -> Query:
    """The same with transfers by their identifiers, where they are named by their references."""
    named = [await work.transfers.named(transfer.upper()) for transfer in query.transfers]
    known = zip(named, query.transfers, strict=True)
    return replace(query, transfers=tuple(found or given for found, given in known))


def _actor(parts: Parts, named: str) -> str:
    kinds = {kind.value for kind in ActorKind}  # a person's where a token has no holder
    return named if named in kinds else _person(parts, named)


def _person(parts: Parts, named: str) -> str:
    return pseudonym(parts, RepresentativeId(named))


async def _pack_of(work: Work, query: Query, entry: Found) -> Sequence[Found]:
    """The entries about the pack that a transfer's entry belongs to, and about no transfer."""
    pack = read(entry.leaf)["subject"].get("pack")
    if not isinstance(pack, str):
        return ()
    terms = (Facet.PACK.term(pack),)
    asked = Query(query.agency, actions=_OF_THE_PACK, terms=terms, order=Order.OLDEST_FIRST)
    return await work.journal.search(asked, _STORY)


async def _seen(parts: Parts, work: Work, found: Sequence[Found]) -> Seen:
    known = await names.of_everyone(parts, work) if found else {}
    return Seen(tuple(found), names.among(known, found))


async def look(
    parts: Parts,
    work: Work,
    actor: Actor,
    what: str,
    wanted: Wanted,
    found: int | None = None,
    *,
    action: Action = Action.LOG_READ,
) -> None:
    """Record who looked at what; whose entries they looked for stands in it as everywhere.

    What a person typed is repeated only where it was found, and so is an identifier of the log.
    """
    detail: dict[str, JSON] = {"what": what, "filters": wanted.filters()}
    if found is not None:
        detail["found"] = found
    if wanted.child is not None:
        detail["child"] = child_pseudonym(parts, wanted.child)
    if wanted.recipient is not None:
        detail["recipient"] = _person(parts, wanted.recipient)
    if wanted.meeting is not None:
        detail["meeting"] = meeting_pseudonym(parts, wanted.meeting)
    named = {"transfer": wanted.transfer, "pack": wanted.pack, "agency": wanted.agency}
    if found:
        detail |= {name: value for name, value in named.items() if value is not None}
    await record(parts, work, actor, action, {}, detail)
