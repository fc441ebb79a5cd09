"""What every serving process does for the audit log, beside its work, until it is stopped.

Any number of processes may do so at once: locks in the database give each task to one of them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import timedelta

import structlog

from gateway.app.outside import Outside, witnesses
from gateway.channels import SyslogCollector
from gateway.channels.bounces import MaildirReports
from gateway.domain.errors import GatewayError
from gateway.services.bounces import collect
from gateway.services.forwarding import BATCH, forward
from gateway.services.log_check import alarms, check_next, remedy, said
from gateway.services.log_storage import LogAlarm
from gateway.services.parts import Parts
from gateway.services.witnessing import endorse
from gateway.settings import Settings

_SEQUENCE_SECONDS = 0.2  # entries are to be signed within a second
_FORWARD_SECONDS = 1.0
_AWAY_SECONDS = 10.0
_log = structlog.get_logger("log")


def log_upkeep(
    parts: Parts, settings: Settings, told: Outside
) -> Iterator[Coroutine[object, object, None]]:
    """The tasks, each to be run until it is cancelled; `told` are the parties outside."""
    yield _sequence(parts)
    yield _check(parts, settings.log_check_every_seconds)
    if told.witnesses or told.stampers:
        yield _endorse(parts, told, settings)
    if told.collector is not None:
        yield _forward(parts, told.collector)


def bounces_upkeep(parts: Parts, settings: Settings) -> Iterator[Coroutine[object, object, None]]:
    """What a worker does about mail that comes back, to be run until it is cancelled.

    Raises:
        InvalidInput: the folder that is set is no Maildir.
    """
    if settings.bounces_maildir is not None:
        box = MaildirReports(settings.bounces_maildir)
        yield _collect(parts, box, settings.bounces_every_seconds)


async def cosign_now(parts: Parts, settings: Settings) -> tuple[str, ...]:
    """Ask every witness to cosign the newest checkpoint; gives their names.

    Raises:
        InvalidInput: a witness's setting is wrong. Unavailable: the database does not answer.
    """
    asked = witnesses(settings, parts.clock)
    every, patience = _times(settings)
    async with contextlib.AsyncExitStack() as stack:
        for witness in asked:
            stack.push_async_callback(witness.close)
        await endorse(parts, asked, (), every=every, patience=patience)
    return tuple(witness.name for witness in asked)


def _times(settings: Settings) -> tuple[timedelta, timedelta]:
    """The least time between two stamps, and the patience with a party out of reach."""
    every = timedelta(seconds=settings.log_stamp_every_seconds)
    return every, timedelta(seconds=settings.log_outside_patience_seconds)


async def _sequence(parts: Parts) -> None:
    async def once() -> float:
        await parts.sequencer.run()
        return _SEQUENCE_SECONDS

    await _repeat("log_not_signed", once)


async def _forward(parts: Parts, collector: SyslogCollector) -> None:
    async def once() -> float:
        return 0.0 if await forward(parts, collector) >= BATCH else _FORWARD_SECONDS

    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(collector.close)
        await _repeat("log_not_forwarded", once)


async def _check(parts: Parts, every: float) -> None:
    """Walk the stored log tile by tile, and say what is wrong when it is found, and when mended."""
    told: dict[int, LogAlarm] = {}
    tile = 0

    async def once() -> float:
        nonlocal tile
        async with parts.database.turn("checking the log") as ours:
            if ours:
                tile = await check_next(parts, tile)
        known = {alarm.position: alarm for alarm in await alarms(parts)}
        for position, alarm in known.items():
            if position not in told:
                _log.error("log_damaged", error=said(alarm), remedy=remedy(alarm))
        for position in told.keys() - known.keys():
            _log.warning("log_mended", position=position)
        told.clear()
        told.update(known)
        return every

    await _repeat("log_not_checked", once)


async def _endorse(parts: Parts, told: Outside, settings: Settings) -> None:
    every, patience = _times(settings)

    async def once() -> float:
        async with parts.database.turn("witnessing") as ours:
            alarms = (
                await endorse(parts, told.witnesses, told.stampers, every=every, patience=patience)
                if ours
                else ()
            )
        for alarm in alarms:
            since = alarm.since.isoformat(timespec="seconds")
            _log.error("log_alarm", by=alarm.by, reason=alarm.reason, since=since)
        return settings.log_endorse_every_seconds

    async with contextlib.AsyncExitStack() as stack:
        for witness in told.witnesses:
            stack.push_async_callback(witness.close)
        for stamper in told.stampers:
            stack.push_async_callback(stamper.close)
        await _repeat("log_not_endorsed", once)


async def _collect(parts: Parts, box: MaildirReports, every: float) -> None:
    async def once() -> float:
        async with parts.database.turn("bounces") as ours:
            if ours:
                collected = await collect(parts, box)
                if collected.left:
                    _log.warning("bounces_left", count=collected.left)
        return every

    await _repeat("bounces_not_read", once)


async def _repeat(failure: str, once: Callable[[], Awaitable[float]]) -> None:
    """Do `once` for ever, with the pause it asks for; a failure is said when it begins and ends."""
    said: str | None = None
    while True:
        try:
            pause = await once()
            if said is not None:
                _log.warning(f"{failure}_ended")
            said = None
        except GatewayError as error:
            pause = _SEQUENCE_SECONDS if failure == "log_not_signed" else _AWAY_SECONDS
            if said != error.message:
                _log.error(failure, error=error.message, remedy=error.remedy)
            said = error.message
        except Exception as error:  # noqa: BLE001 - upkeep must outlive any fault
            pause = _AWAY_SECONDS
            _log.error(failure, error=type(error).__name__)
        await asyncio.sleep(pause)
