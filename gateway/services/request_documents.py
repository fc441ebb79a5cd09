"""The document of a request: what it shows, and its two forms in the vault."""

import asyncio
from dataclasses import replace

from gateway.domain.classification import external_marking
from gateway.domain.errors import InvalidInput, NotFound
from gateway.domain.information_requests.content import Party, RequestContent, RequestDocument
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.inspection import FileType
from gateway.domain.packs import Pack
from gateway.domain.register import Agency, Representative, Standing
from gateway.services import cases
from gateway.services.cases import Situation
from gateway.services.inspecting import Examined, made_here, once
from gateway.services.intake import take_in
from gateway.services.parts import Parts
from gateway.services.request_checking import form_label
from gateway.services.request_facts import form_of
from gateway.services.storage import Work
from gateway.services.uploads import NewDocument

_REPLY_BY = "Through the gateway, or by a pack sealed as this one is."

Files = list[tuple[NewDocument, Examined]]
"""Documents on their way into a pack, in the vault already."""


async def document_of(
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
        requester=_party(parts, form, situation.sender, situation.contact),
        holder=_party(parts, form, party.agency, party.person),
        due_on=request.due_on,
        content=replace(content, reply_by=reply_by),
        statements=form.statements,
        privacy_statement=situation.protocol.privacy_statement,
        # a field that the form no longer has is shown by its name
        further=tuple((labels.get(name, name), text) for name, text in content.further.items()),
        policy_digest=parts.judge.digest,
        made_at=parts.clock.now().astimezone(parts.rules.zone),
        subject_heading=form.subject_heading,
    )


async def files_of(parts: Parts, request: InformationRequest, document: RequestDocument) -> Files:
    """The document in both forms, in the vault.

    Raises:
        InvalidInput: the template is faulty, or cannot be filled.
    """
    made = [
        (FileType.DOCX, await asyncio.to_thread(parts.typesetter.docx, document)),
        (FileType.PDF, await asyncio.to_thread(parts.typesetter.pdf, document)),
    ]
    files = []
    for file_type, data in made:
        new = NewDocument(
            file_name=f"request{file_type.extensions[0]}",
            label=form_label(request),
            title=f"{document.title} ({file_type.name})",
        )
        files.append((new, made_here(await take_in(parts, once(data)), file_type)))
    return files


def _meeting(parts: Parts, situation: Situation) -> str:
    held = situation.meeting.held_at.astimezone(parts.rules.zone)
    return f"{situation.meeting.title}, {held.day} {held:%B %Y}"


def _party(parts: Parts, form: RequestForm, agency: Agency, person: Representative) -> Party:
    """One side; never a mobile, as passwords and codes go to it."""
    day = parts.today()
    return Party(
        agency=agency.name,
        person=person.name,
        role=person.role,
        standing="; ".join(
            _words(standing)
            for standing in (*agency.standings, *person.standings)
            if standing.counts_on(day) and (not form.standings or standing.status in form.standings)
        ),
        email=person.email,
        phone=person.telephone or "",
    )


def _words(standing: Standing) -> str:
    return f"{standing.status.value} ({standing.ground})"
