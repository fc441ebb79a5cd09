"""Who may see a breach and work on it; and what people wrote of it, encrypted."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.breaches import Account, Breach, BreachId, hold_open
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.register import AgencyId
from gateway.domain.secret import Secret
from gateway.services.auditing import record
from gateway.services.kept_from import children_kept_from
from gateway.services.parts import Parts
from gateway.services.storage import Work

REPORTERS: Final = frozenset(
    {Role.COORDINATOR, Role.RESPONDER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR}
)
READERS: Final = REPORTERS | {Role.AUDITOR}
DECIDERS: Final = frozenset({Role.PRIVACY_OFFICER})
_ACCOUNT = TypeAdapter(Account)
_LONGEST_BYTES = 200_000  # of what is written of one breach


@dataclass(frozen=True, slots=True)
class Held:
    """A breach with what was written of it."""

    breach: Breach
    account: Account


def require(actor: Actor, roles: frozenset[Role], what: str) -> AgencyId:
    """The agency of whoever has one of `roles`, and came by no one-time link.

    Raises:
        Forbidden: the actor's role is another; `what` says what it cannot do.
    """
    if actor.role not in roles or actor.request is not None:
        raise Forbidden(
            f"Your role does not {what}.",
            f"Ask one of these: {', '.join(sorted(role.value for role in roles))}.",
        )
    return actor.of_agency()


def who(actor: Actor) -> str:
    """By what a breach names whoever acts: the user, or else the representative.

    Raises:
        Forbidden: nobody is named.
    """
    name = actor.user or actor.representative
    if name is None:
        raise Forbidden("A breach is seen to by named people.", "Sign in.")
    return name


async def breach_of(
    parts: Parts,
    work: Work,
    actor: Actor,
    identifier: BreachId,
    *,
    roles: frozenset[Role] = READERS,
    lock: bool = False,
    seen: int | None = None,
) -> Held:
    """The breach, if it is of the actor's agency; with `seen`, the revision a form was made from.

    A responder sees those they reported; nobody sees one about a child with whom they have a
    conflict of interest.

    Raises:
        Forbidden: the actor's role is none of `roles`. NotFound: no such breach, or not for them.
        Conflict: it was changed since, or, where it is to be changed, it is closed.
    """
    agency = require(actor, roles, "do this")
    found = await work.breaches.get(identifier, agency, lock=lock)
    if found is None or not await visible(work, actor, found[0]):
        raise no_such_breach()
    breach, sealed = found
    if lock:
        hold_open(breach)
    if seen is not None and seen != breach.revision:
        raise Conflict(
            "Somebody has worked on this breach since you opened it.",
            "Look at what it says now. If you press again, yours is added to that.",
        )
    return Held(breach, opened(parts, breach, sealed))


async def visible(work: Work, actor: Actor, breach: Breach) -> bool:
    """Whether whoever acts may see a breach of their own agency."""
    if actor.role is Role.RESPONDER and breach.reported_by != who(actor):
        return False
    return not (await children_kept_from(work, actor)).intersection(breach.children)


def no_such_breach() -> NotFound:
    """What is said of a breach that is not there for the actor."""
    return NotFound("There is no such breach.", "Look at the register of breaches.", field="breach")


def sealed(parts: Parts, breach: Breach, account: Account) -> bytes:
    """What was written of a breach encrypted, bound to it.

    Raises:
        InvalidInput: it is more than the gateway keeps of one.
    """
    text = _ACCOUNT.dump_json(account).decode()
    if len(text.encode()) > _LONGEST_BYTES:
        raise InvalidInput(
            f"This breach would say more than {_LONGEST_BYTES:,} bytes in all.",
            "Say it in fewer words, and keep what is long as a document elsewhere.",
            field="what",
        )
    return parts.vault.seal_secret(_name(breach), Secret(text))


def opened(parts: Parts, breach: Breach, stored: bytes) -> Account:
    """What was written of a breach.

    Raises:
        Tampered: it is not what was stored.
    """
    return _ACCOUNT.validate_json(parts.vault.open_secret(_name(breach), stored).reveal())


def subject_of(breach: Breach, *also: AgencyId) -> dict[str, JSON]:
    """The references by which an entry names a breach; those told of it find it too."""
    subject: dict[str, JSON] = {
        "breach": breach.id,
        "reference": breach.reference,
        "exercise": breach.exercise,
    }
    concerned = {*breach.shared_with, *also} - {breach.agency}
    return subject | ({"also_concerns": [*sorted(concerned)]} if concerned else {})


async def note(
    parts: Parts,
    work: Work,
    actor: Actor,
    action: Action,
    breach: Breach,
    detail: dict[str, JSON] | None = None,
) -> None:
    """Write an entry about a breach in the caller's transaction."""
    stated: dict[str, JSON] = {"state": breach.state.value}
    await record(
        parts, work, actor, action, subject_of(breach), stated | (detail or {}),
        agency=breach.agency,
    )  # fmt: skip


def _name(breach: Breach) -> str:
    return f"breach:{breach.id}"
