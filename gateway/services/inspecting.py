"""Looking into a document that is in the vault, before it becomes part of a pack.

It is read back from the vault for this, and not given on while it arrives: then a slow sender holds
none of the few places for inspections, and nothing is kept in memory.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

from gateway.audit.canonical import JSON
from gateway.domain.errors import InvalidInput, Tampered, Unavailable
from gateway.domain.inspected import Inspected
from gateway.domain.inspection import (
    Concern,
    Discovery,
    FileType,
    Inspection,
    Kind,
    Known,
    counted,
    fitting_name,
)
from gateway.domain.packs import DocumentId
from gateway.domain.secret import Secret
from gateway.services.intake import StoredBytes, drop, plain, take_in
from gateway.services.parts import Parts
from gateway.services.storage import Work

UNSAFE: Final = frozenset(kind for kind in Kind if kind.concern is Concern.UNSAFE)
_INSPECTION = TypeAdapter(Inspection)
_NAMED = 5  # discoveries that a refusal names
_REMEDIES: Final[Mapping[Kind, str]] = {
    Kind.ENCRYPTED: "Save it without a password: the gateway encrypts every pack.",
    Kind.NOT_ALLOWED: "Save it as a PDF, or in the Office or OpenDocument format, and add that.",
    Kind.NAME_MISMATCH: "Give the file the ending that fits its content, and add it again.",
    Kind.TOO_MUCH: "Split it, or save it as a PDF.",
    Kind.MALWARE: "Do not open the file, and tell whoever looks after your agency's security.",
}
_REMOVABLE: Final = "Save it without them, or add it again with “remove what is unsafe”."
_OTHERWISE: Final = "Save it anew with the program it was made with, or as a PDF, and add that."


@dataclass(frozen=True, slots=True)
class Examined:
    """Bytes in the vault, and what was found in exactly these.

    Attributes:
        inspection: None for what the gateway made itself, which is not looked into.
        scanned: whether a malware scanner looked through it.
        before: the bytes from which something was taken out; None where nothing was.
        made_as: of what the gateway made itself, its type.
        stamped: whether a marking was put onto its pages just now.
    """

    stored: StoredBytes
    inspection: Inspection | None
    scanned: bool = False
    before: StoredBytes | None = None
    made_as: FileType | None = None
    stamped: bool = False

    def name(self, file_name: str) -> str:
        """The name it is to have: without its macros a `.docm` is a `.docx`."""
        if self.before is None or self.inspection is None or self.inspection.file_type is None:
            return file_name
        return fitting_name(file_name, self.inspection.file_type)


def made_here(stored: StoredBytes, file_type: FileType) -> Examined:
    """What the gateway made itself from a template of the policies, and nobody sent in."""
    return Examined(stored, None, made_as=file_type)


async def examine(
    parts: Parts,
    stored: StoredBytes,
    file_name: str,
    known: Sequence[Known] = (),
    remove: frozenset[Kind] = frozenset(),
    stamp: str = "",
) -> Examined:
    """Look into stored bytes and scan them; what can be of `remove` is taken out first.

    `stamp` is put onto the pages of a PDF file that takes it. Where something was changed, the
    answer is about new stored bytes; both are the caller's to keep or drop.

    Raises:
        Unavailable: it cannot be looked into, or not be scanned where scanning is required.
    """
    async with aclosing(plain(parts, stored)) as blocks:
        looked = await parts.inspector.look(
            file_name, blocks, known=known, remove=remove, stamp=stamp
        )
    if looked.cleaned is None or not looked.inspection.is_safe:
        return await _scanned(parts, Examined(stored, looked.inspection))
    kept = await take_in(parts, once(looked.cleaned))
    try:
        changed = Examined(kept, looked.inspection, before=stored, stamped=bool(stamp))
        return await _scanned(parts, changed)
    except BaseException:
        await drop(parts, kept)
        raise


async def require_scanner(parts: Parts) -> None:
    """Hold that the malware scanner answers, where scanning is required.

    Raises:
        Unavailable: it does not.
    """
    if not parts.rules.limits.scan_required:
        return
    if parts.scanner is None:
        raise Unavailable("There is no malware scanner.", "Set clamd_address.")
    await parts.scanner.require_ready()


def refusal(inspection: Inspection) -> InvalidInput:
    """Why a document is not taken in: what was found, where, and what to do about it."""
    found = inspection.of(Concern.UNSAFE)
    named = "; ".join(_said(one) for one in found[:_NAMED]) or "nothing that can be read"
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return InvalidInput(
        f"The document was not taken in. It holds: {named}{more}.", _remedy(found), field="file"
    )


def noted(examined: Examined) -> dict[str, JSON]:
    """What an entry of the log says of it: kinds and counts, and no word of the document."""
    if examined.inspection is None:
        return {"made_by": "gateway"}
    told = examined.inspection
    detail: dict[str, JSON] = {
        "type": told.file_type.name if told.file_type else None,
        "found": {kind.name: number for kind, number in told.counts},
        "removed": [kind.name for kind in told.removed],
        "scanned": examined.scanned,
        "marking_found": told.marking.value if told.marking else None,
    }
    return detail


async def keep(
    parts: Parts,
    work: Work,
    document: DocumentId,
    examined: Examined,
    earlier: Inspected | None = None,
) -> Inspected:
    """Keep what was found in a document, in the caller's transaction.

    What was done to it before, as `earlier` tells, stays known.
    """
    now, told = parts.clock.now(), examined.inspection
    if told is None:
        own = Inspected(document, now, examined.made_as, made_here=True)
        await work.inspections.put(own, None)
        return own
    inspected = Inspected.of(document, told, now, scanned=examined.scanned)
    inspected = replace(inspected, stamped=examined.stamped)
    if earlier is not None:
        removed = {*earlier.removed, *told.removed}
        inspected = replace(
            inspected,
            removed=tuple(kind for kind in Kind if kind in removed),
            stamped=examined.stamped or earlier.stamped,
        )
    text = _INSPECTION.dump_json(told).decode()
    await work.inspections.put(inspected, parts.vault.seal_secret(_name(document), Secret(text)))
    return inspected


async def words_of(parts: Parts, work: Work, document: DocumentId) -> Inspection | None:
    """Everything that was found in a document; None where nothing is kept of it.

    Raises:
        Tampered: it is not what was stored.
    """
    sealed = await work.inspections.sealed(document)
    if sealed is None:
        return None
    text = parts.vault.open_secret(_name(document), sealed).reveal()
    try:
        return _INSPECTION.validate_json(text)
    except ValueError:
        raise Tampered(
            "What was found in the document cannot be read.", "Look into it again."
        ) from None


async def once(data: bytes) -> AsyncIterator[bytes]:
    """`data` as a document's chunks."""
    yield data


