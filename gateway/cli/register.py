"""`gateway register`: agencies, representatives, protocols, meetings."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.run import ADMINISTRATOR, leave, out, read_file, run
from gateway.domain.errors import InvalidInput

if TYPE_CHECKING:
    from gateway.app import Gateway

commands = typer.Typer(
    help="Agencies, representatives, protocols and meetings.", no_args_is_help=True
)


@commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Register file (TOML).")],
) -> None:
    """Add and change what the file names: all of it, or nothing if anything in it is wrong."""
    from gateway.app import parse_register  # noqa: PLC0415 - kept off the path of `--help`
    from gateway.services.register import import_register  # noqa: PLC0415

    data = read_file(file)

    async def action(gateway: "Gateway") -> None:
        register = parse_register(data)
        digest = hashlib.sha256(data).hexdigest()
        changes = await import_register(gateway.parts, ADMINISTRATOR, register, digest)
        for word, kinds in (("added", changes.added), ("changed", changes.changed)):
            for kind, identifiers in kinds.items():
                out.print(f"{word} {kind}: {', '.join(identifiers)}", markup=False)
        out.print(f"{changes.unchanged} unchanged.")

    run(action, "register import")


@commands.command()
def schema(
    which: Annotated[str, typer.Argument(help="register or pack")] = "register",
) -> None:
    """Print the JSON Schema of the register file or the pack file."""
    from gateway.app import pack_schema, register_schema  # noqa: PLC0415

    schemas = {"pack": pack_schema, "register": register_schema}
    if which not in schemas:
        leave(InvalidInput("There is no such schema.", "Name register or pack.", field="WHICH"))
    made = schemas[which]()
    typer.echo(json.dumps(made, indent=2, ensure_ascii=False))
