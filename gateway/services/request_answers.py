"""Answering a request: acknowledge it, ask, disclose, say what is not held, decline.

Section 66C says may: a holder may decline, and nothing here tells anyone that they must answer.
"""

from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, NotFound, Refused
from gateway.domain.information_requests.content import ConsultationRecord
from gateway.domain.information_requests.events import (
    AnswerGiven,
    ClarificationAsked,
    ClarificationGiven,
    Read,
)
from gateway.domain.information_requests.states import (
    AnswerKind,
    InformationRequest,
    RequestState,
)
from gateway.domain.information_requests.threads import Answer, MessageKind
from gateway.domain.packs import Consultation, Pack, PackId, PackKind, RequestId, Statement
from gateway.services.auditing import meeting_pseudonym, record
from gateway.services.packs import consulted, owned
from gateway.services.parts import Parts
from gateway.services.request_content import open_content, seal_answer
from gateway.services.request_facts import form_of
from gateway.services.request_messages import add_message, named_person, require_reasons
from gateway.services.request_moves import (
    RequestMove,
    asked_by,
    move_request,
    received_by,
)
from gateway.services.sending import dispatch
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class DisclosureTerms:
    """What a responder says with what is disclosed.

    Attributes:
        belief: why the person believes that it will assist the requester.
        consultation: of the child or young person, before disclosing.
        limitations: on reliability, accuracy and secondary use; they go with the documents.
    Source: Oranga Tamariki Act 1989 ss 66C(b), 66K.
    """

    belief: str
    consultation: ConsultationRecord
    limitations: str = ""


@dataclass(frozen=True, slots=True)
class AnswerTerms:
    """An answer: `pack` for what is disclosed, `ground` (a code of the form) for a decline."""

    kind: AnswerKind
    pack: PackId | None = None
    ground: str = ""
    reasons: str = ""
    onward: str = ""


async def acknowledge_request(
    parts: Parts, actor: Actor, identifier: RequestId
) -> InformationRequest:
    """Say that the request is here and read; twice is once.

    Raises:
        NotFound: no such request, or not to this agency. Conflict: it has ended.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        if request.state is RequestState.ACKNOWLEDGED:
            return request
        how = RequestMove(Read(), Action.INFORMATION_REQUEST_ACKNOWLEDGED, {"by": "responder"})
        return await move_request(parts, work, actor, request, how)


async def ask_clarification(
    parts: Parts, actor: Actor, identifier: RequestId, text: str
) -> InformationRequest:
    """Ask the requester what is meant.

    Raises:
        NotFound: no such request, or not to this agency. InvalidInput: a blank or too long text.
        Conflict: it has ended.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        how = RequestMove(ClarificationAsked(), Action.INFORMATION_REQUEST_QUESTIONED)
        moved = await move_request(parts, work, actor, request, how)
        await add_message(parts, work, actor, moved, MessageKind.QUESTION, text)
        await work.jobs.notify_request(moved.id, "question", parts.identifiers.new())
    return moved


async def give_clarification(
    parts: Parts, actor: Actor, identifier: RequestId, text: str
) -> InformationRequest:
    """Reply to the holder's question.

    Raises:
        NotFound: no such request, or another agency's. InvalidInput: a blank or too long text.
        Conflict: nothing was asked.
    """
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier, lock=True)
        how = RequestMove(ClarificationGiven(), Action.INFORMATION_REQUEST_REPLIED)
        moved = await move_request(parts, work, actor, request, how)
        await add_message(parts, work, actor, moved, MessageKind.REPLY, text)
        await work.jobs.notify_request(moved.id, "reply", parts.identifiers.new())
    return moved


async def start_disclosure(
    parts: Parts, actor: Actor, identifier: RequestId, terms: DisclosureTerms
) -> Pack:
    """A new, empty pack that is to carry what is disclosed; documents are added as to any pack.

    Raises:
        NotFound: no such request, or not to this agency.
        Forbidden: the actor is no named person. Conflict: the request has ended.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        require_open(request)
        return await begin_pack(parts, work, actor, request, terms)


async def begin_pack(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, terms: DisclosureTerms
) -> Pack:
    """A new, empty pack for what is to be disclosed, in the caller's transaction.

    Raises:
        Forbidden: the actor is no named person.
    """
    pack = await answer_pack(parts, work, actor, request, terms)
    await work.packs.add(pack)
    detail: dict[str, JSON] = {
        "kind": pack.kind.value,
        "authority": pack.authority,
        "purpose": pack.purpose,
        "marking": pack.marking.value,
        "consultations": consulted(parts, pack),
    }
    subject: dict[str, JSON] = {
        "pack": pack.id,
        "information_request": request.id,
        "meeting": meeting_pseudonym(parts, pack.meeting),
    }
    await record(parts, work, actor, Action.PACK_CREATED, subject, detail, agency=pack.agency)
    return pack


async def give_answer(
    parts: Parts, actor: Actor, identifier: RequestId, terms: AnswerTerms
) -> InformationRequest:
    """Answer a request; what is disclosed goes out through the same checks as any pack.

    Raises:
        NotFound: no such request, not to this agency, or not its pack.
        InvalidInput: a reason or ground is missing. Refused: the rules withhold a document.
        Conflict: the request has ended, or the pack was sent.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        return await answer_with(parts, work, actor, request, terms)


