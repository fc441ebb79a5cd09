"""What the use cases need from the outside, as roles; adapters implement them, `app` wires them."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from gateway.domain.classification import Classification
from gateway.domain.decisions import Case, Decision, Finding
from gateway.domain.information_requests.content import RequestDocument
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.inspection import Inspection, Known
from gateway.domain.inspection import Kind as DiscoveryKind
from gateway.domain.packs import Encoding
from gateway.domain.protocol_texts import Block, Paper
from gateway.domain.register import AuthorityCode, SealedForm
from gateway.domain.secret import Secret


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Identifiers(Protocol):
    """Gives fresh, unguessable identifiers."""

    def new(self) -> str:
        """An identifier that has never been given out; sorts by time of making."""
        ...

    def reference(self) -> str:
        """A short reference a person can read out, e.g. `T-7KQ2-M9XD`; random, not secret."""
        ...

    def acknowledgement_code(self) -> Secret:
        """A code of at least 50 random bits a person can type, without look-alike characters."""
        ...

    def token(self) -> Secret:
        """A bearer or link token of at least 256 random bits, safe in a URL."""
        ...


class Passphrases(Protocol):
    """Makes pack passwords."""

    def new(self) -> Secret:
        """A fresh password of at least 77 random bits and 16 characters, easy to say and type."""
        ...


# --- judging ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ground:
    """A purpose that an authority allows, by its code, e.g. `66C(a)(i)`."""

    code: str
    text: str
    needs_instrument: bool = False


@dataclass(frozen=True, slots=True)
class Authority:
    """A legal authority for sharing, as the policy data holds it.

    Attributes:
        permissive: the holder may share but need not (the documents must never say otherwise).
        source: Act and section; `approved_by` and `approved_on` say who stands behind the entry.
    """

    code: AuthorityCode
    name: str
    source: str
    permissive: bool
    needs_statement: bool
    needs_consultation: bool
    grounds: tuple[Ground, ...]
    approved_by: str
    approved_on: str

    def ground(self, code: str) -> Ground | None:
        """The ground with this code, if the authority has it."""
        return next((g for g in self.grounds if g.code == code), None)


class Judge(Protocol):
    """Decides by the policies."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the policy bundle in use; it stands in every decision's record."""
        ...

    def authority(self, code: str) -> Authority | None:
        """The legal authority with this code, or None when the policy data has none."""
        ...

    def authorities(self) -> Sequence[Authority]:
        """Every legal authority of the policy data, in its order."""
        ...

    def form(self, code: str) -> RequestForm | None:
        """The form of a request under this legal authority, or None when there is none."""
        ...

    def forms(self) -> Sequence[RequestForm]:
        """Every form there is, by legal authority."""
        ...

    def judge(self, cases: Sequence[Case]) -> list[Decision]:
        """One decision per case, in order, each with every rule that denies or warns."""
        ...

    def finding(self, rule: str) -> Finding | None:
        """What a rule that denies or warns says of itself; None when no such rule is in use."""
        ...


# --- setting documents -----------------------------------------------------------------------


class Typesetter(Protocol):
    """Makes the document of a request from its template. It blocks: call it in a thread."""

    def docx(self, document: RequestDocument) -> bytes:
        """The document as a DOCX file.

        Raises:
            InvalidInput: there is no such template, or it cannot be filled.
        """
        ...

    def pdf(self, document: RequestDocument) -> bytes:
        """The document as a tagged PDF file.

        Raises:
            InvalidInput: there is no such template, or it cannot be filled.
        """
        ...


