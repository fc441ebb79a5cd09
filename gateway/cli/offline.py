"""`gateway audit verify...`: what was taken out of the log, held against signatures, offline."""

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gateway.audit.reading import printable, understood
from gateway.cli.run import err, exit_code, explain, leave, out, read_file
from gateway.domain.errors import GatewayError, InvalidInput, Tampered

if TYPE_CHECKING:
    from gateway.audit.notes import VerifierKey
    from gateway.audit.verify import Summary

_ENTRIES, _CHECKPOINT, _KEY = "entries.jsonl", "checkpoint", "key.pub"
KeyFile = Annotated[Path, typer.Option(help="File of the log's public key.")]


def add_to(commands: typer.Typer) -> None:
    """Add the commands to a group."""
    for name, command in (
        ("verify", verify),
        ("verify-receipt", verify_receipt),
        ("verify-growth", verify_growth),
    ):
        commands.command(name)(command)


def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of an export.")],
    key: Annotated[
        Path | None, typer.Option(help="File of the log's public key, had from elsewhere.")
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="Older signed checkpoint that must be a prefix.")
    ] = None,
) -> None:
    """Recompute an export offline: exit 0 if whole and unaltered, 1 if not, 2 if unreadable."""
    if key is None:
        err.print("The key comes with the export. To trust nobody, give one with --key.")
    try:
        found = _verified(folder, key or folder / _KEY, since)
    except OSError as error:
        leave(InvalidInput(f"{folder / _ENTRIES}: {error.strerror}.", "Check the folder."))
    except GatewayError as error:
        _leave(error)
    newest = found.checkpoint
    _say(f"True: {newest.size:,} entries of {newest.origin}, whole and unaltered.")
    _say(f"Root {newest.root.hex()}")
    for signed in found.signed:
        _say(f"Signed by {signed.key}")
    if found.older:
        _say(f"The {found.older.size:,} entries of the older checkpoint are its beginning.")


def _verified(folder: Path, key: Path, since: Path | None) -> "Summary":
    from gateway.audit.verify import CHANGING  # noqa: PLC0415 - kept off the path of `--help`
    from gateway.cli.verifying import verify_file  # noqa: PLC0415

    checkpoint, older = _read(folder / _CHECKPOINT), _read(since) if since else None
    try:
        return verify_file(
            folder / _ENTRIES,
            checkpoint,
            _keys(key),
            since=older,
            progress=lambda n: err.print(f"{n:,} entries"),
        )
    except Tampered as error:
        marker = folder / CHANGING
        if marker.exists() or _read(folder / _CHECKPOINT) != checkpoint:
            raise InvalidInput(
                "An export into this folder is under way, or was cut short.",
                f"Once it has ended, verify again; if none is, export again ({marker} stays else).",
            ) from error
        raise


def verify_receipt(
    file: Annotated[Path, typer.Argument(help="Receipt, as it came with a mail.")],
    key: KeyFile,
    archive: Annotated[
        Path | None, typer.Option(help="The archive that came with it, to be held against it.")
    ] = None,
) -> None:
    """Verify offline that what a receipt says is in the log: exit 0 if so, 1 if not."""
    from gateway.audit.lines import exact_fault  # noqa: PLC0415
    from gateway.audit.proofs import Proof  # noqa: PLC0415

    # a mail program may have saved the text with its own line ends
    data = _read(file).replace(b"\r\n", b"\n")
    try:
        keys = _log_keys(key)
        proof = Proof.parse(data)
        checkpoint = proof.verify(proof.extra, keys)
        entry, fault = understood(proof.extra), exact_fault(proof.extra + b"\n")
        if entry is None or fault:
            what = f"The log holds this, but it {fault or 'is not an entry'}."
            _refuse(what, "Verify an export of the log, and tell its operator.")
        if archive is not None:
            _require_same(archive, entry["detail"].get("sha256"))
    except GatewayError as error:
        _leave(error)
    index, size = proof.index, checkpoint.size
    _say(f"True: entry {index:,} (line {index + 1:,}) of the {size:,} of {checkpoint.origin}.")
    reference = entry["subject"].get("reference", "")
    _say(f"{entry['at']}  {entry['action']}  {reference}")
    if archive is not None:
        out.print("The archive is the one the entry names.")


def verify_growth(
    file: Annotated[Path, typer.Argument(help="What 'prove-growth' printed, or the API gave.")],
    key: KeyFile,
) -> None:
    """Verify offline that a log only grew between two checkpoints: exit 0 if so, 1 if not."""
    from gateway.audit.checkpoints import open_signed  # noqa: PLC0415
    from gateway.audit.merkle import verify_consistency  # noqa: PLC0415

    try:
        older, newer, hashes = _growth(_read(file))
        keys = _log_keys(key)
        old, new = (open_signed(note, keys)[0] for note in (older, newer))
        if old.origin != new.origin:
            _refuse("The checkpoints are of two logs.", "Ask for the proof again.")
        verify_consistency(old.size, new.size, hashes, old.root, new.root)
    except GatewayError as error:
        _leave(error)
    out.print(f"True: the {old.size:,} entries are the first of the {new.size:,}.")


def _read(path: Path) -> bytes:
    """A file of a checkpoint, key, receipt or proof; leaves if it is none that can be read."""
    return read_file(path, divides=False)


def _keys(path: Path) -> "list[VerifierKey]":
    from gateway.audit.notes import VerifierKey  # noqa: PLC0415

    lines = _read(path).decode("utf-8", "replace").splitlines()
    try:
        return [VerifierKey.parse(line) for line in lines if line]
    except GatewayError as error:
        leave(InvalidInput(f"{path}: {error.message}", error.remedy))


def _log_keys(path: Path) -> "list[VerifierKey]":
    from gateway.audit.notes import Kind  # noqa: PLC0415

    keys = [key for key in _keys(path) if key.kind is Kind.ED25519]
    if not keys:
        what = f"{path}: None of the keys is a log's own."
        raise InvalidInput(what, "Give the log's public key.")
    return keys


def _growth(data: bytes) -> tuple[bytes, bytes, list[bytes]]:
    try:
        proof = json.loads(data)
        hashes = [b64decode(text, validate=True) for text in proof["hashes"]]
        return proof["older"].encode(), proof["newer"].encode(), hashes
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(
            "This is not a proof of growth.", "Give what 'gateway audit prove-growth' printed."
        ) from error


def _require_same(archive: Path, wanted: object) -> None:
    try:
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        what = f"{archive} cannot be read: {error.strerror}."
        raise InvalidInput(what, "Check the path.", field="--archive") from error
    if found != wanted:
        _refuse(
            "The archive is not the one that the receipt's entry names.",
            "Do not open it; ask its sender.",
        )


def _refuse(message: str, remedy: str) -> NoReturn:
    raise Tampered(message, remedy)


def _say(line: str) -> None:
    """Print what stands in files, so that nothing in it plays with the terminal."""
    out.print(printable(line), markup=False)


def _leave(error: GatewayError) -> NoReturn:
    explain(error)
    raise typer.Exit(exit_code(error)) from None
