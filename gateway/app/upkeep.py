"""What every serving process does for the audit log, beside its work, until it is stopped.

Any number of processes may do so at once: locks in the database give each task to one of them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import timedelta

import structlog

from gateway.audit.notes import VerifierKey
from gateway.channels import (
    HttpStamper,
    HttpWitness,
    StamperSettings,
    SyslogCollector,
    SyslogSettings,
    WitnessSettings,
)
from gateway.domain.errors import GatewayError
from gateway.services.forwarding import BATCH, forward
from gateway.services.parts import Parts
from gateway.services.witnessing import endorse
from gateway.settings import Settings

_SEQUENCE_SECONDS = 0.2  # entries are to be signed within a second
_FORWARD_SECONDS = 1.0
_AWAY_SECONDS = 10.0
_log = structlog.get_logger("log")


def log_upkeep(parts: Parts, settings: Settings) -> Iterator[Coroutine[object, object, None]]:
    """The tasks, each to be run until it is cancelled.

    Raises:
        InvalidInput: a setting of a witness, time-stamping service or syslog receiver is wrong.
    """
    witnesses = _witnesses(parts, settings)
    roots, outside = settings.log_stamper_roots_file, settings.log_outside_ca_file
    stampers = [
        HttpStamper(StamperSettings(url, roots, outside), parts.clock)
        for url in settings.log_stampers
        if roots is not None
    ]
    collector = _collector(settings)
    yield _sequence(parts)
    if witnesses or stampers:
        yield _endorse(parts, witnesses, stampers, settings)
    if collector is not None:
        yield _forward(parts, collector)


async def cosign_now(parts: Parts, settings: Settings) -> tuple[str, ...]:
    """Ask every witness to cosign the newest checkpoint; gives their names.

    Raises:
        InvalidInput: a witness's setting is wrong. Unavailable: the database does not answer.
    """
    witnesses = _witnesses(parts, settings)
    every, patience = _times(settings)
    async with contextlib.AsyncExitStack() as stack:
        for witness in witnesses:
            stack.push_async_callback(witness.close)
        await endorse(parts, witnesses, (), every=every, patience=patience)
    return tuple(witness.name for witness in witnesses)


def _witnesses(parts: Parts, settings: Settings) -> list[HttpWitness]:
    outside = settings.log_outside_ca_file
    return [
        HttpWitness(WitnessSettings(url, VerifierKey.parse(key), outside), parts.clock)
        for url, _, key in (text.partition(" ") for text in settings.log_witnesses)
    ]


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


async def _endorse(
    parts: Parts,
    witnesses: list[HttpWitness],
    stampers: list[HttpStamper],
    settings: Settings,
) -> None:
    every, patience = _times(settings)

    async def once() -> float:
        async with parts.database.turn("witnessing") as ours:
            alarms = (
                await endorse(parts, witnesses, stampers, every=every, patience=patience)
                if ours
                else ()
            )
        for alarm in alarms:
            since = alarm.since.isoformat(timespec="seconds")
            _log.error("log_alarm", by=alarm.by, reason=alarm.reason, since=since)
        return settings.log_endorse_every_seconds

    async with contextlib.AsyncExitStack() as stack:
        for witness in witnesses:
            stack.push_async_callback(witness.close)
        for stamper in stampers:
            stack.push_async_callback(stamper.close)
        await _repeat("log_not_endorsed", once)


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


def _collector(settings: Settings) -> SyslogCollector | None:
    if settings.syslog_host is None:
        return None
    return SyslogCollector(
        SyslogSettings(
            host=settings.syslog_host,
            port=settings.syslog_port,
            security=settings.syslog_security,
            ca_file=settings.syslog_ca_file,
            certificate_file=settings.syslog_certificate_file,
            key_file=settings.syslog_key_file,
        ),
        settings.log_origin,
    )
