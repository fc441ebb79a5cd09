"""Requests as people read them: with the names, the meeting and the law around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, NotFound
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.timing import is_overdue
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import (
    Agency,
    AgencyId,
    Meeting,
    Representative,
    RepresentativeId,
    governing,
)
from gateway.domain.transfers import Transfer
from gateway.domain.workdays import subtract_working_days
from gateway.services.kept_from import children_kept_from
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.ports import Authority
from gateway.services.request_checking import RequestCheck, check_request
from gateway.services.request_facts import form_of
from gateway.services.request_moves import ASKING_READERS, no_such_request
from gateway.services.request_reading import RequestView, get_asked, get_received
from gateway.services.request_storage import RequestFilter, Side
from gateway.services.storage import Work

ROWS = 25  # of one page of a list


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around a request.

    Attributes:
        purpose: the protocol's purpose in words; its code where the protocol has no such purpose.
        people: names by identifier, of everybody the request or its thread names.
    """

    asking: Agency
    requester: Representative
    holding: Agency
    holder: Representative
    meeting: Meeting
    purpose: str
    authority: Authority
    form: RequestForm
    people: Mapping[RepresentativeId, str]

    def ground(self, code: str) -> str:
        """A ground of the legal authority, with its code."""
        found = self.authority.ground(code)
        return f"{code}: {found.text}" if found else code

    def decline_ground(self, code: str) -> str:
        """A ground of the form for declining, in words."""
        return next((g.text for g in self.form.decline_grounds if g.code == code), code)


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as one of its sides reads it.

    Attributes:
        carrier: the transfer that carries it to its holder, for the asking side.
        answer_carrier: the transfer of what was disclosed.
    """

    view: RequestView
    setting: Setting
    carrier: Transfer | None = None
    answer_carrier: Transfer | None = None

    @property
    def request(self) -> InformationRequest:
        """The request itself."""
        return self.view.request


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list, with the other agency's name."""

    request: InformationRequest
    other: str
    overdue: bool
    due_soon: bool


async def see_asked(parts: Parts, actor: Actor, identifier: RequestId) -> SeenRequest:
    """A request of the actor's agency, also for the privacy officer who may approve it.

    Raises:
        NotFound: no such request, or another agency's.
    """
    view = await get_asked(parts, actor, identifier)
    async with parts.database.work() as work:
        setting = await setting_of(parts, work, view)
        request = view.request
        carrier = await _transfer(work, request.agency, request.pack)
        answered = view.answer.pack if view.answer else None
        answer_carrier = await _transfer(work, request.holding_agency, answered)
    return SeenRequest(view, setting, carrier, answer_carrier)


async def see_check(parts: Parts, actor: Actor, seen: SeenRequest) -> RequestCheck | None:
    """What stands against sending it; None once it was sent."""
    if not seen.request.state.is_editable:
        return None
    return await check_request(parts, actor, seen.request.id)


async def see_received(parts: Parts, actor: Actor, identifier: RequestId) -> SeenRequest:
    """A request to the actor's agency; reading it is recorded.

    Raises:
        NotFound: no such request, or not to this agency.
    """
    view = await get_received(parts, actor, identifier)
    async with parts.database.work() as work:
        setting = await setting_of(parts, work, view)
        answered = view.answer.pack if view.answer else None
        answer_carrier = await _transfer(work, view.request.holding_agency, answered)
    return SeenRequest(view, setting, answer_carrier=answer_carrier)


async def colleagues(
    parts: Parts, actor: Actor, request: InformationRequest
) -> Sequence[Representative]:
    """To whom of the holding agency a request can be passed on, or addressed instead.

    Raises:
        NotFound: the actor is of neither agency.
    """
    if actor.of_agency() not in {request.holding_agency, request.agency}:
        raise no_such_request()
    async with parts.database.work() as work:
        people = await work.register.people_of([request.holding_agency])
    today = parts.today()
    return [p for p in people if p.id != request.holder and p.is_active_on(today)]


async def list_by_urgency(
    parts: Parts, actor: Actor, side: Side, wanted: RequestFilter, number: int
) -> tuple[list[RequestRow], bool]:
    """Page `number` (from 1) of the agency's requests, most urgent first; and if there are more.

    Raises:
        Forbidden: the actor's role is not that of this side.
    """
    readers = ASKING_READERS if side is Side.ASKING else frozenset({Role.RESPONDER})
    if actor.role not in readers or actor.request is not None:
        raise Forbidden("Your role does not list requests.", "Act in another of your roles.")
    skip = (max(number, 1) - 1) * ROWS
    async with parts.database.work() as work:
        wanted = replace(wanted, kept_from=await children_kept_from(work, actor))
        found = await work.requests.most_urgent(
            actor.of_agency(), side, wanted, skip=skip, limit=ROWS + 1
        )
        agencies = await work.register.agencies()
    return [_row(parts, r, side, agencies) for r in found[:ROWS]], len(found) > ROWS


def is_due_soon(parts: Parts, request: InformationRequest, region: str | None) -> bool:
    """Whether the day for an answer is near, counted in the holder's working days."""
    if request.due_on is None or not request.state.is_open:
        return False
    days = parts.rules.reminders.soon_days
    begins = subtract_working_days(parts.calendar, request.due_on, days, region)
    return begins <= parts.today() <= request.due_on


async def setting_of(parts: Parts, work: Work, view: RequestView) -> Setting:
    """What stands around a request, as the register has it now.

    Raises:
        NotFound: something of it is gone from the register.
    """
    request = view.request
    wrote = [message.author for message in view.messages]
    wrote += [view.answer.answered_by] if view.answer else []
    people = await work.register.representatives([request.requester, request.holder, *wrote])
    agencies = await work.register.agencies()
    meeting = await work.register.meeting(request.meeting)
    authority = parts.judge.authority(request.authority)
    if meeting is None or authority is None:
        raise NotFound(
            "The request's meeting or legal authority is gone.", "Tell your administrator."
        )
    protocol = governing(await work.register.protocol_versions(meeting.protocol), parts.today())
    purpose = protocol.purpose(request.purpose) if protocol else None
    return Setting(
        asking=agencies[request.agency],
        requester=people[request.requester],
        holding=agencies[request.holding_agency],
        holder=people[request.holder],
        meeting=meeting,
        purpose=purpose.description if purpose else request.purpose,
        authority=authority,
        form=form_of(parts, request.authority),
        people={person.id: person.name for person in people.values()},
    )


async def _transfer(work: Work, agency: AgencyId, pack: PackId | None) -> Transfer | None:
    if pack is None:
        return None
    found = await work.transfers.list(agency, Page(limit=1), pack=pack)
    return found[0] if found else None


def _row(
    parts: Parts, request: InformationRequest, side: Side, agencies: Mapping[AgencyId, Agency]
) -> RequestRow:
    other = request.holding_agency if side is Side.ASKING else request.agency
    late = request.due_on is not None and is_overdue(request.due_on, parts.today())
    region = agencies[request.holding_agency].region
    return RequestRow(
        request=request,
        other=agencies[other].name,
        overdue=late and request.state.is_open,
        due_soon=is_due_soon(parts, request, region),
    )
