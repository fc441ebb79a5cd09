"""The master key, and the key of the log's pseudonyms that it wraps."""

from collections.abc import Callable

from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.secret import Secret
from gateway.services.parts import LogKey
from gateway.settings import Settings
from gateway.storage.database import PostgresDatabase
from gateway.storage.vault import (
    FileVault,
    MasterKey,
    create_master_key,
    load_master_key,
    new_digest_key,
)

_DIGEST_KEY = "digest key"


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


def establish_log_key(settings: Settings, say: Callable[[str], None]) -> None:
    """Make the log's signing key if there is none."""
    if not settings.log_key.exists():
        create_master_key(settings.log_key)
        say(f"Made the log's signing key {settings.log_key}.")


def log_key(settings: Settings) -> LogKey:
    """The log's signing key, kept in the same form as the master key.

    Raises:
        InvalidInput: the file is not there, not readable by its owner only, or not a key.
    """
    return LogKey(settings.log_origin, Secret(load_master_key(settings.log_key).reveal().hex()))


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
