"""Answering a request step by step: every step is kept, so that it can be left and come back to.

Nothing of it reaches the requester before the last step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.classification import Classification
from gateway.domain.decisions import Decision
from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.states import AnswerKind, InformationRequest
from gateway.domain.packs import Document, Pack, PackId, RequestId
from gateway.domain.register import Agency
from gateway.services import seen_digests
from gateway.services.answer_drafts import AnswerDraft, keep_draft, open_draft
from gateway.services.auditing import record
from gateway.services.packs import check_pack, owned
from gateway.services.parts import Parts
from gateway.services.request_answers import (
    AnswerTerms,
    DisclosureTerms,
    answer_pack,
    answer_with,
    begin_pack,
    require_open,
)
from gateway.services.request_content import open_content
from gateway.services.request_messages import named_person
from gateway.services.request_moves import received_by, subject_of
from gateway.services.request_reading import RequestView
from gateway.services.request_views import Setting, setting_of
from gateway.services.storage import Work


class Step(StrEnum):
    """A step of an answer."""

    KIND = "kind"
    STATEMENT = "statement"
    DOCUMENTS = "documents"
    REASONS = "reasons"
    SEND = "send"


_STEPS: dict[AnswerKind | None, tuple[Step, ...]] = {
    None: (Step.KIND,),
    AnswerKind.DISCLOSED: (Step.KIND, Step.STATEMENT, Step.DOCUMENTS, Step.SEND),
    AnswerKind.PARTLY: (Step.KIND, Step.STATEMENT, Step.DOCUMENTS, Step.REASONS, Step.SEND),
    AnswerKind.NOT_HELD: (Step.KIND, Step.REASONS, Step.SEND),
    AnswerKind.DECLINED: (Step.KIND, Step.REASONS, Step.SEND),
}


@dataclass(frozen=True, slots=True)
class Answering:
    """How far an answer is.

    Attributes:
        saved_at, saved_by: when and by whom it was last saved; None while nothing is.
        pack, documents: what is to be disclosed, once it was begun.
        agencies: those that a document may come from.
    """

    view: RequestView
    setting: Setting
    draft: AnswerDraft
    saved_at: datetime | None = None
    saved_by: str | None = None
    pack: Pack | None = None
    documents: tuple[Document, ...] = ()
    agencies: tuple[Agency, ...] = ()

    @property
    def request(self) -> InformationRequest:
        """The request that is answered."""
        return self.view.request

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that were asked for."""
        return tuple(dict.fromkeys(item.category for item in self.view.content.items))

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the kind of answer that was chosen."""
        return _STEPS[self.draft.kind]

    def next_after(self, step: Step) -> Step:
        """The step that follows; the first one where `step` is none of this kind's."""
        place = self.steps.index(step) + 1 if step in self.steps else 0
        return self.steps[min(place, len(self.steps) - 1)]


async def look_at_answer(parts: Parts, actor: Actor, identifier: RequestId) -> Answering:
    """How far the answer to a request is.

    Raises:
        NotFound: no such request, or not to this agency. Refused: it has ended.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier)
        require_open(request)
        view = RequestView(request, await open_content(parts, work, request.id), (), None)
        setting = await setting_of(parts, work, view)
        draft = await open_draft(parts, work, request.id)
        stored = await work.requests.draft(request.id)
        saver = None
        if stored is not None:
            people = await work.register.representatives([stored.author])
            saver = people[stored.author].name if stored.author in people else None
        pack = await _begun(work, request, draft)
        return Answering(
            view=view,
            setting=setting,
            draft=draft,
            saved_at=stored.saved_at if stored else None,
            saved_by=saver,
            pack=pack,
            documents=await work.packs.documents(pack.id) if pack else (),
            agencies=tuple((await work.register.agencies()).values()),
        )


async def choose_kind(parts: Parts, actor: Actor, identifier: RequestId, kind: AnswerKind) -> None:
    """The first step; what was written for other kinds stays until the answer is sent.

    Raises:
        NotFound: no such request, or not to this agency. Refused: it has ended.
    """
    await _save(parts, actor, identifier, lambda draft: replace(draft, kind=kind))


async def give_reasons(
    parts: Parts, actor: Actor, identifier: RequestId, ground: str, reasons: str, onward: str
) -> None:
    """Why it is declined, disclosed in part or not held, and whom to ask instead.

    Raises:
        NotFound: no such request, or not to this agency. Refused: it has ended.
    """
    await _save(
        parts,
        actor,
        identifier,
        lambda draft: replace(draft, ground=ground, reasons=reasons, onward=onward),
    )


async def state_disclosure(
    parts: Parts, actor: Actor, identifier: RequestId, terms: DisclosureTerms
) -> PackId:
    """What is said with the documents; begins their pack, or says it anew of one begun before.

    Raises:
        NotFound: no such request, or not to this agency. Refused: it has ended.
        Forbidden: the actor is no named person.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        require_open(request)
        draft = await open_draft(parts, work, request.id)
        begun = await _begun(work, request, draft)
        if begun is None:
            pack = await begin_pack(parts, work, actor, request, terms)
        else:
            anew = await answer_pack(parts, work, actor, request, terms)
            pack = replace(anew, id=begun.id, created_at=begun.created_at)
            await work.packs.update(pack)
        changed = replace(
            draft,
            pack=pack.id,
            belief=terms.belief,
            consultation=terms.consultation,
            limitations=terms.limitations,
        )
        await _keep(parts, work, actor, request, changed)
    return pack.id


