"""Making a request for information: draft it, change it, approve it, take it back."""

from dataclasses import dataclass, replace
from datetime import date

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, Forbidden, InvalidInput
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.events import ApprovalGiven, Edited, WithdrawalMade
from gateway.domain.information_requests.faults import too_long
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.threads import MessageKind
from gateway.domain.packs import RequestId
from gateway.domain.register import AuthorityCode, MeetingId, RepresentativeId
from gateway.services import request_facts, seen_digests
from gateway.services.kept_from import children_kept_from
from gateway.services.parts import Parts
from gateway.services.request_checking import RequestCheck, check_request, form_label
from gateway.services.request_content import open_content, seal_content
from gateway.services.request_facts import form_of
from gateway.services.request_messages import add_message, required_text
from gateway.services.request_moves import (
    ASKING_READERS,
    RequestMove,
    asked_by,
    move_request,
    record_about,
)
from gateway.services.request_reading import (
    RequestView,
    get_asked,
    get_received,
    list_asked,
    list_received,
)
from gateway.services.request_recall import recall_packs
from gateway.services.request_times import region_of, suggested_day
from gateway.services.storage import Work

__all__ = [
    "RequestCheck",
    "RequestTerms",
    "RequestView",
    "add_message",
    "approve_request",
    "check_request",
    "create_request",
    "edit_request",
    "form_label",
    "get_asked",
    "get_received",
    "list_asked",
    "list_received",
    "required_text",
    "withdraw_request",
]


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """What a coordinator says of a request.

    `requester` is of the asking agency, `holder` of the agency that is asked. Where no `due_on` is
    named, it is the day the form suggests.
    """

    meeting: MeetingId
    authority: AuthorityCode
    purpose: str
    requester: RepresentativeId
    holder: RepresentativeId
    marking: Classification
    content: RequestContent
    due_on: date | None = None


async def create_request(parts: Parts, actor: Actor, terms: RequestTerms) -> InformationRequest:
    """A new draft of the actor's agency.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: the agency takes no part in such a meeting.
        InvalidInput: no form for the authority, a requester or holder that cannot be, or a field
            that can never be right.
    """
    if actor.role is not Role.COORDINATOR or actor.request is not None:
        raise Forbidden("Only a coordinator makes requests.", "Ask your coordinator.")
    _require_sound(parts, terms)
    now = parts.clock.now()
    async with parts.database.work() as work:
        await _require_free(work, actor, terms)
        request = InformationRequest(
            id=RequestId(parts.identifiers.new()),
            reference=f"R{parts.identifiers.reference()[1:]}",
            agency=actor.of_agency(),
            requester=terms.requester,
            holding_agency=actor.of_agency(),
            holder=terms.holder,
            authority=terms.authority,
            purpose=terms.purpose,
            meeting=terms.meeting,
            child=terms.content.subject.reference,
            marking=terms.marking,
            created_at=now,
            edited_at=now,
            entered_at=now,
            due_on=terms.due_on,
            drafted_by=actor.representative,
            edited_by=actor.representative,
        )
        request = await _completed(parts, work, request)
        await work.requests.add(request, seal_content(parts, request.id, terms.content))
        detail: dict[str, JSON] = {"authority": request.authority, "purpose": request.purpose}
        action = Action.INFORMATION_REQUEST_CREATED
        await record_about(parts, work, actor, action, request, detail)
    return request


async def edit_request(
    parts: Parts,
    actor: Actor,
    identifier: RequestId,
    terms: RequestTerms,
    seen: str | None = None,
) -> InformationRequest:
    """Change a draft as a whole; an approval it had is void.

    `seen` is the digest of what was shown; where that is not what is stored, nothing changes.

    Raises:
        NotFound: no such request, or another agency's. Conflict: it was sent, or changed meanwhile.
        InvalidInput: as for a new one.
    """
    async with parts.database.work() as work:
        found = await asked_by(work, actor, identifier, lock=True)
        _require_sound(parts, terms)
        await _require_free(work, actor, terms)
        if seen is not None:
            content = await open_content(parts, work, found.id)
            if seen != seen_digests.of_draft(found, content):
                raise Conflict(
                    "The draft was changed since this page was shown. Nothing was saved.",
                    "Compare what you typed with what it says now, and save again.",
                )
        changed = replace(
            found,
            requester=terms.requester,
            holder=terms.holder,
            authority=terms.authority,
            purpose=terms.purpose,
            meeting=terms.meeting,
            child=terms.content.subject.reference,
            marking=terms.marking,
            due_on=terms.due_on,
        )
        changed = await _completed(parts, work, changed)
        how = RequestMove(Edited(actor.representative), Action.INFORMATION_REQUEST_EDITED)
        moved = await move_request(parts, work, actor, changed, how)
        await work.requests.rewrite(found.id, seal_content(parts, found.id, terms.content))
    return moved


