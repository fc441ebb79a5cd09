"""The documents say what the code does."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from gateway.domain import transfers
from gateway.domain.information_requests import machine
from gateway.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]


def settings_table() -> str:
    """The settings as README.md lists them."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        if name == "data_dir":
            default = "`~/.local/share/gateway`"
        elif field.default is PydanticUndefined or field.default is None:
            default = ""
        else:
            default = f"`{field.default}`"
        meaning = field.description or name.replace("_", " ")
        lines.append(f"| `{name}` | {default} | {meaning} |")
    return "\n".join(lines)


def part(document: str, name: str) -> str:
    """What stands between `<!-- name` and `<!-- /name`."""
    text = (ROOT / document).read_text("utf-8")
    found = re.search(rf"<!-- {name}[^>]*-->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"{document} has no part '{name}'"
    return found[1].strip()


def test_readme_lists_every_setting() -> None:
    """Name, default and meaning of each setting stand in README.md as in the code."""
    assert part("README.md", "settings") == settings_table()


def test_architecture_draws_the_state_machine() -> None:
    """The drawings in ARCHITECTURE.md are those made from the tables of transitions."""
    for name, drawn in (("drawing", transfers.drawing()), ("requests", machine.drawing())):
        assert part("ARCHITECTURE.md", name) == f"```mermaid\n{drawn}\n```"


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "README.md"])
def test_named_files_exist(document: str) -> None:
    """Every path a document names is there."""
    text = (ROOT / document).read_text("utf-8")
    named = set(re.findall(r"`((?:gateway|tests|policies|deploy)/[\w./-]*)`", text))
    named |= {
        f"gateway/{path}"
        for path in re.findall(
            r"`((?:domain|audit|services|policy|storage|sealing|web)/[\w./-]*(?:\.py|/))`", text
        )
    }
    named |= {path for path in re.findall(r"`(\w+\.md|\w+\.toml)`", text) if path != "gateway.toml"}
    missing = {path for path in named if not (ROOT / path).exists()} - {
        "pack.toml",
        "register.toml",
    }
    assert not missing


def test_environment_example_names_real_settings() -> None:
    """The example of the deployment sets nothing that does not exist."""
    text = (ROOT / "deploy" / "environment.example").read_text("utf-8")
    names = re.findall(rf"^{PREFIX}(\w+)=", text, re.MULTILINE)
    assert names
    assert {name.lower() for name in names} <= set(Settings.model_fields)
