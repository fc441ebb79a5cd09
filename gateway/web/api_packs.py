"""Handlers for packs, their documents, their check, and sending."""

from gateway.services import found, packs, sending
from gateway.web import uploads
from gateway.web.answers.found import FoundShown
from gateway.web.answers.packs import (
    DocumentShown,
    MatrixShown,
    PackPage,
    PackShown,
    PackSummary,
)
from gateway.web.answers.transfers import SentShown, TransferShown
from gateway.web.calls import Answer, Call
from gateway.web.models import CleanBody, Label, PackBody, PageQuery, UploadQuery
from gateway.web.paging import next_after


async def create_pack(call: Call) -> Answer:
    """A new pack."""
    terms = call.body_as(PackBody).to_terms(call.actor.representative)
    pack = await packs.create_pack(call.parts, call.actor, terms)
    return Answer(PackShown.of(pack, ()), {"Location": f"/api/v1/packs/{pack.id}"})


async def list_packs(call: Call) -> Answer:
    """A page of packs."""
    page = call.query_as(PageQuery).page()
    found = await packs.list_packs(call.parts, call.actor, page)
    items = tuple(PackSummary.model_validate(pack) for pack in found)
    return Answer(PackPage(items=items, next=next_after([p.id for p in found], page)))


async def get_pack(call: Call) -> Answer:
    """A pack with its documents."""
    return Answer(PackShown.of(*await packs.get_pack(call.parts, call.actor, call.pack)))


async def discard_pack(call: Call) -> Answer:
    """Nothing: the pack is gone."""
    await packs.discard_pack(call.parts, call.actor, call.pack)
    return Answer()


async def add_document(call: Call) -> Answer:
    """The document as it was stored."""
    remove = call.query_as(UploadQuery).remove_unsafe
    document = await uploads.receive(call, call.pack, remove_unsafe=remove)
    return Answer(DocumentShown.model_validate(document))


async def relabel_document(call: Call) -> Answer:
    """The document with its new label."""
    label = call.body_as(Label).to_domain()
    document = await packs.relabel_document(call.parts, call.actor, call.pack, call.document, label)
    return Answer(DocumentShown.model_validate(document))


async def remove_document(call: Call) -> Answer:
    """Nothing: the document is gone."""
    await packs.remove_document(call.parts, call.actor, call.pack, call.document)
    return Answer()


async def get_found(call: Call) -> Answer:
    """What was found in the document."""
    seen = await found.look_at_found(call.parts, call.actor, call.pack, call.document)
    return Answer(FoundShown.of(seen))


async def clean_document(call: Call) -> Answer:
    """The document without what was to be taken out."""
    kinds = call.body_as(CleanBody).to_kinds()
    document = await found.clean_document(call.parts, call.actor, call.pack, call.document, kinds)
    return Answer(DocumentShown.model_validate(document))


async def stamp_document(call: Call) -> Answer:
    """The document with the marking on its pages."""
    document = await found.stamp_document(call.parts, call.actor, call.pack, call.document)
    return Answer(DocumentShown.model_validate(document))


async def check_pack(call: Call) -> Answer:
    """The check: recipients by documents."""
    return Answer(MatrixShown.of(await packs.check_pack(call.parts, call.actor, call.pack)))


async def send_pack(call: Call) -> Answer:
    """The transfers; the same ones when the request is repeated with its key."""
    sent = await sending.send_pack(call.parts, call.actor, call.pack, call.key)
    answer = SentShown(transfers=tuple(TransferShown.of(t) for t in sent.transfers))
    return Answer(answer, {"Idempotent-Replayed": "true"} if sent.repeated else {})
