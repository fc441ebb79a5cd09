"""The embedded PostgreSQL: shared by processes, and gone when the last of them is."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from gateway.domain.errors import InvalidInput, Unavailable
from gateway.storage.embedded import EmbeddedPostgres
from gateway.storage.filelocks import FileLock

pytestmark = pytest.mark.server

_STARTER = """
import sys
from pathlib import Path
from gateway.storage.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data_dir(short_folder: Path) -> Iterator[Path]:
    """A folder for a server, which is not running any more in the end."""
    folder = Path(tempfile.mkdtemp(prefix="gw", dir=short_folder))
    yield folder
    assert not runs(folder)
    shutil.rmtree(folder)


def runs(data_dir: Path) -> bool:
    """Whether a server is at work on this folder."""
    return (data_dir / "postgres" / "postmaster.pid").exists()


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def query(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]


@pytest.fixture
def starter(data_dir: Path) -> Iterator[Callable[[], tuple["subprocess.Popen[str]", str]]]:
    """Starts another process that starts or joins the server; gives it and the URL it printed."""
    begun: list[subprocess.Popen[str]] = []

    def start() -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _STARTER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in begun:
        process.communicate()
        assert process.returncode in {0, -signal.SIGKILL}


def test_a_server_keeps_its_data(data_dir: Path) -> None:
    """Started, stopped and started again; stopping or leaving twice is harmless."""
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    query(url, "CREATE TABLE t AS SELECT 42 AS x")
    server.stop()
    server.stop()
    assert not runs(data_dir)
    assert server.start() == url
    assert query(url, "SELECT x FROM t") == 42
    server.stop()


def test_a_server_is_private(data_dir: Path) -> None:
    """Only its own folder leads to it, and that only its account enters; no port is open."""
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    cluster = data_dir / "postgres"
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700
    assert (cluster / ".s.PGSQL.5432").is_socket()
    assert query(url, "SHOW listen_addresses") == ""
    environment = Path(f"/proc/{postmaster(data_dir)}/environ").read_bytes()
    assert b"PYTHON" not in environment
    assert b"PYTEST" not in environment
    server.stop()


def test_folders_beside_the_server_stay_closed(data_dir: Path) -> None:
    """Even where the server needs to pass through the folder that holds them."""
    keys = data_dir / "keys"
    keys.mkdir(mode=0o700)
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in (data_dir, *data_dir.parents)}
    server = EmbeddedPostgres(data_dir)
    server.start()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    for path, mode in before.items():
        assert stat.S_IMODE(path.stat().st_mode) & ~stat.S_IXOTH == mode & ~stat.S_IXOTH
    server.stop()


def test_the_servers_log_keeps_no_statement(data_dir: Path) -> None:
    """Nor the row that an error tells of."""
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    query(url, "CREATE TABLE t (name text CHECK (name = 'x'))")
    with pytest.raises(psycopg.errors.CheckViolation):
        query(url, "INSERT INTO t VALUES ('Fictional Child')")
    server.stop()
    logs = b"".join(path.read_bytes() for path in (data_dir / "postgres" / "log").iterdir())
    assert b"violates check constraint" in logs
    assert b"Fictional" not in logs


def test_processes_share_a_server(
    data_dir: Path, starter: Callable[[], tuple["subprocess.Popen[str]", str]]
) -> None:
    """Whoever leaves last stops it, in whatever order they leave."""
    one = EmbeddedPostgres(data_dir)
    url = one.start()
    process, theirs = starter()
    assert theirs == url
    one.stop()
    assert runs(data_dir)
    assert query(url, "SELECT 1") == 1
    process.communicate()
    assert not runs(data_dir)


