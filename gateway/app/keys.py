"""The master key, and the key of the log's pseudonyms that it wraps."""

import os
from collections.abc import Callable
from pathlib import Path

from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.secret import Secret
from gateway.services.sequencing import LogKey
from gateway.settings import Settings
from gateway.storage.database import PostgresDatabase
from gateway.storage.keys import parse_key
from gateway.storage.vault import (
    FileVault,
    MasterKey,
    create_master_key,
    load_master_key,
    new_digest_key,
)

_DIGEST_KEY = "digest key"
_LONGEST_KEY = 1024  # characters


async def establish_keys(
    settings: Settings, database: PostgresDatabase, say: Callable[[str], None]
) -> None:
    """Make the master key if nothing was stored under one yet; else hold that it is right."""
    async with database.work() as work:
        sealed = await work.keys.get(_DIGEST_KEY)
        if sealed is not None:
            _opened_digest_key(settings, sealed, load_master_key(settings.key_file))
            return
        if not settings.key_file.exists():
            create_master_key(settings.key_file)
            say(f"Made the master key {settings.key_file}. Keep a copy of it apart from backups.")
        vault = _key_wrapper(settings, load_master_key(settings.key_file))
        fresh = vault.seal_secret(_DIGEST_KEY, Secret(new_digest_key().hex()))
        await work.keys.put(_DIGEST_KEY, fresh)


async def establish_log_key(
    settings: Settings, database: PostgresDatabase, say: Callable[[str], None]
) -> None:
    """Make the log's signing key if nothing was signed yet; else hold that there is one."""
    given = settings.log_key is not None or settings.log_key_fd is not None
    if given or settings.log_key_path.exists():
        return
    async with database.work() as work:
        if await work.tree.verifier_keys():
            log_key_in(settings, settings.log_key_path)  # says that it is not there
    create_master_key(settings.log_key_path)
    say(f"Made the log's signing key {settings.log_key_path}.")


def signing(settings: Settings) -> Callable[[], LogKey]:
    """Gives the log's signing key: from its file each time, or as it was given at the start.

    Raises:
        InvalidInput: what was given is not a key.
    """
    text, field = settings.log_key.get_secret_value() if settings.log_key else None, "log_key"
    if settings.log_key_fd is not None:
        text, field = _read_all(settings.log_key_fd), "log_key_fd"
    if text is None:
        return lambda: log_key_in(settings, settings.log_key_path)
    key = _log_key(settings, field, lambda: parse_key(text.encode()))
    return lambda: key


def log_key_in(settings: Settings, path: Path) -> LogKey:
    """The signing key in a file, kept in the same form as the master key.

    Raises:
        InvalidInput: the file is not there, not readable by its owner only, or not a key.
    """
    return _log_key(settings, "log_key_file", lambda: load_master_key(path))


def next_log_key(settings: Settings) -> Path:
    """The file of the key that is to come; made now, unless a change of keys was cut short.

    Raises:
        InvalidInput: the key is not in a file.
    """
    if settings.log_key is not None or settings.log_key_fd is not None:
        raise InvalidInput(
            "The log's key is not in a file, so it cannot be changed here.",
            "Keep it in a file (log_key_file) to have it changed.",
            field="log_key",
        )
    path = coming_log_key(settings)
    if not path.exists():
        create_master_key(path)
    return path


def coming_log_key(settings: Settings) -> Path:
    """Where the key that is to come lies while keys are changed."""
    return settings.log_key_path.with_name(settings.log_key_path.name + ".next")


def _log_key(settings: Settings, field: str, read: Callable[[], MasterKey]) -> LogKey:
    try:
        return LogKey(settings.log_origin, Secret(read().reveal().hex()))
    except InvalidInput as error:
        what = f"The log's signing key cannot be used. {error.message}"
        raise InvalidInput(what, error.remedy, field=field) from error


def _read_all(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_LONGEST_KEY).decode("ascii", "replace")
    except OSError as error:
        raise InvalidInput(
            f"The log's key cannot be read: {error.strerror}.",
            "Give the number of a descriptor that is open for reading.",
            field="log_key_fd",
        ) from error


async def digest_key(
    settings: Settings, database: PostgresDatabase, master_key: MasterKey
) -> bytes:
    """The key of the log's pseudonyms, which outlives a change of the master key."""
    async with database.work() as work:
        sealed = await work.keys.get(_DIGEST_KEY)
    if sealed is None:
        raise InvalidInput("The gateway was not initialised.", "Run 'gateway init' first.")
    return _opened_digest_key(settings, sealed, master_key)


def _opened_digest_key(settings: Settings, sealed: bytes, master_key: MasterKey) -> bytes:
    try:
        secret = _key_wrapper(settings, master_key).open_secret(_DIGEST_KEY, sealed)
    except Tampered as error:
        raise InvalidInput(
            f"{settings.key_file} is not the master key that this database was made with.",
            "Bring the right key back; without it nothing stored can be read.",
            field="master_key_file",
        ) from error
    return bytes.fromhex(secret.reveal())


def _key_wrapper(settings: Settings, master_key: MasterKey) -> FileVault:
    """A vault for wrapping alone, before the digest key is known."""
    return FileVault(settings.data_dir / "vault", master_key, bytes(32))
