"""Verifies an exported log: `python -m gateway.audit FOLDER [--key FILE] [--since FILE]`.

It needs nothing but this package and PyNaCl, so that it can be read and run by whoever does not
trust the gateway. `gateway audit verify` says the same, and is faster with a large log.
Exit codes: 0 whole and unaltered, 1 not so, 2 it could not be read.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from gateway.audit.errors import InvalidInput, PlainError, Tampered
from gateway.audit.lines import LONGEST_LINE
from gateway.audit.notes import LARGEST_NOTE, VerifierKey
from gateway.audit.reading import printable
from gateway.audit.verify import CHANGING, Summary, verify_export

_LARGEST_KEYS = 1_000_000  # bytes


def main(arguments: Sequence[str]) -> int:
    """Verify what `arguments` name, and say what was found; the exit code."""
    parser = ArgumentParser(prog="python -m gateway.audit", description="Verify an exported log.")
    parser.add_argument("folder", type=Path, help="folder of an export")
    parser.add_argument("--key", type=Path, help="the log's public key, had from elsewhere")
    parser.add_argument("--since", type=Path, help="an older checkpoint that must be a beginning")
    given = parser.parse_args(arguments)
    try:
        found = _verified(given.folder, given.key, given.since)
    except Tampered as error:
        if (given.folder / CHANGING).exists():
            _say("Error: An export into this folder is under way, or was cut short.")
            return 2
        _say(f"Error: {error.message}", error.remedy)
        return 1
    except PlainError as error:
        _say(f"Error: {error.message}", error.remedy)
        return 2
    except OSError as error:
        _say(f"Error: {error.filename} cannot be read: {error.strerror}.", "Check the path.")
        return 2
    newest = found.checkpoint
    _say(f"True: {newest.size:,} entries of {newest.origin}, whole and unaltered.")
    _say(f"Root {newest.root.hex()}", *(f"Signed by {signed.key}" for signed in found.signed))
    if found.older:
        _say(f"The {found.older.size:,} entries of the older checkpoint are its beginning.")
    return 0


def _verified(folder: Path, key: Path | None, since: Path | None) -> Summary:
    checkpoint = _read(folder / "checkpoint", LARGEST_NOTE)
    older = _read(since, LARGEST_NOTE) if since else None
    lines = _read(key or folder / "key.pub", _LARGEST_KEYS).decode("utf-8", "replace").splitlines()
    keys = [VerifierKey.parse(line) for line in lines if line]
    return verify_export(_entries(folder / "entries.jsonl"), checkpoint, keys, since=older)


def _entries(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(partial(file.readline, LONGEST_LINE + 1), b"")


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InvalidInput(f"{path} is larger than {most:,} bytes.", "It is no such file.")
    return data


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
