"""Actions: tasking an agency, the list, and what came of one."""

from datetime import date
from typing import Final

from aiohttp import web

from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.meeting_records import ActionId, ActionState
from gateway.domain.register import ChildReference, RepresentativeId
from gateway.forms.exports.tables import csv_table
from gateway.services import meeting_actions
from gateway.services.meeting_actions import ActionView, NewAction
from gateway.services.meeting_record_views import look_at_record
from gateway.web.calls import Call
from gateway.web.pages.meeting_records.record import MARKING, csv, limited, required
from gateway.web.pages.register.typed import FAULTS, Shape, Typed, again, read
from gateway.web.pages.shell import go, page

_NEW: Final = Shape(("owner", "text", "due_on"), several=("children",))
_END: Final = Shape(("state", "outcome"))
_STATES: Final = (
    (ActionState.DONE.value, ActionState.DONE.value),
    (ActionState.NOT_DONE.value, "not done, because:"),
)
_COLUMNS: Final = (
    "action", "what", "children", "agency", "who", "lead agency", "due", "state", "overdue",
    "outcome",
)  # fmt: skip


async def show_new(call: Call) -> web.Response:
    """An empty form."""
    return await _form(call, Typed({}))


async def add(call: Call) -> web.Response:
    """On to the record with the action; or the form again."""
    typed = read(call.form, _NEW)
    try:
        new = NewAction(
            owner=RepresentativeId(required(typed.get("owner"), "owner")),
            text=required(typed.get("text"), "text"),
            due_on=_day(typed.get("due_on")),
            children=tuple(ChildReference(each) for each in dict.fromkeys(typed.of("children"))),
        )
        await meeting_actions.task_action(call.parts, call.actor, call.meeting, new)
    except FAULTS as error:
        status, errors = await again(call, error, _NEW)
        return await _form(call, typed, status, errors)
    return go(f"/meetings/{call.meeting}/record", said="tasked")


async def show_list(call: Call) -> web.Response:
    """The actions the agency is tasked with, or of meetings it leads."""
    found = await meeting_actions.list_actions(call.parts, call.actor)
    return page(
        call.request, "meeting_records/actions.html", actions=found, own=call.actor.agency,
        marking=MARKING,
    )  # fmt: skip


async def save_list(call: Call) -> web.Response:
    """The same, as CSV."""
    found = await meeting_actions.list_actions(call.parts, call.actor)
    return csv(csv_table(_COLUMNS, map(_row, found)), "actions")


async def show(call: Call) -> web.Response:
    """An action, and the form for what came of it."""
    return await _one(call, Typed({}))


async def end(call: Call) -> web.Response:
    """The action with its end; or the form again."""
    typed = read(call.form, _END)
    try:
        state = _state(typed.get("state"))
        outcome = limited(typed.get("outcome"), "outcome")
        await meeting_actions.end_action(call.parts, call.actor, _action(call), state, outcome)
    except FAULTS as error:
        status, errors = await again(call, error, _END)
        return await _one(call, typed, status, errors)
    return go(f"/actions/{_action(call)}", said="saved")


def _action(call: Call) -> ActionId:
    return ActionId(call.path["action"])


def _state(text: str) -> ActionState:
    try:
        return ActionState(text)
    except ValueError:
        raise InvalidInput(
            "It is not said what came of it.", "Choose an answer.", field="state"
        ) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "This is not a day.", "Write it as in 2026-12-01.", field="due_on"
        ) from None


async def _form(
    call: Call, typed: Typed, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    view = await look_at_record(call.parts, call.actor, call.meeting)
    people = [(each.id, f"{each.name}, {view.agencies[each.agency]}") for each in view.colleagues]
    return page(
        call.request, "meeting_records/action_new.html", status=status, view=view, typed=typed,
        errors=errors, people=people, marking=MARKING,
    )  # fmt: skip


async def _one(
    call: Call, typed: Typed, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    view = await meeting_actions.look_at_action(call.parts, call.actor, _action(call))
    return page(
        call.request, "meeting_records/action.html", status=status, view=view, typed=typed,
        errors=errors, states=_STATES, marking=MARKING,
    )  # fmt: skip


def _row(view: ActionView) -> tuple[str, ...]:
    action = view.action
    return (
        action.reference,
        view.text,
        "; ".join(action.children),
        view.agency,
        view.owner,
        view.lead_agency,
        action.due_on.isoformat(),
        action.state.value,
        "yes" if view.overdue else "no",
        view.outcome,
    )
