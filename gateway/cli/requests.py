"""`gateway request`: requests for information after a meeting."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.packs import confirmed, coordinator
from gateway.cli.run import err, leave, out, read_file, run
from gateway.domain.errors import GatewayError
from gateway.domain.packs import RequestId

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.domain.information_requests.states import InformationRequest
    from gateway.services.information_requests import (
        RequestCheck,
        RequestTerms,
        RequestView,
    )

commands = typer.Typer(help="Requests for information after a meeting.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Request file (TOML).")]
Id = Annotated[str, typer.Argument(help="Identifier of the request.", metavar="REQUEST")]
Acting = Annotated[str, typer.Option("--as", help="Representative you act for.", metavar="ID")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@commands.command()
def draft(file: File, *, as_json_: AsJson = False) -> None:
    """Keep a request as a draft, and show what stands against sending it."""
    terms = _parse(file)

    async def action(gateway: "Gateway") -> "tuple[InformationRequest, RequestCheck]":
        from gateway.services.information_requests import (  # noqa: PLC0415
            check_request,
            create_request,
        )

        actor = await coordinator(gateway, terms.requester)
        made = await create_request(gateway.parts, actor, terms)
        return made, await check_request(gateway.parts, actor, made.id)

    made, found = run(action, "request draft")
    if as_json_:
        typer.echo(json.dumps({"request": made.id, "reference": made.reference}))
    else:
        out.print(f"Request {made.reference} is a draft: {made.id}")
    _show_check(found, to_stderr=as_json_)


@commands.command()
def check(request: Id, acting: Acting) -> None:
    """Show whether a draft could be sent, and what stands against it."""

    async def action(gateway: "Gateway") -> "RequestCheck":
        from gateway.services.information_requests import check_request  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        return await check_request(gateway.parts, actor, RequestId(request))

    found = run(action, "request check")
    _show_check(found)
    raise typer.Exit(0 if found.decision.allowed else 4)


@commands.command()
def edit(request: Id, file: File) -> None:
    """Write a draft anew from a request file; an approval it had is void."""
    terms = _parse(file)

    async def action(gateway: "Gateway") -> "InformationRequest":
        from gateway.services.information_requests import edit_request  # noqa: PLC0415

        actor = await coordinator(gateway, terms.requester)
        return await edit_request(gateway.parts, actor, RequestId(request), terms)

    _say_state(run(action, "request edit"))


@commands.command()
def approve(request: Id, acting: Acting) -> None:
    """Approve a draft as a second person of the asking agency."""

    async def action(gateway: "Gateway") -> "InformationRequest":
        from gateway.services.information_requests import approve_request  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        return await approve_request(gateway.parts, actor, RequestId(request))

    _say_state(run(action, "request approve"))


@commands.command()
def send(
    request: Id,
    acting: Acting,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before sending.")] = False,
) -> None:
    """Make the request's document, and send it sealed to its holder."""

    async def action(gateway: "Gateway") -> "InformationRequest":
        from gateway.services.information_requests import check_request  # noqa: PLC0415
        from gateway.services.request_sending import send_request  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        found = await check_request(gateway.parts, actor, RequestId(request))
        _show_check(found, to_stderr=True)
        if found.decision.allowed and not yes and not confirmed():
            err.print("Nothing was sent.")
            raise typer.Exit(1)
        return await send_request(gateway.parts, actor, RequestId(request))

    _say_state(run(action, "request send"))


@commands.command("list")
def list_(
    acting: Acting,
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those overdue.")] = False,
) -> None:
    """List the requests your agency asks."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.information_requests import list_asked  # noqa: PLC0415
        from gateway.services.paging import Page  # noqa: PLC0415
        from gateway.services.request_storage import RequestFilter  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        wanted = RequestFilter(None, gateway.parts.today() if overdue else None)
        for one in await list_asked(gateway.parts, actor, Page(limit=1000), wanted):
            due = f"due {one.due_on}" if one.due_on else "no due date"
            line = f"{one.id}  {one.reference}  to {one.holding_agency}  {due}  {one.state.value}"
            out.print(line, markup=False)

    run(action)


@commands.command()
def show(request: Id, acting: Acting, *, as_json_: AsJson = False) -> None:
    """Show a request's state, thread and answer."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.information_requests import get_asked  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        view = await get_asked(gateway.parts, actor, RequestId(request))
        if as_json_:
            typer.echo(json.dumps(_as_json(view), ensure_ascii=False, indent=2))
            return
        _say_state(view.request)
        zone = gateway.parts.rules.zone
        for message in view.messages:
            when = f"{message.at.astimezone(zone):%Y-%m-%d %H:%M}"
            said = f"{when}  {message.agency}, {message.kind.value}: {message.text}"
            out.print(said, markup=False)
        if view.answer is not None:
            out.print(f"Answer: {view.answer.kind.value}", markup=False)
            for text in (view.answer.ground, view.answer.reasons, view.answer.onward):
                if text:
                    out.print(text, markup=False)

    run(action)


@commands.command()
def reply(
    request: Id, acting: Acting, text: Annotated[str, typer.Option(help="What to reply.")]
) -> None:
    """Reply to the holder's question."""

    async def action(gateway: "Gateway") -> "InformationRequest":
        from gateway.services.request_answers import give_clarification  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        return await give_clarification(gateway.parts, actor, RequestId(request), text)

    _say_state(run(action, "request reply"))


@commands.command()
def withdraw(
    request: Id,
    acting: Acting,
    reason: Annotated[str, typer.Option(help="What the holder is told of it.")] = "",
) -> None:
    """Take a request back; what has not left yet is recalled."""

    async def action(gateway: "Gateway") -> "InformationRequest":
        from gateway.services.information_requests import withdraw_request  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        return await withdraw_request(gateway.parts, actor, RequestId(request), reason)

    _say_state(run(action, "request withdraw"))


def _as_json(view: "RequestView") -> dict[str, object]:
    """What a program gets of a request: nothing that is personal to the child."""
    request, answer = view.request, view.answer
    return {
        "request": request.id,
        "reference": request.reference,
        "authority": request.authority,
        "holding_agency": request.holding_agency,
        "holder": request.holder,
        "due_on": request.due_on.isoformat() if request.due_on else None,
        "state": request.state.value,
        "answer": answer
        and {
            "kind": answer.kind.value,
            "ground": answer.ground or None,
            "reasons": answer.reasons or None,
            "limitations": answer.limitations or None,
            "onward": answer.onward or None,
            "pack": answer.pack,
        },
    }


def _parse(file: Path) -> "RequestTerms":
    from gateway.app import parse_request  # noqa: PLC0415 - kept off the path of `--help`

    try:
        return parse_request(read_file(file))
    except GatewayError as error:
        leave(error)


def _say_state(request: "InformationRequest") -> None:
    out.print(f"Request {request.reference}: {request.state.value}", markup=False)


def _show_check(found: "RequestCheck", *, to_stderr: bool = False) -> None:
    console = err if to_stderr else out
    if found.decision.allowed:
        console.print("It can be sent.")
    for finding in found.decision.findings:
        console.print(f"- {finding.rule}: {finding.message}", markup=False)
        console.print(f"  {finding.remedy} ({finding.source})", markup=False)
    if found.missing:
        console.print(f"  Blank: {', '.join(found.missing)}", markup=False)
    for item in found.too_broad:
        console.print(f"  Item {item.number}: {item.hint}", markup=False)
