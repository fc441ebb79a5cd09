"""Taking a multipart upload: the label, then the file, streamed as it arrives.

The label comes first, so that everything else about a document is known, and can be refused, before
its first byte is stored. Source: RFC 7578.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import BodyPartReader, MultipartReader, web

from gateway.domain.errors import InvalidInput, LimitExceeded, UnsupportedMediaType
from gateway.domain.packs import Document, PackId
from gateway.services import uploads
from gateway.services.uploads import NewDocument
from gateway.web import strict_json
from gateway.web.bodies import JSON_TYPE, arriving, require_type, validated
from gateway.web.calls import Call
from gateway.web.models import UploadLabel
from gateway.web.problems import HttpFault, malformed
from gateway.web.settings import WebSettings

UPLOAD_TYPE = "multipart/form-data"
_CHUNK_BYTES = 256 * 1024
_AROUND_BYTES = 64 * 1024  # boundaries and headers of the parts
_ORDER = "Send two parts: first 'label' as application/json, then 'file' with a file name."


@dataclass(frozen=True, slots=True)
class Upload:
    """A request's parts, read one after the other."""

    reader: MultipartReader
    settings: WebSettings

    async def next(self) -> BodyPartReader | None:
        """The next part, or None after the last."""
        async with _reading(self.settings):
            part = await self.reader.next()
        if isinstance(part, MultipartReader):
            raise _out_of_order()
        return part

    async def chunks(self, part: BodyPartReader, *, last: bool) -> AsyncGenerator[bytes, None]:
        """The part's bytes; after the `last` part there must not be another."""
        while True:
            async with _reading(self.settings):
                chunk = await part.read_chunk(_CHUNK_BYTES)
            if not chunk and part.at_eof():
                break
            yield chunk
        if last and await self.next() is not None:
            raise _out_of_order()


def named(part: BodyPartReader) -> tuple[str, str | None]:
    """The names of a part: its field's, and its file's, which is None where it is no file.

    Raises:
        HttpFault: it has none, or one that cannot be read.
    """
    with _damage():
        return part.name or "", part.filename


async def receive(call: Call, pack: PackId, *, remove_unsafe: bool = False) -> Document:
    """Store the document in the request's body; what is unsafe in it can be removed first.

    Raises:
        LimitExceeded: larger than allowed; at once where its length was announced.
        UnsupportedMediaType: not multipart/form-data, or a part of the wrong type.
        InvalidInput: a part is missing, out of order or one too many, or the label is wrong.
        HttpFault: 400, it cannot be read; 408, it stopped arriving.
    """
    upload = open_upload(call.request, call.settings, call.settings.document_limit_bytes)
    label = await _label(upload)
    part = await upload.next()
    name = None if part is None else _name(part, "file")
    if part is None or not name:
        raise _out_of_order()
    _require_plain(part)
    new = NewDocument(name, label.to_domain(), label.title, remove_unsafe)
    async with aclosing(upload.chunks(part, last=True)) as chunks:
        return await uploads.add_document(call.parts, call.actor, pack, new, chunks)


def open_upload(request: web.Request, settings: WebSettings, limit: int) -> Upload:
    """The upload in a request's body, of at most `limit` bytes beside what is around them.

    Raises:
        LimitExceeded: it is announced to be larger.
        UnsupportedMediaType: it is not multipart/form-data. HttpFault: it cannot be read.
    """
    require_type(request, UPLOAD_TYPE)
    if (request.content_length or 0) > limit + settings.label_limit_bytes + _AROUND_BYTES:
        raise LimitExceeded(
            f"An upload may have at most {limit:,} bytes.",
            "Split it, or save it with smaller pictures.",
            field="file",
        )
    with _damage():
        return Upload(MultipartReader(request.headers, request.content), settings)


async def _label(upload: Upload) -> UploadLabel:
    part = await upload.next()
    if part is None or _name(part, "label") is None:
        raise _out_of_order()
    _require_plain(part)
    if part.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        raise UnsupportedMediaType(
            "The label is not JSON.", f"Give the part 'label' the type {JSON_TYPE}.", field="label"
        )
    limit, text = upload.settings.label_limit_bytes, bytearray()
    async with aclosing(upload.chunks(part, last=False)) as chunks:
        async for chunk in chunks:
            text += chunk
            if len(text) > limit:
                raise LimitExceeded(
                    f"A label may have at most {limit:,} bytes.", "Shorten it.", field="label"
                )
    return validated(strict_json.parse(bytes(text)), UploadLabel)


def _name(part: BodyPartReader, wanted: str) -> str | None:
    """The part's file name (empty without one) if the part is the `wanted` one, else None."""
    with _damage():
        return (part.filename or "") if part.name == wanted else None


def _require_plain(part: BodyPartReader) -> None:
    """Refuse transfer and content encodings, which RFC 7578 section 4.7 does away with."""
    transfer = part.headers.get("Content-Transfer-Encoding", "binary").lower()
    content = part.headers.get("Content-Encoding", "identity").lower()
    if transfer not in {"binary", "8bit", "7bit"} or content != "identity":
        raise UnsupportedMediaType("A part is encoded.", "Send its bytes as they are.")


@asynccontextmanager
async def _reading(settings: WebSettings) -> AsyncGenerator[None, None]:
    async with arriving(settings.body_idle_seconds):
        with _damage():
            yield


@contextmanager
def _damage() -> Iterator[None]:
    """Turn the multipart reader's complaints, which repeat what was sent, into a fault."""
    try:
        yield
    except (ValueError, RuntimeError, AssertionError, LookupError):
        raise _damaged() from None


def _damaged() -> HttpFault:
    return malformed("The multipart body cannot be read.", _ORDER)


def _out_of_order() -> InvalidInput:
    return InvalidInput("The parts of the upload are not the two that are taken.", _ORDER)
