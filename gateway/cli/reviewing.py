"""`gateway audit`: what an auditor asks of the log. Every look is itself an entry."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gateway.audit.reading import printable, read
from gateway.cli.run import ADMINISTRATOR, err, explain, leave, named_path, out, replacing, run
from gateway.domain.errors import GatewayError, InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.app import Gateway
    from gateway.forms.search import Filter
    from gateway.services.disclosures import Account, Disclosure
    from gateway.services.log_storage import Found

T = TypeVar("T")
Since = Annotated[str | None, typer.Option(help="From this day or time on.")]
Until = Annotated[str | None, typer.Option(help="Before this day or time.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]
After = Annotated[str | None, typer.Option(help="Go on after this one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def add_to(commands: typer.Typer) -> None:
    """Add the commands to a group."""
    for name, command in (
        ("search", search),
        ("story", story),
        ("child", child),
        ("agency", agency),
        ("refusals", refusals),
    ):
        commands.command(name)(command)


def search(  # noqa: PLR0913 - each is an option
    *,
    since: Since = None,
    until: Until = None,
    actor: Annotated[str | None, typer.Option(help="Representative, or kind of actor.")] = None,
    agency: Annotated[str | None, typer.Option(help="Agency it concerns.")] = None,
    action: Annotated[str | None, typer.Option(help="E.g. transfer.mailed")] = None,
    outcome: Annotated[str | None, typer.Option(help="success, failure or unknown")] = None,
    rule: Annotated[str | None, typer.Option(help="Rule that denied or warned.")] = None,
    meeting: Annotated[str | None, typer.Option(help="Meeting.")] = None,
    child: Annotated[str | None, typer.Option(help="Child's reference.")] = None,
    document: Annotated[str | None, typer.Option(help="SHA-256 of a document.")] = None,
    archive: Annotated[str | None, typer.Option(help="SHA-256 of a mailed archive.")] = None,
    transfer: Annotated[
        str | None, typer.Option(help="Transfer, by reference or identifier.")
    ] = None,
    pack: Annotated[str | None, typer.Option(help="Pack.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Recipient.")] = None,
    order: Annotated[str, typer.Option(help="newest or oldest first")] = "newest",
    limit: Limit = 50,
    after: After = None,
    export: Annotated[
        str | None, typer.Option(help="Write everything found as jsonl, csv or ocsf.")
    ] = None,
    where: Annotated[
        Path | None, typer.Option("--out", parser=named_path, help="File for the export.")
    ] = None,
) -> None:
    """Search the log, or export what a search finds."""
    given = {
        "since": since, "until": until, "actor": actor, "agency": agency, "action": action,
        "outcome": outcome, "rule": rule, "meeting": meeting, "child": child,
        "document": document, "archive": archive, "transfer": transfer, "pack": pack,
        "recipient": recipient, "order": order,
    }  # fmt: skip
    wanted = _filter(given)
    if (export is None) != (where is None):
        leave(InvalidInput("An export needs a format and a file.", "Give --export and --out."))
    if export is not None and where is not None:
        _export(wanted, export, where)
        return

    async def act(gateway: "Gateway") -> None:
        from gateway.services import review  # noqa: PLC0415
        from gateway.services.paging import Page  # noqa: PLC0415

        asked = wanted.wanted(gateway.parts.rules.zone)
        seen = await review.search(gateway.parts, ADMINISTRATOR, asked, Page(limit, after))
        for found in seen.entries:
            out.print(_line(found, seen.names), markup=False)
        if len(seen.entries) == limit:
            err.print(f"There may be more: --after {seen.entries[-1].position}", markup=False)
        if not seen.entries:
            err.print("Nothing found.")

    looking(act, "audit search")


def story(
    transfer: Annotated[str, typer.Argument(help="Reference or identifier of the transfer.")],
) -> None:
    """Print everything the log says of one transfer and its pack, in order."""

    async def act(gateway: "Gateway") -> None:
        from gateway.services import review  # noqa: PLC0415

        seen = await review.story(gateway.parts, ADMINISTRATOR, transfer)
        for found in seen.entries:
            out.print(_line(found, seen.names), markup=False)

    looking(act, "audit story")


def child(
    reference: Annotated[str, typer.Argument(help="Reference of the child or young person.")],
    *,
    since: Since = None,
    until: Until = None,
    limit: Limit = 200,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Account for what was disclosed about a child: to whom, when, under which authority."""
    period = _filter({"since": since, "until": until, "child": reference})

    async def account(gateway: "Gateway") -> "Account":
        from gateway.services.disclosures import account_of_child  # noqa: PLC0415
        from gateway.services.knowing import require_known  # noqa: PLC0415
        from gateway.services.paging import Page  # noqa: PLC0415

        wanted = period.wanted(gateway.parts.rules.zone)
        page = Page(limit, after)
        found = await account_of_child(gateway.parts, ADMINISTRATOR, reference, wanted, page)
        require_known(found.known, "child")
        return found

    _account(account, as_json=as_json)


