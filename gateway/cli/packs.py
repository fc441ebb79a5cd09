"""`gateway pack`: check what each attendee would get, and send it."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.matrix import as_json, show
from gateway.cli.run import err, leave, out, read_file, run
from gateway.cli.story import follow
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import InvalidInput
from gateway.domain.packs import Pack, PackId

if TYPE_CHECKING:
    from gateway.app import Gateway, PackFile, PackFileDocument
    from gateway.domain.decisions import Matrix

commands = typer.Typer(help="Packs for a meeting's attendees.", no_args_is_help=True)

_READ_BYTES = 1024 * 1024
File = Annotated[Path, typer.Argument(help="Pack file (TOML); document paths are relative to it.")]
RemoveUnsafe = Annotated[
    bool,
    typer.Option(
        "--remove-unsafe", help="Remove what is unsafe, such as macros, instead of refusing a file."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@commands.command()
def check(file: File, *, as_json_: AsJson = False, remove_unsafe: RemoveUnsafe = False) -> None:
    """Show who would receive what, and why not; nothing is kept and nothing is sent."""
    parsed = _parse(file)

    async def action(gateway: "Gateway") -> "Matrix":
        from gateway.services.packs import check_pack, discard_pack  # noqa: PLC0415

        actor = await coordinator(gateway, parsed.terms.contact)
        pack = await _make(gateway, actor, parsed, file.parent, remove_unsafe=remove_unsafe)
        try:
            return await check_pack(gateway.parts, actor, pack.id)
        finally:
            await discard_pack(gateway.parts, actor, pack.id)

    matrix = run(action, "pack check")
    _print(matrix, as_json_=as_json_)


@commands.command()
def send(
    file: File,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before sending.")] = False,
    wait: Annotated[
        float, typer.Option(help="Seconds to follow the transfers; 0 returns at once.", min=0)
    ] = 0,
    as_json_: AsJson = False,
    remove_unsafe: RemoveUnsafe = False,
) -> None:
    """Check the pack, show who gets what, and send it to those who may receive it."""
    parsed = _parse(file)

    async def action(gateway: "Gateway") -> None:
        from gateway.services.packs import check_pack, discard_pack  # noqa: PLC0415
        from gateway.services.sending import send_pack  # noqa: PLC0415

        actor = await coordinator(gateway, parsed.terms.contact)
        pack = await _make(gateway, actor, parsed, file.parent, remove_unsafe=remove_unsafe)
        sent = False
        try:
            matrix = await check_pack(gateway.parts, actor, pack.id)
            _print(matrix, as_json_=False, to_stderr=as_json_)
            if not yes and not confirmed():
                err.print("Nothing was sent.")
                raise typer.Exit(1)
            made = await send_pack(gateway.parts, actor, pack.id)
            sent = True
        finally:
            if not sent:
                await discard_pack(gateway.parts, actor, pack.id)
        err.print(f"Pack {pack.id} is on its way: {len(made.transfers)} transfers.")
        transfers = await follow(gateway.parts, actor, pack.id, wait, tell=not as_json_)
        if as_json_:
            listed = [{"transfer": t.id, "state": t.state.value} for t in transfers]
            typer.echo(json.dumps({"pack": pack.id, "transfers": listed}))

    run(action, "pack send")


@commands.command("list")
def list_(
    acting: Annotated[str, typer.Option("--as", help="Representative you act for.", metavar="ID")],
) -> None:
    """List the packs of your agency, with those that were never sent."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.packs import list_packs  # noqa: PLC0415
        from gateway.services.paging import Page  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        for pack in await list_packs(gateway.parts, actor, Page(limit=1000)):
            when = f"sent {pack.sent_at:%Y-%m-%d %H:%M}Z" if pack.sent_at else "not sent"
            out.print(f"{pack.id}  {pack.meeting}  {when}", markup=False)

    run(action)


@commands.command()
def discard(
    pack: Annotated[str, typer.Argument(help="Identifier of a pack that was not sent.")],
    acting: Annotated[str, typer.Option("--as", help="Representative you act for.", metavar="ID")],
) -> None:
    """Forget a pack that was never sent, and destroy its documents."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.packs import discard_pack  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        await discard_pack(gateway.parts, actor, PackId(pack))
        out.print("Discarded.")

    run(action, "pack discard")


def confirmed() -> bool:
    """Ask on the terminal; an interrupt or the end of input is a no."""
    # while the question waits, Ctrl-C must reach it and not the event loop
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return typer.confirm("Send this?", err=True)
    except (KeyboardInterrupt, typer.Abort):
        return False
    finally:
        signal.signal(signal.SIGINT, before)


async def coordinator(gateway: "Gateway", person: str) -> Actor:
    """The actor for a representative whom the operator of the command line acts for.

    Raises:
        InvalidInput: the register has no such representative.
    """
    from gateway.domain.register import RepresentativeId  # noqa: PLC0415

    async with gateway.parts.database.work() as work:
        found = await work.register.representatives([RepresentativeId(person)])
    if not found:
        raise InvalidInput(
            f"The register has no representative '{person}'.",
            "Name one by its identifier.",
            field="contact",
        )
    (one,) = found.values()
    return Actor(ActorKind.OPERATOR, Role.COORDINATOR, one.agency, one.id, "command line")


def _parse(file: Path) -> "PackFile":
    from gateway.app import parse_pack  # noqa: PLC0415 - kept off the path of `--help`
    from gateway.domain.errors import GatewayError  # noqa: PLC0415

    try:
        parsed = parse_pack(read_file(file))
        for document in parsed.documents:
            _require_inside(file.parent, document.file)
    except GatewayError as error:
        leave(error)
    return parsed


def _require_inside(folder: Path, name: str) -> None:
    """Refuse a document outside the pack file's folder, also one reached by a symbolic link."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise InvalidInput(
            f"There is no file '{name}' beside the pack file.",
            "Give a path relative to the pack file, inside its folder.",
            field="document.file",
        )


async def _make(
    gateway: "Gateway", actor: Actor, parsed: "PackFile", folder: Path, *, remove_unsafe: bool
) -> Pack:
    from gateway.services.packs import create_pack, discard_pack  # noqa: PLC0415

    pack = await create_pack(gateway.parts, actor, parsed.terms)
    try:
        for document in parsed.documents:
            await _add(gateway, actor, pack, folder / document.file, document, remove_unsafe)
    except BaseException:
        await discard_pack(gateway.parts, actor, pack.id)
        raise
    return pack


async def _add(
    gateway: "Gateway",
    actor: Actor,
    pack: Pack,
    path: Path,
    document: "PackFileDocument",
    remove_unsafe: bool,
) -> None:
    from gateway.services.uploads import NewDocument, add_document  # noqa: PLC0415

    err.print(f"Taking in {document.file}", markup=False)
    new = NewDocument(path.name, document.label, document.title, remove_unsafe)
    await add_document(gateway.parts, actor, pack.id, new, _chunks(path))


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _READ_BYTES):
            yield chunk


def _print(matrix: "Matrix", *, as_json_: bool, to_stderr: bool = False) -> None:
    if as_json_:
        typer.echo(json.dumps(as_json(matrix), ensure_ascii=False, indent=2))
    else:
        show(matrix, err if to_stderr else out)
