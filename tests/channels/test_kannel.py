"""A text message goes through a real Kannel to a real (pretended) centre."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from gateway.channels import KannelTexter, SmsSettings
from gateway.domain.secret import Secret
from gateway.services.ports import Accepted, Deferred

FAKE_CENTRE = Path("/usr/lib/kannel/test/fakesmsc")
REFERENCE = "T-7KQ2-M9XD"
PASSWORD = "violin-harbour-mustard-canopy-otter-ladder"
CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = {secret}
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1
log-level = 3
log-file = {folder}/bearerbox.log

group = smsc
smsc = fake
smsc-id = centre
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
global-sender = 2244
log-level = 3
log-file = {folder}/smsbox.log

group = sendsms-user
username = gateway
password = {secret}
concatenation = true
max-messages = 3
"""

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        not (shutil.which("bearerbox") and shutil.which("smsbox") and FAKE_CENTRE.exists()),
        reason="Kannel or its test centre is not installed",
    ),
]


async def until(check: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(30):
        while not check():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)


def listening(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def status(admin: int) -> str:
    """What Kannel says of its parts; empty while it is not up."""
    client = HTTPConnection("127.0.0.1", admin, timeout=5)
    try:
        client.request("GET", "/status.txt?password=kannel-secret")
        return client.getresponse().read().decode()
    except (OSError, HTTPException):
        return ""
    finally:
        client.close()


@pytest.fixture
async def kannel(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[tuple[str, Path]]:
    """A Kannel of our own: its sendsms address and the folder of its logs."""
    names = ("admin", "boxes", "centre", "http")
    ports = {name: free_port() for name in names}
    configuration = tmp_path / "kannel.conf"
    configuration.write_text(CONFIGURATION.format(folder=tmp_path, secret="kannel-secret", **ports))
    running: list[subprocess.Popen[bytes]] = []

    def run(name: str, *command: str) -> None:
        with (tmp_path / f"{name}.out").open("wb") as out:
            running.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,  # the test centre ends when its input does
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd=tmp_path,
                )
            )

    try:
        run("bearerbox-console", "bearerbox", "-v", "4", str(configuration))
        await until(lambda: "centre[centre]" in status(ports["admin"]))
        centre = ("-H", "127.0.0.1", "-r", str(ports["centre"]), "-m", "0", "-i", "999")
        run("centre", str(FAKE_CENTRE), *centre, "1 2 text nop")
        run("smsbox-console", "smsbox", "-v", "4", str(configuration))
        await until(lambda: "smsbox:" in status(ports["admin"]))
        await until(lambda: "(online" in status(ports["admin"]))
        await until(lambda: listening(ports["http"]))
        yield f"http://127.0.0.1:{ports['http']}/cgi-bin/sendsms", tmp_path
    finally:
        for process in reversed(running):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.communicate()


@pytest.mark.parametrize("method", ["post", "get"])
async def test_a_password_reaches_the_phone_and_no_log(
    method: Any, kannel: tuple[str, Path]
) -> None:
    """The text arrives letter by letter; with warnings only, Kannel's logs do not hold it."""
    url, folder = kannel
    settings = SmsSettings(url, "gateway", Secret("kannel-secret"), method)
    texter = KannelTexter(settings)
    try:
        outcome = await texter.send_password(
            "+64210000000", REFERENCE, "Te Rōpū @ Tauira", Secret(PASSWORD)
        )
    finally:
        await texter.close()
    assert outcome == Accepted("HTTP 202")
    text = f"Te Ropu @ Tauira: password for {REFERENCE}: {PASSWORD}"
    expected = f"<2244 +64210000000 text {text}>"
    await until(lambda: expected in (folder / "centre.out").read_text())
    logs = [path.read_text() for path in folder.iterdir() if path.name != "centre.out"]
    assert len(logs) == 5
    assert PASSWORD not in "".join(logs)


async def test_a_wrong_sign_in_puts_the_text_off(kannel: tuple[str, Path]) -> None:
    """An administrator can mend it."""
    texter = KannelTexter(SmsSettings(kannel[0], "gateway", Secret("wrong")))
    try:
        outcome = await texter.send_password("+64210000000", REFERENCE, "Lead", Secret(PASSWORD))
    finally:
        await texter.close()
    assert outcome == Deferred("The SMS gateway did not take the message (HTTP 403).")
