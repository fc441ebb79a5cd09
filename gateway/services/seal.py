"""Sealing: one encrypted archive for one recipient, made in a thread and kept in the vault."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER
from gateway.domain.errors import GatewayError, Tampered, Unavailable
from gateway.domain.packs import BlobId, Document
from gateway.domain.register import SealedForm
from gateway.domain.secret import Secret
from gateway.domain.transfers import Archive, ArchiveSealed, GivenUp, Queued, Transfer
from gateway.services import cases, letters, secrets
from gateway.services.auditing import brief
from gateway.services.cases import Situation
from gateway.services.moves import Move, locked, move
from gateway.services.parts import Parts
from gateway.services.ports import ArchiveMember, ContentsPage, Sealer

_COPY_BYTES = 1024 * 1024


async def seal_archive(parts: Parts, transfer: Transfer) -> None:
    """Seal what the recipient may have; the password is the one made with the transfer."""
    try:
        order = await _order(parts, transfer)
        blob = BlobId(parts.identifiers.new())
        archive, key = await asyncio.to_thread(_make_archive, parts, order, blob)
    except Unavailable:
        raise
    except GatewayError as error:
        await _give_up(parts, transfer, brief(error.message))
        return
    async with parts.database.work() as work:
        now = await locked(work, transfer.id)
        wanted = now is not None and isinstance(now.progress, Queued)
        if now is None or not wanted or now.documents != transfer.documents:
            # recalled, or narrowed by another worker that took this one for dead
            await work.jobs.destroy_blob(blob)
            return
        await work.keys.put(blob, key)
        detail: dict[str, JSON] = {
            "sha256": archive.sha256,
            "size_bytes": archive.size_bytes,
            "documents": list(now.documents),
            "form": order.form.value,
        }
        sealed = Move(ArchiveSealed(archive, order.form), Action.TRANSFER_SEALED, detail)
        await move(parts, work, WORKER, now, sealed)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be sealed, and how."""

    page: ContentsPage
    members: list[ArchiveMember]
    password: Secret
    form: SealedForm
    sealer: Sealer


async def _order(parts: Parts, transfer: Transfer) -> _Order:
    async with parts.database.work() as work:
        pack = await work.packs.get(transfer.pack, None)
        if pack is None:
            raise Tampered("The pack is gone.", "Make the pack again.")
        situation = await cases.gather(parts, work, pack, only=transfer.recipient)
        documents = tuple(d for d in situation.documents if d.id in transfer.documents)
        held = await secrets.load(parts, work, transfer.id)
        answer = secrets.answer_digest(parts, held.answer.reveal())
        linked = await work.links.by_digest(answer) is not None
        page = letters.contents_page(parts, situation, transfer, documents, held, linked=linked)
        members = []
        for name, document in letters.archive_members(documents):
            key = await work.keys.get(document.blob)
            if key is None:
                raise Tampered("A document of the pack is gone.", "Make the pack again.")
            members.append(
                ArchiveMember(
                    name,
                    document.encoding,
                    document.size_bytes,
                    document.stored_bytes,
                    _opener(parts, document, key),
                )
            )
    form, sealer = _sealer(parts, situation, transfer)
    return _Order(page, members, held.password, form, sealer)


def _sealer(parts: Parts, situation: Situation, transfer: Transfer) -> tuple[SealedForm, Sealer]:
    """How the recipient's agency wants its packs now, if that is allowed here; and who does it."""
    party = situation.party(transfer.recipient)
    wanted = party.agency.sealed_form if party else None
    if wanted is SealedForm.NATIVE_FILES and parts.native_sealer is not None:
        return wanted, parts.native_sealer
    return SealedForm.ENCRYPTED_ZIP, parts.sealer


def _opener(parts: Parts, document: Document, key: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: parts.vault.read(document.blob, key)


def _make_archive(parts: Parts, order: _Order, blob: BlobId) -> tuple[Archive, bytes]:
    """Seal into a nameless temporary file, which holds ciphertext only, then into the vault."""
    with tempfile.TemporaryFile(dir=parts.rules.scratch_directory) as out:
        # an archive's times have no zone; people expect their own
        made_at = parts.clock.now().astimezone(parts.rules.zone)
        order.sealer.seal(order.page, order.members, order.password, made_at, out)
        return _keep(parts, out, blob)


def _keep(parts: Parts, out: BinaryIO, blob: BlobId) -> tuple[Archive, bytes]:
    size, digest = 0, hashlib.sha256()
    out.seek(0)
    writer = parts.vault.create(blob)
    try:
        while chunk := out.read(_COPY_BYTES):
            size += len(chunk)
            digest.update(chunk)
            writer.write(chunk)
        key = writer.finish()
    except BaseException:
        writer.abandon()
        raise
    return Archive(blob, size, digest.hexdigest()), key


async def _give_up(parts: Parts, transfer: Transfer, reason: str) -> None:
    async with parts.database.work() as work:
        now = await locked(work, transfer.id)
        if now is not None and isinstance(now.progress, Queued):
            how = Move(
                GivenUp(reason), Action.TRANSFER_NOT_SEALED, {"reason": reason}, Outcome.FAILURE
            )
            await move(parts, work, WORKER, now, how)


def archive_chunks(
    parts: Parts, archive: Archive, key: bytes
) -> Callable[[], AsyncIterator[bytes]]:
    """Gives the sealed archive's bytes from the vault, decrypted in a thread, chunk by chunk."""

    async def chunks() -> AsyncIterator[bytes]:
        source = parts.vault.read(archive.blob, key)
        while chunk := await asyncio.to_thread(next, source, b""):
            yield chunk

    return chunks
