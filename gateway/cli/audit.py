"""`gateway audit`: take the log out, and verify one that was taken out."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from gateway.cli.run import ADMINISTRATOR, err, exit_code, explain, leave, out, read_file, run
from gateway.domain.errors import GatewayError, InvalidInput

if TYPE_CHECKING:
    from gateway.app import Gateway

commands = typer.Typer(help="The audit log.", no_args_is_help=True)

_ENTRIES, _CHECKPOINT, _KEY = "entries.jsonl", "checkpoint", "key.pub"


@commands.command()
def export(
    where: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
) -> None:
    """Write every entry's exact bytes, one a line, with a signed checkpoint and the public key."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.auditing import export as exported  # noqa: PLC0415

        with _replacing(where / _ENTRIES) as file:
            made = await exported(gateway.parts, ADMINISTRATOR, lambda leaf: _line(file, leaf))
        for name, content in (
            (_CHECKPOINT, made.checkpoint),
            (_KEY, made.verifier_key.encode() + b"\n"),
        ):
            with _replacing(where / name) as file:
                file.write(content)
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
    from gateway.audit.notes import VerifierKey  # noqa: PLC0415 - kept off the path of `--help`
    from gateway.audit.verify import verify_export  # noqa: PLC0415

    if key is None:
        err.print("The key comes with the export. To trust nobody, give one with --key.")
    named = read_file(key or folder / _KEY).decode("utf-8", "replace")
    checkpoint = read_file(folder / _CHECKPOINT)
    older = read_file(since) if since else None
    try:
        keys = [VerifierKey.parse(line) for line in named.split("\n") if line]
        with (folder / _ENTRIES).open("rb") as lines:
            found = verify_export(
                lines, checkpoint, keys, since=older, progress=lambda n: err.print(f"{n:,} entries")
            )
    except OSError as error:
        leave(InvalidInput(f"{folder / _ENTRIES}: {error.strerror}.", "Check the folder."))
    except GatewayError as error:
        explain(error)
        raise typer.Exit(exit_code(error)) from None
    newest = found.checkpoint
    out.print(f"True: {newest.size:,} entries of {newest.origin}, whole and unaltered.")
    out.print(f"Root {newest.root.hex()}")
    if found.older:
        out.print(f"The {found.older.size:,} entries of the older checkpoint are its beginning.")


def _line(file: BinaryIO, leaf: bytes) -> None:
    file.write(leaf + b"\n")


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner only, that takes the place of `path` once it is whole."""
    partial = path.with_name(path.name + ".partial")
    opened = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
