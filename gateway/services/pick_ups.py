"""Picking an archive up: a page, a code that travels with the password, downloads that are counted.

The page's address comes by mail, the code with the password on the other channel; nothing is given
out before both were released. The code opens the page once, for one browser, and for one transfer.
Every download is checked anew, recorded, and its entry signed before the first byte leaves.
"""

import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import Actor
from gateway.domain.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotSignedIn,
    Refused,
    TooManyRequests,
)
from gateway.domain.secret import Secret
from gateway.domain.transfers import (
    Archive,
    DownloadBegan,
    Mailed,
    PasswordSent,
    Route,
    Sealed,
    Transfer,
    TransferId,
)
from gateway.services import lockout, secrets
from gateway.services.auditing import about, record
from gateway.services.gate import Authorisation, pass_gate
from gateway.services.lockout import Tally
from gateway.services.moves import Move, locked, move
from gateway.services.parts import Parts
from gateway.services.pick_up_storage import PickUp
from gateway.services.recheck import still_allowed
from gateway.services.seal import archive_chunks
from gateway.services.storage import Work

WRONG_CODES = 5  # of one link, in one window
WINDOW = timedelta(minutes=30)
_REQUESTS_EACH = 40  # resumed ones for each download that is allowed, so that the log stays short
_SESSION = "pick-up session"


@dataclass(frozen=True, slots=True)
class PickUpView:
    """What the page shows.

    Attributes:
        ready: whether code and password were released.
        opened: whether the code was used; `own`: by this browser.
        archive, until, left: what can be downloaded, until when and how often; None and 0 unless
            it is this browser's.
    """

    transfer: TransferId
    reference: str
    agency: str
    ready: bool
    opened: bool
    own: bool
    archive: Archive | None = None
    until: datetime | None = None
    left: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """What the code was exchanged for: a session for this transfer alone, and its end."""

    session: Secret
    transfer: TransferId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of an archive, the first and the last of them counted from 0."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


async def look_at(
    parts: Parts, token: str, session: Callable[[TransferId], Secret | None]
) -> PickUpView:
    """What a page leads to; looking changes nothing, so scanners may.

    `session` gives what the browser keeps for a transfer.

    Raises:
        NotFound: no such page, or what it was for has ended.
    """
    async with parts.database.work() as work:
        transfer, way = await _find(parts, work, token)
        agency = await work.register.agency(transfer.agency)
    sent = transfer.progress
    view = PickUpView(
        transfer.id,
        transfer.reference,
        agency.name if agency else transfer.agency,
        ready=isinstance(sent, PasswordSent),
        opened=way.session_digest is not None,
        own=_is_own(parts, way, session(transfer.id)),
    )
    if not view.own or not isinstance(sent, PasswordSent):
        return view
    left = max(parts.rules.downloads_limit - way.begun, 0)
    return replace(view, archive=sent.archive, until=_ends(parts, sent), left=left)


async def open_with_code(parts: Parts, actor: Actor, token: str, typed: str) -> Opened:
    """Exchange the code for a session, once.

    Raises:
        NotFound: no such page, or what it was for has ended.
        Conflict: the code was used, or not sent yet.
        TooManyRequests: too many wrong codes were tried; wait. InvalidInput: the code is wrong.
    """
    async with parts.database.work() as work:
        transfer, way = await _find(parts, work, token, lock=True)
        _require_ready(transfer, way)
        tally = _tally(parts, transfer.id)
        try:
            await lockout.take(parts, work, [tally])
        except TooManyRequests as error:
            raise TooManyRequests(
                "Too many wrong codes were tried for this pack.",
                "Wait half an hour, then type the code as it stands beside the password.",
                retry_after_seconds=error.retry_after_seconds,
            ) from error
    session = parts.identifiers.token()
    async with parts.database.work() as work:
        transfer, way = await _find(parts, work, token, lock=True)
        sent = _require_ready(transfer, way)
        if hmac.compare_digest(secrets.pick_up_code_digest(parts, typed), way.code_digest):
            await lockout.settle(work, [tally])
            digest = _session_digest(parts, session)
            await work.pick_ups.update(replace(way, session_digest=digest))
            action, subject = Action.TRANSFER_PICK_UP_OPENED, about(parts, transfer)
            await record(parts, work, actor, action, subject, agency=transfer.agency)
            return Opened(session, transfer.id, _ends(parts, sent))
        await record(
            parts,
            work,
            actor,
            Action.TRANSFER_PICK_UP_REJECTED,
            about(parts, transfer),
            outcome=Outcome.FAILURE,
            agency=transfer.agency,
        )
    raise InvalidInput(
        "The code is not right.", "Type it as it stands beside the password.", field="code"
    )


async def archive_of(
    parts: Parts, token: str, session: Callable[[TransferId], Secret | None]
) -> tuple[Transfer, Archive]:
    """The transfer and the archive that this browser may download.

    Raises:
        NotFound: no such page, or what it was for has ended, or its code was not released.
        NotSignedIn: this browser has not opened it.
    """
    async with parts.database.work() as work:
        transfer, _, archive = await _own_archive(parts, work, token, session)
        return transfer, archive


