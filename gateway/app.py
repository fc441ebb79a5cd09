"""The composition root: the one module that names concrete adapters and joins them to use cases."""

import asyncio
import contextlib
import platform
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Origin
from gateway.channels import (
    KannelTexter,
    MailSettings,
    SmsSettings,
    SmtpMailer,
    WebhookSettings,
    WebhookTexter,
)
from gateway.domain.actors import WORKER
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.files.pack import PackFile, PackFileDocument, parse_pack
from gateway.files.register import parse_register
from gateway.files.schemas import pack_schema, register_schema
from gateway.policy import CedarJudge, PolicyReport, check_policies, load_bundle
from gateway.sealing import EffPassphrases, ZipSealer
from gateway.services.auditing import record
from gateway.services.parts import Parts, Rules
from gateway.settings import Settings
from gateway.storage.database import PostgresDatabase
from gateway.storage.embedded import EmbeddedPostgres
from gateway.storage.migrations import is_current, upgrade
from gateway.storage.vault import (
    FileVault,
    MasterKey,
    create_master_key,
    load_master_key,
    new_digest_key,
)
from gateway.system import RandomIdentifiers, SystemClock, jitter
from gateway.web import WebRunner, WebSettings, create_web_app, openapi_document
from gateway.worker import Worker, WorkerSettings

__all__ = [
    "Gateway",
    "PackFile",
    "PackFileDocument",
    "PolicyReport",
    "check_policies",
    "initialise",
    "openapi_document",
    "opened",
    "pack_schema",
    "parse_pack",
    "parse_register",
    "register_schema",
    "serve",
]

_DIGEST_KEY = "digest key"
_ORPHAN_AGE_SECONDS = 86400  # no upload or sealing takes that long, so its process is gone
_log = structlog.get_logger("gateway")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway with everything joined and its database open."""

    parts: Parts
    settings: Settings
    database_url: str
    vault: FileVault


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Gateway]:
    """The gateway, ready to be used; closed when the block ends.

    Raises:
        InvalidInput: it was never initialised, or a setting, key or policy is not usable.
        Unavailable: the database does not answer.
    """
    master_key = await asyncio.to_thread(load_master_key, settings.key_file)
    judge = CedarJudge(await asyncio.to_thread(load_bundle, settings.policies_dir))
    async with _database(settings) as (database, url):
        if not await is_current(url):
            raise InvalidInput(
                "The database is not at this version.", "Run 'gateway init' once; it upgrades."
            )
        digest_key = await _digest_key(settings, database, master_key)
        texter, mailer = _texter(settings), _mailer(settings)
        vault = FileVault(settings.data_dir / "vault", master_key, digest_key)
        clock = SystemClock()
        parts = Parts(
            database=database,
            vault=vault,
            judge=judge,
            sealer=ZipSealer(),
            passphrases=EffPassphrases(),
            identifiers=RandomIdentifiers(clock),
            clock=clock,
            mailer=mailer,
            texter=texter,
            jitter=jitter,
            origin=Origin(platform.node(), version("gateway")),
            rules=_rules(settings),
        )
        try:
            yield Gateway(parts, settings, url, vault)
        finally:
            if texter is not None:
                await texter.close()


async def initialise(settings: Settings, say: Callable[[str], None]) -> None:
    """Make what is missing in the data folder, and bring the database to this version.

    What is there already is kept, so that running it again harms nothing.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for folder in ("keys", "vault", "scratch"):
        (settings.data_dir / folder).mkdir(mode=0o700, exist_ok=True)
    if not settings.key_file.exists():
        create_master_key(settings.key_file)
        say(f"Made the master key {settings.key_file}. Keep a copy of it apart from backups.")
    master_key = load_master_key(settings.key_file)
    load_bundle(settings.policies_dir)
    async with _database(settings) as (database, url):
        await upgrade(url)
        say("The database is at this version.")
        async with database.work() as work:
            if await work.keys.get(_DIGEST_KEY) is None:
                vault = FileVault(settings.data_dir / "vault", master_key, b"\0" * 32)
                sealed = vault.seal_secret(_DIGEST_KEY, Secret(new_digest_key().hex()))
                await work.keys.put(_DIGEST_KEY, sealed)


