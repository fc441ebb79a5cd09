"""What the gateway's mails say: the marked mail with a pack, the password, the notice.

No mail names a child, a document or a meeting's subject. Subject, first and last line and a header
carry the protective marking. Source: NZISM 15.1.11.C.01 to C.03 (marking of email), 15.1.16 (top
and bottom); the Privacy Commissioner's guidance on multi-agency meetings, "Before".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gateway.channels import fields, mime
from gateway.channels.mime import Mail
from gateway.domain.classification import Classification, external_marking
from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.register import SealedForm
from gateway.services.ports import (
    Attachment,
    NoticeLetter,
    PackLetter,
    PasswordLetter,
    PickUpLetter,
)

_CEILING = Classification.IN_CONFIDENCE  # of Secure Government Email; NZISM 15.2.40 (block above)
_COMMON = ("Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Sensitivity")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of this gateway have in common.

    Attributes:
        address: canonical address mails come from; bounces go there too, unless a letter says
            otherwise.
        name: shown beside the address, e.g. the agency.
        marking_header: name of the header with the marking; there is no NZ standard for it.
    """

    address: str
    name: str
    marking_header: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    """The values every mail's headers are made from."""

    message_id: str
    to: str
    subject: str
    classification: Classification
    date: datetime
    extra: tuple[tuple[str, str], ...] = ()


