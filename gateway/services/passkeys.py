"""Passkeys: added by whoever is known already, and signed in with (W3C Web Authentication 3)."""

from dataclasses import dataclass, replace

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.secret import Secret
from gateway.domain.users import SignInMethod, User
from gateway.services import sign_in_steps as steps
from gateway.services.parts import Parts
from gateway.services.sessions import may_act
from gateway.services.sign_in import Admitted, Caller, admit, record_failure
from gateway.services.storage import Work
from gateway.services.user_storage import Passkey

PASSKEYS_LIMIT = 20  # of one user
LONGEST_NAME = 60  # characters
_LONGEST_CREDENTIAL = 40_000  # characters of JSON; the largest attestations have about 10,000
_ADD, _SIGN_IN = "passkey to add", "passkey to sign in with"
_REQUIRED = UserVerificationRequirement.REQUIRED
# What the library raises for what is not of the form of a credential, beside its own errors.
_UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """What passkeys are bound to: the site's host, its origin, and what people know it as."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked, as JSON, and what it keeps until it answers."""

    options: str
    step: Secret


async def ask_to_add(parts: Parts, work: Work, user: User, site: RelyingParty) -> Asked:
    """Have the user's browser make a passkey that finds the user by itself."""
    held = await work.users.passkeys(user.id)
    options = generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_id=user.id.encode(),
        user_name=user.login,
        user_display_name=user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=_REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey.id) for passkey in held],
    )
    step = await steps.remember(parts, work, _ADD, Secret(options.challenge.hex()), user.id)
    return Asked(options_to_json(options), step)


async def take_added(
    parts: Parts,
    work: Work,
    user: User,
    site: RelyingParty,
    step: Secret | None,
    credential: str,
) -> Passkey:
    """Store the passkey that the user's browser made.

    Raises:
        InvalidInput: it is not what was asked for. NotSignedIn: nothing was asked, or too long ago.
        Conflict: the user has too many.
    """
    asked = await steps.recall(parts, work, _ADD, step)
    if asked.user != user.id:
        raise steps.start_again()
    challenge = bytes.fromhex(steps.opened(parts, asked).reveal())
    if len(await work.users.passkeys(user.id)) >= PASSKEYS_LIMIT:
        raise Conflict("You have as many passkeys as there can be.", "Remove one first.")
    try:
        made = verify_registration_response(
            credential=parse_registration_credential_json(_short(credential)),
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _UNREADABLE:
        raise InvalidInput(
            "The passkey could not be added.",
            "Try again, with a device that asks for your finger, face or PIN.",
            field="passkey",
        ) from None
    passkey = Passkey(
        id=made.credential_id,
        user=user.id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=passkey_name(""),
        created_at=parts.clock.now(),
    )
    if await work.users.passkey(passkey.id) is not None:
        raise Conflict("This passkey was added before.", "Look at the list of passkeys.")
    await work.users.put_passkey(passkey)
    return passkey


async def ask_to_sign_in(parts: Parts, site: RelyingParty) -> Asked:
    """Have the browser offer the passkeys it has for this site, whoever's they are."""
    options = generate_authentication_options(rp_id=site.id, user_verification=_REQUIRED)
    async with parts.database.work() as work:
        step = await steps.remember(parts, work, _SIGN_IN, Secret(options.challenge.hex()))
    return Asked(options_to_json(options), step)


async def sign_in(
    parts: Parts, caller: Caller, site: RelyingParty, step: Secret | None, credential: str
) -> Admitted:
    """Sign in with a passkey; wrong passwords never stand in its way.

    Raises:
        NotSignedIn: nothing was asked, or too long ago.
        InvalidInput: it is no passkey of anybody who may sign in; never which.
    """
    async with parts.database.work() as work:
        asked = await steps.recall(parts, work, _SIGN_IN, step)
        challenge = bytes.fromhex(steps.opened(parts, asked).reveal())
        answer = _read(credential)
        passkey = await work.users.passkey(answer.raw_id) if answer else None
        user = await work.users.get(passkey.user) if passkey else None
        if answer is not None and passkey is not None and user is not None:
            used = _checked(parts, user, passkey, site, challenge, answer)
            if used is not None and await may_act(parts, work, user, user.roles[0]):
                await work.users.put_passkey(used)
                return await admit(parts, work, caller, user, SignInMethod.PASSKEY)
        await record_failure(parts, work, caller, "passkey", user.login if user else "", user)
    raise InvalidInput(
        "This passkey opens nothing here.",
        "Use another, or sign in with your password.",
        field="passkey",
    )


def passkey_name(text: str) -> str:
    """What the user calls a passkey."""
    shown = "".join(character for character in text.strip() if character.isprintable())
    return shown[:LONGEST_NAME] or "Passkey"


def _read(credential: str) -> AuthenticationCredential | None:
    try:
        return parse_authentication_credential_json(_short(credential))
    except _UNREADABLE:
        return None


def _checked(
    parts: Parts,
    user: User,
    passkey: Passkey,
    site: RelyingParty,
    challenge: bytes,
    answer: AuthenticationCredential,
) -> Passkey | None:
    """The passkey as used now; None if it did not sign what was asked."""
    if answer.response.user_handle != user.id.encode():
        return None
    try:
        seen = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    return replace(passkey, sign_count=seen.new_sign_count, used_at=parts.clock.now())


def _short(credential: str) -> str:
    if len(credential) > _LONGEST_CREDENTIAL:
        raise ValueError("no credential is so long")
    return credential
