"""The table of routes: what is not in it does not exist."""

from typing import Final

from gateway.domain.actors import Role
from gateway.domain.errors import Conflict, InvalidInput, LimitExceeded, NotFound, Refused
from gateway.web import api_audit, api_others, api_packs, api_transfers, pages
from gateway.web.answers.audit import (
    AccountShown,
    ConsistencyShown,
    EntriesShown,
    EntryPage,
    RefusalsShown,
)
from gateway.web.answers.others import Health, MeetingPage, MeetingShown
from gateway.web.answers.packs import DocumentShown, MatrixShown, PackPage, PackShown
from gateway.web.answers.transfers import (
    AcknowledgementShown,
    PasswordShown,
    SentShown,
    TransferPage,
    TransferShown,
)
from gateway.web.models import (
    AccountQuery,
    Acknowledgement,
    AgencyAccountQuery,
    EntryQuery,
    ExportQuery,
    GrowthQuery,
    Label,
    PackBody,
    PageQuery,
    PeriodQuery,
    TransferQuery,
    UploadLabel,
)
from gateway.web.routing import PUBLIC, Route

API: Final = "/api/v1"
_PACKS, _PACK = f"{API}/packs", f"{API}/packs/{{pack}}"
_DOCUMENT = f"{_PACK}/documents/{{document}}"
_TRANSFER = f"{API}/transfers/{{transfer}}"

_COORDINATOR = frozenset({Role.COORDINATOR})
_RECALLERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER})
_OVERSEERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.AUDITOR})
_LOG_READERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})

_PACK_ROUTES = (
    Route(
        "POST", _PACKS, api_packs.create_pack, "createPack",
        "Make a new pack for a meeting your agency leads", _COORDINATOR,
        body=PackBody, answer=PackShown, status=201, problems=(NotFound, InvalidInput),
    ),
    Route(
        "GET", _PACKS, api_packs.list_packs, "listPacks",
        "List your agency's packs, oldest first", _COORDINATOR,
        query=PageQuery, answer=PackPage,
    ),
    Route(
        "GET", _PACK, api_packs.get_pack, "getPack",
        "Look at a pack and its documents", _COORDINATOR, answer=PackShown,
    ),
    Route(
        "DELETE", _PACK, api_packs.discard_pack, "discardPack",
        "Forget a pack that was never sent", _COORDINATOR,
        status=204, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_PACK}/documents", api_packs.add_document, "addDocument",
        "Add a document: its label, then its file", _COORDINATOR,
        upload=UploadLabel, answer=DocumentShown, status=201, problems=(Conflict, LimitExceeded),
    ),
    Route(
        "PATCH", _DOCUMENT, api_packs.relabel_document, "relabelDocument",
        "Give a document another label", _COORDINATOR,
        body=Label, answer=DocumentShown, problems=(Conflict,),
    ),
    Route(
        "DELETE", _DOCUMENT, api_packs.remove_document, "removeDocument",
        "Take a document out of a pack", _COORDINATOR, status=204, problems=(Conflict,),
    ),
    Route(
        "GET", f"{_PACK}/check", api_packs.check_pack, "checkPack",
        "See what each attendee would get, and why not", _COORDINATOR, answer=MatrixShown,
    ),
    Route(
        "POST", f"{_PACK}/send", api_packs.send_pack, "sendPack",
        "Check a pack once more and send it to every attendee", _COORDINATOR,
        answer=SentShown, status=202, keyed=True, problems=(Conflict, InvalidInput, Refused),
    ),
)  # fmt: skip

_TRANSFER_ROUTES = (
    Route(
        "GET", f"{API}/transfers", api_transfers.list_transfers, "listTransfers",
        "List your agency's transfers, oldest first", _OVERSEERS,
        query=TransferQuery, answer=TransferPage,
    ),
    Route(
        "GET", _TRANSFER, api_transfers.get_transfer, "getTransfer",
        "Look at a transfer", _OVERSEERS, answer=TransferShown,
    ),
    Route(
        "POST", f"{_TRANSFER}/recall", api_transfers.recall_transfer, "recallTransfer",
        "Call a transfer back before its password leaves", _RECALLERS,
        answer=TransferShown, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_TRANSFER}/password-reading", api_transfers.read_password, "readPassword",
        "Show the password, once, to read it out by telephone", _COORDINATOR,
        answer=PasswordShown, problems=(Conflict,),
    ),
    Route(
        "POST", f"{API}/acknowledgements", api_transfers.acknowledge, "acknowledge",
        "Acknowledge a pack by the code inside it", PUBLIC,
        body=Acknowledgement, answer=AcknowledgementShown, problems=(Conflict,),
    ),
)  # fmt: skip

