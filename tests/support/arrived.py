"""What the mail server and the SMS gateway of a test took, as recipients find it."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage

from gateway.demo.opening import opened
from support.running import Installation, until

CONTENTS = "00-contents.html"
_REFERENCE = re.compile(r"\bT-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_PASSWORD = re.compile(r"\b[a-z]+(?:-[a-z]+){5}\b")


@dataclass(frozen=True)
class Mailed:
    """A mail with an archive: whom it went to, its reference, what it says, and the archive."""

    to: str
    reference: str
    text: str
    archive: bytes

    def opened(self, password: str) -> dict[str, bytes]:
        """The files in the archive."""
        return opened(self.archive, password)


def packs(there: Installation) -> list[Mailed]:
    """Every archive that was mailed, in the order they came."""
    found = []
    for raw, to in zip(there.mail.mails, there.mail.to, strict=False):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        for part in message.iter_attachments():
            if part.get_content_type() == "application/zip":
                content = part.get_content()
                name = part.get_filename() or ""
                assert isinstance(content, bytes)
                assert len(to) == 1
                found.append(Mailed(to[0], name.removesuffix(".zip"), _text(message), content))
    return found


def passwords(there: Installation) -> dict[str, tuple[str, str]]:
    """By reference: where its password came, a number or another mailbox, and the password."""
    messages = list(there.sms.texts)
    for raw, recipients in zip(there.mail.mails, there.mail.to, strict=False):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        messages.append((recipients[0], _text(message)))
    found = {}
    for to, text in messages:
        reference, password = _REFERENCE.search(text), _PASSWORD.search(text)
        if reference and password:
            assert reference[0] not in found, "a password was sent twice"
            found[reference[0]] = (to, password[0])
    return found


def pack_to(there: Installation, address: str, number: int = 1) -> tuple[Mailed, dict[str, bytes]]:
    """The archive of this number that was mailed to somebody, opened, once its password came."""

    def those() -> list[Mailed]:
        return [each for each in packs(there) if each.to == address]

    until(lambda: len(those()) >= number)
    mailed = those()[number - 1]
    until(lambda: mailed.reference in passwords(there))
    _, password = passwords(there)[mailed.reference]
    return mailed, mailed.opened(password)


def codes(there: Installation, reference: str) -> list[tuple[str, str]]:
    """Number and code of every text message with a code for a request."""
    says = re.compile(rf"code for {re.escape(reference)}: ([0-9A-Z-]+)", re.IGNORECASE)
    return [(to, found[1]) for to, text in list(there.sms.texts) if (found := says.search(text))]


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""
