"""What is remembered between two steps of signing in: sealed, for a while, for one browser."""

from datetime import timedelta

from gateway.domain.errors import NotSignedIn
from gateway.domain.secret import Secret
from gateway.domain.users import UserId
from gateway.services.parts import Parts
from gateway.services.storage import Work
from gateway.services.user_storage import SignInStep

LIFE = timedelta(minutes=10)
_PURPOSE = "sign-in step"


async def remember(
    parts: Parts, work: Work, kind: str, what: Secret, user: UserId | None = None
) -> Secret:
    """Keep what the next step needs; gives the text by which the browser comes back to it."""
    text, now = parts.identifiers.token(), parts.clock.now()
    digest = parts.vault.digest(_PURPOSE, text.reveal())
    sealed = parts.vault.seal_secret(_name(digest), what)
    await work.sessions.put_step(SignInStep(digest, kind, now + LIFE, sealed, user), now)
    return text


async def recall(parts: Parts, work: Work, kind: str, text: Secret | None) -> SignInStep:
    """The step, which is forgotten by this.

    Raises:
        NotSignedIn: there is none, or it was too long ago.
    """
    step = None
    if text is not None:
        digest = parts.vault.digest(_PURPOSE, text.reveal())
        step = await work.sessions.take_step(digest, kind)
    if step is None or parts.clock.now() >= step.expires_at:
        raise start_again()
    return step


async def keep_on(parts: Parts, work: Work, step: SignInStep) -> None:
    """Let a step that was recalled be tried again; it ends when it would have."""
    await work.sessions.put_step(step, parts.clock.now())


def opened(parts: Parts, step: SignInStep) -> Secret:
    """What was kept.

    Raises:
        Tampered: it is not what was kept.
    """
    return parts.vault.open_secret(_name(step.digest), step.sealed)


def start_again() -> NotSignedIn:
    """The error of whoever comes to a later step without the one before it."""
    return NotSignedIn("This sign-in was not begun here, or took too long.", "Sign in again.")


def _name(digest: bytes) -> str:
    return f"sign-in step:{digest.hex()}"
