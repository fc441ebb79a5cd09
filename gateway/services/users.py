"""Users: entered, changed and barred by an administrator of their agency, or by the operator."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.addresses import canonical_address, domain_of
from gateway.domain.errors import Conflict, Forbidden, GatewayError, InvalidInput, NotFound
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.users import ACTS_AS_REPRESENTATIVE, User, UserId
from gateway.services.auditing import pseudonym, record
from gateway.services.parts import Parts
from gateway.services.storage import Work

LONGEST_NAME = 200  # characters
_BLANKS = re.compile(r"\s+")
_KEPT_APART = frozenset({Role.COORDINATOR, Role.RESPONDER, Role.PRIVACY_OFFICER})


@dataclass(frozen=True, slots=True)
class UserTerms:
    """What a user is to be: how they are called, and what they may act as."""

    login: str
    name: str
    agency: AgencyId
    roles: tuple[Role, ...]
    representative: RepresentativeId | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """What of a user can be changed, all of it as it is to be."""

    name: str
    roles: tuple[Role, ...]
    representative: RepresentativeId | None = None
    zone: str | None = None


async def create_user(parts: Parts, actor: Actor, terms: UserTerms) -> User:
    """A new user, who cannot sign in until they followed a set-up link.

    Raises:
        Forbidden: the actor is no administrator, or of another agency.
        InvalidInput: a part of the terms is wrong. Conflict: the login is taken.
    """
    _require_administrator(actor)
    if actor.agency is not None and terms.agency != actor.agency:
        raise Forbidden(
            "You enter users of your own agency only.", "Ask an administrator of that agency."
        )
    user = User(
        id=UserId(parts.identifiers.new()),
        login=_login(terms.login),
        name=_name(terms.name),
        agency=terms.agency,
        roles=_roles(terms.roles),
        created_at=parts.clock.now(),
        representative=terms.representative,
    )
    async with parts.database.work() as work:
        if await work.register.agency(user.agency) is None:
            raise InvalidInput(
                "No such agency.", "Use an identifier of the register.", field="agency"
            )
        await _require_representative(work, user)
        await _require_own_domain(work, actor, user)
        if await work.users.by_login(user.login) is not None:
            raise Conflict(
                "There is a user with this login.", "Use another mail address.", field="login"
            )
        await _require_apart(work, actor, user)
        await work.users.add(user)
        await _record(parts, work, actor, Action.USER_CREATED, user)
    return user


async def change_user(parts: Parts, actor: Actor, identifier: UserId, change: UserChange) -> User:
    """Change how a user is called, what they may act as, whom they act as, and their zone.

    Raises:
        NotFound: no such user, or another agency's. InvalidInput: a part is wrong.
        Conflict: an administrator would change their own roles.
    """
    async with parts.database.work() as work:
        user = await managed(work, actor, identifier)
        changed = replace(
            user,
            name=_name(change.name),
            roles=_roles(change.roles),
            representative=change.representative,
            zone=change.zone and good_zone(change.zone),
        )
        same = (set(changed.roles), changed.representative) == (
            set(user.roles),
            user.representative,
        )
        if user.id == actor.user and not same:
            raise Conflict(
                "Nobody changes what they themselves may act as.",
                "Ask another administrator to change your roles.",
                field="roles",
            )
        await _require_representative(work, changed)
        await _require_apart(work, actor, changed)
        await work.users.update(changed)
        await _record(parts, work, actor, Action.USER_CHANGED, changed)
    return changed


async def disable_user(parts: Parts, actor: Actor, identifier: UserId) -> User:
    """Bar a user from signing in; their sessions and set-up links end at once.

    Raises:
        NotFound: no such user, or another agency's. Conflict: it is the actor, or was done.
    """
    async with parts.database.work() as work:
        user = await managed(work, actor, identifier)
        if user.id == actor.user:
            raise Conflict("You cannot disable yourself.", "Ask another administrator.")
        if user.disabled_at is not None:
            raise Conflict("The user is disabled already.", "Look at the list of users.")
        now = parts.clock.now()
        changed = replace(user, disabled_at=now)
        await work.users.update(changed)
        await work.sessions.end_all(user.id, now)
        held = await work.users.credentials(user.id, lock=True)
        if held.setup_digest is not None:
            await work.users.put_credentials(replace(held, setup_digest=None))
        await _record(parts, work, actor, Action.USER_DISABLED, changed)
    return changed


async def enable_user(parts: Parts, actor: Actor, identifier: UserId) -> User:
    """Let a disabled user sign in again, as before.

    Raises:
        NotFound: no such user, or another agency's. Conflict: they are not disabled.
    """
    async with parts.database.work() as work:
        user = await managed(work, actor, identifier)
        if user.disabled_at is None:
            raise Conflict("The user is not disabled.", "Look at the list of users.")
        changed = replace(user, disabled_at=None)
        await work.users.update(changed)
        await _record(parts, work, actor, Action.USER_ENABLED, changed)
    return changed


async def list_users(parts: Parts, actor: Actor) -> Sequence[User]:
    """The users of the administrator's agency, by login; the operator's are all."""
    _require_administrator(actor)
    async with parts.database.work() as work:
        return await work.users.list(actor.agency)


async def get_user(parts: Parts, actor: Actor, identifier: UserId) -> User:
    """One user.

    Raises:
        NotFound: no such user, or another agency's.
    """
    async with parts.database.work() as work:
        return await managed(work, actor, identifier)


async def find_user(parts: Parts, actor: Actor, login: str) -> User:
    """The user with this login.

    Raises:
        NotFound: no such user, or another agency's.
    """
    _require_administrator(actor)
    async with parts.database.work() as work:
        user = await work.users.by_login(login.strip().lower())
    if user is None or (actor.agency is not None and user.agency != actor.agency):
        raise _no_such_user()
    return user


def good_zone(name: str) -> str:
    """The name of a time zone.

    Raises:
        InvalidInput: there is none of this name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            "There is no such time zone.", "Use one such as Pacific/Auckland.", field="zone"
        ) from None
    return name