async def approve_request(parts: Parts, actor: Actor, identifier: RequestId) -> InformationRequest:
    """Approve a draft as it stands, as a second person of the asking agency.

    Raises:
        Forbidden: the actor is no named person who may approve.
        NotFound: no such request, or another agency's.
        Conflict: it was sent, or the actor is the requester, drafted it or changed it last.
    """
    refused = Forbidden(
        "Only a named coordinator or privacy officer approves.", "Ask one of them to approve."
    )
    if actor.role not in ASKING_READERS:
        raise refused
    async with parts.database.work() as work:
        found = await asked_by(work, actor, identifier, lock=True, roles=ASKING_READERS)
        if actor.representative is None:
            raise refused
        how = RequestMove(ApprovalGiven(actor.representative), Action.INFORMATION_REQUEST_APPROVED)
        return await move_request(parts, work, actor, found, how)


async def withdraw_request(
    parts: Parts, actor: Actor, identifier: RequestId, reason: str
) -> InformationRequest:
    """Take a request back; what has not left yet is recalled, and the holder is told.

    Raises:
        NotFound: no such request, or another agency's. Conflict: it is answered or ended.
    """
    async with parts.database.work() as work:
        found = await asked_by(work, actor, identifier, lock=True)
        how = RequestMove(WithdrawalMade(), Action.INFORMATION_REQUEST_WITHDRAWN)
        moved = await move_request(parts, work, actor, found, how)
        if found.state.is_open:
            if reason.strip():
                await add_message(parts, work, actor, moved, MessageKind.WITHDRAWAL, reason)
            await recall_packs(parts, work, actor, moved, moved.packs)
            await work.requests.plan_reminders(moved.id, ())
            await work.jobs.notify_request(moved.id, "withdrawn", parts.identifiers.new())
    return moved


async def _require_free(work: Work, actor: Actor, terms: RequestTerms) -> None:
    if terms.content.subject.reference in await children_kept_from(work, actor):
        raise InvalidInput(
            "You declared a conflict of interest about this child or young person.",
            "Ask another coordinator of your agency to make the request.",
            field="subject.reference",
        )


def _require_sound(parts: Parts, terms: RequestTerms) -> None:
    """Refuse content that can never be right; what may still be missing is left to the check."""
    form = form_of(parts, terms.authority)
    added = {field.name for field in form.fields if field.added}
    if not added.issuperset(terms.content.further):
        raise InvalidInput(
            "The form under this legal authority has no field of one of these names.",
            f"Use one of: {', '.join(sorted(added))}." if added else "Leave 'further' out.",
            field="further",
        )
    born_on = terms.content.subject.born_on
    if born_on is not None and born_on > parts.today():
        raise InvalidInput(
            "The date of birth is in the future.", "Correct it.", field="subject.born_on"
        )
    for fault in too_long(terms.content, form):
        raise InvalidInput(fault.message, fault.remedy, field=fault.field)


async def _completed(parts: Parts, work: Work, request: InformationRequest) -> InformationRequest:
    """The request with its holding agency and a due date, if what it refers to can be right."""
    form = form_of(parts, request.authority)
    await request_facts.meeting_of_agency(parts, work, request)
    people = await work.register.representatives([request.requester, request.holder])
    requester, holder = people.get(request.requester), people.get(request.holder)
    if requester is None or requester.agency != request.agency:
        raise InvalidInput(
            "The requester must be the asking agency's own.",
            "Name a representative of your agency.",
            field="requester",
        )
    if holder is None or holder.agency == request.agency:
        raise InvalidInput(
            "The holder must be a representative of another agency.",
            "Use an identifier of the register.",
            field="holder",
        )
    request = replace(request, holding_agency=holder.agency)
    if request.due_on is not None:
        return request
    region = await region_of(work, request)
    return replace(request, due_on=suggested_day(parts, form.answer_within_days, region))
