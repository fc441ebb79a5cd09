"""Changing the log's signing key, so that checkpoints signed before stay verifiable."""

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.sequencing import LogKey
from gateway.services.storage import Work


async def is_signed_with(parts: Parts, key: LogKey) -> bool:
    """Whether the log's present key is this one."""
    async with parts.database.work() as work:
        known = await work.tree.verifier_keys()
    return bool(known) and known[0] == str(key.verifier_key)


async def rotate_key(parts: Parts, actor: Actor, new: LogKey) -> None:
    """Sign from now on with another key.

    The change is an entry of the log; the checkpoint that covers it first carries the signatures of
    both keys, so that whoever trusts the old one can trust the new one.

    Raises:
        Forbidden: the actor is no administrator.
        Tampered, InvalidInput: the log cannot be signed with the old key.
    """
    if actor.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator changes the log's key.", "Ask one of them.")
    old = parts.sequencer.signing()
    await parts.sequencer.run(wait=True)
    detail: dict[str, JSON] = {"old": str(old.verifier_key), "new": str(new.verifier_key)}

    async def note(work: Work) -> None:
        await record(parts, work, actor, Action.LOG_KEY_ROTATED, {}, detail)

    await parts.sequencer.hand_over(new, note)
