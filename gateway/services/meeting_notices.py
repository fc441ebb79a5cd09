"""Mails about actions and about packs that are to be deleted: references and days only.

A mail that went out is noted, and not sent again. Only where a process dies between sending and
noting may it go out twice, with the same Message-ID.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import WORKER
from gateway.domain.errors import Unavailable
from gateway.domain.meeting_records import ActionId, ActionState, Keeping, KeepingId, NoticeKind
from gateway.domain.register import AgencyId, Representative, RepresentativeId
from gateway.services.auditing import brief, record
from gateway.services.meeting_reach import subject_of
from gateway.services.pack_keeping import token_name
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter
from gateway.services.storage import Work


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Due:
    """A mail that is due: about what, to whom, and the last lines, which say what to do."""

    person: Representative
    reference: str
    due_on: date
    lead_agency: AgencyId
    subject: Mapping[str, JSON]
    way: tuple[str, ...]


_LETTER: Final = "This mail names nobody."
_DELETE: Final = (
    "Only agencies that were tasked with an action keep what was shared; yours was not.",
    "Delete the pack, everything taken out of it, and the mails with it and with its password.",
    "A pack that was mailed cannot be called back, so we ask you to say what became of it.",
)
_WORDS: Final[Mapping[NoticeKind, _Words]] = MappingProxyType(
    {
        NoticeKind.TASKED: _Words(
            "Action {reference}: your agency was tasked",
            ("A meeting tasked your agency with action {reference}, due on {due}.",),
        ),
        NoticeKind.ACTION_DUE: _Words(
            "Action {reference} is due today", ("Action {reference} is due today.",)
        ),
        NoticeKind.ACTION_OVERDUE: _Words(
            "Action {reference} is overdue", ("Action {reference} was due on {due}.",)
        ),
        NoticeKind.DELETION_ASKED: _Words(
            "Please delete pack {reference}",
            ("The meeting for which you were sent pack {reference} is over.", *_DELETE),
        ),
        NoticeKind.DELETION_DUE: _Words(
            "Pack {reference}: please confirm today that it is deleted",
            ("You were asked to say by {due} what became of pack {reference}.", *_DELETE),
        ),
        NoticeKind.DELETION_OVERDUE: _Words(
            "Pack {reference}: your answer is overdue",
            ("You were asked to say by {due} what became of pack {reference}.", *_DELETE),
        ),
    }
)


async def send(parts: Parts, about: str, kind: NoticeKind) -> None:
    """Send a mail that is due, unless it was sent or there is nothing left to say.

    Raises:
        Unavailable: it could not be handed over now, or another process is at it; the work is to be
            repeated.
    """
    async with parts.database.turn(f"meeting notice {about} {kind.value}") as taken:
        if not taken:
            raise Unavailable("The mail is being sent.", "It will be looked at again.")
        async with parts.database.work() as work:
            if await work.meeting_records.sent_notice(about, kind):
                return
            due = await _due(parts, work, about, kind)
        if due is not None:
            await _send(parts, about, kind, due)


async def _send(parts: Parts, about: str, kind: NoticeKind, due: _Due) -> None:
    words = _WORDS[kind]
    fill = {"reference": due.reference, "due": f"{due.due_on.day} {due.due_on:%B %Y}"}
    letter = NoticeLetter(
        message_id=f"{about.lower()}.{kind.value}@{parts.rules.message_domain}",
        to=due.person.email,
        reference=due.reference,
        subject=words.subject.format_map(fill),
        lines=(*(line.format_map(fill) for line in words.lines), *due.way, _LETTER),
        date=parts.clock.now(),
    )
    outcome = await parts.mailer.send_notice(letter)
    if isinstance(outcome, Deferred):
        raise Unavailable(brief(outcome.reason), "The mail will be tried again.")
    async with parts.database.work() as work:
        await work.meeting_records.note_notice(about, kind, parts.clock.now())
        detail: dict[str, JSON] = {
            "kind": kind.value,
            "accepted": isinstance(outcome, Accepted),
        }
        action, agency = Action.MEETING_NOTICE_SENT, due.lead_agency
        await record(parts, work, WORKER, action, due.subject, detail, agency=agency)


async def _due(parts: Parts, work: Work, about: str, kind: NoticeKind) -> _Due | None:
    """The mail, if there is still something to say to somebody who still acts for the agency."""
    if kind.is_of_action:
        action = await work.meeting_records.action(ActionId(about), None)
        if action is None or action.state is not ActionState.OPEN:
            return None
        person = await _active(parts, work, action.owner)
        subject = subject_of(parts, action.meeting, action.agency)
        subject["meeting_action"] = action.reference
        if person is None:
            return None
        way = _sign_in(parts, f"/actions/{action.id}")
        return _Due(person, action.reference, action.due_on, action.lead_agency, subject, way)
    keeping = await work.meeting_records.keeping(KeepingId(about))
    if keeping is None or keeping.is_settled:
        return None
    person = await _active(parts, work, keeping.recipient)
    if person is None:
        return None
    subject = subject_of(parts, keeping.meeting, keeping.agency)
    subject["reference"] = keeping.reference
    way = await _link(parts, work, keeping)
    return _Due(person, keeping.reference, keeping.due_on, keeping.lead_agency, subject, way)


async def _active(parts: Parts, work: Work, identifier: RepresentativeId) -> Representative | None:
    person = (await work.register.representatives([identifier])).get(identifier)
    return person if person and person.is_active_on(parts.today()) else None


def _sign_in(parts: Parts, place: str) -> tuple[str, ...]:
    base = parts.rules.link_base
    if base is None:
        return ("Sign in to the gateway and look at the list of actions, or ask the lead agency.",)
    return (f"Sign in at {base}{place}", "If your agency has no account, ask the lead agency.")


async def _link(parts: Parts, work: Work, keeping: Keeping) -> tuple[str, ...]:
    base, name = parts.rules.link_base, token_name(keeping.id)
    sealed = await work.keys.get(name)
    if base is None or sealed is None or parts.clock.now() >= keeping.link_expires_at:
        return ("Tell the lead agency by telephone what became of it.",)
    token = parts.vault.open_secret(name, sealed).reveal()
    return ("Answer on this page, without signing in:", f"{base}/deletion/{token}")
