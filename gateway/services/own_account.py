"""What people change of their own account: password, passkeys, recovery codes and time zone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.errors import Conflict, InvalidInput, NotFound
from gateway.domain.secret import Secret
from gateway.services import lockout, passkeys, passwords, second_factors
from gateway.services.auditing import record
from gateway.services.parts import Parts
from gateway.services.passkeys import Asked, RelyingParty
from gateway.services.sessions import SignedIn
from gateway.services.storage import Work
from gateway.services.user_storage import Passkey
from gateway.services.users import good_zone

RECENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class OwnMeans:
    """What someone signs in with."""

    has_password: bool
    passkeys: Sequence[Passkey]
    recovery_codes_left: int


async def own_means(parts: Parts, signed_in: SignedIn) -> OwnMeans:
    """What whoever is signed in signs in with."""
    user = signed_in.user.id
    async with parts.database.work() as work:
        held = await work.users.credentials(user)
        return OwnMeans(
            has_password=held.password_hash is not None,
            passkeys=await work.users.passkeys(user),
            recovery_codes_left=await work.users.recovery_codes_left(user),
        )


async def change_password(
    parts: Parts, signed_in: SignedIn, present: Secret, wanted: Secret
) -> None:
    """Another password; all other sessions end.

    Raises:
        Conflict: there is none to change. TooManyRequests: the present one was wrong too often.
        InvalidInput: the present one is wrong, or the other may not be a password.
    """
    user = signed_in.user
    context = (user.login, user.name, user.agency, signed_in.agency.name)
    passwords.require_good(wanted, context, "wanted")
    counted = (lockout.own_password(parts, user.id),)
    async with parts.database.work() as work:
        held = await work.users.credentials(user.id)
        if held.password_hash is None:
            raise Conflict("You have no password.", "You sign in without one.")
        await lockout.take(parts, work, counted)
    if not await passwords.is_right(present, held.password_hash):
        raise InvalidInput(
            "This is not your present password.", "Type it once more.", field="present"
        )
    password_hash = await passwords.hashed(wanted)
    async with parts.database.work() as work:
        await lockout.settle(work, counted)
        now = await work.users.credentials(user.id, lock=True)
        if now.password_hash != held.password_hash:
            raise Conflict("The password was changed meanwhile.", "Sign in again.")
        await work.users.put_credentials(replace(now, password_hash=password_hash))
        await work.sessions.end_all(user.id, parts.clock.now(), but=signed_in.session.id)
        await _record(parts, work, signed_in, Action.USER_PASSWORD_CHANGED)


async def renew_recovery_codes(parts: Parts, signed_in: SignedIn) -> tuple[Secret, ...]:
    """Fresh recovery codes, shown this once; earlier ones are void.

    Raises:
        Conflict: there is no password they would belong to, or the sign-in was too long ago.
    """
    require_recent(parts, signed_in)
    user = signed_in.user.id
    async with parts.database.work() as work:
        held = await work.users.credentials(user, lock=True)
        if held.totp is None:
            raise Conflict("You sign in without a password.", "Passkeys need no recovery codes.")
        codes = await second_factors.replace_recovery_codes(parts, work, user)
        await _record(parts, work, signed_in, Action.USER_RECOVERY_CODES_MADE)
    return codes


async def ask_for_passkey(parts: Parts, signed_in: SignedIn, site: RelyingParty) -> Asked:
    """Have the browser make another passkey.

    Raises:
        Conflict: the sign-in was too long ago.
    """
    require_recent(parts, signed_in)
    async with parts.database.work() as work:
        return await passkeys.ask_to_add(parts, work, signed_in.user, site)


async def add_passkey(
    parts: Parts,
    signed_in: SignedIn,
    site: RelyingParty,
    step: Secret | None,
    credential: str,
    name: str,
) -> None:
    """Add the passkey the browser made.

    Raises:
        Conflict: the sign-in was too long ago, or there are too many passkeys.
        InvalidInput: it is not what was asked for. NotSignedIn: nothing was, or too long ago.
    """
    require_recent(parts, signed_in)
    async with parts.database.work() as work:
        user = signed_in.user
        made = await passkeys.take_added(parts, work, user, site, step, credential)
        await work.users.put_passkey(replace(made, name=passkeys.passkey_name(name)))
        await _record(parts, work, signed_in, Action.USER_PASSKEY_ADDED)


async def rename_passkey(parts: Parts, signed_in: SignedIn, identifier: bytes, name: str) -> None:
    """Call one of one's passkeys something else.

    Raises:
        NotFound: there is no such passkey of theirs.
    """
    async with parts.database.work() as work:
        passkey = await work.users.passkey(identifier)
        if passkey is None or passkey.user != signed_in.user.id:
            raise _no_such_passkey()
        await work.users.put_passkey(replace(passkey, name=passkeys.passkey_name(name)))


async def remove_passkey(parts: Parts, signed_in: SignedIn, identifier: bytes) -> None:
    """Remove one of one's passkeys.

    Raises:
        NotFound: there is no such passkey of theirs.
        Conflict: nothing would be left to sign in with, or the sign-in was too long ago.
    """
    require_recent(parts, signed_in)
    user = signed_in.user.id
    async with parts.database.work() as work:
        held = await work.users.credentials(user, lock=True)  # one removal at a time
        if not await work.users.remove_passkey(user, identifier):
            raise _no_such_passkey()
        if held.password_hash is None and not await work.users.passkeys(user):
            raise Conflict(
                "This is all you sign in with.", "Add another passkey first, then remove this one."
            )
        await _record(parts, work, signed_in, Action.USER_PASSKEY_REMOVED)


async def choose_zone(parts: Parts, signed_in: SignedIn, zone: str) -> None:
    """See times in another zone; blank for the register's.

    Raises:
        InvalidInput: there is no such time zone.
    """
    chosen = good_zone(zone) if zone else None
    async with parts.database.work() as work:
        user = await work.users.get(signed_in.user.id, lock=True)
        if user is not None:
            await work.users.update(replace(user, zone=chosen))


def require_recent(parts: Parts, signed_in: SignedIn) -> None:
    """Hold that whoever has the session proved not long ago who they are.

    Raises:
        Conflict: it was too long ago.
    """
    if not is_recent(parts, signed_in):
        minutes = int(RECENT.total_seconds()) // 60
        raise Conflict(
            f"You signed in more than {minutes} minutes ago.",
            "Sign in again, then change what you sign in with.",
        )


def is_recent(parts: Parts, signed_in: SignedIn) -> bool:
    """Whether the sign-in is recent enough to change what one signs in with."""
    return parts.clock.now() - signed_in.session.created_at < RECENT


async def _record(parts: Parts, work: Work, signed_in: SignedIn, action: Action) -> None:
    subject: dict[str, JSON] = {"user": signed_in.user.id}
    await record(parts, work, signed_in.actor, action, subject)


def _no_such_passkey() -> NotFound:
    return NotFound("You have no such passkey.", "Look at the list.", field="passkey")
