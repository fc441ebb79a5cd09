"""The table of pages for sending packs, and what became of them."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.models import PageQuery
from gateway.web.pages.packs import adding, bench, found, home, making, progress, sending, transfers
from gateway.web.routing import Route

_COORDINATOR = frozenset({Role.COORDINATOR})
_OVERSEERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER})
_MEETING, _PACK, _TRANSFER = "/meetings/{meeting}", "/packs/{pack}", "/transfers/{transfer}"

PACK_PAGES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/coordinator", home.show_coordinator, "showCoordinator",
        "The coordinator's meetings, and what waits", _COORDINATOR, page=True, query=PageQuery,
    ),
    Route(
        "GET", _MEETING, home.show_meeting, "showLedMeeting",
        "A meeting and who attends it", _COORDINATOR, page=True,
    ),
    Route(
        "GET", f"{_MEETING}/packs/new", making.show_new_pack, "showNewPack",
        "The form of a new pack", _COORDINATOR, page=True, query=making.BasisQuery,
    ),
    Route(
        "POST", f"{_MEETING}/packs/new", making.make_pack, "makePack",
        "Make a pack", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", "/packs", bench.show_packs, "showPacks",
        "The agency's packs", _COORDINATOR, page=True, query=PageQuery,
    ),
    Route(
        "GET", _PACK, bench.show_pack, "showPack",
        "A pack, its labels and its check", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_PACK}/documents", adding.add_documents, "addDocuments",
        "Add documents", _COORDINATOR, page=True, parts=True,
    ),
    Route(
        "POST", f"{_PACK}/labels", bench.save_labels, "saveLabels",
        "Save the labels of all documents", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_PACK}/documents/{{document}}/removal", bench.remove_document,
        "removeDocumentOfPack", "Take a document out", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_PACK}/documents/{{document}}/found", found.show_found, "showFound",
        "What was found in a document", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_PACK}/documents/{{document}}/clean", found.clean_document,
        "cleanDocumentByForm", "Take something out of a document", _COORDINATOR, page=True,
        form=True,
    ),
    Route(
        "POST", f"{_PACK}/documents/{{document}}/stamp", found.stamp_document,
        "stampDocumentByForm", "Stamp the marking onto a document", _COORDINATOR, page=True,
        form=True,
    ),
    Route(
        "GET", f"{_PACK}/discard", bench.ask_discard, "askDiscard",
        "The question whether to forget a pack", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_PACK}/discard", bench.discard_pack, "discardPackByForm",
        "Forget a pack that was never sent", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_PACK}/send", sending.show_sending, "showSending",
        "What would be sent, in words", _COORDINATOR, page=True,
    ),
    Route(
        "POST", f"{_PACK}/send", sending.send_pack, "sendPackByForm",
        "Send a pack", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_PACK}/progress", progress.show_progress, "showProgress",
        "What becomes of a sent pack", _COORDINATOR, page=True,
    ),
    Route(
        "GET", f"{_PACK}/events", progress.stream_progress, "streamProgress",
        "The same as server-sent events", _COORDINATOR, page=True,
    ),
    Route(
        "GET", "/transfers", transfers.show_transfers, "showTransfers",
        "The history of transfers", _OVERSEERS, page=True, query=transfers.HistoryQuery,
    ),
    Route(
        "GET", _TRANSFER, transfers.show_transfer, "showTransfer",
        "A transfer", _OVERSEERS, page=True,
    ),
    Route(
        "POST", f"{_TRANSFER}/recall", transfers.recall, "recallByForm",
        "Call a transfer back", _OVERSEERS, page=True, form=True,
    ),
    Route(
        "POST", f"{_TRANSFER}/password", transfers.show_password, "showPasswordOnce",
        "Show a password once, to read it out", _COORDINATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_TRANSFER}/acknowledgement", transfers.acknowledge, "acknowledgeByTelephone",
        "Acknowledge by the code a recipient told", _COORDINATOR, page=True, form=True,
    ),
)  # fmt: skip
