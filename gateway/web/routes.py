"""The table of routes: what is not in it does not exist."""

from typing import Final

from gateway.domain.actors import Role
from gateway.domain.errors import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    NotFound,
    Refused,
    Unavailable,
)
from gateway.web import api_audit, api_others, api_packs, api_requests, api_transfers
from gateway.web.answers.audit import (
    AccountShown,
    ConsistencyShown,
    EntriesShown,
    EntryPage,
    RefusalsShown,
)
from gateway.web.answers.found import FoundShown
from gateway.web.answers.others import Health, MeetingPage, MeetingShown
from gateway.web.answers.packs import DocumentShown, MatrixShown, PackPage, PackShown
from gateway.web.answers.requests import (
    CodeSentShown,
    FormShown,
    LinkShown,
    RequestCheckShown,
    RequestPage,
    RequestShown,
    RequestSummary,
    ResponseTimesShown,
    SessionShown,
)
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
    CleanBody,
    EntryQuery,
    ExportQuery,
    GrowthQuery,
    Label,
    PackBody,
    PageQuery,
    PeriodQuery,
    TransferQuery,
    UploadLabel,
    UploadQuery,
)
from gateway.web.pages import acknowledge, static
from gateway.web.request_models import (
    AnswerBody,
    CodeBody,
    DisclosureBody,
    ForwardingBody,
    QuarterQuery,
    ReaddressingBody,
    RequestBody,
    RequestQuery,
    TextBody,
    WithdrawalBody,
)
from gateway.web.routing import PUBLIC, Route

API: Final = "/api/v1"
_PACKS, _PACK = f"{API}/packs", f"{API}/packs/{{pack}}"
_DOCUMENT = f"{_PACK}/documents/{{document}}"
_TRANSFER = f"{API}/transfers/{{transfer}}"

