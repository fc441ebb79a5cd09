"""What the mails say, how they are built, and that the same letter gives the same bytes."""

import email
import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.channels import messages
from gateway.channels.mime import Mail
from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.register import SealedForm
from gateway.services.ports import NoticeLetter, PackLetter, PasswordLetter

LETTERHEAD = messages.Letterhead("packs@lead.example", "Lead Agency", "X-Protective-Marking")
MARKING = "IN-CONFIDENCE \N{EN DASH} external"
PACK_HEADERS = [
    "Date",
    "From",
    "To",
    "Message-ID",
    "Subject",
    "MIME-Version",
    "Sensitivity",
    "X-Protective-Marking",
    "Reply-To",
    "Content-Type",
]


async def raw(mail: Mail) -> bytes:
    """A mail's whole stream."""
    return b"".join([piece async for piece in mail.stream()])


def read(data: bytes) -> EmailMessage:
    """A mail as a receiver reads it."""
    parsed = email.message_from_bytes(data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def body(mail: EmailMessage, kind: str) -> str:
    """The text or HTML of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content


async def test_a_packs_mail_has_the_right_headers_parts_and_attachment(
    pack_letter: PackLetter, attach: Any
) -> None:
    """Text and HTML as alternatives, then the archive, byte for byte."""
    archive = bytes(range(256)) * 700
    mail = read(await raw(messages.compose_pack(pack_letter, attach(archive), LETTERHEAD)))
    assert mail.keys() == PACK_HEADERS
    assert mail["Subject"] == f"[{MARKING}] Meeting pack T-7KQ2-M9XD from Lead Agency Example"
    assert mail["From"] == "Lead Agency <packs@lead.example>"
    assert mail["To"] == pack_letter.to
    assert mail["Reply-To"] == pack_letter.reply_to
    assert mail["Message-ID"] == f"<{pack_letter.message_id}>"
    assert mail["X-Protective-Marking"] == "IN-CONFIDENCE"
    assert mail["Date"].datetime == pack_letter.date
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/zip",
    ]
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "T-7KQ2-M9XD.zip"
    assert attached.get_content() == archive
    assert all(not part.defects for part in mail.walk())


@pytest.mark.parametrize("kind", ["plain", "html"])
async def test_both_forms_of_a_pack_mail_tell_the_recipient_everything(
    pack_letter: PackLetter, attach: Any, kind: str
) -> None:
    """Whoever reads only one form misses nothing."""
    mail = read(await raw(messages.compose_pack(pack_letter, attach(b"x"), LETTERHEAD)))
    text = body(mail, kind)
    shown = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    told = [
        *("T-7KQ2-M9XD", "T-7KQ2-M9XD.zip", "7-Zip", "WinZip", "Keka", "The Unarchiver"),
        *("Windows Explorer on its own may not open it", "separately, by text message"),
        *pack_letter.contact,
        *("Use this only for the meeting.", "Do not pass it on."),
        *(pack_letter.acknowledge_at, "If this is not for you".upper(), pack_letter.reply_to),
    ]
    assert [words for words in told if str(words).upper() not in shown.upper()] == []
    inside = shown.split("Kia ora")
    assert inside[0].rstrip().endswith(f"[{MARKING}]")
    assert inside[1].rstrip().endswith(f"[{MARKING}]")


@pytest.mark.parametrize("kind", ["plain", "html"])
async def test_the_mail_of_native_files_says_how_these_are_opened(
    pack_letter: PackLetter, attach: Any, kind: str
) -> None:
    """By the programs people have; nothing is said of a zip that Explorer cannot open."""
    letter = replace(pack_letter, form=SealedForm.NATIVE_FILES)
    mail = read(await raw(messages.compose_pack(letter, attach(b"x"), LETTERHEAD)))
    shown = " ".join(re.sub(r"<[^>]+>", " ", body(mail, kind)).split())
    told = ["double click", "00-contents.pdf", "PDF reader, Word", "others.zip", "T-7KQ2-M9XD.zip"]
    assert [words for words in told if words not in shown] == []
    assert "Windows Explorer" not in shown
    assert "is an encrypted archive" not in shown


async def test_without_a_link_the_mail_speaks_of_none(pack_letter: PackLetter, attach: Any) -> None:
    """Where links are switched off, no web address is in the mail."""
    letter = replace(pack_letter, acknowledge_at=None)
    mail = read(await raw(messages.compose_pack(letter, attach(b"x"), LETTERHEAD)))
    assert "http" not in body(mail, "plain") + body(mail, "html")


async def test_the_html_has_no_active_address_picture_or_script(
    pack_letter: PackLetter, attach: Any
) -> None:
    """Nothing in the mail is fetched, run or followed (NZISM 15.1.17)."""
    mail = read(await raw(messages.compose_pack(pack_letter, attach(b"x"), LETTERHEAD)))
    assert not re.search(r"<(a|img|script|link|form|iframe)\b|url\(|@import", body(mail, "html"))


async def test_markup_in_a_letter_is_shown_and_not_obeyed(
    pack_letter: PackLetter, attach: Any
) -> None:
    """What people type is text in HTML as well."""
    hostile = '<img src=x onerror="alert(1)">'
    letter = replace(
        pack_letter,
        sender_agency=f"A&B {hostile}",
        contact=(hostile,),
        privacy_statement=hostile,
        password_channel=hostile,
    )
    mail = read(await raw(messages.compose_pack(letter, attach(b"x"), LETTERHEAD)))
    assert "<img" not in body(mail, "html")
    assert body(mail, "html").count("&lt;img") == 4
    assert hostile in body(mail, "plain")


async def test_the_same_letter_and_archive_give_the_same_bytes(
    pack_letter: PackLetter, attach: Any
) -> None:
    """A second attempt is the same mail, however its archive comes in pieces."""
    data = bytes(range(251)) * 999
    first = await raw(messages.compose_pack(pack_letter, attach(data), LETTERHEAD))
    again = messages.compose_pack(pack_letter, attach(data, piece=777), LETTERHEAD)
    assert await raw(again) == first
    assert await raw(again) == first


@pytest.mark.parametrize(
    "level", [level for level in Classification if level.rank > Classification.IN_CONFIDENCE.rank]
)
def test_a_pack_above_in_confidence_is_never_mailed(
    pack_letter: PackLetter, attach: Any, level: Classification
) -> None:
    """Mail carries IN-CONFIDENCE and below (NZISM 15.2.40)."""
    letter = replace(pack_letter, classification=level, marking=f"{level} \N{EN DASH} external")
    with pytest.raises(Refused):
        messages.compose_pack(letter, attach(b"x"), LETTERHEAD)


def test_a_marking_below_the_classification_is_refused(
    pack_letter: PackLetter, attach: Any
) -> None:
    """The marking shows what the pack is (NZISM 15.1.11)."""
    with pytest.raises(InvalidInput):
        messages.compose_pack(
            replace(pack_letter, marking="UNCLASSIFIED"), attach(b"x"), LETTERHEAD
        )


def test_an_empty_archive_and_a_date_without_zone_are_refused(
    pack_letter: PackLetter, attach: Any
) -> None:
    """What cannot be right is not sent."""
    with pytest.raises(InvalidInput):
        messages.compose_pack(pack_letter, attach(b""), LETTERHEAD)
    naive = replace(pack_letter, date=pack_letter.date.replace(tzinfo=None))
    with pytest.raises(InvalidInput):
        messages.compose_pack(naive, attach(b"x"), LETTERHEAD)


async def test_a_password_mail_leads_nowhere_but_to_its_reference(
    password_letter: PasswordLetter,
) -> None:
    """It says nothing of a pack, a meeting, a file or a link, and joins no thread."""
    data = await raw(messages.compose_password(password_letter, LETTERHEAD))
    mail = read(data)
    assert mail["Subject"] == f"[{MARKING}] Reference T-7KQ2-M9XD"
    assert not {"In-Reply-To", "References", "Reply-To", "Auto-Submitted"} & set(mail.keys())
    text = mail.get_content()
    assert password_letter.password.reveal() in text.splitlines()
    assert text.splitlines()[0] == text.splitlines()[-1] == f"[{MARKING}]"
    assert not re.search(r"pack|meeting|attach|archive|zip|child|http", text, re.IGNORECASE)


def test_a_mail_object_does_not_show_the_password(password_letter: PasswordLetter) -> None:
    """A mail that strays into a log shows neither the password nor its base64."""
    shown = repr(messages.compose_password(password_letter, LETTERHEAD))
    assert "head" not in shown
    assert password_letter.password.reveal() not in shown


async def test_a_notice_is_marked_as_sent_by_a_machine(notice_letter: NoticeLetter) -> None:
    """Nothing should answer it (RFC 3834), and it says what it was given."""
    mail = read(await raw(messages.compose_notice(notice_letter, LETTERHEAD)))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "[IN-CONFIDENCE] Not delivered: T-7KQ2-M9XD"
    assert set(notice_letter.lines) <= set(mail.get_content().splitlines())


VISIBLE = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs"))
WORDS = st.text(VISIBLE, min_size=1, max_size=12).filter(lambda word: "=?" not in word)
LINE = st.lists(WORDS, min_size=1, max_size=8).map(" ".join).filter(lambda text: "=?" not in text)
TEXT = st.lists(LINE, min_size=1, max_size=5).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    agency=LINE,
    contact=st.lists(LINE, max_size=3),
    statement=TEXT,
    name=LINE,
    data=st.binary(min_size=1),
)
async def test_any_letter_arrives_as_it_was_written(
    pack_letter: PackLetter,
    attach: Any,
    agency: str,
    contact: list[str],
    statement: str,
    name: str,
    data: bytes,
) -> None:
    """In any script, a receiver reads back header, text and archive; the size is as computed."""
    letter = replace(
        pack_letter, sender_agency=agency, contact=tuple(contact), privacy_statement=statement
    )
    letterhead = replace(LETTERHEAD, name=name)
    mail = messages.compose_pack(letter, attach(data, piece=7), letterhead)
    sent = await raw(mail)
    assert len(sent) == mail.size_bytes
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998
    got = read(sent)
    assert got.keys() == PACK_HEADERS
    assert got["Subject"] == f"[{MARKING}] Meeting pack T-7KQ2-M9XD from {agency}"
    shown, address = parseaddr(str(email.message_from_bytes(sent)["From"]))
    assert (str(make_header(decode_header(shown))), address) == (name, LETTERHEAD.address)
    lines = body(got, "plain").splitlines()
    assert {*contact, *statement.split("\n")} <= set(lines)
    (attached,) = got.iter_attachments()
    assert attached.get_content() == data