async def begin_download(
    parts: Parts,
    actor: Actor,
    token: str,
    session: Callable[[TransferId], Secret | None],
    span: Span,
) -> AsyncIterator[bytes]:
    """The bytes of a span of the archive, once everything was checked, recorded and signed.

    Give back with `give_back` what of it was not sent.

    Raises:
        NotFound, NotSignedIn: as for `archive_of`. Conflict: it was downloaded too often.
        Refused: the recipient may no longer have it. Unavailable: the log cannot be signed now.
    """
    uid = parts.identifiers.new()
    async with parts.database.work() as work:
        transfer, way, archive = await _own_archive(parts, work, token, session, lock=True)
        counted = _counted(parts, way, archive, span)
        key = await work.keys.get(archive.blob)
        allowed = await still_allowed(parts, work, transfer)
        if allowed and key is not None:
            await work.pick_ups.update(counted)
            began = Move(
                DownloadBegan(),
                Action.TRANSFER_DOWNLOADED,
                _detail(archive, span, counted),
                uid=uid,
            )
            await move(parts, work, actor, transfer, began)
    if not allowed:
        raise Refused(
            "This pack can no longer be given to you.",
            "Ask the agency that sent it for the reason.",
        )
    if key is None:
        raise _gone()
    authorised = Authorisation(uid, transfer.id, Action.TRANSFER_DOWNLOADED, archive.sha256)
    await pass_gate(parts, authorised)
    return _cut(archive_chunks(parts, archive, key)(), span)


async def give_back(parts: Parts, transfer: TransferId, unsent_bytes: int) -> None:
    """Count bytes no more that were to be given out and were not."""
    async with parts.database.work() as work:
        way = await work.pick_ups.get(transfer, lock=True)
        if way is not None:
            left = max(way.given_bytes - unsent_bytes, 0)
            await work.pick_ups.update(replace(way, given_bytes=left))


async def _find(
    parts: Parts, work: Work, token: str, *, lock: bool = False
) -> tuple[Transfer, PickUp]:
    """The transfer a page is for, and the way to its archive, if it has not ended."""
    found = await work.pick_ups.of_link(secrets.pick_up_link_digest(parts, token))
    if found is None or parts.rules.link_base is None:
        raise _gone()
    transfer = await (locked(work, found) if lock else work.transfers.get(found, None))
    way = await work.pick_ups.get(found, lock=lock)
    if transfer is None or way is None or transfer.route is not Route.PICK_UP:
        raise _gone()
    match transfer.progress:
        case Sealed() | Mailed():
            return transfer, way
        case PasswordSent() as sent if parts.clock.now() < _ends(parts, sent):
            return transfer, way
        case _:
            raise _gone()


async def _own_archive(
    parts: Parts,
    work: Work,
    token: str,
    session: Callable[[TransferId], Secret | None],
    *,
    lock: bool = False,
) -> tuple[Transfer, PickUp, Archive]:
    transfer, way = await _find(parts, work, token, lock=lock)
    if not _is_own(parts, way, session(transfer.id)):
        raise NotSignedIn("This browser has not opened the pack.", "Type its code on its page.")
    if not isinstance(transfer.progress, PasswordSent) or transfer.progress.archive is None:
        raise _gone()
    return transfer, way, transfer.progress.archive


def _counted(parts: Parts, way: PickUp, archive: Archive, span: Span) -> PickUp:
    """The counts with this download among them."""
    limit = parts.rules.downloads_limit
    counted = replace(
        way,
        begun=way.begun + (span.first == 0),
        requests=way.requests + 1,
        given_bytes=way.given_bytes + span.length,
    )
    if (
        counted.begun > limit
        or counted.requests > limit * _REQUESTS_EACH
        or counted.given_bytes > limit * archive.size_bytes
    ):
        raise Conflict(
            "This pack was downloaded as often as it may be.",
            "Ask the agency that sent it to send it again.",
        )
    return counted


def _detail(archive: Archive, span: Span, counted: PickUp) -> dict[str, JSON]:
    return {
        "sha256": archive.sha256,
        "first": span.first,
        "last": span.last,
        "bytes": span.length,
        "size_bytes": archive.size_bytes,
        "begun": counted.begun,
    }


async def _cut(chunks: AsyncIterator[bytes], span: Span) -> AsyncIterator[bytes]:
    """The bytes of `span` among those of `chunks`."""
    at = 0
    async for chunk in chunks:
        if piece := chunk[max(span.first - at, 0) : span.last + 1 - at]:
            yield piece
        at += len(chunk)
        if at > span.last + 1:  # at its very end, the iteration is to end too: then all counts
            return


def _require_ready(transfer: Transfer, way: PickUp) -> PasswordSent:
    if way.session_digest is not None:
        raise Conflict(
            "The code of this pack was used already; it works once.",
            "Go on in the browser it was used in, or ask the agency that sent the pack.",
        )
    if not isinstance(transfer.progress, PasswordSent):
        raise Conflict(
            "The code for this pack has not been sent yet.", "Come back once it has reached you."
        )
    return transfer.progress


def _is_own(parts: Parts, way: PickUp, session: Secret | None) -> bool:
    if session is None or way.session_digest is None:
        return False
    return hmac.compare_digest(_session_digest(parts, session), way.session_digest)


def _ends(parts: Parts, sent: PasswordSent) -> datetime:
    return sent.sent_at + parts.rules.timing.acknowledge_within


def _tally(parts: Parts, transfer: TransferId) -> Tally:
    key = parts.vault.digest("wrong pick-up codes", transfer)
    return Tally(key, WRONG_CODES, WINDOW, own=True)


def _session_digest(parts: Parts, session: Secret) -> bytes:
    return parts.vault.digest(_SESSION, session.reveal())


def _gone() -> NotFound:
    return NotFound(
        "This page leads nowhere, or the pack is no longer to be picked up.",
        "Ask the agency that sent you the notice.",
    )
