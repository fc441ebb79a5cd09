"""A verifier of the log that is not ours: a small program around Go's reference library.

`tests/audit/foreign/verifier.go` says what it takes. It is built once, and again when its sources
change; where there is no Go or no library, the test that asks for it is skipped.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_SOURCES = _ROOT / "tests" / "audit" / "foreign"
_CACHE = _ROOT / ".pytest_cache" / "foreign"
_GOPATH = Path("/usr/share/gocode")  # where Debian puts the sources of Go libraries
_LIBRARY = _GOPATH / "src" / "golang.org" / "x" / "mod" / "sumdb" / "tlog"
_LONGEST_SECONDS = 120
_REFUSED = 1  # what the program ends with; Go's own crashes end with 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier ended with: whether it accepts, and its words."""

    accepted: bool
    said: str


@cache
def foreign_verifier() -> Path:
    """The verifier's program; skips the test where it cannot be built for want of Go."""
    go = shutil.which("go")
    if go is None or not _LIBRARY.is_dir():
        pytest.skip("needs Go and its tlog library (golang-go, golang-golang-x-mod-dev)")
    sources = sorted(_SOURCES.glob("*.go"))
    version = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    program = _CACHE / version / "verifier"
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=program.parent) as scratch:
            made = Path(scratch) / "verifier"
            _build(go, sources, made, Path(scratch) / "cache")
            made.replace(program)  # at once, for another run may be at it too
    return program


def _build(go: str, sources: Sequence[Path], made: Path, scratch: Path) -> None:
    """Build the program from what is on this machine alone."""
    settings = {
        "CGO_ENABLED": "0",
        "GO111MODULE": "off",
        "GOCACHE": str(scratch),
        "GOENV": "off",
        "GOPATH": str(_GOPATH),
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    built = subprocess.run(
        [go, "build", "-trimpath", "-o", made, *sources],
        env=kept | settings,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if built.returncode:
        pytest.fail(f"the foreign verifier does not build:\n{built.stderr}")


def run(command: str, *files: Path) -> Verdict:
    """What the verifier says of `files`.

    `command` is one of log, receipt, tiles and consistency; the last of `files` is that of the
    keys. Anything but an acceptance or a refusal, as a crash, fails the test.
    """
    ended = subprocess.run(
        [foreign_verifier(), command, *files],
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if ended.returncode not in {0, _REFUSED}:
        pytest.fail(f"the foreign verifier ended with {ended.returncode}:\n{ended.stderr}")
    return Verdict(ended.returncode == 0, (ended.stdout or ended.stderr).strip())
