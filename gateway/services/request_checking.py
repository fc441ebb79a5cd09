"""Whether a request could go out, and everything that stands against it."""

from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.decisions import ChannelChoice, Decision
from gateway.domain.errors import Conflict
from gateway.domain.information_requests.breadth import BroadItem, too_broad
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.faults import FieldFault, demands, faults
from gateway.domain.information_requests.form import missing
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.inspected import Inspected
from gateway.domain.inspection import FileType
from gateway.domain.packs import BlobId, Document, DocumentId, Encoding, Label, PackId, RequestId
from gateway.services import cases, request_facts
from gateway.services.parts import Parts
from gateway.services.request_content import open_content
from gateway.services.request_facts import FORM_CATEGORY, form_of
from gateway.services.request_moves import ASKING_READERS, asked_by, record_about
from gateway.services.storage import Work

_NO_BYTES = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@dataclass(frozen=True, slots=True)
class RequestCheck:
    """What stands between a draft and its sending: the rules' decision, and what it rests on.

    Attributes:
        missing: names of the form's required fields that are blank.
        too_broad: items that are not specific, each with how to narrow it.
        channel: the way its password would go.
        faults: fields that cannot be right, or read as a duty, each with what to do about it.
    """

    decision: Decision
    missing: tuple[str, ...]
    too_broad: tuple[BroadItem, ...]
    policy_digest: str
    faults: tuple[FieldFault, ...] = ()
    channel: ChannelChoice | None = None


async def check_request(parts: Parts, actor: Actor, identifier: RequestId) -> RequestCheck:
    """Whether a draft could go out now, with everything that stands against it.

    Raises:
        NotFound: no such request, or another agency's. Conflict: it was sent.
    """
    async with parts.database.work() as work:
        request = await asked_by(work, actor, identifier, roles=ASKING_READERS)
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


def form_label(request: InformationRequest) -> Label:
    """The label of a request's own document."""
    return Label(
        classification=request.marking,
        category=FORM_CATEGORY,
        source_agency=request.agency,
        children=(request.child,),
    )


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
    made = Inspected(document.id, parts.clock.now(), FileType.PDF, made_here=True)
    situation = replace(situation, documents=(document,), inspected={document.id: made})
    rows = (await cases.matrix(parts, situation)).rows
    form, today, due_on = form_of(parts, request.authority), parts.today(), request.due_on
    return RequestCheck(
        decision=rows[0].decisions[0],
        missing=missing(content, form),
        too_broad=too_broad(content, form, today=today, due_on=due_on),
        policy_digest=parts.judge.digest,
        channel=rows[0].channel,
        faults=(*faults(content, form, today=today, due_on=due_on), *demands(content, form)),
    )
