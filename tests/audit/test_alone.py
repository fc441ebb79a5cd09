"""The verifier needs nothing of the gateway but its own package, and PyNaCl."""

import ast
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nacl
import pytest
from support.sample_log import SampleLog, lines_of

import gateway.audit

PACKAGE = Path(gateway.audit.__file__).parent
LIBRARIES = Path(nacl.__file__).parents[1]


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """An empty folder with nothing but a copy of gateway/audit."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "gateway" / "audit", ignore=ignored)
    return tmp_path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export of a small log."""
    log, folder = SampleLog.of_size(300), tmp_path / "export"
    folder.mkdir()
    (folder / "entries.jsonl").write_bytes(lines_of(log.leaves))
    (folder / "checkpoint").write_bytes(log.checkpoint)
    (folder / "key.pub").write_text(f"{log.key}\n")
    return folder


def run(alone: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The verifier of the copy; -S keeps the gateway that is installed here out of its sight."""
    path = os.pathsep.join(map(str, (alone, LIBRARIES)))
    return subprocess.run(
        [sys.executable, "-S", "-m", "gateway.audit", *map(str, arguments)],
        cwd=alone,
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_copy_of_the_package_verifies_an_export(alone: Path, export: Path) -> None:
    """In an empty folder, with a key from elsewhere and an older checkpoint."""
    older = alone / "older"
    older.write_bytes(SampleLog.of_size(120).checkpoint)
    done = run(alone, export, "--key", export / "key.pub", "--since", older)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True: 300 entries of log.example/audit, whole and unaltered.")
    assert "The 120 entries of the older checkpoint are its beginning." in done.stdout


def test_it_refuses_what_was_changed_and_what_it_cannot_read(alone: Path, export: Path) -> None:
    """With the exit codes of `gateway audit verify`."""
    lines = export / "entries.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b"pack-77", b"pack-78", 1))
    altered = run(alone, export)
    assert (altered.returncode, altered.stdout.startswith("Error: ")) == (1, True)
    (export / "checkpoint").write_bytes(b"x" * 2_000_000)
    assert run(alone, export).returncode == 2
    assert run(alone, alone / "nowhere").returncode == 2


def test_names_in_an_export_do_not_play_with_the_terminal(alone: Path, export: Path) -> None:
    """What is not seen, or turns what follows round, is escaped."""
    log = replace(SampleLog.of_size(300), origin="a\u202eb\u200bc\x7f.example/[bold]")
    (export / "checkpoint").write_bytes(log.checkpoint)
    (export / "key.pub").write_text(f"{log.key}\n")
    done = run(alone, export)
    assert done.returncode == 0, done.stdout
    assert r"a\u202eb\u200bc\x7f.example/[bold]" in done.stdout


def test_it_imports_only_itself_the_standard_library_and_pynacl() -> None:
    """So that it can be read in one sitting."""
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import(names=names):
                    found = [name.name for name in names]
                case ast.ImportFrom(module=module):
                    found = [module or ""]
                case _:
                    continue
            for name in found:
                first = name.partition(".")[0]
                known = first in sys.stdlib_module_names or first == "nacl"
                assert known or name.startswith("gateway.audit"), f"{path.name}: {name}"
