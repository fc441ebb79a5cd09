"""The gateway as a person runs it: commands and a service as processes, servers on this machine."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from support.world import SAMPLE

CONTACT = "pat-tauira"
PACKS, PASSWORD_MAILS, TEXTS = 6, 1, 4  # what comes of the sample pack, sent once
_LIMIT_SECONDS = 60


@dataclass
class MailSink:
    """A mail server that keeps what it takes, and calls `before_reply` when it has it all."""

    mails: list[bytes] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    before_reply: list[Any] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    keep: bool = True
    received_bytes: int = 0

    async def handle_DATA(  # noqa: N802 - the name the library calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the mail."""
        content = envelope.original_content or b""
        self.received_bytes += len(content)
        if self.keep:
            self.mails.append(content)
            self.to.append(list(envelope.rcpt_tos))
        if self.before_reply:
            self.before_reply.pop(0)()
        return self.replies.pop(0) if self.replies else "250 OK"


@dataclass
class TextSink:
    """An SMS gateway that keeps what it takes."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    before_reply: list[Any] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    url: str = ""

    async def sendsms(self, request: web.Request) -> web.Response:
        """Take the message."""
        self.texts.append((request.headers["X-Kannel-To"], (await request.read()).decode()))
        if self.before_reply:
            self.before_reply.pop(0)()
        status = self.statuses.pop(0) if self.statuses else 202
        return web.Response(status=status, text="0: Accepted for delivery")


@contextlib.contextmanager
def _listening(mail: MailSink, sms: TextSink) -> Iterator[int]:
    """Both servers in a thread of their own while the block lasts; gives the mail server's port."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    ports: list[int] = []
    servers: list[asyncio.Server] = []

    def connection() -> SMTP:
        return SMTP(mail, data_size_limit=2**31, decode_data=False, loop=loop)

    async def start() -> web.AppRunner:
        server = await loop.create_server(connection, "127.0.0.1", 0)
        servers.append(server)
        ports.append(server.sockets[0].getsockname()[1])
        app = web.Application()
        app.router.add_post("/sendsms", sms.sendsms)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sms.url = f"http://127.0.0.1:{runner.addresses[0][1]}/sendsms"
        ready.set()
        return runner

    def serve() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        loop.run_forever()
        servers[0].close()
        loop.run_until_complete(servers[0].wait_closed())
        loop.run_until_complete(runner.cleanup())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@dataclass
class Installation:
    """A gateway in a folder of its own, with its servers."""

    folder: Path
    environment: dict[str, str]
    mail: MailSink
    sms: TextSink
    services: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, *arguments: str, code: int = 0, stdin: str = "") -> str:
        """Run `gateway ARGUMENTS`; gives what it printed, error lines last."""
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert "Traceback" not in printed, printed
        assert done.returncode == code, f"exit {done.returncode}\n{printed}"
        return printed if code else done.stdout

    def run_each(self, *commands: tuple[str, ...], code: int = 0) -> list[str]:
        """Run several commands at once; gives what each printed."""
        with ThreadPoolExecutor(4) as threads:
            return list(threads.map(lambda command: self.run(*command, code=code), commands))

    @contextlib.contextmanager
    def given(self, **settings: str) -> Iterator[None]:
        """Other settings while the block lasts, for what is started in it."""
        before = self.environment
        more = {f"GATEWAY_{name.upper()}": value for name, value in settings.items()}
        self.environment = before | more
        try:
            yield
        finally:
            self.environment = before

    def send(self) -> None:
        """Send the sample pack."""
        self.run("pack", "send", "--yes", str(SAMPLE / "pack.toml"))

    def wait_for_sample(self, times: int = 1) -> None:
        """Wait until all that comes of the sample pack, sent so many times, has arrived."""
        until(lambda: len(self.mail.mails) >= times * (PACKS + PASSWORD_MAILS))
        until(lambda: len(self.sms.texts) >= times * TEXTS)

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.run(*arguments))

    def transfers(self) -> dict[str, dict[str, Any]]:
        """The transfers, by recipient."""
        listed = self.json("transfer", "list", "--as", CONTACT, "--json")
        return {transfer["recipient"]: transfer for transfer in listed}

    def serve(self, *, wait: bool = True, errors: IO[bytes] | None = None) -> subprocess.Popen[str]:
        """Start `gateway serve`, ready when this returns unless told not to wait.

        Its standard error goes to the file `errors`, or to the test's.
        """
        service = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        self.services.append(service)
        if wait:
            assert service.stdout is not None
            for line in service.stdout:
                if line.startswith("Listening on "):
                    self.base = line.removeprefix("Listening on ").strip()
                    break
            else:
                raise AssertionError("the service did not start")
        return service

    base: str = ""

    def stop(self) -> None:
        """End the services this started."""
        for service in self.services:
            if service.poll() is None:
                service.terminate()
            service.wait(30)
            if service.stdout:
                service.stdout.close()
        self.services.clear()


def until(held: Callable[[], bool], seconds: float = _LIMIT_SECONDS) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + seconds
    while not held():
        assert time.monotonic() < ends, "it did not come to hold in time"
        time.sleep(0.05)


def kill(service: subprocess.Popen[str]) -> None:
    """End a process as `kill -9` does."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(service.pid, signal.SIGKILL)
    service.wait(10)
    if service.stdout:
        service.stdout.close()


@contextlib.contextmanager
def installation(**settings: str) -> Iterator[Installation]:
    """An initialised gateway with the sample register, and the servers it talks to."""
    folder = Path(tempfile.mkdtemp(prefix="gwe", dir="/tmp"))
    mail, sms = MailSink(), TextSink()
    with _listening(mail, sms) as port:
        left_out = ("GATEWAY_", "PYTHONDONTWRITEBYTECODE")  # the latter slows every command down
        environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)} | {
            "GATEWAY_DATA_DIR": str(folder / "data"),
            "GATEWAY_LISTEN_PORT": "0",
            "GATEWAY_MAIL_HOST": "127.0.0.1",
            "GATEWAY_MAIL_PORT": str(port),
            "GATEWAY_MAIL_SECURITY": "none",
            "GATEWAY_MAIL_FROM": "packs@tamariki-care.example",
            "GATEWAY_SMS_KIND": "kannel",
            "GATEWAY_SMS_URL": sms.url,
            "GATEWAY_SMS_USERNAME": "test",
            "GATEWAY_SMS_PASSWORD": "test",
            "GATEWAY_RECALL_WINDOW_SECONDS": "0",
            "GATEWAY_FIRST_RETRY_SECONDS": "0.2",
            "GATEWAY_HEARTBEAT_SECONDS": "0.25",
            "GATEWAY_TAKEOVER_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
            **{f"GATEWAY_{name.upper()}": value for name, value in settings.items()},
        }
        there = Installation(folder, environment, mail, sms)
        try:
            there.run("init")
            there.run("register", "import", str(SAMPLE / "register.toml"))
            yield there
        finally:
            there.stop()
            shutil.rmtree(folder, ignore_errors=True)