# --- looking inside ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """What an inspector found, and the document without what was to be removed.

    Attributes:
        cleaned: the document's new bytes; None where nothing was asked to be removed, or nothing
            could be.
    """

    inspection: Inspection
    cleaned: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outlined:
    """What an inspector found in a Word document, and what it says, block by block.

    `blocks` is None where the document is unsafe, or is no Word document. Its tables have no heads:
    what stands in their first rows is for the reader to tell.
    """

    inspection: Inspection
    blocks: tuple[Block, ...] | None


class Inspector(Protocol):
    """Looks inside documents, apart from this process."""

    async def outline(self, file_name: str, chunks: AsyncIterator[bytes]) -> Outlined:
        """What a Word document given in chunks says, block by block, if nothing in it is unsafe.

        Raises:
            Unavailable: no inspection can be started at all.
        """
        ...

    async def look(
        self,
        file_name: str,
        chunks: AsyncIterator[bytes],
        *,
        known: Sequence[Known] = (),
        remove: frozenset[DiscoveryKind] = frozenset(),
        stamp: str = "",
    ) -> Looked:
        """What is found in a document given in chunks; what can be of `remove` is taken out.

        `stamp` is put at the top and bottom of each page, where the document is a PDF file that
        takes it; the answer then has new bytes, and is about these.

        A document that kills, stalls or outgrows its inspection is unsafe, never unknown: the
        answer is then an inspection without a type.

        Raises:
            Unavailable: no inspection can be started at all.
        """
        ...


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a malware scanner says of a document: the signature it found; None for nothing."""

    signature: str | None


class Scanner(Protocol):
    """Looks for malware."""

    async def scan(self, chunks: AsyncIterator[bytes]) -> Scanned:
        """What is found in a document given in chunks.

        Raises:
            Unavailable: the scanner does not answer, or takes no document of this size.
        """
        ...

    async def require_ready(self) -> None:
        """Hold that it answers.

        Raises:
            Unavailable: it does not.
        """
        ...


# --- sealing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A document on its way into an archive.

    Attributes:
        name: neutral name inside the archive, e.g. `01.pdf`.
        open: gives the document's bytes, encoded as `encoding` says, in chunks of any size.
        size_bytes: plain size; `stored_bytes`: size as encoded.
    """

    name: str
    encoding: Encoding
    size_bytes: int
    stored_bytes: int
    open: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class ContentsRow:
    """A line of the contents page: the neutral name and what it stands for."""

    name: str
    title: str
    classification: str
    category: str
    source_agency: str


@dataclass(frozen=True, slots=True)
class ContentsPage:
    """What the encrypted contents page of a pack says.

    `statement`, `consultations`, `conditions` and `limitations` are plain sentences;
    `acknowledgement_code` proves that the archive was opened. `acknowledge_at` is the address of
    the page that takes the code; None when links are switched off. `answer_at` is the one-time link
    to the request the pack carries, for a holder who cannot sign in; `answer_how` says how else to
    answer it.
    """

    reference: str
    marking: str
    meeting: str
    sender_agency: str
    contact: str
    authority: str
    privacy_statement: str
    rows: tuple[ContentsRow, ...]
    statement: str | None
    consultations: tuple[str, ...]
    acknowledgement_code: Secret
    acknowledge_at: str | None
    limitations: str = ""
    answer_at: str | None = None
    answer_how: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file of a pack as the recipient finds it, encrypted.

    Attributes:
        name: in the pack, e.g. `01.pdf`.
        sha256: of the encrypted file, as hex.
        holds: the names of the documents in it, where it is itself an archive.
    """

    name: str
    sha256: str
    holds: tuple[str, ...] = ()


class ProtocolSetter(Protocol):
    """Puts protocols on paper. It blocks: call it in a thread."""

    def docx(self, paper: Paper) -> bytes:
        """The text as a DOCX file; the same bytes for the same text.

        Raises:
            InvalidInput: it cannot be set.
        """
        ...

    def pdf(self, paper: Paper) -> bytes:
        """The text as a tagged PDF file; the same bytes for the same text and fonts.

        Raises:
            InvalidInput: it cannot be set.
        """
        ...


class ContentsSetter(Protocol):
    """Sets the contents page of a pack in native form."""

    def contents(self, page: ContentsPage, files: Sequence[SealedFile], made_at: datetime) -> bytes:
        """The page as a PDF file, not encrypted yet; it says what each of `files` is.

        Raises:
            InvalidInput: an address for the code or the answer is not one of the web.
        """
        ...


class Sealer(Protocol):
    """Makes encrypted archives. It blocks: call it in a thread."""

    def seal(
        self,
        page: ContentsPage,
        members: Sequence[ArchiveMember],
        password: Secret,
        made_at: datetime,
        out: BinaryIO,
    ) -> None:
        """Write the archive to `out` (seekable, opened for writing and reading).

        Raises:
            Tampered: a member did not have the size it was said to have.
        """
        ...


