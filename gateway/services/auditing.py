"""Writing, reading and exporting the audit log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.audit.canonical import JSON, canonical
from gateway.audit.entries import Action, Entry, Outcome
from gateway.domain.actors import Actor, Role
from gateway.domain.decisions import Decision
from gateway.domain.errors import Forbidden, GatewayError
from gateway.domain.register import RepresentativeId
from gateway.domain.transfers import Transfer
from gateway.services.parts import Parts
from gateway.services.storage import Work

_PART_BYTES = 40_000  # of a list in one entry, which holds 65,535 bytes in all
_LONGEST_REASON = 300  # characters; reasons come from other programs too


def pseudonym(parts: Parts, person: RepresentativeId) -> str:
    """The keyed pseudonym under which the log knows a representative."""
    return parts.vault.digest("representative", person).hex()[:32]


def child_pseudonym(parts: Parts, child: str) -> str:
    """The keyed pseudonym under which the log knows a child or young person."""
    return parts.vault.digest("child", child).hex()[:32]


def meeting_pseudonym(parts: Parts, meeting: str) -> str:
    """The keyed pseudonym under which the log knows a meeting."""
    return parts.vault.digest("meeting", meeting).hex()[:32]


def address_digest(parts: Parts, address: str) -> str:
    """The keyed digest under which the log knows a mail address or number."""
    return parts.vault.digest("address", address).hex()[:32]


def document_digest(parts: Parts, sha256: str) -> str:
    """The keyed digest under which the log knows a document by its content's SHA-256 (hex).

    Keyed, since whoever guesses a short document could otherwise confirm it by the log.
    """
    return parts.vault.digest("document", sha256).hex()[:32]


async def record(  # noqa: PLR0913 - each is a part of the entry
    parts: Parts,
    work: Work,
    actor: Actor,
    action: Action,
    subject: Mapping[str, JSON],
    detail: Mapping[str, JSON] | None = None,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    agency: str | None = None,
    uid: str | None = None,
) -> None:
    """Write an entry in the caller's transaction.

    `agency` is the one it concerns; `uid` an identifier made before, to find the entry by.
    """
    await work.journal.append(
        Entry(
            uid=uid or parts.identifiers.new(),
            at=parts.clock.now(),
            action=action,
            outcome=outcome,
            agency=agency or actor.agency,
            actor={
                "kind": actor.kind.value,
                "role": actor.role.value if actor.role else None,
                "agency": actor.agency,
                "person": pseudonym(parts, actor.representative) if actor.representative else None,
                "source": actor.source,
                "token": actor.token,
                **({"user": actor.user} if actor.user else {}),
            },
            subject=subject,
            origin=parts.origin,
            detail=detail or {},
        )
    )


def about(parts: Parts, transfer: Transfer) -> dict[str, JSON]:
    """The references by which an entry names a transfer."""
    return {
        "transfer": transfer.id,
        "reference": transfer.reference,
        "pack": transfer.pack,
        "meeting": meeting_pseudonym(parts, transfer.meeting),
        "recipient": pseudonym(parts, transfer.recipient),
    }


async def record_withheld(
    parts: Parts, work: Work, actor: Actor, transfer: Transfer, decisions: Sequence[Decision]
) -> None:
    """Write an entry for each document that is withheld, with every rule that denies it."""
    for decision in decisions:
        if not decision.allowed:
            await record(
                parts,
                work,
                actor,
                Action.DOCUMENT_WITHHELD,
                {**about(parts, transfer), "document": decision.document},
                {"rules": [finding.rule for finding in decision.denials]},
                outcome=Outcome.FAILURE,
                agency=transfer.agency,
            )


def in_parts(items: Iterable[JSON]) -> Iterator[list[JSON]]:
    """`items` in lists that each fit one entry, however many and large they are."""
    part: list[JSON] = []
    size = 0
    for item in items:
        more = len(canonical(item))
        if part and size + more > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(item)
        size += more
    if part:
        yield part


def brief(reason: str) -> str:
    """`reason` shortened, and with everything unprintable escaped, for a log or a page."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in reason)[
        :_LONGEST_REASON
    ]


async def record_refusal(parts: Parts, actor: Actor, operation: str, error: GatewayError) -> None:
    """Record that a request was refused: what was asked, by whom, and the kind of problem."""
    async with parts.database.work() as work:
        detail: dict[str, JSON] = {
            "operation": operation,
            "problem": type(error).__name__,
            "field": error.field and brief(error.field),
        }
        await record(
            parts, work, actor, Action.REQUEST_REFUSED, {}, detail, outcome=Outcome.FAILURE
        )


def require_reader(actor: Actor) -> None:
    """Hold that the actor may read the log.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
    """
    if actor.role not in {Role.AUDITOR, Role.ADMINISTRATOR}:
        raise Forbidden("Only auditors and administrators read the log.", "Ask an auditor.")
