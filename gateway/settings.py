"""Settings: read once from `GATEWAY_*` and the data directory's `gateway.toml`, then passed in.

The environment wins over the file. A key the gateway does not know is an error, so that a slip of
the pen cannot silently leave a default in force. `Field` descriptions are the reference.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from gateway.domain.addresses import canonical_address, canonical_domain, domain_of
from gateway.domain.classification import Classification
from gateway.domain.decisions import Limits
from gateway.domain.errors import GatewayError, InvalidInput, Problem
from gateway.domain.transfers import Timing

PREFIX = "GATEWAY_"
FILE_NAME = "gateway.toml"
_LONGEST_BOUNCES = 10  # with the tag behind it the local part keeps to 64 (RFC 5321, 4.5.3.1.1)
_PACKAGE = Path(__file__).resolve().parent


def _policies() -> Path:
    """Where the policies are: inside an installed package, or beside it in a checkout."""
    inside = _PACKAGE / "policies"
    return inside if inside.is_dir() else _PACKAGE.parent / "policies"


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not a time zone; use one such as Pacific/Auckland") from error
    return text


def _address(text: str) -> str:
    try:
        return canonical_address(text)
    except GatewayError as error:
        raise ValueError(error.message) from error


def _bounces(text: str) -> str:
    address = _address(text)
    local = address.partition("@")[0]
    if "+" in local or len(local) > _LONGEST_BOUNCES:
        raise ValueError(
            f"must have at most {_LONGEST_BOUNCES} characters and no plus sign before the @"
        )
    return address


def _level(text: str) -> str:
    try:
        return Classification.parse(text).value
    except GatewayError as error:
        raise ValueError(error.remedy) from error


def _base(text: str) -> str:
    try:
        parts = urlsplit(text)
        here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme not in ({"http", "https"} if here else {"https"}):
            raise ValueError("must begin with https:// (or be on this machine)")
        if not here:
            canonical_domain(parts.hostname or "")
        _ = parts.port
    except GatewayError as error:
        raise ValueError(error.message) from error
    if parts.query or parts.fragment or parts.username or not text.isascii() or " " in text:
        raise ValueError("must be an address without user name, query and fragment")
    return text.rstrip("/")


def _clamd(text: str) -> str:
    if text.startswith("/"):
        return text
    host, colon, port = text.rpartition(":")
    if host not in {"127.0.0.1", "[::1]", "localhost"}:  # documents go there unencrypted
        raise ValueError("must be the path of a socket, or host:port on this machine")
    if not colon or not port.isdecimal() or not 0 < int(port) <= 65535:
        raise ValueError("must end with the number of a port")
    return text


def _witness(text: str) -> str:
    url, blank, key = text.partition(" ")
    if not blank or key.count("+") < 2 or " " in key:
        raise ValueError("must be an address, a blank and the witness's verifier key")
    return f"{_base(url)} {key}"


Seconds = Annotated[float, Field(ge=0, le=366 * 86400, allow_inf_nan=False)]
Bytes = Annotated[int, Field(ge=1, le=2**40)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Everything an operator can set; see each field's description."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=False
    )

    data_dir: Path = Field(description="folder of database, vault and keys")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL server; the embedded one when not set"
    )
    policies_dir: Path = Field(default_factory=_policies, description="folder of the policies")
    master_key_file: Path | None = Field(
        None, description="file of the master key; keys/master.key in the data folder when not set"
    )
    log_key_file: Path | None = Field(
        None,
        description="file of the log's signing key; keys/log.key in the data folder when not set",
    )
    log_key: SecretStr | None = Field(
        None, description="the log's signing key itself, in place of a file; base64 of 32 bytes"
    )
    log_key_fd: int | None = Field(
        None, ge=0, le=65535, description="open file descriptor to read that key from instead"
    )
    log_origin: str = Field(
        "gateway.invalid/transfer-log",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]{2,99}$",
        description="name of the log in its checkpoints; begin with a domain of yours",
    )
    log_patience_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        10, description="how long what is to leave waits for the log to be signed"
    )
    log_check_every_seconds: Annotated[float, Field(ge=0.1, le=86400)] = Field(
        5, description="how often 256 entries of the stored log are checked again, in turn"
    )
    log_witnesses: tuple[Annotated[str, AfterValidator(_witness)], ...] = Field(
        (), max_length=20, description="witnesses that cosign checkpoints, each as 'URL KEY'"
    )
    log_stampers: tuple[Annotated[str, AfterValidator(_base)], ...] = Field(
        (), max_length=20, description="addresses of time-stamping services (RFC 3161)"
    )
    log_stamper_roots_file: Path | None = Field(
        None, description="certificates that time stamps must lead to"
    )
    log_stamp_every_seconds: Seconds = Field(
        86400, description="least time between two stamps of one service"
    )
    log_outside_ca_file: Path | None = Field(
        None, description="certificates to trust for witnesses and time-stamping services"
    )
    log_endorse_every_seconds: Annotated[float, Field(ge=0.1, le=86400)] = Field(
        60, description="how often the newest checkpoint is given to them if it is due"
    )
    log_outside_patience_seconds: Seconds = Field(
        3600, description="how long one of them may be out of reach before that is an alarm"
    )
    syslog_host: str | None = Field(
        None, description="receiver of the log by syslog (RFC 5424); not set: none"
    )
    syslog_port: Port = Field(6514, description="its port")
    syslog_security: Literal["tls", "none"] = Field(
        "tls", description="none is allowed on this machine only"
    )
    syslog_ca_file: Path | None = Field(None, description="certificates to trust for it")
    syslog_certificate_file: Path | None = Field(
        None, description="this gateway's own certificate for it"
    )
    syslog_key_file: Path | None = Field(None, description="the key of that certificate")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Pacific/Auckland", description="the zone whose days the register's dates mean"
    )

    listen_host: str = Field("127.0.0.1", description="address the service listens on")
    listen_port: Port = Field(8080, description="port the service listens on")
    link_base: Annotated[str, AfterValidator(_base)] | None = Field(
        None, description="public address for one-time links in mail; not set: no links"
    )
    requests_per_minute: int = Field(300, ge=1, description="limit for one token or address")
    trust_proxy: bool = Field(
        default=False, description="take the caller's address from the proxy's X-Forwarded-For"
    )
    openid_file: Path | None = Field(
        None, description="file of agencies' identity providers (OpenID Connect)"
    )

    mail_host: str = Field("127.0.0.1", description="mail relay")
    mail_port: Port = Field(587, description="mail relay's port")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="none is allowed on this machine only"
    )
    mail_username: str | None = Field(None, description="for SMTP AUTH")
    mail_password: SecretStr | None = Field(None, description="for SMTP AUTH")
    mail_ca_file: Path | None = Field(None, description="certificates to trust for the relay")
    mail_from: Annotated[str, AfterValidator(_address)] = Field(
        "gateway@gateway.invalid", description="sender address; bounces go there"
    )
    mail_from_name: str = Field(
        "Information sharing gateway", max_length=100, description="sender's name in mail"
    )
    mail_marking_header: str = Field(
        "X-Protective-Marking",
        pattern=r"^X-[A-Za-z0-9-]{1,60}$",
        description="header that carries the protective marking",
    )
    mail_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        60, description="longest wait for one answer of the relay"
    )

    sms_kind: Literal["none", "kannel", "kannel-get", "webhook"] = Field(
        "none", description="how text messages are sent"
    )
    sms_url: str | None = Field(None, description="address of the text message gateway")
    sms_username: str | None = Field(None, description="user name at the gateway (kannel)")
    sms_password: SecretStr | None = Field(None, description="password at the gateway (kannel)")
    sms_token: SecretStr | None = Field(None, description="bearer token of the webhook")
    sms_sender: str | None = Field(None, description="sender number or name, where it can be set")

    recall_window_seconds: Seconds = Field(
        600, description="from the relay's acceptance of a pack to the release of its password"
    )
    give_up_after_seconds: Seconds = Field(86400, description="how long one step is retried")
    acknowledge_within_seconds: Seconds = Field(14 * 86400, description="then it expires")
    first_retry_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        15, description="pause after the first failed attempt; doubles each time"
    )
    longest_retry_seconds: Annotated[float, Field(gt=0, le=86400)] = Field(
        1800, description="longest pause between attempts"
    )

    request_soon_days: int = Field(
        2, ge=0, le=60, description="working days before its due date that a holder is reminded"
    )
    request_still_overdue_days: int = Field(
        5, ge=2, le=250, description="working days after it that the requester is told once more"
    )
    request_expire_days: int = Field(
        20, ge=3, le=250, description="working days after it that an unanswered request expires"
    )
    request_reminder_hour: int = Field(9, ge=0, le=23, description="hour of day of reminders")
    answer_code_minutes: int = Field(
        10, ge=1, le=60, description="how long the code texted for a one-time link counts"
    )
    answer_session_minutes: int = Field(
        480, ge=5, le=1440, description="how long an opened one-time link can be used"
    )

    session_idle_minutes: int = Field(
        30, ge=1, le=720, description="how long whoever signed in to the pages may do nothing"
    )
    session_hours: int = Field(12, ge=1, le=24, description="how long they stay signed in at most")

    mail_ceiling: Annotated[str, AfterValidator(_level)] = Field(
        "IN-CONFIDENCE", description="highest classification that mail may carry"
    )
    accreditation: Annotated[str, AfterValidator(_level)] = Field(
        "IN-CONFIDENCE", description="highest classification this gateway is accredited for"
    )
    review_grace_days: int = Field(30, ge=0, le=366, description="after a protocol's review date")

    mail_size_limit: Bytes | None = Field(
        None,
        description="largest mail in bytes that goes to the relay; a larger pack is picked up",
    )
    pick_up_downloads: int = Field(
        5, ge=1, le=100, description="how often an archive that is picked up can be downloaded"
    )
    refused_mail: Literal["pick-up", "failed"] = Field(
        "pick-up",
        description="what becomes of a pack whose mail is refused for its attachment or size: it "
        "can be picked up where that is possible, or has failed",
    )
    bounces_address: Annotated[str, AfterValidator(_bounces)] | None = Field(
        None,
        description="address to which mail that cannot be delivered comes back, such as "
        "bounces@gateway.example; each mail adds its own tag to it behind a plus sign",
    )
    bounces_maildir: Path | None = Field(
        None, description="Maildir into which your mail server delivers what comes to that address"
    )
    bounces_every_seconds: Annotated[float, Field(ge=0.1, le=3600)] = Field(
        5, description="how often the worker looks into it"
    )

    document_limit_bytes: Bytes = Field(250 * 1024 * 1024, description="largest document")
    pack_limit_bytes: Bytes = Field(500 * 1024 * 1024, description="largest pack in all")
    documents_limit: int = Field(200, ge=1, le=999, description="most documents in a pack")
    inspection_seconds: Annotated[float, Field(ge=1, le=3600)] = Field(
        60, description="longest that looking into one document may take"
    )
    inspection_memory_bytes: Annotated[int, Field(ge=512 * 1024**2, le=2**40)] = Field(
        2 * 1024**3, description="most memory that looking into one document may take"
    )
    inspections_at_once: int = Field(2, ge=1, le=64, description="documents looked into at a time")
    malware_scan: Literal["required", "optional", "off"] | None = Field(
        None,
        description="whether only scanned documents are taken in and sent; required when not set "
        "and there is a clamd_address, else off",
    )
    clamd_address: Annotated[str, AfterValidator(_clamd)] | None = Field(
        None, description="ClamAV's clamd on this machine: path of its socket, or host:port"
    )
    malware_scan_seconds: Annotated[float, Field(ge=1, le=3600)] = Field(
        120, description="longest wait for one answer of clamd"
    )
    native_files: Literal["allowed", "off"] = Field(
        "allowed",
        description="whether agencies that want it get PDF and Office files that ask for the "
        "password themselves, or encrypted zips only",
    )

    worker_concurrency: int = Field(2, ge=1, le=64, description="transfers worked on at a time")
    heartbeat_seconds: Annotated[float, Field(ge=0.1, le=60)] = Field(
        5, description="how often a worker says that it is alive"
    )
    takeover_seconds: Annotated[float, Field(ge=0.5, le=600)] = Field(
        20, description="silence after which a worker's transfers are taken over"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="how much the service writes to standard error, as JSON lines"
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        if Classification(self.mail_ceiling).rank > Classification.IN_CONFIDENCE.rank:
            raise ValueError("mail_ceiling: mail carries at most IN-CONFIDENCE")
        if self.sms_kind != "none" and not self.sms_url:
            raise ValueError("sms_url: is needed with this sms_kind")
        if self.takeover_seconds < 2 * self.heartbeat_seconds:
            raise ValueError("takeover_seconds: must be at least twice heartbeat_seconds")
        if self.scans != "off" and self.clamd_address is None:
            raise ValueError("clamd_address: is needed with this malware_scan")
        if [self.log_key_file, self.log_key, self.log_key_fd].count(None) < 2:
            raise ValueError("log_key: set only one of log_key, log_key_fd and log_key_file")
        if self.log_stampers and self.log_stamper_roots_file is None:
            raise ValueError("log_stamper_roots_file: is needed with log_stampers")
        if (self.mail_username is None) != (self.mail_password is None):
            raise ValueError("mail_username: set both mail_username and mail_password, or neither")
        if self.bounces_maildir is not None and self.bounces_address is None:
            raise ValueError("bounces_address: is needed with bounces_maildir")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file in the data folder."""
        data_dir = init_settings().get("data_dir")
        file = Path(data_dir) / FILE_NAME if data_dir else None
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=file),
        )

    @property
    def limits(self) -> Limits:
        """What the rules need of the settings."""
        return Limits(
            Classification(self.mail_ceiling),
            Classification(self.accreditation),
            self.review_grace_days,
            scan_required=self.scans == "required",
            pick_up=self.link_base is not None,
        )

    @property
    def scans(self) -> Literal["required", "optional", "off"]:
        """Whether documents are scanned for malware."""
        if self.malware_scan is None:
            return "off" if self.clamd_address is None else "required"
        return self.malware_scan

    @property
    def timing(self) -> Timing:
        """What the state machine needs of the settings."""
        return Timing(
            recall_window=timedelta(seconds=self.recall_window_seconds),
            give_up_after=timedelta(seconds=self.give_up_after_seconds),
            acknowledge_within=timedelta(seconds=self.acknowledge_within_seconds),
            first_retry=timedelta(seconds=self.first_retry_seconds),
            longest_retry=timedelta(seconds=self.longest_retry_seconds),
        )

    @property
    def key_file(self) -> Path:
        """Where the master key is."""
        return self.master_key_file or self.data_dir / "keys" / "master.key"

    @property
    def log_key_path(self) -> Path:
        """Where the log's signing key is, unless it is given otherwise."""
        return self.log_key_file or self.data_dir / "keys" / "log.key"

    @property
    def message_domain(self) -> str:
        """The right-hand side of Message-IDs."""
        return domain_of(self.mail_from)


