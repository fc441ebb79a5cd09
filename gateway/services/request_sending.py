"""Sending a request: its document is made, and goes to the holder as a pack like any other."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

from gateway.audit.canonical import JSON, canonical
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.classification import external_marking
from gateway.domain.errors import Conflict, InvalidInput, NotFound, Refused
from gateway.domain.information_requests import timing
from gateway.domain.information_requests.content import Party, RequestContent, RequestDocument
from gateway.domain.information_requests.events import Dispatched, Forwarded
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.threads import MessageKind
from gateway.domain.packs import Pack, PackId, RequestId
from gateway.domain.register import Agency, Representative, RepresentativeId, Standing
from gateway.domain.transfers import Transfer
from gateway.services import cases, secrets
from gateway.services.answer_links import expires_at
from gateway.services.auditing import pseudonym
from gateway.services.cases import Situation
from gateway.services.information_requests import add_message, form_label
from gateway.services.parts import Parts
from gateway.services.request_content import open_content
from gateway.services.request_facts import form_of, pack_of
from gateway.services.request_moves import (
    RequestMove,
    asked_by,
    move_request,
    received_by,
    record_about,
)
from gateway.services.request_storage import AnswerLink, StoredReminder
from gateway.services.sending import dispatch
from gateway.services.storage import StoredAnswer, Work
from gateway.services.uploads import NewDocument, StoredBytes, admit, kept, take_in

_REPLY_BY = "Through the gateway, or by a pack sealed as this one is."


async def send_request(
    parts: Parts, actor: Actor, identifier: RequestId, key: str | None = None
) -> InformationRequest:
    """Make the request's document and queue it for its holder.

    `key` makes a repeated call give the first answer.

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
        pack = pack_of(parts, request, content, PackId(parts.identifiers.new()))
        document = await _document(parts, work, pack, request, content)
    files = await _set(parts, request, document)
    async with kept(parts, [stored for _, stored in files]), parts.database.work() as work:
        if key is not None and await _was_answered(work, actor, key, asked):
            raise Conflict("This request is being sent.", "Look at its state.")
        now = await asked_by(work, actor, identifier, lock=True)
        _require_editable(now)
        if (now.edited_at, now.entered_at) != (request.edited_at, request.entered_at):
            raise Conflict("The request was changed meanwhile.", "Look at it, and send it again.")
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
        await _plan(parts, work, moved)
        if key is not None:
            held = StoredAnswer(asked, identifier)
            await work.answers.put(actor.of_agency(), key, held, parts.clock.now())
    return moved


async def forward_request(
    parts: Parts, actor: Actor, identifier: RequestId, holder: RepresentativeId, note: str
) -> InformationRequest:
    """Pass a request on to the right person of the same agency, sealed as it came.

    Raises:
        NotFound: no such request, or not to this agency.
        InvalidInput: the person is not of this agency.
        Refused: the rules do not let that person have it.
        Conflict: it is answered or ended, or that person has it.
    """
    async with parts.database.work() as work:
        request = await received_by(work, actor, identifier)
        await _require_colleague(work, request, holder)
        content = await open_content(parts, work, request.id)
        changed = replace(request, holder=holder)
        pack = pack_of(parts, changed, content, PackId(parts.identifiers.new()))
        document = await _document(parts, work, pack, changed, content)
    files = await _set(parts, changed, document)
    async with kept(parts, [stored for _, stored in files]), parts.database.work() as work:
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


async def _dispatch(
    parts: Parts,
    work: Work,
    actor: Actor,
    request: InformationRequest,
    pack: Pack,
    files: list[tuple[NewDocument, StoredBytes]],
) -> None:
    """Put the files into the pack, and queue its one transfer, with a link if one is needed."""
    await work.packs.add(pack)
    for new, stored in files:
        await admit(parts, work, actor, pack, new, stored)
    (transfer,) = await dispatch(parts, work, actor, pack)
    if len(transfer.documents) < len(files):
        raise Refused("Part of the request is withheld.", "Look at the check of the request.")
    await _link(parts, work, actor, request, transfer)


async def _link(
    parts: Parts, work: Work, actor: Actor, request: InformationRequest, transfer: Transfer
) -> None:
    """Make the one-time link of a holder whose agency has nobody who can sign in."""
    now = parts.clock.now()
    await work.links.close(request.id)
    holders = await work.register.representatives([request.holder])
    if parts.rules.link_base is None or holders[request.holder].mobile is None:
        return
    if await work.tokens.any_of(request.holding_agency, Role.RESPONDER, now):
        return
    made = await secrets.load(parts, work, transfer.id)
    link = AnswerLink(
        digest=secrets.answer_digest(parts, made.answer.reveal()),
        request=request.id,
        holder=request.holder,
        expires_at=expires_at(parts, request, await _region(work, request)),
    )
    await work.links.add(link)
    detail: dict[str, JSON] = {"expires_at": link.expires_at.isoformat(timespec="seconds")}
    await record_about(parts, work, actor, Action.ANSWER_LINK_MADE, request, detail)


