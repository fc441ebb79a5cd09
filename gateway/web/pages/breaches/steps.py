"""What is done about a breach: stopped, contained, assessed, notified, told, learnt, closed."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from gateway.domain.breaches import Factor, LessonId, Measure
from gateway.domain.errors import Conflict, InvalidInput
from gateway.forms.breach_models import (
    AssessmentModel,
    CarryModel,
    ContainModel,
    LessonModel,
    NoticeModel,
    NotificationModel,
    TargetsModel,
)
from gateway.services import breach_decisions, breach_lessons, breach_notices, breaches
from gateway.services.breach_decisions import Judgement, NewNotification
from gateway.services.breach_lessons import NewLesson
from gateway.services.breach_stopping import stop as stop_breach
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.breaches.looking import breach_in, whole
from gateway.web.pages.breaches.times import typed_time
from gateway.web.pages.register.typed import FAULTS, SEEN, Shape, Typed, again, lines, read
from gateway.web.pages.shell import go

_FACTORS: Final = tuple(factor.value for factor in Factor)
_SHAPE: Final = Shape(
    (
        "references", "steps", *_FACTORS, "harm", "reason", "told", "how", "exception", "at",
        "message", "text", "owner", "due_on", "protocol",
    ),
    several=("agencies", "shown"),
)  # fmt: skip
_Doing = Callable[[Call, Typed], Awaitable[object]]


async def stop(call: Call) -> web.Response:
    """The breach again, with how each attempt ended."""
    return await _do(call, _stop, "breach-stopped")


async def add_targets(call: Call) -> web.Response:
    """The breach again, about more."""
    return await _do(call, _add_targets, "saved")


async def contain(call: Call) -> web.Response:
    """The breach again, contained."""
    return await _do(call, _contain, "saved")


async def assess(call: Call) -> web.Response:
    """The breach again, assessed."""
    return await _do(call, _assess, "saved")


async def notify(call: Call) -> web.Response:
    """The breach again, with a further notification."""
    return await _do(call, _notify, "saved")


async def declare(call: Call) -> web.Response:
    """The breach again, not notifiable."""
    return await _do(call, _declare, "saved")


async def tell(call: Call) -> web.Response:
    """The breach again; notices are on their way."""
    return await _do(call, _tell, "breach-told")


async def close(call: Call) -> web.Response:
    """The breach again, closed."""
    return await _do(call, _close, "saved")


async def add_lesson(call: Call) -> web.Response:
    """The breach again, with a further lesson."""
    return await _do(call, _add_lesson, "saved")


async def finish_lesson(call: Call) -> web.Response:
    """The breach again, with a lesson that was seen to."""
    return await _do(call, _finish_lesson, "saved")


async def carry_lesson(call: Call) -> web.Response:
    """The breach again; the lesson stands in a draft."""
    return await _do(call, _carry_lesson, "saved")


async def _do(call: Call, doing: _Doing, said: str) -> web.Response:
    typed = read(call.form, _SHAPE)
    try:
        await doing(call, typed)
    except FAULTS as error:
        status, errors = await again(call, error, _SHAPE)
        return await whole(call, status, errors, typed)
    return go(f"/breaches/{breach_in(call)}", said=said)


async def _stop(call: Call, typed: Typed) -> None:
    words = {measure.value: measure for measure in Measure}
    shown = [
        (reference, words[measure])
        for reference, _, measure in (each.partition("|") for each in typed.of("shown")[:500])
        if measure in words
    ]
    await stop_breach(call.parts, call.actor, breach_in(call), shown)


async def _add_targets(call: Call, typed: Typed) -> None:
    given = validated({"references": lines(typed.get("references"))}, TargetsModel)
    await breaches.add_targets(
        call.parts, call.actor, breach_in(call), given.references, seen=_seen(typed)
    )


async def _contain(call: Call, typed: Typed) -> None:
    given = validated(typed.present("steps"), ContainModel)
    await breaches.contain_breach(
        call.parts, call.actor, breach_in(call), given.steps, seen=_seen(typed)
    )


async def _assess(call: Call, typed: Typed) -> None:
    given = validated(typed.present("harm", "reason", also=_FACTORS), AssessmentModel)
    said = {factor: getattr(given, factor.value) or "" for factor in Factor}
    judgement = Judgement(said, given.harm, given.reason)
    await breach_decisions.assess_breach(
        call.parts, call.actor, breach_in(call), judgement, seen=_seen(typed)
    )


async def _notify(call: Call, typed: Typed) -> None:
    given = validated(typed.present("told", "how", also=("exception",)), NotificationModel)
    at = typed_time(call, "at", required=True)
    if at is None:
        raise InvalidInput("This is not a time.", "Say when.", field="at")
    new = NewNotification(given.told, at, given.how, given.exception)
    await breach_decisions.record_notification(
        call.parts, call.actor, breach_in(call), new, seen=_seen(typed)
    )


async def _declare(call: Call, typed: Typed) -> None:
    await breach_decisions.declare_not_notifiable(
        call.parts, call.actor, breach_in(call), seen=_seen(typed)
    )


async def _tell(call: Call, typed: Typed) -> None:
    given = validated(
        {**typed.present("message"), "agencies": list(typed.of("agencies"))}, NoticeModel
    )
    await breach_notices.tell_agencies(
        call.parts, call.actor, breach_in(call), given.agencies, given.message, seen=_seen(typed)
    )


async def _close(call: Call, typed: Typed) -> None:
    await breaches.close_breach(call.parts, call.actor, breach_in(call), seen=_seen(typed))


async def _add_lesson(call: Call, typed: Typed) -> None:
    given = validated(typed.present("text", "owner", "due_on"), LessonModel)
    new = NewLesson(given.text, given.owner, given.due_on)
    await breach_lessons.add_lesson(call.parts, call.actor, breach_in(call), new)


async def _finish_lesson(call: Call, typed: Typed) -> None:  # noqa: ARG001 - as the others take it
    await breach_lessons.finish_lesson(call.parts, call.actor, breach_in(call), _lesson(call))


async def _carry_lesson(call: Call, typed: Typed) -> None:
    given = validated(typed.present("protocol"), CarryModel)
    await breach_lessons.carry_lesson(
        call.parts, call.actor, breach_in(call), _lesson(call), given.protocol
    )


def _lesson(call: Call) -> LessonId:
    return LessonId(call.path["lesson"])


def _seen(typed: Typed) -> int:
    text = typed.get(SEEN)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict("The form is too old to be used.", "Open the breach again.")
    return int(text)
