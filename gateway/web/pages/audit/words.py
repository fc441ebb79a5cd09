"""The log's own codes in words; a code that is not known here stands for itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.audit.entries import Action
from gateway.services.disclosures import Extent

_ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Action.REGISTER_IMPORTED: "Register imported",
        "register.changed": "Register changed",
        Action.BREACH_REPORTED: "Privacy breach reported",
        Action.BREACH_ADDED_TO: "Transfer or request named in a breach",
        Action.BREACH_STOPPED: "Something stopped because of a breach",
        Action.BREACH_CONTAINED: "Breach contained",
        Action.BREACH_ASSESSED: "Breach assessed for serious harm",
        Action.BREACH_NOTIFICATION_RECORDED: "Notification of a breach, or an exception, recorded",
        Action.BREACH_NOT_NOTIFIABLE: "Breach decided not to be notifiable",
        Action.BREACH_NOTICE_ASKED: "Agency to be told of a breach",
        Action.BREACH_NOTICE_SENT: "Relationship manager told of a breach",
        Action.BREACH_LESSON_ADDED: "Lesson of a breach written down",
        Action.BREACH_LESSON_CARRIED: "Lesson of a breach carried into a draft",
        Action.BREACH_LESSON_DONE: "Lesson of a breach seen to",
        Action.BREACH_CLOSED: "Breach closed",
        Action.TOKEN_CREATED: "Access token created",
        Action.TOKEN_REVOKED: "Access token revoked",
        Action.REQUEST_REFUSED: "Something that was asked of the gateway was refused",
        Action.PACK_CREATED: "Pack created",
        Action.PACK_DISCARDED: "Pack discarded before it was sent",
        Action.PACK_CHECKED: "Pack checked against the rules",
        Action.PACK_SENT: "Pack sent on its way",
        Action.PACK_DISPOSED: "Pack disposed of",
        Action.DOCUMENT_ADDED: "Document added to the pack",
        Action.DOCUMENT_REFUSED: "Document refused: something unsafe was in it",
        Action.PROTOCOL_DRAFT_BEGUN: "Draft of a protocol begun",
        Action.PROTOCOL_DRAFT_CHANGED: "Section of a draft changed",
        Action.PROTOCOL_DRAFT_READ_IN: "Document read into a draft",
        Action.PROTOCOL_DRAFT_SHARED: "Draft shown to the agencies it lists",
        Action.PROTOCOL_DRAFT_COMMENTED: "Comment on a draft made",
        Action.PROTOCOL_DRAFT_COMMENT_SETTLED: "Comment on a draft dealt with",
        Action.PROTOCOL_DRAFT_VETTED: "Draft vetted",
        Action.PROTOCOL_DRAFT_PROPOSED: "Draft put out to be signed",
        Action.PROTOCOL_DRAFT_ABANDONED: "Draft abandoned",
        Action.MEETING_AGENDA_SAVED: "Agenda of a meeting saved",
        Action.MEETING_ATTENDANCE_RECORDED: "Attendance of a meeting recorded",
        Action.MEETING_RECORD_CLOSED: "Record of a meeting closed",
        Action.MEETING_RECORD_CORRECTED: "Correction added to the record of a meeting",
        Action.MEETING_OUTCOMES_BEGUN: "Pack of a meeting's outcomes begun",
        Action.MEETING_ACTION_TASKED: "Agency tasked with an action",
        Action.MEETING_ACTION_ENDED: "Action recorded as done, or as not done",
        Action.MEETING_NOTICE_SENT: "Mail about an action or a deletion sent",
        Action.DELETION_ASKED: "Recipient asked to confirm deletion of a pack",
        Action.DELETION_ANSWERED: "Recipient said what became of a pack",
        Action.SHARING_CHECKLIST_ENDED: "Checklist before sharing brought to its end",
        Action.DOCUMENT_CLEANED: "Document looked into again, what was chosen taken out",
        Action.DOCUMENT_STAMPED: "Marking put onto the pages of the document",
        Action.DOCUMENT_RELABELLED: "Document given another label",
        Action.DOCUMENT_REMOVED: "Document taken out of the pack",
        Action.DOCUMENT_WITHHELD: "Document withheld from the recipient",
        Action.TRANSFER_QUEUED: "Transfer authorised and queued",
        Action.TRANSFER_REFUSED: "Transfer refused: nothing goes to this recipient",
        Action.TRANSFER_NOT_SEALED: "Encrypted archive could not be made",
        Action.TRANSFER_NARROWED: "Documents taken out of the transfer",
        Action.TRANSFER_SEALED: "Encrypted archive made",
        Action.TRANSFER_RECHECKED: "Transfer checked once more against the rules",
        Action.TRANSFER_MAILING: "Mailing of the pack begun",
        Action.TRANSFER_MAILED: "Pack mailed",
        Action.TRANSFER_REROUTED: "Pack turned to pick-up, as mail cannot carry it",
        Action.TRANSFER_BOUNCED: "Mail came back",
        Action.TRANSFER_PICK_UP_OPENED: "Page of a pick-up opened with its code",
        Action.TRANSFER_PICK_UP_REJECTED: "Wrong code for a pick-up rejected",
        Action.TRANSFER_DOWNLOADED: "Download of the pack begun",
        Action.TRANSFER_DEFERRED: "Mailing put off",
        Action.TRANSFER_RECALLED: "Transfer recalled before its password left",
        Action.TRANSFER_RECALL_TOO_LATE: "Recall came too late",
        Action.TRANSFER_ACKNOWLEDGED: "Recipient acknowledged the pack",
        Action.TRANSFER_ACKNOWLEDGEMENT_REJECTED: "Acknowledgement with a wrong code rejected",
        Action.TRANSFER_FAILED: "Transfer failed",
        Action.TRANSFER_EXPIRED: "Transfer expired",
        Action.PASSWORD_RELEASING: "Release of the password begun",
        Action.PASSWORD_SENT: "Password sent",
        Action.PASSWORD_SHOWN: "Password shown, to be read out by telephone",
        Action.PASSWORD_DEFERRED: "Release of the password put off",
        Action.PASSWORD_DESTROYED: "Password destroyed",
        Action.NOTICE_SENT: "Coordinator told",
        Action.INFORMATION_REQUEST_CREATED: "Request for information drafted",
        Action.INFORMATION_REQUEST_EDITED: "Draft of a request edited",
        Action.INFORMATION_REQUEST_CHECKED: "Draft of a request checked",
        Action.INFORMATION_REQUEST_APPROVED: "Request approved by a second person",
        Action.INFORMATION_REQUEST_SENT: "Request for information sent",
        Action.INFORMATION_REQUEST_UNDELIVERED: "Request could not be delivered",
        Action.INFORMATION_REQUEST_READ: "Request read",
        Action.INFORMATION_REQUEST_ACKNOWLEDGED: "Request acknowledged",
        Action.INFORMATION_REQUEST_QUESTIONED: "Holder asked what is meant",
        Action.INFORMATION_REQUEST_REPLIED: "Requester replied to the question",
        Action.INFORMATION_REQUEST_FORWARDED: "Request passed on within the agency",
        Action.INFORMATION_REQUEST_READDRESSED: "Request addressed to another of the agency",
        "information-request.readdressed": "Request sent on to another person of the agency",
        "information-request.answer-saved": "Draft of an answer saved",
        Action.INFORMATION_REQUEST_ANSWERED: "Request answered",
        Action.INFORMATION_REQUEST_ANSWER_UNDELIVERED: "Answer could not be delivered",
        Action.INFORMATION_REQUEST_WITHDRAWN: "Request withdrawn",
        Action.INFORMATION_REQUEST_EXPIRED: "Request expired",
        Action.INFORMATION_REQUEST_NOTICE_SENT: "Notice about a request sent",
        Action.ANSWER_LINK_MADE: "One-time link to answer a request made",
        Action.ANSWER_LINK_CODE_SENT: "Code for a one-time link sent",
        Action.ANSWER_LINK_CODE_REJECTED: "Wrong code for a one-time link rejected",
        Action.ANSWER_LINK_OPENED: "One-time link opened",
        Action.USER_CREATED: "User created",
        Action.USER_CHANGED: "User changed",
        Action.USER_DISABLED: "User disabled",
        Action.USER_ENABLED: "User enabled",
        Action.USER_SETUP_OFFERED: "User sent a link to set up sign-in",
        Action.USER_SETUP_DONE: "User set up sign-in",
        Action.USER_PASSWORD_CHANGED: "User's password changed",
        Action.USER_PASSKEY_ADDED: "Passkey added",
        Action.USER_PASSKEY_REMOVED: "Passkey removed",
        Action.USER_RECOVERY_CODES_MADE: "Recovery codes made",
        Action.SESSION_BEGUN: "Signed in",
        Action.SESSION_ENDED: "Signed out, or the session ended",
        Action.SESSION_ROLE_CHANGED: "Went on in another role",
        Action.SIGN_IN_FAILED: "Sign-in failed",
        Action.RESPONSE_TIMES_READ: "Response times read",
        Action.LOG_EXPORTED: "Log exported",
        Action.LOG_READ: "Log read",
        Action.LOG_VERIFIED: "Whole log verified",
        Action.LOG_DAMAGED: "Stored log found damaged",
        Action.LOG_MENDED: "Stored log found mended",
        Action.LOG_REINDEXED: "Index of the log put right",
        Action.LOG_KEY_ROTATED: "Log's signing key changed",
        Action.LOG_FORWARDING_STOPPED: "Forwarding of the log stopped",
        Action.LOG_FORWARDING_RESUMED: "Forwarding of the log resumed",
        Action.WITNESS_REFUSED: "Witness or time-stamping service does not vouch for the log",
        Action.WITNESS_RESUMED: "Witness or time-stamping service vouches for the log again",
        Action.SERVICE_STARTED: "Gateway started",
        Action.SERVICE_STOPPED: "Gateway stopped",
    }
)
OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {"success": "Done", "failure": "Not done", "unknown": "Outcome not known"}
)
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "service": "The gateway itself",
        "operator": "An operator",
        "recipient": "A recipient",
        "person": "A person not entered as a representative",
    }
)
EXTENTS: Final[Mapping[Extent, str]] = MappingProxyType(
    {
        Extent.DISCLOSED: "Disclosed: the pack and its password both left.",
        Extent.POSSIBLY: "Possibly disclosed: sending was begun, and its outcome is not known.",
        Extent.NOT: "Not disclosed: the pack or its password did not leave.",
    }
)
_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sha256": "SHA-256 of the archive",
        "digest": "Keyed digest of the content",
        "size_bytes": "Size in bytes",
        "policy": "Digest of the rules in use",
        "denied_by": "Denied by",
        "warned_by": "Warned by",
        "what": "What was looked at",
        "found": "How many were found",
    }
)


def action_words(action: str) -> str:
    """What was done."""
    if not action:
        return "This entry cannot be read"
    return _ACTIONS.get(action) or action.replace(".", ": ").replace("-", " ").capitalize()


def kind_words(kind: str) -> str:
    """What sort of actor it was, where no person is named."""
    return _KINDS.get(kind, kind)


def field_words(name: str) -> str:
    """What a field of an entry is called."""
    return _FIELDS.get(name) or name.replace("_", " ").capitalize()


def action_choices() -> list[tuple[str, str]]:
    """Every action, for a form: in the order in which they are listed, by code and in words."""
    return [(action.value, f"{action_words(action)} ({action.value})") for action in Action]
