"""The tree over the audit log, and what outside parties gave for it, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.indexing import Indexed, in_milliseconds
from gateway.audit.merkle import HASH_BYTES
from gateway.audit.tiles import WIDTH, Tile
from gateway.services.log_storage import (
    Endorsement,
    FullTile,
    Kept,
    LogAlarm,
    Party,
    SignedCheckpoint,
)
from gateway.storage.locks import lock_key
from gateway.storage.log_tables import (
    audit_entries,
    audit_pending,
    log_alarms,
    log_checkpoints,
    log_endorsements,
    log_keys,
    log_parties,
    log_tiles,
)

# One statement, so that the entries never leave the server but to be hashed. An entry's number in
# the queue is given when it is written, so what was committed before something began comes first.
# The numbers are taken as one array: as a subquery they are joined, and a planner whose statistics
# are of the queue when it was empty goes through all of a long queue for each entry.
_SEQUENCE = text("""
    WITH taken AS (
        DELETE FROM audit_pending
        WHERE id = ANY (ARRAY(SELECT id FROM audit_pending ORDER BY id LIMIT :limit))
        RETURNING *
    ), placed AS (
        SELECT *, :first + row_number() OVER (ORDER BY id) - 1 AS position FROM taken
    ), found_by AS (
        INSERT INTO audit_terms (term, at, position)
        SELECT term, at, position FROM placed, unnest(terms) AS term
    ), put AS (
        INSERT INTO audit_entries
            (position, uid, at, action, outcome, actor, agency, transfer, meeting, leaf)
        SELECT position, uid, at, action, outcome, actor, agency, transfer, meeting, leaf
        FROM placed
    )
    SELECT id, leaf, uid, at, action, outcome, agency, actor, transfer, meeting, terms
    FROM placed ORDER BY position
""")


# An unfinished tile is the beginning of what it becomes, so a full one answers for it too. One
# statement for all of them: a proof takes three or four tiles.
_HASHES = text("""
    SELECT coalesce(
        (
            SELECT substring(hashes FROM 1 FOR width * :hash_bytes) FROM log_tiles
            WHERE log_tiles.level = asked.level AND log_tiles.index = asked.index
        ),
        CASE asked.level WHEN 0 THEN (
            SELECT string_agg(sha256(CAST('\\x00' AS bytea) || leaf), '' ORDER BY position)
            FROM audit_entries
            WHERE position >= asked.index * :full AND position < asked.index * :full + width
        ) ELSE (
            SELECT string_agg(root, '' ORDER BY below.index) FROM log_tiles AS below
            WHERE below.level = asked.level - 1
            AND below.index >= asked.index * :full AND below.index < asked.index * :full + width
        ) END,
        ''
    )
    FROM unnest(
        CAST(:levels AS smallint[]), CAST(:indexes AS bigint[]), CAST(:widths AS integer[])
    ) WITH ORDINALITY AS asked (level, index, width, number)
    ORDER BY number
""")


def _waiting(  # noqa: PLR0913, PLR0917 - as the statement gives them
    number: int,
    leaf: bytes,
    uid: str,
    at: datetime,
    action: str,
    outcome: str,
    agency: str | None,
    actor: str,
    transfer: str | None,
    meeting: str | None,
    terms: Sequence[str],
) -> Kept:
    found_by = frozenset(terms)
    at = in_milliseconds(at)
    told = Indexed(uid, at, action, outcome, agency, actor, transfer, meeting, found_by)
    return Kept(number, leaf, told)


class PostgresTree:
    """The tree over the log: entries in their final places, full tiles, checkpoints, keys."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, *, wait: bool = False) -> bool:
        """Whether this transaction alone may extend the tree, until it ends."""
        key = lock_key("sequencer")
        if wait:
            await self._connection.execute(select(func.pg_advisory_xact_lock(key)))
            return True
        return bool(await self._connection.scalar(select(func.pg_try_advisory_xact_lock(key))))

    async def waiting_since(self) -> datetime | None:
        """The time of the oldest committed entry that has no place yet."""
        return await self._connection.scalar(
            select(audit_pending.c.at).order_by(audit_pending.c.id).limit(1)
        )

    async def sequence(self, first: int, limit: int) -> Sequence[Kept]:
        """Give the oldest waiting entries places from `first` on; what they are, in order."""
        rows = await self._connection.execute(_SEQUENCE, {"first": first, "limit": limit})
        return [_waiting(*row) for row in rows]

    async def add_tiles(self, tiles: Sequence[FullTile]) -> None:
        """Store tiles that became full."""
        if tiles:
            rows = [
                {"level": t.tile.level, "index": t.tile.index, "hashes": t.hashes, "root": t.root}
                for t in tiles
            ]
            await self._connection.execute(insert(log_tiles), rows)

    async def add_checkpoint(self, checkpoint: SignedCheckpoint) -> None:
        """Store a signed checkpoint."""
        await self._connection.execute(
            insert(log_checkpoints).values(
                size=checkpoint.size, note=checkpoint.note, signed_at=checkpoint.signed_at
            )
        )

    async def newest(self) -> SignedCheckpoint | None:
        """The newest checkpoint; None for a log that was never signed."""
        return await self._checkpoint(log_checkpoints.c.size.desc())

    async def checkpoint(self, size: int) -> SignedCheckpoint | None:
        """The smallest checkpoint of at least `size` entries."""
        return await self._checkpoint(log_checkpoints.c.size, at_least=size)

    async def _checkpoint(
        self, order: ColumnElement[int], at_least: int = 0
    ) -> SignedCheckpoint | None:
        query = select(log_checkpoints).where(log_checkpoints.c.size >= at_least)
        row = (await self._connection.execute(query.order_by(order).limit(1))).one_or_none()
        return SignedCheckpoint(row.size, row.note, row.signed_at) if row else None

    async def roots(self, level: int, first: int, last: int) -> Sequence[bytes]:
        """The roots of the full tiles of a level, from number `first` to before `last`."""
        index = log_tiles.c.index
        query = select(log_tiles.c.root).where(
            log_tiles.c.level == level, index >= first, index < last
        )
        return list(await self._connection.scalars(query.order_by(index)))

    async def hashes(self, tiles: Sequence[Tile]) -> Sequence[bytes]:
        """The hashes of tiles, full or not; fewer than a tile should have where the log ends."""
        asked = {
            "levels": [tile.level for tile in tiles],
            "indexes": [tile.index for tile in tiles],
            "widths": [tile.width for tile in tiles],
            "full": WIDTH,
            "hash_bytes": HASH_BYTES,
        }
        return list(await self._connection.scalars(_HASHES, asked))

    async def entries(self, first: int, last: int) -> Sequence[bytes]:
        """The exact bytes of the entries from place `first` to before `last`."""
        position = audit_entries.c.position
        query = select(audit_entries.c.leaf).where(position >= first, position < last)
        return list(await self._connection.scalars(query.order_by(position)))

    async def place(self, uid: str) -> int | None:
        """The place of an entry, which a signed checkpoint then covers; None while it waits."""
        position = audit_entries.c.position
        query = select(position).where(audit_entries.c.uid == uid).order_by(position).limit(1)
        return await self._connection.scalar(query)

    async def verifier_keys(self) -> Sequence[str]:
        """The log's verifier keys, the present one first."""
        query = select(log_keys.c.verifier_key).order_by(log_keys.c.size.desc())
        return list(await self._connection.scalars(query))

    async def add_verifier_key(self, key: str, size: int, at: datetime) -> None:
        """Store the key that signs from the checkpoint of `size` on."""
        await self._connection.execute(
            insert(log_keys).values(size=size, verifier_key=key, since=at)
        )