async def _plan(parts: Parts, work: Work, request: InformationRequest) -> None:
    """Plan the reminders and the end of a request that was just sent."""
    if request.due_on is None or request.sent_at is None:
        raise InvalidInput("The request has no due date.", "Say by when.", field="due_on")
    region = await _region(work, request)
    planned = timing.plan(
        request.due_on,
        request.sent_at,
        region,
        parts.rules.zone,
        parts.rules.reminders,
        parts.calendar,
    )
    reminders = [StoredReminder(request.id, one.kind, one.at) for one in planned]
    await work.requests.plan_reminders(request.id, reminders)
    for one in reminders:
        await work.jobs.remind(request.id, one.kind.value, one.at)
    await work.jobs.expire_request(request.id, expires_at(parts, request, region))


async def _region(work: Work, request: InformationRequest) -> str | None:
    agency = await work.register.agency(request.holding_agency)
    return agency.region if agency else None


async def _was_answered(work: Work, actor: Actor, key: str, asked: str) -> bool:
    answer = await work.answers.get(actor.of_agency(), key)
    if answer is not None and answer.request_digest != asked:
        raise Conflict(
            "This idempotency key was used for another request.",
            "Use a fresh key for each new request.",
            field="Idempotency-Key",
        )
    return answer is not None


def _require_editable(request: InformationRequest) -> None:
    if not request.state.is_editable:
        raise Conflict("This request has been sent or taken back.", "Look at its state.")


async def _require_colleague(
    work: Work, request: InformationRequest, holder: RepresentativeId
) -> None:
    people = await work.register.representatives([holder])
    if holder not in people or people[holder].agency != request.holding_agency:
        raise InvalidInput(
            "A request is passed on only to another representative of your agency.",
            "Name one by the identifier in the register.",
            field="holder",
        )


async def _document(
    parts: Parts, work: Work, pack: Pack, request: InformationRequest, content: RequestContent
) -> RequestDocument:
    """What the request's document shows.

    Raises:
        NotFound: the protocol, holder or authority is not there. InvalidInput: no due date.
    """
    situation = await cases.gather(parts, work, pack)
    authority = parts.judge.authority(request.authority)
    party = situation.party(request.holder)
    if situation.protocol is None or authority is None or party is None:
        raise NotFound(
            "The protocol in force, the holder or the authority is not there.",
            "Check the request: it says what is missing.",
        )
    if request.due_on is None:
        raise InvalidInput("The request has no due date.", "Say by when.", field="due_on")
    form, ground = form_of(parts, request.authority), authority.ground(content.ground)
    labels = {field.name: field.label for field in form.fields if field.added}
    reply_by = content.reply_by or _REPLY_BY
    return RequestDocument(
        title=form.title,
        template=form.template,
        reference=request.reference,
        marking=external_marking(request.marking),
        authority=authority.name,
        ground=f"{content.ground}: {ground.text}" if ground else content.ground,
        meeting=_meeting(parts, situation),
        requester=_party(parts, situation.sender, situation.contact),
        holder=_party(parts, party.agency, party.person),
        due_on=request.due_on,
        content=replace(content, reply_by=reply_by),
        statements=form.statements,
        privacy_statement=situation.protocol.privacy_statement,
        further=tuple((labels.get(name, name), text) for name, text in content.further.items()),
        policy_digest=parts.judge.digest,
        made_at=parts.clock.now().astimezone(parts.rules.zone),
    )


def _meeting(parts: Parts, situation: Situation) -> str:
    held = situation.meeting.held_at.astimezone(parts.rules.zone)
    return f"{situation.meeting.title}, {held.day} {held:%B %Y}"


def _party(parts: Parts, agency: Agency, person: Representative) -> Party:
    day = parts.today()
    return Party(
        agency=agency.name,
        person=person.name,
        role=person.role,
        standing="; ".join(
            f"{_words(standing)}"
            for standing in (*agency.standings, *person.standings)
            if standing.counts_on(day)
        ),
        email=person.email,
        phone=person.telephone or person.mobile or "",
    )


def _words(standing: Standing) -> str:
    return f"{standing.status.value} ({standing.ground})"


async def _set(
    parts: Parts, request: InformationRequest, document: RequestDocument
) -> list[tuple[NewDocument, StoredBytes]]:
    """The document in both forms, in the vault."""
    made = [
        ("docx", await asyncio.to_thread(parts.typesetter.docx, document)),
        ("pdf", await asyncio.to_thread(parts.typesetter.pdf, document)),
    ]
    files = []
    for ending, data in made:
        new = NewDocument(
            file_name=f"request.{ending}",
            label=form_label(request),
            title=f"{document.title} ({ending.upper()})",
        )
        files.append((new, await take_in(parts, _once(data))))
    return files


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