def agency(
    identifier: Annotated[str, typer.Argument(help="Identifier of the agency.")],
    *,
    received: Annotated[bool, typer.Option("--received", help="What it received.")] = False,
    since: Since = None,
    until: Until = None,
    limit: Limit = 200,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Account for what an agency sent, or received."""
    period = _filter({"since": since, "until": until, "agency": identifier})

    async def account(gateway: "Gateway") -> "Account":
        from gateway.services.disclosures import Direction, account_of_agency  # noqa: PLC0415
        from gateway.services.knowing import require_known  # noqa: PLC0415
        from gateway.services.paging import Page  # noqa: PLC0415

        wanted = period.wanted(gateway.parts.rules.zone)
        direction = Direction.RECEIVED if received else Direction.SENT
        page = Page(limit, after)
        found = await account_of_agency(
            gateway.parts, ADMINISTRATOR, identifier, direction, wanted, page
        )
        require_known(found.known, "agency")
        return found

    _account(account, as_json=as_json)


def refusals(*, since: Since = None, until: Until = None) -> None:
    """Count how often each rule withheld a document or stopped a transfer."""
    period = _filter({"since": since, "until": until})

    async def act(gateway: "Gateway") -> None:
        from gateway.services import review  # noqa: PLC0415

        wanted = period.wanted(gateway.parts.rules.zone)
        counted = await review.refusals(gateway.parts, ADMINISTRATOR, wanted)
        for rule, number in counted.items():
            out.print(f"{number:8,}  {rule}", markup=False)

    looking(act, "audit refusals")


def looking(act: "Callable[[Gateway], Awaitable[T]]", operation: str) -> T:
    """Do `act` once everything written so far has its place in the log."""

    async def placed(gateway: "Gateway") -> T:
        try:
            await gateway.parts.sequencer.run()
        except GatewayError as error:  # what has its place can be read all the same
            explain(error)
        return await act(gateway)

    return run(placed, operation)


def _filter(given: dict[str, str | None]) -> "Filter":
    from gateway.forms.search import asked  # noqa: PLC0415

    try:
        return asked({name: value for name, value in given.items() if value is not None})
    except GatewayError as error:
        leave(error)


def _export(wanted: "Filter", named: str, where: Path) -> None:
    from gateway.forms.exports import Format, exporter  # noqa: PLC0415

    if named not in {each.value for each in Format}:
        leave(InvalidInput("There is no such format.", "Use jsonl, csv or ocsf.", field="export"))

    async def act(gateway: "Gateway") -> None:
        from gateway.services import review  # noqa: PLC0415

        writer = exporter(Format(named), gateway.settings.log_origin)
        asked = wanted.wanted(gateway.parts.rules.zone)
        count = 0
        with replacing(where) as file:
            file.write(writer.head())
            async for piece in review.take_out(gateway.parts, ADMINISTRATOR, asked):
                for found in piece.entries:
                    file.write(writer.row(found.position, found.leaf, piece.names))
                count += len(piece.entries)
                err.print(f"{count:,} entries")
        out.print(f"{count:,} entries in {where}", markup=False)

    looking(act, "audit search")


def _account(account: "Callable[[Gateway], Awaitable[Account]]", *, as_json: bool) -> None:
    found = looking(account, "audit account")
    if as_json:
        typer.echo(json.dumps([_plain(each) for each in found.disclosures], indent=2))
        return
    for each in found.disclosures:
        whom = each.recipient_name or each.recipient
        out.print(
            f"{each.reference}  {each.extent.value}  {_time(each.mailed_at or each.queued_at)}  "
            f"from {each.agency} to {whom}, {each.recipient_agency}  "
            f"{each.authority} {each.ground or ''} for {each.purpose}  "
            f"{len(each.documents)} documents, {each.state}",
            markup=False,
        )
    if found.next is not None:
        err.print(f"There may be more: --after {found.next}", markup=False)
    if not found.disclosures:
        err.print("Nothing was disclosed.")


def _time(moment: "datetime | None") -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _plain(disclosure: "Disclosure") -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415
    from datetime import datetime  # noqa: PLC0415

    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(disclosure).items()
    }


def _line(found: "Found", names: "dict[str, str] | Any") -> str:
    entry = read(found.leaf)
    who = entry["actor"].get("person") or entry["actor"]["kind"]
    subject = entry["subject"]
    what = subject.get("reference") or subject.get("document") or subject.get("pack") or ""
    rules = entry["detail"].get("rules", ())
    rules = " ".join(map(str, rules)) if isinstance(rules, list) else ""
    line = (
        f"{found.position:>8}  {entry['at']}  {entry['action']}  {entry['outcome']}  "
        f"{names.get(str(who), who)}  {what}  {rules}"
    )
    return printable(line.rstrip())
