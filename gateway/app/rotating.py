"""Changing the log's signing key where it lies, so that no moment leaves it in doubt."""

from gateway.app.keys import log_key_in, next_log_key
from gateway.app.opening import Gateway
from gateway.audit.notes import VerifierKey
from gateway.domain.actors import Actor
from gateway.services.rotation import is_signed_with, rotate_key


async def rotate_log_key(gateway: Gateway, actor: Actor) -> VerifierKey:
    """Have a fresh key sign the log, and put it in the old one's place; gives its public half.

    The key is made beside the old one first, so that a change cut short is finished by the next.

    Raises:
        Forbidden: the actor is no administrator.
        InvalidInput: the key is not kept in a file.
        Tampered: the log cannot be signed with the old key.
    """
    coming = next_log_key(gateway.settings)
    new = log_key_in(gateway.settings, coming)
    if not await is_signed_with(gateway.parts, new):
        await rotate_key(gateway.parts, actor, new)
    coming.replace(gateway.settings.log_key_path)
    return new.verifier_key
