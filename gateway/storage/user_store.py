"""Users, what they sign in with, and their sessions, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.domain.errors import Conflict
from gateway.domain.register import AgencyId
from gateway.domain.users import Session, SessionId, User, UserId
from gateway.services.user_storage import Credentials, Failures, Passkey, SignInStep
from gateway.storage.locks import lock_key
from gateway.storage.rows import expect_one, from_row, to_row
from gateway.storage.user_tables import (
    passkeys,
    recovery_codes,
    sign_in_failures,
    sign_in_steps,
    user_credentials,
    user_sessions,
    users,
)


class PostgresUsers:
    """Users and what they sign in with."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, user: User) -> None:
        """Store a new user."""
        await self._connection.execute(insert(users).values(to_row(user)))

    async def get(self, user: UserId, *, lock: bool = False) -> User | None:
        """The user."""
        query = select(users).where(users.c.id == user)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(User, row)

    async def by_login(self, login: str) -> User | None:
        """The user with this login, in small letters."""
        query = select(users).where(users.c.login == login)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(User, row)

    async def by_subject(self, subject: str) -> User | None:
        """The user with this subject of a single sign-on."""
        query = select(users).where(users.c.subject == subject)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(User, row)

    async def list(self, agency: AgencyId | None) -> Sequence[User]:
        """The users of an agency, by login; of all for None."""
        query = select(users).order_by(users.c.login)
        if agency is not None:
            query = query.where(users.c.agency == agency)
        rows = await self._connection.execute(query)
        return [from_row(User, row) for row in rows.mappings()]

    async def update(self, user: User) -> None:
        """Store a changed user."""
        changed = update(users).where(users.c.id == user.id).values(to_row(user))
        expect_one(await self._connection.execute(changed), "user")

    async def credentials(self, user: UserId, *, lock: bool = False) -> Credentials:
        """What the user signs in with; empty before anything was set up."""
        query = select(user_credentials).where(user_credentials.c.user == user)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return Credentials(user) if row is None else from_row(Credentials, row)

    async def by_setup(self, digest: bytes) -> UserId | None:
        """Whose set-up link has this digest."""
        query = select(user_credentials.c.user).where(user_credentials.c.setup_digest == digest)
        found: UserId | None = await self._connection.scalar(query)
        return found

    async def put_credentials(self, credentials: Credentials) -> None:
        """Store what a user signs in with."""
        row = to_row(credentials)
        stored = upsert(user_credentials).values(row)
        changes = {name: value for name, value in row.items() if name != "user"}
        await self._connection.execute(
            stored.on_conflict_do_update(index_elements=["user"], set_=changes)
        )

    async def passkeys(self, user: UserId) -> Sequence[Passkey]:
        """The user's passkeys, oldest first."""
        query = select(passkeys).where(passkeys.c.user == user)
        rows = await self._connection.execute(query.order_by(passkeys.c.created_at, passkeys.c.id))
        return [from_row(Passkey, row) for row in rows.mappings()]

    async def passkey(self, identifier: bytes) -> Passkey | None:
        """The passkey with this identifier, locked."""
        query = select(passkeys).where(passkeys.c.id == identifier).with_for_update()
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Passkey, row)

    async def put_passkey(self, passkey: Passkey) -> None:
        """Store a new or changed passkey; one of another user's stays as it is."""
        stored = upsert(passkeys).values(to_row(passkey))
        changed = stored.on_conflict_do_update(
            index_elements=["id"],
            set_={
                "sign_count": passkey.sign_count,
                "name": passkey.name,
                "used_at": passkey.used_at,
            },
            where=passkeys.c.user == passkey.user,
        ).returning(passkeys.c.id)
        if (await self._connection.execute(changed)).one_or_none() is None:
            raise Conflict("This passkey is another's.", "Use another device.")

    async def remove_passkey(self, user: UserId, identifier: bytes) -> bool:
        """Forget a passkey of the user; whether there was one."""
        gone = delete(passkeys).where(passkeys.c.id == identifier, passkeys.c.user == user)
        return (await self._connection.execute(gone)).rowcount > 0

    async def put_recovery_codes(self, user: UserId, digests: Sequence[bytes]) -> None:
        """Replace the user's recovery codes."""
        await self._connection.execute(delete(recovery_codes).where(recovery_codes.c.user == user))
        if digests:
            rows = [{"user": user, "digest": digest} for digest in digests]
            await self._connection.execute(insert(recovery_codes), rows)

    async def use_recovery_code(self, user: UserId, digest: bytes) -> bool:
        """Strike a recovery code off; whether it was one."""
        used = delete(recovery_codes).where(
            recovery_codes.c.user == user, recovery_codes.c.digest == digest
        )
        return (await self._connection.execute(used)).rowcount > 0

    async def recovery_codes_left(self, user: UserId) -> int:
        """How many recovery codes the user has not used."""
        query = select(func.count()).where(recovery_codes.c.user == user)
        return int(await self._connection.scalar(query) or 0)


