"""Who outside is told of the log: witnesses, time-stamping services and a receiver, by settings."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.audit.notes import VerifierKey
from gateway.channels import (
    HttpStamper,
    HttpWitness,
    StamperSettings,
    SyslogCollector,
    SyslogSettings,
    WitnessSettings,
)
from gateway.domain.errors import InvalidInput
from gateway.services.ports import Clock
from gateway.settings import Settings

_CA = {"ca_file": "log_outside_ca_file"}


@dataclass(frozen=True, slots=True)
class Outside:
    """The parties that are set; nobody was asked anything yet."""

    witnesses: tuple[HttpWitness, ...]
    stampers: tuple[HttpStamper, ...]
    collector: SyslogCollector | None

    def names(self) -> frozenset[str]:
        """By what names the log knows them."""
        receivers = {self.collector.addr} if self.collector else set()
        stampers = {stamper.name for stamper in self.stampers}
        return frozenset({witness.name for witness in self.witnesses} | stampers | receivers)


def outside(settings: Settings, clock: Clock) -> Outside:
    """The parties that the settings name.

    Raises:
        InvalidInput: a setting cannot be used; it is named.
    """
    return Outside(witnesses(settings, clock), _stampers(settings, clock), _collector(settings))


def witnesses(settings: Settings, clock: Clock) -> tuple[HttpWitness, ...]:
    """The witnesses that the settings name.

    Raises:
        InvalidInput: a setting cannot be used; it is named.
    """
    found = []
    for url, _, key in (text.partition(" ") for text in settings.log_witnesses):
        with _named("log_witnesses", _CA, url):
            told = WitnessSettings(url, VerifierKey.parse(key), settings.log_outside_ca_file)
            found.append(HttpWitness(told, clock))
    return tuple(found)


def _stampers(settings: Settings, clock: Clock) -> tuple[HttpStamper, ...]:
    roots, found = settings.log_stamper_roots_file, []
    for url in settings.log_stampers:
        with _named("log_stampers", {**_CA, "roots_file": "log_stamper_roots_file"}, url):
            if roots is not None:
                told = StamperSettings(url, roots, settings.log_outside_ca_file)
                found.append(HttpStamper(told, clock))
    return tuple(found)


def _collector(settings: Settings) -> SyslogCollector | None:
    if settings.syslog_host is None:
        return None
    with _named("syslog_host", _SYSLOG, settings.syslog_host):
        told = SyslogSettings(
            host=settings.syslog_host,
            port=settings.syslog_port,
            security=settings.syslog_security,
            ca_file=settings.syslog_ca_file,
            certificate_file=settings.syslog_certificate_file,
            key_file=settings.syslog_key_file,
        )
        return SyslogCollector(told, settings.log_origin)


_SYSLOG = {
    "host": "syslog_host",
    "port": "syslog_port",
    "security": "syslog_security",
    "ca_file": "syslog_ca_file",
    "certificate_file": "syslog_certificate_file",
    "key_file": "syslog_key_file",
}


@contextlib.contextmanager
def _named(setting: str, settings: Mapping[str, str], party: str) -> Iterator[None]:
    """Have an error name the setting it comes from, and the party that it is about."""
    try:
        yield
    except InvalidInput as error:
        what = f"{error.message} It is about {party}."
        field = settings.get(error.field or "", setting)
        raise InvalidInput(what, error.remedy, field=field) from error
