"""Bearer tokens of the agency, for the API."""

from datetime import timedelta
from typing import Final

from aiohttp import web

from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.register import Representative, RepresentativeId
from gateway.services import register_views
from gateway.services.accounts import TokenTerms, create_token, list_tokens, revoke_token
from gateway.web.calls import Call
from gateway.web.pages.register.typed import FAULTS, Shape, Typed, again, pairs, read, shown
from gateway.web.pages.shell import go

_SHAPE: Final = Shape(("role", "representative", "days"))
_USUAL_DAYS = "90"
ROLES: Final = tuple(role.value for role in Role)


async def show(call: Call) -> web.Response:
    """The agency's tokens."""
    tokens = await list_tokens(call.parts, call.actor)
    names = {each.id: each.name for each in await own_people(call)}
    now = call.parts.clock.now()
    return shown(call, "tokens", tokens=tuple(reversed(tokens)), names=names, now=now)


async def show_new(call: Call) -> web.Response:
    """The form for a token."""
    return await _page(call, Typed({"days": _USUAL_DAYS}))


async def add(call: Call) -> web.Response:
    """The new token's text, this once; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        days = call.form.number("days")
        holder = typed.get("representative")
        terms = TokenTerms(
            role=chosen_role(typed.get("role")),
            agency=call.actor.of_agency(),
            representative=RepresentativeId(holder) if holder else None,
            life=timedelta(days=min(days or 0, 9_999)),
        )
        token, text = await create_token(call.parts, call.actor, terms)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, typed, status, errors)
    made = shown(call, "token_made", token=token, text=text.reveal())
    made.headers["Cache-Control"] = "no-store"
    return made


async def revoke(call: Call) -> web.Response:
    """Back to the list."""
    await revoke_token(call.parts, call.actor, call.path["token"])
    return go("/tokens", said="removed")


async def own_people(call: Call) -> list[Representative]:
    """The agency's own representatives, by name."""
    scope, people, _ = await register_views.choices(call.parts, call.actor)
    return [each for each in people if each.agency == scope.own.id]


def chosen_role(text: str) -> Role:
    """The role that was chosen.

    Raises:
        InvalidInput: none of them.
    """
    try:
        return Role(text)
    except ValueError:
        raise InvalidInput("No role is chosen.", "Choose one.", field="role") from None


async def _page(
    call: Call, typed: Typed, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    people = tuple((each.id, each.name) for each in await own_people(call))
    return shown(
        call, "token_form", status, typed=typed, errors=errors, people=people,
        roles=pairs(ROLES),
    )  # fmt: skip
