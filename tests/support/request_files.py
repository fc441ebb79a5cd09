"""The sample's request files as a person would write them today, with changes."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.running import Installation
from support.world import SAMPLE

_DUE_ON = re.compile(r"^due_on = .*$", re.MULTILINE)
_DUE_IN = timedelta(days=60)


def request_file(folder: Path, *changes: tuple[str, str], name: str = "request-health.toml") -> str:
    """A copy of a sample file that is due in two months, with changes; gives its path."""
    due = (datetime.now(UTC) + _DUE_IN).date()  # noqa: TID251 - the commands' clock is the real one
    text = _DUE_ON.sub(f"due_on = {due}", (SAMPLE / name).read_text("utf-8"))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


def drafted(there: Installation, file: str) -> str:
    """Draft a request; gives its identifier."""
    request: str = there.json("request", "draft", "--json", file)["request"]
    return request