class PostgresSessions:
    """Sessions, the steps that lead to one, and failures to get one."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, session: Session) -> None:
        """Store a new session."""
        await self._connection.execute(insert(user_sessions).values(to_row(session)))

    async def by_digest(self, digest: bytes) -> Session | None:
        """The session with this digest, ended ones too."""
        query = select(user_sessions).where(user_sessions.c.digest == digest)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Session, row)

    async def of_user(self, user: UserId) -> Sequence[Session]:
        """The user's sessions that have not been ended, newest first."""
        query = select(user_sessions).where(
            user_sessions.c.user == user, user_sessions.c.ended_at.is_(None)
        )
        rows = await self._connection.execute(query.order_by(user_sessions.c.id.desc()))
        return [from_row(Session, row) for row in rows.mappings()]

    async def seen(self, session: SessionId, at: datetime) -> bool:
        """Note that a session was used; False if it has been ended."""
        changed = update(user_sessions).where(*_going_on(session)).values(seen_at=at)
        return (await self._connection.execute(changed)).rowcount == 1

    async def update(self, session: Session) -> bool:
        """Store a changed session; False if it had been ended, which it stays."""
        changed = update(user_sessions).where(*_going_on(session.id)).values(to_row(session))
        return (await self._connection.execute(changed)).rowcount == 1

    async def end_all(self, user: UserId, at: datetime, but: SessionId | None = None) -> int:
        """End the user's sessions, except one; how many that were."""
        ended = update(user_sessions).where(
            user_sessions.c.user == user, user_sessions.c.ended_at.is_(None)
        )
        if but is not None:
            ended = ended.where(user_sessions.c.id != but)
        return (await self._connection.execute(ended.values(ended_at=at))).rowcount

    async def put_step(self, step: SignInStep, now: datetime) -> None:
        """Remember a step of signing in; forgets all that are over at `now`."""
        over = delete(sign_in_steps).where(sign_in_steps.c.expires_at <= now)
        await self._connection.execute(over)
        await self._connection.execute(insert(sign_in_steps).values(to_row(step)))

    async def take_step(self, digest: bytes, kind: str) -> SignInStep | None:
        """The step, which is forgotten by this."""
        taken = (
            delete(sign_in_steps)
            .where(sign_in_steps.c.digest == digest, sign_in_steps.c.kind == kind)
            .returning(sign_in_steps)
        )
        row = (await self._connection.execute(taken)).mappings().one_or_none()
        return None if row is None else from_row(SignInStep, row)

    async def failures(self, key: bytes) -> Failures | None:
        """What is counted under a key; nobody else counts under it until the end."""
        name = lock_key("sign-in failures", key.hex())
        await self._connection.execute(select(func.pg_advisory_xact_lock(name)))
        query = select(sign_in_failures).where(sign_in_failures.c.key == key)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else from_row(Failures, row)

    async def put_failures(self, failures: Failures) -> None:
        """Store a count."""
        stored = upsert(sign_in_failures).values(to_row(failures))
        changes = {"count": failures.count, "since": failures.since}
        await self._connection.execute(
            stored.on_conflict_do_update(index_elements=["key"], set_=changes)
        )

    async def clear_failures(self, key: bytes) -> None:
        """Forget a count."""
        await self._connection.execute(
            delete(sign_in_failures).where(sign_in_failures.c.key == key)
        )

    async def forget_failures(self, before: datetime) -> None:
        """Forget all counts that began before this."""
        await self._connection.execute(
            delete(sign_in_failures).where(sign_in_failures.c.since < before)
        )


def _going_on(session: SessionId) -> tuple[ColumnElement[bool], ...]:
    return user_sessions.c.id == session, user_sessions.c.ended_at.is_(None)
