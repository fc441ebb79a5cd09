"""Changing one's own agency."""

from typing import Final

from aiohttp import web

from gateway.domain.errors import Problem
from gateway.domain.register import Agency, SealedForm
from gateway.forms.fields import Day, Form
from gateway.forms.register_fields import PackForm
from gateway.services import register_views
from gateway.services.register_changes import AgencyDetails, save_agency_details
from gateway.services.register_history import fingerprint
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

_SHAPE: Final = Shape(("handling_acknowledged_on", "sealed_form"))


class _Details(Form):
    """What the form sends."""

    handling_acknowledged_on: Day | None = None
    sealed_form: PackForm | None = None


async def show_form(call: Call) -> web.Response:
    """The form, as the agency stands in the register."""
    agency = await _own(call)
    typed = Typed(
        fields={
            "handling_acknowledged_on": str(agency.handling_acknowledged_on or ""),
            "sealed_form": (agency.sealed_form or SealedForm.ENCRYPTED_ZIP).value,
            SEEN: fingerprint(agency),
        },
    )
    return _page(call, agency, typed)


async def save(call: Call) -> web.Response:
    """On to the agency's page; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        given = validated(typed.present(also=_SHAPE.fields), _Details)
        details = AgencyDetails(given.handling_acknowledged_on, given.sealed_form)
        await save_agency_details(call.parts, call.actor, details, seen=typed.get(SEEN))
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        agency = await _own(call)
        return _page(call, agency, renewed(typed, error, agency), status, errors)
    return go(f"/register/agencies/{call.actor.agency}", said="saved")


async def _own(call: Call) -> Agency:
    agency, _ = await register_views.agency(call.parts, call.actor, call.actor.of_agency())
    return agency


def _page(
    call: Call,
    agency: Agency,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
) -> web.Response:
    return shown(call, "agency_form", status, agency=agency, typed=typed, errors=errors)
