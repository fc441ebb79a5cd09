"""Changing one's own agency."""

from typing import Annotated, Final

from aiohttp import web
from pydantic import AfterValidator

from gateway.domain.errors import Problem
from gateway.domain.register import Agency, PickUp, SealedForm
from gateway.forms.fields import Day, Form
from gateway.forms.register_fields import PackForm, PickedUp
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

_SHAPE: Final = Shape(
    ("handling_acknowledged_on", "sealed_form", "pick_up", "mail_limit_megabytes")
)
_MEGABYTE: Final = 1_000_000
_MOST_MEGABYTES: Final = 10_000


def _megabytes(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_MEGABYTES):
        raise ValueError(f"Give a whole number of megabytes from 1 to {_MOST_MEGABYTES}.")
    return text


class _Details(Form):
    """What the form sends."""

    handling_acknowledged_on: Day | None = None
    sealed_form: PackForm | None = None
    pick_up: PickedUp | None = None
    mail_limit_megabytes: Annotated[str, AfterValidator(_megabytes)] | None = None

    @property
    def mail_limit_bytes(self) -> int | None:
        """The largest mail in bytes."""
        megabytes = self.mail_limit_megabytes
        return None if megabytes is None else int(megabytes) * _MEGABYTE


async def show_form(call: Call) -> web.Response:
    """The form, as the agency stands in the register."""
    agency = await _own(call)
    typed = Typed(
        fields={
            "handling_acknowledged_on": str(agency.handling_acknowledged_on or ""),
            "sealed_form": (agency.sealed_form or SealedForm.ENCRYPTED_ZIP).value,
            "pick_up": (agency.pick_up or PickUp.WHEN_NEEDED).value,
            "mail_limit_megabytes": _shown(agency.mail_limit_bytes),
            SEEN: fingerprint(agency),
        },
    )
    return _page(call, agency, typed)


async def save(call: Call) -> web.Response:
    """On to the agency's page; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        given = validated(typed.present(also=_SHAPE.fields), _Details)
        details = AgencyDetails(
            given.handling_acknowledged_on,
            given.sealed_form,
            given.pick_up,
            given.mail_limit_bytes,
        )
        await save_agency_details(call.parts, call.actor, details, seen=typed.get(SEEN))
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        agency = await _own(call)
        return _page(call, agency, renewed(typed, error, agency), status, errors)
    return go(f"/register/agencies/{call.actor.agency}", said="saved")


def _shown(size_bytes: int | None) -> str:
    """A limit in megabytes, rounded down, as a larger mail would come back."""
    return "" if size_bytes is None else str(max(size_bytes // _MEGABYTE, 1))


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
