"""`gateway audit`: take the log out."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.run import ADMINISTRATOR, err, leave, out, run
from gateway.domain.errors import InvalidInput

if TYPE_CHECKING:
    from gateway.app import Gateway

commands = typer.Typer(help="The audit log.", no_args_is_help=True)


@commands.command()
def export(
    where: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
) -> None:
    """Write `entries.jsonl`: every entry's exact bytes, one a line, in order."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.auditing import export as leaves  # noqa: PLC0415

        count = 0
        partial = where / "entries.jsonl.partial"
        with os.fdopen(
            os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb"
        ) as file:
            async for leaf in leaves(gateway.parts, ADMINISTRATOR):
                file.write(leaf + b"\n")
                count += 1
                if count % 100_000 == 0:
                    err.print(f"{count:,} entries")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(where / "entries.jsonl")
        out.print(f"{count:,} entries in {where / 'entries.jsonl'}", markup=False)

    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        leave(InvalidInput(f"Cannot make {where}: {error.strerror}.", "Choose another folder."))
    run(action, "audit export")
