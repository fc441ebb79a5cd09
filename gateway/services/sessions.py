"""Sessions of the pages: begun at sign-in, looked up by their cookie, ended by whoever has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import InvalidInput, NotFound, NotSignedIn
from gateway.domain.register import Agency
from gateway.domain.secret import Secret
from gateway.domain.users import (
    ACTS_AS_REPRESENTATIVE,
    Session,
    SessionId,
    SignInMethod,
    User,
    is_alive,
)
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.storage import Work

_PURPOSE = "session"
_LONGEST_BROWSER = 200  # characters
_SEEN_EVERY = timedelta(minutes=1)  # writing each look at a page down would cost and tell nothing


@dataclass(frozen=True, slots=True)
class Browser:
    """Where someone signs in: address, and the browser's own words for itself."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Someone signed in, as the pages know them."""

    actor: Actor
    user: User
    session: Session
    agency: Agency


async def begin_session(
    parts: Parts, work: Work, user: User, method: SignInMethod, browser: Browser
) -> tuple[Session, Secret]:
    """A new session of a user who has just proved who they are, and the text of its cookie.

    It begins in the first of the user's roles. Whatever cookie the browser held before is worth
    nothing for it, so none can be planted (session fixation).

    Raises:
        NotSignedIn: the user is disabled, or acts for the agency no longer.
    """
    if not await may_act(parts, work, user, user.roles[0]):
        raise _not_signed_in()
    text, now = parts.identifiers.token(), parts.clock.now()
    session = Session(
        id=SessionId(parts.identifiers.new()),
        digest=parts.vault.digest(_PURPOSE, text.reveal()),
        user=user.id,
        role=user.roles[0],
        method=method,
        created_at=now,
        seen_at=now,
        expires_at=now + parts.rules.sessions.absolute,
        source=browser.source,
        browser="".join(c for c in browser.name if c.isprintable())[:_LONGEST_BROWSER],
    )
    await work.sessions.add(session)
    detail: dict[str, JSON] = {"method": method.value, "role": session.role.value}
    subject: dict[str, JSON] = {"user": user.id, "session": session.id}
    actor = actor_of(user, session)
    await record(parts, work, actor, Action.SESSION_BEGUN, subject, detail)
    return session, text


async def session_of(parts: Parts, text: Secret, source: str) -> SignedIn:
    """Who is signed in with this cookie.

    Raises:
        NotSignedIn: nobody: unknown, ended, too old, or of someone who may act no longer.
    """
    now = parts.clock.now()
    async with parts.database.work() as work:
        session = await work.sessions.by_digest(parts.vault.digest(_PURPOSE, text.reveal()))
        if session is None or not is_alive(session, parts.rules.sessions, now):
            raise _not_signed_in()
        user = await work.users.get(session.user)
        if user is None or not await may_act(parts, work, user, session.role):
            raise _not_signed_in()
        agency = await work.register.agency(user.agency)
        if agency is None:
            raise _not_signed_in()
        if now - session.seen_at >= _SEEN_EVERY:
            if not await work.sessions.seen(session.id, now):
                raise _not_signed_in()
            session = replace(session, seen_at=now)
    return SignedIn(replace(actor_of(user, session), source=source), user, session, agency)


async def act_as(parts: Parts, signed_in: SignedIn, role: Role) -> Session:
    """Go on in another of one's roles.

    Raises:
        InvalidInput: it is none of the user's. NotSignedIn: the session was ended meanwhile.
    """
    if role not in signed_in.user.roles:
        raise InvalidInput(
            "This role is not one of yours.", "Ask an administrator for it.", field="role"
        )
    async with parts.database.work() as work:
        if not await may_act(parts, work, signed_in.user, role):
            raise InvalidInput(
                "In this role you would act as a representative, and you are none now.",
                "Ask an administrator to look at the register.",
                field="role",
            )
        session = replace(signed_in.session, role=role)
        if not await work.sessions.update(session):
            raise _not_signed_in()
        subject: dict[str, JSON] = {"user": session.user, "session": session.id}
        detail: dict[str, JSON] = {"role": role.value}
        await record(parts, work, signed_in.actor, Action.SESSION_ROLE_CHANGED, subject, detail)
    return session


async def own_sessions(parts: Parts, signed_in: SignedIn) -> Sequence[Session]:
    """The user's own sessions that are alive, newest first."""
    now = parts.clock.now()
    async with parts.database.work() as work:
        found = await work.sessions.of_user(signed_in.user.id)
    return [session for session in found if is_alive(session, parts.rules.sessions, now)]


async def end_others(parts: Parts, signed_in: SignedIn) -> int:
    """End all the user's sessions but this one; how many that were."""
    async with parts.database.work() as work:
        session, now = signed_in.session, parts.clock.now()
        ended = await work.sessions.end_all(session.user, now, but=session.id)
        if ended:
            subject: dict[str, JSON] = {"user": session.user}
            detail: dict[str, JSON] = {"sessions": ended}
            await record(parts, work, signed_in.actor, Action.SESSION_ENDED, subject, detail)
    return ended


async def end_earlier(parts: Parts, work: Work, text: Secret, actor: Actor) -> None:
    """End the session a browser held before, as it begins another."""
    session = await work.sessions.by_digest(parts.vault.digest(_PURPOSE, text.reveal()))
    if session is None or session.ended_at is not None:
        return
    user = await work.users.get(session.user)
    if await work.sessions.update(replace(session, ended_at=parts.clock.now())):
        subject: dict[str, JSON] = {"user": session.user, "session": session.id}
        agency = user.agency if user else None
        await record(parts, work, actor, Action.SESSION_ENDED, subject, agency=agency)


async def end_session(parts: Parts, signed_in: SignedIn, identifier: SessionId) -> None:
    """End one of the user's own sessions.

    Raises:
        NotFound: the user has no such session.
    """
    async with parts.database.work() as work:
        for session in await work.sessions.of_user(signed_in.user.id):
            ended = replace(session, ended_at=parts.clock.now())
            if session.id == identifier and await work.sessions.update(ended):
                subject: dict[str, JSON] = {"user": session.user, "session": session.id}
                await record(parts, work, signed_in.actor, Action.SESSION_ENDED, subject)
                return
    raise NotFound("You have no such session.", "Look at the list.", field="session")


def actor_of(user: User, session: Session) -> Actor:
    """The actor a session stands for."""
    return Actor(
        ActorKind.PERSON,
        session.role,
        user.agency,
        user.representative,
        session.source,
        session.id,
        user=user.id,
    )


async def may_act(parts: Parts, work: Work, user: User, role: Role) -> bool:
    """Whether the user may act in this role today."""
    if user.disabled_at is not None or role not in user.roles:
        return False
    if user.representative is None:
        return role not in ACTS_AS_REPRESENTATIVE
    person = (await work.register.representatives([user.representative])).get(user.representative)
    return (
        person is not None and person.agency == user.agency and person.is_active_on(parts.today())
    )


def _not_signed_in() -> NotSignedIn:
    return NotSignedIn("You are not signed in, or no longer.", "Sign in.")
