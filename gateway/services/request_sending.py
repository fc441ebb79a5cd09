"""Sending a request: its document is made, and goes to the holder as a pack like any other."""

import hashlib
from dataclasses import replace

from gateway.audit.canonical import JSON, canonical
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, InvalidInput, Refused
from gateway.domain.information_requests.content import RequestDocument
from gateway.domain.information_requests.events import Dispatched, Forwarded, Readdressed
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.threads import MessageKind
from gateway.domain.packs import Pack, PackId, RequestId
from gateway.domain.register import Representative, RepresentativeId
from gateway.domain.transfers import Transfer
from gateway.services import secrets, seen_digests
from gateway.services.auditing import pseudonym
from gateway.services.intake import kept
from gateway.services.parts import Parts
from gateway.services.request_content import open_content
from gateway.services.request_documents import Files, document_of, files_of
from gateway.services.request_facts import pack_of
from gateway.services.request_messages import add_message
from gateway.services.request_moves import (
    RequestMove,
    asked_by,
    move_request,
    received_by,
    record_about,
)
from gateway.services.request_reach import can_be_answered, works_by_link
from gateway.services.request_recall import recall_packs
from gateway.services.request_storage import AnswerLink
from gateway.services.request_times import expires_at, plan_reminders, region_of
from gateway.services.sending import dispatch
from gateway.services.storage import StoredAnswer, Work
from gateway.services.uploads import admit


class _SentMeanwhileError(Exception):
    """The same call was answered while this one made its document; never leaves this module."""


async def send_request(
    parts: Parts,
    actor: Actor,
    identifier: RequestId,
    key: str | None = None,
    seen: str | None = None,
) -> InformationRequest:
    """Make the request's document and queue it for its holder.

    `key` makes a repeated call give the first answer; `seen` is the digest of what was shown, and
    nothing else is sent.

    Raises:
        NotFound: no such request, or another agency's.
        Refused: the rules do not let it go out. InvalidInput: its document cannot be made.
        Conflict: it was sent, or changed meanwhile, or the key was used for something else.
    """
    asked = hashlib.sha256(canonical({"send request": identifier})).hexdigest()
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier)
        if key is not None and await _was_answered(work, actor, key, asked):
            return request
        _require_editable(request)
        content = await open_content(parts, work, request.id)
        people = await work.register.representatives([request.holder])
        shown = seen_digests.of_sending(request, content, people[request.holder])
        seen_digests.require_same(seen, shown)
        pack = pack_of(parts, request, content, PackId(parts.identifiers.new()))
        document = await document_of(parts, work, pack, request, content)
    files = await files_of(parts, request, document)
    try:
        async with kept(parts, [made.stored for _, made in files]), parts.database.work() as work:
            await _require_first(work, actor, key, asked)
            now = await asked_by(work, actor, identifier, lock=True)
            _require_editable(now)
            if (now.edited_at, now.entered_at) != (request.edited_at, request.entered_at):
                raise Conflict(
                    "The request was changed meanwhile.", "Look at it, and send it again."
                )
            await _dispatch(parts, work, actor, now, pack, files)
            detail: dict[str, JSON] = {
                "pack": pack.id,
                "authority": now.authority,
                "ground": content.ground,
                "due_on": now.due_on.isoformat() if now.due_on else None,
                "items": len(content.items),
                "policy": parts.judge.digest,
            }
            how = RequestMove(Dispatched(pack.id), Action.INFORMATION_REQUEST_SENT, detail)
            moved = await move_request(parts, work, actor, now, how)
            await plan_reminders(parts, work, moved)
            if key is not None:
                held = StoredAnswer(asked, identifier)
                await work.answers.put(actor.of_agency(), key, held, parts.clock.now())
    except _SentMeanwhileError:  # by the first press of the same button
        async with parts.database.work() as work:
            return await asked_by(work, actor, identifier)
    return moved


