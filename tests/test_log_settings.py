"""Settings of the log and of who is told of it: what is wrong is named at once."""

from pathlib import Path

import pytest
from support.world import SetClock

from gateway.app import outside
from gateway.audit.notes import Kind, VerifierKey
from gateway.domain.errors import InvalidInput
from gateway.settings import load

KEY = str(VerifierKey.of_seed("w.example", Kind.COSIGNATURE, bytes(32)))
LOG_KEY = str(VerifierKey.of_seed("log.example", Kind.ED25519, bytes(32)))


def set_to(monkeypatch: pytest.MonkeyPatch, **values: str) -> dict[str, str]:
    """An environment with these settings."""
    given = {f"GATEWAY_{name.upper()}": value for name, value in values.items()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


@pytest.mark.parametrize("name", ["log_witnesses", "log_stampers"])
@pytest.mark.parametrize("text", ["garbage", "https://w.example key", "[1,"])
def test_a_list_that_is_no_json_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str
) -> None:
    """And not by a file that does not exist."""
    given = set_to(monkeypatch, **{name: text})
    with pytest.raises(InvalidInput) as error:
        load(given, tmp_path)
    assert error.value.message == f"GATEWAY_{name.upper()} cannot be read."
    assert "JSON" in error.value.remedy
    assert "gateway.toml" not in error.value.message + error.value.remedy


def test_what_stampers_need_is_said_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the setting's name."""
    given = set_to(monkeypatch, log_stampers='["https://tsa.example/"]')
    with pytest.raises(InvalidInput) as error:
        load(given, tmp_path)
    (problem,) = error.value.problems
    assert problem.field == "log_stamper_roots_file"
    assert problem.message == "is needed with log_stampers"


WRONG = {
    "log_witnesses": {"log_witnesses": f'["https://w.example/ {LOG_KEY}"]'},
    "log_outside_ca_file": {
        "log_witnesses": f'["https://w.example/ {KEY}"]',
        "log_outside_ca_file": "/nonexistent",
    },
    "log_stamper_roots_file": {
        "log_stampers": '["https://tsa.example/"]',
        "log_stamper_roots_file": "/nonexistent",
    },
    "syslog_ca_file": {"syslog_host": "127.0.0.1", "syslog_ca_file": "/nonexistent"},
    "syslog_security": {"syslog_host": "logs.example", "syslog_security": "none"},
    "syslog_certificate_file": {
        "syslog_host": "127.0.0.1",
        "syslog_certificate_file": "/nonexistent",
    },
}


@pytest.mark.parametrize(("setting", "values"), WRONG.items(), ids=WRONG)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, values: dict[str, str]
) -> None:
    """With the party that it is for."""
    settings = load(set_to(monkeypatch, **values), tmp_path)
    with pytest.raises(InvalidInput) as error:
        outside(settings, SetClock())
    assert error.value.field == setting
    assert error.value.message.endswith((".example/.", ".example.", "127.0.0.1."))


def test_the_parties_that_are_set_have_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By which the log knows them."""
    values = {"log_witnesses": f'["https://w.example/ {KEY}"]', "syslog_host": "127.0.0.1"}
    settings = load(set_to(monkeypatch, **values), tmp_path)
    assert outside(settings, SetClock()).names() == {"w.example", "127.0.0.1:6514"}
