"""What the rules are told of a request, and the pack that carries it, taken from what is stored."""

from dataclasses import dataclass

from gateway.domain.errors import InvalidInput, NotFound
from gateway.domain.information_requests.breadth import too_broad
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.facts import RequestFacts
from gateway.domain.information_requests.faults import demands, faults
from gateway.domain.information_requests.form import RequestForm, missing
from gateway.domain.information_requests.states import Approved, InformationRequest
from gateway.domain.packs import Consultation, Pack, PackId, PackKind, Statement
from gateway.domain.register import (
    Meeting,
    Protocol,
    governing,
)
from gateway.services.parts import Parts
from gateway.services.request_content import open_content
from gateway.services.request_reach import can_be_answered
from gateway.services.request_times import is_worked, leaves_less, region_of
from gateway.services.storage import Work

FORM_CATEGORY = "information request"


def form_of(parts: Parts, authority: str) -> RequestForm:
    """The form of a request under this legal authority.

    Raises:
        InvalidInput: the policy data has none.
    """
    form = parts.judge.form(authority)
    if form is None:
        raise InvalidInput(
            "There is no form for a request under this legal authority.",
            "Use a legal authority that the policy's table of requests has.",
            field="authority",
        )
    return form


@dataclass(frozen=True, slots=True)
class _Around:
    """What of a request's surroundings the rules are told."""

    attends: bool
    meeting_held: bool
    region: str | None
    answerable: bool


async def of_pack(
    parts: Parts, work: Work, pack: Pack, meeting: Meeting, protocol: Protocol | None
) -> RequestFacts | None:
    """What the rules are told of the request that `pack` carries or answers; None if it does not.

    Raises:
        NotFound: the request is gone.
    """
    if pack.request is None:
        return None
    request = await work.requests.asked(pack.request, None)
    if request is None:
        raise NotFound("The request this pack belongs to is gone.", "Make the request anew.")
    content = await open_content(parts, work, request.id)
    people = await work.register.representatives([*meeting.attendees, request.holder])
    leads = protocol is not None and protocol.lead_agency == request.agency
    at_table = {people[person].agency for person in meeting.attendees if person in people}
    holder = people.get(request.holder)
    around = _Around(
        attends=leads or request.agency in at_table,
        meeting_held=meeting.held_at <= parts.clock.now(),
        region=await region_of(work, request),
        answerable=holder is not None and await can_be_answered(parts, work, holder),
    )
    return _facts(parts, request, content, around)


def _facts(
    parts: Parts, request: InformationRequest, content: RequestContent, around: _Around
) -> RequestFacts:
    form, today, due_on = form_of(parts, request.authority), parts.today(), request.due_on
    found = faults(content, form, today=today, due_on=due_on)
    broad = too_broad(content, form, today=today, due_on=due_on)
    once_approved = isinstance(request.progress, Approved) or not request.state.is_editable
    return RequestFacts(
        id=request.id,
        agency=request.agency,
        requester=request.requester,
        holding_agency=request.holding_agency,
        holder=request.holder,
        authority=request.authority,
        meeting=request.meeting,
        child=request.child,
        age_years=content.subject.age_on(today),
        due_on=due_on,
        missing=missing(content, form),
        categories=tuple(dict.fromkeys(item.category for item in content.items)),
        too_broad=tuple(item.number for item in broad),
        attends=around.attends,
        needs_approval=form.needs_approval,
        approved=once_approved,
        open=request.state.is_open or request.state.is_editable,
        reference=request.reference,
        faulty=tuple(dict.fromkeys(fault.field for fault in found)),
        demanding=tuple(fault.field for fault in demands(content, form)),
        meeting_held=around.meeting_held,
        due_short=leaves_less(parts, due_on, form.answer_within_days, around.region),
        due_on_working_day=is_worked(parts, due_on, around.region, form.furthest_due_days),
        holder_can_answer=around.answerable,
    )


def pack_of(
    parts: Parts, request: InformationRequest, content: RequestContent, identifier: PackId
) -> Pack:
    """The pack that carries a request to its holder, with the requester's statements."""
    authority = parts.judge.authority(request.authority)
    statements: tuple[Statement, ...] = ()
    if authority is not None and authority.needs_statement:
        statements = (
            Statement(
                recipient=request.holder,
                ground=content.ground,
                belief=content.needed_because,
                stated_by=request.requester,
                instrument=content.instrument or None,
            ),
        )
    return Pack(
        id=identifier,
        meeting=request.meeting,
        agency=request.agency,
        contact=request.requester,
        authority=request.authority,
        purpose=request.purpose,
        marking=request.marking,
        created_at=parts.clock.now(),
        statements=statements,
        consultations=consultations_of(request, content),
        kind=PackKind.REQUEST,
        request=request.id,
        recipients=(request.holder,),
    )


def consultations_of(
    request: InformationRequest, content: RequestContent
) -> tuple[Consultation, ...]:
    """What is stated about consulting the child or young person; nothing while nothing is."""
    stated = content.consultation
    if stated.consulted is None:
        return ()
    whom = f"{stated.whom}: " if stated.whom else ""
    return (Consultation(request.child, stated.consulted, f"{whom}{stated.account}".strip()),)


async def meeting_of_agency(parts: Parts, work: Work, request: InformationRequest) -> Meeting:
    """The request's meeting, if the asking agency leads it or attends.

    Raises:
        NotFound: it does not, or there is no such meeting; the two read the same.
    """
    meeting = await work.register.meeting(request.meeting)
    if meeting is not None:
        people = await work.register.representatives(meeting.attendees)
        versions = await work.register.protocol_versions(meeting.protocol)
        protocol = governing(versions, parts.today())
        leads = protocol is not None and protocol.lead_agency == request.agency
        if leads or any(person.agency == request.agency for person in people.values()):
            return meeting
    raise NotFound(
        "Your agency takes part in no meeting with this identifier.",
        "Check the identifier, and that your agency leads or attends the meeting.",
        field="meeting",
    )
