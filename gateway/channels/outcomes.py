"""What a failure at the relay means for a mail: try again, give up, or not known.

No text of the relay's, nor of a library that may quote it, is kept: only codes and our own words.
Source: RFC 5321 section 4.2.1 (reply codes); RFC 1047 (a lost answer means nobody knows).
"""

import os
import re
import socket
import ssl
from enum import Enum

from aiosmtplib import (
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from gateway.channels.replies import in_own_words, status_of
from gateway.domain.routes import refuses_content
from gateway.services.ports import Deferred, Outcome, Rejected

_ABOUT_THE_SESSION = frozenset({530, 534, 535, 538})  # our sign-in or TLS, not the letter: RFC 4954
_TOO_BIG = 552  # RFC 1870 section 6.1; with 5.2.2 it is a full mailbox, and says so
_SYMBOL = re.compile(r"[A-Z0-9_]{1,60}")  # OpenSSL's name of a failure
_CERTIFICATE = {  # OpenSSL's X509_V_ERR_ numbers
    10: "it has expired",
    18: "it is self-signed",
    19: "its authority is not one of ours",
    20: "its authority is not one of ours",
    62: "it is for another name",
    64: "it is for another address",
}


class SessionFailedError(SMTPException):
    """A session that cannot go on; its message is of our own words alone."""


class Phase(Enum):
    """How far a delivery has come; it decides what a failure means."""

    SESSION = "nothing of the mail has been said"
    LETTER = "the mail is under way, not complete"
    HANDED_OVER = "the mail is complete, the answer is not here"


def outcome_of(error: SMTPException | OSError, phase: Phase) -> Outcome:
    """What a failure means for the mail; the one place where the library's errors are judged.

    Before the mail is begun every failure is about the session (address, certificate, sign-in) and
    worth another try. After its last byte a lost answer leaves it uncertain.
    """
    reason = _reason(error)
    if isinstance(error, SMTPRecipientsRefused):
        refusals = [outcome_of(each, phase) for each in error.recipients]
        final = refusals and all(isinstance(each, Rejected) for each in refusals)
        of_content = all(isinstance(each, Rejected) and each.of_content for each in refusals)
        return Rejected(reason, of_content) if final else Deferred(reason)
    if isinstance(error, SMTPResponseException):
        final = 500 <= error.code < 600 and error.code not in _ABOUT_THE_SESSION
        if final and phase is not Phase.SESSION:
            return Rejected(reason, of_content=_of_content(error))
        if 400 <= error.code < 600:
            return Deferred(reason)
    return Deferred(reason, uncertain=phase is Phase.HANDED_OVER)


def _of_content(error: SMTPResponseException) -> bool:
    """Whether the relay refuses what the mail holds, or its size, and not one of the parties.

    A reason of security or policy counts once the mail itself was sent: before that it is about
    sender or recipient. So does a refusal of the mail that gives no reason, as the relay had taken
    both parties by then.
    """
    status, of_data = status_of(error.code, error.message), isinstance(error, SMTPDataError)
    if status is None:
        return of_data or error.code == _TOO_BIG
    return refuses_content(status) and (of_data or not status.startswith("5.7."))


def _reason(error: SMTPException | OSError) -> str:
    """A failure in words of our own, fit for a log."""
    match error:
        case SessionFailedError():
            return error.message
        case SMTPRecipientsRefused():
            return " ".join(in_own_words(each.code, each.message) for each in error.recipients)
        case SMTPResponseException():
            return in_own_words(error.code, error.message)
        case SMTPException():
            return _failed_session(error)
        case _:
            return _failed_connection(error)


def _failed_session(error: SMTPException) -> str:
    """By kind, as the library's own text may quote the relay."""
    match error:
        case _ if isinstance(error.__cause__, ssl.SSLError):
            return _failed_connection(error.__cause__)
        case SMTPTimeoutError():
            return "The relay did not answer in time."
        case SMTPConnectError() if isinstance(error.__cause__, OSError):
            return _failed_connection(error.__cause__)
        case SMTPServerDisconnected() | SMTPConnectError():
            return "The connection to the relay was lost."
        case SMTPNotSupported():
            return "The relay does not offer what the mail or our settings need."
        case _:
            return "The session with the relay failed."


def _failed_connection(error: OSError) -> str:
    """By number, in the words that this machine has for it."""
    match error:
        case ssl.SSLCertVerificationError():
            number = getattr(error, "verify_code", None)  # only where OpenSSL raised it
            why = _CERTIFICATE.get(number, f"code {number}") if isinstance(number, int) else ""
            return "The relay's certificate is not trusted; nothing was sent" + (
                f": {why}." if why else "."
            )
        case ssl.SSLError():
            name = getattr(error, "reason", None)
            known = isinstance(name, str) and _SYMBOL.fullmatch(name)
            return f"No encrypted connection to the relay ({name if known else 'no reason given'})."
        case socket.gaierror():
            return "The relay's name was not found."
        case _:
            words = os.strerror(error.errno) if error.errno else type(error).__name__
            return f"The connection to the relay failed: {words}."
