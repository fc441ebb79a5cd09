"""What a failure at the relay means for a mail: try again, give up, or not known.

Source: RFC 5321 section 4.2.1 (reply codes); RFC 1047 (a lost answer means nobody knows).
"""

import ssl
from enum import Enum

from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from gateway.channels.fields import cleaned
from gateway.services.ports import Deferred, Outcome, Rejected

_ABOUT_THE_SESSION = frozenset({530, 534, 535, 538})  # our sign-in or TLS, not the letter: RFC 4954


class Phase(Enum):
    """How far a delivery has come; it decides what a failure means."""

    SESSION = "nothing of the mail has been said"
    LETTER = "the mail is under way, not complete"
    HANDED_OVER = "the mail is complete, the answer is not here"


def outcome_of(
    error: SMTPException | OSError, phase: Phase, *, hidden: tuple[str, ...] = ()
) -> Outcome:
    """What a failure means for the mail; the one place where the library's errors are judged.

    Before the mail is begun every failure is about the session (address, certificate, sign-in) and
    worth another try. After its last byte a lost answer leaves it uncertain.
    """
    reason = _reason(error, hidden)
    if isinstance(error, SMTPRecipientsRefused):
        refusals = [outcome_of(each, phase, hidden=hidden) for each in error.recipients]
        final = refusals and all(isinstance(each, Rejected) for each in refusals)
        return Rejected(reason) if final else Deferred(reason)
    if isinstance(error, SMTPResponseException):
        final = 500 <= error.code < 600 and error.code not in _ABOUT_THE_SESSION
        if final and phase is not Phase.SESSION:
            return Rejected(reason)
        if 400 <= error.code < 600:
            return Deferred(reason)
    return Deferred(reason, uncertain=phase is Phase.HANDED_OVER)


def _reason(error: SMTPException | OSError, hidden: tuple[str, ...]) -> str:
    """A failure in words fit for a log."""
    match error:
        case SMTPRecipientsRefused():
            text = "; ".join(f"{each.code} {each.message}" for each in error.recipients)
        case SMTPResponseException():
            text = f"{error.code} {error.message}"
        case ssl.SSLCertVerificationError():
            text = f"The relay's certificate is not trusted; nothing was sent: {error}"
        case ssl.SSLError():
            text = f"No encrypted connection to the relay: {error}"
        case SMTPException() if isinstance(error.__cause__, ssl.SSLError):
            return _reason(error.__cause__, hidden)
        case SMTPException():
            text = error.message
        case _:
            text = f"The connection to the relay failed: {error.strerror or type(error).__name__}"
    return cleaned(text, without=hidden)
