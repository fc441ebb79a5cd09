"""Where the public sample files are."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
CORPORA = Path(os.environ.get("GATEWAY_SHARED", _BESIDE)) / "corpora"


@pytest.fixture
def corpora() -> Path:
    """The folder of public sample files; a test that needs them is left out without it."""
    if not CORPORA.is_dir():
        pytest.skip(f"the public sample files are not in {CORPORA}")
    return CORPORA