def load(environ: dict[str, str], data_dir: Path | None = None) -> Settings:
    """The settings from `environ` and from the file in the data folder.

    Raises:
        InvalidInput: a setting is wrong or unknown; every fault is named, no value is repeated.
    """
    folder = data_dir or Path(environ.get(f"{PREFIX}DATA_DIR") or _default_data_dir(environ))
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    # GATEWAY_SHARED is read by the tests alone
    ours = {name for name in environ if name.upper().startswith(PREFIX)}
    unknown = {n for n in ours if n.upper() not in known | {f"{PREFIX}SHARED"}}
    if (folder / FILE_NAME).exists() and not (folder / FILE_NAME).is_file():
        raise InvalidInput(f"{folder / FILE_NAME} is not a file.", "Make it one, or remove it.")
    if unknown:
        raise InvalidInput(
            f"Unknown settings: {', '.join(sorted(unknown))}.",
            "Remove them, or see the list of settings in README.md.",
        )
    try:
        return Settings(data_dir=folder.expanduser().absolute())
    except SettingsError as error:
        raise InvalidInput(
            f"{_unreadable(environ, folder)} cannot be read.",
            'In the environment a list is written as JSON, for example \'["one", "two"]\'.',
        ) from error
    except ValidationError as error:
        raise InvalidInput(
            "The settings are not usable.",
            f"Mend them in the environment ({PREFIX}...) or in {folder / FILE_NAME}.",
            problems=tuple(_problem(fault) for fault in error.errors(include_input=False)),
        ) from None
    except ValueError as error:  # the file is not TOML
        raise InvalidInput(
            f"{folder / FILE_NAME} is not TOML: {error}.", "Mend the file."
        ) from None


def _problem(fault: Any) -> Problem:
    said = str(fault["msg"]).removeprefix("Value error, ")
    where = ".".join(str(part) for part in fault["loc"]) or said.partition(":")[0]
    return Problem(where, said.removeprefix(f"{where}: "))


def _unreadable(environ: dict[str, str], folder: Path) -> str:
    """The variable of the environment that should hold JSON and does not."""
    for name, text in environ.items():
        field = Settings.model_fields.get(name.upper().removeprefix(PREFIX).lower())
        if field is not None and get_origin(field.annotation) is tuple:
            try:
                json.loads(text)
            except ValueError:
                return name
    return str(folder / FILE_NAME)


def _default_data_dir(environ: dict[str, str]) -> str:
    home = environ.get("XDG_DATA_HOME") or f"{environ.get('HOME', '.')}/.local/share"
    return f"{home}/gateway"