async def serve(
    settings: Settings, say: Callable[[str], None], *, pages: bool = True, work: bool = True
) -> None:
    """Serve the API and pages, run the worker, or both, until the process is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings) as gateway, contextlib.AsyncExitStack() as stack:
        await _note(gateway, Action.SERVICE_STARTED, pages=pages, work=work)
        now = gateway.parts.clock.now()
        await asyncio.to_thread(gateway.vault.remove_partials, _ORPHAN_AGE_SECONDS, now)
        if pages:
            await stack.enter_async_context(_listening(gateway, say))
        if work:
            say("The worker is running.")
            await _worker(gateway).run(stop)
        await stop.wait()
        await _note(gateway, Action.SERVICE_STOPPED, pages=pages, work=work)


async def _note(gateway: Gateway, action: Action, *, pages: bool, work: bool) -> None:
    async with gateway.parts.database.work() as transaction:
        detail: dict[str, JSON] = {
            "pages": pages,
            "worker": work,
            "policy": gateway.parts.judge.digest,
        }
        await record(gateway.parts, transaction, WORKER, action, {}, detail)


@contextlib.asynccontextmanager
async def _listening(gateway: Gateway, say: Callable[[str], None]) -> AsyncIterator[None]:
    settings = gateway.settings
    app = create_web_app(
        gateway.parts,
        WebSettings(
            requests_per_minute=settings.requests_per_minute,
            document_limit_bytes=settings.document_limit_bytes,
            trust_proxy=settings.trust_proxy,
        ),
    )
    runner = WebRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.listen_host, settings.listen_port)
        try:
            await site.start()
        except OSError as error:
            raise InvalidInput(
                f"Cannot listen on port {settings.listen_port}: {error.strerror}.",
                "Choose another port with GATEWAY_LISTEN_PORT, or end what uses it.",
                field="listen_port",
            ) from error
        host, port = runner.addresses[0][:2]
        say(f"Listening on http://{host}:{port}")
        yield
    finally:
        await runner.cleanup()


def _worker(gateway: Gateway) -> Worker:
    settings = gateway.settings
    return Worker(
        gateway.parts,
        gateway.database_url,
        WorkerSettings(
            settings.worker_concurrency, settings.heartbeat_seconds, settings.takeover_seconds
        ),
    )


@contextlib.asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[tuple[PostgresDatabase, str]]:
    embedded = None
    if settings.database_url is not None:
        # the worker's library takes libpq's form, without the name of a driver
        url = settings.database_url.get_secret_value().replace("+psycopg://", "://", 1)
    else:
        if not settings.data_dir.is_dir():
            raise InvalidInput(
                f"There is no data folder {settings.data_dir}.", "Run 'gateway init' first."
            )
        embedded = EmbeddedPostgres(settings.data_dir)
        url = await asyncio.to_thread(embedded.start)
    database = PostgresDatabase(url, turns=settings.worker_concurrency)
    try:
        yield database, url
    finally:
        await database.dispose()
        if embedded is not None:
            await asyncio.to_thread(embedded.stop)


async def _digest_key(
    settings: Settings, database: PostgresDatabase, master_key: MasterKey
) -> bytes:
    """The key of the log's pseudonyms, which outlives a change of the master key."""
    async with database.work() as work:
        sealed = await work.keys.get(_DIGEST_KEY)
    if sealed is None:
        raise InvalidInput("The gateway was not initialised.", "Run 'gateway init' first.")
    vault = FileVault(settings.data_dir / "vault", master_key, b"\0" * 32)
    return bytes.fromhex(vault.open_secret(_DIGEST_KEY, sealed).reveal())


def _rules(settings: Settings) -> Rules:
    return Rules(
        limits=settings.limits,
        timing=settings.timing,
        zone=ZoneInfo(settings.time_zone),
        document_limit_bytes=settings.document_limit_bytes,
        pack_limit_bytes=settings.pack_limit_bytes,
        documents_limit=settings.documents_limit,
        link_base=settings.link_base,
        message_domain=settings.message_domain,
        scratch_directory=str(settings.data_dir / "scratch"),
    )


def _mailer(settings: Settings) -> SmtpMailer:
    password = settings.mail_password
    return SmtpMailer(
        MailSettings(
            host=settings.mail_host,
            port=settings.mail_port,
            security=settings.mail_security,
            sender_address=settings.mail_from,
            sender_name=settings.mail_from_name,
            username=settings.mail_username,
            password=Secret(password.get_secret_value()) if password else None,
            ca_file=settings.mail_ca_file,
            timeout_seconds=settings.mail_timeout_seconds,
            header_name=settings.mail_marking_header,
        )
    )


def _texter(settings: Settings) -> KannelTexter | WebhookTexter | None:
    url = settings.sms_url or ""
    if settings.sms_kind == "none":
        return None
    if settings.sms_kind == "webhook":
        token = settings.sms_token.get_secret_value() if settings.sms_token else ""
        return WebhookTexter(WebhookSettings(url=url, token=Secret(token)))
    password = settings.sms_password.get_secret_value() if settings.sms_password else ""
    return KannelTexter(
        SmsSettings(
            url=url,
            username=settings.sms_username or "",
            password=Secret(password),
            method="get" if settings.sms_kind == "kannel-get" else "post",
            sender=settings.sms_sender,
        )
    )
