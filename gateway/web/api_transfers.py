"""Handlers for transfers and acknowledgements by code."""

from gateway.domain.packs import PackId
from gateway.services import telephone, transfers
from gateway.web.answers.transfers import (
    AcknowledgementShown,
    PasswordShown,
    TransferPage,
    TransferShown,
)
from gateway.web.calls import Answer, Call
from gateway.web.models import Acknowledgement, TransferQuery
from gateway.web.paging import next_after


async def list_transfers(call: Call) -> Answer:
    """A page of transfers."""
    query = call.query_as(TransferQuery)
    pack = None if query.pack is None else PackId(query.pack)
    found = await transfers.list_transfers(
        call.parts, call.actor, query.page(), pack=pack, state=query.state
    )
    items = tuple(TransferShown.of(transfer) for transfer in found)
    return Answer(TransferPage(items=items, next=next_after([t.id for t in found], query.page())))


async def get_transfer(call: Call) -> Answer:
    """A transfer."""
    found = await transfers.get_transfer(call.parts, call.actor, call.transfer)
    return Answer(TransferShown.of(found))


async def recall_transfer(call: Call) -> Answer:
    """The transfer, recalled."""
    recalled = await transfers.recall_transfer(call.parts, call.actor, call.transfer)
    return Answer(TransferShown.of(recalled))


async def read_password(call: Call) -> Answer:
    """The password, this once, for the coordinator who reads it out by telephone."""
    spoken = await telephone.read_password(call.parts, call.actor, call.transfer)
    code = spoken.pick_up_code.reveal() if spoken.pick_up_code else None
    shown = TransferShown.of(spoken.transfer)
    return Answer(
        PasswordShown(transfer=shown, password=spoken.password.reveal(), pick_up_code=code)
    )


async def acknowledge(call: Call) -> Answer:
    """What the recipient may know of the transfer they acknowledged."""
    given = call.body_as(Acknowledgement)
    transfer = await transfers.acknowledge_by_code(
        call.parts, call.actor, given.reference, given.code
    )
    return Answer(AcknowledgementShown.of(transfer))
