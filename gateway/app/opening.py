"""Opening the gateway: everything joined, the database connected."""

import asyncio
import contextlib
import platform
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.metadata import version

from gateway.app.adapters import Connected, connected, inspector, mailer, rules, scanner, texter
from gateway.app.keys import digest_key, establish_keys, establish_log_key, signing
from gateway.app.providers import load_providers
from gateway.audit.entries import Origin
from gateway.calendars import HolidayCalendar
from gateway.documents import ContentsForm, ProtocolForm, Typesetter
from gateway.domain.errors import InvalidInput
from gateway.policy import CedarJudge, load_bundle
from gateway.sealing import EffPassphrases, NativeSealer, ZipSealer
from gateway.services.parts import Parts
from gateway.services.sequencing import Sequencer
from gateway.settings import Settings
from gateway.storage.checkpoint_file import CheckpointFile
from gateway.storage.migrations import is_current, upgrade
from gateway.storage.vault import FileVault, load_master_key
from gateway.system import RandomIdentifiers, SystemClock, jitter


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway with everything joined and its database open."""

    parts: Parts
    settings: Settings
    at: Connected
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
    async with connected(settings) as at:
        if not await is_current(at.url):
            raise InvalidInput(
                "The database is not at this version.", "Run 'gateway init' once; it upgrades."
            )
        pseudonyms_key = await digest_key(settings, at.database, master_key)
        signed_with = signing(settings)
        signed_with()  # a key that cannot be read is better said now
        texts = texter(settings)
        vault = FileVault(settings.data_dir / "vault", master_key, pseudonyms_key)
        clock = SystemClock()
        parts = Parts(
            database=at.database,
            vault=vault,
            judge=judge,
            sealer=ZipSealer(),
            typesetter=Typesetter(settings.policies_dir / "templates"),
            protocol_setter=ProtocolForm(),
            inspector=inspector(settings),
            scanner=scanner(settings),
            calendar=HolidayCalendar(),
            passphrases=EffPassphrases(),
            identifiers=RandomIdentifiers(clock),
            clock=clock,
            mailer=mailer(settings),
            texter=texts,
            jitter=jitter,
            origin=Origin(platform.node(), version("gateway")),
            sequencer=Sequencer.over(
                at.database,
                signed_with,
                clock,
                CheckpointFile(settings.data_dir / "log" / "checkpoint"),
            ),
            rules=rules(settings),
            providers=load_providers(settings.openid_file, clock),
            native_sealer=_native_sealer(settings),
        )
        try:
            yield Gateway(parts, settings, at, vault)
        finally:
            if texts is not None:
                await texts.close()


def _native_sealer(settings: Settings) -> NativeSealer | None:
    """What seals packs in native form, where that is allowed."""
    if settings.native_files == "off":
        return None
    return NativeSealer(ContentsForm(), str(settings.data_dir / "scratch"))


async def initialise(settings: Settings, say: Callable[[str], None]) -> None:
    """Make what is missing in the data folder, and bring the database to this version.

    What is there already is kept, so that running it again harms nothing.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for folder in ("keys", "log", "scratch"):
        (settings.data_dir / folder).mkdir(mode=0o700, exist_ok=True)
    load_bundle(settings.policies_dir)
    async with connected(settings) as at:
        await upgrade(at.url)
        say("The database is at this version.")
        await establish_keys(settings, at.database, say)
        await establish_log_key(settings, at.database, say)
    FileVault.establish(settings.data_dir / "vault")
