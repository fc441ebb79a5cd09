"""Published test vectors for the log's formats, from a folder that lies beside the repository.

A test asks for one kind of them by an argument's name; without the folder it is skipped.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
_VECTORS = Path(os.environ.get("GATEWAY_SHARED", _BESIDE)) / "vectors"
_ABSENT = pytest.mark.skip(f"the published vectors are not in {_VECTORS}")


def _facts() -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads((_VECTORS / "tlog" / "vectors.json").read_text())
    return facts


def _merkle(kind: str) -> list[Any]:
    folder = _VECTORS / "merkle" / "testdata" / kind
    files = sorted(folder.rglob("*.json"))
    return [
        pytest.param(
            {"name": file.stem, **json.loads(file.read_text())},
            id=f"{file.parent.relative_to(folder)}-{file.stem}",
        )
        for file in files
    ]


def _notes() -> list[Any]:
    return [pytest.param(note, id=note["id"]) for note in _facts()["notes"]]


_KINDS: Mapping[str, Callable[[], Sequence[Any]]] = {
    "inclusion_vector": lambda: _merkle("inclusion"),
    "consistency_vector": lambda: _merkle("consistency"),
    "large_inclusion": lambda: [pytest.param(_facts()["big_inclusion"], id="76958-of-76959")],
    "sigsum_vector": lambda: [pytest.param(v, id=v["id"]) for v in _facts()["sigsum_consistency"]],
    "root_vector": lambda: [
        (_facts()["tree_leaves_hex"][: root["n"]], root["root_hex"])
        for root in _facts()["tree_roots"]
    ],
    "vkey_vector": lambda: _facts()["vkeys"],
    "note_vector": _notes,
    "signing_vector": lambda: [pytest.param(v, id=v["id"]) for v in _facts()["sign"]],
    "bad_receipt": lambda: _facts()["big_inclusion"]["bad_proof_bundles"],
    "receipt_file": lambda: sorted((_VECTORS / "tlog" / "proofs").glob("*.tlog-proof")),
    "tiled_log": lambda: [_VECTORS / "tessera" / "testdata" / "log"],
    "tiled_log_key": lambda: [_facts()["tessera_vkey"]],
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks for a kind of vectors all of them, one by one."""
    for kind, load in _KINDS.items():
        if kind in metafunc.fixturenames:
            present = _VECTORS.is_dir()
            cases = load() if present else [pytest.param(None, marks=_ABSENT)]
            metafunc.parametrize(kind, cases)
