"""What the use cases need of storage for users, their means of signing in, and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.register import AgencyId
from gateway.domain.users import Session, SessionId, User, UserId


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user signs in with, beside passkeys and recovery codes.

    Attributes:
        password_hash: Argon2id, in its own text form; None before one is set.
        totp: the seed of the authenticator app, encrypted; None before one is set up.
        totp_step: the last time step a code was taken for, so that none counts twice.
        setup_digest, setup_expires_at: of the one-time link to set these up.
    """

    user: UserId
    password_hash: str | None = None
    totp: bytes | None = None
    totp_step: int | None = None
    setup_digest: bytes | None = None
    setup_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a user (W3C Web Authentication): its public part."""

    id: bytes
    user: UserId
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInStep:
    """What is remembered between two steps of signing in, under the digest of a random text.

    Attributes:
        user: whose sign-in it is, where that is known.
        sealed: what the next step needs, encrypted.
    """

    digest: bytes
    kind: str
    expires_at: datetime
    sealed: bytes
    user: UserId | None = None


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins counted under one key, since when."""

    key: bytes
    count: int
    since: datetime


class UserStore(Protocol):
    """Users and what they sign in with."""

    async def add(self, user: User) -> None:
        """Store a new user.

        Raises:
            Conflict: the login or subject is taken.
        """
        ...

    async def get(self, user: UserId, *, lock: bool = False) -> User | None:
        """The user."""
        ...

    async def by_login(self, login: str) -> User | None:
        """The user with this login, in small letters."""
        ...

    async def by_subject(self, subject: str) -> User | None:
        """The user with this subject of a single sign-on."""
        ...

    async def list(self, agency: AgencyId | None) -> Sequence[User]:
        """The users of an agency, by login; of all for None."""
        ...

    async def update(self, user: User) -> None:
        """Store a changed user."""
        ...

    async def credentials(self, user: UserId, *, lock: bool = False) -> Credentials:
        """What the user signs in with; empty before anything was set up."""
        ...

    async def by_setup(self, digest: bytes) -> UserId | None:
        """Whose set-up link has this digest."""
        ...

    async def put_credentials(self, credentials: Credentials) -> None:
        """Store what a user signs in with."""
        ...

    async def passkeys(self, user: UserId) -> Sequence[Passkey]:
        """The user's passkeys, oldest first."""
        ...

    async def passkey(self, identifier: bytes) -> Passkey | None:
        """The passkey with this identifier, locked."""
        ...

    async def put_passkey(self, passkey: Passkey) -> None:
        """Store a new or changed passkey.

        Raises:
            Conflict: it is another user's.
        """
        ...

    async def remove_passkey(self, user: UserId, identifier: bytes) -> bool:
        """Forget a passkey of the user; whether there was one."""
        ...

    async def put_recovery_codes(self, user: UserId, digests: Sequence[bytes]) -> None:
        """Replace the user's recovery codes."""
        ...

    async def use_recovery_code(self, user: UserId, digest: bytes) -> bool:
        """Strike a recovery code off; whether it was one."""
        ...

    async def recovery_codes_left(self, user: UserId) -> int:
        """How many recovery codes the user has not used."""
        ...


class SessionStore(Protocol):
    """Sessions, the steps that lead to one, and failures to get one."""

    async def add(self, session: Session) -> None:
        """Store a new session."""
        ...

    async def by_digest(self, digest: bytes) -> Session | None:
        """The session with this digest, ended ones too."""
        ...

    async def of_user(self, user: UserId) -> Sequence[Session]:
        """The user's sessions that have not been ended, newest first."""
        ...

    async def seen(self, session: SessionId, at: datetime) -> bool:
        """Note that a session was used; False if it has been ended."""
        ...

    async def update(self, session: Session) -> bool:
        """Store a changed session; False if it had been ended, which it stays."""
        ...

    async def end_all(self, user: UserId, at: datetime, but: SessionId | None = None) -> int:
        """End the user's sessions, except one; how many that were."""
        ...

    async def put_step(self, step: SignInStep, now: datetime) -> None:
        """Remember a step of signing in; forgets all that are over at `now`."""
        ...

    async def take_step(self, digest: bytes, kind: str) -> SignInStep | None:
        """The step, which is forgotten by this."""
        ...

    async def failures(self, key: bytes) -> Failures | None:
        """What is counted under a key, locked."""
        ...

    async def put_failures(self, failures: Failures) -> None:
        """Store a count."""
        ...

    async def clear_failures(self, key: bytes) -> None:
        """Forget a count."""
        ...

    async def forget_failures(self, before: datetime) -> None:
        """Forget all counts that began before this."""
        ...
