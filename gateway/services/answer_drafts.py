"""What a responder has written of an answer and not sent, kept encrypted until it is.

A request has at most one draft, which everybody at the holding agency who answers it shares. Once
the request can no longer be answered the draft goes, and with it a pack that was begun for it.
"""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.information_requests.content import ConsultationRecord
from gateway.domain.information_requests.states import AnswerKind, InformationRequest
from gateway.domain.packs import PackId, RequestId
from gateway.domain.register import RepresentativeId
from gateway.domain.secret import Secret
from gateway.services.auditing import record
from gateway.services.disposal import destroy
from gateway.services.packs import subject_of
from gateway.services.parts import Parts
from gateway.services.request_storage import SealedDraft
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """What was written so far; fields as of `AnswerTerms` and `DisclosureTerms`.

    Attributes:
        kind: None until it is chosen.
        pack: the pack that is to carry what is disclosed, once it was begun.
    """

    kind: AnswerKind | None = None
    pack: PackId | None = None
    belief: str = ""
    consultation: ConsultationRecord = field(default_factory=ConsultationRecord)
    limitations: str = ""
    ground: str = ""
    reasons: str = ""
    onward: str = ""


_DRAFT = TypeAdapter(AnswerDraft)


async def open_draft(parts: Parts, work: Work, request: RequestId) -> AnswerDraft:
    """What was written so far; an empty draft if nothing was.

    Raises:
        Tampered: it is not what was stored.
    """
    stored = await work.requests.draft(request)
    if stored is None:
        return AnswerDraft()
    return _DRAFT.validate_json(parts.vault.open_secret(_name(request), stored.sealed).reveal())


async def keep_draft(
    parts: Parts, work: Work, request: RequestId, author: RepresentativeId, draft: AnswerDraft
) -> None:
    """Keep what was written, encrypted and bound to its request."""
    text = Secret(_DRAFT.dump_json(draft).decode())
    sealed = parts.vault.seal_secret(_name(request), text)
    await work.requests.put_draft(SealedDraft(request, author, parts.clock.now(), sealed))


async def dispose_of_draft(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest
) -> None:
    """Forget the draft of a request that can no longer be answered, and a pack begun for it."""
    draft = await open_draft(parts, work, request.id)
    await work.requests.drop_draft(request.id)
    if draft.pack is None:
        return
    pack = await work.packs.get(draft.pack, request.holding_agency, lock=True)
    if pack is None or pack.request != request.id or pack.sent_at is not None:
        return
    for document in await work.packs.documents(pack.id):
        await destroy(work, document.blob)
    await work.packs.remove(pack.id)
    subject = {**subject_of(parts, pack), "information_request": request.id}
    await record(parts, work, actor, Action.PACK_DISCARDED, subject, agency=pack.agency)


def _name(request: RequestId) -> str:
    return f"draft of an answer to information request:{request}"
