"""The other side of the demonstration: a mail server and an SMS gateway on this machine."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_MAIL_BYTES = 100 * 1024 * 1024


class _MailFolder:
    """Keeps each mail exactly as it came, as `NN.eml`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_DATA(  # noqa: N802 - the name the library calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail and take responsibility for it."""
        self._count += 1
        content = envelope.original_content or b""
        await asyncio.to_thread((self._folder / f"{self._count:02d}.eml").write_bytes, content)
        return "250 OK kept"


@contextlib.asynccontextmanager
async def mail_server(folder: Path) -> AsyncIterator[int]:
    """A mail server that keeps what it is given in `folder`; gives its port."""
    kept = _MailFolder(folder)

    def connection() -> SMTP:
        return SMTP(kept, data_size_limit=_LARGEST_MAIL_BYTES, decode_data=False)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@contextlib.asynccontextmanager
async def sms_gateway(file: Path) -> AsyncIterator[str]:
    """An SMS gateway with Kannel's sendsms interface that writes to `file`; gives its address."""

    async def sendsms(request: web.Request) -> web.Response:
        """Take a message as Kannel takes a posted one: text in the body, the rest in headers."""
        text = (await request.read()).decode("utf-8")
        to = request.headers.get("X-Kannel-To", "")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")  # noqa: TID251 - a server's clock
        line = json.dumps({"to": to, "text": text, "at": at}, ensure_ascii=False)
        with file.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
        return web.Response(status=202, text="0: Accepted for delivery")

    app = web.Application()
    app.router.add_post("/cgi-bin/sendsms", sendsms)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/cgi-bin/sendsms"
    finally:
        await runner.cleanup()
