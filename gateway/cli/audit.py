"""`gateway audit`: take the log out, verify what was taken out, and keep its key."""

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from gateway.cli import reviewing
from gateway.cli.run import (
    ADMINISTRATOR,
    err,
    exit_code,
    explain,
    leave,
    out,
    read_file,
    replacing,
    run,
    settings,
)
from gateway.domain.errors import GatewayError, InvalidInput, Tampered

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.audit.notes import VerifierKey

commands = typer.Typer(help="The audit log.", no_args_is_help=True)
reviewing.add_to(commands)

_ENTRIES, _CHECKPOINT, _KEY = "entries.jsonl", "checkpoint", "key.pub"


@commands.command()
def export(
    where: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    *,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="Write the log's tiles too (C2SP tlog-tiles).")
    ] = False,
) -> None:
    """Write every entry's exact bytes, one a line, with a signed checkpoint and the public key."""

    async def action(gateway: "Gateway") -> None:
        from gateway.app import cosign_now  # noqa: PLC0415
        from gateway.services.exporting import export as exported  # noqa: PLC0415

        with replacing(where / _ENTRIES) as file:
            made = await exported(
                gateway.parts,
                ADMINISTRATOR,
                lambda leaf: _line(file, leaf),
                (lambda path, data: _write(where / path, data)) if tiles else None,
                lambda: cosign_now(gateway.parts, gateway.settings),
            )
        _write(where / _CHECKPOINT, made.checkpoint)
        _write(where / _KEY, "".join(f"{key}\n" for key in made.verifier_keys).encode())
        for number, stamp in enumerate(made.stamps, 1):
            _write(where / f"stamped-{number}", stamp.checkpoint)
            _write(where / f"stamped-{number}.tsr", stamp.response)
        out.print(f"{made.entries:,} entries in {where / _ENTRIES}", markup=False)

    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        leave(InvalidInput(f"Cannot make {where}: {error.strerror}.", "Choose another folder."))
    run(action, "audit export")


@commands.command()
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
    from gateway.cli.verifying import verify_file  # noqa: PLC0415 - kept off the path of `--help`

    if key is None:
        err.print("The key comes with the export. To trust nobody, give one with --key.")
    checkpoint = read_file(folder / _CHECKPOINT)
    older = read_file(since) if since else None
    try:
        found = verify_file(
            folder / _ENTRIES,
            checkpoint,
            _keys(key or folder / _KEY),
            since=older,
            progress=lambda n: err.print(f"{n:,} entries"),
        )
    except OSError as error:
        leave(InvalidInput(f"{folder / _ENTRIES}: {error.strerror}.", "Check the folder."))
    except GatewayError as error:
        explain(error)
        raise typer.Exit(exit_code(error)) from None
    newest = found.checkpoint
    out.print(f"True: {newest.size:,} entries of {newest.origin}, whole and unaltered.")
    out.print(f"Root {newest.root.hex()}")
    for signed in found.signed:
        out.print(f"Signed by {signed.key}", markup=False)
    if found.older:
        out.print(f"The {found.older.size:,} entries of the older checkpoint are its beginning.")


@commands.command("verify-receipt")
def verify_receipt(
    file: Annotated[Path, typer.Argument(help="Receipt, as it came with a mail.")],
    key: Annotated[Path, typer.Option(help="File of the log's public key.")],
    archive: Annotated[
        Path | None, typer.Option(help="The archive that came with it, to be held against it.")
    ] = None,
) -> None:
    """Verify offline that what a receipt says is in the log: exit 0 if so, 1 if not."""
    from gateway.audit.proofs import Proof  # noqa: PLC0415

    # a mail program may have saved the text with its own line ends
    data = read_file(file).replace(b"\r\n", b"\n")
    try:
        keys = _log_keys(key)
        proof = Proof.parse(data)
        checkpoint = proof.verify(proof.extra, keys)
        entry = json.loads(proof.extra)
        if archive is not None:
            _require_same(archive, str(entry["detail"].get("sha256")))
    except GatewayError as error:
        explain(error)
        raise typer.Exit(exit_code(error)) from None
    place = f"entry {proof.index:,} of the {checkpoint.size:,} of {checkpoint.origin}"
    out.print(f"True: {place}.", markup=False)
    subject = entry["subject"]
    out.print(f"{entry['at']}  {entry['action']}  {subject.get('reference', '')}", markup=False)
    if archive is not None:
        out.print("The archive is the one the entry names.")


@commands.command("verify-growth")
def verify_growth(
    file: Annotated[Path, typer.Argument(help="What 'prove-growth' printed, or the API gave.")],
    key: Annotated[Path, typer.Option(help="File of the log's public key.")],
) -> None:
    """Verify offline that a log only grew between two checkpoints: exit 0 if so, 1 if not."""
    from gateway.audit.checkpoints import open_signed  # noqa: PLC0415
    from gateway.audit.merkle import verify_consistency  # noqa: PLC0415

    try:
        older, newer, hashes = _growth(read_file(file))
        keys = _log_keys(key)
        old, new = (open_signed(note, keys)[0] for note in (older, newer))
        if old.origin != new.origin:
            raise Tampered("The checkpoints are of two logs.", "Ask for the proof again.")
        verify_consistency(old.size, new.size, hashes, old.root, new.root)
    except GatewayError as error:
        explain(error)
        raise typer.Exit(exit_code(error)) from None
    out.print(f"True: the {old.size:,} entries are the first of the {new.size:,}.")


@commands.command("rotate-key")
def rotate_key() -> None:
    """Sign the log with a fresh key from now on; what was signed before stays verifiable."""

    async def action(gateway: "Gateway") -> None:
        from gateway.app import rotate_log_key  # noqa: PLC0415

        key = await rotate_log_key(gateway, ADMINISTRATOR)
        out.print("The log is signed with a new key. Give auditors and recipients its public half:")
        out.print(str(key), markup=False)

    settings()
    run(action, "audit rotate-key")


def _keys(path: Path) -> "list[VerifierKey]":
    from gateway.audit.notes import VerifierKey  # noqa: PLC0415

    lines = read_file(path).decode("utf-8", "replace").splitlines()
    try:
        return [VerifierKey.parse(line) for line in lines if line]
    except GatewayError as error:
        leave(error)


def _log_keys(path: Path) -> "list[VerifierKey]":
    from gateway.audit.notes import Kind  # noqa: PLC0415

    keys = [key for key in _keys(path) if key.kind is Kind.ED25519]
    if not keys:
        raise InvalidInput("None of the keys is a log's own.", "Give the log's public key.")
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


def _require_same(archive: Path, wanted: str) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise Tampered(
            "The archive is not the one that the receipt's entry names.",
            "Do not open it; ask its sender.",
        )


def _line(file: BinaryIO, leaf: bytes) -> None:
    file.write(leaf + b"\n")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(data)
