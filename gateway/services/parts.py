"""What every use case is given: the ports, and the settings that the rules of use depend on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from gateway.audit.entries import Origin
from gateway.domain.decisions import Limits
from gateway.domain.information_requests.timing import ReminderTiming
from gateway.domain.register import PasswordChannel
from gateway.domain.transfers import Timing
from gateway.domain.users import SessionLimits
from gateway.domain.workdays import Calendar
from gateway.services.identity import IdentityProvider
from gateway.services.ports import (
    Clock,
    Identifiers,
    Inspector,
    Judge,
    Mailer,
    Passphrases,
    ProtocolSetter,
    Scanner,
    Sealer,
    Texter,
    Typesetter,
)
from gateway.services.sequencing import Sequencer
from gateway.services.storage import Database
from gateway.services.vaults import Vault


@dataclass(frozen=True, slots=True)
class Rules:
    """What this gateway allows, from its settings.

    Attributes:
        zone: the time zone whose calendar days the register's dates mean.
        document_limit_bytes, pack_limit_bytes, documents_limit: sizes of one document, of a pack
            and the number of documents in it.
        link_base: address under which recipients reach this gateway, for one-time links; None
            switches links in mail off (NZISM 15.1.17).
        message_domain: right-hand side of Message-IDs.
        channels: password channels this gateway can use; without an SMS gateway, no text messages.
        scratch_directory: where archives are put together before they go into the vault.
        wrong_codes_limit: wrong acknowledgement codes after which a transfer takes no more.
        log_patience: how long something that is to leave waits for the log to be signed.
        reminders: when holders and requesters are reminded, and when a request expires.
        code_life, session_life: of the code texted for a one-time link, and of what it opens.
        codes_limit: codes that are texted for one link; `wrong_codes_limit` holds for it too.
        mail_size_limit: largest mail, in bytes, that is given to the relay; None for any.
        downloads_limit: how often an archive that is picked up can be downloaded.
        refused_to_pick_up: whether a pack whose mail is refused for what it holds is picked up.
        bounces_address: to which mail comes back; None for the sender's own.
        sessions: how long whoever signs in to the pages stays signed in.
    """

    limits: Limits
    timing: Timing
    zone: tzinfo
    document_limit_bytes: int
    pack_limit_bytes: int
    documents_limit: int
    link_base: str | None
    message_domain: str
    scratch_directory: str
    channels: frozenset[PasswordChannel] = frozenset(PasswordChannel)
    wrong_codes_limit: int = 10
    log_patience: timedelta = timedelta(seconds=10)
    reminders: ReminderTiming = field(default_factory=ReminderTiming)
    code_life: timedelta = timedelta(minutes=10)
    session_life: timedelta = timedelta(hours=8)
    codes_limit: int = 5
    mail_size_limit: int | None = None
    downloads_limit: int = 5
    refused_to_pick_up: bool = True
    bounces_address: str | None = None
    sessions: SessionLimits = field(default_factory=SessionLimits)


@dataclass(frozen=True, slots=True)
class Parts:
    """The ports and rules a use case works with; built once, in `gateway.app`.

    `native_sealer` makes packs in native form; None where these are switched off. `scanner` is None
    where documents are not scanned for malware.
    """

    database: Database
    vault: Vault
    judge: Judge
    sealer: Sealer
    typesetter: Typesetter
    protocol_setter: ProtocolSetter
    inspector: Inspector
    calendar: Calendar
    passphrases: Passphrases
    identifiers: Identifiers
    clock: Clock
    mailer: Mailer
    texter: Texter | None
    jitter: Callable[[], float]
    origin: Origin
    sequencer: Sequencer
    rules: Rules
    providers: Mapping[str, IdentityProvider] = field(default_factory=dict)
    native_sealer: Sealer | None = None
    scanner: Scanner | None = None

    def today(self) -> date:
        """The present day in the register's time zone."""
        return self.clock.now().astimezone(self.rules.zone).date()
