"""The concrete adapters, made from the settings."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from gateway.channels import (
    ClamdScanner,
    KannelTexter,
    MailSettings,
    SmsSettings,
    SmtpMailer,
    WebhookSettings,
    WebhookTexter,
)
from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.timing import ReminderTiming
from gateway.domain.register import PasswordChannel
from gateway.domain.secret import Secret
from gateway.domain.users import SessionLimits
from gateway.inspection.process import InspectionLimits, ProcessInspector
from gateway.services.parts import Rules
from gateway.settings import Settings
from gateway.storage.database import PostgresDatabase
from gateway.storage.embedded import EmbeddedPostgres

_UPKEEP_TURNS = 4  # for checking the log, forwarding it, its witnesses, and for bounces


@dataclass(frozen=True, slots=True)
class Connected:
    """A database with its URL, and the embedded server if it is on one."""

    database: PostgresDatabase
    url: str
    embedded: EmbeddedPostgres | None


@contextlib.asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connected]:
    """The database: the server that is set, or the embedded one.

    Raises:
        InvalidInput: there is no data folder for an embedded one.
    """
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
    database = PostgresDatabase(url, turns=settings.worker_concurrency + _UPKEEP_TURNS)
    try:
        yield Connected(database, url, embedded)
    finally:
        await database.dispose()
        if embedded is not None:
            await asyncio.to_thread(embedded.stop)


def rules(settings: Settings) -> Rules:
    """The rules of use that the settings make."""
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
        log_patience=timedelta(seconds=settings.log_patience_seconds),
        reminders=ReminderTiming(
            soon_days=settings.request_soon_days,
            still_overdue_days=settings.request_still_overdue_days,
            at_hour=settings.request_reminder_hour,
            expire_after_days=settings.request_expire_days,
        ),
        code_life=timedelta(minutes=settings.answer_code_minutes),
        session_life=timedelta(minutes=settings.answer_session_minutes),
        mail_size_limit=settings.mail_size_limit,
        downloads_limit=settings.pick_up_downloads,
        refused_to_pick_up=settings.refused_mail == "pick-up",
        bounces_address=settings.bounces_address,
        sessions=SessionLimits(
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(hours=settings.session_hours),
        ),
        channels=frozenset(PasswordChannel)
        - (frozenset({PasswordChannel.TEXT}) if settings.sms_kind == "none" else frozenset()),
    )


def mailer(settings: Settings) -> SmtpMailer:
    """The mail channel."""
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


def inspector(settings: Settings) -> ProcessInspector:
    """What looks into documents, each in a process of its own."""
    return ProcessInspector(
        InspectionLimits(
            wall_seconds=settings.inspection_seconds,
            address_bytes=settings.inspection_memory_bytes,
            cpu_seconds=math.ceil(settings.inspection_seconds),
            document_bytes=settings.document_limit_bytes,
        ),
        at_once=settings.inspections_at_once,
    )


def scanner(settings: Settings) -> ClamdScanner | None:
    """The malware scanner, if one is to be asked."""
    if settings.scans == "off" or settings.clamd_address is None:
        return None
    return ClamdScanner(settings.clamd_address, seconds=settings.malware_scan_seconds)


def texter(settings: Settings) -> KannelTexter | WebhookTexter | None:
    """The text message channel, if one is set."""
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
