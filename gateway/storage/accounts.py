"""The account a server runs under when the gateway runs as root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway.domain.errors import Unavailable

_NAME = "gateway-postgres"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine."""

    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """The account for a server over `data`; None unless we are root and so have to choose one.

    It is whoever owns `data`, or the nearest folder above it that exists; if that is root, an
    account for nothing else, which is made when there is none.

    Raises:
        Unavailable: it could not be made.
    """
    if os.geteuid() != 0:
        return None
    nearest = next(path for path in (data, *data.parents) if path.exists())
    owner = nearest.stat()
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        found = pwd.getpwnam(_NAME)
    except KeyError:
        _make_account()
        found = pwd.getpwnam(_NAME)
    return Account(found.pw_uid, found.pw_gid)


def let_through(path: Path) -> None:
    """Let every account pass through the folders above `path`; reading them stays as it was."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _make_account() -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(
            f"PostgreSQL cannot run as root, and the account '{_NAME}' could not be made.",
            "Run the gateway under an ordinary account, or set the URL of a PostgreSQL server.",
        ) from error