async def forward_request(
    parts: Parts, actor: Actor, identifier: RequestId, holder: RepresentativeId, note: str
) -> InformationRequest:
    """Pass a request on to the right person of the same agency, sealed as it came.

    Raises:
        NotFound: no such request, or not to this agency.
        InvalidInput: the person is not of this agency, or has no way to answer.
        Refused: the rules do not let that person have it.
        Conflict: it is answered or ended, or that person has it.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier)
        colleague = await _colleague(work, request, holder)
        if actor.request is not None:  # whoever is here by a link may leave nobody who can answer
            await _require_way(parts, work, colleague)
        pack, document = await _made_for(parts, work, request, holder)
    files = await files_of(parts, replace(request, holder=holder), document)
    async with kept(parts, [made.stored for _, made in files]), parts.database.work() as work:
        now = await received_by(work, actor, identifier, lock=True)
        how = RequestMove(
            Forwarded(holder, pack.id),
            Action.INFORMATION_REQUEST_FORWARDED,
            {"pack": pack.id, "from": pseudonym(parts, now.holder)},
        )
        moved = await move_request(parts, work, actor, now, how)
        if note.strip():
            await add_message(parts, work, actor, moved, MessageKind.FORWARDING, note)
        await _dispatch(parts, work, actor, moved, pack, files)
    return moved


async def readdress_request(
    parts: Parts, actor: Actor, identifier: RequestId, holder: RepresentativeId
) -> InformationRequest:
    """Address an open request to another of the holding agency's people, e.g. as its holder left.

    What carried it before is recalled where that is not too late, and earlier links are void.

    Raises:
        NotFound: no such request, or another agency's.
        InvalidInput: the person is not of the holding agency, has left, or has no way to answer.
        Refused: the rules do not let that person have it.
        Conflict: it was not sent, is answered or ended, or that person has it.
    """
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier)
        _require_sent(request)
        person = await _colleague(work, request, holder)
        if not person.is_active_on(parts.today()):
            raise InvalidInput(
                "This person no longer acts for the agency, or does not yet.",
                "Name another representative.",
                field="holder",
            )
        await _require_way(parts, work, person)
        pack, document = await _made_for(parts, work, request, holder)
    files = await files_of(parts, replace(request, holder=holder), document)
    async with kept(parts, [made.stored for _, made in files]), parts.database.work() as work:
        now = await asked_by(work, actor, identifier, lock=True)
        _require_sent(now)
        detail: dict[str, JSON] = {"pack": pack.id, "from": pseudonym(parts, now.holder)}
        action = Action.INFORMATION_REQUEST_READDRESSED
        how = RequestMove(Readdressed(holder, pack.id), action, detail)
        moved = await move_request(parts, work, actor, now, how)
        await recall_packs(parts, work, actor, moved, now.packs)
        await _dispatch(parts, work, actor, moved, pack, files)
    return moved


async def _made_for(
    parts: Parts, work: Work, request: InformationRequest, holder: RepresentativeId
) -> tuple[Pack, RequestDocument]:
    """The pack that would carry the request to this holder, and the document to go into it."""
    content = await open_content(parts, work, request.id)
    changed = replace(request, holder=holder)
    pack = pack_of(parts, changed, content, PackId(parts.identifiers.new()))
    return pack, await document_of(parts, work, pack, changed, content)


async def _dispatch(
    parts: Parts,
    work: Work,
    actor: Actor,
    request: InformationRequest,
    pack: Pack,
    files: Files,
) -> None:
    """Put the files into the pack, and queue its one transfer, with a link if one is needed."""
    await work.packs.add(pack)
    for new, made in files:
        await admit(parts, work, actor, pack, new, made)
    (transfer,) = await dispatch(parts, work, actor, pack)
    if len(transfer.documents) < len(files):
        raise Refused("Part of the request is withheld.", "Look at the check of the request.")
    await _link(parts, work, actor, request, transfer)


async def _link(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, transfer: Transfer
) -> None:
    """Make the one-time link of a holder who cannot sign in."""
    await work.links.close(request.id)
    holders = await work.register.representatives([request.holder])
    if not await works_by_link(parts, work, holders[request.holder]):
        return
    made = await secrets.load(parts, work, transfer.id)
    link = AnswerLink(
        digest=secrets.answer_digest(parts, made.answer.reveal()),
        request=request.id,
        holder=request.holder,
        expires_at=expires_at(parts, request, await region_of(work, request)),
    )
    await work.links.add(link)
    detail: dict[str, JSON] = {"expires_at": link.expires_at.isoformat(timespec="seconds")}
    await record_about(parts, work, actor, Action.ANSWER_LINK_MADE, request, detail)


async def _was_answered(work: Work, actor: Actor, key: str, asked: str) -> bool:
    answer = await work.answers.get(actor.of_agency(), key)
    if answer is not None and answer.request_digest != asked:
        raise Conflict(
            "This idempotency key was used for another request.",
            "Use a fresh key for each new request.",
            field="Idempotency-Key",
        )
    return answer is not None


async def _require_first(work: Work, actor: Actor, key: str | None, asked: str) -> None:
    if key is not None and await _was_answered(work, actor, key, asked):
        raise _SentMeanwhileError


def _require_editable(request: InformationRequest) -> None:
    if not request.state.is_editable:
        raise Conflict("This request has been sent or taken back.", "Look at its state.")


def _require_sent(request: InformationRequest) -> None:
    if not request.state.is_open:
        raise Conflict(
            f"A request that is {request.state.value} is not addressed anew.",
            "Edit a draft as a whole; for one that has ended, make a new request.",
        )


async def _colleague(
    work: Work, request: InformationRequest, holder: RepresentativeId
) -> Representative:
    """The person, if they are of the holding agency."""
    people = await work.register.representatives([holder])
    if holder not in people or people[holder].agency != request.holding_agency:
        raise InvalidInput(
            "A request is passed on only to another representative of the agency that is asked.",
            "Name one by the identifier in the register.",
            field="holder",
        )
    return people[holder]


async def _require_way(parts: Parts, work: Work, person: Representative) -> None:
    if not await can_be_answered(parts, work, person):
        raise InvalidInput(
            "This person could not answer: they have no mobile for the code of a one-time link, "
            "and nobody of their agency can sign in.",
            "Name another representative, or have their mobile registered first.",
            field="holder",
        )
