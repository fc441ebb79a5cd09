"""Verification of an exported log, offline and in constant memory."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Never

from gateway.audit.canonical import canonical
from gateway.audit.checkpoints import Checkpoint, open_signed
from gateway.audit.merkle import EMPTY_ROOT, Tree, leaf_hash
from gateway.audit.notes import Kind, Signed, VerifierKey
from gateway.audit.tiles import LONGEST_ENTRY
from gateway.domain.errors import Tampered

_FIELDS = {  # of an entry, by schema version
    1: set("v uid at action outcome agency actor subject detail host version".split())  # noqa: SIM905
}
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

    `lines` are those of a file opened in binary; `keys` are the log's own, and the witnesses' to
    rely on; `since` is an older signed checkpoint; `progress` is told how many entries are read.

    1. Each checkpoint is well formed, and writes back to the same bytes.
    2. Each is the log's: origin and signature match. Every witness has cosigned the newer one; the
       older one is no larger.
    3. Each line is exactly an entry: canonical JSON (RFC 8785), a known schema version, one "\n".
    4. There are as many entries as the checkpoint says.
    5. Their root hash is the checkpoint's.
    6. The first of them have the older checkpoint's root hash: nothing was rewritten since.

    Raises:
        Tampered: a step fails; it names the first wrong entry where that can be known.
        InvalidInput: two of the keys are the same.
    """
    newest, signed = open_signed(checkpoint, keys)  # steps 1 and 2
    older = _older(since, newest, keys) if since is not None else None
    tree, older_root = Tree(), EMPTY_ROOT
    for line in lines:
        if fault := _fault(line):  # step 3
            raise _wrong(tree.size, fault)
        if tree.size == newest.size:
            raise _surplus(tree, newest, older, older_root)  # step 4: too many
        tree.append(leaf_hash(line[:-1]))
        if older and tree.size == older.size:
            older_root = tree.root()
        if progress and not tree.size % _PROGRESS_EVERY:
            progress(tree.size)
    if tree.size != newest.size:  # step 4: too few
        what = f"There are {tree.size} entries; the checkpoint says {newest.size}."
        raise _differing(what, older, older_root)
    if tree.root() != newest.root:  # step 5
        raise _differing("The entries' content or order differs.", older, older_root)
    if older and older_root != older.root:  # step 6
        what = f"The log was rewritten since the older checkpoint: the first {older.size} entries "
        raise Tampered(what + "are not those that were signed then.", _REMEDY)
    return Summary(newest, signed, older)


def _older(since: bytes, newest: Checkpoint, keys: Sequence[VerifierKey]) -> Checkpoint:
    older, _ = open_signed(since, [key for key in keys if key.kind is Kind.ED25519])
    if older.origin != newest.origin:
        raise Tampered("The older checkpoint is of another log.", "Give one of the same log.")
    if older.size > newest.size:
        what = f"The log has shrunk from {older.size} entries to {newest.size}, "
        raise Tampered(what + "or the checkpoints are in the wrong order.", _REMEDY)
    if older.size == newest.size and older.root != newest.root:
        raise Tampered(f"Two different logs of {older.size} entries were signed.", _REMEDY)
    return older


def _surplus(
    tree: Tree, newest: Checkpoint, older: Checkpoint | None, older_root: bytes
) -> Tampered:
    if tree.root() == newest.root:
        return _wrong(tree.size, "was added after the checkpoint's last")
    what = f"There are more entries than the checkpoint's {newest.size}, not only at the end."
    return _differing(what, older, older_root)


def _differing(what: str, older: Checkpoint | None, older_root: bytes) -> Tampered:
    if older is None:
        where = "Only an older checkpoint could tell where."
    elif older_root == older.root:
        where = f"The first {older.size} are as the older checkpoint says; it lies after them."
    else:
        where = f"It lies within the first {older.size}, which the older checkpoint covers."
    return Tampered(f"{what} {where}", _REMEDY)


def _wrong(index: int, fault: str) -> Tampered:
    line = index + 1
    return Tampered(f"Entry {index} (line {line}) {fault}.", _REMEDY, field=f"line {line}")


def _fault(line: bytes) -> str | None:
    """What keeps a line from being an entry.

    Comparing it with what is written from it finds duplicate keys, spaces, another order and
    needless escapes alike; numbers are looked at while reading.
    """
    if len(line) > LONGEST_ENTRY + 1:
        return "is longer than an entry can be"
    try:
        text = line.decode()
        value, _ = _READER.raw_decode(text)
        by_utf16 = not text.isascii() and _BEYOND_BMP.search(text)
        written = canonical(value).decode() if by_utf16 else _WRITER.encode(value)
    except (ValueError, RecursionError):
        return "is not canonical JSON"
    if text != written + "\n":
        return "is not a line in the one form that canonical JSON allows"
    if type(value) is not dict or type(value.get("v")) is not int:
        return "is not an entry"
    if value.keys() != _FIELDS.get(value["v"]):
        return "is not an entry of a schema version known here"
    return None


def _integer(digits: str) -> int:
    value = int(digits)
    if len(digits) > 15:  # with fewer it is never beyond 2**53
        canonical(value)
    return value


def _refuse(number: str) -> Never:
    raise ValueError(f"{number} is not taken")


_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")  # where UTF-16 sorts differently from Python
_READER = json.JSONDecoder(parse_float=_refuse, parse_int=_integer, parse_constant=_refuse)
_WRITER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, check_circular=False, separators=(",", ":")
)
