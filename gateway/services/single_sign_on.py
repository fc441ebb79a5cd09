"""Signing in through an agency's own identity provider (OpenID Connect).

Each provider speaks for one agency: whoever it vouches for acts for that agency, in the roles that
their groups stand for, and never for another. The browser that began a sign-in must end it: what is
remembered of it lies under the digest of a cookie, and the state in the address is made from it.

Source: OpenID Connect Core 1.0; RFC 9700 (security of OAuth 2.0).
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.addresses import canonical_address, domain_of
from gateway.domain.errors import Forbidden, GatewayError, NotFound, NotSignedIn
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.secret import Secret
from gateway.domain.users import ACTS_AS_REPRESENTATIVE, SignInMethod, User, UserId
from gateway.services.auditing import record
from gateway.services.identity import Attempt, Identity, IdentityProvider
from gateway.services.parts import Parts
from gateway.services.sessions import Browser, actor_of, begin_session, end_earlier
from gateway.services.storage import Work
from gateway.services.user_storage import SignInStep

_KIND = "single sign-on"
_LIFE = timedelta(minutes=10)
_STEP, _STATE = "single sign-on step", "single sign-on state"
_LONGEST_NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class Back:
    """What the browser came back from a provider with."""

    state: str
    code: str
    issuer: str | None


async def begin(parts: Parts, key: str, back: str, onward: str) -> tuple[str, Secret]:
    """Where to send the browser, and the text of the cookie that ties it to this sign-in.

    `back` is the address the provider sends it back to, `onward` the page wanted after that.

    Raises:
        NotFound: no such provider. Unavailable: it cannot be reached.
    """
    provider = _provider(parts, key)
    cookie, verifier = parts.identifiers.token(), parts.identifiers.token()
    nonce = parts.identifiers.token().reveal()
    attempt = Attempt(_state(parts, cookie), nonce, verifier, back)
    address = await provider.address(attempt)
    held = {
        "provider": key,
        "nonce": nonce,
        "verifier": verifier.reveal(),
        "back": back,
        "onward": onward,
    }
    digest, now = parts.vault.digest(_STEP, cookie.reveal()), parts.clock.now()
    sealed = parts.vault.seal_secret(_name(digest), Secret(json.dumps(held)))
    async with parts.database.work() as work:
        await work.sessions.put_step(SignInStep(digest, _KIND, now + _LIFE, sealed), now)
    return address, cookie


async def finish(
    parts: Parts, cookie: Secret | None, came: Back, browser: Browser, earlier: Secret | None
) -> tuple[Secret, str]:
    """The text of the new session's cookie, and the page wanted; the user is made if need be.

    `earlier` is the cookie of the session the browser held before, which ends.

    Raises:
        NotSignedIn: this browser began no such sign-in, or the provider does not vouch for anybody.
        Forbidden: it does, but nothing lets this person act for the agency here.
    """
    held = await _taken(parts, cookie, came.state)
    provider = _provider(parts, held["provider"])
    if came.issuer is not None and came.issuer != provider.issuer:  # RFC 9207, mix-up
        raise _failed()
    attempt = Attempt(came.state, held["nonce"], Secret(held["verifier"]), held["back"])
    try:
        identity = await provider.identity(attempt, came.code)
        async with parts.database.work() as work:
            user = await _user(parts, work, provider, identity)
            method = SignInMethod.SINGLE_SIGN_ON
            session, text = await begin_session(parts, work, user, method, browser)
            if earlier is not None:
                await end_earlier(parts, work, earlier, actor_of(user, session))
    except GatewayError as error:
        await _record_failure(parts, provider, browser, error)
        raise
    return text, held["onward"]


def _provider(parts: Parts, key: str) -> IdentityProvider:
    found = parts.providers.get(key)
    if found is None:
        raise NotFound("There is no such identity provider.", "Start at the sign-in page.")
    return found


async def _taken(parts: Parts, cookie: Secret | None, state: str) -> Mapping[str, str]:
    """What was remembered of the sign-in this browser began; it is forgotten by this."""
    if cookie is None or not hmac.compare_digest(_state(parts, cookie).encode(), state.encode()):
        raise _failed()
    digest = parts.vault.digest(_STEP, cookie.reveal())
    async with parts.database.work() as work:
        step = await work.sessions.take_step(digest, _KIND)
    if step is None or parts.clock.now() >= step.expires_at:
        raise _failed()
    held: Mapping[str, str] = json.loads(
        parts.vault.open_secret(_name(digest), step.sealed).reveal()
    )
    return held


async def _user(parts: Parts, work: Work, provider: IdentityProvider, identity: Identity) -> User:
    """The user the provider vouches for: known by subject, else by address, else made now."""
    subject = f"{provider.issuer} {identity.subject}"
    roles = _roles(provider, identity)
    known = await work.users.by_subject(subject)
    login = await _login(work, provider, identity)
    if known is None:
        known = await work.users.by_login(login)
        if known is not None and known.subject is not None:
            raise _not_here()
    if known is not None and known.agency != provider.agency:
        raise _not_here()
    person = await _representative(parts, work, provider.agency, login, roles)
    if person is None:
        roles = tuple(role for role in roles if role not in ACTS_AS_REPRESENTATIVE)
    if not roles:
        raise _not_here()
    name = _clean(identity.name) or login
    if known is None:
        made = User(
            id=UserId(parts.identifiers.new()),
            login=login,
            name=name,
            agency=provider.agency,
            roles=roles,
            created_at=parts.clock.now(),
            representative=person,
            subject=subject,
        )
        await work.users.add(made)
        await _record_user(parts, work, Action.USER_CREATED, made, provider)
        return made
    changed = replace(known, name=name, roles=roles, representative=person, subject=subject)
    if changed != known:
        await work.users.update(changed)
        await _record_user(parts, work, Action.USER_CHANGED, changed, provider)
    return changed


def _roles(provider: IdentityProvider, identity: Identity) -> tuple[Role, ...]:
    """The roles that the person's groups stand for, in the order of the roles."""
    held = {role for group in identity.groups for role in provider.roles.get(group, ())}
    return tuple(role for role in Role if role in held)


