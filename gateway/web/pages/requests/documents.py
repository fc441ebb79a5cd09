"""The documents of an answer: added with a label, checked by the rules, relabelled, taken out."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import BodyPartReader, web

from gateway.domain.errors import GatewayError, InvalidInput, LimitExceeded, Problem
from gateway.domain.packs import PackId
from gateway.services import answer_steps, packs, uploads
from gateway.services.answer_steps import Answering, Step, look_at_answer
from gateway.services.uploads import NewDocument
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.form import Form
from gateway.web.models import UploadLabel
from gateway.web.pages.forms import CSRF_FIELD, CSRF_HEADER
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.requests.answering import address_of, step_words
from gateway.web.pages.requests.faults import USER_FAULTS
from gateway.web.pages.shell import go, page
from gateway.web.pages.visitors import require_csrf
from gateway.web.uploads import Upload, named, open_upload

_LONGEST_FIELD = 4_000  # bytes of a part that is no file
_FIELDS = (
    "title",
    "category",
    "classification",
    "source_agency",
    "personal",
    "section_66",
    "remove",
)


async def show_documents(call: Call) -> web.Response:
    """The documents so far with the rules' word on each, and the form to add more."""
    answering = await look_at_answer(call.parts, call.actor, call.information_request)
    if Step.DOCUMENTS not in answering.steps:
        return go(address_of(call, Step.KIND))
    if answering.pack is None:
        return go(address_of(call, Step.STATEMENT))
    return await _documents_page(call, answering)


async def add_documents(call: Call) -> web.Response:
    """Back to the documents; or their page, with what was not taken.

    To the page's script, which sends each file alone, the answer is a bare status or the error.
    """
    answering = await look_at_answer(call.parts, call.actor, call.information_request)
    scripted = bool(call.request.headers.get(CSRF_HEADER))
    pack = await answer_steps.pack_of_answer(call.parts, call.actor, call.information_request)
    taking = _Taking(call, answering, pack, scripted)
    try:
        await taking.take_all()
        if not taking.added:
            raise InvalidInput("No file was chosen.", "Choose one or more files.", field="file")
    except USER_FAULTS as error:
        if scripted:
            raise
        status, errors = await refused(call, error, _field_of)
        answering = await look_at_answer(call.parts, call.actor, call.information_request)
        return await _documents_page(
            call, answering, status=status, errors=errors, typed=taking.fields
        )
    if scripted:
        return web.Response(status=HTTPStatus.CREATED)
    return go(address_of(call, Step.DOCUMENTS), said="documents")


async def relabel(call: Call) -> web.Response:
    """Give a document of the answer another label."""
    answering = await look_at_answer(call.parts, call.actor, call.information_request)
    pack = await answer_steps.pack_of_answer(call.parts, call.actor, call.information_request)
    try:
        label = _label({name: call.form.text(name) for name in _FIELDS}, answering).to_domain()
        await packs.relabel_document(call.parts, call.actor, pack, call.document, label)
    except USER_FAULTS as error:
        status, errors = await refused(call, error, lambda _: "")
        return await _documents_page(call, answering, status=status, errors=errors)
    return go(address_of(call, Step.DOCUMENTS), said="saved")


async def remove(call: Call) -> web.Response:
    """Take a document out of the answer."""
    pack = await answer_steps.pack_of_answer(call.parts, call.actor, call.information_request)
    await packs.remove_document(call.parts, call.actor, pack, call.document)
    return go(address_of(call, Step.DOCUMENTS), said="removed")


