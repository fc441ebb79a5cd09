"""`gateway request`: requests for information after a meeting."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.packs import confirmed, coordinator
from gateway.cli.request_printing import print_check, print_form, print_request, print_times
from gateway.cli.run import err, leave, out, read_file, run
from gateway.domain.errors import GatewayError
from gateway.domain.packs import RequestId
from gateway.domain.register import RepresentativeId

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.domain.information_requests.form import RequestForm
    from gateway.domain.information_requests.states import InformationRequest
    from gateway.services.information_requests import (
        RequestCheck,
        RequestTerms,
        RequestView,
    )

    Form = RequestForm | None

commands = typer.Typer(help="Requests for information after a meeting.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Request file (TOML).")]
Id = Annotated[str, typer.Argument(help="Identifier of the request.", metavar="REQUEST")]
Acting = Annotated[str, typer.Option("--as", help="Representative you act for.", metavar="ID")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@commands.command()
def draft(file: File, *, as_json_: AsJson = False) -> None:
    """Keep a request as a draft, and show what stands against sending it."""
    terms = _parse(file)

    async def action(gateway: "Gateway") -> "tuple[InformationRequest, RequestCheck, Form]":
        from gateway.services.information_requests import (  # noqa: PLC0415
            check_request,
            create_request,
        )

        actor = await coordinator(gateway, terms.requester)
        made = await create_request(gateway.parts, actor, terms)
        form = gateway.parts.judge.form(made.authority)
        return made, await check_request(gateway.parts, actor, made.id), form

    made, found, form = run(action, "request draft")
    if as_json_:
        typer.echo(json.dumps({"request": made.id, "reference": made.reference}))
    else:
        out.print(f"Request {made.reference} is a draft: {made.id}")
    print_check(found, form, to_stderr=as_json_)


@commands.command()
def check(request: Id, acting: Acting) -> None:
    """Show whether a draft could be sent, and what stands against it."""

    async def action(gateway: "Gateway") -> "tuple[RequestCheck, Form]":
        from gateway.services.information_requests import (  # noqa: PLC0415
            check_request,
            get_asked,
        )

        actor = await coordinator(gateway, acting)
        found = await check_request(gateway.parts, actor, RequestId(request))
        view = await get_asked(gateway.parts, actor, RequestId(request))
        return found, gateway.parts.judge.form(view.request.authority)

    found, form = run(action, "request check")
    print_check(found, form)
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
        print_check(found, to_stderr=True)
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
    """Show a request with everything it says, its thread and its answer."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.information_requests import get_asked  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        view = await get_asked(gateway.parts, actor, RequestId(request))
        if as_json_:
            typer.echo(json.dumps(_as_json(view), ensure_ascii=False, indent=2))
            return
        form = gateway.parts.judge.form(view.request.authority)
        print_request(view, form, gateway.parts.rules.zone)

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


@commands.command()
def readdress(
    request: Id,
    acting: Acting,
    holder: Annotated[str, typer.Option(help="The new holder.", metavar="ID")],
) -> None:
    """Address an open request to another of the holding agency's people."""

    async def action(gateway: "Gateway") -> "InformationRequest":
        from gateway.services.request_sending import readdress_request  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        new = RepresentativeId(holder)
        return await readdress_request(gateway.parts, actor, RequestId(request), new)

    _say_state(run(action, "request readdress"))


@commands.command("renew-link")
def renew_link(request: Id, acting: Acting) -> None:
    """Mail the holder a fresh one-time link."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.answer_links import renew_link as renew  # noqa: PLC0415

        await renew(gateway.parts, await coordinator(gateway, acting), RequestId(request))

    run(action, "request renew-link")
    out.print("A fresh link is on its way to the holder.")


@commands.command()
def form(
    authority: Annotated[str, typer.Argument(help="Code of the legal authority, e.g. OTA-66C.")],
) -> None:
    """Show what a request under a legal authority asks for and says."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.request_facts import form_of  # noqa: PLC0415

        print_form(form_of(gateway.parts, authority))

    run(action)


@commands.command("response-times")
def response_times(
    quarter: Annotated[str, typer.Argument(help="Quarter of a calendar year, e.g. 2026-Q4.")],
    acting: Acting,
) -> None:
    """Show how quickly the agencies you ask, and your own, answered in a quarter."""

    async def action(gateway: "Gateway") -> None:
        from gateway.domain.information_requests.reporting import Quarter  # noqa: PLC0415
        from gateway.services.request_reports import response_times_of  # noqa: PLC0415

        actor = await coordinator(gateway, acting)
        print_times(await response_times_of(gateway.parts, actor, Quarter.parse(quarter)))

    run(action)


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
