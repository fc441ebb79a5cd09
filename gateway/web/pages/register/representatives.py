"""Adding and changing representatives of one's own agency."""

from typing import Final

from aiohttp import web

from gateway.domain.errors import Problem
from gateway.domain.register import Representative, RepresentativeId
from gateway.forms.register_models import RepresentativeModel
from gateway.services import register_views
from gateway.services.register_changes import save_representative
from gateway.services.register_history import fingerprint
from gateway.services.register_scope import require_administrator
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.register.typed import (
    FAULTS,
    SEEN,
    Shape,
    Typed,
    again,
    read,
    renewed,
    shown,
)
from gateway.web.pages.shell import go

_NEEDED: Final = ("name", "role", "email", "active_from")
_OPTIONAL: Final = ("other_email", "mobile", "telephone", "active_until")
_SHAPE: Final = Shape(("id", *_NEEDED, *_OPTIONAL))


async def show_new(call: Call) -> web.Response:
    """An empty form."""
    require_administrator(call.actor)
    return _page(call, Typed({"active_from": str(call.parts.today())}))


async def add(call: Call) -> web.Response:
    """On to the new representative's page; or the form again."""
    return await _save(call, None)


async def show_form(call: Call) -> web.Response:
    """The form, as the representative stands in the register."""
    wanted = _person(call)
    person, _, _ = await register_views.representative(call.parts, call.actor, wanted)
    values = {name: str(getattr(person, name) or "") for name in ("id", *_NEEDED, *_OPTIONAL)}
    values[SEEN] = fingerprint(person)
    return _page(call, Typed(values), person=person.id)


async def save(call: Call) -> web.Response:
    """On to the representative's page; or the form again."""
    wanted = _person(call)
    person, _, _ = await register_views.representative(call.parts, call.actor, wanted)
    return await _save(call, person)


async def _save(call: Call, stored: Representative | None) -> web.Response:
    known = stored.id if stored else None
    typed = read(call.form, _SHAPE)
    try:
        given = validated(
            {
                "agency": call.actor.of_agency(),
                **typed.present("id", *_NEEDED, also=_OPTIONAL),
                **({"id": known} if known else {}),
            },
            RepresentativeModel,
        )
        person = given.to_domain()
        await save_representative(
            call.parts, call.actor, person, seen=typed.get(SEEN) if stored else None
        )
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return _page(call, renewed(typed, error, stored), status, errors, person=known)
    return go(f"/register/representatives/{person.id}", said="saved")


def _person(call: Call) -> RepresentativeId:
    return RepresentativeId(call.path["person"])


def _page(
    call: Call,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
    *,
    person: RepresentativeId | None = None,
) -> web.Response:
    return shown(call, "person_form", status, typed=typed, errors=errors, person=person)
