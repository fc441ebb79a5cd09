"""Conflicts of interest of the agency's representatives."""

from typing import Final

from aiohttp import web

from gateway.domain.errors import Problem
from gateway.forms.register_models import ConflictOfInterestModel
from gateway.services import register_views
from gateway.services.register_changes import save_conflict
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.register.typed import FAULTS, Shape, Typed, again, read, shown
from gateway.web.pages.shell import go

_SHAPE: Final = Shape(("representative", "child", "declared_on"))


async def show(call: Call) -> web.Response:
    """The list, and the form for another one."""
    chosen = call.request.query.get("representative", "")[:64]
    fields = {"representative": chosen, "declared_on": str(call.parts.today())}
    return await _page(call, Typed(fields))


async def add(call: Call) -> web.Response:
    """The list with the new one; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        conflict = validated(typed.present(*_SHAPE.fields), ConflictOfInterestModel).to_domain()
        await save_conflict(call.parts, call.actor, conflict)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, typed, status, errors)
    return go("/register/conflicts", said="saved")


async def _page(
    call: Call, typed: Typed, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    found = await register_views.conflicts(call.parts, call.actor)
    scope, people, _ = await register_views.choices(call.parts, call.actor)
    own = tuple((each.id, f"{each.name}, {each.role}") for each in people
                if each.agency == scope.own.id)  # fmt: skip
    return shown(call, "conflicts", status, found=found, people=own, typed=typed, errors=errors)
