"""The sample files, and what the readers say to changed copies of them."""

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from gateway.domain.errors import InvalidInput, Problem
from gateway.files.pack import parse_pack
from gateway.files.register import parse_register

# Either a function that changes a file's table, or the path to a place followed by what is put
# there; an ellipsis takes away what stands there.
Change = Callable[[dict[str, Any]], object] | tuple[Any, ...]
Faults = Callable[[Change], list[Problem]]


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """The folder of the demonstration's sample files."""
    return Path(__file__).parents[2] / "gateway" / "demo" / "sample"


@pytest.fixture(scope="session")
def register_bytes(sample_folder: Path) -> bytes:
    """The sample register as it stands on disk."""
    return (sample_folder / "register.toml").read_bytes()


@pytest.fixture(scope="session")
def pack_bytes(sample_folder: Path) -> bytes:
    """The sample pack file as it stands on disk."""
    return (sample_folder / "pack.toml").read_bytes()


def _put(table: Any, change: tuple[Any, ...]) -> None:
    *way, last, value = change
    for step in way:
        table = table[step]
    if value is ...:
        del table[last]
    else:
        table[last] = value


def _faults(parse: Callable[[bytes], object], data: bytes) -> Faults:
    sample = tomllib.loads(data.decode())

    def faults(change: Change) -> list[Problem]:
        table = copy.deepcopy(sample)
        if callable(change):
            change(table)
        else:
            _put(table, change)
        try:
            parse(tomli_w.dumps(table).encode())
        except InvalidInput as error:
            return list(error.problems)
        return []

    return faults


@pytest.fixture(scope="session")
def register_faults(register_bytes: bytes) -> Faults:
    """The problems of the sample register after a change; none if it is still right."""
    return _faults(parse_register, register_bytes)


@pytest.fixture(scope="session")
def pack_faults(pack_bytes: bytes) -> Faults:
    """The problems of the sample pack file after a change; none if it is still right."""
    return _faults(parse_pack, pack_bytes)