async def answer_with(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, terms: AnswerTerms
) -> InformationRequest:
    """Answer a locked request, in the caller's transaction.

    Raises:
        NotFound: not its pack. InvalidInput: a reason or ground is missing.
        Refused: the rules withhold a document. Conflict: it has ended, or the pack was sent.
    """
    require_open(request)
    form = form_of(parts, request.authority)
    require_reasons(form, terms.kind, terms.ground, terms.reasons)
    pack = None
    if terms.pack is not None:
        pack = await _disclosed(parts, work, actor, request, terms.pack)
    answer = _answer(parts, actor, terms, pack)
    await work.requests.put_answer(request.id, seal_answer(parts, request.id, answer))
    detail: dict[str, JSON] = {
        "answer": terms.kind.value,
        "ground": terms.ground or None,
        "pack": pack.id if pack else None,
    }
    event = AnswerGiven(terms.kind, pack.id if pack else None)
    how = RequestMove(event, Action.INFORMATION_REQUEST_ANSWERED, detail)
    moved = await move_request(parts, work, actor, request, how)
    await work.requests.plan_reminders(moved.id, ())
    await work.jobs.notify_request(moved.id, "answered", parts.identifiers.new())
    return moved


async def _disclosed(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, identifier: PackId
) -> Pack:
    """Send the pack with what is disclosed; all of it or nothing."""
    pack = await owned(work, actor, identifier, lock=True)
    if pack.request != request.id:
        raise NotFound("This request has no such pack.", "Check the identifier.", field="pack")
    (transfer,) = await dispatch(parts, work, actor, pack)
    if transfer.withheld:
        raise Refused(
            "The rules withhold part of what would be disclosed, so nothing was sent.",
            "Look at the check of the pack; correct its labels, or take out what is withheld.",
        )
    return pack


def _answer(parts: Parts, actor: Actor, terms: AnswerTerms, pack: Pack | None) -> Answer:
    statement = pack.statements[0].belief if pack and pack.statements else ""
    stated = pack.consultations[0] if pack and pack.consultations else None
    return Answer(
        kind=terms.kind,
        at=parts.clock.now(),
        answered_by=named_person(actor),
        ground=terms.ground,
        reasons=terms.reasons.strip(),
        limitations=pack.limitations if pack else "",
        belief=statement,
        consultation=ConsultationRecord(stated.consulted, "", stated.account)
        if stated
        else ConsultationRecord(),
        onward=terms.onward.strip(),
        pack=pack.id if pack else None,
    )


async def answer_pack(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, terms: DisclosureTerms
) -> Pack:
    """What the pack for a disclosure says, as the actor states it now; it is not stored yet.

    Raises:
        Forbidden: the actor is no named person.
    """
    content = await open_content(parts, work, request.id)
    authority = parts.judge.authority(request.authority)
    statements: tuple[Statement, ...] = ()
    if authority is not None and authority.needs_statement:
        instrument = content.instrument or None
        belief = terms.belief.strip()
        stated_by = named_person(actor)
        statements = (Statement(request.requester, content.ground, belief, stated_by, instrument),)
    stated = terms.consultation
    consultations: tuple[Consultation, ...] = ()
    if stated.consulted is not None:
        whom = f"{stated.whom}: " if stated.whom else ""
        account = f"{whom}{stated.account}".strip()
        consultations = (Consultation(request.child, stated.consulted, account),)
    return Pack(
        id=PackId(parts.identifiers.new()),
        meeting=request.meeting,
        agency=request.holding_agency,
        contact=named_person(actor),
        authority=request.authority,
        purpose=request.purpose,
        marking=request.marking,
        created_at=parts.clock.now(),
        statements=statements,
        consultations=consultations,
        kind=PackKind.ANSWER,
        request=request.id,
        recipients=(request.requester,),
        limitations=terms.limitations.strip(),
    )


def require_open(request: InformationRequest) -> None:
    """Refuse what only a request that can still be answered allows.

    Raises:
        Conflict: it has ended.
    """
    if not request.state.is_open:
        raise Conflict(
            f"This request is {request.state.value}, so it cannot be answered.",
            "Ask the requester for a new one if something is still to be said.",
        )
