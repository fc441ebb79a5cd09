"""`gateway audit`: how the log stands, what proves it, and what puts its index right."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.audit.reading import printable
from gateway.cli.reviewing import looking
from gateway.cli.run import ADMINISTRATOR, err, explain, named_path, out, replacing, run
from gateway.domain.errors import GatewayError

if TYPE_CHECKING:
    from gateway.app import Gateway


def add_to(commands: typer.Typer) -> None:
    """Add the commands to a group."""
    for name, command in (
        ("prove", prove),
        ("prove-growth", prove_growth),
        ("status", status),
        ("reindex", reindex),
    ):
        commands.command(name)(command)


def prove(
    position: Annotated[int, typer.Argument(min=0, help="Position of the entry; the first is 0.")],
    where: Annotated[Path, typer.Option("--out", parser=named_path, help="File for the receipt.")],
) -> None:
    """Write the receipt that proves an entry to be in the log (C2SP tlog-proof)."""

    async def act(gateway: "Gateway") -> None:
        from gateway.services.proving import prove_entry  # noqa: PLC0415

        receipt = await prove_entry(gateway.parts, ADMINISTRATOR, position)
        with replacing(where) as file:
            file.write(receipt)
        out.print(f"The receipt is in {where}.", markup=False)

    looking(act, "audit prove")


def prove_growth(
    old: Annotated[int, typer.Argument(min=1, help="Entries in the older checkpoint.")],
    new: Annotated[int | None, typer.Argument(min=1, help="In the newer one.")] = None,
) -> None:
    """Print the proof that the log only grew: both checkpoints, and the hashes in base64."""

    async def act(gateway: "Gateway") -> None:
        from base64 import b64encode  # noqa: PLC0415

        from gateway.services.proving import prove_growth as prove_it  # noqa: PLC0415

        proof = await prove_it(gateway.parts, ADMINISTRATOR, old, new)
        shown = {
            "older": proof.older.decode(),
            "newer": proof.newer.decode(),
            "hashes": [b64encode(value).decode() for value in proof.hashes],
        }
        typer.echo(json.dumps(shown, indent=2))
        sizes = [note.split(b"\n")[1].decode() for note in (proof.older, proof.newer)]
        err.print(f"From {sizes[0]} entries to {sizes[1]}: the checkpoints of at least that size.")

    looking(act, "audit prove-growth")


def status() -> None:
    """Print how the log stands, and whether it can go on: exit 0 if it can, 1 if not."""

    async def act(gateway: "Gateway") -> GatewayError | None:
        from gateway.app import outside  # noqa: PLC0415
        from gateway.services.gate import require_sound  # noqa: PLC0415
        from gateway.services.publishing import read_status  # noqa: PLC0415

        told, wrong = outside(gateway.settings, gateway.parts.clock).names(), None
        try:
            await require_sound(gateway.parts)
        except GatewayError as error:
            wrong = error
        for name, value in (await read_status(gateway.parts, ADMINISTRATOR, told)).items():
            out.print(f"{name}: {printable(value)}", markup=False)
        return wrong

    wrong = run(act, "audit status")
    if wrong is not None:
        explain(wrong)
        raise typer.Exit(1)
    out.print("check: the log can be written and signed, and is not known to be damaged")


def reindex(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if something differs.")
    ] = False,
) -> None:
    """Hold what entries are found by against what they say, and put it right."""

    async def act(gateway: "Gateway") -> int:
        from gateway.services.reindexing import reindex as put_right  # noqa: PLC0415

        found = 0
        async for step in put_right(gateway.parts, ADMINISTRATOR, correct=not check):
            for fault in step.faults:
                out.print(f"Entry {fault.position} {fault.reason}.", markup=False)
            found += len(step.faults)
            err.print(f"{step.entries:,} entries")
        return found

    found = looking(act, "audit reindex")
    if not found:
        out.print("Every entry is found by what it says.")
    elif check:
        err.print(f"{found:,} entries are not; 'gateway audit reindex' puts that right.")
        raise typer.Exit(1)
    else:
        out.print(f"The index is put right for {found:,} entries.")