class PostgresOutside:
    """What outside parties gave for checkpoints, and how far they were told."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def endorse(self, endorsement: Endorsement) -> None:
        """Store what a party gave; the first for a size and party stays."""
        values = {
            "by": endorsement.by,
            "size": endorsement.size,
            "data": endorsement.data,
            "given_at": endorsement.given_at,
        }
        await self._connection.execute(
            upsert(log_endorsements).values(values).on_conflict_do_nothing()
        )

    async def endorsements(self, size: int) -> Sequence[Endorsement]:
        """What parties gave for the checkpoint of exactly this size, in order of name."""
        query = select(log_endorsements).where(log_endorsements.c.size == size)
        rows = await self._connection.execute(query.order_by(log_endorsements.c.by))
        return [Endorsement(row.size, row.by, row.data, row.given_at) for row in rows]

    async def last_endorsed(self, by: str) -> Endorsement | None:
        """The largest size that a party endorsed."""
        query = select(log_endorsements).where(log_endorsements.c.by == by)
        query = query.order_by(log_endorsements.c.size.desc()).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return Endorsement(row.size, row.by, row.data, row.given_at) if row else None

    async def newest_endorsements(self) -> Sequence[Endorsement]:
        """What each party gave for the largest size that it endorsed, in order of name."""
        by, size = log_endorsements.c.by, log_endorsements.c.size
        query = select(log_endorsements).ext(distinct_on(by)).order_by(by, size.desc())
        rows = await self._connection.execute(query)
        return [Endorsement(row.size, row.by, row.data, row.given_at) for row in rows]

    async def parties(self) -> Mapping[str, Party]:
        """All that were told of the log, or refuse."""
        rows = await self._connection.execute(select(log_parties).order_by(log_parties.c.name))
        return {row.name: Party(row.told, row.refusing_since) for row in rows}

    async def told(self, receiver: str) -> int:
        """How many entries a receiver of the log has had; 0 for a new one."""
        query = select(log_parties.c.told).where(log_parties.c.name == receiver)
        return await self._connection.scalar(query) or 0

    async def set_told(self, receiver: str, entries: int) -> None:
        """Note how many entries a receiver has had; never fewer than before."""
        statement = upsert(log_parties).values(name=receiver, told=entries)
        more = func.greatest(log_parties.c.told, statement.excluded.told)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"told": more})
        )

    async def refusing_since(self, by: str) -> datetime | None:
        """Since when a party refuses; None if it does not."""
        query = select(log_parties.c.refusing_since).where(log_parties.c.name == by)
        return await self._connection.scalar(query)

    async def set_refusing(self, by: str, since: datetime | None) -> None:
        """Note that a party refuses since, or no longer."""
        statement = upsert(log_parties).values(name=by, told=0, refusing_since=since)
        changed = {"refusing_since": statement.excluded.refusing_since}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_=changed)
        )

    async def alarms(self) -> Sequence[LogAlarm]:
        """What is known to be wrong with the stored log, by position."""
        rows = await self._connection.execute(select(log_alarms).order_by(log_alarms.c.position))
        return [LogAlarm(row.position, row.reason, row.since) for row in rows]

    async def set_alarm(self, alarm: LogAlarm) -> bool:
        """Note an alarm; whether it is a new one: the first for a position stays."""
        values = {"position": alarm.position, "reason": alarm.reason, "since": alarm.since}
        statement = upsert(log_alarms).values(values).on_conflict_do_nothing()
        made = await self._connection.scalar(statement.returning(log_alarms.c.position))
        return made is not None

    async def clear_alarm(self, position: int) -> None:
        """Note that nothing is wrong any more with the entry at a position."""
        await self._connection.execute(delete(log_alarms).where(log_alarms.c.position == position))
