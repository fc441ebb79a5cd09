"""A draft with its findings, for machines."""

from typing import Any, Final

from aiohttp import web
from pydantic import TypeAdapter

from gateway.domain.drafts import Content, DraftId
from gateway.domain.drafts.differences import Changed
from gateway.domain.drafts.findings import DraftFinding
from gateway.domain.protocol_terms import Vetting
from gateway.services.draft_views import DraftView, look_at_draft
from gateway.web.calls import Call

_CONTENT: Final = TypeAdapter(Content)
_VETTING: Final = TypeAdapter(Vetting | None)
_FINDINGS: Final = TypeAdapter(tuple[DraftFinding, ...])
_CHANGED: Final = TypeAdapter(tuple[Changed, ...])


async def save_json(call: Call) -> web.Response:
    """What a draft says, what is to be seen to, and what differs from the version in force."""
    view = await look_at_draft(call.parts, call.actor, DraftId(call.path["draft"]))
    return web.json_response(
        _structure(view),
        headers={"Content-Disposition": 'attachment; filename="draft.json"'},
    )


def _structure(view: DraftView) -> dict[str, Any]:
    draft = view.draft
    return {
        "protocol": draft.protocol,
        "version": draft.version,
        "lead_agency": draft.lead_agency,
        "state": draft.state.value,
        "revision": draft.revision,
        "begun_at": draft.begun_at.isoformat(),
        "changed_at": draft.changed_at.isoformat(),
        "shared_at": draft.shared_at.isoformat() if draft.shared_at else None,
        "vetting": _VETTING.dump_python(draft.vetting, mode="json"),
        "content": _CONTENT.dump_python(draft.content, mode="json"),
        "findings": _FINDINGS.dump_python(view.findings, mode="json"),
        "compared_with": view.before.version if view.before else None,
        "differences": _CHANGED.dump_python(view.changed, mode="json"),
    }