def test_processes_that_start_at_once_share_a_server(
    data_dir: Path, starter: Callable[[], tuple["subprocess.Popen[str]", str]]
) -> None:
    """One makes it, the others join; none fails."""
    program = [sys.executable, "-W", "error", "-c", _STARTER, str(data_dir)]
    several = [
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    urls = set()
    for process in several:
        assert process.stdout is not None
        urls.add(process.stdout.readline().strip())
    assert urls == {EmbeddedPostgres(data_dir).url}
    for process in several:
        process.communicate()
        assert process.returncode == 0


def test_a_killed_process_does_not_keep_the_server(
    data_dir: Path, starter: Callable[[], tuple["subprocess.Popen[str]", str]]
) -> None:
    """The next one joins what the killed one left, and stops it in the end."""
    process, url = starter()
    process.kill()
    process.wait()
    assert query(url, "SELECT 1") == 1
    server = EmbeddedPostgres(data_dir)
    assert server.start() == url
    assert query(url, "SELECT 1") == 1
    server.stop()
    assert not runs(data_dir)


def test_a_killed_server_is_started_again(data_dir: Path) -> None:
    """With what was committed, although its number now is another process's."""
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    query(url, "CREATE TABLE t AS SELECT 42 AS x")
    kill_server(postmaster(data_dir))
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        note = data_dir / "postgres" / name
        _, *rest = note.read_text().splitlines()
        note.write_text("\n".join([str(os.getpid()), *rest]) + "\n")
    assert server.start() == url
    assert query(url, "SELECT x FROM t") == 42
    server.stop()


def test_a_server_that_dies_is_brought_back(data_dir: Path) -> None:
    """On the same socket and with its data; while it lives, nothing happens."""
    server = EmbeddedPostgres(data_dir)
    url = server.start()
    query(url, "CREATE TABLE t AS SELECT 42 AS x")
    assert not server.ensure_running()
    kill_server(postmaster(data_dir))
    with pytest.raises(psycopg.OperationalError):
        query(url, "SELECT 1")
    assert server.ensure_running()
    assert server.url == url
    assert query(url, "SELECT x FROM t") == 42
    assert not server.ensure_running()
    server.stop()


def test_of_many_who_notice_only_one_brings_it_back(data_dir: Path) -> None:
    """Threads of one process as well as users with locks of their own, as processes have."""
    servers = [EmbeddedPostgres(data_dir) for _ in range(3)]
    (url,) = {server.start() for server in servers}
    kill_server(postmaster(data_dir))
    with ThreadPoolExecutor(6) as threads:
        calls = [threads.submit(server.ensure_running) for server in servers * 2]
    assert sorted(call.result() for call in calls) == [False] * 5 + [True]
    assert query(url, "SELECT 1") == 1
    for server in servers:
        server.stop()
    assert not runs(data_dir)


def test_a_server_that_was_left_is_not_brought_back(data_dir: Path) -> None:
    """Or it would run without anybody to stop it."""
    server = EmbeddedPostgres(data_dir)
    assert not server.ensure_running()
    server.start()
    server.stop()
    assert not server.ensure_running()
    assert not runs(data_dir)


def kill_server(number: int) -> None:
    """Kill a postmaster and wait until its children, which notice, are gone too."""
    children = [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and parent_of(path) == number
    ]
    os.kill(number, signal.SIGKILL)
    for _ in range(200):
        if not any(alive(child) for child in children):
            return
        time.sleep(0.05)
    pytest.fail("the server's processes did not end")


def parent_of(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def alive(number: int) -> bool:
    try:
        return (Path("/proc") / str(number) / "stat").read_text().rpartition(")")[2][1] != "Z"
    except OSError:
        return False


def test_a_start_that_was_killed_leaves_nothing_half_made(data_dir: Path) -> None:
    """What it had begun to make is made anew."""
    unfinished = data_dir / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(data_dir)
    assert query(server.start(), "SELECT 1") == 1
    assert not unfinished.exists()
    server.stop()


def test_a_path_too_long_for_a_socket_is_refused(data_dir: Path) -> None:
    """Instead of a socket elsewhere, where others could reach it; nothing is made."""
    deep = data_dir / ("d" * 100)
    with pytest.raises(InvalidInput, match="too long") as caught:
        EmbeddedPostgres(deep).start()
    assert "shorter" in caught.value.remedy
    assert not deep.exists()


@pytest.mark.parametrize("version", ["17\n", "", None])
def test_other_data_are_left_alone(data_dir: Path, version: str | None) -> None:
    """Of another version, or no data of PostgreSQL at all."""
    cluster = data_dir / "postgres"
    cluster.mkdir()
    if version is not None:
        (cluster / "PG_VERSION").write_text(version)
    server = EmbeddedPostgres(data_dir)
    with pytest.raises(InvalidInput, match="does not hold data of PostgreSQL 18"):
        server.start()
    assert not server._users.taken


def test_a_server_that_does_not_start_says_where_to_look(data_dir: Path) -> None:
    """And is left."""
    server = EmbeddedPostgres(data_dir)
    server.start()
    server.stop()
    with (data_dir / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("port = nonsense\n")
    with pytest.raises(Unavailable) as caught:
        server.start()
    assert str(data_dir) in caught.value.remedy
    assert not server._users.taken


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary account")
def test_an_ordinary_account_runs_its_own_server(data_dir: Path) -> None:
    """Without any other account."""
    nobody = pwd.getpwnam("nobody")
    os.chown(data_dir, nobody.pw_uid, nobody.pw_gid)
    change = f"import os; os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})"
    # after what it imports, as the interpreter itself may lie where the account cannot look
    imports, rest = _STARTER.split("\n\n", 1)
    program = [sys.executable, "-W", "error", "-c", f"{imports}\n{change}\n{rest}", str(data_dir)]
    done = subprocess.run(program, input="", capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == EmbeddedPostgres(data_dir).url
    assert (data_dir / "postgres").owner() == "nobody"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another account")
def test_root_leaves_a_data_folder_to_its_owner(data_dir: Path) -> None:
    """A command run as root does not lock the service's account out."""
    shutil.chown(data_dir, "nobody", "nogroup")
    server = EmbeddedPostgres(data_dir)
    server.start()
    server.stop()
    assert {path.owner() for path in data_dir.iterdir()} == {"nobody"}


def test_a_lock_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """In a folder that is not there, or through a link that might lead anywhere."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "none" / "lock", tmp_path / "link"):
        with pytest.raises(Unavailable, match="cannot be used"):
            FileLock(path).share()


def test_a_lock_is_shared_or_held_alone(tmp_path: Path) -> None:
    """By objects in one process as by processes."""
    one, two = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    one.share()
    one.share()
    two.share()
    assert not two.is_mine_alone()
    one.release()
    one.release()
    assert two.is_mine_alone()
    assert (one.taken, two.taken) == (False, True)
    two.release()
    assert not two.is_mine_alone()
    with one.held():
        assert one.taken
