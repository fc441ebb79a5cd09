"""Protocols the agency leads: new ones, new versions, drafts, signatures."""

from typing import Final

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.errors import NotFound, Problem
from gateway.domain.register import Protocol
from gateway.forms.protocol_models import SignatoryModel
from gateway.services import register_views
from gateway.services.protocol_changes import (
    hold_undrafted,
    hold_unsigned,
    save_protocol_version,
    sign_protocol_version,
)
from gateway.services.register_scope import require_administrator
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.register import protocol_fields
from gateway.web.pages.register.looking import protocol_page, version_of
from gateway.web.pages.register.typed import (
    FAULTS,
    SEEN,
    Shape,
    Typed,
    again,
    pairs,
    read,
    rearranged,
    renewed,
    shown,
)
from gateway.web.pages.shell import go

_SIGNATURE: Final = Shape(("signed_by", "role", "signed_on"))
_LEVELS: Final = pairs(Classification)


async def show_new(call: Call) -> web.Response:
    """An empty form for a protocol."""
    require_administrator(call.actor)
    return await _page(call, protocol_fields.blank())


async def add(call: Call) -> web.Response:
    """On to the new protocol's page; or the form again."""
    return await _save(call, None, new=True)


async def show_draft(call: Call) -> web.Response:
    """The form of a version nobody has signed."""
    version = await _led(call)
    hold_undrafted([version])
    hold_unsigned(version)
    return await _page(call, protocol_fields.stored(version), version=version)


async def save_draft(call: Call) -> web.Response:
    """On to the version's page; or the form again."""
    return await _save(call, await _led(call), new=False)


async def show_next(call: Call) -> web.Response:
    """The form for a new version, filled with what another one says."""
    version = await _led(call)
    hold_undrafted([version])
    typed = protocol_fields.stored(version)
    typed = Typed(
        {**typed.fields, "in_force_from": "", "review_due": ""}, typed.several, typed.rows
    )
    return await _page(call, typed, version=version, following=True)


async def save_next(call: Call) -> web.Response:
    """On to the new version's page; or the form again."""
    return await _save(call, await _led(call), new=True)


async def sign(call: Call) -> web.Response:
    """The version's page with our signature; or with what is wrong beside the form for it."""
    require_administrator(call.actor)
    protocol, number = version_of(call)
    typed = read(call.form, _SIGNATURE)
    try:
        fields = typed.present(*_SIGNATURE.fields) | {"agency": call.actor.of_agency()}
        signature = validated(fields, SignatoryModel).to_domain()
        await sign_protocol_version(call.parts, call.actor, protocol, number, signature)
    except FAULTS as error:
        status, errors = await again(call, error, _SIGNATURE)
        found = await register_views.protocol(call.parts, call.actor, protocol, number)
        return protocol_page(call, found, status, typed=typed.fields, errors=errors)
    return go(f"/register/protocols/{protocol}/{number}", said="saved")


async def _save(call: Call, known: Protocol | None, *, new: bool) -> web.Response:
    typed = read(call.form, protocol_fields.SHAPE)
    following = new and known is not None
    if (changed := rearranged(call.form, typed)) is not None:
        return await _page(call, changed, version=known, following=following)
    try:
        version = protocol_fields.given(typed, call.actor.of_agency(), known)
        seen = None if new else typed.get(SEEN)
        made = await save_protocol_version(call.parts, call.actor, version, seen=seen)
    except FAULTS as error:
        status, errors = await again(call, error, protocol_fields.SHAPE)
        typed = renewed(typed, error, known)
        return await _page(call, typed, status, errors, version=known, following=following)
    return go(_place(made), said="saved")


async def _led(call: Call) -> Protocol:
    """The version in the address, if the agency leads its protocol.

    Raises:
        Forbidden: the visitor is no administrator. NotFound: it does not, or there is none.
    """
    require_administrator(call.actor)
    protocol, number = version_of(call)
    found = await register_views.protocol(call.parts, call.actor, protocol, number)
    if not found.leads:
        raise NotFound("Your agency leads no such protocol.", "Look at the register.")
    return found.version


def _place(version: Protocol) -> str:
    return f"/register/protocols/{version.id}/{version.version}"


async def _page(
    call: Call,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
    *,
    version: Protocol | None = None,
    following: bool = False,
) -> web.Response:
    _, _, names = await register_views.choices(call.parts, call.actor)
    return shown(
        call, "protocol_form", status, typed=typed, errors=errors, version=version,
        following=following, agencies=tuple(names.items()), levels=_LEVELS,
        stages=protocol_fields.STAGES, channels=protocol_fields.CHANNELS,
    )  # fmt: skip