async def _login(work: Work, provider: IdentityProvider, identity: Identity) -> str:
    """The person's address, if it lies in one of the agency's own domains."""
    try:
        login = canonical_address(identity.email).lower()
    except GatewayError:
        raise _not_here() from None
    agency = await work.register.agency(provider.agency)
    if agency is None or domain_of(login) not in agency.mail_domains:
        raise _not_here()
    return login


async def _representative(
    parts: Parts, work: Work, agency: AgencyId, login: str, roles: Sequence[Role]
) -> RepresentativeId | None:
    """Whom of the register the person is, if a role needs that: the one with their address."""
    if not ACTS_AS_REPRESENTATIVE & set(roles):
        return None
    people = await work.register.representatives(list(await work.register.everyone()))
    for person in people.values():
        mine = person.agency == agency and person.email.lower() == login
        if mine and person.is_active_on(parts.today()):
            return person.id
    return None


async def _record_user(
    parts: Parts, work: Work, action: Action, user: User, provider: IdentityProvider
) -> None:
    actor = Actor(ActorKind.SERVICE, None, user.agency, None, "single sign-on")
    detail: dict[str, JSON] = {
        "roles": [role.value for role in user.roles],
        "provider": provider.key,
    }
    await record(parts, work, actor, action, {"user": user.id}, detail)


async def _record_failure(
    parts: Parts, provider: IdentityProvider, browser: Browser, error: GatewayError
) -> None:
    async with parts.database.work() as work:
        actor = Actor(ActorKind.PERSON, None, provider.agency, None, browser.source)
        detail: dict[str, JSON] = {
            "method": SignInMethod.SINGLE_SIGN_ON.value,
            "provider": provider.key,
            "problem": type(error).__name__,
        }
        action, failure = Action.SIGN_IN_FAILED, Outcome.FAILURE
        await record(parts, work, actor, action, {}, detail, outcome=failure)


def _state(parts: Parts, cookie: Secret) -> str:
    return parts.vault.digest(_STATE, cookie.reveal()).hex()


def _name(digest: bytes) -> str:
    return f"sign-in step:{digest.hex()}"


def _clean(name: str) -> str:
    return " ".join("".join(c for c in name if c.isprintable()).split())[:_LONGEST_NAME]


def _failed() -> NotSignedIn:
    return NotSignedIn(
        "The sign-in was not completed.", "Start again at the sign-in page, in this browser."
    )


def _not_here() -> Forbidden:
    return Forbidden(
        "Your agency's identity provider knows you, but nothing lets you act here.",
        "Ask your administrator for a group that stands for a role, and to enter you in the "
        "register if you coordinate or respond.",
    )
