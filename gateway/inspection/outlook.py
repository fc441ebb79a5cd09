"""Outlook messages ([MS-OXMSG]): properties, words, attachments."""

import io

import olefile

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import html
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.passages import Place

_TEXTS = (  # [MS-OXPROPS]: property, name, place
    ("0037", "Subject", Place.HEADER),
    ("1000", "", Place.BODY),
    ("0C1A", "From", Place.PROPERTY),
    ("0C1F", "From", Place.PROPERTY),
    ("5D01", "From", Place.PROPERTY),
    ("0E04", "To", Place.PROPERTY),
    ("0E03", "Cc", Place.PROPERTY),
    ("0E02", "Bcc", Place.PROPERTY),
    ("007D", "Header", Place.PROPERTY),
)
_RECIPIENT_TEXTS = ("3001", "3003", "39FE")
_HTML, _RTF, _CLASS = "1013", "1009", "001A"
_ATTACHED_DATA, _ATTACHED_MESSAGE = "3701", "000D"
_ATTACHED_NAMES = ("3707", "3704")
_DEEPEST = 3
_ATTACHMENTS = 100
_PREFIX = "__substg1.0_"


def read(_: FileType, data: bytes, into: Gathering) -> None:
    """Read an Outlook message, and look into what is attached to it.

    Raises:
        NotReadable: it is encrypted, broken, or holds more than can be looked through.
    """
    try:
        compound = olefile.OleFileIO(io.BytesIO(data))
    except Exception as error:  # olefile raises whatever a broken file leads it to
        raise NotReadable(Kind.MALFORMED, "an Outlook message that cannot be read") from error
    with compound:
        _Message(compound, into).read((), "", 0)


class _Message:
    """Reads the storages of a message, and of messages inside it."""

    def __init__(self, compound: olefile.OleFileIO, into: Gathering) -> None:
        self._compound = compound
        self._into = into
        self._streams = {tuple(entry) for entry in compound.listdir()}
        self._storages = [tuple(entry) for entry in compound.listdir(streams=False, storages=True)]
        self._attachments = 0

    def read(self, at: tuple[str, ...], where: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise NotReadable(Kind.TOO_MUCH, "messages inside messages inside messages")
        message_class = self._text(at, _CLASS).upper()
        if "SMIME" in message_class and "MULTIPARTSIGNED" not in message_class:
            raise NotReadable(Kind.ENCRYPTED, "an encrypted mail: save it without encryption")
        self._into.page()
        for code, name, place in _TEXTS:
            self._into.words(self._text(at, code), where, place, name=name)
        page = self._stream(at, f"{_HTML}0102") or self._text(at, _HTML).encode()
        html.read(page.decode("utf-8", "replace"), where, self._into)
        if not page and not self._text(at, "1000") and self._stream(at, f"{_RTF}0102"):
            self._into.found(Kind.PART_UNREAD, where, "its words stand in packed Rich Text alone")
        for storage in self._storages:
            if storage[:-1] == at:
                self._inner(storage, where, depth)

    def _inner(self, storage: tuple[str, ...], where: str, depth: int) -> None:
        name = storage[-1].lower()
        if name.startswith("__recip"):
            texts = (self._text(storage, code) for code in _RECIPIENT_TEXTS)
            self._into.words("\n".join(filter(None, texts)), where, Place.PROPERTY, name="To")
        elif name.startswith("__attach"):
            self._attachment(storage, where, depth)

    def _attachment(self, storage: tuple[str, ...], where: str, depth: int) -> None:
        self._attachments += 1
        if self._attachments > _ATTACHMENTS:
            raise NotReadable(Kind.TOO_MUCH, "more attached files than can be looked through")
        inner = (*storage, f"{_PREFIX}{_ATTACHED_DATA}{_ATTACHED_MESSAGE}")
        name = next(filter(None, (self._text(storage, one) for one in _ATTACHED_NAMES)), "")
        if inner in self._storages:
            if (*inner, "__properties_version1.0") in self._streams:
                label = "attached message"
                self._into.found(Kind.ATTACHED_FILE, where, label)
                self.read(inner, f"{where}, {label}" if where else label, depth + 1)
            else:
                self._into.found(Kind.EMBEDDED_FILE, where, "an object of another program")
            return
        data = self._stream(storage, f"{_ATTACHED_DATA}0102")
        if data:
            self._into.attached(name, data, where)
        else:
            self._into.found(Kind.EXTERNAL, where, "an attachment that stands elsewhere")

    def _text(self, at: tuple[str, ...], code: str) -> str:
        wide = self._stream(at, f"{code}001F")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return self._stream(at, f"{code}001E").decode("cp1252", "replace").rstrip("\0")

    def _stream(self, at: tuple[str, ...], name: str) -> bytes:
        path = (*at, f"{_PREFIX}{name}")
        if path not in self._streams:
            return b""
        return bytes(self._compound.openstream(list(path)).read())