async def _scanned(parts: Parts, examined: Examined) -> Examined:
    """With the scanner's word on it, unless it is refused anyway or no scanner is asked."""
    told = examined.inspection
    if told is None or not told.is_safe:
        return examined
    if parts.scanner is None:
        await require_scanner(parts)
        return examined
    try:
        async with aclosing(plain(parts, examined.stored)) as blocks:
            found = await parts.scanner.scan(blocks)
    except Unavailable:
        if parts.rules.limits.scan_required:
            raise
        return examined
    if found.signature is None:
        return replace(examined, scanned=True)
    malware = Discovery(Kind.MALWARE, "", found.signature[:200])
    discoveries = (malware, *told.discoveries)
    counts = counted([malware])
    infected = replace(told, discoveries=discoveries, counts=(*counts, *told.counts))
    return replace(examined, inspection=infected, scanned=True)


def _said(found: Discovery) -> str:
    context = f": {found.context}" if found.context else ""
    return f"{found.kind.value}{context}" + (f" ({found.where})" if found.where else "")


def _remedy(found: Sequence[Discovery]) -> str:
    if found and all(one.removable for one in found):
        return _REMOVABLE
    for one in found:
        if not one.removable and one.kind in _REMEDIES:
            return _REMEDIES[one.kind]
    return _OTHERWISE


def _name(document: DocumentId) -> str:
    return f"inspection of document:{document}"