async def _documents_page(
    call: Call,
    answering: Answering,
    *,
    status: int = HTTPStatus.OK,
    errors: Sequence[Problem] = (),
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    decisions = await answer_steps.check_documents(call.parts, call.actor, answering)
    words: dict[str, Any] = step_words(call, answering, Step.DOCUMENTS)
    return page(
        call.request,
        "requests/answer_documents.html",
        status=status,
        errors=errors,
        decisions=decisions or {},
        typed=Form({name: (text,) for name, text in (typed or {}).items()}),
        levels=answer_steps.levels(call.parts),
        **words,
    )


@dataclass
class _Taking:
    """The parts of one form: the label's fields first, then one or more files."""

    call: Call
    answering: Answering
    pack: PackId
    scripted: bool
    added: int = 0
    fields: dict[str, str] = field(default_factory=dict)

    async def take_all(self) -> None:
        """Take every file under the one label.

        Raises:
            Forbidden: the form is not one of this session's.
            InvalidInput: the label, or a file, is wrong. LimitExceeded: too much.
        """
        allowed = self.scripted  # by the header, which was looked at before
        several = self.call.parts.rules.pack_limit_bytes
        settings = self.call.settings
        limit = settings.document_limit_bytes if self.scripted else several
        upload = open_upload(self.call.request, settings, limit)
        while (part := await upload.next()) is not None:
            name, file_name = named(part)
            if file_name is None:
                text = await _text(upload, part)
                if name == CSRF_FIELD and not allowed:
                    require_csrf(self.call.request, text)
                    allowed = True
                if name in _FIELDS:
                    self.fields[name] = text
                continue
            if not allowed:
                require_csrf(self.call.request, "")
            if file_name:
                await self._take(upload, part, file_name)
            else:
                await _skip(upload, part)

    async def _take(self, upload: Upload, part: BodyPartReader, name: str) -> None:
        try:
            label = _label(self.fields, self.answering)
            title = label.title if self.added == 0 else None  # of several, only one can have it
            unsafe = self.fields.get("remove") == "yes"
            new = NewDocument(name, label.to_domain(), title, remove_unsafe=unsafe)
            async with aclosing(upload.chunks(part, last=False)) as chunks:
                call = self.call
                await uploads.add_document(call.parts, call.actor, self.pack, new, chunks)
        except GatewayError:
            if not self.scripted:
                await _rest(upload, part)
            raise
        self.added += 1


def _label(fields: Mapping[str, str], answering: Answering) -> UploadLabel:
    """The label as typed; it concerns the child or young person who was asked about.

    Raises:
        InvalidInput: something in it is not of the required form, or was not asked for.
    """
    category = fields.get("category", "")
    if category not in answering.categories:
        raise InvalidInput(
            "The category is not one that was asked for.", "Choose one.", field="category"
        )
    body = {
        "title": fields.get("title", ""),
        "classification": fields.get("classification", ""),
        "category": category,
        "source_agency": fields.get("source_agency") or str(answering.request.holding_agency),
    }
    return validated(
        {
            **{name: text for name, text in body.items() if text},
            "children": [answering.request.child],
            "personal_information": fields.get("personal") != "no",
            "obtained_under_section_66": fields.get("section_66") == "yes",
        },
        UploadLabel,
    )


def _field_of(path: str) -> str:
    named_otherwise = {
        "personal_information": "personal",
        "obtained_under_section_66": "section_66",
    }
    return named_otherwise.get(path, path if path in {*_FIELDS, "file"} else "")


async def _text(upload: Upload, part: BodyPartReader) -> str:
    text = bytearray()
    async for chunk in upload.chunks(part, last=False):
        text += chunk
        if len(text) > _LONGEST_FIELD:
            raise LimitExceeded("A field of the form is too long.", "Use the form on the page.")
    return text.decode("utf-8", errors="replace").strip()


async def _skip(upload: Upload, part: BodyPartReader) -> None:
    if not part.at_eof():
        async for _ in upload.chunks(part, last=False):
            pass


async def _rest(upload: Upload, part: BodyPartReader) -> None:
    """Read what is left of a refused form, so that the browser reads the answer.

    It is bounded by what the form may hold at all.
    """
    left = upload.settings.document_limit_bytes
    while left > 0:
        async for chunk in upload.chunks(part, last=False):
            left -= len(chunk)
            if left <= 0:
                return
        following = await upload.next()
        if following is None:
            return
        part = following
