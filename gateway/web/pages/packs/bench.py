"""The page of a pack: its documents, their labels in one grid, and the check matrix."""

from typing import Any

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.decisions import Matrix
from gateway.domain.errors import Conflict, InvalidInput, NotFound, Problem
from gateway.domain.packs import DocumentId, PackKind
from gateway.services import labelling, packs
from gateway.services.found import found_in_pack
from gateway.services.labelling import PackView
from gateway.services.meetings import list_led
from gateway.services.paging import Page
from gateway.services.waiting import list_meeting_packs
from gateway.web.calls import Call
from gateway.web.form import Form
from gateway.web.models import PageQuery
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.packs.grid import choices_of, labels_from, rows_of, seen_in
from gateway.web.pages.shell import go, page
from gateway.web.paging import next_after


async def show_packs(call: Call) -> web.Response:
    """The agency's meeting packs, newest first."""
    wanted = call.query_as(PageQuery).page()
    found = await list_meeting_packs(call.parts, call.actor, wanted)
    led = await list_led(call.parts, call.actor, Page(limit=1000))
    return page(
        call.request,
        "packs/packs.html",
        packs=found,
        names={meeting.id: meeting.title for meeting, _ in led},
        following=next_after([pack.id for pack in found], wanted),
    )


async def show_pack(call: Call) -> web.Response:
    """A pack; one that belongs to a request is shown on the request's own page."""
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    if view.pack.kind is not PackKind.MEETING:
        return go(f"/requests/{view.pack.request}")
    return await pack_page(call, view)


async def save_labels(call: Call) -> web.Response:
    """On to the pack with all its labels as the grid has them; or the grid again."""
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    try:
        wanted = labels_from(call.form, view.documents)
        seen = seen_in(call.form, view.documents)
        await labelling.relabel_documents(call.parts, call.actor, call.pack, wanted, seen)
    except (InvalidInput, Conflict, NotFound) as error:
        status, errors = await refused(call, error)
        view = await labelling.look_at_pack(call.parts, call.actor, call.pack)  # as it is now
        return await pack_page(call, view, form=call.form, status=status, errors=errors)
    return go(f"/packs/{call.pack}", said="saved")


async def remove_document(call: Call) -> web.Response:
    """On to the pack without the document."""
    document = DocumentId(call.path["document"])
    await packs.remove_document(call.parts, call.actor, call.pack, document)
    return go(f"/packs/{call.pack}", said="removed")


async def ask_discard(call: Call) -> web.Response:
    """The question whether the pack is to be forgotten."""
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    if view.pack.sent_at is not None:
        return go(f"/packs/{call.pack}")
    return _discard_page(call, view)


async def discard_pack(call: Call) -> web.Response:
    """On to the list of packs, without this one; or the question again."""
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    if not call.form.ticked("sure"):
        error = InvalidInput("Nothing was discarded.", "Tick the box to confirm.", field="sure")
        status, errors = await refused(call, error)
        return _discard_page(call, view, status=status, errors=errors)
    await packs.discard_pack(call.parts, call.actor, call.pack)
    return go("/coordinator", said="discarded")


async def pack_page(
    call: Call,
    view: PackView,
    *,
    form: Form | None = None,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
) -> web.Response:
    """The page of a pack, checked anew while it is not sent."""
    words: dict[str, Any] = {
        "view": view,
        "errors": errors,
        "rows": rows_of(view.documents, form),
        "choices": choices_of(view),
        "found": await found_in_pack(call.parts, call.actor, view.pack.id),
        "levels": [level.value for level in Classification],
        "matrix": await _matrix(call, view),
        "limits": call.parts.rules,
    }
    marking = view.pack.marking.value
    return page(call.request, "packs/pack.html", status=status, marking=marking, **words)


async def _matrix(call: Call, view: PackView) -> Matrix | None:
    if view.pack.sent_at is not None or not view.documents:
        return None
    return await packs.check_pack(call.parts, call.actor, view.pack.id)


def _discard_page(call: Call, view: PackView, **more: Any) -> web.Response:
    words = {"status": 200, "errors": (), **more}
    marking = view.pack.marking.value
    return page(call.request, "packs/discard.html", view=view, marking=marking, **words)