async def check_documents(
    parts: Parts, actor: Actor, answering: Answering
) -> dict[str, Decision] | None:
    """The rules' decision on each document of the answer; None while there is none."""
    if answering.pack is None or not answering.documents:
        return None
    matrix = await check_pack(parts, actor, answering.pack.id)
    return {decision.document: decision for row in matrix.rows for decision in row.decisions}


def levels(parts: Parts) -> list[str]:
    """The classifications that this gateway can carry at all."""
    limits = parts.rules.limits
    ceiling = min(limits.mail_ceiling.rank, limits.accreditation.rank)
    return [level.value for level in Classification if level.rank <= ceiling]


async def pack_of_answer(parts: Parts, actor: Actor, identifier: RequestId) -> PackId:
    """The pack that documents of the answer go into.

    Raises:
        NotFound: no such request, or not to this agency. Refused: it has ended.
        InvalidInput: the statement that goes with the documents was not made yet.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier)
        require_open(request)
        draft = await open_draft(parts, work, request.id)
        if draft.pack is None:
            raise InvalidInput("There is no pack for the documents yet.", "Do the step before.")
        return (await owned(work, actor, draft.pack)).id


async def send_answer(
    parts: Parts, actor: Actor, identifier: RequestId, seen: str | None = None
) -> InformationRequest:
    """Answer with what the steps have gathered; `seen` is the digest of what was shown of it.

    Raises:
        NotFound: no such request, or not to this agency.
        InvalidInput: something is missing. Refused: the rules withhold a document.
        Conflict: it was answered, has ended, or is not what was shown.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        require_open(request)
        draft = await open_draft(parts, work, request.id)
        if seen is not None:
            documents: tuple[Document, ...] = ()
            if await _begun(work, request, draft) is not None and draft.pack is not None:
                await owned(work, actor, draft.pack, lock=True)  # nobody adds to it from here on
                documents = await work.packs.documents(draft.pack)
            people = await work.register.representatives([request.requester])
            shown = seen_digests.of_answer(draft, documents, people[request.requester])
            seen_digests.require_same(seen, shown)
        return await answer_with(parts, work, actor, request, _terms(draft))


def _terms(draft: AnswerDraft) -> AnswerTerms:
    """The answer that a draft is.

    Raises:
        InvalidInput: something is missing.
    """
    if draft.kind is None:
        raise InvalidInput("No kind of answer is chosen.", "Choose one first.", field="kind")
    if draft.kind.has_documents and draft.pack is None:
        raise InvalidInput(
            "There is nothing to disclose yet.", "Make the statement and add the documents."
        )
    declined = draft.kind is AnswerKind.DECLINED
    return AnswerTerms(
        kind=draft.kind,
        pack=draft.pack if draft.kind.has_documents else None,
        ground=draft.ground if declined else "",
        reasons="" if draft.kind is AnswerKind.DISCLOSED else draft.reasons,
        onward=draft.onward,
    )


async def _save(
    parts: Parts,
    actor: Actor,
    identifier: RequestId,
    change: Callable[[AnswerDraft], AnswerDraft],
) -> None:
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier, lock=True)
        require_open(request)
        changed = change(await open_draft(parts, work, request.id))
        await _keep(parts, work, actor, request, changed)


async def _keep(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, draft: AnswerDraft
) -> None:
    """Keep the draft; the entry concerns the agency that answers, and is not the requester's."""
    await keep_draft(parts, work, request.id, named_person(actor), draft)
    detail: dict[str, JSON] = {"pack": draft.pack}
    subject, action = subject_of(parts, request), Action.INFORMATION_REQUEST_ANSWER_SAVED
    agency = request.holding_agency
    await record(parts, work, actor, action, subject, detail, agency=agency)


async def _begun(work: Work, request: InformationRequest, draft: AnswerDraft) -> Pack | None:
    if draft.pack is None:
        return None
    pack = await work.packs.get(draft.pack, request.holding_agency)
    return pack if pack is not None and pack.sent_at is None else None
