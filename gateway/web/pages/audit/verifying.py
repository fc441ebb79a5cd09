"""Verifying the whole log now, on the server, with its progress as it happens."""

import asyncio
from contextlib import suppress

from aiohttp import web

from gateway.domain.errors import TooManyRequests, Unavailable
from gateway.services import publishing
from gateway.services.verifying import Progress, Verdict, verify_log
from gateway.web.calls import Call
from gateway.web.exporting import send_log
from gateway.web.keys import STREAMS, TEMPLATES, VISITOR
from gateway.web.pages.audit.asking import faults_of
from gateway.web.pages.audit.runs import RUNS, Run
from gateway.web.pages.shell import go, moment, page
from gateway.web.problems import kind_of
from gateway.web.refusal_log import record

_EVERY_SECONDS = 1.0
_STREAMS_OF_ONE = 6


async def show_verification(call: Call) -> web.Response:
    """What the session's verification found, or how far it is; and the form to begin one."""
    return _page(call, _run(call))


async def begin_verification(call: Call) -> web.Response:
    """Begin a verification, unless one of this session is under way."""

    async def work(progress: Progress) -> Verdict:
        return await verify_log(call.parts, call.actor, progress)

    try:
        call.request.app[RUNS].begin(_session(call), work)
    except Unavailable as error:
        await record(call.request, error)
        response = page(
            call.request,
            "audit/verify.html",
            status=kind_of(error).status,
            run=None,
            errors=faults_of(error),
        )
        response.headers["Retry-After"] = "60"
        return response
    return go("/audit/verify")


async def tell_progress(call: Call) -> web.StreamResponse:
    """Server-sent events with the progress as the page shows it, until the run ends."""
    run, session, streams = _run(call), _session(call), call.request.app[STREAMS]
    if streams[session] >= _STREAMS_OF_ONE:
        raise TooManyRequests(
            "Too many pages are kept up to date at once.",
            "Close some of them, or reload this one by hand.",
            retry_after_seconds=60,
        )
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    streams[session] += 1
    try:
        await response.prepare(call.request)
        if call.request.method != "HEAD":
            await _tell(call, response, run)
    except ConnectionError:
        pass  # whoever left looks at nothing
    finally:
        streams[session] -= 1
        if not streams[session]:
            del streams[session]
    return response


async def _tell(call: Call, response: web.StreamResponse, run: Run | None) -> None:
    while run is not None and not run.is_over:
        await response.write(_event("show", _progress(call, run)))
        with suppress(TimeoutError):
            async with asyncio.timeout(_EVERY_SECONDS):
                await run.changed.wait()
                await asyncio.sleep(0)  # the task itself ends just after it says so
    await response.write(_event("end", ""))
    await response.write_eof()


async def get_log(call: Call) -> web.StreamResponse:
    """The whole log, as it verifies offline."""
    return await send_log(call)


async def get_checkpoint(call: Call) -> web.Response:
    """The newest signed checkpoint, as a file."""
    note = await publishing.read_checkpoint(call.parts, call.actor)
    return _file(note, "checkpoint")


async def get_keys(call: Call) -> web.Response:
    """The log's public keys, as a file."""
    keys = await publishing.read_keys(call.parts, call.actor)
    return _file("".join(f"{key}\n" for key in keys).encode(), "key.pub")


def _page(call: Call, run: Run | None) -> web.Response:
    return page(call.request, "audit/verify.html", run=run, errors=())


def _session(call: Call) -> str:
    return call.request[VISITOR].session().session.id


def _run(call: Call) -> Run | None:
    return call.request.app[RUNS].of(_session(call))


def _progress(call: Call, run: Run) -> str:
    template = call.request.app[TEMPLATES].get_template("audit/progress.html")
    zone = call.request[VISITOR].zone
    return template.render(run=run, moment=lambda at: moment(at, zone))


def _event(name: str, text: str) -> bytes:
    """An event as the HTML standard writes it: each line of its text on a line of its own."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def _file(data: bytes, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type="text/plain", charset="utf-8", headers=headers)