# --- delivering ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took responsibility; `reply` is its code, in our own words."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken now; worth another try.

    `uncertain` is True when the other side may have taken it but its answer was lost.
    """

    reason: str
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good; another try would end the same.

    `of_content`: what the mail holds was refused, or its size, and not the person or the mailbox.
    """

    reason: str
    of_content: bool = False


Outcome = Accepted | Deferred | Rejected


@dataclass(frozen=True, slots=True)
class Attachment:
    """An archive on its way out; `open` gives its bytes in chunks and may be called again."""

    name: str
    size_bytes: int
    open: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class PackLetter:
    """What the mail with a pack says; it names no child, no document and no meeting's subject.

    Attributes:
        called, what: what the pack is, for the subject and for the first sentence.
        message_id: without angle brackets, the same on every attempt.
        to: canonical address, also the only one in the envelope.
        classification: for the marking; `marking` is its external form.
        contact: whom to ask: name, role, agency, address and number, one per line.
        password_channel: in words, how the password will come, e.g. `by text message`.
        acknowledge_at: one-time link; None when links are switched off.
        receipt: proof that this mail's entry is in the audit log (C2SP tlog-proof), to be kept.
        help_at: page that says how to open a pack; None when links are switched off.
        form: how it is sealed, and so how it is opened.
        return_path: to which the mail comes back if it cannot be delivered; the sender's if None.
    """

    message_id: str
    to: str
    reference: str
    classification: Classification
    marking: str
    sender_agency: str
    contact: tuple[str, ...]
    reply_to: str
    privacy_statement: str
    password_channel: str
    acknowledge_at: str | None
    date: datetime
    receipt: bytes = b""
    help_at: str | None = None
    called: str = "Meeting pack"
    what: str = "the pack for a meeting you are to attend"
    form: SealedForm = SealedForm.ENCRYPTED_ZIP
    return_path: str | None = None


@dataclass(frozen=True, slots=True)
class PickUpLetter:
    """The notice that a pack can be picked up; it names no person, no meeting and no document.

    Attributes:
        marking: of the pack, in its external form; the notice itself is marked as mail may be.
        password_channel: in words, how password and code will come.
        address: of the page it is picked up from.
        receipt, return_path: as for a pack.
    """

    message_id: str
    to: str
    reference: str
    marking: str
    sender_agency: str
    password_channel: str
    address: str
    date: datetime
    receipt: bytes = b""
    return_path: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordLetter:
    """A mail that carries a password to another mailbox, and nothing that leads to the pack.

    `receipt` is as for the pack: the proof that the release is in the audit log. `pick_up_code`
    opens the page the pack is picked up from; None where it came by mail.
    """

    message_id: str
    to: str
    reference: str
    sender_agency: str
    password: Secret
    date: datetime
    receipt: bytes = b""
    pick_up_code: Secret | None = None
    return_path: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeLetter:
    """A mail about a transfer or a request for information; references and reasons only."""

    message_id: str
    to: str
    reference: str
    subject: str
    lines: tuple[str, ...]
    date: datetime


class Mailer(Protocol):
    """Sends mail."""

    async def send_pack(self, letter: PackLetter, attachment: Attachment) -> Outcome:
        """Send a pack; the attachment is streamed, never held whole in memory."""
        ...

    async def send_pick_up(self, letter: PickUpLetter) -> Outcome:
        """Tell a recipient that a pack can be picked up."""
        ...

    async def send_password(self, letter: PasswordLetter) -> Outcome:
        """Send a password to another mailbox."""
        ...

    async def send_notice(self, letter: NoticeLetter) -> Outcome:
        """Tell the coordinator something."""
        ...


class Texter(Protocol):
    """Sends text messages."""

    async def send_password(
        self,
        to: str,
        reference: str,
        agency: str,
        password: Secret,
        pick_up_code: Secret | None = None,
    ) -> Outcome:
        """Text a password to `to` (E.164), and in the same text the code of a pick-up, if any.

        Repeated calls with one `reference` say the same.
        """
        ...

    async def send_code(self, to: str, reference: str, agency: str, code: Secret) -> Outcome:
        """Text to `to` (E.164) the code that opens the request `reference` of `agency`."""
        ...
