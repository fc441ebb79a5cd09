"""Making a request for information: draft it, change it, check it, approve it, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.classification import Classification
from gateway.domain.decisions import Decision
from gateway.domain.errors import Conflict, Forbidden, InvalidInput
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.events import ApprovalGiven, Edited, WithdrawalMade
from gateway.domain.information_requests.form import BroadItem, missing, too_broad
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.threads import Answer, Message, MessageKind
from gateway.domain.packs import (
    BlobId,
    Document,
    DocumentId,
    Encoding,
    Label,
    PackId,
    RequestId,
)
from gateway.domain.register import AuthorityCode, MeetingId, RepresentativeId
from gateway.domain.transfers import RecallRequested
from gateway.services import cases, request_facts
from gateway.services.moves import Move, move
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.request_content import (
    open_answer,
    open_content,
    open_message,
    seal_content,
    seal_message,
)
from gateway.services.request_facts import FORM_CATEGORY, form_of
from gateway.services.request_moves import (
    RequestMove,
    asked_by,
    move_request,
    received_by,
    record_about,
)
from gateway.services.request_storage import RequestFilter
from gateway.services.storage import Work

_LONGEST_TEXT = 20_000  # characters of a message, or of any one field
_NO_BYTES = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """What a coordinator says of a request.

    `requester` is of the asking agency, `holder` of the agency that is asked.
    """

    meeting: MeetingId
    authority: AuthorityCode
    purpose: str
    requester: RepresentativeId
    holder: RepresentativeId
    marking: Classification
    content: RequestContent
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as one of its two sides sees it."""

    request: InformationRequest
    content: RequestContent
    messages: tuple[Message, ...]
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class RequestCheck:
    """What stands between a draft and its sending: the rules' decision, and what it rests on.

    Attributes:
        missing: names of the form's required fields that are blank.
        too_broad: items that are not specific, each with how to narrow it.
    """

    decision: Decision
    missing: tuple[str, ...]
    too_broad: tuple[BroadItem, ...]
    policy_digest: str


async def create_request(parts: Parts, actor: Actor, terms: RequestTerms) -> InformationRequest:
    """A new draft of the actor's agency.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: the agency takes no part in such a meeting.
        InvalidInput: no form for the authority, or a requester or holder that cannot be.
    """
    _require_coordinator(actor)
    _require_sound(parts, terms)
    now = parts.clock.now()
    async with parts.database.work() as work:
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
        )
        request = await _with_parties(parts, work, request)
        await work.requests.add(request, seal_content(parts, request.id, terms.content))
        detail: dict[str, JSON] = {"authority": request.authority, "purpose": request.purpose}
        action = Action.INFORMATION_REQUEST_CREATED
        await record_about(parts, work, actor, action, request, detail)
    return request


async def edit_request(
    parts: Parts, actor: Actor, identifier: RequestId, terms: RequestTerms
) -> InformationRequest:
    """Change a draft as a whole; an approval it had is void.

    Raises:
        NotFound: no such request, or another agency's. Conflict: it was sent.
        InvalidInput: as for a new one.
    """
    async with parts.database.work() as work:
        found = await asked_by(work, actor, identifier, lock=True)
        _require_sound(parts, terms)
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
        changed = await _with_parties(parts, work, changed)
        how = RequestMove(Edited(), Action.INFORMATION_REQUEST_EDITED)
        moved = await move_request(parts, work, actor, changed, how)
        await work.requests.rewrite(found.id, seal_content(parts, found.id, terms.content))
    return moved


async def check_request(parts: Parts, actor: Actor, identifier: RequestId) -> RequestCheck:
    """Whether a draft could go out now, with everything that stands against it.

    Raises:
        NotFound: no such request, or another agency's. Conflict: it was sent.
    """
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier)
        if not request.state.is_editable:
            raise Conflict("This request has been sent.", "Look at its state.")
        content = await open_content(parts, work, request.id)
        found = await _check(parts, work, request, content)
        detail: dict[str, JSON] = {
            "policy": found.policy_digest,
            "allowed": found.decision.allowed,
            "rules": [finding.rule for finding in found.decision.denials],
        }
        action = Action.INFORMATION_REQUEST_CHECKED
        await record_about(parts, work, actor, action, request, detail)
    return found


async def approve_request(parts: Parts, actor: Actor, identifier: RequestId) -> InformationRequest:
    """Approve a draft as it stands, as a second person of the asking agency.

    Raises:
        Forbidden: the actor is no named person who may approve.
        NotFound: no such request, or another agency's.
        Conflict: it was sent, or the actor is the requester.
    """
    refused = Forbidden(
        "Only a named coordinator or privacy officer approves.", "Ask one of them to approve."
    )
    if actor.role not in {Role.COORDINATOR, Role.PRIVACY_OFFICER}:
        raise refused
    approver = replace(actor, role=Role.COORDINATOR)
    async with parts.database.work() as work:
        found = await asked_by(work, approver, identifier, lock=True)
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
            await _recall(parts, work, actor, moved)
            await work.requests.plan_reminders(moved.id, ())
            await work.jobs.notify_request(moved.id, "withdrawn", parts.identifiers.new())
    return moved


async def get_asked(parts: Parts, actor: Actor, identifier: RequestId) -> RequestView:
    """A request of the actor's agency, with its thread and answer.

    Raises:
        NotFound: no such request, or another agency's.
    """
    async with parts.database.work() as work:
        return await _view(parts, work, await asked_by(work, actor, identifier))


