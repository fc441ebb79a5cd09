"""Requests to the agency: the list, one of them, and what can be done beside answering."""

from collections.abc import Awaitable, Sequence

from aiohttp import web

from gateway.domain.errors import Conflict, Problem
from gateway.domain.information_requests.states import RequestState
from gateway.domain.register import Representative, RepresentativeId
from gateway.domain.transfers import State
from gateway.services import request_answers, request_sending, transfers
from gateway.services.request_storage import RequestFilter, Side
from gateway.services.request_views import (
    SeenRequest,
    colleagues,
    is_due_soon,
    list_by_urgency,
    see_received,
)
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.requests.faults import USER_FAULTS, page_number
from gateway.web.pages.shell import go, page

_RECALLABLE = frozenset({State.QUEUED, State.SEALED, State.MAILED})


async def show_received_list(call: Call) -> web.Response:
    """What the agency is asked: the day has passed, soon, the rest, then what has ended."""
    number = page_number(call.request)
    rows, more = await list_by_urgency(call.parts, call.actor, Side.ASKED, RequestFilter(), number)
    open_rows = [row for row in rows if row.request.state.is_open]
    groups = (
        ("overdue", [row for row in open_rows if row.overdue]),
        ("soon", [row for row in open_rows if row.due_soon]),
        ("open", [row for row in open_rows if not row.overdue and not row.due_soon]),
        ("ended", [row for row in rows if not row.request.state.is_open]),
    )
    return page(call.request, "requests/received.html", groups=groups, more=more, number=number)


async def show_received_request(call: Call) -> web.Response:
    """One request on one page: who asks, what, why, until when, and what can be done."""
    return await _show(call)


async def acknowledge(call: Call) -> web.Response:
    """Say that it is here."""
    done = request_answers.acknowledge_request(call.parts, call.actor, call.information_request)
    return await _do(call, done, "acknowledged")


async def ask(call: Call) -> web.Response:
    """Ask the requester what is meant."""
    text = call.form.text("question")
    done = request_answers.ask_clarification(call.parts, call.actor, call.information_request, text)
    return await _do(call, done, "asked")


async def forward(call: Call) -> web.Response:
    """Pass it on to a colleague; who came by a one-time link has then done their part."""
    holder, note = RepresentativeId(call.form.text("holder")), call.form.text("note")
    if call.form.text("sure") != "yes":
        seen = await see_received(call.parts, call.actor, call.information_request)
        people = await colleagues(call.parts, call.actor, seen.request)
        named = next((each for each in people if each.id == holder), None)
        if named is not None and seen.request.state.is_open:  # else the use case says what is wrong
            return _ask_forwarding(call, seen, named, note)
    done = request_sending.forward_request(
        call.parts, call.actor, call.information_request, holder, note
    )
    if call.actor.request is None:
        return await _do(call, done, "forwarded")
    try:
        await done
    except USER_FAULTS as error:
        status, errors = await refused(call, error, _field_of)
        return await _show(call, status=status, errors=errors)
    return page(call.request, "requests/passed_on.html")


def _ask_forwarding(
    call: Call, seen: SeenRequest, person: Representative, note: str
) -> web.Response:
    place = f"/received/{seen.request.id}"
    return page(
        call.request,
        "requests/sure.html",
        marking=seen.request.marking.value,
        asked="forward",
        name=person.name,
        text=note,
        fields={"holder": person.id, "note": note},
        at=f"{place}/forwarding",
        back=place,
    )


async def recall(call: Call) -> web.Response:
    """Call back what was disclosed, while its password has not left."""
    seen = await see_received(call.parts, call.actor, call.information_request)
    if seen.answer_carrier is None:
        raise Conflict("Nothing was disclosed.", "Look at the request's answer.")
    done = transfers.recall_transfer(call.parts, call.actor, seen.answer_carrier.id)
    return await _do(call, done, "recalled")


async def _do(call: Call, doing: Awaitable[object], said: str) -> web.Response:
    try:
        await doing
    except USER_FAULTS as error:
        status, errors = await refused(call, error, _field_of)
        return await _show(call, status=status, errors=errors)
    return go(f"/received/{call.information_request}", said=said)


def _field_of(field: str) -> str:
    return {"text": "question", "holder": "holder"}.get(field, "")


async def _show(call: Call, *, status: int = 200, errors: Sequence[Problem] = ()) -> web.Response:
    seen = await see_received(call.parts, call.actor, call.information_request)
    request = seen.request
    may_act = request.state.is_open
    others = await colleagues(call.parts, call.actor, request) if may_act else ()
    today = call.parts.today()
    return page(
        call.request,
        "requests/received_one.html",
        status=status,
        marking=request.marking.value,
        seen=seen,
        errors=errors,
        typed={name: call.form.text(name) for name in ("question", "holder", "note")},
        colleagues=others,
        may_act=may_act,
        may_recall=seen.answer_carrier is not None and seen.answer_carrier.state in _RECALLABLE,
        may_acknowledge=request.state is RequestState.SENT,
        overdue=may_act and request.due_on is not None and request.due_on < today,
        due_soon=is_due_soon(call.parts, request, seen.setting.holding.region),
    )
