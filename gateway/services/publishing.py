"""What the log shows of itself: checkpoints and tiles, as other programs read them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.audit.tiles import WIDTH, Tile, bundle
from gateway.audit.witnessing import with_signatures
from gateway.domain.actors import Actor
from gateway.domain.errors import NotFound
from gateway.services import proofs
from gateway.services.auditing import record, require_reader
from gateway.services.log_storage import Endorsement, SignedCheckpoint
from gateway.services.parts import Parts
from gateway.services.storage import Work

_JUST_NOW = timedelta(minutes=10)
_MOST_ALARMS = 20


async def read_checkpoint(parts: Parts, actor: Actor) -> bytes:
    """The newest checkpoint; where witnesses cosign, the newest that one did just now.

    Every look makes a checkpoint that no witness has seen yet. The look is recorded.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        NotFound: the log was not signed yet.
    """
    async with parts.database.work() as work:
        await _look(parts, work, actor, "checkpoint")
        recent = parts.clock.now() - _JUST_NOW
        given = await work.outside.newest_endorsements()
        sizes = [e.size for e in given if is_cosignature(e) and e.given_at > recent]
        cosigned = await work.tree.checkpoint(max(sizes)) if sizes else None
        newest = cosigned or await work.tree.newest()
        if newest is None:
            raise NotFound("The log was not signed yet.", "Try again in a moment.")
        return await published(work, newest)


async def read_keys(parts: Parts, actor: Actor) -> tuple[str, ...]:
    """The log's verifier keys, the present one first; the look is recorded.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
    """
    async with parts.database.work() as work:
        await _look(parts, work, actor, "keys")
        return tuple(await work.tree.verifier_keys())


async def read_tile(parts: Parts, actor: Actor, tile: Tile, *, entries: bool = False) -> bytes:
    """A tile's hashes, or for a tile of level 0 its bundle of entries; the look is recorded.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
        NotFound: the log has no such tile, or not that wide.
    """
    path = tile.entries_path if entries else tile.path
    async with parts.database.work() as work:
        await _look(parts, work, actor, path)
        newest = await work.tree.newest()
        there = newest.size >> 8 * tile.level if newest else 0
        if tile.index * WIDTH + tile.width > there:
            raise NotFound("The log has no such tile.", "Look at the checkpoint's size.")
        if not entries:
            return await proofs.tile_hashes(work, tile)
        first = tile.index * WIDTH
        return bundle(await work.tree.entries(first, first + tile.width))


async def published(work: Work, checkpoint: SignedCheckpoint) -> bytes:
    """A checkpoint as it is shown: with the log's signature, then the witnesses'."""
    given = await work.outside.endorsements(checkpoint.size)
    return with_signatures(checkpoint.note, [e.data for e in given if is_cosignature(e)])


def is_cosignature(endorsement: Endorsement) -> bool:
    """Whether a witness gave it, and not a time-stamping service."""
    return endorsement.data.startswith("\N{EM DASH}".encode())


async def read_status(
    parts: Parts, actor: Actor, outside: Collection[str] | None = None
) -> dict[str, str]:
    """How the log stands, in words; the look is recorded.

    `outside` are the names of the witnesses, time-stamping services and receivers that are set;
    others had to do with the log before, and their alarms no longer count.

    Raises:
        Forbidden: the actor is neither an auditor nor an administrator.
    """
    async with parts.database.work() as work:
        await _look(parts, work, actor, "status")
        newest = await work.tree.newest()
        waiting = await work.tree.waiting_since()
        keys = await work.tree.verifier_keys()
        given = await work.outside.newest_endorsements()
        parties = await work.outside.parties()
        alarms = await work.outside.alarms()
    endorsed = {
        f"endorsed by {each.by}": f"{each.size:,} entries, {_time(each.given_at)}" for each in given
    }
    told = {  # whoever endorses is told nothing
        f"told {name}": f"{party.told:,} entries" for name, party in parties.items() if party.told
    }
    amiss = {
        f"alarm {name}": f"since {_time(party.refusing_since)}"
        for name, party in parties.items()
        if party.refusing_since is not None and (outside is None or name in outside)
    }
    damage = {
        f"alarm stored entry {alarm.position}": f"{alarm.reason}, known since {_time(alarm.since)}"
        for alarm in alarms[:_MOST_ALARMS]
    }
    return {
        "entries": f"{newest.size:,}" if newest else "0",
        "signed": _time(newest.signed_at) if newest else "never",
        "waiting since": _time(waiting) if waiting else "nothing waits",
        "key": keys[0] if keys else "none yet",
        "earlier keys": str(max(len(keys) - 1, 0)),
        **endorsed,
        **told,
        **amiss,
        **damage,
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


async def _look(parts: Parts, work: Work, actor: Actor, what: str) -> None:
    require_reader(actor)
    detail: dict[str, JSON] = {"what": what}
    await record(parts, work, actor, Action.LOG_READ, {}, detail)
