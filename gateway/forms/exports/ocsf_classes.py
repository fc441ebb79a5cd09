"""Which OCSF event each action of the log is: its class, activity and severity.

Source: the OCSF schema 1.6.0, whose names and numbers are used as published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType

from gateway.audit.entries import Action

SCHEMA_VERSION = "1.6.0"
OTHER_ACTIVITY = 99


class Severity(IntEnum):
    """OCSF `severity_id`: how much the event itself asks for attention."""

    UNKNOWN = 0
    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4


class EventClass(Enum):
    """The event classes used, by `class_uid`."""

    BASE = 0
    DETECTION = 2004
    ENTITY = 3004
    EMAIL = 4009
    LIFECYCLE = 6002
    API = 6003
    FILE = 6006

    @property
    def category(self) -> int:
        """OCSF `category_uid`."""
        return self.value // 1000

    @property
    def caption(self) -> str:
        """OCSF `class_name`."""
        return _CLASSES[self]


_CLASSES = {
    EventClass.BASE: "Base Event",
    EventClass.DETECTION: "Detection Finding",
    EventClass.ENTITY: "Entity Management",
    EventClass.EMAIL: "Email Activity",
    EventClass.LIFECYCLE: "Application Lifecycle",
    EventClass.API: "API Activity",
    EventClass.FILE: "File Hosting Activity",
}
CATEGORIES = MappingProxyType(
    {
        0: "Uncategorized",
        2: "Findings",
        3: "Identity & Access Management",
        4: "Network Activity",
        6: "Application Activity",
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of OCSF event an action is.

    Attributes:
        activity: `activity_id` within the class.
        name: `activity_name`; for activity 99, the schema wants the source's own word.
        thing: what an entity, application or finding is called; nothing for other classes.
    """

    event: EventClass
    activity: int
    name: str
    severity: Severity = Severity.INFORMATIONAL
    thing: str = ""


OTHER = Kind(EventClass.BASE, OTHER_ACTIVITY, "Other", Severity.UNKNOWN)

_ENTITY_ACTIVITIES = {"Create": 1, "Read": 2, "Update": 3, "Delete": 4, "Deactivate": 11}
_FILE_ACTIVITIES = {"Upload": 1, "Update": 3, "Delete": 4, "Access Check": 17}
_LOW, _MEDIUM, _HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


def _entity(thing: str, name: str, severity: Severity = Severity.INFORMATIONAL) -> Kind:
    activity = _ENTITY_ACTIVITIES.get(name, OTHER_ACTIVITY)
    return Kind(EventClass.ENTITY, activity, name, severity, thing)


def _file(name: str, severity: Severity = Severity.INFORMATIONAL) -> Kind:
    return Kind(EventClass.FILE, _FILE_ACTIVITIES[name], name, severity)


def _mail(severity: Severity = Severity.INFORMATIONAL) -> Kind:
    return Kind(EventClass.EMAIL, 1, "Send", severity)


def _read(severity: Severity = Severity.INFORMATIONAL) -> Kind:
    return Kind(EventClass.API, 2, "Read", severity)


def _started(thing: str) -> Kind:
    return Kind(EventClass.LIFECYCLE, 3, "Start", Severity.INFORMATIONAL, thing)


def _stopped(thing: str, severity: Severity = Severity.INFORMATIONAL) -> Kind:
    return Kind(EventClass.LIFECYCLE, 4, "Stop", severity, thing)


