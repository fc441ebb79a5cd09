"""What is said about a receiver of the log is checked before anything is sent."""

from pathlib import Path
from typing import Any

import pytest

from gateway.channels.syslog import SyslogCollector, SyslogSettings
from gateway.domain.errors import InvalidInput

LOG = "gateway.lead.example/log"


def test_files_that_cannot_be_used_are_named(tmp_path: Path, authority: Any) -> None:
    """Before anything is sent, and without asking for a password on a terminal."""
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    for field in ("certificate_file", "ca_file"):
        settings: dict[str, Any] = {field: text}
        with pytest.raises(InvalidInput) as caught:
            SyslogCollector(SyslogSettings("logs.agency.example", **settings), LOG)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "logs agency"}, "host"),
        ({"port": 0}, "port"),
        ({"security": "none"}, "security"),
        ({"security": "maybe"}, "security"),
        ({"host": "127.0.0.1", "security": "maybe"}, "security"),
        ({"key_file": Path("key.pem")}, "certificate_file"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
    ],
)
def test_unsafe_settings_are_refused(settings: dict[str, Any], field: str) -> None:
    """Clear text never leaves this machine."""
    with pytest.raises(InvalidInput) as caught:
        SyslogSettings(**{"host": "logs.agency.example", **settings})
    assert caught.value.field == field


def test_the_receivers_address_names_host_and_port() -> None:
    """An IPv6 address stands in brackets."""
    for host, addr in (("logs.agency.example", "logs.agency.example:6514"), ("::1", "[::1]:6514")):
        assert SyslogCollector(SyslogSettings(host), LOG).addr == addr
