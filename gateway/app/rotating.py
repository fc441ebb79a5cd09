"""Changing the log's signing key where it lies, so that no moment leaves it in doubt."""

from pathlib import Path

from gateway.app.keys import coming_log_key, log_key_in, next_log_key
from gateway.app.opening import Gateway
from gateway.audit.notes import VerifierKey
from gateway.domain.actors import Actor
from gateway.domain.errors import Forbidden, InvalidInput, Tampered, Unavailable
from gateway.services.rotation import is_signed_with, rotate_key


async def rotate_log_key(gateway: Gateway, actor: Actor) -> VerifierKey:
    """Have a fresh key sign the log, and put it in the old one's place; gives its public half.

    The key is made beside the old one first, so that a change cut short is finished by the next.

    Raises:
        Forbidden: the actor is no administrator.
        InvalidInput: the key is not kept in a file.
        Tampered: the log cannot be signed with the old key.
        Unavailable: the log knows the new key, but the file of the old one could not be replaced.
    """
    fresh = not coming_log_key(gateway.settings).exists()
    if fresh:  # what keeps the log from being signed is better found before there is another key
        await gateway.parts.sequencer.run(wait=True)
        await gateway.parts.sequencer.require_sound()
    coming = next_log_key(gateway.settings)
    new = log_key_in(gateway.settings, coming)
    if not await is_signed_with(gateway.parts, new):
        try:
            await rotate_key(gateway.parts, actor, new)
        except (Forbidden, InvalidInput, Tampered):  # after others the log may know it
            if fresh:
                coming.unlink()
            raise
    _put_in_place(coming, gateway.settings.log_key_path)
    return new.verifier_key


def _put_in_place(coming: Path, path: Path) -> None:
    try:
        coming.replace(path)
    except OSError as error:
        raise Unavailable(
            f"The log already knows the new key, but {path} could not be replaced by it: "
            f"{error.strerror}.",
            "Mend the folder, then run 'gateway audit rotate-key' again: it finishes the change. "
            "Nothing is sent before that.",
            field="log_key_file",
        ) from error