_GATEWAY, _FORWARDING, _WITNESS = "gateway", "gateway log forwarding", "Log witness"
_STORED = "Stored log"
_TOKEN, _REGISTER, _KEY = "Access token", "Register", "Log signing key"
_PACK, _TRANSFER, _PASSWORD = "Pack", "Transfer", "Pack password"
_REQUEST, _LINK = "Information request", "Answer link"
_DRAFT = "Protocol draft"
_RECORD, _TASK, _DELETION = "Meeting record", "Meeting action", "Pack deletion"
_CHECKLIST = "Sharing checklist"
_BREACH = "Privacy breach"
_USER, _SESSION = "User", "Session"

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        Action.REGISTER_IMPORTED: _entity(_REGISTER, "Update", _LOW),
        Action.REGISTER_CHANGED: _entity(_REGISTER, "Update", _LOW),
        Action.PROTOCOL_DRAFT_BEGUN: _entity(_DRAFT, "Create"),
        Action.PROTOCOL_DRAFT_CHANGED: _entity(_DRAFT, "Update"),
        Action.PROTOCOL_DRAFT_READ_IN: _entity(_DRAFT, "Update"),
        Action.PROTOCOL_DRAFT_SHARED: _entity(_DRAFT, "Update"),
        Action.PROTOCOL_DRAFT_COMMENTED: _entity(_DRAFT, "Update"),
        Action.PROTOCOL_DRAFT_COMMENT_SETTLED: _entity(_DRAFT, "Update"),
        Action.PROTOCOL_DRAFT_VETTED: _entity(_DRAFT, "Update", _LOW),
        Action.PROTOCOL_DRAFT_PROPOSED: _entity(_DRAFT, "Update", _LOW),
        Action.PROTOCOL_DRAFT_ABANDONED: _entity(_DRAFT, "Delete"),
        Action.MEETING_AGENDA_SAVED: _entity(_RECORD, "Update"),
        Action.MEETING_ATTENDANCE_RECORDED: _entity(_RECORD, "Update"),
        Action.MEETING_RECORD_CLOSED: _entity(_RECORD, "Update", _LOW),
        Action.MEETING_RECORD_CORRECTED: _entity(_RECORD, "Update", _LOW),
        Action.MEETING_OUTCOMES_BEGUN: _entity(_RECORD, "Update"),
        Action.MEETING_ACTION_TASKED: _entity(_TASK, "Create"),
        Action.MEETING_ACTION_ENDED: _entity(_TASK, "Update"),
        Action.MEETING_NOTICE_SENT: _mail(),
        Action.DELETION_ASKED: _entity(_DELETION, "Create"),
        Action.DELETION_ANSWERED: _entity(_DELETION, "Update"),
        Action.SHARING_CHECKLIST_ENDED: _entity(_CHECKLIST, "Create"),
        Action.BREACH_REPORTED: _entity(_BREACH, "Create", _HIGH),
        Action.BREACH_ADDED_TO: _entity(_BREACH, "Update", _MEDIUM),
        Action.BREACH_STOPPED: _entity(_BREACH, "Update", _HIGH),
        Action.BREACH_CONTAINED: _entity(_BREACH, "Update", _MEDIUM),
        Action.BREACH_ASSESSED: _entity(_BREACH, "Update", _HIGH),
        Action.BREACH_NOTIFICATION_RECORDED: _entity(_BREACH, "Update", _HIGH),
        Action.BREACH_NOT_NOTIFIABLE: _entity(_BREACH, "Update", _HIGH),
        Action.BREACH_NOTICE_ASKED: _entity(_BREACH, "Update", _MEDIUM),
        Action.BREACH_NOTICE_SENT: _entity(_BREACH, "Update", _MEDIUM),
        Action.BREACH_LESSON_ADDED: _entity(_BREACH, "Update", _LOW),
        Action.BREACH_LESSON_CARRIED: _entity(_BREACH, "Update", _LOW),
        Action.BREACH_LESSON_DONE: _entity(_BREACH, "Update", _LOW),
        Action.BREACH_CLOSED: _entity(_BREACH, "Update", _MEDIUM),
        Action.TOKEN_CREATED: _entity(_TOKEN, "Create", _LOW),
        Action.TOKEN_REVOKED: _entity(_TOKEN, "Deactivate", _LOW),
        Action.REQUEST_REFUSED: Kind(EventClass.API, OTHER_ACTIVITY, "Refuse", _LOW),
        Action.PACK_CREATED: _entity(_PACK, "Create"),
        Action.PACK_DISCARDED: _entity(_PACK, "Delete"),
        Action.PACK_CHECKED: _entity(_PACK, "Read"),
        Action.PACK_SENT: _entity(_PACK, "Send"),
        Action.PACK_DISPOSED: _entity(_PACK, "Delete"),
        Action.DOCUMENT_ADDED: _file("Upload"),
        Action.DOCUMENT_REFUSED: _file("Upload", _LOW),
        Action.DOCUMENT_CLEANED: _file("Update"),
        Action.DOCUMENT_STAMPED: _file("Update"),
        Action.DOCUMENT_RELABELLED: _file("Update"),
        Action.DOCUMENT_REMOVED: _file("Delete"),
        Action.DOCUMENT_WITHHELD: _file("Access Check", _LOW),
        Action.TRANSFER_QUEUED: _entity(_TRANSFER, "Create"),
        Action.TRANSFER_REFUSED: _entity(_TRANSFER, "Deactivate", _LOW),
        Action.TRANSFER_NOT_SEALED: _entity(_TRANSFER, "Deactivate", _MEDIUM),
        Action.TRANSFER_NARROWED: _entity(_TRANSFER, "Update", _LOW),
        Action.TRANSFER_SEALED: _entity(_TRANSFER, "Update"),
        Action.TRANSFER_RECHECKED: _entity(_TRANSFER, "Read"),
        Action.TRANSFER_MAILING: _mail(),
        Action.TRANSFER_MAILED: _mail(),
        Action.TRANSFER_REROUTED: _entity(_TRANSFER, "Update", _LOW),
        Action.TRANSFER_BOUNCED: _entity(_TRANSFER, "Bounce", _MEDIUM),
        Action.TRANSFER_PICK_UP_OPENED: _entity(_TRANSFER, "Update"),
        Action.TRANSFER_PICK_UP_REJECTED: _entity(_TRANSFER, "Update", _MEDIUM),
        Action.TRANSFER_DOWNLOADED: _entity(_TRANSFER, "Read"),
        Action.TRANSFER_DEFERRED: _entity(_TRANSFER, "Defer", _LOW),
        Action.TRANSFER_RECALLED: _entity(_TRANSFER, "Deactivate", _LOW),
        Action.TRANSFER_RECALL_TOO_LATE: _entity(_TRANSFER, "Update", _HIGH),
        Action.TRANSFER_ACKNOWLEDGED: _entity(_TRANSFER, "Update"),
        Action.TRANSFER_ACKNOWLEDGEMENT_REJECTED: _entity(_TRANSFER, "Update", _MEDIUM),
        Action.TRANSFER_FAILED: _entity(_TRANSFER, "Deactivate", _MEDIUM),
        Action.TRANSFER_EXPIRED: _entity(_TRANSFER, "Deactivate", _LOW),
        Action.PASSWORD_RELEASING: _entity(_PASSWORD, "Release"),
        Action.PASSWORD_SENT: _entity(_PASSWORD, "Send"),
        Action.PASSWORD_SHOWN: _entity(_PASSWORD, "Read", _LOW),
        Action.PASSWORD_DEFERRED: _entity(_PASSWORD, "Defer", _LOW),
        Action.PASSWORD_DESTROYED: _entity(_PASSWORD, "Delete"),
        Action.NOTICE_SENT: _mail(),
        Action.INFORMATION_REQUEST_CREATED: _entity(_REQUEST, "Create"),
        Action.INFORMATION_REQUEST_EDITED: _entity(_REQUEST, "Update"),
        Action.INFORMATION_REQUEST_CHECKED: _entity(_REQUEST, "Read"),
        Action.INFORMATION_REQUEST_APPROVED: _entity(_REQUEST, "Update", _LOW),
        Action.INFORMATION_REQUEST_SENT: _entity(_REQUEST, "Send"),
        Action.INFORMATION_REQUEST_UNDELIVERED: _entity(_REQUEST, "Update", _MEDIUM),
        Action.INFORMATION_REQUEST_READ: _entity(_REQUEST, "Read"),
        Action.INFORMATION_REQUEST_ACKNOWLEDGED: _entity(_REQUEST, "Update"),
        Action.INFORMATION_REQUEST_QUESTIONED: _entity(_REQUEST, "Update"),
        Action.INFORMATION_REQUEST_REPLIED: _entity(_REQUEST, "Update"),
        Action.INFORMATION_REQUEST_FORWARDED: _entity(_REQUEST, "Send"),
        Action.INFORMATION_REQUEST_READDRESSED: _entity(_REQUEST, "Send"),
        Action.INFORMATION_REQUEST_ANSWER_SAVED: _entity(_REQUEST, "Update"),
        Action.INFORMATION_REQUEST_ANSWERED: _entity(_REQUEST, "Update"),
        Action.INFORMATION_REQUEST_ANSWER_UNDELIVERED: _entity(_REQUEST, "Update", _MEDIUM),
        Action.INFORMATION_REQUEST_WITHDRAWN: _entity(_REQUEST, "Deactivate"),
        Action.INFORMATION_REQUEST_EXPIRED: _entity(_REQUEST, "Deactivate", _LOW),
        Action.INFORMATION_REQUEST_NOTICE_SENT: _mail(),
        Action.ANSWER_LINK_MADE: _entity(_LINK, "Create", _LOW),
        Action.ANSWER_LINK_CODE_SENT: _entity(_LINK, "Send"),
        Action.ANSWER_LINK_CODE_REJECTED: _entity(_LINK, "Update", _MEDIUM),
        Action.ANSWER_LINK_OPENED: _entity(_LINK, "Update", _LOW),
        Action.USER_CREATED: _entity(_USER, "Create", _LOW),
        Action.USER_CHANGED: _entity(_USER, "Update", _LOW),
        Action.USER_DISABLED: _entity(_USER, "Deactivate", _LOW),
        Action.USER_ENABLED: _entity(_USER, "Update", _LOW),
        Action.USER_SETUP_OFFERED: _entity(_USER, "Update", _LOW),
        Action.USER_SETUP_DONE: _entity(_USER, "Update", _LOW),
        Action.USER_PASSWORD_CHANGED: _entity(_USER, "Update", _LOW),
        Action.USER_PASSKEY_ADDED: _entity(_USER, "Update", _LOW),
        Action.USER_PASSKEY_REMOVED: _entity(_USER, "Update", _LOW),
        Action.USER_RECOVERY_CODES_MADE: _entity(_USER, "Update", _LOW),
        Action.SESSION_BEGUN: _entity(_SESSION, "Create"),
        Action.SESSION_ENDED: _entity(_SESSION, "Delete"),
        Action.SESSION_ROLE_CHANGED: _entity(_SESSION, "Update"),
        Action.SIGN_IN_FAILED: _entity(_SESSION, "Create", _MEDIUM),
        Action.RESPONSE_TIMES_READ: _read(),
        Action.LOG_EXPORTED: _read(_LOW),
        Action.LOG_READ: _read(),
        Action.LOG_VERIFIED: _read(_LOW),
        "log.proved": _read(),
        "log.key-rotated": _entity(_KEY, "Update", _MEDIUM),
        Action.LOG_DAMAGED: Kind(EventClass.DETECTION, 1, "Create", _HIGH, _STORED),
        Action.LOG_MENDED: Kind(EventClass.DETECTION, 3, "Close", thing=_STORED),
        Action.LOG_REINDEXED: _entity(_STORED, "Update", _MEDIUM),
        "log.witness-refused": Kind(EventClass.DETECTION, 1, "Create", _HIGH, _WITNESS),
        "log.witness-resumed": Kind(EventClass.DETECTION, 3, "Close", thing=_WITNESS),
        "log.forwarding-stopped": _stopped(_FORWARDING, _HIGH),
        "log.forwarding-resumed": _started(_FORWARDING),
        Action.SERVICE_STARTED: _started(_GATEWAY),
        Action.SERVICE_STOPPED: _stopped(_GATEWAY),
    }
)


def kind_of(action: str) -> Kind:
    """What sort of event `action` is: a base event of activity Other for one that is not known."""
    return KINDS.get(action, OTHER)
