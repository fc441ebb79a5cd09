"""Protocols on paper: saved as documents, and a filled document read back into a draft."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

from aiohttp import BodyPartReader, web

from gateway.domain.drafts import Content, DraftId, Section
from gateway.domain.errors import Conflict, InvalidInput, LimitExceeded, Problem
from gateway.services import draft_views
from gateway.services import protocol_documents as documents
from gateway.services.protocol_documents import LARGEST_BYTES, Form, Returned
from gateway.web.calls import Call
from gateway.web.pages.drafts import fields
from gateway.web.pages.drafts.guide import GUIDE
from gateway.web.pages.forms import CSRF_FIELD
from gateway.web.pages.register.looking import version_of
from gateway.web.pages.register.typed import FAULTS, SEEN, Shape, again
from gateway.web.pages.shell import page
from gateway.web.pages.visitors import require_csrf
from gateway.web.uploads import Upload, named, open_upload

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF: Final = "application/pdf"
_TYPES: Final = {"docx": DOCX, "pdf": PDF}
_SHAPE: Final = Shape(("file",))
_LONGEST_FIELD: Final = 1_000  # bytes of a part that is no file


async def save_draft_docx(call: Call) -> web.Response:
    """A draft as a Word document."""
    return await _draft_as(call, "docx")


async def save_draft_pdf(call: Call) -> web.Response:
    """A draft as a tagged PDF."""
    return await _draft_as(call, "pdf")


async def save_version_docx(call: Call) -> web.Response:
    """A version as a Word document."""
    return await _version_as(call, "docx")


async def save_version_pdf(call: Call) -> web.Response:
    """A version as a tagged PDF, for signing."""
    return await _version_as(call, "pdf")


async def show_reading(call: Call) -> web.Response:
    """The form by which a filled document is read into a draft."""
    return await _reading(call)


async def read_in(call: Call) -> web.Response:
    """What became of the document; or the form again, with what is wrong with it."""
    draft = DraftId(call.path["draft"])
    await draft_views.look_at_draft(call.parts, call.actor, draft)  # before anything is read
    try:
        returned = await _taken(call, draft)
    except (*FAULTS, LimitExceeded) as error:
        status, errors = await again(call, error, _SHAPE)
        return await _reading(call, status, errors)
    return await _reading(call, returned=returned)


async def _taken(call: Call, draft: DraftId) -> Returned:
    """Read the parts of the form: its fields first, then the file.

    Raises:
        InvalidInput: there is no file.
    """
    upload = open_upload(call.request, call.settings, LARGEST_BYTES)
    given: dict[str, str] = {}
    allowed = False
    while (part := await upload.next()) is not None:
        name, file_name = named(part)
        if file_name is None:
            given[name] = await _text(upload, part)
            if name == CSRF_FIELD:
                require_csrf(call.request, given[name])
                allowed = True
            continue
        if not allowed:
            require_csrf(call.request, "")
        if name != "file" or not file_name:
            break
        async with aclosing(upload.chunks(part, last=False)) as chunks:
            return await documents.read_into_draft(
                call.parts, call.actor, draft, file_name, chunks,
                seen=_number(given.get(SEEN, "")), replacing=given.get("replacing") == "yes",
                faults=faults_of_section,
            )  # fmt: skip
    raise InvalidInput("No file was chosen.", "Choose a Word document.", field="file")


def faults_of_section(content: Content, section: Section) -> Sequence[Problem]:
    """What is malformed in a section, by the very models that its page uses."""
    try:
        fields.change_of(fields.stored(content, section, 0), section)
    except InvalidInput as error:
        return error.problems or (Problem(section.value, error.message, error.remedy),)
    return ()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict("The form is too old to be used.", "Open the page again.")
    return int(text)


async def _text(upload: Upload, part: BodyPartReader) -> str:
    text = bytearray()
    async for chunk in upload.chunks(part, last=False):
        text += chunk
        if len(text) > _LONGEST_FIELD:
            raise LimitExceeded("A field of the form is too long.", "Use the form on the page.")
    return text.decode("utf-8", errors="replace").strip()


async def _reading(
    call: Call,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
    returned: Returned | None = None,
) -> web.Response:
    draft = DraftId(call.path["draft"])
    view = await draft_views.look_at_draft(call.parts, call.actor, draft)
    return page(
        call.request, "drafts/read.html", status=status, view=view, draft=view.draft, guide=GUIDE,
        errors=errors, returned=returned, megabytes=LARGEST_BYTES // 1024**2,
    )  # fmt: skip


async def _draft_as(call: Call, form: Form) -> web.Response:
    draft = DraftId(call.path["draft"])
    data = await documents.document_of_draft(call.parts, call.actor, draft, form)
    return _sent(data, "draft", form)


async def _version_as(call: Call, form: Form) -> web.Response:
    protocol, version = version_of(call)
    data = await documents.document_of_version(call.parts, call.actor, protocol, version, form)
    return _sent(data, f"protocol-version-{version}", form)


def _sent(data: bytes, name: str, form: Form) -> web.Response:
    return web.Response(
        body=data,
        content_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