async def managed(work: Work, actor: Actor, identifier: UserId) -> User:
    """The user, locked, if the actor manages them.

    Raises:
        Forbidden: the actor is no administrator. NotFound: no such user, or another agency's.
    """
    _require_administrator(actor)
    user = await work.users.get(identifier, lock=True)
    if user is None or (actor.agency is not None and user.agency != actor.agency):
        raise _no_such_user()
    return user


async def _require_representative(work: Work, user: User) -> None:
    """Hold that whoever coordinates or responds is a representative of the agency.

    Raises:
        InvalidInput: they are not.
    """
    if user.representative is None:
        if ACTS_AS_REPRESENTATIVE & set(user.roles):
            raise InvalidInput(
                "A coordinator or responder acts as a representative.",
                "Name the representative of the register who this is.",
                field="representative",
            )
        return
    people = await work.register.representatives([user.representative])
    found = people.get(user.representative)
    if found is None or found.agency != user.agency:
        raise InvalidInput(
            "The agency has no such representative.",
            "Use an identifier of the register.",
            field="representative",
        )


async def _require_own_domain(work: Work, actor: Actor, user: User) -> None:
    """Hold that an agency's administrator enters people of the agency's own mail domains.

    The operator on the command line, who acts for no agency, may enter any.

    Raises:
        InvalidInput: the login lies outside them.
    """
    if actor.agency is None:
        return
    agency = await work.register.agency(user.agency)
    if agency is None or domain_of(user.login) not in agency.mail_domains:
        raise InvalidInput(
            "The login lies in none of your agency's mail domains.",
            "Use the user's work address.",
            field="login",
        )


async def _require_apart(work: Work, actor: Actor, user: User) -> None:
    """Hold that an agency's administrator makes nobody act for another, or do everything.

    Raises:
        InvalidInput: the representative is another user's, or an administrator would also send,
            answer or approve.
    """
    if actor.agency is None:
        return
    if Role.ADMINISTRATOR in user.roles and _KEPT_APART & set(user.roles):
        raise InvalidInput(
            "An administrator does not also coordinate, respond or approve.",
            "Give these roles to another person.",
            field="roles",
        )
    for other in await work.users.list(user.agency):
        taken = other.representative is not None and other.representative == user.representative
        if taken and other.id != user.id and other.disabled_at is None:
            raise InvalidInput(
                "Another user acts as this representative.",
                "Disable that user first, or choose the person's own entry.",
                field="representative",
            )


async def _record(parts: Parts, work: Work, actor: Actor, action: Action, user: User) -> None:
    subject: dict[str, JSON] = {"user": user.id}
    detail: dict[str, JSON] = {
        "roles": [role.value for role in user.roles],
        "person": pseudonym(parts, user.representative) if user.representative else None,
    }
    await record(parts, work, actor, action, subject, detail, agency=user.agency)


def _login(text: str) -> str:
    try:
        return canonical_address(text.strip()).lower()
    except GatewayError:
        raise InvalidInput(
            "The login is not a mail address.", "Use the user's work address.", field="login"
        ) from None


def _name(text: str) -> str:
    name = _BLANKS.sub(" ", text).strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"The name is blank, longer than {LONGEST_NAME} characters, or has one nobody can see.",
            "Write the user's name as colleagues know it.",
            field="name",
        )
    return name


def _roles(given: tuple[Role, ...]) -> tuple[Role, ...]:
    """The roles, each once, in the order given: the first is the one a session begins in."""
    roles = tuple(dict.fromkeys(given))
    if not roles:
        raise InvalidInput(
            "A user has at least one role.", "Choose what the user may act as.", field="roles"
        )
    return roles


def _require_administrator(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator manages users.", "Ask your administrator.")


def _no_such_user() -> NotFound:
    return NotFound("There is no such user.", "Look at the list of users.", field="user")
