"""Setting up what one signs in with, by a link that works once and for a while."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, ActorKind
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.secret import Secret
from gateway.domain.users import User, UserId
from gateway.services import passkeys, passwords, second_factors
from gateway.services import sign_in_steps as steps
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.passkeys import Asked, RelyingParty
from gateway.services.second_factors import Seed
from gateway.services.storage import Work
from gateway.services.user_storage import Credentials, SignInStep
from gateway.services.users import managed

LIFE = timedelta(hours=72)
_LINK, _KIND = "set-up link", "set-up"


@dataclass(frozen=True, slots=True)
class SetUpLink:
    """A link to choose what one signs in with: its text, shown once, and when it ends."""

    token: Secret
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a link is for, and the name of their agency."""

    user: User
    agency: str


async def offer_setup(parts: Parts, actor: Actor, identifier: UserId) -> SetUpLink:
    """A fresh one-time link by which a user chooses what they sign in with; earlier ones end.

    What they sign in with now works until the link is followed to its end.

    Raises:
        NotFound: no such user, or another agency's. Conflict: they are disabled.
    """
    token, ends = parts.identifiers.token(), parts.clock.now() + LIFE
    async with parts.database.work() as work:
        user = await managed(work, actor, identifier)
        if user.disabled_at is not None:
            raise Conflict("The user is disabled.", "Enable the user first.")
        held = await work.users.credentials(user.id, lock=True)
        await work.users.put_credentials(
            replace(held, setup_digest=_digest(parts, token), setup_expires_at=ends)
        )
        subject: dict[str, JSON] = {"user": user.id}
        action = Action.USER_SETUP_OFFERED
        await record(parts, work, actor, action, subject, agency=user.agency)
    return SetUpLink(token, ends)


async def look_at_link(parts: Parts, token: Secret) -> Invited:
    """Whom a link is for; looking changes nothing, so scanners may.

    Raises:
        NotFound: no such link, or it was used, or is too old.
    """
    async with parts.database.work() as work:
        user, _ = await _invited(parts, work, token)
        agency = await work.register.agency(user.agency)
    return Invited(user, agency.name if agency else user.agency)


async def choose_password(parts: Parts, token: Secret, password: Secret) -> Secret:
    """The first step: a password; gives what the browser keeps until the second.

    Raises:
        NotFound: no such link. InvalidInput: this may not be a password.
    """
    invited = await look_at_link(parts, token)
    user = invited.user
    context = (user.login, user.name, user.agency, invited.agency)
    passwords.require_good(password, context)
    made = {"hash": await passwords.hashed(password), "seed": second_factors.new_seed().reveal()}
    async with parts.database.work() as work:
        return await steps.remember(parts, work, _KIND, Secret(json.dumps(made)), user.id)


async def show_seed(parts: Parts, token: Secret, step: Secret | None, issuer: str) -> Seed:
    """The seed for the authenticator app.

    Raises:
        NotFound: no such link. NotSignedIn: no password was chosen, or too long ago.
    """
    async with parts.database.work() as work:
        user, _ = await _invited(parts, work, token)
        chosen = await _chosen(parts, work, user, step)
        await steps.keep_on(parts, work, chosen.step)
    return second_factors.seed_of(chosen.seed, user.login, issuer)


async def confirm_app(
    parts: Parts, source: str, token: Secret, step: Secret | None, typed: str
) -> tuple[Secret, ...]:
    """The second step: a code of the app, which ends the link; gives the recovery codes, once.

    All that was set up before is void, and all sessions end.

    Raises:
        NotFound: no such link. NotSignedIn: no password was chosen, or too long ago.
        InvalidInput: the code is wrong.
    """
    async with parts.database.work() as work:
        user, _ = await _invited(parts, work, token, lock=True)
        chosen = await _chosen(parts, work, user, step)
        at = second_factors.step_of(chosen.seed, typed, parts.clock.now())
        if at is not None:
            sealed = second_factors.seal_seed(parts, user.id, chosen.seed)
            held = Credentials(user.id, chosen.password_hash, sealed, at)
            await _begin_anew(parts, work, user, held)
            codes = await second_factors.replace_recovery_codes(parts, work, user.id)
            await _record(parts, work, source, user, "password and code")
            return codes
        await steps.keep_on(parts, work, chosen.step)
    raise InvalidInput(
        "The code is not right.", "Type the code the app shows now for this site.", field="code"
    )


async def ask_for_passkey(parts: Parts, token: Secret, site: RelyingParty) -> Asked:
    """Have the browser make a passkey in place of password and app.

    Raises:
        NotFound: no such link.
    """
    async with parts.database.work() as work:
        user, _ = await _invited(parts, work, token)
        return await passkeys.ask_to_add(parts, work, user, site)


async def take_passkey(
    parts: Parts,
    source: str,
    token: Secret,
    site: RelyingParty,
    step: Secret | None,
    credential: str,
) -> None:
    """Take the passkey, which ends the link. All set up before is void, and all sessions end.

    Raises:
        NotFound: no such link. NotSignedIn: nothing was asked, or too long ago.
        InvalidInput: it is not what was asked for.
    """
    async with parts.database.work() as work:
        user, _ = await _invited(parts, work, token, lock=True)
        await _begin_anew(parts, work, user, Credentials(user.id))
        await passkeys.take_added(parts, work, user, site, step, credential)
        await _record(parts, work, source, user, "passkey")


@dataclass(frozen=True, slots=True)
class _Chosen:
    step: SignInStep
    password_hash: str
    seed: Secret


async def _chosen(parts: Parts, work: Work, user: User, text: Secret | None) -> _Chosen:
    step = await steps.recall(parts, work, _KIND, text)
    if step.user != user.id:
        raise steps.start_again()
    made = json.loads(steps.opened(parts, step).reveal())
    return _Chosen(step, made["hash"], Secret(made["seed"]))


async def _invited(
    parts: Parts, work: Work, token: Secret, *, lock: bool = False
) -> tuple[User, Credentials]:
    digest = _digest(parts, token)
    found = await work.users.by_setup(digest)
    user = await work.users.get(found) if found else None
    if user is not None and user.disabled_at is None:
        held = await work.users.credentials(user.id, lock=lock)
        ends = held.setup_expires_at
        if held.setup_digest == digest and ends is not None and parts.clock.now() < ends:
            return user, held
    raise NotFound(
        "This link leads nowhere: it was used, or is too old.",
        "Ask your administrator for a fresh one.",
    )


async def _begin_anew(parts: Parts, work: Work, user: User, held: Credentials) -> None:
    """Sign in with `held` alone from now on; the link is used up, and sessions end."""
    await work.users.put_credentials(held)
    await work.users.put_recovery_codes(user.id, ())
    for passkey in await work.users.passkeys(user.id):
        await work.users.remove_passkey(user.id, passkey.id)
    await work.sessions.end_all(user.id, parts.clock.now())


async def _record(parts: Parts, work: Work, source: str, user: User, how: str) -> None:
    actor = Actor(ActorKind.PERSON, None, user.agency, user.representative, source, user=user.id)
    subject: dict[str, JSON] = {"user": user.id}
    await record(parts, work, actor, Action.USER_SETUP_DONE, subject, {"method": how})


def _digest(parts: Parts, token: Secret) -> bytes:
    return parts.vault.digest(_LINK, token.reveal())
