"""The file of identity providers."""

from pathlib import Path

import pytest

from gateway.app.providers import load_providers
from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput
from gateway.system import SystemClock

EXAMPLE = (Path(__file__).parents[1] / "deploy" / "openid.example.toml").read_text("utf-8")


def load(tmp_path: Path, text: str) -> object:
    """What a file with this text gives; its secret lies beside it."""
    secret = tmp_path / "care.secret"
    secret.write_text("fictional secret\n")
    file = tmp_path / "openid.toml"
    file.write_text(text.replace("/etc/gateway/care.secret", str(secret)))
    return load_providers(file, SystemClock())


def test_the_example_is_understood(tmp_path: Path) -> None:
    """Provider, agency and roles as it says."""
    found = load(tmp_path, EXAMPLE)
    assert isinstance(found, dict)
    assert list(found) == ["care"]
    assert found["care"].roles["gateway-privacy"] == [Role.PRIVACY_OFFICER]


def test_without_a_file_there_is_no_provider() -> None:
    """Single sign-on is off until it is set up."""
    assert load_providers(None, SystemClock()) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["coordinator"]', '["everything"]'),
        ("https://login.tamariki-care.example", "http://login.tamariki-care.example"),
        ('key = "care"', 'key = "Care!"'),
        ("groups_claim", "group_claim"),
        ("[[provider]]", "[provider"),
        ('key = "care"', ""),
        ("care.secret", "missing.secret"),
    ],
)
def test_a_slip_of_the_pen_is_told_and_never_a_default(tmp_path: Path, old: str, new: str) -> None:
    """Unknown roles and names, unsafe issuers, broken TOML, a missing secret."""
    with pytest.raises(InvalidInput):
        load(tmp_path, EXAMPLE.replace(old, new))


def test_two_providers_cannot_share_a_key(tmp_path: Path) -> None:
    """Or one would hide the other."""
    with pytest.raises(InvalidInput, match="same key"):
        load(tmp_path, f"{EXAMPLE}\n{EXAMPLE}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the setting to mend."""
    with pytest.raises(InvalidInput, match=r"gone\.toml"):
        load_providers(tmp_path / "gone.toml", SystemClock())
