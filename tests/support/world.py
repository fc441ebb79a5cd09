"""A gateway for tests: real database, vault, policies and archives; channels that record."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.audit.entries import Origin
from gateway.calendars import HolidayCalendar
from gateway.demo.opening import opened
from gateway.documents import ContentsForm, ProtocolForm, Typesetter
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.decisions import Limits
from gateway.domain.packs import Pack
from gateway.domain.register import AgencyId, Register, RepresentativeId
from gateway.domain.secret import Secret
from gateway.domain.transfers import Timing, Transfer
from gateway.files.pack import PackFile, parse_pack
from gateway.files.register import parse_register
from gateway.policy import CedarJudge
from gateway.sealing import EffPassphrases, NativeSealer, ZipSealer
from gateway.services.packs import create_pack
from gateway.services.parts import Parts, Rules
from gateway.services.ports import (
    Accepted,
    Attachment,
    NoticeLetter,
    Outcome,
    PackLetter,
    PasswordLetter,
    PickUpLetter,
)
from gateway.services.register import import_register
from gateway.services.sending import send_pack
from gateway.services.sequencing import LogKey, Sequencer
from gateway.services.uploads import NewDocument, add_document
from gateway.storage.database import PostgresDatabase
from gateway.storage.vault import FileVault
from gateway.system import RandomIdentifiers
from support.inspecting import Telling

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "gateway" / "demo" / "sample"
START = datetime(2026, 12, 1, 0, tzinfo=UTC)
ADMINISTRATOR = Actor(ActorKind.OPERATOR, Role.ADMINISTRATOR, None, None, "test")
LEAD = AgencyId("tamariki-care")
COORDINATOR = Actor(
    ActorKind.PERSON, Role.COORDINATOR, LEAD, RepresentativeId("pat-tauira"), "test"
)
OTHER_PERSON = RepresentativeId("ben-sample")
STRANGER = replace(
    COORDINATOR,
    agency=AgencyId("regional-police"),
    representative=OTHER_PERSON,
)


LOG_KEY = LogKey("gateway.example/log", Secret("07" * 32))


@dataclass
class Remembered:
    """Remembers the last checkpoint in memory."""

    note: bytes | None = None

    def last(self) -> bytes | None:
        """The last checkpoint that was kept."""
        return self.note

    def keep(self, note: bytes) -> None:
        """Remember a checkpoint."""
        self.note = note

    def require_usable(self) -> None:
        """It always is."""


class Killed(BaseException):
    """Stands for the process being killed at this point."""


class SetClock:
    """A clock that stands still until moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        """The time that was set."""
        return self.at

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


@dataclass
class Channels:
    """Keeps what was sent; answers with `outcomes` in turn, then accepts; may be killed."""

    mails: list[tuple[PackLetter, bytes]] = field(default_factory=list)
    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    pick_ups: list[PickUpLetter] = field(default_factory=list)
    pick_up_codes: dict[str, str] = field(default_factory=dict)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    notices: list[NoticeLetter] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    kill_after_accepting: bool = False

    async def send_pack(self, letter: PackLetter, attachment: Attachment) -> Outcome:
        """Keep the mail with its attachment."""
        content = b"".join([chunk async for chunk in attachment.open()])
        assert len(content) == attachment.size_bytes
        self.mails.append((letter, content))
        return self._answer()

    async def send_notice(self, letter: NoticeLetter) -> Outcome:
        """Keep the notice."""
        self.notices.append(letter)
        return self._answer()

    async def send_pick_up(self, letter: PickUpLetter) -> Outcome:
        """Keep the notice of a pick-up."""
        self.pick_ups.append(letter)
        return self._answer()

    async def send_password(self, letter: PasswordLetter) -> Outcome:
        """Keep the password as mailed."""
        if letter.pick_up_code is not None:
            self.pick_up_codes[letter.reference] = letter.pick_up_code.reveal()
        self.passwords.append((letter.to, letter.reference, letter.password.reveal()))
        return self._answer()

    def _answer(self) -> Outcome:
        if self.kill_after_accepting:
            self.kill_after_accepting = False
            raise Killed
        return self.outcomes.pop(0) if self.outcomes else Accepted("250 ok")


