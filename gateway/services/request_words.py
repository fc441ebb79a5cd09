"""What the notices about a request say to each of its two sides.

A notice holds the reference and what to do, never what was asked or said. It names no duty where
the Act lays none on the holder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.information_requests.timing import ReminderKind


class NoticeSide(StrEnum):
    """To which side of a request a notice goes."""

    HOLDER = "holder"
    REQUESTER = "requester"


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What a notice says; `{reference}`, `{due}` and `{answering}` are filled in.

    Attributes:
        way: whether it says how to get at the request, for a holder by a fresh link if need be.
    """

    subject: str
    lines: tuple[str, ...]
    way: bool = True


ANSWERING = (
    "You may disclose all or part of what is asked for, say that your agency does not hold it, ask "
    "what is meant, pass it on to a colleague, or decline and say why."
)
DEMANDED = (
    "This is a demand under section 66 of the Oranga Tamariki Act 1989. Ask your legal team if you "
    "are in doubt about it."
)

_LATE = (
    "You can telephone the holder, have the request sent to another of the agency's people, or "
    "withdraw it if it is no longer needed. The holder decides whether to disclose."
)

NOTICES: Mapping[str, Mapping[NoticeSide, NoticeWords]] = {
    ReminderKind.DUE_SOON.value: {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: an answer is asked for by {due}",
            ("An answer to request {reference} is asked for by {due}.", "{answering}"),
        )
    },
    ReminderKind.DUE.value: {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: an answer is asked for today",
            ("An answer to request {reference} is asked for today, {due}.", "{answering}"),
        )
    },
    ReminderKind.OVERDUE.value: {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: the day asked for has passed",
            ("An answer to request {reference} was asked for by {due}.", "{answering}"),
        ),
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: the day asked for has passed",
            ("You asked for an answer to request {reference} by {due}. None has come.", _LATE),
        ),
    },
    ReminderKind.STILL_OVERDUE.value: {
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: still no answer",
            ("No answer has come to your request {reference}, asked for by {due}.", _LATE),
        )
    },
    "question": {
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: the holding agency asks what is meant",
            (
                "The holding agency has a question about your request {reference}.",
                "Read and reply to it.",
            ),
        )
    },
    "reply": {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: the requester has replied",
            (
                "The requester has replied to your question about request {reference}.",
                "{answering}",
            ),
        )
    },
    "answered": {
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: answered",
            (
                "The holding agency has answered your request {reference}.",
                "What it discloses comes as a sealed pack; the rest stands with the request.",
            ),
        )
    },
    "answer undelivered": {
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: there is no answer after all",
            (
                (
                    "What the holding agency sent in answer to your request {reference} was taken"
                    " back or could not be delivered, so there is no answer to it. If you were "
                    "told that it was answered, that no longer holds."
                ),
                (
                    "The request is open again. Nothing is to be done by you now; if the mail "
                    "could not be delivered, check your address in the register."
                ),
            ),
        ),
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: your answer did not arrive",
            (
                (
                    "What was disclosed in answer to request {reference} was taken back or could "
                    "not be delivered. Nobody has opened it, and its password was destroyed."
                ),
                "The request is open again, and can be answered anew.",
            ),
        ),
    },
    "given back": {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: it could not be passed on, and is yours again",
            (
                (
                    "Request {reference}, which was passed on to a colleague, could not be "
                    "delivered to them. It is with you again."
                ),
                "{answering}",
            ),
        ),
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: it could not be passed on within the holding agency",
            (
                (
                    "The holding agency passed request {reference} on to another of its people, to "
                    "whom it could not be delivered. It is with the holder before again."
                ),
                "Nothing is to be done by you.",
            ),
        ),
    },
    "not readdressed": {
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: it could not be delivered to the new holder",
            (
                (
                    "Request {reference} could not be delivered to the person it was addressed to "
                    "last."
                ),
                "Address it to another of the holding agency's people, or withdraw it.",
            ),
        )
    },
    "withdrawn": {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: withdrawn",
            ("The requester has withdrawn request {reference}. No answer is needed.",),
            way=False,
        )
    },
    "expired": {
        NoticeSide.HOLDER: NoticeWords(
            "Request {reference}: expired",
            ("Request {reference} was not answered in the time allowed, and has expired.",),
            way=False,
        ),
        NoticeSide.REQUESTER: NoticeWords(
            "Request {reference}: expired",
            (
                "Your request {reference} was not answered in the time allowed, and has expired.",
                "Make a new request if something is still needed.",
            ),
        ),
    },
}
"""The words of each kind of notice, by the side that gets them."""

HOLDER_LEFT = NoticeWords(
    "Request {reference}: its holder has left",
    (
        (
            "The holder of your request {reference} no longer acts for the agency that is asked, "
            "so they are told nothing more of it."
        ),
        "Address the request to another of that agency's people, or withdraw it.",
    ),
)
"""To the requester, in place of a notice to a holder who has left."""
