"""Reading reports of mail that could not be delivered, and the Maildir they arrive in.

Anybody can write to an address, so a report is hostile until it proves otherwise: it is read up to
a size, nothing in it is opened or followed, and no word of it is kept but addresses of ours, our
own identifier and a status code.
Source: RFC 3464 (delivery status notifications), RFC 6522 (multipart/report), RFC 3461 section 4
(xtext); the Maildir format as maildir(5) has it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from pathlib import Path
from typing import Final

from gateway.domain.errors import InvalidInput, Unavailable
from gateway.services.reports import Report

LARGEST = 256 * 1024  # bytes of a report; ours asks for headers only, and so it is short
_AT_ONCE = 100
_ADDRESSED: Final = ("Delivered-To", "X-Original-To", "To")
_MOST_ADDRESSES: Final = 20
_STATUS: Final = re.compile(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])", re.ASCII)
_XTEXT: Final = re.compile(r"\+([0-9A-F]{2})")
_PASSED: Final = frozenset({"delayed", "delivered", "relayed", "expanded"})


def read_report(data: bytes) -> Report | None:
    """What a report says; None for whatever is not one, or not whole."""
    if len(data) > LARGEST:
        return None
    try:
        return _report(message_from_bytes(data))
    except Exception:  # noqa: BLE001 - a hostile mail may trip the parser anywhere
        return None


def _report(mail: Message) -> Report | None:
    kind = str(mail.get_param("report-type", "")).lower()
    if mail.get_content_type() != "multipart/report" or kind != "delivery-status":
        return None
    statuses = [part for part in _parts(mail) if part.get_content_type() == _DELIVERY]
    blocks = _parts(statuses[0]) if len(statuses) == 1 else []
    if len(blocks) < 2:  # one about the message, and one about each recipient
        return None
    addresses = [str(value) for name in _ADDRESSED for value in mail.get_all(name, [])]
    found = [address for _, address in getaddresses(addresses) if address]
    envelope = blocks[0].get("Original-Envelope-Id")
    told = [_told(block) for block in blocks[1:] if len(block)]
    if not told or None in told:
        return None
    failed = next((status for status in told if status), None)
    return Report(
        tuple(found[:_MOST_ADDRESSES]),
        None if envelope is None else _plain(str(envelope).strip()),
        failed,
    )


_DELIVERY: Final = "message/delivery-status"


def _parts(mail: Message) -> list[Message]:
    held = mail.get_payload()
    return [part for part in held if isinstance(part, Message)] if isinstance(held, list) else []


def _told(block: Message) -> str | None:
    """The status of a recipient whose mail failed; blank for one that did not, None if unclear."""
    action = str(block.get("Action", "")).strip().lower()
    if action in _PASSED:
        return ""
    found = _STATUS.match(str(block.get("Status", "")))
    if action != "failed" or found is None or found[1].startswith("2."):
        return None
    return found[1]


def _plain(text: str) -> str:
    """xtext, decoded."""
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), text)


class MaildirReports:
    """Reports in a Maildir that the operator's mail server delivers into.

    Raises:
        InvalidInput: the folder is no Maildir.
    """

    def __init__(self, folder: Path) -> None:
        self._new, self._cur = folder / "new", folder / "cur"
        if not self._new.is_dir() or not self._cur.is_dir():
            raise InvalidInput(
                f"{folder} is not a Maildir.",
                "Have your mail server deliver into it, or make its folders new, cur and tmp.",
                field="bounces_maildir",
            )

    def waiting(self) -> Sequence[tuple[str, Report | None]]:
        """The oldest that wait, by name; None for what cannot be read as a report.

        Raises:
            Unavailable: the folder cannot be read now.
        """
        with _failures():
            names = sorted(path.name for path in self._new.iterdir())
            return [(name, self._read(self._new / name)) for name in names[:_AT_ONCE]]

    def settle(self, name: str, *, understood: bool) -> None:
        """Move one to `cur`: as seen, or flagged for a person to look at.

        Raises:
            Unavailable: it cannot be moved now.
        """
        flag = "S" if understood else "F"
        with _failures():
            (self._new / name).rename(self._cur / f"{name.partition(':')[0]}:2,{flag}")

    @staticmethod
    def _read(path: Path) -> Report | None:
        """The report in a regular file; a link, a pipe or a folder is not one."""
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return read_report(file.read(LARGEST + 1))


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The Maildir of bounces cannot be used: {error.strerror or 'no reason given'}.",
            "Let the gateway's account read and rename in it.",
        ) from error
