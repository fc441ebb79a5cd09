"""The `gateway` command and its groups."""

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import (
    audit,
    breaches,
    looking,
    packs,
    register,
    requests,
    tokens,
    transfers,
    users,
)
from gateway.cli.run import err, leave, leave_at_once, out, settings
from gateway.domain.errors import GatewayError, InvalidInput

app = typer.Typer(
    help="Send meeting packs the way the protocol says, and prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
policy = typer.Typer(help="The rules that decide who receives what.", no_args_is_help=True)
app.add_typer(register.commands, name="register")
looking.add_to(packs.commands)
app.add_typer(packs.commands, name="pack")
app.add_typer(transfers.commands, name="transfer")
app.add_typer(requests.commands, name="request")
app.add_typer(breaches.commands, name="breach")
app.add_typer(audit.commands, name="audit")
app.add_typer(policy, name="policy")
app.add_typer(tokens.commands, name="token")
app.add_typer(users.commands, name="user")


def main() -> None:
    """Run the command line."""
    from gateway.logs import configure  # noqa: PLC0415 - kept off the path of `--help`

    configure()
    for argument in sys.argv[1:]:
        if not argument.isprintable() or not _is_text(argument):
            leave_at_once(
                InvalidInput("An argument is not plain text.", "Type it by hand, in UTF-8.")
            )
    try:
        app(prog_name="gateway")
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        leave_at_once(
            InvalidInput(
                f"The operating system refused: {what}{error.strerror or type(error).__name__}.",
                "Check that the file or folder exists and may be used.",
            )
        )
    except Exception as error:  # noqa: BLE001 - its text could hold a secret, so only its type is said
        err.print(f"Error: an internal fault, {type(error).__name__}.", style="bold red")
        err.print("What was asked was not done, or not wholly. Please report it.")
        sys.exit(70)


def _is_text(argument: str) -> bool:
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@app.callback(invoke_without_command=True)
def _version(
    context: typer.Context,
    *,
    show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if show:
        out.print(version("gateway"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.Exit(2)


@app.command()
def init() -> None:
    """Make the data folder, keys and database, or bring them to this version."""
    from gateway.app import initialise  # noqa: PLC0415 - kept off the path of `--help`

    chosen = settings()
    try:
        asyncio.run(initialise(chosen, out.print))
    except GatewayError as error:
        leave(error)
    out.print(f"Ready in {chosen.data_dir}.", markup=False)


@app.command()
def serve(
    *,
    pages: Annotated[bool, typer.Option(help="Serve the API and pages.")] = True,
    work: Annotated[bool, typer.Option(help="Deliver transfers in this process too.")] = True,
) -> None:
    """Serve the API and pages, and deliver transfers, until stopped."""
    _serve(pages=pages, work=work)


@app.command()
def worker() -> None:
    """Deliver transfers only, until stopped; any number may run on one database server."""
    _serve(pages=False, work=True)


@app.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the API."""
    import json  # noqa: PLC0415

    from gateway.app.serving import openapi_document  # noqa: PLC0415

    typer.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False))


@app.command()
def demo(
    where: Annotated[
        Path, typer.Option("--out", help="Folder for what the demonstration leaves.")
    ] = Path(".demo"),
    *,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the sample data, with sign-ins for every role.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to serve on; a free one else.")
    ] = None,
) -> None:
    """Send a sample pack from end to end, to a mail server and SMS gateway it starts itself."""
    try:
        from gateway.demo.house import open_house  # noqa: PLC0415
        from gateway.demo.story import tell  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        err.print(f"The demonstration needs {missing.name}: install 'gateway[demo]'.", markup=False)
        raise typer.Exit(2) from None
    raise typer.Exit(open_house(where, port) if serve else tell(where))


@policy.command("check")
def policy_check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the policies.")] = None,
) -> None:
    """Validate the rules against their schema and run their tests."""
    from gateway.app import check_policies  # noqa: PLC0415

    try:
        report = check_policies(folder or settings().policies_dir)
    except GatewayError as error:
        leave(error)
    for failure in report.failures:
        err.print(f"  - {failure}", markup=False)
    out.print(
        f"{report.denials} rules that refuse, {report.warnings} that warn, "
        f"{report.authorities} authorities, {report.cases} cases: "
        f"{'all as expected' if not report.failures else f'{len(report.failures)} failed'}."
    )
    out.print(f"Digest {report.digest}")
    raise typer.Exit(1 if report.failures else 0)


def _serve(*, pages: bool, work: bool) -> None:
    from gateway.app import serving  # noqa: PLC0415
    from gateway.logs import configure  # noqa: PLC0415

    chosen = settings()
    configure(chosen.log_level)
    try:
        asyncio.run(serving.serve(chosen, _say, pages=pages, work=work))
    except GatewayError as error:
        leave(error)


def _say(text: str) -> None:
    typer.echo(text)
