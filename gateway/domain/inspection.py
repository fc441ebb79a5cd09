"""What was found by looking inside a document, whatever its label says.

Discoveries hold words of the document: they are shown to the sending agency, kept encrypted, and
stand in no log. What a log may say of them is their kinds and how often each was found.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.classification import Classification


class FileType(StrEnum):
    """What a document really is, by its content; nothing else is taken in."""

    PDF = "PDF"
    DOCX = "Word document"
    XLSX = "Excel workbook"
    PPTX = "PowerPoint presentation"
    ODT = "OpenDocument text"
    ODS = "OpenDocument spreadsheet"
    ODP = "OpenDocument presentation"
    RTF = "Rich Text"
    TXT = "plain text"
    CSV = "comma-separated values"
    PNG = "PNG picture"
    JPEG = "JPEG picture"
    HEIC = "HEIC picture"
    EML = "mail message"
    MSG = "Outlook message"

    @property
    def extensions(self) -> tuple[str, ...]:
        """How names of such files end, the usual ending first."""
        return _EXTENSIONS.get(self, (f".{self.name.lower()}",))


_EXTENSIONS = {
    FileType.DOCX: (".docx", ".docm"),
    FileType.XLSX: (".xlsx", ".xlsm"),
    FileType.PPTX: (".pptx", ".pptm"),
    FileType.TXT: (".txt", ".text"),
    FileType.JPEG: (".jpg", ".jpeg"),
    FileType.HEIC: (".heic", ".heif"),
}


def fitting_name(file_name: str, file_type: FileType) -> str:
    """The name a file is to have once its macros are out: `plan.docm` becomes `plan.docx`.

    A name that does not end as one of a file with macros stays as it is.
    """
    if not file_name.lower().endswith((".docm", ".xlsm", ".pptm")):
        return file_name
    return file_name[: -len(".docm")] + file_type.extensions[0]


class Concern(StrEnum):
    """What a kind of discovery means for the document."""

    UNSAFE = "unsafe"
    HIDDEN = "hidden"
    PERSONAL = "personal"
    MARKING = "marking"
    UNREAD = "unread"


class Kind(StrEnum):
    """What can be found in a document; the value is what people read."""

    # unsafe: never taken in, unless it is removed first
    NOT_ALLOWED = "a type of file that is not taken in"
    NAME_MISMATCH = "a name that does not fit the content"
    MALFORMED = "a file that cannot be read"
    ENCRYPTED = "a file that is encrypted already"
    TOO_MUCH = "more content than can be looked through"
    POLYGLOT = "a file that is two things at once"
    MACRO = "a macro"
    EXECUTABLE = "an embedded program"
    EMBEDDED_FILE = "an embedded file that is not taken in"
    SCRIPT = "JavaScript"
    LAUNCH = "an action that starts something"
    EXTERNAL = "content fetched from elsewhere"
    REMOTE_TEMPLATE = "a template fetched from elsewhere"
    ENTITY = "an external or expanding entity"
    MALWARE = "malware"
    # hidden: shown to the coordinator, who decides
    TRACKED_CHANGE = "a tracked change"
    COMMENT = "a comment"
    HIDDEN_SHEET = "a hidden sheet"
    HIDDEN_ROWS = "hidden rows or columns"
    HIDDEN_SLIDE = "a hidden slide"
    HIDDEN_TEXT = "hidden text"
    SPEAKER_NOTES = "speaker notes"
    HISTORY = "an earlier version"
    AUTHOR = "who wrote or changed it"
    LOCATION = "where a photograph was taken"
    COVERED_TEXT = "text under a black box"
    ATTACHED_FILE = "an attached file"
    RESTRICTED = "a file whose printing or copying its maker restricted"
    # personal
    NHI = "an NHI number"
    IRD = "an IRD number"
    TELEPHONE = "a telephone number"
    ADDRESS = "a street address"
    BIRTH_DATE = "a date of birth"
    MAIL_ADDRESS = "a mail address"
    OTHER_CHILD = "a child who is not on the meeting's list"
    CONFLICT = "somebody of a recipient's own family"
    # markings
    MARKING_FOUND = "a protective marking"
    # unread
    PICTURE = "a page or picture whose words were not read"
    PART_UNREAD = "a part whose words were not read"

    @property
    def concern(self) -> Concern:
        """What it means for the document."""
        return _CONCERNS[self]


_HIDDEN = frozenset(
    {
        Kind.TRACKED_CHANGE,
        Kind.COMMENT,
        Kind.HIDDEN_SHEET,
        Kind.HIDDEN_ROWS,
        Kind.HIDDEN_SLIDE,
        Kind.HIDDEN_TEXT,
        Kind.SPEAKER_NOTES,
        Kind.HISTORY,
        Kind.AUTHOR,
        Kind.LOCATION,
        Kind.COVERED_TEXT,
        Kind.ATTACHED_FILE,
        Kind.RESTRICTED,
    }
)
_PERSONAL = frozenset(
    {
        Kind.NHI,
        Kind.IRD,
        Kind.TELEPHONE,
        Kind.ADDRESS,
        Kind.BIRTH_DATE,
        Kind.MAIL_ADDRESS,
        Kind.OTHER_CHILD,
        Kind.CONFLICT,
    }
)


def _concern(kind: Kind) -> Concern:
    if kind in _HIDDEN:
        return Concern.HIDDEN
    if kind in _PERSONAL:
        return Concern.PERSONAL
    if kind is Kind.MARKING_FOUND:
        return Concern.MARKING
    if kind in {Kind.PICTURE, Kind.PART_UNREAD}:
        return Concern.UNREAD
    return Concern.UNSAFE


_CONCERNS = {kind: _concern(kind) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Discovery:
    """One thing found in a document.

    Attributes:
        where: where it stands, as people say it: `page 3`, `sheet 'Notes', row 7`; may be empty.
        context: the words around it, or what it is, at most 200 characters; may hold a name.
        removable: whether it can be taken out, and the document stay what it is.
        about: the reference of the known child or person it speaks of; empty for none.
    """

    kind: Kind
    where: str = ""
    context: str = ""
    removable: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What looking inside a document told.

    Attributes:
        file_type: what it is; None where it is nothing that is taken in.
        discoveries: what was found, in the order of the document, at most a few hundred.
        counts: how often each kind was found, also beyond those that are listed.
        marking: the highest protective marking it bears; None where it bears none.
        endorsements: endorsements it bears, in capitals, sorted.
        pages: how many pages, sheets or slides it has; 0 where it has none.
        removed: what was taken out before this was told.
    """

    file_type: FileType | None
    discoveries: tuple[Discovery, ...] = ()
    counts: tuple[tuple[Kind, int], ...] = ()
    marking: Classification | None = None
    endorsements: tuple[str, ...] = ()
    pages: int = 0
    removed: tuple[Kind, ...] = ()

    def of(self, *concerns: Concern) -> tuple[Discovery, ...]:
        """The discoveries of these concerns."""
        return tuple(d for d in self.discoveries if d.kind.concern in concerns)

    @property
    def is_safe(self) -> bool:
        """Whether nothing unsafe was found, and it is of a type that is taken in."""
        return self.file_type is not None and not self.of(Concern.UNSAFE)


def counted(discoveries: Iterable[Discovery]) -> tuple[tuple[Kind, int], ...]:
    """How often each kind was found, in the order of `Kind`."""
    found = Counter(discovery.kind for discovery in discoveries)
    return tuple((kind, found[kind]) for kind in Kind if found[kind])


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody the sending agency knows, whose mention in a document is looked for.

    Attributes:
        reference: opaque: a child's reference, or a representative's identifier and a number.
        kind: `OTHER_CHILD` or `CONFLICT`: what a mention is.
        names: full names, other names; `born`: ISO date of birth, or empty.
    """

    reference: str
    kind: Kind
    names: tuple[str, ...] = ()
    born: str = ""