class Texts:
    """The texting side of the channels."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def send_password(
        self,
        to: str,
        reference: str,
        agency: str,
        password: Secret,
        pick_up_code: Secret | None = None,
    ) -> Outcome:
        """Keep the password as texted, and the code of a pick-up beside it."""
        assert agency
        if pick_up_code is not None:
            self._channels.pick_up_codes[reference] = pick_up_code.reveal()
        self._channels.passwords.append((to, reference, password.reveal()))
        return self._channels._answer()

    async def send_code(self, to: str, reference: str, agency: str, code: Secret) -> Outcome:
        """Keep the code as texted."""
        assert agency
        self._channels.codes.append((to, reference, code.reveal()))
        return self._channels._answer()


@dataclass
class World:
    """Everything a test needs at hand."""

    parts: Parts
    clock: SetClock
    channels: Channels
    register: Register
    pack_file: PackFile
    inspector: Telling

    async def new_pack(self, *, documents: int | None = None) -> Pack:
        """The sample's pack, with its documents taken in."""
        pack = await create_pack(self.parts, COORDINATOR, self.pack_file.terms)
        for document in self.pack_file.documents[:documents]:
            path = SAMPLE / document.file
            new = NewDocument(path.name, document.label, document.title)
            await add_document(self.parts, COORDINATOR, pack.id, new, chunks(path.read_bytes()))
        return pack

    async def send(self) -> dict[str, Transfer]:
        """Send the sample's pack; gives its transfers by recipient."""
        sent = await send_pack(self.parts, COORDINATOR, (await self.new_pack()).id)
        return {transfer.recipient: transfer for transfer in sent.transfers}

    async def transfer(self, transfer: Transfer) -> Transfer:
        """The transfer as it is stored now."""
        async with self.parts.database.work() as work:
            found = await work.transfers.get(transfer.id, LEAD)
        assert found is not None
        return found

    async def import_register(self, register: Register) -> None:
        """Store a changed register."""
        await import_register(self.parts, ADMINISTRATOR, register, "0" * 64)

    async def leaves(self) -> list[bytes]:
        """The whole log."""
        await self.parts.sequencer.run(wait=True)
        async with self.parts.database.snapshot() as view:
            return [leaf async for leaf in view.journal.leaves()]


async def chunks(data: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    """`data` in pieces, as an upload gives it."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


def unzipped(content: bytes, password: str) -> dict[str, bytes]:
    """What a pack holds, by name, opened with the password, whichever way it is sealed."""
    return opened(content, password)


async def make_world(
    database: PostgresDatabase, vault: FileVault, judge: CedarJudge, scratch: Path
) -> World:
    """A gateway with the sample register imported, on a clock that stands still."""
    clock, channels, inspector = SetClock(), Channels(), Telling()
    parts = Parts(
        database=database,
        vault=vault,
        judge=judge,
        sealer=ZipSealer(),
        typesetter=Typesetter(ROOT / "policies" / "templates"),
        protocol_setter=ProtocolForm(system_fonts=False),
        inspector=inspector,
        calendar=HolidayCalendar(),
        passphrases=EffPassphrases(),
        identifiers=RandomIdentifiers(clock),
        clock=clock,
        mailer=channels,
        texter=Texts(channels),
        jitter=lambda: 0.5,
        origin=Origin("test", "0"),
        sequencer=Sequencer.over(database, lambda: LOG_KEY, clock, Remembered()),
        rules=Rules(
            limits=Limits(),
            timing=Timing(),
            zone=ZoneInfo("Pacific/Auckland"),
            document_limit_bytes=3_000_000,
            pack_limit_bytes=4_000_000,
            documents_limit=6,
            link_base="https://gateway.example",
            message_domain="gateway.example",
            scratch_directory=str(scratch),
        ),
        native_sealer=NativeSealer(ContentsForm(), str(scratch)),
    )
    register = parse_register((SAMPLE / "register.toml").read_bytes())
    await import_register(parts, ADMINISTRATOR, register, "0" * 64)
    pack_file = parse_pack((SAMPLE / "pack.toml").read_bytes())
    return World(parts, clock, channels, register, pack_file, inspector)
