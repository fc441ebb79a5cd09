"""The walls around a process that reads documents, tried from inside."""

import json
import platform
import struct
import subprocess
import sys

import pytest

from gateway.inspection import system_calls


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, bool]]:
    """What the self-test says: which walls stand, and what was possible behind them."""
    command = [sys.executable, "-I", "-m", "gateway.inspection.sandbox"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    answer: dict[str, dict[str, bool]] = json.loads(done.stdout)
    return answer


def test_limits_and_the_end_of_privileges_stand_everywhere(
    told: dict[str, dict[str, bool]],
) -> None:
    """They need nothing but Linux."""
    assert told["walls"]["limits"]
    assert told["walls"]["no_capabilities"]


def test_no_file_can_be_written_behind_the_walls(told: dict[str, dict[str, bool]]) -> None:
    """By Landlock, by the filter, or at least by the limit on sizes."""
    if not (told["walls"]["landlock"] or told["walls"]["system_calls"]):
        pytest.skip("this kernel has neither Landlock nor a filter of system calls")
    assert not told["possible"]["write a file"]


def test_no_other_file_can_be_read_where_landlock_is(told: dict[str, dict[str, bool]]) -> None:
    """A document that takes the process over cannot put a key into the report."""
    if not told["walls"]["landlock"]:
        pytest.skip("this kernel has no Landlock")
    assert not told["possible"]["read another file"]


@pytest.mark.parametrize(
    "what",
    [
        "open a socket",
        "connect to another process",
        "start a process",
        "start a program",
        "stop another process",
        "look into another process",
    ],
)
def test_nothing_outside_can_be_reached(told: dict[str, dict[str, bool]], what: str) -> None:
    """No connection, no program, no other process."""
    if not told["walls"]["system_calls"]:
        pytest.skip("no filter of system calls is known for this machine")
    assert not told["possible"][what]


def test_memory_is_bounded(told: dict[str, dict[str, bool]]) -> None:
    """Whatever a document asks for."""
    assert not told["possible"]["take much memory"]


def test_the_filter_stands_on_this_machine(told: dict[str, dict[str, bool]]) -> None:
    """Where the machine is one whose calls are known, the filter is loaded."""
    known = system_calls.machine(platform.machine()) is not None
    assert told["walls"]["system_calls"] is known


@pytest.mark.parametrize("name", ["x86_64", "aarch64"])
def test_every_step_of_the_filter_leads_to_an_answer(name: str) -> None:
    """No jump leaves the program, and its last step refuses."""
    machine = system_calls.machine(name)
    assert machine is not None
    steps = list(struct.iter_unpack("=HBBI", system_calls.program(machine)))
    assert len(steps) < 4096  # BPF_MAXINSNS
    for at, (code, true, false, _) in enumerate(steps):
        if code in {0x15, 0x35, 0x45}:
            assert at + 1 + max(true, false) < len(steps)
    assert steps[-1][0] == 0x06
    assert steps[-1][3] == 0x00050000 | 1


def test_an_unknown_machine_has_no_filter() -> None:
    """Numbers of calls differ; a wrong filter would be worse than none, and it is said."""
    assert system_calls.machine("riscv64") is None


@pytest.mark.parametrize("call", ["execve", "socket", "connect", "ptrace", "fork", "bind", "kill"])
def test_calls_that_reach_out_are_not_let_through(call: str) -> None:
    """The list of calls is short, and says what it lets through."""
    assert call not in system_calls._CALLS