async def get_received(parts: Parts, actor: Actor, identifier: RequestId) -> RequestView:
    """A request to the actor's agency, with its thread and answer; reading it is recorded.

    Raises:
        NotFound: no such request, or not to this agency.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier)
        await record_about(parts, work, actor, Action.INFORMATION_REQUEST_READ, request)
        return await _view(parts, work, request)


async def list_asked(
    parts: Parts, actor: Actor, page: Page, wanted: RequestFilter
) -> Sequence[InformationRequest]:
    """A page of the requests of the actor's agency, oldest first."""
    _require_coordinator(actor)
    async with parts.database.work() as work:
        return await work.requests.list_asked(actor.of_agency(), page, wanted)


async def list_received(
    parts: Parts, actor: Actor, page: Page, wanted: RequestFilter
) -> Sequence[InformationRequest]:
    """A page of the requests to the actor's agency, oldest first.

    Whoever came by a one-time link sees the one request it is for.
    """
    if actor.role is not Role.RESPONDER:
        raise Forbidden("Only a responder answers requests.", "Ask your agency's responder.")
    async with parts.database.work() as work:
        if actor.request is not None:
            only = await received_by(work, actor, actor.request)
            before = page.after is not None and only.id <= page.after
            return [only] if wanted.takes(only) and not before else []
        return await work.requests.list_received(actor.of_agency(), page, wanted)


async def add_message(
    parts: Parts,
    work: Work,
    actor: Actor,
    request: InformationRequest,
    kind: MessageKind,
    text: str,
) -> None:
    """Add a message by the actor to a request's thread.

    Raises:
        Forbidden: the actor is no named person. InvalidInput: the text is blank or too long.
    """
    if actor.representative is None:
        raise Forbidden("Only a named person writes to the other agency.", "Sign in as yourself.")
    message = Message(
        id=parts.identifiers.new(),
        request=request.id,
        at=parts.clock.now(),
        agency=actor.of_agency(),
        author=actor.representative,
        kind=kind,
        text=required_text(text, "text"),
    )
    await work.requests.add_message(seal_message(parts, message))


def required_text(text: str, field: str) -> str:
    """`text` without the space around it.

    Raises:
        InvalidInput: it is blank or too long.
    """
    stripped = text.strip()
    if not 0 < len(stripped) <= _LONGEST_TEXT:
        raise InvalidInput(
            f"This text is blank, or longer than {_LONGEST_TEXT:,} characters.",
            "Write it in plain words, and send what is long as a document.",
            field=field,
        )
    return stripped


def _require_coordinator(actor: Actor) -> None:
    if actor.role is not Role.COORDINATOR or actor.request is not None:
        raise Forbidden("Only a coordinator makes requests.", "Ask your coordinator.")


def _require_sound(parts: Parts, terms: RequestTerms) -> None:
    """Refuse content that can never be right; what may still be missing is left to the check."""
    added = {field.name for field in form_of(parts, terms.authority).fields if field.added}
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


async def _with_parties(
    parts: Parts, work: Work, request: InformationRequest
) -> InformationRequest:
    """The request with its holding agency, if what it refers to can be right at all."""
    form_of(parts, request.authority)
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
    return replace(request, holding_agency=holder.agency)


async def _check(
    parts: Parts, work: Work, request: InformationRequest, content: RequestContent
) -> RequestCheck:
    """Judge the pack that would carry the request, before there is one."""
    pack = request_facts.pack_of(parts, request, content, PackId(parts.identifiers.new()))
    document = Document(
        id=DocumentId(parts.identifiers.new()),
        pack=pack.id,
        title="Request for information",
        extension=".pdf",
        label=form_label(request),
        size_bytes=0,
        sha256=_NO_BYTES,
        crc32=0,
        blob=BlobId("none"),
        encoding=Encoding.IDENTITY,
        stored_bytes=0,
        position=1,
    )
    situation = await cases.gather(parts, work, pack)
    situation = replace(situation, documents=(document,))
    rows = (await cases.matrix(parts, situation)).rows
    form = form_of(parts, request.authority)
    return RequestCheck(
        decision=rows[0].decisions[0],
        missing=missing(content, form),
        too_broad=too_broad(content, form),
        policy_digest=parts.judge.digest,
    )


def form_label(request: InformationRequest) -> Label:
    """The label of a request's own document."""
    return Label(
        classification=request.marking,
        category=FORM_CATEGORY,
        source_agency=request.agency,
        children=(request.child,),
    )


async def _view(parts: Parts, work: Work, request: InformationRequest) -> RequestView:
    return RequestView(
        request=request,
        content=await open_content(parts, work, request.id),
        messages=tuple(
            open_message(parts, stored) for stored in await work.requests.messages(request.id)
        ),
        answer=await open_answer(parts, work, request.id),
    )


async def _recall(parts: Parts, work: Work, actor: Actor, request: InformationRequest) -> None:
    """Recall what carries the request, where that is not too late."""
    for pack in request.packs:
        for transfer in await work.transfers.list(request.agency, Page(limit=10), pack=pack):
            if transfer.state.is_terminal:
                continue
            locked = await work.transfers.get(transfer.id, request.agency, lock=True)
            if locked is None:
                continue
            try:
                recall = Move(RecallRequested(), Action.TRANSFER_RECALLED)
                await move(parts, work, actor, locked, recall)
            except Conflict:  # the password has left: the holder reads that it was withdrawn
                continue
