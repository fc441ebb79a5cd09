"""`gateway pack found`, `clean` and `stamp`: what is in a document of a pack, and changing it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.found import found_as_json, list_found, show_found
from gateway.cli.packs import AsJson, coordinator
from gateway.cli.run import out, run
from gateway.domain.errors import InvalidInput
from gateway.domain.inspection import Kind
from gateway.domain.packs import DocumentId, PackId

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.services.found import Found

PackKey = Annotated[str, typer.Argument(help="Identifier of a pack.", metavar="PACK")]
DocumentKey = Annotated[str, typer.Argument(help="Identifier of its document.", metavar="DOCUMENT")]
Acting = Annotated[str, typer.Option("--as", help="Representative you act for.", metavar="ID")]


def found(
    pack: PackKey,
    document: Annotated[
        str | None, typer.Argument(help="Its document; none lists them.", metavar="DOCUMENT")
    ] = None,
    *,
    acting: Acting,
    as_json_: AsJson = False,
) -> None:
    """Show what was found in a document (words of it too), or list a pack's documents."""

    async def action(gateway: "Gateway") -> "list[Found]":
        from gateway.services.found import look_at_found  # noqa: PLC0415
        from gateway.services.packs import get_pack  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        _, present = await get_pack(gateway.parts, actor, PackId(pack))
        wanted = [each.id for each in present] if document is None else [DocumentId(document)]
        return [await look_at_found(gateway.parts, actor, PackId(pack), each) for each in wanted]

    seen = run(action, "pack found")
    if document is None:
        list_found(seen, out, as_json=as_json_)
    elif as_json_:
        typer.echo(json.dumps(found_as_json(seen[0]), ensure_ascii=False, indent=2))
    else:
        show_found(seen[0], out)


def clean(
    pack: PackKey,
    document: DocumentKey,
    acting: Acting,
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Kind to take out, e.g. COMMENT; may be repeated. None: all there are."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Take nothing out, only look.")] = False,
) -> None:
    """Take what is hidden out of a document, or look into it again."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.found import clean_document, look_at_found  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        where = (gateway.parts, actor, PackId(pack), DocumentId(document))
        seen = await look_at_found(*where)
        kinds = frozenset() if again else _kinds(kind, seen)
        await clean_document(*where, kinds)
        show_found(await look_at_found(*where), out)

    run(action, "pack clean")


def stamp(pack: PackKey, document: DocumentKey, acting: Acting) -> None:
    """Stamp the marking of its label onto each page of a PDF."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.found import stamp_document  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        await stamp_document(gateway.parts, actor, PackId(pack), DocumentId(document))
        out.print("Stamped.")

    run(action, "pack stamp")


def _kinds(named: list[str] | None, seen: "Found") -> frozenset[Kind]:
    """The kinds as named, or all of which something can be taken out.

    Raises:
        InvalidInput: one is not a kind, or there is nothing to take out.
    """
    for name in named or ():
        if name not in Kind.__members__:
            raise InvalidInput(
                f"'{name[:40]}' is no kind of discovery.",
                "Use one that 'gateway pack found' shows, e.g. COMMENT.",
                field="kind",
            )
    kinds = frozenset(Kind[name] for name in named) if named else frozenset(seen.removable)
    if not kinds:
        raise InvalidInput(
            "There is nothing in it that can be taken out.",
            "Use --again to have it looked into once more.",
            field="kind",
        )
    return kinds


def add_to(commands: typer.Typer) -> None:
    """Make these commands of the group."""
    for command in (found, clean, stamp):
        commands.command()(command)
