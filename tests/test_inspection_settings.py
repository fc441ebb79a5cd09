"""Settings of looking into documents: scanning is required once there is a scanner."""

from pathlib import Path

import pytest

from gateway.app.adapters import inspector, scanner
from gateway.channels import ClamdScanner
from gateway.domain.errors import InvalidInput
from gateway.inspection.process import ProcessInspector
from gateway.settings import Settings, load

SOCKET = "/run/clamav/clamd.ctl"


def loaded(monkeypatch: pytest.MonkeyPatch, folder: Path, **values: str) -> Settings:
    """The settings from an environment with these."""
    given = {f"GATEWAY_{name.upper()}": value for name, value in values.items()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return load(given, folder)


@pytest.mark.parametrize(
    ("values", "scans", "required"),
    [
        ({}, "off", False),
        ({"clamd_address": SOCKET}, "required", True),
        ({"clamd_address": "127.0.0.1:3310"}, "required", True),
        ({"clamd_address": SOCKET, "malware_scan": "optional"}, "optional", False),
        ({"clamd_address": SOCKET, "malware_scan": "off"}, "off", False),
        ({"malware_scan": "off"}, "off", False),
    ],
)
def test_an_address_makes_scanning_required(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    values: dict[str, str],
    scans: str,
    *,
    required: bool,
) -> None:
    """Unless it is said otherwise; the rules are told, and a scanner is there where it is asked."""
    settings = loaded(monkeypatch, tmp_path, **values)
    assert settings.scans == scans
    assert settings.limits.scan_required is required
    assert isinstance(scanner(settings), ClamdScanner) == (scans != "off")
    assert isinstance(inspector(settings), ProcessInspector)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"malware_scan": "required"}, "clamd_address"),
        ({"malware_scan": "optional"}, "clamd_address"),
        ({"clamd_address": "scanner.example:3310"}, "clamd_address"),
        ({"clamd_address": "127.0.0.1"}, "clamd_address"),
        ({"clamd_address": "127.0.0.1:0"}, "clamd_address"),
        ({"clamd_address": "localhost:70000"}, "clamd_address"),
        ({"malware_scan": "sometimes"}, "malware_scan"),
        ({"inspection_seconds": "0"}, "inspection_seconds"),
        ({"inspection_memory_bytes": "1000"}, "inspection_memory_bytes"),
        ({"inspections_at_once": "0"}, "inspections_at_once"),
    ],
)
def test_what_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, values: dict[str, str], named: str
) -> None:
    """A scanner that is required needs an address, and it is on this machine."""
    with pytest.raises(InvalidInput) as error:
        loaded(monkeypatch, tmp_path, **values)
    assert named in {problem.field for problem in error.value.problems}
