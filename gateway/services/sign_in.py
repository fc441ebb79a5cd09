"""Signing in: a password and then a code, or a passkey; every failure reads and costs the same."""

from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.audit.entries import Outcome as Ending
from gateway.domain.actors import Actor, ActorKind
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.domain.users import SessionId, SignInMethod, User, UserId
from gateway.services import lockout, passwords, second_factors
from gateway.services import sign_in_steps as steps
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.sessions import Browser, actor_of, begin_session, end_earlier, may_act
from gateway.services.storage import Work
from gateway.services.user_storage import Credentials, SignInStep

_CODE = "code"
_NOBODY = UserId("-")  # whose credentials are looked for where the login is nobody's
_LONGEST_LOGIN = 320


@dataclass(frozen=True, slots=True)
class Caller:
    """The browser that signs in.

    Attributes:
        device: its device cookie; `session`: the cookie of the session it holds so far.
    """

    browser: Browser
    device: Secret | None = None
    session: Secret | None = None

    @property
    def actor(self) -> Actor:
        """Who acts, as long as nobody knows who that is."""
        return Actor(ActorKind.PERSON, None, None, None, self.browser.source)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Someone has signed in: the new session, and what their browser is to keep."""

    session: SessionId
    cookie: Secret
    device: Secret


async def give_password(parts: Parts, caller: Caller, login: str, password: Secret) -> Secret:
    """The first step: what the browser keeps until the second.

    Raises:
        InvalidInput: login and password do not belong together, or open nothing; never which.
        TooManyRequests: there were too many failures.
    """
    login = folded(login)
    counted = lockout.tallies(parts, login, caller.browser.source, caller.device)
    async with parts.database.work() as work:
        await lockout.take(parts, work, counted)
        user = await work.users.by_login(login)
        held = await work.users.credentials(user.id if user else _NOBODY)
    right = await passwords.is_right(password, held.password_hash)
    renewed = None
    if right and held.password_hash is not None and passwords.is_outdated(held.password_hash):
        renewed = await passwords.hashed(password)
    async with parts.database.work() as work:
        user = await work.users.by_login(login)
        if right and user is not None and await _is_open(parts, work, user, held):
            if renewed is not None:
                await _renew(work, held, renewed)
            await lockout.give_back(work, counted)
            return await steps.remember(parts, work, _CODE, Secret("password"), user.id)
        await record_failure(parts, work, caller, "password", login, user)
    raise InvalidInput(
        "Login and password do not belong together.",
        "Check both. Caps lock may be on.",
        field="login",
    )


async def give_code(parts: Parts, caller: Caller, step: Secret | None, typed: str) -> Admitted:
    """The second step: a code of the authenticator app, each of which counts once.

    Raises:
        NotSignedIn: there was no first step, or it was too long ago.
        InvalidInput: the code is wrong, or was used. TooManyRequests: too many were.
    """
    async with parts.database.work() as work:
        begun = await _begun(parts, work, caller, step)
        user, held = begun.user, begun.held
        at = None
        if held.totp is not None:
            seed = second_factors.open_seed(parts, user.id, held.totp)
            at = second_factors.step_of(seed, typed, parts.clock.now())
        if at is not None and (held.totp_step is None or at > held.totp_step):
            await work.users.put_credentials(replace(held, totp_step=at))
            await lockout.settle(work, begun.counted)
            return await admit(parts, work, caller, user, SignInMethod.PASSWORD_AND_CODE)
        await steps.keep_on(parts, work, begun.step)
        await record_failure(parts, work, caller, "code", user.login, user)
    raise InvalidInput(
        "The code is not right, or was used already.",
        "Type the code your app shows now, or wait for the next.",
        field="code",
    )


async def give_recovery_code(
    parts: Parts, caller: Caller, step: Secret | None, typed: str
) -> Admitted:
    """The second step without the app: a recovery code, which is used up by this.

    Raises:
        NotSignedIn: there was no first step, or it was too long ago.
        InvalidInput: the code is wrong, or was used. TooManyRequests: too many were.
    """
    async with parts.database.work() as work:
        begun = await _begun(parts, work, caller, step)
        user = begun.user
        digest = second_factors.recovery_digest(parts, user.id, typed)
        if await work.users.use_recovery_code(user.id, digest):
            await lockout.settle(work, begun.counted)
            how = SignInMethod.PASSWORD_AND_RECOVERY_CODE
            return await admit(parts, work, caller, user, how)
        await steps.keep_on(parts, work, begun.step)
        await record_failure(parts, work, caller, "recovery code", user.login, user)
    raise InvalidInput(
        "The recovery code is not right, or was used already.",
        "Each works once: type one you have not used.",
        field="code",
    )


async def admit(
    parts: Parts, work: Work, caller: Caller, user: User, method: SignInMethod
) -> Admitted:
    """A fresh session of whoever has proved who they are; the browser's earlier one ends.

    Raises:
        NotSignedIn: the user is disabled, or acts for the agency no longer.
    """
    session, text = await begin_session(parts, work, user, method, caller.browser)
    if caller.session is not None:
        await end_earlier(parts, work, caller.session, actor_of(user, session))
    return Admitted(session.id, text, lockout.device_cookie(parts, user.login))


async def record_failure(
    parts: Parts, work: Work, caller: Caller, what: str, login: str, user: User | None
) -> None:
    """Record a failed sign-in; whoever it was that tried, their login is not in the log."""
    subject: dict[str, JSON] = {"user": user.id} if user else {}
    detail: dict[str, JSON] = {
        "step": what,
        "login": parts.vault.digest("login", login).hex()[:32],
        "known_device": lockout.is_known(parts, login, caller.device),
    }
    await record(
        parts,
        work,
        caller.actor,
        Action.SIGN_IN_FAILED,
        subject,
        detail,
        outcome=Ending.FAILURE,
        agency=user.agency if user else None,
    )


def folded(login: str) -> str:
    """A login as it is stored; cut where none is so long."""
    return login.strip().lower()[:_LONGEST_LOGIN]


@dataclass(frozen=True, slots=True)
class _Begun:
    step: SignInStep
    user: User
    held: Credentials
    counted: tuple[lockout.Tally, ...]


async def _begun(parts: Parts, work: Work, caller: Caller, text: Secret | None) -> _Begun:
    """Whose second step it is; a try at it is counted.

    Raises:
        NotSignedIn: nobody's. TooManyRequests: there were too many tries.
    """
    step = await steps.recall(parts, work, _CODE, text)
    user = await work.users.get(step.user) if step.user else None
    if user is None:
        raise steps.start_again()
    held = await work.users.credentials(user.id, lock=True)
    if not await _is_open(parts, work, user, held):
        raise steps.start_again()
    source = caller.browser.source
    counted = lockout.tallies(parts, user.login, source, caller.device, user.id)
    await lockout.take(parts, work, counted)
    return _Begun(step, user, held, counted)


async def _is_open(parts: Parts, work: Work, user: User, held: Credentials) -> bool:
    """Whether the user has set up a password with a second factor, and may act today."""
    whole = held.password_hash is not None and held.totp is not None
    return whole and held.user == user.id and await may_act(parts, work, user, user.roles[0])


async def _renew(work: Work, held: Credentials, password_hash: str) -> None:
    """Store the password's hash with today's parameters, unless it was changed meanwhile."""
    now = await work.users.credentials(held.user, lock=True)
    if now.password_hash == held.password_hash:
        await work.users.put_credentials(replace(now, password_hash=password_hash))
