"""Walls around a process that reads what nobody vouches for: it can compute, and answer.

They are put up before the first byte of a document is parsed, after everything it needs was
imported. `python -m gateway.inspection.sandbox` says which of them stand on this machine.
"""

import ctypes
import json
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import gateway
from gateway.inspection import system_calls

_LIBC = ctypes.CDLL(None, use_errno=True)

# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
# linux/sched.h
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
# linux/landlock.h; the numbers of its calls are the same on every machine
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights a version knows; then 16
_CAPABILITIES_VERSION = 0x20080522  # linux/capability.h

_OPEN_FILES = 32
_ALSO_READ = (Path("/usr/share/fonts"), Path("/dev/urandom"), Path("/dev/random"))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use: of address space in bytes, of processor time in seconds."""

    address_bytes: int = 2 * 1024**3
    cpu_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Walls:
    """Which walls stand.

    Attributes:
        limits: on memory, time, files, processes and memory dumps (setrlimit), and the end of
            new privileges (prctl): without them there is no inspection.
        no_capabilities: none of root's powers are left.
        own_network: a network namespace of its own, with nothing in it.
        landlock: reading alone, and of Python's libraries alone; 0, or the kernel's version.
        system_calls: only those that reading needs (seccomp).
    """

    limits: bool
    no_capabilities: bool
    own_network: bool
    landlock: int
    system_calls: bool


def lock(limits: Limits) -> Walls:
    """Put up every wall this kernel has around this process, for good.

    Raises:
        OSError: not even the limits and the end of new privileges can be had.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    own_network = _own_network()
    _limit(limits)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    landlock = _landlock()
    no_capabilities = _drop_capabilities()
    _prctl(_PR_SET_DUMPABLE, 0)
    filtered = _filter_system_calls()
    return Walls(
        limits=True,
        no_capabilities=no_capabilities,
        own_network=own_network,
        landlock=landlock,
        system_calls=filtered,
    )


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _limit(limits: Limits) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.address_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (value, value))


def _own_network() -> bool:
    for flags in (_CLONE_NEWNET | _CLONE_NEWIPC, _CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC):
        if _LIBC.unshare(flags) == 0:
            return True
    return False


def _drop_capabilities() -> bool:
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    return bool(_LIBC.capset(header, bytes(24)) == 0)


def _landlock() -> int:
    """Deny all of the file system and the network but reading; the version used, 0 for none."""
    version = _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return 0
    rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    network = 0b11 if version >= 4 else 0  # bind, connect
    scoped = 0b11 if version >= 6 else 0  # abstract sockets, signals
    attributes = struct.pack("=QQQ", rights, network, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _LIBC.syscall(_CREATE_RULESET, attributes[:size], ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return 0
    try:
        for path in _readable():
            _allow_reading(ruleset, path)
        return version if _LIBC.syscall(_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _readable() -> set[Path]:
    """Where modules that are imported late stand, fonts, and randomness (for encrypted PDFs)."""
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib")}
    folders |= {Path(sysconfig.get_path("platlib")), Path(gateway.__file__).parent}
    return {path for path in (*folders, *_ALSO_READ) if path.exists()}


def _allow_reading(ruleset: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights = _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE
    try:
        rule = struct.pack("=Qi", rights, handle)
        if _LIBC.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), "landlock_add_rule")
    finally:
        os.close(handle)


def _filter_system_calls() -> bool:
    machine = system_calls.machine(platform.machine())
    if machine is None or sys.byteorder != "little":
        return False
    program = system_calls.program(machine)
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    return bool(_LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


_INSIDE = "--inside"

# --- the self-test -----------------------------------------------------------------------------


def attempts() -> dict[str, bool]:
    """Try what must not be possible behind the walls; True for what was possible all the same."""
    return {
        "write a file": _succeeds(lambda: os.open("/tmp/gateway-walls", os.O_WRONLY | os.O_CREAT)),  # noqa: S108 - must fail
        "read another file": _succeeds(lambda: os.open("/etc/passwd", os.O_RDONLY)),
        "open a socket": _succeeds(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
        "connect to another process": _succeeds(socket.socketpair),
        "start a process": _succeeds(os.fork),
        "start a program": _succeeds(lambda: os.execv(sys.executable, [sys.executable, "-V"])),  # noqa: S606 - must fail
        "stop another process": _succeeds(lambda: os.kill(os.getppid(), 0)),
        "look into another process": _succeeds(_trace_parent),
        "take much memory": _succeeds(lambda: bytearray(8 * 1024**3)),
    }


def _trace_parent() -> None:
    if _LIBC.ptrace(16, os.getppid(), 0, 0) != 0:  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "ptrace")


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return False
    return True


def main() -> None:
    """Print what stands and what was possible, as a process found that was locked up for it.

    That process can write to a pipe alone: its files may have no bytes.
    """
    if _INSIDE in sys.argv[1:]:
        walls = lock(Limits())
        sys.stdout.write(json.dumps({"walls": asdict(walls), "possible": attempts()}) + "\n")
        return
    command = [sys.executable, "-I", "-m", "gateway.inspection.sandbox", _INSIDE]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - our own
    sys.stdout.write(done.stdout.decode())


if __name__ == "__main__":
    main()
