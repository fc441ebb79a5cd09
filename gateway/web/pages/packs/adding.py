"""Taking documents in from a form: several files at once, or one at a time by the page's script."""

from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import BodyPartReader, web

from gateway.domain.errors import GatewayError, InvalidInput, LimitExceeded, Problem
from gateway.services import labelling, packs
from gateway.web.calls import Call
from gateway.web.pages.forms import CSRF_FIELD, CSRF_HEADER
from gateway.web.pages.packs.bench import pack_page
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import go
from gateway.web.pages.visitors import require_csrf
from gateway.web.uploads import Upload, named, open_upload

_LONGEST_FIELD = 1_000  # bytes of a part that is no file


async def add_documents(call: Call) -> web.Response:
    """On to the pack with its new documents; or its page, with what was not taken, file by file.

    To the page's script, which sends each file alone, the answer is a bare status or the error.
    """
    await packs.get_pack(call.parts, call.actor, call.pack)  # before anything is read
    taking = _Taking(call, scripted=bool(call.request.headers.get(CSRF_HEADER)))
    try:
        await taking.take_all()
    except (InvalidInput, LimitExceeded) as error:
        if taking.scripted:
            raise
        await taking.note(error)
    if taking.scripted:
        return web.Response(status=HTTPStatus.CREATED)
    if taking.faults:
        view = await labelling.look_at_pack(call.parts, call.actor, call.pack)
        return await pack_page(call, view, status=taking.status, errors=tuple(taking.faults))
    return go(f"/packs/{call.pack}", said="added")


@dataclass
class _Taking:
    """The parts of one form, taken one after the other."""

    call: Call
    scripted: bool
    added: int = 0
    remove: bool = False
    status: int = 200
    faults: list[Problem] = field(default_factory=list)

    async def take_all(self) -> None:
        """Take every file; what is wrong with one is noted, and the next one is taken.

        Raises:
            InvalidInput: no file was chosen.
            LimitExceeded: there is no room for more; what follows is not read.
            Forbidden: the form is not one of this session's.
        """
        call, settings = self.call, self.call.settings
        allowed = self.scripted  # by the header, which was looked at before
        several = call.parts.rules.pack_limit_bytes
        limit = settings.document_limit_bytes if self.scripted else several
        upload = open_upload(call.request, settings, limit)
        while (part := await upload.next()) is not None:
            name, file_name = named(part)
            if name == CSRF_FIELD and file_name is None:
                require_csrf(call.request, await _text(upload, part))
                allowed = True
                continue
            if not allowed:
                require_csrf(call.request, "")
            if name == "remove" and file_name is None:
                self.remove = await _text(upload, part) == "yes"
                continue
            if name == "file" and file_name:
                await self._take(upload, part, file_name)
            else:
                await _skip(upload, part)
        if not self.added and not self.faults:
            raise InvalidInput("No file was chosen.", "Choose one or more files.", field="file")

    async def _take(self, upload: Upload, part: BodyPartReader, name: str) -> None:
        call = self.call
        try:
            async with aclosing(upload.chunks(part, last=False)) as chunks:
                await labelling.add_guessed(
                    call.parts, call.actor, call.pack, name, chunks, remove_unsafe=self.remove
                )
            self.added += 1
        except InvalidInput as error:
            if self.scripted:
                raise
            await self.note(error, name)
            await _skip(upload, part)
        except LimitExceeded as error:
            said = f"{_short(name)}: {error.message}" if not self.scripted else error.message
            raise LimitExceeded(said, error.remedy, field="file") from error

    async def note(self, error: GatewayError, name: str = "") -> None:
        """Note what is wrong, for the page."""
        self.status, found = await refused(self.call, error)
        before = f"{_short(name)}: " if name else ""
        self.faults += [Problem("file", before + each.message, each.remedy) for each in found]


async def _text(upload: Upload, part: BodyPartReader) -> str:
    text = bytearray()
    async for chunk in upload.chunks(part, last=False):
        text += chunk
        if len(text) > _LONGEST_FIELD:
            raise LimitExceeded("A field of the form is too long.", "Use the form on the page.")
    return text.decode("ascii", errors="replace").strip()


async def _skip(upload: Upload, part: BodyPartReader) -> None:
    if not part.at_eof():
        async for _ in upload.chunks(part, last=False):
            pass


def _short(name: str) -> str:
    """A file's name as a page can show it, whatever is in it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name[:100])
