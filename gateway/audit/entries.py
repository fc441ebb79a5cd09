"""What the log records: a closed list of actions, and the entry that each writes.

An entry holds no name, no content and no password: people stand in it as keyed pseudonyms,
addresses as keyed digests, everything else as the register's opaque references. What a reader may
know of a person is joined from the register when the log is read.

Source of the fields: NZISM 16.6.11 (date and time, user or process, description, success or
failure, event source, equipment).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from gateway.audit.canonical import JSON, canonical

SCHEMA = 1


class Action(StrEnum):
    """Everything that is recorded, as `subject.event`."""

    REGISTER_IMPORTED = "register.imported"
    REGISTER_CHANGED = "register.changed"
    PROTOCOL_DRAFT_BEGUN = "protocol-draft.begun"
    PROTOCOL_DRAFT_CHANGED = "protocol-draft.changed"
    PROTOCOL_DRAFT_READ_IN = "protocol-draft.read-in"
    PROTOCOL_DRAFT_SHARED = "protocol-draft.shared"
    PROTOCOL_DRAFT_COMMENTED = "protocol-draft.commented"
    PROTOCOL_DRAFT_COMMENT_SETTLED = "protocol-draft.comment-settled"
    PROTOCOL_DRAFT_VETTED = "protocol-draft.vetted"
    PROTOCOL_DRAFT_PROPOSED = "protocol-draft.proposed"
    PROTOCOL_DRAFT_ABANDONED = "protocol-draft.abandoned"
    MEETING_AGENDA_SAVED = "meeting-record.agenda-saved"
    MEETING_ATTENDANCE_RECORDED = "meeting-record.attendance-recorded"
    MEETING_RECORD_CLOSED = "meeting-record.closed"
    MEETING_RECORD_CORRECTED = "meeting-record.corrected"
    MEETING_OUTCOMES_BEGUN = "meeting-record.outcomes-begun"
    MEETING_ACTION_TASKED = "meeting-action.tasked"
    MEETING_ACTION_ENDED = "meeting-action.ended"
    MEETING_NOTICE_SENT = "meeting-record.notice-sent"
    DELETION_ASKED = "pack-deletion.asked"
    DELETION_ANSWERED = "pack-deletion.answered"
    SHARING_CHECKLIST_ENDED = "sharing-checklist.ended"
    BREACH_REPORTED = "breach.reported"
    BREACH_ADDED_TO = "breach.added-to"
    BREACH_STOPPED = "breach.stopped"
    BREACH_CONTAINED = "breach.contained"
    BREACH_ASSESSED = "breach.assessed"
    BREACH_NOTIFICATION_RECORDED = "breach.notification-recorded"
    BREACH_NOT_NOTIFIABLE = "breach.not-notifiable"
    BREACH_NOTICE_ASKED = "breach.notice-asked"
    BREACH_NOTICE_SENT = "breach.notice-sent"
    BREACH_LESSON_ADDED = "breach.lesson-added"
    BREACH_LESSON_CARRIED = "breach.lesson-carried"
    BREACH_LESSON_DONE = "breach.lesson-done"
    BREACH_CLOSED = "breach.closed"
    TOKEN_CREATED = "token.created"  # noqa: S105 - an action's name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - an action's name
    REQUEST_REFUSED = "request.refused"
    PACK_CREATED = "pack.created"
    PACK_DISCARDED = "pack.discarded"
    PACK_CHECKED = "pack.checked"
    PACK_SENT = "pack.sent"
    DOCUMENT_ADDED = "document.added"
    DOCUMENT_REFUSED = "document.refused"
    DOCUMENT_CLEANED = "document.cleaned"
    DOCUMENT_STAMPED = "document.stamped"
    DOCUMENT_RELABELLED = "document.relabelled"
    DOCUMENT_REMOVED = "document.removed"
    DOCUMENT_WITHHELD = "document.withheld"
    TRANSFER_QUEUED = "transfer.queued"
    TRANSFER_REFUSED = "transfer.refused"
    TRANSFER_NOT_SEALED = "transfer.not-sealed"
    TRANSFER_NARROWED = "transfer.narrowed"
    TRANSFER_SEALED = "transfer.sealed"
    TRANSFER_RECHECKED = "transfer.rechecked"
    TRANSFER_MAILING = "transfer.mailing"
    TRANSFER_MAILED = "transfer.mailed"
    TRANSFER_REROUTED = "transfer.rerouted"
    TRANSFER_BOUNCED = "transfer.bounced"
    TRANSFER_DOWNLOADED = "transfer.downloaded"
    TRANSFER_PICK_UP_OPENED = "transfer.pick-up-opened"
    TRANSFER_PICK_UP_REJECTED = "transfer.pick-up-rejected"
    TRANSFER_DEFERRED = "transfer.deferred"
    TRANSFER_RECALLED = "transfer.recalled"
    TRANSFER_RECALL_TOO_LATE = "transfer.recall-too-late"
    TRANSFER_ACKNOWLEDGED = "transfer.acknowledged"
    TRANSFER_ACKNOWLEDGEMENT_REJECTED = "transfer.acknowledgement-rejected"
    TRANSFER_FAILED = "transfer.failed"
    TRANSFER_EXPIRED = "transfer.expired"
    PASSWORD_RELEASING = "password.releasing"  # noqa: S105 - an action's name
    PASSWORD_SENT = "password.sent"  # noqa: S105 - an action's name
    PASSWORD_SHOWN = "password.shown"  # noqa: S105 - an action's name
    PASSWORD_DEFERRED = "password.deferred"  # noqa: S105 - an action's name
    PASSWORD_DESTROYED = "password.destroyed"  # noqa: S105 - an action's name
    PACK_DISPOSED = "pack.disposed"
    NOTICE_SENT = "notice.sent"
    INFORMATION_REQUEST_CREATED = "information-request.created"
    INFORMATION_REQUEST_EDITED = "information-request.edited"
    INFORMATION_REQUEST_CHECKED = "information-request.checked"
    INFORMATION_REQUEST_APPROVED = "information-request.approved"
    INFORMATION_REQUEST_SENT = "information-request.sent"
    INFORMATION_REQUEST_UNDELIVERED = "information-request.undelivered"
    INFORMATION_REQUEST_READ = "information-request.read"
    INFORMATION_REQUEST_ACKNOWLEDGED = "information-request.acknowledged"
    INFORMATION_REQUEST_QUESTIONED = "information-request.questioned"
    INFORMATION_REQUEST_REPLIED = "information-request.replied"
    INFORMATION_REQUEST_FORWARDED = "information-request.forwarded"
    INFORMATION_REQUEST_READDRESSED = "information-request.readdressed"
    INFORMATION_REQUEST_ANSWER_SAVED = "information-request.answer-saved"
    INFORMATION_REQUEST_ANSWERED = "information-request.answered"
    INFORMATION_REQUEST_ANSWER_UNDELIVERED = "information-request.answer-undelivered"
    INFORMATION_REQUEST_WITHDRAWN = "information-request.withdrawn"
    INFORMATION_REQUEST_EXPIRED = "information-request.expired"
    INFORMATION_REQUEST_NOTICE_SENT = "information-request.notice-sent"
    ANSWER_LINK_MADE = "answer-link.made"
    ANSWER_LINK_CODE_SENT = "answer-link.code-sent"
    ANSWER_LINK_CODE_REJECTED = "answer-link.code-rejected"
    ANSWER_LINK_OPENED = "answer-link.opened"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_SETUP_OFFERED = "user.setup-offered"
    USER_SETUP_DONE = "user.setup-done"
    USER_PASSWORD_CHANGED = "user.password-changed"  # noqa: S105 - an action's name
    USER_PASSKEY_ADDED = "user.passkey-added"
    USER_PASSKEY_REMOVED = "user.passkey-removed"
    USER_RECOVERY_CODES_MADE = "user.recovery-codes-made"
    SESSION_BEGUN = "session.begun"
    SESSION_ENDED = "session.ended"
    SESSION_ROLE_CHANGED = "session.role-changed"
    SIGN_IN_FAILED = "sign-in.failed"
    RESPONSE_TIMES_READ = "response-times.read"
    LOG_EXPORTED = "log.exported"
    LOG_READ = "log.read"
    LOG_VERIFIED = "log.verified"
    LOG_DAMAGED = "log.damaged"
    LOG_MENDED = "log.mended"
    LOG_REINDEXED = "log.reindexed"
    LOG_KEY_ROTATED = "log.key-rotated"
    LOG_FORWARDING_STOPPED = "log.forwarding-stopped"
    LOG_FORWARDING_RESUMED = "log.forwarding-resumed"
    WITNESS_REFUSED = "log.witness-refused"
    WITNESS_RESUMED = "log.witness-resumed"
    SERVICE_STARTED = "service.started"
    SERVICE_STOPPED = "service.stopped"


class Outcome(StrEnum):
    """How an action ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry was written: host and version of the gateway."""

    host: str
    version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        uid: the entry's own identifier.
        at: aware time of the event.
        actor: kind, role, agency, pseudonym of the person, source.
        subject: what it is about, as references: pack, transfer, document, meeting, recipient...
        detail: what else is known of it.
    """

    uid: str
    at: datetime
    action: Action
    outcome: Outcome
    agency: str | None
    actor: Mapping[str, JSON]
    subject: Mapping[str, JSON]
    origin: Origin
    detail: Mapping[str, JSON] = field(default_factory=dict)

    def leaf(self) -> bytes:
        """The entry's exact bytes: canonical JSON, time in UTC with milliseconds."""
        at = self.at.astimezone(UTC)
        return canonical(
            {
                "v": SCHEMA,
                "uid": self.uid,
                "at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
                "action": self.action.value,
                "outcome": self.outcome.value,
                "agency": self.agency,
                "actor": self.actor,
                "subject": self.subject,
                "detail": self.detail,
                "host": self.origin.host,
                "version": self.origin.version,
            }
        )
