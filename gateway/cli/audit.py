"""`gateway audit`: take the log out, verify what was taken out, and keep its key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from gateway.cli import log_standing, offline, reviewing
from gateway.cli.run import ADMINISTRATOR, err, explain, named_path, out, run, settings

if TYPE_CHECKING:
    from gateway.app import Gateway

commands = typer.Typer(help="The audit log.", no_args_is_help=True)
for each in (reviewing, log_standing, offline):
    each.add_to(commands)


@commands.command()
def export(
    where: Annotated[Path, typer.Option("--out", parser=named_path, help="Folder to write to.")],
    *,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="Write the log's tiles too (C2SP tlog-tiles).")
    ] = False,
) -> None:
    """Write every entry's exact bytes, one a line, with a signed checkpoint and the public key."""
    from gateway.cli.export_folder import export_folder  # noqa: PLC0415
    from gateway.services import exporting  # noqa: PLC0415

    async def action(gateway: "Gateway") -> exporting.Export:
        from gateway.app import cosign_now  # noqa: PLC0415

        with export_folder(where) as files:
            with files.file(exporting.ENTRIES) as file:
                made = await exporting.export(
                    gateway.parts,
                    ADMINISTRATOR,
                    lambda leaf: _line(file, leaf),
                    files.write if tiles else None,
                    lambda: cosign_now(gateway.parts, gateway.settings),
                )
            files.write(exporting.CHECKPOINT, made.checkpoint)
            files.write(exporting.KEYS, "".join(f"{k}\n" for k in made.verifier_keys).encode())
            for number, stamp in enumerate(made.stamps, 1):
                files.write(f"stamped-{number}", stamp.checkpoint)
                files.write(f"stamped-{number}.tsr", stamp.response)
            if made.fault is None:
                files.keep(last=exporting.CHECKPOINT)
            else:
                files.keep_as_failed()
        return made

    made = run(action, "audit export")
    if made.fault is not None:
        explain(made.fault)
        err.print(f"What there is lies in {where}, each file named .failed.", markup=False)
        raise typer.Exit(1)
    out.print(f"{made.entries:,} entries in {where / exporting.ENTRIES}", markup=False)


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


def _line(file: BinaryIO, leaf: bytes) -> None:
    file.write(leaf + b"\n")
