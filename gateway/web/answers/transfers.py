"""What the API answers about transfers."""

from typing import Any, Self

from pydantic import Field

from gateway.domain.addresses import masked
from gateway.domain.register import PasswordChannel, SealedForm
from gateway.domain.transfers import (
    Acknowledged,
    Failed,
    Mailed,
    PasswordSent,
    Proof,
    Recalled,
    Refused,
    Route,
    State,
    Transfer,
)
from gateway.web.answers.base import ListShown, Moment, Shown


class WithheldShown(Shown):
    """A document the recipient does not receive, and the rules that withhold it."""

    document: str
    rules: tuple[str, ...]


class TransferShown(Shown):
    """One pack on its way to one recipient; what a state does not know is null."""

    id: str
    reference: str
    pack: str
    meeting: str
    recipient: str
    address: str
    password_channel: PasswordChannel | None
    password_address: str | None = Field(description="All but its last three characters hidden.")
    route: Route = Field(description="Which way the archive goes: by mail, or picked up.")
    form: SealedForm | None = Field(description="How it was sealed; null until it is.")
    documents: tuple[str, ...] = Field(description="What the recipient receives.")
    withheld: tuple[WithheldShown, ...]
    state: State
    created_at: Moment
    entered_at: Moment = Field(description="When the present state began.")
    attempts: int = Field(description="Failed attempts in the present state.")
    retry_at: Moment | None
    mailed_at: Moment | None = Field(description="When the mail relay took the pack.")
    release_at: Moment | None = Field(description="The recall window ends; no password before it.")
    password_sent_at: Moment | None
    fetched: bool | None = Field(
        description="Whether a download was begun; null unless the archive waits to be picked up."
    )
    proof: Proof | None = Field(description="What the acknowledgement rests on.")
    rules: tuple[str, ...] = Field(description="The rules that refused it.")
    reason: str | None = Field(description="Why it failed, or why the last attempt did.")
    recalled_after_mailing: bool | None

    @classmethod
    def of(cls, transfer: Transfer) -> Self:
        """A transfer."""
        address = transfer.channel_address
        known: dict[str, Any] = {
            "mailed_at": None,
            "release_at": None,
            "password_sent_at": None,
            "fetched": None,
            "proof": None,
            "rules": (),
            "reason": transfer.held_up,
            "recalled_after_mailing": None,
        }
        return cls(
            id=transfer.id,
            reference=transfer.reference,
            pack=transfer.pack,
            meeting=transfer.meeting,
            recipient=transfer.recipient,
            address=transfer.address,
            password_channel=transfer.channel,
            password_address=masked(address) if address is not None else None,
            route=transfer.route,
            form=transfer.form,
            documents=transfer.documents,
            withheld=tuple(WithheldShown.model_validate(each) for each in transfer.withheld),
            state=transfer.state,
            created_at=transfer.created_at,
            entered_at=transfer.entered_at,
            attempts=transfer.attempts,
            retry_at=transfer.retry_at,
            **(known | _progress(transfer)),
        )


def _progress(transfer: Transfer) -> dict[str, Any]:  # noqa: PLR0911 - one for each state
    """What the present state knows beyond its name."""
    match transfer.progress:
        case Mailed(accepted_at=accepted_at, release_at=release_at):
            return {"mailed_at": accepted_at, "release_at": release_at}
        case PasswordSent(accepted_at=accepted_at, sent_at=sent_at, archive=archive) as sent:
            fetched = sent.fetched if archive is not None else None
            return {"mailed_at": accepted_at, "password_sent_at": sent_at, "fetched": fetched}
        case Acknowledged(proof=proof):
            return {"proof": proof}
        case Refused(rules=rules):
            return {"rules": rules}
        case Failed(reason=reason):
            return {"reason": reason}
        case Recalled(after_mailing=after_mailing):
            return {"recalled_after_mailing": after_mailing}
        case _:
            return {}


class SentShown(Shown):
    """What came of sending a pack: one transfer for each attendee."""

    transfers: tuple[TransferShown, ...]


class PasswordShown(Shown):
    """The password of a transfer, to be read out by telephone; it is shown once."""

    transfer: TransferShown
    password: str
    pick_up_code: str | None = Field(
        description="The code for the page it is picked up from; null where it came by mail."
    )


class AcknowledgementShown(Shown):
    """What became of an acknowledgement."""

    reference: str
    state: State

    @classmethod
    def of(cls, transfer: Transfer) -> Self:
        """As much of a transfer as its recipient may know."""
        return cls.model_validate(transfer)


class TransferPage(ListShown):
    """A page of transfers."""

    items: tuple[TransferShown, ...]
