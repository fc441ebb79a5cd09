"""What waits for a second person's approval."""

from dataclasses import dataclass

from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, InvalidInput
from gateway.domain.information_requests.states import InformationRequest, RequestState
from gateway.services.kept_from import children_kept_from
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.request_facts import form_of
from gateway.services.request_storage import RequestFilter

_MOST = Page(limit=500)


@dataclass(frozen=True, slots=True)
class AwaitedApproval:
    """A draft that needs a second person, with the names of requester and holding agency."""

    request: InformationRequest
    form: str
    requester: str
    holding_agency: str


async def awaited_approvals(parts: Parts, actor: Actor) -> list[AwaitedApproval]:
    """Drafts of the agency's requests whose form asks for approval, written by somebody else.

    Raises:
        Forbidden: the actor is neither coordinator nor privacy officer.
    """
    if actor.role not in {Role.COORDINATOR, Role.PRIVACY_OFFICER}:
        raise Forbidden("Only coordinators and privacy officers approve.", "Ask one of them.")
    async with parts.database.work() as work:
        kept_from = await children_kept_from(work, actor)
        wanted = RequestFilter(state=RequestState.DRAFT, kept_from=kept_from)
        drafts = await work.requests.list_asked(actor.of_agency(), _MOST, wanted)
        others = [each for each in drafts if actor.representative not in each.writers]
        people = await work.register.representatives([each.requester for each in others])
        agencies = await work.register.agencies()
    return [
        AwaitedApproval(
            request=each,
            form=title,
            requester=people[each.requester].name,
            holding_agency=agencies[each.holding_agency].name,
        )
        for each in others
        if (title := _title(parts, each)) is not None
    ]


def _title(parts: Parts, request: InformationRequest) -> str | None:
    """The title of the request's form; None where it needs no approval, or is gone."""
    try:
        form = form_of(parts, request.authority)
    except InvalidInput:
        return None
    return form.title if form.needs_approval else None