def compose_pack(letter: PackLetter, attachment: Attachment, letterhead: Letterhead) -> Mail:
    """The mail with a pack: text and HTML that say the same, and the encrypted archive.

    Raises:
        InvalidInput: a value may not stand in a mail.
        Refused: the pack is classified above what mail may carry.
    """
    envelope = _Envelope(
        message_id=letter.message_id,
        to=letter.to,
        subject=(
            f"[{letter.marking}] {fields.header_value(letter.called, 'called')} "
            f"{letter.reference} from {letter.sender_agency}"
        ),
        classification=_mailable(letter),
        date=letter.date,
        extra=(("Reply-To", fields.mailbox(letter.reply_to, "reply_to")),),
    )
    outer = mime.boundary(letter.message_id, "mixed")
    inner = mime.boundary(letter.message_id, "alternative")
    words = _pack_words(letter, attachment)
    name = words["attachment"]
    content = (
        f'Content-Type: multipart/mixed; boundary="{outer}"\r\n\r\n'
        f"--{outer}\r\n"
        f'Content-Type: multipart/alternative; boundary="{inner}"\r\n\r\n'
        f"--{inner}\r\n{mime.text_part('plain', _render('pack.txt', words))}"
        f"--{inner}\r\n{mime.text_part('html', _render('pack.html', words))}"
        f"--{inner}--\r\n--{outer}\r\n"
        f'Content-Type: application/zip; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    head = _head(envelope, letterhead, content, ("Content-Type",))
    tail = f"{_receipt(outer, letter)}--{outer}--\r\n".encode("ascii")
    return Mail(_back(letter, letterhead), letter.to, letter.message_id, head, attachment, tail)


def compose_pick_up(letter: PickUpLetter, letterhead: Letterhead) -> Mail:
    """The notice that a pack can be picked up: reference, sender, the pack's marking, the page.

    Raises:
        InvalidInput: a value may not stand in a mail.
    """
    marking = external_marking(_CEILING)
    words = {
        "marking": marking,
        "reference": fields.header_value(letter.reference, "reference"),
        "agency": fields.header_value(letter.sender_agency, "sender_agency"),
        "pack_marking": fields.header_value(letter.marking, "marking"),
        "password_channel": fields.line(letter.password_channel, "password_channel"),
        "address": fields.web_address(letter.address, "address"),
        "receipt": _receipt_name(letter) if letter.receipt else None,
    }
    envelope = _Envelope(
        message_id=letter.message_id,
        to=letter.to,
        subject=f"[{marking}] Pack {letter.reference} from {letter.sender_agency} to pick up",
        classification=_CEILING,
        date=letter.date,
    )
    return _with_receipt(letter, envelope, letterhead, _render("pick_up.txt", words))


def compose_password(letter: PasswordLetter, letterhead: Letterhead) -> Mail:
    """The mail with a password: a reference, the sender and the password, nothing of the pack.

    It starts a thread of its own, so that no client shows it beside the pack.

    Raises:
        InvalidInput: a value may not stand in a mail.
    """
    marking = external_marking(_CEILING)
    words = {
        "marking": marking,
        "reference": fields.header_value(letter.reference, "reference"),
        "agency": fields.header_value(letter.sender_agency, "sender_agency"),
        "password": fields.line(letter.password.reveal(), "password"),
        "code": fields.line(letter.pick_up_code.reveal(), "pick_up_code")
        if letter.pick_up_code
        else None,
        "receipt": _receipt_name(letter) if letter.receipt else None,
    }
    envelope = _Envelope(
        message_id=letter.message_id,
        to=letter.to,
        subject=f"[{marking}] Reference {letter.reference}",
        classification=_CEILING,
        date=letter.date,
    )
    return _with_receipt(letter, envelope, letterhead, _render("password.txt", words))


def _with_receipt(
    letter: PasswordLetter | PickUpLetter, envelope: _Envelope, letterhead: Letterhead, text: str
) -> Mail:
    """A mail of a text and, where there is one, the receipt."""
    back = _back(letter, letterhead)
    if not letter.receipt:
        return _plain(envelope, letterhead, text, back)
    outer = mime.boundary(letter.message_id, "mixed")
    content = (
        f'Content-Type: multipart/mixed; boundary="{outer}"\r\n\r\n'
        f"--{outer}\r\n{mime.text_part('plain', text)}{_receipt(outer, letter)}--{outer}--\r\n"
    )
    head = _head(envelope, letterhead, content, ("Content-Type",))
    return Mail(back, letter.to, letter.message_id, head)


def compose_notice(letter: NoticeLetter, letterhead: Letterhead) -> Mail:
    """The mail that tells the coordinator about a transfer.

    Raises:
        InvalidInput: a value may not stand in a mail.
    """
    words = {
        "marking": _CEILING.value,
        "reference": fields.header_value(letter.reference, "reference"),
        "lines": [part for text in letter.lines for part in fields.paragraphs(text, "lines")],
    }
    envelope = _Envelope(
        message_id=letter.message_id,
        to=letter.to,
        subject=f"[{_CEILING.value}] {fields.header_value(letter.subject, 'subject')}",
        classification=_CEILING,
        date=letter.date,
        extra=(("Auto-Submitted", "auto-generated"),),  # RFC 3834: nothing should answer it
    )
    return _plain(envelope, letterhead, _render("notice.txt", words), letterhead.address)


def _back(letter: PackLetter | PasswordLetter | PickUpLetter, letterhead: Letterhead) -> str:
    """The envelope's sender, to which the mail comes back."""
    return fields.mailbox(letter.return_path or letterhead.address, "return_path")


def _receipt(border: str, letter: PackLetter | PasswordLetter | PickUpLetter) -> str:
    """The part with the proof that the mail's entry is in the audit log (C2SP tlog-proof)."""
    if not letter.receipt:
        return ""
    return f"--{border}\r\n{mime.attached_text(_receipt_name(letter), letter.receipt)}"


def _receipt_name(letter: PackLetter | PasswordLetter | PickUpLetter) -> str:
    of_password = "-password" if isinstance(letter, PasswordLetter) else ""
    return fields.file_name(f"{letter.reference}{of_password}.tlog-proof.txt")


def _mailable(letter: PackLetter) -> Classification:
    """The pack's classification, if mail may carry it and the marking shows it."""
    if letter.classification.rank > _CEILING.rank:
        raise Refused(
            f"A pack classified {letter.classification.value} must not be mailed.",
            f"Mail carries {_CEILING.value} and below; use a channel approved for this level.",
        )
    fields.header_value(letter.marking, "marking")
    if not letter.marking.startswith(letter.classification.value):
        raise InvalidInput(
            "The marking does not show the pack's classification.",
            f"Begin the marking with {letter.classification.value}.",
            field="marking",
        )
    return letter.classification


def _pack_words(letter: PackLetter, attachment: Attachment) -> dict[str, object]:
    """What the templates of a pack's mail need, every value checked."""
    if attachment.size_bytes < 1:
        raise InvalidInput("The archive is empty.", "Seal the pack again.", field="attachment")
    link, help_at = letter.acknowledge_at, letter.help_at
    return {
        "marking": letter.marking,
        "reference": fields.header_value(letter.reference, "reference"),
        "agency": fields.header_value(letter.sender_agency, "sender_agency"),
        "contact": [fields.line(row, "contact") for row in letter.contact],
        "reply_to": letter.reply_to,
        "privacy_statement": fields.paragraphs(letter.privacy_statement, "privacy_statement"),
        "password_channel": fields.line(letter.password_channel, "password_channel"),
        "acknowledge_at": None if link is None else fields.web_address(link, "acknowledge_at"),
        "help_at": None if help_at is None else fields.web_address(help_at, "help_at"),
        "called": fields.header_value(letter.called, "called"),
        "what": fields.line(letter.what, "what"),
        "attachment": fields.file_name(attachment.name),
        "native": letter.form is SealedForm.NATIVE_FILES,
        "receipt": _receipt_name(letter) if letter.receipt else None,
    }


def _head(
    envelope: _Envelope, letterhead: Letterhead, content: str, content_headers: tuple[str, ...]
) -> bytes:
    """The headers, and `content` that begins with its own; looked at twice before it is used."""
    sender = fields.mailbox(letterhead.address, "sender_address")
    recipient = fields.mailbox(envelope.to, "to")
    if envelope.date.tzinfo is None:
        raise InvalidInput("The date has no time zone.", "Give it in UTC.", field="date")
    head = (
        f"Date: {format_datetime(envelope.date)}\r\n"
        f"From: {mime.named_mailbox(letterhead.name, sender)}\r\n"
        f"To: {recipient}\r\n"
        f"Message-ID: <{fields.message_id(envelope.message_id)}>\r\n"
        f"{mime.header_line('Subject', envelope.subject)}"
        "MIME-Version: 1.0\r\n"
        "Sensitivity: Company-Confidential\r\n"
        f"{mime.header_line(letterhead.marking_header, envelope.classification.value)}"
        f"{''.join(mime.header_line(name, value) for name, value in envelope.extra)}"
        f"{content}"
    )
    extra = (name for name, _ in envelope.extra)
    names = (*_COMMON, letterhead.marking_header, *extra, *content_headers)
    return mime.verified_head(head.encode("ascii"), names, sender, recipient)


def _plain(envelope: _Envelope, letterhead: Letterhead, text: str, back: str) -> Mail:
    """A mail of a single text part."""
    part_headers = ("Content-Type", "Content-Transfer-Encoding")
    head = _head(envelope, letterhead, mime.text_part("plain", text), part_headers)
    return Mail(back, envelope.to, envelope.message_id, head)


def _render(template: str, words: Mapping[str, object]) -> str:
    """The text of a template; words in HTML are escaped."""
    return _templates().get_template(template).render(words)


@cache
def _templates() -> Environment:
    """The templates beside this module, read once."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
