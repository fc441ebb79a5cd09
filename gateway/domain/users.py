"""Users who sign in to the pages, and their sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId, RepresentativeId

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)

ACTS_AS_REPRESENTATIVE = frozenset({Role.COORDINATOR, Role.RESPONDER})


class SignInMethod(StrEnum):
    """How someone proved who they are."""

    PASSWORD_AND_CODE = "password and code"  # noqa: S105 - a method's name
    PASSWORD_AND_RECOVERY_CODE = "password and recovery code"  # noqa: S105 - as above
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single sign-on"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who signs in, for one agency.

    Attributes:
        login: email address in small letters; unique.
        representative: whom of the register they act as; needed to coordinate or respond.
        roles: what they may act as, one at a time; never empty.
        zone: name of the time zone their pages show times in; None for the register's.
        subject: issuer and subject of a single sign-on, as `issuer subject`; None without one.
    """

    id: UserId
    login: str
    name: str
    agency: AgencyId
    roles: tuple[Role, ...]
    created_at: datetime
    representative: RepresentativeId | None = None
    zone: str | None = None
    subject: str | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Someone signed in at one browser; its cookie is stored as a digest only.

    Attributes:
        role: the one acted in now, one of the user's.
        seen_at: when it was last used, to the minute; `expires_at`: its absolute end.
        browser: the browser's own words for itself, shortened; shown to the user alone.
    """

    id: SessionId
    digest: bytes
    user: UserId
    role: Role
    method: SignInMethod
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    source: str
    browser: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts: without being used, and at most."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


def is_alive(session: Session, limits: SessionLimits, now: datetime) -> bool:
    """Whether the session can be used at `now`."""
    return (
        session.ended_at is None
        and now < session.expires_at
        and now - session.seen_at < limits.idle
    )
