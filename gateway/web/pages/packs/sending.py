"""The last page before a pack is sent: in words what goes to whom, by which ways."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from gateway.domain.addresses import masked
from gateway.domain.decisions import Matrix, MatrixRow
from gateway.domain.errors import Conflict, InvalidInput, Refused
from gateway.domain.packs import Document, DocumentId, PackKind
from gateway.services import labelling, packs, sending
from gateway.services.labelling import PackView
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import go, page

_LONGEST_KEY: Final = 200


async def show_sending(call: Call) -> web.Response:
    """What would be sent, and the question whether to send it."""
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    if view.pack.sent_at is not None:
        return go(f"/packs/{call.pack}/progress")
    if not view.documents or view.pack.kind is not PackKind.MEETING:
        return go(f"/packs/{call.pack}")
    matrix = await packs.check_pack(call.parts, call.actor, call.pack)
    return _sending_page(call, view, matrix)


async def send_pack(call: Call) -> web.Response:
    """On to the progress of what is sent; or the page again.

    The form carries a key, so that sending it twice sends once, and a digest of what was shown, so
    that nothing else is sent than was looked at.
    """
    view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
    key = call.form.text("key")[:_LONGEST_KEY]
    if not key:
        raise InvalidInput("The form is not complete.", "Open the page again.", field="key")
    if view.pack.sent_at is None and view.documents:
        matrix = await packs.check_pack(call.parts, call.actor, call.pack)
        try:
            _require_looked_at(call, matrix)
            await sending.send_pack(call.parts, call.actor, call.pack, key)
        except (InvalidInput, Refused, Conflict) as error:
            status, errors = await refused(call, error)
            return _sending_page(call, view, matrix, status=status, errors=errors)
    else:
        await sending.send_pack(call.parts, call.actor, call.pack, key)
    return go(f"/packs/{call.pack}/progress", said="sent")


def digest_of(matrix: Matrix) -> str:
    """A digest of everything the page says would be sent."""
    shown = [
        (
            row.recipient.id,
            row.recipient.email,
            row.channel.channel.value if row.channel else "",
            row.channel.address if row.channel else "",
            row.route.value,
            sorted(row.documents),
        )
        for row in matrix.rows
    ]
    documents = [(d.id, d.title, d.sha256, str(d.label)) for d in matrix.documents]
    return hashlib.sha256(repr((shown, documents)).encode()).hexdigest()


def _require_looked_at(call: Call, matrix: Matrix) -> None:
    if call.form.text("seen") != digest_of(matrix):
        raise Conflict(
            "What would be sent has changed since this page was shown. Nothing was sent.",
            "Read the page again: it shows what would be sent now.",
        )
    if not call.form.ticked("checked"):
        raise InvalidInput(
            "Nothing was sent.",
            "Tick the box once you have checked who gets what.",
            field="checked",
        )


def _sending_page(call: Call, view: PackView, matrix: Matrix, **more: Any) -> web.Response:
    titles = {document.id: document for document in matrix.documents}
    words = {"status": 200, "errors": (), **more}
    return page(
        call.request,
        "packs/send.html",
        view=view,
        marking=view.pack.marking.value,
        getting=[_described(row, titles) for row in matrix.rows if row.documents],
        left_out=[(row, _reasons(row)) for row in matrix.rows if not row.documents],
        everything=len(matrix.documents),
        key=call.parts.identifiers.new(),
        seen=digest_of(matrix),
        window=int(call.parts.rules.timing.recall_window.total_seconds() // 60),
        **words,
    )


def _described(row: MatrixRow, titles: Mapping[DocumentId, Document]) -> dict[str, Any]:
    """What the page says of one recipient who gets something."""
    withheld = [decision for decision in row.decisions if not decision.allowed]
    return {
        "row": row,
        "documents": [titles[document] for document in row.documents],
        "withheld": [(titles[decision.document], decision.denials) for decision in withheld],
        "ending": masked(row.channel.address).lstrip("…") if row.channel else "",
    }


def _reasons(row: MatrixRow) -> Sequence[Any]:
    """Why a recipient gets nothing, each reason once: what withholds everything says it all."""
    found = {f.rule: f for decision in row.decisions for f in decision.denials}
    always = [
        finding
        for rule, finding in found.items()
        if all(rule in {f.rule for f in decision.denials} for decision in row.decisions)
    ]
    return always or list(found.values())
