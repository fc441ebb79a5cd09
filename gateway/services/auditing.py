"""Writing, reading and exporting the audit log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.checkpoints import Checkpoint
from gateway.audit.entries import Action, Entry, Outcome
from gateway.audit.merkle import Tree, leaf_hash
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.domain.actors import Actor, Role
from gateway.domain.decisions import Decision
from gateway.domain.errors import Forbidden, GatewayError
from gateway.domain.register import RepresentativeId
from gateway.domain.transfers import Transfer
from gateway.services.parts import Parts
from gateway.services.storage import Page, Work

_LONGEST_REASON = 300  # characters; reasons come from other programs too


def pseudonym(parts: Parts, person: RepresentativeId) -> str:
    """The keyed pseudonym under which the log knows a representative."""
    return parts.vault.digest("representative", person).hex()[:32]


def address_digest(parts: Parts, address: str) -> str:
    """The keyed digest under which the log knows a mail address or number."""
    return parts.vault.digest("address", address).hex()[:32]


async def record(
    parts: Parts,
    work: Work,
    actor: Actor,
    action: Action,
    subject: Mapping[str, JSON],
    detail: Mapping[str, JSON] | None = None,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    agency: str | None = None,
) -> None:
    """Write an entry in the caller's transaction; `agency` is the one it concerns."""
    await work.journal.append(
        Entry(
            uid=parts.identifiers.new(),
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
        "meeting": transfer.meeting,
        "recipient": pseudonym(parts, transfer.recipient),
    }


def findings(decisions: Sequence[Decision]) -> list[JSON]:
    """Which rules spoke for which document, as an entry holds it."""
    return [
        {
            "document": decision.document,
            "allowed": decision.allowed,
            "denied_by": [finding.rule for finding in decision.denials],
            "warned_by": [f.rule for f in decision.findings if f not in decision.denials],
        }
        for decision in decisions
    ]


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


@dataclass(frozen=True, slots=True)
class Export:
    """What makes an exported log verifiable: how many entries, signed checkpoint, public key."""

    entries: int
    checkpoint: bytes
    verifier_key: str


async def export(parts: Parts, actor: Actor, write: Callable[[bytes], None]) -> Export:
    """Give `write` every entry's exact bytes in order, as of one moment, and sign what was given.

    That the log was exported is recorded.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
    """
    _require_reader(actor)
    async with parts.database.work() as work:
        await record(parts, work, actor, Action.LOG_EXPORTED, {})
    tree = Tree()
    async with parts.database.snapshot() as view:
        async for leaf in view.journal.leaves():
            write(leaf)
            tree.append(leaf_hash(leaf))
    origin, seed = parts.log_key.origin, bytes.fromhex(parts.log_key.seed.reveal())
    text = str(Checkpoint(origin, tree.size, tree.root()))
    note = Note(text, (sign(text, origin, seed),))
    key = VerifierKey.of_seed(origin, Kind.ED25519, seed)
    return Export(tree.size, bytes(note), str(key))


async def read(parts: Parts, actor: Actor, page: Page) -> Sequence[tuple[int, bytes]]:
    """A page of the actor's agency's entries with their positions; the look is recorded.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
    """
    _require_reader(actor)
    async with parts.database.work() as work:
        entries = await work.journal.page(actor.of_agency(), page)
        detail: dict[str, JSON] = {"after": page.after, "entries": len(entries)}
        await record(parts, work, actor, Action.LOG_READ, {}, detail)
    return entries


def _require_reader(actor: Actor) -> None:
    if actor.role not in {Role.AUDITOR, Role.ADMINISTRATOR}:
        raise Forbidden("Only auditors and administrators read the log.", "Ask an auditor.")
