"""The stage of the demonstration: the environment its commands run in, and the service."""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

_RECALL_SECONDS = "3"
_console = Console(highlight=False, soft_wrap=True)


class StepFailed(Exception):
    """A command of the demonstration did not do what it should."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The environment the commands run in, and where the demonstration leaves things."""

    environment: dict[str, str]
    out: Path

    async def run(self, *arguments: str, quiet: bool = False) -> str:
        """Run `gateway ARGUMENTS`, showing the command and what it prints; gives what it printed.

        Raises:
            StepFailed: the command ended with an error.
        """
        _console.print(f"\n$ gateway {' '.join(arguments)}", style="bold", markup=False)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway",
            *arguments,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
        )
        printed = []
        assert process.stdout is not None  # noqa: S101 - asked for above
        async for line in process.stdout:
            printed.append(line.decode())
            if not quiet:
                sys.stdout.write(printed[-1])
                sys.stdout.flush()
        if await process.wait() != 0:
            raise StepFailed(f"gateway {' '.join(arguments)}")
        return "".join(printed)


async def serve(stage: Stage) -> tuple[asyncio.subprocess.Process, str]:
    """Start `gateway serve`; gives the process and its address."""
    _console.print("\n$ gateway serve &", style="bold", markup=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        "serve",
        env=stage.environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None  # noqa: S101 - asked for above
    async for line in process.stdout:
        sys.stdout.write(line.decode())
        if b"Listening on " in line:
            return process, line.decode().rsplit(" ", 1)[1].strip()
    raise StepFailed("gateway serve")


def free_port() -> int:
    """A port that is free now; one-time links name it before the service takes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def environment(data: Path, mail_port: int, sms_url: str, port: int) -> dict[str, str]:
    """The environment of the demonstration's commands: its own data folder, receivers and port."""
    left_out = ("GATEWAY_", "PYTHONDONTWRITEBYTECODE")  # the latter slows every command down
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {
        "GATEWAY_DATA_DIR": str(data),
        "GATEWAY_LISTEN_PORT": str(port),
        "GATEWAY_LINK_BASE": f"http://127.0.0.1:{port}",
        "GATEWAY_LOG_LEVEL": "warning",
        "GATEWAY_MAIL_HOST": "127.0.0.1",
        "GATEWAY_MAIL_PORT": str(mail_port),
        "GATEWAY_MAIL_SECURITY": "none",
        "GATEWAY_MAIL_FROM": "packs@tamariki-care.example",
        "GATEWAY_SMS_KIND": "kannel",
        "GATEWAY_SMS_URL": sms_url,
        "GATEWAY_SMS_USERNAME": "demo",
        "GATEWAY_SMS_PASSWORD": "demo",
        "GATEWAY_RECALL_WINDOW_SECONDS": _RECALL_SECONDS,
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": os.environ.get("COLUMNS", "110"),
    }
