"""Changing one's own agency."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from gateway.domain.errors import Problem
from gateway.domain.register import Agency, Standing, Status
from gateway.forms.fields import Day, Form, Several
from gateway.forms.register_fields import MailDomain
from gateway.forms.register_models import AgencyStandingModel
from gateway.services import register_views
from gateway.services.register_changes import AgencyDetails, save_agency_details
from gateway.services.register_history import fingerprint
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.register.typed import (
    FAULTS,
    SEEN,
    Row,
    Shape,
    Typed,
    again,
    lines,
    pairs,
    read,
    rearranged,
    renewed,
    row,
    shown,
)
from gateway.web.pages.shell import go

STANDING: Final = ("status", "ground", "evidence", "expires_on")
_SHAPE: Final = Shape(("handling_acknowledged_on", "mail_domains"), rows={"standing": STANDING})
_STATUSES: Final = pairs(s for s in Status if not s.is_of_person)


class _Details(Form):
    """What the form sends."""

    mail_domains: Several[MailDomain]
    handling_acknowledged_on: Day | None = None
    standing: Several[AgencyStandingModel] = ()


async def show_form(call: Call) -> web.Response:
    """The form, as the agency stands in the register."""
    agency = await _own(call)
    typed = Typed(
        fields={
            "handling_acknowledged_on": str(agency.handling_acknowledged_on or ""),
            "mail_domains": "\n".join(agency.mail_domains),
            SEEN: fingerprint(agency),
        },
        rows={"standing": standing_rows(agency.standings)},
    )
    return _page(call, agency, typed)


async def save(call: Call) -> web.Response:
    """On to the agency's page; or the form again."""
    typed = read(call.form, _SHAPE)
    if (changed := rearranged(call.form, typed)) is not None:
        return _page(call, await _own(call), changed)
    try:
        given = validated(
            {
                "mail_domains": list(dict.fromkeys(lines(typed.get("mail_domains")))),
                **typed.present(also=("handling_acknowledged_on",)),
                "standing": standings_typed(typed.rows["standing"]),
            },
            _Details,
        )
        details = AgencyDetails(
            mail_domains=tuple(dict.fromkeys(given.mail_domains)),
            standings=tuple(each.to_domain() for each in given.standing),
            handling_acknowledged_on=given.handling_acknowledged_on,
        )
        await save_agency_details(call.parts, call.actor, details, seen=typed.get(SEEN))
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        agency = await _own(call)
        return _page(call, agency, renewed(typed, error, agency), status, errors)
    return go(f"/register/agencies/{call.actor.agency}", said="saved")


def standing_rows(standings: tuple[Standing, ...]) -> list[Row]:
    """Standings as rows of a form."""
    return [
        {
            "status": each.status.value,
            "ground": each.ground,
            "evidence": each.evidence,
            "expires_on": str(each.expires_on or ""),
        }
        for each in standings
    ]


def standings_typed(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Rows of a form as the register's models take them."""
    return [row(each, "status", "ground", "evidence", also=("expires_on",)) for each in rows]


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
    return shown(
        call, "agency_form", status, agency=agency, typed=typed, errors=errors,
        statuses=_STATUSES,
    )  # fmt: skip
