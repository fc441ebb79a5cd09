"""Users of the agency: entering them, what they may act as, barring them, set-up links."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.register import RepresentativeId
from gateway.domain.users import User, UserId
from gateway.services import users
from gateway.services.set_up import offer_setup
from gateway.services.users import UserChange, UserTerms
from gateway.web.calls import Call
from gateway.web.keys import HTTPS
from gateway.web.pages.register.tokens import ROLES, own_people
from gateway.web.pages.register.typed import FAULTS, Shape, Typed, again, read, shown
from gateway.web.pages.shell import go

_SHAPE: Final = Shape(("login", "name", "representative"), several=("roles",))


async def show(call: Call) -> web.Response:
    """The agency's users."""
    found = await users.list_users(call.parts, call.actor)
    return shown(call, "users", users=found, names=await _names(call))


async def show_new(call: Call) -> web.Response:
    """The form for a user."""
    return await _page(call, Typed({}))


async def add(call: Call) -> web.Response:
    """The new user's set-up address, this once; or the form again."""
    typed = read(call.form, _SHAPE)
    try:
        terms = UserTerms(
            login=typed.get("login"),
            name=typed.get("name"),
            agency=call.actor.of_agency(),
            roles=_roles(typed.of("roles")),
            representative=_representative(typed),
        )
        user = await users.create_user(call.parts, call.actor, terms)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, typed, status, errors)
    return await _set_up_page(call, user)


async def show_user(call: Call) -> web.Response:
    """One user, with the form to change them."""
    user = await users.get_user(call.parts, call.actor, _user(call))
    return await _page(call, _stored(user), user=user)


async def save(call: Call) -> web.Response:
    """The changed user; or the form again."""
    user = await users.get_user(call.parts, call.actor, _user(call))
    typed = read(call.form, _SHAPE)
    try:
        change = UserChange(
            name=typed.get("name"),
            roles=_roles(typed.of("roles")),
            representative=_representative(typed),
            zone=user.zone,
        )
        await users.change_user(call.parts, call.actor, user.id, change)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, typed, status, errors, user=user)
    return go(f"/users/{user.id}", said="saved")


async def disable(call: Call) -> web.Response:
    """The user, barred; or why they cannot be."""
    return await _switch(call, on=False)


async def enable(call: Call) -> web.Response:
    """The user, let in again; or why they cannot be."""
    return await _switch(call, on=True)


async def set_up(call: Call) -> web.Response:
    """A fresh set-up address, shown this once; or why there is none."""
    user = await users.get_user(call.parts, call.actor, _user(call))
    try:
        return await _set_up_page(call, user)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, _stored(user), status, errors, user=user)


async def _switch(call: Call, *, on: bool) -> web.Response:
    user = await users.get_user(call.parts, call.actor, _user(call))
    switch = users.enable_user if on else users.disable_user
    try:
        await switch(call.parts, call.actor, user.id)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await _page(call, _stored(user), status, errors, user=user)
    return go(f"/users/{user.id}", said="enabled" if on else "disabled")


async def _set_up_page(call: Call, user: User) -> web.Response:
    link = await offer_setup(call.parts, call.actor, user.id)
    address = f"{_base(call)}/set-up/{link.token.reveal()}"
    made = shown(call, "user_link", user=user, address=address, expires_at=link.expires_at)
    made.headers["Cache-Control"] = "no-store"
    return made


def _base(call: Call) -> str:
    """Where the gateway is reached; without an address set, as this browser reached it."""
    own = f"{'https' if call.request[HTTPS] else 'http'}://{call.request.host}"
    return call.parts.rules.link_base or own


def _user(call: Call) -> UserId:
    return UserId(call.path["user"])


def _roles(chosen: Sequence[str]) -> tuple[Role, ...]:
    if not set(ROLES).issuperset(chosen):
        raise InvalidInput("There is no such role.", "Choose from the list.", field="roles")
    return tuple(Role(each) for each in chosen)


def _representative(typed: Typed) -> RepresentativeId | None:
    text = typed.get("representative")
    return RepresentativeId(text) if text else None


def _stored(user: User) -> Typed:
    fields = {
        "login": user.login,
        "name": user.name,
        "representative": str(user.representative or ""),
    }
    return Typed(fields, several={"roles": [role.value for role in user.roles]})


async def _names(call: Call) -> Mapping[RepresentativeId, str]:
    return {each.id: each.name for each in await own_people(call)}


async def _page(
    call: Call,
    typed: Typed,
    status: int = 200,
    errors: tuple[Problem, ...] = (),
    *,
    user: User | None = None,
) -> web.Response:
    people = tuple((await _names(call)).items())
    own = user is not None and user.id == call.actor.user
    return shown(
        call, "user_form", status, typed=typed, errors=errors, user=user, people=people,
        roles=ROLES, own=own,
    )  # fmt: skip
