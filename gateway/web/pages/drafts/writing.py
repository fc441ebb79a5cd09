"""The list of drafts, a draft as a whole, and its sections."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.drafts import DraftId, Section
from gateway.domain.drafts.findings import DraftFinding
from gateway.domain.errors import Conflict, InvalidInput, Problem
from gateway.domain.protocol_terms import ConditionKind
from gateway.domain.register import PasswordChannel, ProtocolId
from gateway.forms.draft_models import BeginModel
from gateway.services import draft_views, drafts
from gateway.services.draft_views import DraftView
from gateway.services.drafts import NewDraft
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.drafts import fields
from gateway.web.pages.drafts.guide import GUIDE
from gateway.web.pages.packs.faults import faults_of
from gateway.web.pages.register.typed import (
    FAULTS,
    SEEN,
    Shape,
    Typed,
    again,
    pairs,
    read,
    rearranged,
)
from gateway.web.pages.shell import go, page

_BEGIN: Final = Shape(("protocol", "name"))
_LEVELS: Final = pairs(Classification)
_KINDS: Final = pairs(ConditionKind)
_CHANNELS: Final = tuple(each.value for each in PasswordChannel)
_ORDER: Final = tuple(Section)


async def show_list(call: Call) -> web.Response:
    """The drafts of the visitor's agency, and those it may read; and the form for a new one."""
    return await _list(call, Typed({}))


async def begin(call: Call) -> web.Response:
    """On to the new draft; or the list again."""
    typed = read(call.form, _BEGIN)
    try:
        given = validated(typed.present("protocol", also=("name",)), BeginModel)
        new = NewDraft(given.protocol, given.name or "")
        draft = await drafts.begin_draft(call.parts, call.actor, new)
    except FAULTS as error:
        status, errors = await again(call, error, _BEGIN)
        return await _list(call, typed, status, errors)
    return go(f"/drafts/{draft.id}/{_ORDER[0].value}")


async def show(call: Call) -> web.Response:
    """A draft as a whole: its sections, what is to be seen to, and what differs."""
    return await whole(call)


async def show_section(call: Call) -> web.Response:
    """A section, with its questions, its findings and comments."""
    view, section = await _looked(call)
    typed = fields.stored(view.draft.content, section, view.draft.revision)
    return _section(call, view, section, typed)


async def save_section(call: Call) -> web.Response:
    """On to the next section; or the form again."""
    section = section_of(call)
    shape = fields.SHAPES[section]
    typed = read(call.form, shape)
    if (changed := rearranged(call.form, typed)) is not None:
        view, _ = await _looked(call)
        return _section(call, view, section, changed)
    try:
        change = fields.change_of(typed, section)
        seen = _revision(typed)
        draft = await drafts.save_section(
            call.parts, call.actor, _draft(call), section, change, seen=seen
        )
    except FAULTS as error:
        status, errors = await again(call, error, shape)
        view, _ = await _looked(call)
        if isinstance(error, Conflict):
            told = {**typed.fields, SEEN: str(view.draft.revision)}
            typed = replace(typed, fields=told)
        return _section(call, view, section, typed, status, errors)
    if call.form.text("then") == "stay":
        return go(f"/drafts/{draft.id}/{section.value}", said="saved")
    position = _ORDER.index(section) + 1
    place = f"/{_ORDER[position].value}" if position < len(_ORDER) else ""
    return go(f"/drafts/{draft.id}{place}", said="saved")


async def check_section(call: Call) -> web.Response:
    """What would be to be seen to in a section, as it is typed now; nothing is saved."""
    section = section_of(call)
    typed = read(call.form, fields.SHAPES[section])
    found: tuple[DraftFinding, ...] = ()
    errors: tuple[Problem, ...] = ()
    try:
        change = fields.change_of(typed, section)
        every = await draft_views.try_section(call.parts, call.actor, _draft(call), change)
        found = tuple(each for each in every if each.section is section)
    except InvalidInput as error:
        errors = faults_of(error, fields.SHAPES[section].place_of)
    return page(call.request, "drafts/checked.html", findings=found, errors=errors)


async def whole(
    call: Call,
    status: int = HTTPStatus.OK,
    errors: tuple[Problem, ...] = (),
    typed: Typed | None = None,
) -> web.Response:
    """A draft as a whole; `typed` and `errors` are of the form for its vetting."""
    view = await draft_views.look_at_draft(call.parts, call.actor, _draft(call))
    return page(
        call.request, "drafts/draft.html", status=status, view=view, draft=view.draft,
        sections=_ORDER, guide=GUIDE, complete=_complete(view), errors=errors,
        typed=typed or Typed({}), today=call.parts.today(),
    )  # fmt: skip


async def in_section(
    call: Call, status: int, errors: tuple[Problem, ...], *, said: str = ""
) -> web.Response:
    """A section with what is wrong with a comment; `said` is what was typed of one."""
    view, section = await _looked(call)
    typed = fields.stored(view.draft.content, section, view.draft.revision)
    return _section(call, view, section, typed, status, errors, said=said)


def section_of(call: Call) -> Section:
    """The section in the address."""
    return Section(call.path["section"])


def _draft(call: Call) -> DraftId:
    return DraftId(call.path["draft"])


async def _looked(call: Call) -> tuple[DraftView, Section]:
    section = section_of(call)
    return await draft_views.look_at_draft(call.parts, call.actor, _draft(call)), section


def _complete(view: DraftView) -> int:
    """How many sections have nothing left that blocks."""
    return len(_ORDER) - len({each.section for each in view.findings if each.blocks})


def _revision(typed: Typed) -> int:
    text = typed.get(SEEN)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict("The form is too old to be saved.", "Open the section again.")
    return int(text)


async def _list(
    call: Call, typed: Typed, status: int = HTTPStatus.OK, errors: tuple[Problem, ...] = ()
) -> web.Response:
    found = await draft_views.list_drafts(call.parts, call.actor)
    protocol = ProtocolId(call.request.query.get("protocol", "")[:64])
    if protocol and not typed.get("protocol"):
        typed = Typed({"protocol": protocol})
    return page(
        call.request, "drafts/index.html", status=status, drafts=found, typed=typed,
        errors=errors, own=call.actor.of_agency(),
    )  # fmt: skip


def _section(
    call: Call,
    view: DraftView,
    section: Section,
    typed: Typed,
    status: int = HTTPStatus.OK,
    errors: tuple[Problem, ...] = (),
    *,
    said: str = "",
) -> web.Response:
    position = _ORDER.index(section)
    return page(
        call.request, "drafts/section.html", status=status, view=view, draft=view.draft,
        section=section, guide=GUIDE[section], typed=typed, errors=errors, words=said,
        labels=fields.LABELS,
        position=position + 1, count=len(_ORDER), sections=_ORDER, guides=GUIDE,
        findings=view.of(section), comments=view.said_of(section),
        agencies=tuple(sorted(view.names.items(), key=lambda pair: pair[1])),
        listed=tuple(
            (each.agency, view.names.get(each.agency, each.agency))
            for each in view.draft.content.agencies
        ),
        levels=_LEVELS, kinds=_KINDS, stages=fields.STAGES, channels=_CHANNELS,
    )  # fmt: skip
