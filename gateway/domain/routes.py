"""Which way an archive reaches its recipient: by mail, or picked up from a page.

Sources: Secure Government Email framework and NZISM 15.2.40 (mail carries IN-CONFIDENCE and below);
RFC 3463 and the IANA registry of enhanced status codes (what a refusal is about).
"""

import re
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.decisions import Limits, Route
from gateway.domain.register import Agency, PickUp

__all__ = ["Route", "choose_route", "fits_mail", "is_status", "mail_bytes", "refuses_content"]

_LINE_BYTES, _ENCODED_BYTES = 57, 78  # what a base64 line of a mail holds, and takes with its end
_WORDS_BYTES = 48 * 1024  # room for everything in a mail but the archive: both texts, the receipt
_STATUS: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)
_CONTENT: Final = frozenset({"5.2.3", "5.3.4"})  # too big for the mailbox, for the system
_OF_CONTENT: Final = ("5.6.", "5.7.")  # content or format; security or policy


def choose_route(agency: Agency, marking_due: Classification, limits: Limits) -> Route:
    """How a pack goes to someone of `agency`, as far as is known before it is sealed.

    It is picked up where the agency wants that always, or where the pack must bear a marking that
    mail may not carry. Whether it may be is for the rules to say.
    """
    above_mail = marking_due.rank > limits.mail_ceiling.rank
    return Route.PICK_UP if above_mail or agency.pick_up is PickUp.ALWAYS else Route.MAIL


def mail_bytes(archive_bytes: int) -> int:
    """The size of a mail with an archive of `archive_bytes`, rather more than less (RFC 1870)."""
    return -(-archive_bytes // _LINE_BYTES) * _ENCODED_BYTES + _WORDS_BYTES


def fits_mail(archive_bytes: int, *limits: int | None) -> bool:
    """Whether a mail with an archive of `archive_bytes` keeps to every limit (bytes of a mail)."""
    return all(limit is None or mail_bytes(archive_bytes) <= limit for limit in limits)


def is_status(text: str) -> bool:
    """Whether `text` is an enhanced status code, such as `5.1.1` (RFC 3463 section 2)."""
    return _STATUS.fullmatch(text) is not None


def refuses_content(status: str) -> bool:
    """Whether a status code refuses what a mail holds, and so not the person or the mailbox.

    Then a notice without the archive may well arrive. What is not known to be so is not.
    """
    return status in _CONTENT or status.startswith(_OF_CONTENT)
