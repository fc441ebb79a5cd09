"""Every error of the SMTP library has one meaning for a mail."""

import socket
import ssl
from collections.abc import Callable

import aiosmtplib
import aiosmtplib.errors
import pytest
from aiosmtplib import SMTPException, SMTPRecipientRefused

from gateway.channels.outcomes import Phase, outcome_of
from gateway.services.ports import Accepted, Deferred, Outcome, Rejected

WAYS: dict[str, SMTPException] = {
    "SMTPAuthenticationError": aiosmtplib.SMTPAuthenticationError(535, "no"),
    "SMTPConnectError": aiosmtplib.SMTPConnectError("no"),
    "SMTPConnectResponseError": aiosmtplib.SMTPConnectResponseError(554, "no"),
    "SMTPConnectTimeoutError": aiosmtplib.SMTPConnectTimeoutError("no"),
    "SMTPDataError": aiosmtplib.SMTPDataError(554, "no"),
    "SMTPException": aiosmtplib.SMTPException("no"),
    "SMTPHeloError": aiosmtplib.SMTPHeloError(501, "no"),
    "SMTPNotSupported": aiosmtplib.SMTPNotSupported("no"),
    "SMTPReadTimeoutError": aiosmtplib.SMTPReadTimeoutError("no"),
    "SMTPRecipientRefused": SMTPRecipientRefused(550, "no", "a@b.example"),
    "SMTPRecipientsRefused": aiosmtplib.SMTPRecipientsRefused(
        [SMTPRecipientRefused(550, "no", "a@b.example")]
    ),
    "SMTPResponseException": aiosmtplib.SMTPResponseException(550, "no"),
    "SMTPSenderRefused": aiosmtplib.SMTPSenderRefused(553, "no", "a@b.example"),
    "SMTPServerDisconnected": aiosmtplib.SMTPServerDisconnected("no"),
    "SMTPTimeoutError": aiosmtplib.SMTPTimeoutError("no"),
}
FINAL = {
    "SMTPConnectResponseError",
    "SMTPDataError",
    "SMTPHeloError",
    "SMTPRecipientRefused",
    "SMTPRecipientsRefused",
    "SMTPResponseException",
    "SMTPSenderRefused",
}


def shape(outcome: Outcome) -> object:
    """An outcome without its words."""
    return outcome.uncertain if isinstance(outcome, Deferred) else type(outcome)


def test_every_exception_of_the_library_is_in_the_table() -> None:
    """A new class in a new version is noticed here."""
    assert set(WAYS) == set(aiosmtplib.errors.__all__)
    assert all(type(error).__name__ == name for name, error in WAYS.items())


@pytest.mark.parametrize("name", sorted(WAYS))
def test_before_the_mail_every_failure_is_worth_another_try(name: str) -> None:
    """What concerns the session alone never ends a transfer."""
    assert shape(outcome_of(WAYS[name], Phase.SESSION)) is False


@pytest.mark.parametrize("name", sorted(WAYS))
def test_within_the_mail_only_a_refusal_is_final_and_nothing_is_uncertain(name: str) -> None:
    """Without its closing dot no mail was taken."""
    expected = Rejected if name in FINAL else False
    assert shape(outcome_of(WAYS[name], Phase.LETTER)) is expected


@pytest.mark.parametrize("name", sorted(set(WAYS) - {"SMTPAuthenticationError"}))
def test_after_the_mail_a_lost_answer_is_uncertain(name: str) -> None:
    """Only an answer settles whether a complete mail was taken."""
    expected = Rejected if name in FINAL else True
    assert shape(outcome_of(WAYS[name], Phase.HANDED_OVER)) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, Rejected) for code in (500, 550, 554, 599)),
        *((code, False) for code in (421, 450, 499, 530, 534, 535, 538)),
        *((code, True) for code in (-1, 354, 600)),
    ],
)
def test_a_reply_code_after_the_mail_means_one_thing(code: int, expected: object) -> None:
    """4xx: later. 5xx: no, unless it is about our sign-in. Anything else: not known."""
    error = aiosmtplib.SMTPDataError(code, "text")
    assert shape(outcome_of(error, Phase.HANDED_OVER)) is expected


def test_one_recipient_put_off_is_put_off_though_another_is_refused() -> None:
    """A list of refusals is final only when every one is."""
    refusals = [SMTPRecipientRefused(code, "no", "a@b.example") for code in (550, 450)]
    error = aiosmtplib.SMTPRecipientsRefused(refusals)
    assert shape(outcome_of(error, Phase.LETTER)) is False


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLCertVerificationError(1, "self-signed"), "not trusted; nothing was sent"),
        (ssl.SSLError(1, "wrong version"), "No encrypted connection"),
        (ConnectionResetError(104, "reset by peer"), "reset by peer"),
        (TimeoutError(), "TimeoutError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_of_the_network_is_said_in_plain_words(error: OSError, words: str) -> None:
    """The reason tells an administrator where to look."""
    outcome = outcome_of(error, Phase.SESSION)
    assert isinstance(outcome, Deferred)
    assert words in outcome.reason


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize(
    "make",
    [
        aiosmtplib.SMTPException,
        aiosmtplib.SMTPConnectError,
        aiosmtplib.SMTPReadTimeoutError,
        aiosmtplib.SMTPServerDisconnected,
        aiosmtplib.SMTPNotSupported,
        lambda text: aiosmtplib.SMTPDataError(554, text),
        lambda text: aiosmtplib.SMTPResponseException(-1, f"Malformed SMTP response line: {text}"),
        lambda text: aiosmtplib.SMTPRecipientsRefused([SMTPRecipientRefused(550, text, text)]),
        lambda text: ssl.SSLError(1, text),
        lambda text: ssl.SSLCertVerificationError(1, text),
        lambda text: socket.gaierror(-2, text),
        lambda text: ConnectionResetError(104, text),
        OSError,
    ],
)
def test_no_text_of_an_error_is_kept(
    make: Callable[[str], SMTPException | OSError], phase: Phase
) -> None:
    """It may quote the relay, which may quote the mail."""
    outcome = outcome_of(make("rimu-totara"), phase)
    assert not isinstance(outcome, Accepted)
    assert "rimu" not in outcome.reason
    assert outcome.reason.endswith(".")
