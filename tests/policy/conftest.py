"""The shipped policies, a judge by them, the baseline situation, and a copy to break."""

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.domain.decisions import Case
from gateway.policy import Bundle, CedarJudge, load_bundle
from gateway.policy.situations import Situation, case_of, changed

POLICIES = Path(__file__).parents[2] / "policies"

Rewrite = Callable[[str, str, str], Path]


@pytest.fixture(scope="session")
def policies() -> Path:
    """The directory of the shipped policies."""
    return POLICIES


@pytest.fixture(scope="session")
def bundle(policies: Path) -> Bundle:
    """The shipped policies, loaded."""
    return load_bundle(policies)


@pytest.fixture(scope="session")
def judge(bundle: Bundle) -> CedarJudge:
    """A judge by the shipped policies."""
    return CedarJudge(bundle)


@pytest.fixture(scope="session")
def situation(policies: Path) -> Situation:
    """The baseline situation, in which everything is in order."""
    return tomllib.loads((policies / "tests/baseline.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def baseline(situation: Situation) -> Case:
    """The case of the baseline situation."""
    return case_of(situation)


@pytest.fixture
def case_with(situation: Situation) -> Callable[..., Case]:
    """Makes the baseline's case with some facts changed, given as path and value."""

    def make(change: dict[str, object] | None = None, *, without: tuple[str, ...] = ()) -> Case:
        return case_of(changed(situation, change or {}, without))

    return make


@pytest.fixture
def copied(policies: Path, tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may break."""
    return Path(shutil.copytree(policies, tmp_path / "policies"))


@pytest.fixture
def rewritten(copied: Path) -> Rewrite:
    """Replaces text that stands exactly once in a file of the copy; returns the copy."""

    def rewrite(path: str, old: str, new: str) -> Path:
        file = copied / path
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        file.write_text(text.replace(old, new), "utf-8")
        return copied

    return rewrite
