"""The words of a text message with a password, and the alphabet they must keep to."""

import unicodedata

from gateway.channels import fields
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret

SINGLE_TEXT = 160  # septets in one text message, 3GPP TS 23.038 section 6.1.2.1
_GSM_7 = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_TWO = frozenset("^{}\\[~]|€")  # two septets each


def password_text(
    reference: str, agency: str, password: Secret, pick_up_code: Secret | None = None
) -> str:
    """The words of the text message: who sends, the reference, the password; no person, no file.

    They keep to the GSM 7-bit alphabet, and to one message where the password allows it: macrons
    are left out, then the agency. A message in two parts may arrive in two halves. The code of a
    pick-up stands behind the password.

    Raises:
        InvalidInput: reference or password cannot be written in that alphabet.
    """
    more = f" - code to pick it up: {pick_up_code.reveal()}" if pick_up_code else ""
    return _text("Password", reference, agency, password, more)


def code_text(reference: str, agency: str, code: Secret) -> str:
    """The words of the text message with the code that opens a request; as for a password.

    Raises:
        InvalidInput: reference or code cannot be written in that alphabet.
    """
    return _text("Code", reference, agency, code)


def _text(what: str, reference: str, agency: str, secret: Secret, more: str = "") -> str:
    revealed = fields.line(secret.reveal() + more, what.lower())
    short = f"{what} for {fields.header_value(reference, 'reference')}: {revealed}"
    if septets(short) is None:
        raise InvalidInput(
            f"The {what.lower()} or the reference cannot be sent as a text message.",
            "Use plain letters, digits and '-'.",
            field=what.lower(),
        )
    sender = _without_macrons(fields.header_value(agency, "sender_agency"))
    long = f"{sender}: {what.lower()} for {reference}: {revealed}"
    size = septets(long)
    return long if size is not None and size <= SINGLE_TEXT else short


def septets(text: str) -> int | None:
    """How many septets `text` takes in the GSM 7-bit alphabet; None when it cannot be written.

    Source: 3GPP TS 23.038 section 6.2.1.
    """
    if not all(sign in _GSM_7 or sign in _GSM_7_TWO for sign in text):
        return None
    return sum(2 if sign in _GSM_7_TWO else 1 for sign in text)


def _without_macrons(text: str) -> str:
    """`text` with plain vowels for those with a macron, which the GSM alphabet does not have."""
    apart = unicodedata.normalize("NFD", text).replace("\N{COMBINING MACRON}", "")
    return unicodedata.normalize("NFC", apart)