_OTHER_ROUTES = (
    Route(
        "GET", f"{API}/meetings", api_others.list_meetings, "listMeetings",
        "List the meetings your agency leads", _OVERSEERS, query=PageQuery, answer=MeetingPage,
    ),
    Route(
        "GET", f"{API}/meetings/{{meeting}}", api_others.get_meeting, "getMeeting",
        "Look at a meeting and its attendees", _OVERSEERS, answer=MeetingShown,
    ),
    Route(
        "GET", f"{API}/openapi.json", api_others.describe, "describe",
        "Give this description", PUBLIC,
    ),
    Route(
        "GET", "/healthz", api_others.is_up, "isUp",
        "Tell that the process is up", PUBLIC, answer=Health,
    ),
    Route(
        "GET", "/readyz", api_others.is_ready, "isReady",
        "Tell that the database answers", PUBLIC, answer=Health,
    ),
)  # fmt: skip

_AUDIT = f"{API}/audit"
_PLACE = r"(?:x\d{3}/){0,5}\d{3}(?:\.p/\d{1,3})?"

_AUDIT_ROUTES = (
    Route(
        "GET", f"{_AUDIT}/entries", api_audit.list_entries, "listEntries",
        "Search your agency's entries in the audit log; the look is recorded", _LOG_READERS,
        query=EntryQuery, answer=EntryPage,
    ),
    Route(
        "GET", f"{_AUDIT}/export", api_audit.export_entries, "exportEntries",
        "Export what a search finds as JSON Lines, CSV or OCSF events", _LOG_READERS,
        query=ExportQuery, media="*/*",
    ),
    Route(
        "GET", f"{_AUDIT}/transfers/{{transfer}}", api_audit.get_story, "getStory",
        "Read everything the log says of a transfer", _LOG_READERS, answer=EntriesShown,
    ),
    Route(
        "GET", f"{_AUDIT}/children/{{child}}", api_audit.account_of_child, "accountOfChild",
        "See what was disclosed about a child, to whom, when, under which authority",
        _LOG_READERS, query=AccountQuery, answer=AccountShown,
    ),
    Route(
        "GET", f"{_AUDIT}/agencies/{{agency}}", api_audit.account_of_agency, "accountOfAgency",
        "See what an agency sent or received", _LOG_READERS,
        query=AgencyAccountQuery, answer=AccountShown,
    ),
    Route(
        "GET", f"{_AUDIT}/refusals", api_audit.count_refusals, "countRefusals",
        "Count how often each rule refused", _LOG_READERS,
        query=PeriodQuery, answer=RefusalsShown,
    ),
    Route(
        "GET", f"{_AUDIT}/entries/{{position}}/proof", api_audit.prove_entry, "proveEntry",
        "Get the receipt that proves an entry to be in the log (C2SP tlog-proof)", _LOG_READERS,
        media="text/plain",
    ),
    Route(
        "GET", f"{_AUDIT}/consistency", api_audit.prove_growth, "proveGrowth",
        "Get the proof that the log only grew between two checkpoints", _LOG_READERS,
        query=GrowthQuery, answer=ConsistencyShown, problems=(NotFound,),
    ),
    Route(
        "GET", "/log/checkpoint", api_audit.get_checkpoint, "getCheckpoint",
        "Get the newest signed checkpoint (C2SP tlog-checkpoint)", _LOG_READERS,
        media="text/plain", problems=(NotFound,),
    ),
    Route(
        "GET", "/log/tile/entries/{place}", api_audit.get_entries, "getEntryBundle",
        "Get a bundle of the log's entries (C2SP tlog-tiles)", _LOG_READERS,
        media="application/octet-stream", places={"place": _PLACE},
    ),
    Route(
        "GET", "/log/tile/{level}/{place}", api_audit.get_tile, "getTile",
        "Get a tile of the log's tree (C2SP tlog-tiles)", _LOG_READERS,
        media="application/octet-stream", places={"level": r"\d", "place": _PLACE},
    ),
)  # fmt: skip

_PAGE_ROUTES = (
    Route(
        "GET", "/acknowledge", pages.show_code_form, "showCodeForm",
        "The form that takes reference and code", PUBLIC,
    ),
    Route(
        "POST", "/acknowledge", pages.acknowledge_by_code, "acknowledgeByCode",
        "Acknowledge by reference and code", PUBLIC, form=True,
    ),
    Route(
        "GET", "/acknowledge/{token}", pages.show_link, "showLink",
        "The page a one-time link leads to", PUBLIC,
    ),
    Route(
        "POST", "/acknowledge/{token}", pages.acknowledge_by_link, "acknowledgeByLink",
        "Acknowledge by the page of a one-time link", PUBLIC, form=True,
    ),
    Route(
        "GET", "/static/style.css", pages.stylesheet, "stylesheet",
        "The pages' stylesheet", PUBLIC,
    ),
)  # fmt: skip

TABLE: Final[tuple[Route, ...]] = (
    *_PACK_ROUTES, *_TRANSFER_ROUTES, *_OTHER_ROUTES, *_AUDIT_ROUTES, *_PAGE_ROUTES,
)  # fmt: skip
