"""A breach on one page: what can be stopped, what is known, what is decided, what is learnt."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from aiohttp import web

from gateway.domain.breaches import BreachId, BreachState, Exception116, Factor, Harm, Told
from gateway.domain.errors import Problem
from gateway.services.breach_lessons import KEEPERS
from gateway.services.breach_scope import DECIDERS, REPORTERS
from gateway.services.breach_views import BreachView, Shared, look_at_breach
from gateway.web.calls import Call
from gateway.web.pages.breaches.listing import MARKING
from gateway.web.pages.breaches.times import time_field
from gateway.web.pages.register.typed import Typed, pairs
from gateway.web.pages.shell import page

FACTORS: Final[Mapping[Factor, str]] = MappingProxyType(
    {
        Factor.ACTION: "Action taken to reduce the risk of harm",
        Factor.SENSITIVE: "Whether the personal information is sensitive",
        Factor.NATURE: "The nature of the harm that may be caused",
        Factor.WHO: "Who has obtained or may obtain the information",
        Factor.SECURITY: "Whether the information is protected by a security measure",
        Factor.OTHER: "Anything else that matters",
    }
)


async def show(call: Call) -> web.Response:
    """The breach; of another agency, what the visitor's agency was told of it."""
    return await whole(call)


async def whole(
    call: Call,
    status: int = HTTPStatus.OK,
    errors: tuple[Problem, ...] = (),
    typed: Typed | None = None,
) -> web.Response:
    """The breach; `typed` and `errors` are of the form on it that was not taken."""
    view = await look_at_breach(call.parts, call.actor, breach_in(call))
    if isinstance(view, Shared):
        return page(
            call.request, "breaches/shared.html", status=status, shared=view, marking=MARKING
        )
    return page(
        call.request, "breaches/breach.html", status=status, view=view, breach=view.breach,
        account=view.account, errors=errors, typed=typed or _stored(call, view), marking=MARKING,
        factors=FACTORS, harms=pairs(Harm), told=pairs(Told), exceptions=pairs(Exception116),
        is_open=view.breach.state is not BreachState.CLOSED, today=call.parts.today(),
        reports=call.actor.role in REPORTERS, decides=call.actor.role in DECIDERS,
        keeps=call.actor.role in KEEPERS,
    )  # fmt: skip


def breach_in(call: Call) -> BreachId:
    """The breach in the address."""
    return BreachId(call.path["breach"])


def _stored(call: Call, view: BreachView) -> Typed:
    """What the forms begin with: what was said before, and the present time."""
    account = view.account
    said = {factor.value: account.said_of(factor) for factor in Factor}
    return Typed(
        {
            **said,
            "steps": account.steps,
            "reason": account.reason,
            "harm": view.breach.harm.value if view.breach.harm else "",
            "message": account.message,
            "at": time_field(call, call.parts.clock.now()),
        }
    )
