"""Requests that the agency asks: the list, one of them, and what is done with it."""

from collections.abc import Awaitable, Sequence
from typing import Any

from aiohttp import web

from gateway.domain.actors import Role
from gateway.domain.errors import Conflict, Problem
from gateway.domain.information_requests.states import RequestState
from gateway.domain.register import Representative, RepresentativeId
from gateway.services import answer_links, information_requests, request_answers, request_sending
from gateway.services.request_storage import RequestFilter, Side
from gateway.services.request_views import (
    SeenRequest,
    colleagues,
    list_by_urgency,
    see_asked,
    see_check,
)
from gateway.services.seen_digests import of_sending
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.requests.faults import USER_FAULTS, page_number
from gateway.web.pages.shell import go, page

_PLACES = {"text": "reply", "reason": "reason", "holder": "holder"}


async def show_list(call: Call) -> web.Response:
    """What the agency asks, most urgent first."""
    wanted, state, overdue = filter_of(call)
    number = page_number(call.request)
    rows, more = await list_by_urgency(call.parts, call.actor, Side.ASKING, wanted, number)
    return page(
        call.request,
        "requests/list.html",
        rows=rows,
        may_ask=call.actor.role is Role.COORDINATOR,
        more=more,
        number=number,
        states=list(RequestState),
        state=state,
        overdue=overdue,
    )


async def show_request(call: Call) -> web.Response:
    """One request of the agency: what was asked, its state, what stands against it, its answer."""
    return await _show(call)


async def approve(call: Call) -> web.Response:
    """Approve it as a second person."""
    done = information_requests.approve_request(call.parts, call.actor, call.information_request)
    return await _do(call, done, "approved")


async def confirm_sending(call: Call) -> web.Response:
    """In words, what goes to whom; and the button."""
    return await _sending_page(call)


async def send(call: Call) -> web.Response:
    """Send it; the key of the page makes a second press of the button the first.

    The form carries a digest of what was shown, so that nothing else is sent.
    """
    key, seen = f"page {call.form.text('key')[:64]}", call.form.text("seen")
    request = call.information_request
    try:
        await request_sending.send_request(call.parts, call.actor, request, key, seen)
    except USER_FAULTS as error:
        status, errors = await refused(call, error, lambda _: "")
        return await _sending_page(call, status=status, errors=errors)
    return go(_address(call), said="sent")


async def _sending_page(
    call: Call, *, status: int = 200, errors: Sequence[Problem] = ()
) -> web.Response:
    seen = await see_asked(call.parts, call.actor, call.information_request)
    check = await see_check(call.parts, call.actor, seen)
    if check is None:
        return await _show(call, status=status, errors=errors) if errors else go(_address(call))
    return page(
        call.request,
        "requests/send.html",
        status=status,
        errors=errors,
        marking=seen.request.marking.value,
        seen=seen,
        check=check,
        key=call.parts.identifiers.new(),
        digest=of_sending(seen.request, seen.view.content, seen.setting.holder),
    )


async def reply(call: Call) -> web.Response:
    """Reply to the holder's question."""
    text = call.form.text("reply")
    done = request_answers.give_clarification(
        call.parts, call.actor, call.information_request, text
    )
    return await _do(call, done, "replied")


async def withdraw(call: Call) -> web.Response:
    """Take it back, once it was asked whether to."""
    reason = call.form.text("reason")
    if call.form.text("sure") != "yes":
        return await _ask_withdrawal(call, reason)
    done = information_requests.withdraw_request(
        call.parts, call.actor, call.information_request, reason
    )
    return await _do(call, done, "withdrawn")


async def _ask_withdrawal(call: Call, reason: str) -> web.Response:
    seen = await see_asked(call.parts, call.actor, call.information_request)
    if not (seen.request.state.is_open or seen.request.state.is_editable):
        raise Conflict("This request has ended.", "Look at its state.")
    return page(
        call.request,
        "requests/sure.html",
        marking=seen.request.marking.value,
        asked="withdraw" if seen.request.sent_at is not None else "withdraw draft",
        name=seen.request.reference,
        text=reason,
        fields={"reason": reason},
        at=f"{_address(call)}/withdrawal",
        back=_address(call),
    )


async def readdress(call: Call) -> web.Response:
    """Send it to another person of the agency that is asked."""
    holder = RepresentativeId(call.form.text("holder"))
    done = request_sending.readdress_request(
        call.parts, call.actor, call.information_request, holder
    )
    return await _do(call, done, "sent")


async def renew_link(call: Call) -> web.Response:
    """Mail the holder a fresh one-time link."""
    done = answer_links.renew_link(call.parts, call.actor, call.information_request)
    return await _do(call, done, "link")


def filter_of(call: Call) -> tuple[RequestFilter, str, bool]:
    """Which requests the address asks for; what it names and is not known is passed over."""
    text = call.request.query.get("state", "")
    state = next((each for each in RequestState if each.value == text), None)
    overdue = call.request.query.get("overdue") == "yes"
    wanted = RequestFilter(state, call.parts.today() if overdue else None)
    return wanted, state.value if state else "", overdue


async def _do(call: Call, doing: Awaitable[object], said: str) -> web.Response:
    """Back to the request once it is done; or its page with what stands in the way."""
    try:
        await doing
    except USER_FAULTS as error:
        status, errors = await refused(call, error, lambda field: _PLACES.get(field, ""))
        return await _show(call, status=status, errors=errors)
    return go(_address(call), said=said)


async def _show(call: Call, *, status: int = 200, errors: Sequence[Problem] = ()) -> web.Response:
    seen = await see_asked(call.parts, call.actor, call.information_request)
    check = await see_check(call.parts, call.actor, seen)
    others: Sequence[Representative] = ()
    if seen.request.state.is_open and call.actor.role is Role.COORDINATOR:
        others = await colleagues(call.parts, call.actor, seen.request)
    return page(
        call.request,
        "requests/show.html",
        others=others,
        status=status,
        marking=seen.request.marking.value,
        seen=seen,
        check=check,
        errors=errors,
        typed={name: call.form.text(name) for name in ("reply", "reason", "holder")},
        **_may(call, seen),
    )


def _may(call: Call, seen: SeenRequest) -> dict[str, Any]:
    """What the visitor can do with it now."""
    request, asks = seen.request, call.actor.role is Role.COORDINATOR
    person = call.actor.representative
    drafted = request.state is RequestState.DRAFT
    return {
        "may_edit": asks and request.state.is_editable,
        "may_approve": drafted and person is not None and person not in request.writers,
        "may_reply": asks and request.state is RequestState.CLARIFYING,
        "may_withdraw": asks and (request.state.is_open or request.state.is_editable),
        "may_renew": asks
        and request.state.is_open
        and call.parts.rules.link_base is not None
        and seen.setting.holder.mobile is not None,
    }


def _address(call: Call) -> str:
    return f"/requests/{call.information_request}"
