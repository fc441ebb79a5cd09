"""What the transfer and the log themselves say towards the factors of section 113.

Facts only: whether serious harm is likely is for a person to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.classification import Classification
from gateway.domain.register import AgencyKind, PasswordChannel, SealedForm
from gateway.domain.transfers import (
    Acknowledged,
    Mailed,
    PasswordSent,
    Recalled,
    Sealed,
    Transfer,
    TransferId,
)


class Left(StrEnum):
    """Whether something left the gateway."""

    YES = "yes"
    NO = "no"
    MAYBE = "may have"


class Step(StrEnum):
    """What the log can tell the time of."""

    MAILED = "mailed"
    CAME_BACK = "came back"
    RELEASING = "release of the password begun"
    PASSWORD = "password sent"  # noqa: S105 - a step, not a credential
    OPENED = "pick-up page opened"
    DOWNLOADED = "download begun"
    ACKNOWLEDGED = "acknowledged"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Contents:
    """What documents a transfer carries, by label: never by name.

    Attributes:
        children: how many children and young people they concern.
        endorsements: e.g. `MEDICAL`.
        classification: the highest of them.
    """

    documents: int
    categories: tuple[str, ...]
    endorsements: tuple[str, ...]
    children: int
    classification: Classification
    marking: Classification


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one transfer.

    Attributes:
        encryption: how the archive was sealed; empty where none was made.
        pack, password: whether it left.
        together: who got both, in words.
        opened: what shows that somebody opened it; empty for nothing.
        times: when each step was first taken.
    """

    transfer: TransferId
    reference: str
    state: str
    recipient_agency: str
    recipient_kind: AgencyKind | None
    contents: Contents | None
    encryption: str
    pack: Left
    password: Left
    together: str
    opened: str
    times: Mapping[Step, datetime]


_SEALED = {
    SealedForm.ENCRYPTED_ZIP: "One zip, every file encrypted with AES-256 under a password",
    SealedForm.NATIVE_FILES: "Files encrypted one by one under a password (AES)",
}


def encryption(transfer: Transfer) -> str:
    """How the archive was encrypted, in words; empty where none was made."""
    return _SEALED[transfer.form] if transfer.form is not None else ""


def pack_left(transfer: Transfer, times: Mapping[Step, datetime]) -> Left:
    """Whether the archive, or the notice that it can be picked up, left."""
    if Step.MAILED in times or isinstance(transfer.progress, Mailed | PasswordSent | Acknowledged):
        return Left.YES
    match transfer.progress:
        case Sealed(attempted=attempted, may_have_left=left) if attempted or left:
            return Left.MAYBE
        case Recalled(after_mailing=True):
            return Left.MAYBE
        case _:
            return Left.NO


def password_left(transfer: Transfer, times: Mapping[Step, datetime]) -> Left:
    """Whether the password left."""
    if Step.PASSWORD in times or isinstance(transfer.progress, PasswordSent | Acknowledged):
        return Left.YES
    match transfer.progress:
        case Mailed(releasing=releasing, may_have_left=left):
            return Left.MAYBE if releasing or left else Left.NO
        case Recalled():
            return Left.NO
        case _:
            return Left.MAYBE if Step.RELEASING in times else Left.NO


def together(transfer: Transfer, pack: Left, password: Left) -> str:
    """Whether pack and password reached the same person or mailbox, in words."""
    if pack is Left.NO:
        return "The pack has not left; nobody has it."
    if password is Left.NO:
        return "Only the pack left: without its password it cannot be opened."
    sure = "went" if Left.MAYBE not in {pack, password} else "may have gone"
    if transfer.channel_address == transfer.address:
        return f"Pack and password {sure} to the same mailbox."
    if transfer.channel is PasswordChannel.TELEPHONE:
        return (
            f"Pack and password {sure} to the same person as registered: the pack by mail, the "
            "password read out by telephone. Whoever read it out knows who answered."
        )
    return (
        f"Pack and password {sure} to the same person as registered, by two ways. If that person "
        "is the wrong one, they have both; if the mailbox alone is wrong, it holds the pack only."
    )


def opened(transfer: Transfer, times: Mapping[Step, datetime]) -> str:
    """What shows that somebody opened the pack, or had the chance to."""
    match transfer.progress:
        case Acknowledged(proof=proof):
            shown = (
                "opened: its code was typed" if proof.value == "code" else "acknowledged by link"
            )
            return f"It was {shown}."
        case _ if Step.DOWNLOADED in times:
            return "Its download was begun."
        case _ if Step.OPENED in times:
            return "The page it is picked up from was opened with its code."
        case _:
            return ""
