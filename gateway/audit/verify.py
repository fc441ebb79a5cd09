"""Verification of an exported log, offline and in constant memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.errors import InvalidInput, Tampered
from gateway.audit.lines import Checked, LineCheck, checked
from gateway.audit.merkle import EMPTY_ROOT, Tree
from gateway.audit.notes import Kind, Signed, VerifierKey

PLACE_UNKNOWN = "Only an older checkpoint could tell where."
CHANGING = "export.unfinished"  # in the folder of an export while its files are replaced
_PROGRESS_EVERY = 10_000  # entries
_REMEDY = (
    "Export the log again and verify that. If it fails again, keep every copy and checkpoint as "
    "evidence, and tell the agency's security manager."
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What was verified: the checkpoint, who signed it, and the older one, if any was given."""

    checkpoint: Checkpoint
    signed: tuple[Signed, ...]
    older: Checkpoint | None


def verify_export(
    lines: Iterable[bytes],
    checkpoint: bytes,
    keys: Sequence[VerifierKey],
    *,
    since: bytes | None = None,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    r"""Hold that `lines` are the log that `checkpoint` commits to: whole, unaltered and in order.

    `lines` are those of a file opened in binary; `since` is an older signed checkpoint; `progress`
    is told how many entries are read. Of `keys`, the first of kind Ed25519 is the log's present
    key; others of that kind are keys that the log had before. The rest are of witnesses to rely on.

    1. Each checkpoint is well formed, and writes back to the same bytes.
    2. Each is the log's: its origin is the name of the key that signed it. The present key has
       signed the newer one, that one or an earlier one the older. Every witness has cosigned the
       newer; the older is no larger.
    3. Each line is exactly an entry: canonical JSON (RFC 8785), a known schema version, one "\n".
    4. There are as many entries as the checkpoint says.
    5. Their root hash is the checkpoint's.
    6. The first of them have the older checkpoint's root hash: nothing was rewritten since.

    Raises:
        Tampered: a step fails; it names the first wrong entry where that can be known.
        InvalidInput: two of the keys are the same, or none is the log's own.
    """
    return verify_checked(
        checked(lines, LineCheck()), checkpoint, keys, since=since, progress=progress
    )


def verify_checked(
    parts: Iterable[Checked],
    checkpoint: bytes,
    keys: Sequence[VerifierKey],
    *,
    since: bytes | None = None,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """The same for lines that were checked and hashed elsewhere, part by part, in their order.

    Raises:
        Tampered, InvalidInput: as `verify_export` does.
    """
    verification = Verification(checkpoint, keys, since=since)
    for part in parts:
        begun = verification.size
        verification.add(part)
        if progress:
            _tell(progress, begun, verification.size)
    return verification.end()


class Verification:
    """The same for whoever is handed the lines bit by bit, and has other things to do meanwhile.

    Raises:
        Tampered, InvalidInput: as `verify_export` does, as soon as it is known.
    """

    def __init__(
        self, checkpoint: bytes, keys: Sequence[VerifierKey], *, since: bytes | None = None
    ) -> None:
        with _about("The checkpoint"):  # steps 1 and 2
            newest, signed = _newest(checkpoint, keys)
        with _about("The older checkpoint"):
            older = _older(since, newest, keys) if since is not None else None
        self._summary = Summary(newest, signed, older)
        self._reading = _Reading(newest, older)

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that the lines are held against."""
        return self._summary.checkpoint

    @property
    def size(self) -> int:
        """How many entries were added."""
        return self._reading.tree.size

    def add(self, part: Checked) -> None:
        """Take in the next lines, as they were checked and hashed."""
        self._reading.add(part.hashes)
        if part.fault:  # step 3
            raise _wrong(self.size, part.fault)

    def end(self) -> Summary:
        """What was verified, once every line is added."""
        self._reading.end()
        return self._summary


@contextmanager
def _about(what: str) -> Iterator[None]:
    """Have an error say which checkpoint it is about."""
    try:
        yield
    except Tampered as error:
        raise Tampered(f"{what}: {error.message}", error.remedy) from error


def _newest(
    checkpoint: bytes, keys: Sequence[VerifierKey]
) -> tuple[Checkpoint, tuple[Signed, ...]]:
    present = next((key for key in keys if key.kind is Kind.ED25519), None)
    if present is None:
        raise InvalidInput("None of the keys is a log's own.", "Give the log's public key too.")
    newest, signed = open_signed(checkpoint, keys)
    if newest.origin != present.name or present not in {by.key for by in signed}:
        what = f"The present key of {present.name} has not signed this, only another key has."
        raise Tampered(what, "Give the log's present key first, or get a newer checkpoint.")
    return newest, signed


def _older(since: bytes, newest: Checkpoint, keys: Sequence[VerifierKey]) -> Checkpoint:
    older, _ = open_signed(since, [key for key in keys if key.kind is Kind.ED25519])
    if older.origin != newest.origin:
        raise Tampered("It is of another log.", "Give one of the same log.")
    if older.size > newest.size:
        raise Tampered(
            f"It is of {older.size} entries, and the export of {newest.size} only.",
            "If it is the newer of the two, verify with an older one. If it is not, the log has "
            f"shrunk. {_REMEDY}",
        )
    if older.size == newest.size and older.root != newest.root:
        raise Tampered(f"Two different logs of {older.size} entries were signed.", _REMEDY)
    return older


class _Reading:
    """The tree over the entries read so far, held against one checkpoint or two."""

    def __init__(self, newest: Checkpoint, older: Checkpoint | None) -> None:
        self.tree = Tree()
        self._newest, self._older = newest, older
        self._older_root = EMPTY_ROOT

    def add(self, hashes: Sequence[bytes]) -> None:
        """Add the next entries by their hashes; step 4: there are not too many."""
        older, room = self._older, self._newest.size - self.tree.size
        taken, surplus = hashes[:room], hashes[room:]
        if older and 0 < (cut := older.size - self.tree.size) <= len(taken):
            self.tree.extend(taken[:cut])
            self._older_root = self.tree.root()
            taken = taken[cut:]
        self.tree.extend(taken)
        if not surplus:
            return
        if self.tree.root() == self._newest.root:
            raise _wrong(self.tree.size, "was added after the checkpoint's last")
        size = self._newest.size
        raise self._differing(
            f"There are more entries than the checkpoint's {size}, not only at the end."
        )

    def end(self) -> None:
        """Steps 4 to 6, once every entry is added."""
        size, older = self.tree.size, self._older
        if size != self._newest.size:
            what = f"There are {size} entries; the checkpoint says {self._newest.size}."
            raise self._differing(what)
        if self.tree.root() != self._newest.root:
            raise self._differing("The entries' content or order differs.")
        if older and self._older_root != older.root:
            what = f"The log was rewritten since the older checkpoint: the first {older.size} "
            raise Tampered(what + "entries are not those that were signed then.", _REMEDY)

    def _differing(self, what: str) -> Tampered:
        older = self._older
        if older is None:
            where = PLACE_UNKNOWN
        elif self._older_root == older.root:
            where = f"The first {older.size} are as the older checkpoint says; it lies after them."
        else:
            where = f"It lies within the first {older.size}, which the older checkpoint covers."
        return Tampered(f"{what} {where}", _REMEDY)


def _wrong(index: int, fault: str) -> Tampered:
    line = index + 1
    return Tampered(f"Entry {index} (line {line}) {fault}.", _REMEDY, field=f"line {line}")


def _tell(progress: Callable[[int], None], begun: int, size: int) -> None:
    for passed in range(begun // _PROGRESS_EVERY + 1, size // _PROGRESS_EVERY + 1):
        progress(passed * _PROGRESS_EVERY)
