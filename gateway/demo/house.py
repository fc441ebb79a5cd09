"""The gateway on the demonstration's data, served for trying it out in a browser.

Users for every role are made and set up through the public commands and pages, as an administrator
and each person would do it.
"""

import asyncio
import re
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyotp
from aiohttp import ClientSession, CookieJar
from rich.console import Console

from gateway.demo.servers import mail_server, sms_gateway
from gateway.demo.stage import Stage, StepFailed, environment, free_port, serve

_SAMPLE = Path(__file__).parent / "sample"
_RECALL_SECONDS = "60"
_PASSWORD = "lantern-orchard-violin-harbour"  # noqa: S105 - of made-up people, printed below
_SEED = re.compile(r"<code>([A-Z2-7 ]{32,})</code>")
_CODE = re.compile(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>")
_SHOWN_CODES = 3
_console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Resident:
    """Someone who can sign in to the house."""

    login: str
    name: str
    agency: str
    roles: tuple[str, ...]
    representative: str | None = None


RESIDENTS = (
    Resident(
        "pat.tauira@tamariki-care.example", "Pat Tauira", "tamariki-care",
        ("coordinator",), "pat-tauira",
    ),
    Resident(
        "aroha.tauira@tamariki-care.example", "Aroha Tauira", "tamariki-care",
        ("coordinator", "responder"), "aroha-tauira",
    ),
    Resident(
        "iris.example@health-region.example", "Iris Example", "te-rohe-health",
        ("responder",), "iris-example",
    ),
    Resident("auditor@tamariki-care.example", "Alex Sample", "tamariki-care", ("auditor",)),
    Resident(
        "privacy@tamariki-care.example", "Robin Sample", "tamariki-care", ("privacy officer",)
    ),
    Resident(
        "admin@tamariki-care.example", "Sam Sample", "tamariki-care", ("administrator",)
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keys:
    """What a resident signs in with: the seed of an authenticator app, and recovery codes."""

    seed: str
    codes: tuple[str, ...]


def open_house(out: Path, port: int | None) -> int:
    """Serve the demonstration's data until interrupted, printing who can sign in; an exit code.

    Mails and texts that the gateway sends are left in `out`.
    """
    out = out.absolute()
    for left in ("mail", "sms.jsonl"):
        path = out / "house" / left
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
    (out / "house" / "mail").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gw-house-") as folder:
        try:
            asyncio.run(_open(out / "house", Path(folder) / "data", port or free_port()))
        except StepFailed as failed:
            _console.print(f"\nIt stopped at: {failed}", style="bold red")
            return 1
        except KeyboardInterrupt:
            _console.print("\nStopped while setting up.")
    return 0


async def _open(out: Path, data: Path, port: int) -> None:
    async with (
        sms_gateway(out / "sms.jsonl") as sms_url,
        mail_server(out / "mail") as mail_port,
    ):
        around = environment(data, mail_port, sms_url, port) | {
            "GATEWAY_LINK_BASE": f"http://localhost:{port}",
            "GATEWAY_RECALL_WINDOW_SECONDS": _RECALL_SECONDS,
        }
        stage = Stage(around, out)
        await stage.run("init", quiet=True)
        await stage.run("register", "import", str(_SAMPLE / "register.toml"), quiet=True)
        service, base = await serve(stage)
        try:
            held = {person: await _settle(stage, base, person) for person in RESIDENTS}
            await _fill(stage)
            _welcome(f"http://localhost:{port}", out, held)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, service.terminate)
            await service.wait()
            _console.print("\nClosed.")
        finally:
            if service.returncode is None:
                service.terminate()
            await service.wait()


async def _settle(stage: Stage, base: str, person: Resident) -> Keys:
    """Have an administrator enter someone, and set their sign-in up at the pages as they would."""
    options = ["--login", person.login, "--name", person.name, "--agency", person.agency]
    for role in person.roles:
        options += ["--role", role]
    if person.representative is not None:
        options += ["--representative", person.representative]
    printed = await stage.run("user", "create", *options, quiet=True)
    address = f"{base}/set-up/{printed.strip().rpartition('/')[2]}"
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        chosen = {"password": _PASSWORD, "again": _PASSWORD}
        async with browser.post(address, data=chosen) as answer:
            found = _SEED.search(await answer.text())
        if found is None:
            raise StepFailed(f"setting up {person.login}")
        seed = found[1].replace(" ", "")
        code = {"code": pyotp.TOTP(seed).now()}
        async with browser.post(f"{address}/app", data=code) as answer:
            codes = _CODE.findall(await answer.text())
    if not codes:
        raise StepFailed(f"setting up {person.login}")
    return Keys(seed, tuple(codes))


async def _fill(stage: Stage) -> None:
    """A pack on its way, and two requests, so that there is something to look at."""
    await stage.run("pack", "send", "--yes", str(_SAMPLE / "pack.toml"), quiet=True)
    for file in ("request-health.toml", "request-police.toml"):
        await stage.run("request", "draft", "--json", str(_SAMPLE / file), quiet=True)


def _welcome(base: str, out: Path, held: dict[Resident, Keys]) -> None:
    def say(text: str) -> None:
        _console.print(text, markup=False)

    _console.print(f"\nSign in at {base}", style="bold", markup=False)
    say(f"Password of all: {_PASSWORD}")
    say("Second step: a code of an authenticator app that was given the key, or a recovery code.")
    for person, keys in held.items():
        say(f"\n  {person.login}  ({', '.join(person.roles)}, {person.agency})")
        say(f"    key             {keys.seed}")
        say(f"    recovery codes  {'  '.join(keys.codes[:_SHOWN_CODES])}")
    say("\nThe privacy officer has no entry as a representative, so they read and do not approve.")
    say(f"Mails and text messages that are sent: {out}")
    say("Press Ctrl-C to end; everything is forgotten then.")
