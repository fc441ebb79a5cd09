"""What is done with a draft: shared, commented, vetted, proposed, abandoned."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from gateway.domain.actors import Actor
from gateway.domain.drafts import DraftId
from gateway.domain.errors import Conflict, GatewayError, InvalidInput, Problem
from gateway.domain.protocol_terms import Vetting
from gateway.domain.register import RepresentativeId
from gateway.forms.draft_models import CommentModel, VettingModel
from gateway.services import drafts
from gateway.services.parts import Parts
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.drafts.writing import in_section, section_of, whole
from gateway.web.pages.register.typed import FAULTS, SEEN, Shape, Typed, again, read
from gateway.web.pages.shell import go

_VETTING: Final = Shape(("name", "role", "field", "vetted_on"))
_Step = Callable[[Parts, Actor, DraftId], Awaitable[object]]
_COMMENT: Final = Shape(("text",))
_MANAGER: Final = Shape(("manager",))
_NOTHING: Final = Shape(())


async def share(call: Call) -> web.Response:
    """The draft again, now open to the agencies it lists."""
    return await _done(call, "shared", drafts.share_draft)


async def abandon(call: Call) -> web.Response:
    """The draft again, given up."""
    return await _done(call, "abandoned", drafts.abandon_draft)


async def comment(call: Call) -> web.Response:
    """The section again, with the comment; or with what is wrong beside the form for it."""
    section = section_of(call)
    typed = read(call.form, _COMMENT)
    try:
        text = validated(typed.present("text"), CommentModel).text
        await drafts.comment_on(call.parts, call.actor, _draft(call), section, text)
    except FAULTS as error:
        status, errors = await again(call, error, _COMMENT)
        return await in_section(call, status, errors, said=typed.get("text"))
    return go(f"/drafts/{_draft(call)}/{section.value}", said="saved")


async def settle(call: Call) -> web.Response:
    """The section again, with the comment marked as dealt with."""
    section = section_of(call)
    try:
        await drafts.settle_comment(call.parts, call.actor, _draft(call), call.path["comment"])
    except FAULTS as error:
        status, errors = await again(call, error, _NOTHING)
        return await in_section(call, status, errors)
    return go(f"/drafts/{_draft(call)}/{section.value}", said="saved")


async def name_manager(call: Call) -> web.Response:
    """The draft again, with the own agency's relationship manager."""
    typed = read(call.form, _MANAGER)
    try:
        manager = RepresentativeId(typed.get("manager"))
        await drafts.name_manager(call.parts, call.actor, _draft(call), manager)
    except FAULTS as error:
        return await _refused(call, error, _MANAGER, typed)
    return go(f"/drafts/{_draft(call)}", said="saved")


async def vet(call: Call) -> web.Response:
    """The draft again, vetted; or with what is wrong beside the form for it."""
    typed = read(call.form, _VETTING)
    try:
        given = validated(typed.present(*_VETTING.fields), VettingModel)
        agency = call.actor.of_agency()
        vetting = Vetting(given.name, given.role, given.field, agency, given.vetted_on)
        seen = _seen(typed)
        await drafts.vet_draft(call.parts, call.actor, _draft(call), vetting, seen=seen)
    except FAULTS as error:
        return await _refused(call, error, _VETTING, typed)
    return go(f"/drafts/{_draft(call)}", said="vetted")


async def propose(call: Call) -> web.Response:
    """The draft again, as a version that waits to be signed; or with what stands against it."""
    typed = read(call.form, _NOTHING)
    try:
        seen = _seen(typed)
        await drafts.propose_draft(call.parts, call.actor, _draft(call), seen=seen)
    except FAULTS as error:
        return await _refused(call, error, _NOTHING, typed)
    return go(f"/drafts/{_draft(call)}", said="proposed")


async def _done(call: Call, said: str, step: _Step) -> web.Response:
    try:
        await step(call.parts, call.actor, _draft(call))
    except FAULTS as error:
        return await _refused(call, error, _NOTHING, Typed({}))
    return go(f"/drafts/{_draft(call)}", said=said)


async def _refused(call: Call, error: GatewayError, shape: Shape, typed: Typed) -> web.Response:
    status, errors = await again(call, error, shape)
    if isinstance(error, InvalidInput) and any("." in (p.field or "") for p in error.problems):
        errors = (Problem("findings", error.message, error.remedy),)
    return await whole(call, status, errors, typed)


def _draft(call: Call) -> DraftId:
    return DraftId(call.path["draft"])


def _seen(typed: Typed) -> int:
    text = typed.get(SEEN)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict("The form is too old to be used.", "Open the draft again.")
    return int(text)
