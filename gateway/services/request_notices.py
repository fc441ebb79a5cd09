"""Telling the two sides of a request: reminders, news of the thread, and its end.

A notice holds the reference and what to do, never what was asked or said. Before a reminder is
sent its attempt is noted, and afterwards that it was; it is not sent again whatever restarts. Only
where a process dies between the two may it go out twice, with the same Message-ID.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.domain.information_requests.events import TimeRanOut
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.packs import RequestId
from gateway.services.answer_links import expires_at
from gateway.services.auditing import brief
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter
from gateway.services.request_moves import RequestMove, move_request, record_about
from gateway.services.request_storage import StoredReminder


class _Side(StrEnum):
    HOLDER = "holder"
    REQUESTER = "requester"


_HOLDER = frozenset({_Side.HOLDER})
_REQUESTER = frozenset({_Side.REQUESTER})


@dataclass(frozen=True, slots=True)
class _Words:
    """What a notice says; `{reference}`, `{due}` and `{state}` are filled in."""

    sides: frozenset[_Side]
    subject: str
    lines: tuple[str, ...]


_ANSWERING = (
    "The holding agency may disclose all or part of what is asked for, say that it does not hold "
    "it, ask what is meant, or decline and say why."
)
_DEMANDED = (
    "This is a demand under section 66 of the Oranga Tamariki Act 1989. Ask your legal team if you "
    "are in doubt about it."
)
_NOTICES = {
    ReminderKind.DUE_SOON.value: _Words(
        _HOLDER,
        "Request {reference}: an answer is asked for by {due}",
        ("An answer to request {reference} is asked for by {due}.", "{answering}"),
    ),
    ReminderKind.DUE.value: _Words(
        _HOLDER,
        "Request {reference}: an answer is asked for today",
        ("An answer to request {reference} is asked for today, {due}.", "{answering}"),
    ),
    ReminderKind.OVERDUE.value: _Words(
        _HOLDER | _REQUESTER,
        "Request {reference}: the day asked for has passed",
        ("An answer to request {reference} was asked for by {due}.", "{answering}"),
    ),
    ReminderKind.STILL_OVERDUE.value: _Words(
        _REQUESTER,
        "Request {reference}: still no answer",
        (
            "No answer has come to request {reference}, asked for by {due}.",
            "Telephone the holder, or withdraw the request if it is no longer needed.",
        ),
    ),
    "question": _Words(
        _REQUESTER,
        "Request {reference}: the holding agency asks what is meant",
        ("The holding agency has a question about request {reference}.", "Read and reply to it."),
    ),
    "reply": _Words(
        _HOLDER,
        "Request {reference}: the requester has replied",
        ("The requester has replied to your question about request {reference}.",),
    ),
    "answered": _Words(
        _REQUESTER,
        "Request {reference}: answered",
        (
            "The holding agency has answered request {reference}.",
            "What it discloses comes as a sealed pack; everything else stands with the request.",
        ),
    ),
    "withdrawn": _Words(
        _HOLDER,
        "Request {reference}: withdrawn",
        ("The requester has withdrawn request {reference}. No answer is needed.",),
    ),
    "expired": _Words(
        _HOLDER | _REQUESTER,
        "Request {reference}: expired",
        ("Request {reference} was not answered in the time allowed, and has expired.",),
    ),
}


async def remind(parts: Parts, identifier: RequestId, kind: ReminderKind) -> None:
    """Send a reminder that is due, unless it was sent or nobody waits for an answer any more.

    Raises:
        Unavailable: a mail could not be handed over now, or another process is at it; the work is
            to be repeated.
    """
    async with parts.database.turn(f"reminder {identifier} {kind.value}") as taken:
        if not taken:
            raise Unavailable("The reminder is being sent.", "It will be looked at again.")
        await _remind(parts, identifier, kind)


async def _remind(parts: Parts, identifier: RequestId, kind: ReminderKind) -> None:
    now = parts.clock.now()
    async with parts.database.work() as work:
        reminder = await work.requests.reminder(identifier, kind, lock=True)
        request = await work.requests.asked(identifier, None)
        if reminder is None or request is None or reminder.done_at is not None:
            return
        if not request.state.is_open:
            await work.requests.update_reminder(replace(reminder, done_at=now))
            return
        if now < reminder.at:  # it was put off when the request was sent again, or a clock is slow
            await work.jobs.remind(identifier, kind, reminder.at)
            return
        await work.requests.update_reminder(replace(reminder, begun_at=now))
    await _tell(parts, request, kind.value, f"{kind.value.replace(' ', '-')}-{_sending(request)}")
    async with parts.database.work() as work:
        held = await work.requests.reminder(identifier, kind, lock=True)
        if held is not None and _same(held, reminder):
            done = replace(held, done_at=parts.clock.now())
            await work.requests.update_reminder(done)


async def notify(parts: Parts, identifier: RequestId, kind: str, notice: str) -> None:
    """Tell a side of a request something; `notice` makes the Message-ID.

    Raises:
        Unavailable: a mail could not be handed over now; the work is to be repeated.
    """
    async with parts.database.work() as work:
        request = await work.requests.asked(identifier, None)
    if request is None:
        return
    await _tell(parts, request, kind, notice.lower())


async def expire(parts: Parts, identifier: RequestId) -> None:
    """End a request that nobody answered, once the time of its present sending is over."""
    async with parts.database.work() as work:
        request = await work.requests.asked(identifier, None, lock=True)
        if request is None or not request.state.is_open:
            return
        agency = await work.register.agency(request.holding_agency)
        ends = expires_at(parts, request, agency.region if agency else None)
        if parts.clock.now() < ends:  # it was sent again with more time
            await work.jobs.expire_request(identifier, ends)
            return
        how = RequestMove(TimeRanOut(), Action.INFORMATION_REQUEST_EXPIRED)
        moved = await move_request(parts, work, WORKER, request, how)
        await work.requests.plan_reminders(moved.id, ())
        await work.jobs.notify_request(moved.id, "expired", parts.identifiers.new())


def _sending(request: InformationRequest) -> str:
    """Tells one sending of a request from another in Message-IDs."""
    return str(len(request.packs))


def _same(one: StoredReminder, other: StoredReminder) -> bool:
    return one.at == other.at


async def _tell(parts: Parts, request: InformationRequest, kind: str, notice: str) -> None:
    words = _NOTICES[kind]
    people = {_Side.HOLDER: request.holder, _Side.REQUESTER: request.requester}
    async with parts.database.work() as work:
        known = await work.register.representatives(list(people.values()))
    for side in sorted(words.sides):
        person = known.get(people[side])
        if person is not None and person.is_active_on(parts.today()):
            await _mail(parts, request, words, person.email, f"{notice}-{side.value}")


async def _mail(
    parts: Parts, request: InformationRequest, words: _Words, to: str, notice: str
) -> None:
    authority = parts.judge.authority(request.authority)
    permissive = authority is None or authority.permissive
    due = request.due_on
    fill = {
        "reference": request.reference,
        "due": f"{due.day} {due:%B %Y}" if due else "no day stated",
        "answering": _ANSWERING if permissive else _DEMANDED,
    }
    letter = NoticeLetter(
        message_id=f"{request.id.lower()}.{notice}@{parts.rules.message_domain}",
        to=to,
        reference=request.reference,
        subject=words.subject.format_map(fill),
        lines=tuple(line.format_map(fill) for line in words.lines),
        date=parts.clock.now(),
    )
    outcome = await parts.mailer.send_notice(letter)
    if isinstance(outcome, Deferred):
        raise Unavailable(brief(outcome.reason), "The notice will be tried again.")
    async with parts.database.work() as work:
        detail: dict[str, JSON] = {
            "kind": notice,
            "accepted": isinstance(outcome, Accepted),
        }
        action = Action.INFORMATION_REQUEST_NOTICE_SENT
        await record_about(parts, work, WORKER, action, request, detail)
