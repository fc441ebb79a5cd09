"""Calling back what carries a request, where that is not too late."""

from collections.abc import Iterable

from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.packs import PackId
from gateway.domain.transfers import RecallRequested
from gateway.services.moves import Move, move
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work


async def recall_packs(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, packs: Iterable[PackId]
) -> None:
    """Recall the transfers of these packs of the request that can still be recalled."""
    for pack in packs:
        for transfer in await work.transfers.list(request.agency, Page(limit=10), pack=pack):
            if transfer.state.is_terminal:
                continue
            locked = await work.transfers.get(transfer.id, request.agency, lock=True)
            if locked is None:
                continue
            try:
                recall = Move(RecallRequested(), Action.TRANSFER_RECALLED)
                await move(parts, work, actor, locked, recall)
            except Conflict:  # the password has left: the holder is told otherwise
                continue
