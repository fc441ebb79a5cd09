"""What waits for a coordinator: packs not sent, transfers in trouble, requests to look after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gateway.domain.actors import Actor
from gateway.domain.information_requests.states import InformationRequest, RequestState
from gateway.domain.packs import Pack, PackKind
from gateway.domain.transfers import State
from gateway.services.information_requests import list_asked
from gateway.services.packs import require_coordinator
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.request_storage import RequestFilter
from gateway.services.transfer_views import TransferView, list_views

_MOST: Final = Page(limit=50)
_LATELY: Final = timedelta(days=14)  # older trouble is in the history


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a coordinator; newest first.

    Attributes:
        unsent: meeting packs that were begun and never sent.
        spoken: transfers whose password is to be read out by telephone now.
        failed, refused: transfers that came to that lately.
        questions: requests whose holder asks something; `overdue`: those past their due date.
    """

    unsent: Sequence[Pack]
    spoken: Sequence[TransferView]
    failed: Sequence[TransferView]
    refused: Sequence[TransferView]
    questions: Sequence[InformationRequest]
    overdue: Sequence[InformationRequest]

    @property
    def nothing(self) -> bool:
        """Whether nothing waits."""
        return not any(
            (self.unsent, self.spoken, self.failed, self.refused, self.questions, self.overdue)
        )


async def what_waits(parts: Parts, actor: Actor) -> Waiting:
    """What waits for the actor's agency.

    Raises:
        Forbidden: the actor is no coordinator.
    """
    mailed = await list_views(parts, actor, Page(limit=200), state=State.MAILED)
    asked = RequestFilter(state=RequestState.CLARIFYING)
    late = RequestFilter(overdue_on=parts.today())
    return Waiting(
        unsent=await list_meeting_packs(parts, actor, _MOST, unsent=True),
        spoken=[view for view in mailed if view.awaits_reading],
        failed=await _lately(parts, actor, State.FAILED),
        refused=await _lately(parts, actor, State.REFUSED),
        questions=await list_asked(parts, actor, _MOST, asked),
        overdue=await list_asked(parts, actor, _MOST, late),
    )


async def list_meeting_packs(
    parts: Parts, actor: Actor, page: Page, *, unsent: bool = False
) -> list[Pack]:
    """A page of the agency's meeting packs, newest first.

    Raises:
        Forbidden: the actor is no coordinator.
    """
    require_coordinator(actor)
    async with parts.database.work() as work:
        return list(
            await work.packs.list(
                actor.of_agency(), page, kind=PackKind.MEETING, unsent=unsent, newest_first=True
            )
        )


async def _lately(parts: Parts, actor: Actor, state: State) -> list[TransferView]:
    since = parts.clock.now() - _LATELY
    found = await list_views(parts, actor, _MOST, state=state)
    return [view for view in found if view.transfer.entered_at >= since]
