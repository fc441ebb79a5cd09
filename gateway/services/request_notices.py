"""Telling the two sides of a request: reminders, news of the thread, and its end.

Before a reminder is sent its attempt is noted, and afterwards that it was; it is not sent again
whatever restarts. Only where a process dies between the two may it go out twice, with the same
Message-ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.domain.information_requests.events import TimeRanOut
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.information_requests.timing import ReminderKind
from gateway.domain.packs import RequestId
from gateway.domain.register import Representative
from gateway.services.answer_link_offers import handed_over, offer_link
from gateway.services.auditing import brief
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter
from gateway.services.request_moves import RequestMove, move_request, record_about
from gateway.services.request_reach import signs_in, works_by_link
from gateway.services.request_storage import AnswerLink, StoredReminder
from gateway.services.request_times import expires_at, region_of
from gateway.services.request_words import (
    ANSWERING,
    DEMANDED,
    HOLDER_LEFT,
    NOTICES,
    NoticeSide,
    NoticeWords,
)
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class _Way:
    """How a person gets at a request: in a sentence or two, and the fresh link among them."""

    lines: tuple[str, ...] = ()
    link: AnswerLink | None = None


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
        ends = expires_at(parts, request, await region_of(work, request))
        if parts.clock.now() < ends:  # it was sent again with more time, or moved lately
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
    words, today = NOTICES[kind], parts.today()
    async with parts.database.work() as work:
        known = await work.register.representatives([request.holder, request.requester])
        holder, requester = known[request.holder], known[request.requester]
        left = NoticeSide.HOLDER in words and not holder.is_active_on(today)
        others = await _others(parts, work, request) if left else ()
    if NoticeSide.HOLDER in words and not left:
        holders = words[NoticeSide.HOLDER]
        await _mail(parts, request, holders, holder, f"{notice}-{NoticeSide.HOLDER.value}")
    elif left and request.state.is_open and requester.is_active_on(today):
        await _mail(parts, request, HOLDER_LEFT, requester, f"{notice}-left")
    elif left:
        for number, person in enumerate(others, 1):
            name = f"{notice}-{NoticeSide.HOLDER.value}-{number}"
            await _mail(parts, request, words[NoticeSide.HOLDER], person, name)
    if NoticeSide.REQUESTER in words and requester.is_active_on(today):
        asking = words[NoticeSide.REQUESTER]
        await _mail(parts, request, asking, requester, f"{notice}-{NoticeSide.REQUESTER.value}")


async def _others(
    parts: Parts, work: Work, request: InformationRequest
) -> Sequence[Representative]:
    """Who of the holding agency may know of the request: who answers requests, or had this one."""
    had = set()
    for identifier in request.packs:
        pack = await work.packs.get(identifier, None)
        had |= set(pack.recipients) if pack else set()
    today, found = parts.today(), []
    for person in await work.register.people_of([request.holding_agency]):
        knows = person.id in had or await signs_in(parts, work, person)
        if knows and person.is_active_on(today):
            found.append(person)
    return found


async def _mail(
    parts: Parts, request: InformationRequest, words: NoticeWords, person: Representative, name: str
) -> None:
    """Mail the notice called `name`; a fresh link in it voids older ones once it is taken."""
    async with parts.database.work() as work:
        way = await _way(parts, work, request, words, person)
    fill = _filling(parts, request)
    letter = NoticeLetter(
        message_id=f"{request.id.lower()}.{name}@{parts.rules.message_domain}",
        to=person.email,
        reference=request.reference,
        subject=words.subject.format_map(fill),
        lines=(*(line.format_map(fill) for line in words.lines), *way.lines),
        date=parts.clock.now(),
    )
    outcome = await parts.mailer.send_notice(letter)
    async with parts.database.work() as work:
        if way.link is not None:
            await handed_over(work, way.link, outcome, sessions=False)
        if not isinstance(outcome, Deferred):
            detail: dict[str, JSON] = {"kind": name, "accepted": isinstance(outcome, Accepted)}
            action = Action.INFORMATION_REQUEST_NOTICE_SENT
            await record_about(parts, work, WORKER, action, request, detail)
    if isinstance(outcome, Deferred):
        raise Unavailable(brief(outcome.reason), "The notice will be tried again.")


def _filling(parts: Parts, request: InformationRequest) -> dict[str, str]:
    authority = parts.judge.authority(request.authority)
    permissive = authority is None or authority.permissive
    due = request.due_on
    return {
        "reference": request.reference,
        "due": f"{due.day} {due:%B %Y}" if due else "no day stated",
        "answering": ANSWERING if permissive else DEMANDED,
    }


async def _way(
    parts: Parts,
    work: Work,
    request: InformationRequest,
    words: NoticeWords,
    person: Representative,
) -> _Way:
    """How the person gets at the request; a holder without an account gets a fresh link."""
    if not words.way:
        return _Way()
    base = parts.rules.link_base
    if person.id == request.holder and request.state.is_open:
        locked = await work.requests.asked(request.id, None, lock=True)
        still_theirs = locked is not None and locked.state.is_open and locked.holder == person.id
        if still_theirs and await works_by_link(parts, work, person):
            offered = await offer_link(parts, work, WORKER, request, person)
            return _Way(offered.lines, offered.link)
    if base is not None:
        return _Way((f"Sign in at {base} and look for request {request.reference}.",))
    return _Way((f"Look for request {request.reference} in the gateway.",))
