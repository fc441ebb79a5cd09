"""Making a pack: first what for and under which legal authority, then what that one asks for."""

from typing import Any

from aiohttp import web
from pydantic import Field

from gateway.domain.classification import Classification, highest
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from gateway.domain.register import AuthorityCode, Purpose
from gateway.forms.fields import Form as Model
from gateway.services import packs
from gateway.services.meeting_outcomes import begin_outcomes
from gateway.services.meetings import MeetingView, look_at_meeting
from gateway.services.ports import Authority
from gateway.web.calls import Call
from gateway.web.form import Form
from gateway.web.keys import VISITOR
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.packs.terms import field_of, terms_from
from gateway.web.pages.shell import go, page


class BasisQuery(Model):
    """What the pack is for, and under which legal authority."""

    basis: str = Field(default="", max_length=100, description="Purpose/legal authority.")
    outcomes: str = Field(
        default="", max_length=3, description="'yes' for a pack that shares outcomes back."
    )


async def show_new_pack(call: Call) -> web.Response:
    """The form of a new pack; before it, where there is a choice, what it is for."""
    view = await look_at_meeting(call.parts, call.actor, call.meeting)
    choices = bases(view)
    known = [f"{purpose.code}/{authority.code}" for purpose, authority in choices]
    asked = call.query_as(BasisQuery)
    outcomes = ["yes"] if asked.outcomes == "yes" else []
    basis = asked.basis or (known[0] if len(known) == 1 else "")
    if basis not in known:
        return page(
            call.request, "packs/basis.html", view=view, choices=choices, outcomes=bool(outcomes)
        )
    purpose, _, authority = basis.partition("/")
    fields = {"purpose": [purpose], "authority": [authority], "outcomes": outcomes}
    return _form_page(call, view, Form({name: each for name, each in fields.items() if each}))


async def make_pack(call: Call) -> web.Response:
    """On to the new pack; or the form again."""
    view = await look_at_meeting(call.parts, call.actor, call.meeting)
    basis = call.form.text("purpose"), call.form.text("authority")
    if basis not in [(purpose.code, authority.code) for purpose, authority in bases(view)]:
        raise InvalidInput(
            "The protocol names no such purpose and legal authority.",
            "Open the meeting again and choose one of those shown.",
            field="purpose",
        )
    try:
        if call.actor.representative is None:
            raise Forbidden(
                "You are not entered as a representative, so you cannot answer for a pack.",
                "Ask an administrator to enter you.",
            )
        terms = terms_from(call.form, view, call.actor.representative)
        key = call.form.text("key")[:64]
        named = f"new pack {key}" if key else None
        if call.form.text("outcomes") == "yes":
            pack = await begin_outcomes(call.parts, call.actor, terms, named)
        else:
            pack = await packs.create_pack(call.parts, call.actor, terms, named)
    except (InvalidInput, Conflict, Refused, NotFound) as error:
        status, errors = await refused(call, error, field_of(call.form, view))
        return _form_page(call, view, call.form, status=status, errors=errors)
    return go(f"/packs/{pack.id}", said="created")


def bases(view: MeetingView) -> list[tuple[Purpose, Authority]]:
    """Each purpose with each legal authority the protocol names for it, as far as known."""
    return [
        (purpose, view.authorities[code])
        for purpose in view.protocol.purposes
        for code in purpose.authorities
        if code in view.authorities
    ]


def _form_page(call: Call, view: MeetingView, form: Form, **more: Any) -> web.Response:
    authority = view.authorities[AuthorityCode(form.text("authority"))]
    purpose = view.protocol.purpose(form.text("purpose"))
    due = highest(row.classification for row in view.protocol.information)
    return page(
        call.request,
        "packs/new.html",
        **{"status": 200, "errors": (), **more},
        view=view,
        form=form,
        purpose=purpose,
        authority=authority,
        levels=[(level.value, level.value) for level in Classification],
        grounds=[(g.code, f"{g.code}: {g.text}") for g in authority.grounds],
        tied=[g.code for g in authority.grounds if g.needs_instrument],
        marking_chosen=form.text("marking") or due.value,
        marking=form.text("marking") or due.value,
        contact=call.request[VISITOR].name,
        key=form.text("key")[:64] or call.parts.identifiers.new(),
    )
