"""`gateway transfer`: see what became of each transfer, and call one back."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.packs import coordinator
from gateway.cli.run import ADMINISTRATOR, err, leave, out, run
from gateway.cli.story import line
from gateway.domain.actors import Actor, ActorKind
from gateway.domain.addresses import masked
from gateway.domain.errors import InvalidInput
from gateway.domain.packs import DocumentId, PackId
from gateway.domain.transfers import Failed, Refused, State, Transfer, TransferId

if TYPE_CHECKING:
    from gateway.app import Gateway

commands = typer.Typer(help="Transfers: one pack to one recipient.", no_args_is_help=True)

As = Annotated[
    str, typer.Option("--as", help="Representative you act for, by identifier.", metavar="ID")
]
RECIPIENT = Actor(ActorKind.RECIPIENT, None, None, None, "command line")
Identifier = Annotated[str, typer.Argument(metavar="TRANSFER", help="Identifier of the transfer.")]


@commands.command("list")
def list_(
    acting: As,
    *,
    pack: Annotated[str | None, typer.Option(help="Only this pack's.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 200,
    after: Annotated[str | None, typer.Option(help="Continue after this transfer.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the transfers of your agency, oldest first."""
    wanted = _state(state)

    async def action(gateway: "Gateway") -> None:
        from gateway.services.paging import Page  # noqa: PLC0415
        from gateway.services.transfers import list_transfers  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        found = await list_transfers(
            gateway.parts,
            actor,
            Page(limit, after),
            pack=PackId(pack) if pack else None,
            state=wanted,
        )
        if as_json:
            titles = await _titles(gateway, actor, found)
            listed = [described(transfer, titles) for transfer in found]
            typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
            return
        async with gateway.parts.database.work() as work:
            names = await work.register.representatives([t.recipient for t in found])
        for transfer in found:
            out.print(f"{transfer.id}  {line(transfer, names)}", markup=False)
        if not found:
            err.print("No transfers.")

    run(action)


@commands.command()
def recall(transfer: Identifier, acting: As) -> None:
    """Call a transfer back: its password is destroyed and never sent, if it is not too late."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.transfers import recall_transfer  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        await recall_transfer(gateway.parts, actor, TransferId(transfer))
        out.print("Recalled. Nothing that was sent can be opened, and what opens it is destroyed.")

    run(action, "transfer recall")


@commands.command("read-password")
def read_password(transfer: Identifier, acting: As) -> None:
    """Show, once, a password that is to be read out by telephone."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.telephone import read_password as read  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        spoken = await read(gateway.parts, actor, TransferId(transfer))
        number = spoken.transfer.channel_address
        err.print(f"Call {number} and read this out. It is shown this once.")
        typer.echo(spoken.password.reveal())
        if spoken.pick_up_code is not None:
            err.print("The code for the page the pack is picked up from:")
            typer.echo(spoken.pick_up_code.reveal())

    run(action, "transfer read-password")


@commands.command()
def acknowledge(
    reference: Annotated[str, typer.Argument(help="Reference of the transfer, T-....-....")],
    code: Annotated[str, typer.Argument(help="Code from the contents page inside the pack.")],
) -> None:
    """Record that a recipient opened the pack, by the code they gave you."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.transfers import acknowledge_by_code  # noqa: PLC0415

        await acknowledge_by_code(gateway.parts, RECIPIENT, reference, code)
        out.print("Acknowledged.")

    run(action, "transfer acknowledge")


@commands.command()
def bounced(
    reference: Annotated[str, typer.Argument(help="Reference of the transfer, T-....-....")],
    status: Annotated[str, typer.Option(help="Why, as the report has it, such as 5.1.1.")],
) -> None:
    """Record that a transfer's mail came back; its password is not sent, if it is not too late."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.bounces import report_bounce  # noqa: PLC0415

        moved = await report_bounce(gateway.parts, ADMINISTRATOR, reference, status)
        if moved.state is State.FAILED:
            out.print("Recorded. The transfer has failed; its password was not sent.")
        else:
            out.print("Recorded. The pack is to be picked up; its password was not sent yet.")

    run(action, "transfer bounced")


async def _titles(
    gateway: "Gateway", actor: Actor, transfers: Sequence[Transfer]
) -> Mapping[DocumentId, str]:
    from gateway.services.packs import get_pack  # noqa: PLC0415

    titles: dict[DocumentId, str] = {}
    for pack in {transfer.pack for transfer in transfers}:
        _, documents = await get_pack(gateway.parts, actor, pack)
        titles |= {document.id: document.title for document in documents}
    return titles


def described(transfer: Transfer, titles: Mapping[DocumentId, str]) -> dict[str, Any]:
    """A transfer as JSON values; addresses are masked."""
    progress = transfer.progress
    return {
        "transfer": transfer.id,
        "reference": transfer.reference,
        "pack": transfer.pack,
        "recipient": transfer.recipient,
        "address": masked(transfer.address),
        "password_channel": transfer.channel.value if transfer.channel else None,
        "state": transfer.state.value,
        "route": transfer.route.value,
        "form": transfer.form.value if transfer.form else None,
        "documents": [
            {"document": identifier, "title": titles[identifier]}
            for identifier in transfer.documents
        ],
        "withheld": [
            {"document": w.document, "title": titles[w.document], "rules": list(w.rules)}
            for w in transfer.withheld
        ],
        "rules": list(progress.rules) if isinstance(progress, Refused) else [],
        "reason": progress.reason if isinstance(progress, Failed) else transfer.held_up,
        "since": transfer.entered_at.isoformat(timespec="seconds"),
    }


def _state(text: str | None) -> State | None:
    if text is None:
        return None
    try:
        return State(text)
    except ValueError:
        known = ", ".join(state.value for state in State)
        leave(
            InvalidInput(f"'{text[:40]}' is not a state.", f"Use one of: {known}.", field="--state")
        )
