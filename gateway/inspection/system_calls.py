"""The system calls that reading a document needs, and a filter that lets no others through.

Numbers are the kernel's, for x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) and for AArch64
(include/uapi/asm-generic/unistd.h); None where a machine has no such call. A call that is let
through can read what is open or what Landlock leaves to be read, and manage the process's own
memory; none opens a connection, writes a file, starts a program or looks at another process.
"""

import struct
from dataclasses import dataclass

_CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "write": (1, 64),
    "writev": (20, 66),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "getrandom": (318, 278),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "dup": (32, 23),
    "fcntl": (72, 25),
    "poll": (7, None),
    "ppoll": (271, 73),
    "time": (201, None),
    "restart_syscall": (219, 128),
    "membarrier": (324, 283),
    "openat": (257, 56),
    "open": (2, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "ioctl": (16, 29),
}
_BY_ARGUMENT = frozenset({"openat", "open", "clone", "clone3", "ioctl"})

# instructions of classic BPF (linux/bpf_common.h) and answers of seccomp (linux/seccomp.h)
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16

_EPERM, _EACCES, _ENOTTY, _ENOSYS = 1, 13, 25, 38
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
_CLONE_THREAD = 0x00010000
_HARMLESS_IOCTLS = (0x5401, 0x541B, 0x5451)  # TCGETS, FIONREAD, FIOCLEX
_X32 = 0x40000000  # another set of calls of the same machine


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of processor: its name, its number in `linux/audit.h`, its column above."""

    name: str
    audit: int
    column: int


_MACHINES = (Machine("x86_64", 0xC000003E, 0), Machine("aarch64", 0xC00000B7, 1))


def machine(name: str) -> Machine | None:
    """The machine with the name `uname -m` gives; None where its calls are not known here."""
    return next((one for one in _MACHINES if one.name == name), None)


def program(of: Machine) -> bytes:
    """The filter, as an array of `struct sock_filter`, to be loaded with `prctl`."""
    steps = [
        _step(_LOAD, _MACHINE_AT),
        _step(_JUMP_EQUAL, of.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
    ]
    if of.name == "x86_64":
        steps += [_step(_JUMP_AT_LEAST, _X32, 0, 1), _step(_RETURN, _KILL)]
    for name, numbers in _CALLS.items():
        number = numbers[of.column]
        if number is None:
            continue
        answer = _judged(name) if name in _BY_ARGUMENT else [_step(_RETURN, _ALLOW)]
        steps += [_step(_JUMP_EQUAL, number, 0, len(answer)), *answer]
    return b"".join([*steps, _step(_RETURN, _ERROR | _EPERM)])


def _judged(name: str) -> list[bytes]:
    """What becomes of a call that depends on an argument; every way through it returns."""
    if name == "clone3":  # its flags stand where no filter can look; the C library falls back
        return [_step(_RETURN, _ERROR | _ENOSYS)]
    if name == "clone":
        return _where_set(0, _CLONE_THREAD, _ALLOW, _ERROR | _EPERM)
    if name == "ioctl":
        allowed = [(_step(_JUMP_EQUAL, n, 0, 1), _step(_RETURN, _ALLOW)) for n in _HARMLESS_IOCTLS]
        flat = [step for pair in allowed for step in pair]
        return [_argument(1), *flat, _step(_RETURN, _ERROR | _ENOTTY)]
    return _where_set(2 if name == "openat" else 1, _WRITING, _ERROR | _EACCES, _ALLOW)


def _where_set(argument: int, bits: int, answer: int, otherwise: int) -> list[bytes]:
    return [
        _argument(argument),
        _step(_JUMP_SET, bits, 0, 1),
        _step(_RETURN, answer),
        _step(_RETURN, otherwise),
    ]


def _argument(number: int) -> bytes:
    """Load the lower half of an argument; both machines are little-endian."""
    return _step(_LOAD, _ARGUMENTS_AT + 8 * number)


def _step(code: int, value: int, where_true: int = 0, where_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, where_true, where_false, value)