_COORDINATOR = frozenset({Role.COORDINATOR})
_SENDERS = frozenset({Role.COORDINATOR, Role.RESPONDER})  # a responder's packs are answers
_RESPONDER = frozenset({Role.RESPONDER})
_RECALLERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER})
_OVERSEERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.AUDITOR})
_LOG_READERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
_REPORT_READERS = _OVERSEERS | _LOG_READERS

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
        "Look at a pack and its documents", _SENDERS, answer=PackShown,
    ),
    Route(
        "DELETE", _PACK, api_packs.discard_pack, "discardPack",
        "Forget a pack that was never sent", _SENDERS,
        status=204, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_PACK}/documents", api_packs.add_document, "addDocument",
        "Add a document: its label, then its file", _SENDERS,
        upload=UploadLabel, query=UploadQuery, answer=DocumentShown, status=201,
        problems=(Conflict, LimitExceeded),
    ),
    Route(
        "PATCH", _DOCUMENT, api_packs.relabel_document, "relabelDocument",
        "Give a document another label", _SENDERS,
        body=Label, answer=DocumentShown, problems=(Conflict,),
    ),
    Route(
        "DELETE", _DOCUMENT, api_packs.remove_document, "removeDocument",
        "Take a document out of a pack", _SENDERS, status=204, problems=(Conflict,),
    ),
    Route(
        "GET", f"{_DOCUMENT}/found", api_packs.get_found, "getFound",
        "See what was found in a document; this holds words of it", _SENDERS, answer=FoundShown,
    ),
    Route(
        "POST", f"{_DOCUMENT}/clean", api_packs.clean_document, "cleanDocument",
        "Take something out of a document, or look into it again", _SENDERS,
        body=CleanBody, answer=DocumentShown, problems=(Conflict, InvalidInput, Unavailable),
    ),
    Route(
        "POST", f"{_DOCUMENT}/stamp", api_packs.stamp_document, "stampDocument",
        "Stamp the marking of its label onto each page of a PDF", _SENDERS,
        answer=DocumentShown, problems=(Conflict, InvalidInput, Unavailable),
    ),
    Route(
        "GET", f"{_PACK}/check", api_packs.check_pack, "checkPack",
        "See what each attendee would get, and why not", _SENDERS, answer=MatrixShown,
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
        "List your agency's transfers, oldest first", _OVERSEERS | _RESPONDER,
        query=TransferQuery, answer=TransferPage,
    ),
    Route(
        "GET", _TRANSFER, api_transfers.get_transfer, "getTransfer",
        "Look at a transfer", _OVERSEERS | _RESPONDER, answer=TransferShown,
    ),
    Route(
        "POST", f"{_TRANSFER}/recall", api_transfers.recall_transfer, "recallTransfer",
        "Call a transfer back before its password leaves", _RECALLERS | _RESPONDER,
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

_REQUESTS, _REQUEST = f"{API}/requests", f"{API}/requests/{{request}}"
_RECEIVED = f"{API}/received-requests"
_ONE_RECEIVED, _LINK = f"{_RECEIVED}/{{request}}", f"{API}/answer-links/{{token}}"

_REQUEST_ROUTES = (
    Route(
        "GET", f"{API}/request-forms/{{authority}}", api_requests.show_form, "showRequestForm",
        "See what a request under a legal authority asks for", _SENDERS, answer=FormShown,
        problems=(InvalidInput,),
    ),
    Route(
        "POST", _REQUESTS, api_requests.create_request, "createRequest",
        "Draft a request for information that follows a meeting", _COORDINATOR,
        body=RequestBody, answer=RequestSummary, status=201, problems=(NotFound, InvalidInput),
    ),
    Route(
        "GET", _REQUESTS, api_requests.list_requests, "listRequests",
        "List the requests your agency asks, oldest first", _RECALLERS,
        query=RequestQuery, answer=RequestPage,
    ),
    Route(
        "GET", _REQUEST, api_requests.get_request, "getRequest",
        "Look at a request your agency asks, its thread and its answer", _RECALLERS,
        answer=RequestShown,
    ),
    Route(
        "PUT", _REQUEST, api_requests.edit_request, "editRequest",
        "Write a draft anew", _COORDINATOR,
        body=RequestBody, answer=RequestSummary, problems=(Conflict, InvalidInput),
    ),
    Route(
        "GET", f"{_REQUEST}/check", api_requests.check_request, "checkRequest",
        "See whether a draft could go out, and what stands against it", _RECALLERS,
        answer=RequestCheckShown, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_REQUEST}/approval", api_requests.approve_request, "approveRequest",
        "Approve a draft as a second person", _RECALLERS,
        answer=RequestSummary, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_REQUEST}/send", api_requests.send_request, "sendRequest",
        "Make the request's document and send it to its holder", _COORDINATOR,
        answer=RequestSummary, status=202, keyed=True,
        problems=(Conflict, InvalidInput, Refused),
    ),
    Route(
        "POST", f"{_REQUEST}/clarification", api_requests.give_clarification, "giveClarification",
        "Reply to the holder's question", _COORDINATOR,
        body=TextBody, answer=RequestSummary, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_REQUEST}/withdrawal", api_requests.withdraw_request, "withdrawRequest",
        "Take a request back", _COORDINATOR,
        body=WithdrawalBody, answer=RequestSummary, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_REQUEST}/holder", api_requests.readdress_request, "readdressRequest",
        "Address an open request to another of the holding agency's people", _COORDINATOR,
        body=ReaddressingBody, answer=RequestSummary,
        problems=(Conflict, InvalidInput, Refused),
    ),
    Route(
        "POST", f"{_REQUEST}/link", api_requests.renew_link, "renewAnswerLink",
        "Mail the holder a fresh one-time link", _COORDINATOR, status=204, problems=(Conflict,),
    ),
    Route(
        "GET", _RECEIVED, api_requests.list_received, "listReceivedRequests",
        "List the requests to your agency, oldest first", _RESPONDER,
        query=RequestQuery, answer=RequestPage,
    ),
    Route(
        "GET", _ONE_RECEIVED, api_requests.get_received, "getReceivedRequest",
        "Read a request to your agency; that is recorded", _RESPONDER, answer=RequestShown,
    ),
    Route(
        "POST", f"{_ONE_RECEIVED}/acknowledgement", api_requests.acknowledge_request,
        "acknowledgeRequest", "Say that the request is here", _RESPONDER,
        answer=RequestSummary, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_ONE_RECEIVED}/question", api_requests.ask_clarification, "askClarification",
        "Ask the requester what is meant", _RESPONDER,
        body=TextBody, answer=RequestSummary, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_ONE_RECEIVED}/forwarding", api_requests.forward_request, "forwardRequest",
        "Pass the request on to the right person of your agency", _RESPONDER,
        body=ForwardingBody, answer=RequestSummary, problems=(Conflict, InvalidInput, Refused),
    ),
    Route(
        "POST", f"{_ONE_RECEIVED}/disclosure", api_requests.start_disclosure, "startDisclosure",
        "Make the pack that is to carry what you disclose", _RESPONDER,
        body=DisclosureBody, answer=PackShown, status=201, problems=(Conflict,),
    ),
    Route(
        "POST", f"{_ONE_RECEIVED}/answer", api_requests.give_answer, "giveAnswer",
        "Answer: disclose, in part, not held, or decline", _RESPONDER,
        body=AnswerBody, answer=RequestSummary, problems=(Conflict, InvalidInput, Refused),
    ),
    Route(
        "GET", f"{API}/response-times", api_requests.show_response_times, "showResponseTimes",
        "See how quickly agencies answered in a quarter; the look is recorded", _REPORT_READERS,
        query=QuarterQuery, answer=ResponseTimesShown,
    ),
    Route(
        "GET", _LINK, api_requests.look_at_link, "lookAtAnswerLink",
        "See what a one-time link leads to; looking changes nothing", PUBLIC, answer=LinkShown,
    ),
    Route(
        "POST", f"{_LINK}/code", api_requests.send_code, "sendAnswerCode",
        "Have a code sent to the holder's mobile", PUBLIC, answer=CodeSentShown, status=202,
        problems=(Conflict, Unavailable),
    ),
    Route(
        "POST", f"{_LINK}/session", api_requests.open_link, "openAnswerLink",
        "Exchange the code for a token that answers this one request", PUBLIC,
        body=CodeBody, answer=SessionShown, problems=(Conflict, InvalidInput),
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
        "GET", "/acknowledge", acknowledge.show_code_form, "showCodeForm",
        "The form that takes reference and code", PUBLIC,
    ),
    Route(
        "POST", "/acknowledge", acknowledge.acknowledge_by_code, "acknowledgeByCode",
        "Acknowledge by reference and code", PUBLIC, form=True,
    ),
    Route(
        "GET", "/acknowledge/{token}", acknowledge.show_link, "showLink",
        "The page a one-time link leads to", PUBLIC,
    ),
    Route(
        "POST", "/acknowledge/{token}", acknowledge.acknowledge_by_link, "acknowledgeByLink",
        "Acknowledge by the page of a one-time link", PUBLIC, form=True,
    ),
    Route(
        "GET", "/static/style.css", static.serve_file, "stylesheet",
        "The pages' stylesheet", PUBLIC,
    ),
)  # fmt: skip

TABLE: Final[tuple[Route, ...]] = (
    *_PACK_ROUTES, *_TRANSFER_ROUTES, *_REQUEST_ROUTES, *_OTHER_ROUTES, *_AUDIT_ROUTES,
    *_PAGE_ROUTES,
)  # fmt: skip
