"""What is judged, and what comes of it: one decision per recipient and document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.addresses import same_mailbox
from gateway.domain.classification import Classification, highest
from gateway.domain.information_requests.facts import RequestFacts
from gateway.domain.inspected import Inspected
from gateway.domain.packs import Document, DocumentId, Pack
from gateway.domain.register import (
    Agency,
    ChildReference,
    Meeting,
    PasswordChannel,
    Protocol,
    Representative,
    RepresentativeId,
)


class Severity(StrEnum):
    """What a finding does: `deny` withholds the document, `warn` only tells."""

    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found: its identifier, its source, and the words and remedy for a person."""

    rule: str
    severity: Severity
    message: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one (recipient, document) pair, with every finding, denials first.

    `allowed` is stated by the judge and can only be made stricter: a denial among the findings
    withholds whatever it says.
    """

    recipient: RepresentativeId
    document: DocumentId
    allowed: bool
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        if any(f.severity is Severity.DENY for f in self.findings):
            object.__setattr__(self, "allowed", False)

    @property
    def denials(self) -> tuple[Finding, ...]:
        """The findings that withhold the document."""
        return tuple(f for f in self.findings if f.severity is Severity.DENY)


class Route(StrEnum):
    """Which way the archive reaches its recipient."""

    MAIL = "mail"
    PICK_UP = "pick-up"


@dataclass(frozen=True, slots=True)
class Limits:
    """What this gateway and its channels may carry.

    Attributes:
        mail_ceiling: the highest level mail may carry (Secure Government Email: IN-CONFIDENCE).
        accreditation: the highest level this gateway itself is accredited for.
        review_grace_days: how long after its review date a protocol still counts, with a warning.
        scan_required: whether only what a malware scanner looked through may leave.
        pick_up: whether packs can be picked up from a page of this gateway at all.
    """

    mail_ceiling: Classification = Classification.IN_CONFIDENCE
    accreditation: Classification = Classification.IN_CONFIDENCE
    review_grace_days: int = 30
    scan_required: bool = False
    pick_up: bool = False


def marking_due(documents: Iterable[Document], limits: Limits) -> Classification:
    """The highest classification among the documents that this gateway may carry at all.

    What is above its limits is withheld from everyone, so it does not count: the marking is of
    what the pack holds. Mail's ceiling is a limit too, unless packs can be picked up; national
    security classifications never leave. Source: NZISM 15.1.11.C.02.
    """
    ceiling = limits.accreditation.rank
    if not limits.pick_up:
        ceiling = min(ceiling, limits.mail_ceiling.rank)
    levels = (document.label.classification for document in documents)
    carried = (level for level in levels if not level.is_national_security)
    return highest(level for level in carried if level.rank <= ceiling)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules may look at for one (recipient, document) pair.

    Attributes:
        day: the day of sending in the register's time zone.
        protocol: the version in force on `day`; None when there is none.
        sender, contact: the agency that sends, and its representative who answers for the pack.
        agency: the recipient's agency.
        pack_marking_due: the marking the mail must bear: see `marking_due`.
        conflicts: children about whom the recipient must see nothing.
        channel: the password channel that would be used; None when none is possible.
        address_changed: whether the recipient's address or password channel is no longer what it
            was when the pack was checked for sending.
        request: what is known of the request for information that the pack carries or answers.
        inspected: what was found in the document; None where it was never looked into.
        route: which way the archive would go, or went.
    """

    day: date
    meeting: Meeting
    protocol: Protocol | None
    sender: Agency
    contact: Representative
    recipient: Representative
    agency: Agency
    pack: Pack
    document: Document
    pack_marking_due: Classification
    conflicts: frozenset[ChildReference]
    channel: "ChannelChoice | None"
    limits: Limits
    address_changed: bool = False
    request: RequestFacts | None = None
    inspected: Inspected | None = None
    route: Route = Route.MAIL


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """A password channel with the address or number it would use."""

    channel: PasswordChannel
    address: str


def choose_password_channel(
    preferences: tuple[PasswordChannel, ...], person: Representative
) -> ChannelChoice | None:
    """The first channel of `preferences` that reaches `person` apart from the pack's mailbox.

    The mailbox of the pack itself counts only where the protocol expressly lists it.
    """
    for channel in preferences:
        address = _reach(channel, person)
        if address is not None:
            return ChannelChoice(channel, address)
    return None


def _reach(channel: PasswordChannel, person: Representative) -> str | None:
    match channel:
        case PasswordChannel.TEXT:
            return person.mobile
        case PasswordChannel.TELEPHONE:
            return person.telephone or person.mobile
        case PasswordChannel.OTHER_MAILBOX:
            other = person.other_email
            return None if other is None or same_mailbox(other, person.email) else other
        case PasswordChannel.SAME_MAILBOX:
            return person.email


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One recipient's line of the check matrix."""

    recipient: Representative
    agency: Agency
    channel: ChannelChoice | None
    decisions: tuple[Decision, ...]
    route: Route = Route.MAIL

    @property
    def documents(self) -> tuple[DocumentId, ...]:
        """The documents this recipient would receive."""
        return tuple(d.document for d in self.decisions if d.allowed)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The check of a whole pack: recipients down, documents across."""

    pack: Pack
    documents: tuple[Document, ...]
    rows: tuple[MatrixRow, ...]
    policy_digest: str
