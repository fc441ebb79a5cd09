"""What every command shares: settings, the opened gateway, errors as words and exit codes."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypeVar

import typer
from rich.console import Console

from gateway.audit.reading import printable
from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import (
    Conflict,
    Forbidden,
    GatewayError,
    InvalidInput,
    LimitExceeded,
    NotFound,
    NotSignedIn,
    Refused,
    Tampered,
    Unavailable,
)

if TYPE_CHECKING:  # importing it takes a while, which `--help` need not
    from gateway.app import Gateway
    from gateway.settings import Settings

T = TypeVar("T")

EXIT_CODES: dict[type[GatewayError], int] = {
    Tampered: 1,
    InvalidInput: 2,
    NotSignedIn: 3,
    Forbidden: 4,
    Refused: 4,
    NotFound: 5,
    Conflict: 6,
    LimitExceeded: 7,
    Unavailable: 75,
}
ADMINISTRATOR = Actor(ActorKind.OPERATOR, Role.ADMINISTRATOR, None, None, "command line")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def settings() -> "Settings":
    """The settings from the environment and the data folder; leaves on an error."""
    from gateway.settings import load  # noqa: PLC0415 - kept off the path of `--help`

    try:
        return load(dict(os.environ))
    except GatewayError as error:
        leave(error)


def run(action: "Callable[[Gateway], Awaitable[T]]", operation: str | None = None) -> T:
    """Open the gateway, do `action`, and close it; an error is said and sets the exit code.

    With `operation`, a refusal is recorded in the audit log under that name.
    """
    from gateway.app import opened  # noqa: PLC0415 - kept off the path of `--help`
    from gateway.services.auditing import record_refusal  # noqa: PLC0415

    async def inside() -> T:
        # a plain kill ends the command as Ctrl-C does: what it began is cleaned up
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        async with opened(chosen) as gateway:
            try:
                return await action(gateway)
            except GatewayError as error:
                if operation is not None and not isinstance(error, Unavailable):
                    await record_refusal(gateway.parts, ADMINISTRATOR, operation, error)
                raise

    chosen = settings()
    try:
        return asyncio.run(inside())
    except GatewayError as error:
        leave(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        err.print("Stopped.")
        raise typer.Exit(130) from None


def leave(error: GatewayError) -> NoReturn:
    """Say what is wrong and how to mend it, and end with the error's exit code."""
    explain(error)
    raise typer.Exit(exit_code(error))


def leave_at_once(error: GatewayError) -> NoReturn:
    """As `leave`, outside of any command."""
    explain(error)
    sys.exit(exit_code(error))


def explain(error: GatewayError) -> None:
    """Print an error: what is wrong, where, and how to mend it."""
    where = f" [{error.field}]" if error.field else ""
    _print(f"Error{where}: {error.message}", style="bold red")
    for problem in getattr(error, "problems", ()):
        remedy = f" {problem.remedy}" if problem.remedy else ""
        _print(f"  - {problem.field}: {problem.message}{remedy}")
    _print(error.remedy)


def _print(text: str, style: str | None = None) -> None:
    """Print to standard error; whatever came from a file or a person does not play with it."""
    err.print("\n".join(map(printable, text.split("\n"))), style=style, markup=False)


def exit_code(error: GatewayError) -> int:
    """The exit code of the error's class, or of the nearest class it derives from."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def read_file(path: Path, limit_bytes: int = 5 * 1024 * 1024, *, divides: bool = True) -> bytes:
    """The bytes of a file the person named; leaves with a clear message if it cannot be read.

    `divides` says that what is too large could be given in parts.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except OSError as error:
        leave(
            InvalidInput(
                f"{path} cannot be read: {error.strerror}.", "Check the path.", field="FILE"
            )
        )
    if len(data) > limit_bytes:
        what = f"{path} is larger than {limit_bytes:,} bytes."
        if divides:
            leave(LimitExceeded(what, "Split it."))
        leave(InvalidInput(what, "It is no such file; check the path.", field="FILE"))
    return data


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner only, that takes the place of `path` once it is whole."""
    if path.exists() and not path.is_file():  # a pipe or a terminal is written to as it is
        with path.open("wb") as file:
            yield file
        return
    partial = beside(path)
    try:
        with open_new(partial) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A name beside `path` that nobody can know before."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")


def open_new(path: Path) -> BinaryIO:
    """A new file for its owner only; what is there already, a link too, is not written through."""
    flags = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def named_path(text: str) -> Path:
    """A path as an option gives it; nothing is no path, and not the present folder."""
    if not text:
        raise typer.BadParameter("Give a path; '.' is the present folder.")
    return Path(text)
