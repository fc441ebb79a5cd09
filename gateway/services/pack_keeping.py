"""Asking recipients whether they deleted what they were sent, and what they answer.

What was mailed cannot be called back; the gateway can only ask. The one-time link in the mail
leads to a page on which looking changes nothing, so that mail scanners answer nothing.
"""

from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import NotFound
from gateway.domain.meeting_records import Keeping, KeepingAnswer, KeepingId, NoticeKind
from gateway.domain.meeting_records.keeping import may_have_arrived
from gateway.domain.meeting_records.notices import ASK_WITHIN, LINK_LIFE
from gateway.domain.register import AgencyId, Meeting, MeetingId, Representative
from gateway.domain.transfers import Transfer, TransferId
from gateway.services.auditing import meeting_pseudonym, pseudonym, record
from gateway.services.meeting_reach import seal_text
from gateway.services.meeting_times import plan_notice
from gateway.services.packs import require_coordinator
from gateway.services.parts import Parts
from gateway.services.storage import Work

_MOST_ACTIONS = 1_000  # of one meeting


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a link shows: nothing of the meeting but the transfer's reference and who asks."""

    keeping: Keeping
    lead_agency: str


async def tasked_agencies(
    work: Work, meeting: MeetingId, lead_agency: AgencyId
) -> frozenset[AgencyId]:
    """The agencies that the meeting tasked with something, and so may keep what that needs."""
    actions = await work.meeting_records.actions(lead_agency, _MOST_ACTIONS, meeting=meeting)
    return frozenset(action.agency for action in actions)


async def ask_recipients(
    parts: Parts, work: Work, actor: Actor, meeting: Meeting, lead_agency: AgencyId
) -> int:
    """Ask each recipient of an agency that was tasked with nothing; how many questions.

    Who was asked about a transfer before is not asked again.
    """
    tasked = await tasked_agencies(work, meeting.id, lead_agency)
    asked = {k.transfer for k in await work.meeting_records.keepings(meeting.id, lead_agency)}
    sent = await work.meeting_records.received(meeting.id, lead_agency)
    people = await work.register.representatives([transfer.recipient for transfer in sent])
    count = 0
    for transfer in sent:
        person = people.get(transfer.recipient)
        if person is None or person.agency in tasked or transfer.id in asked:
            continue
        if may_have_arrived(transfer):
            await _ask(parts, work, actor, transfer, person)
            count += 1
    return count


async def look_at_link(parts: Parts, token: str) -> LinkView:
    """What a link asks about; looking changes nothing.

    Raises:
        NotFound: no such link, or its time is over.
    """
    async with parts.database.work() as work:
        found = await _find(parts, work, token)
        agency = await work.register.agency(found.lead_agency)
        return LinkView(found, agency.name if agency else found.lead_agency)


async def answer_by_link(
    parts: Parts, actor: Actor, token: str, answer: KeepingAnswer, reason: str
) -> Keeping:
    """Record what the recipient says; after 'not yet' they may answer again.

    Raises:
        NotFound: no such link, or its time is over.
        Conflict: it was answered. InvalidInput: it is kept, and no reason is given.
    """
    async with parts.database.work() as work:
        found = await _find(parts, work, token, lock=True)
        return await _answered(parts, work, actor, found, answer, reason, "one-time link")


async def answer_as_told(
    parts: Parts, actor: Actor, transfer: TransferId, answer: KeepingAnswer, reason: str
) -> Keeping:
    """Record what a recipient told the lead agency, by telephone or at a meeting.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: nothing was asked about such a transfer of the actor's agency.
        Conflict: it was answered. InvalidInput: it is kept, and no reason is given.
    """
    require_coordinator(actor)
    async with parts.database.work() as work:
        named = await work.meeting_records.keeping_of(transfer, actor.of_agency())
        found = named and await work.meeting_records.by_link(named.link_digest, lock=True)
        if not found:
            raise NotFound("Nothing was asked about this transfer.", "Look at the record.")
        return await _answered(parts, work, actor, found, answer, reason, "told the lead agency")


def subject_of(parts: Parts, keeping: Keeping) -> dict[str, JSON]:
    """The references by which an entry names what is asked about."""
    return {
        "transfer": keeping.transfer,
        "reference": keeping.reference,
        "meeting": meeting_pseudonym(parts, keeping.meeting),
        "recipient": pseudonym(parts, keeping.recipient),
        "also_concerns": [keeping.agency],
    }


def token_name(keeping: KeepingId) -> str:
    """The name under which the token of a link is kept, encrypted, until it is answered."""
    return f"deletion link:{keeping}"


def reason_name(keeping: KeepingId) -> str:
    """The name to which the reason of an answer is bound."""
    return f"deletion answer:{keeping}"


async def _ask(
    parts: Parts, work: Work, actor: Actor, transfer: Transfer, person: Representative
) -> None:
    now = parts.clock.now()
    identifier = KeepingId(parts.identifiers.new())
    token = parts.identifiers.token()
    keeping = Keeping(
        id=identifier,
        meeting=transfer.meeting,
        lead_agency=transfer.agency,
        agency=person.agency,
        recipient=person.id,
        transfer=transfer.id,
        reference=transfer.reference,
        asked_at=now,
        due_on=parts.today() + ASK_WITHIN,
        link_digest=_digest(parts, token.reveal()),
        link_expires_at=now + LINK_LIFE,
    )
    await work.meeting_records.ask(keeping)
    name = token_name(identifier)
    await work.keys.put(name, parts.vault.seal_secret(name, token))
    detail: dict[str, JSON] = {"due_on": keeping.due_on.isoformat()}
    await record(parts, work, actor, Action.DELETION_ASKED, subject_of(parts, keeping), detail)
    for kind in (NoticeKind.DELETION_ASKED, NoticeKind.DELETION_DUE, NoticeKind.DELETION_OVERDUE):
        await plan_notice(parts, work, identifier, kind, keeping.due_on)


async def _answered(
    parts: Parts,
    work: Work,
    actor: Actor,
    found: Keeping,
    answer: KeepingAnswer,
    reason: str,
    how: str,
) -> Keeping:
    sealed = seal_text(parts, reason_name(found.id), reason) if reason else None
    answered = found.answered(answer, sealed, parts.clock.now())
    await work.meeting_records.answer(answered)
    if answered.is_settled:
        await work.keys.destroy(token_name(found.id))
    detail: dict[str, JSON] = {"answer": answer.value, "how": how}
    action, agency = Action.DELETION_ANSWERED, found.lead_agency
    await record(parts, work, actor, action, subject_of(parts, found), detail, agency=agency)
    return answered


async def _find(parts: Parts, work: Work, token: str, *, lock: bool = False) -> Keeping:
    found = await work.meeting_records.by_link(_digest(parts, token), lock=lock)
    if found is None or parts.clock.now() >= found.link_expires_at:
        raise NotFound(
            "This link leads nowhere, or its time is over.", "Ask the agency that sent the mail."
        )
    return found


def _digest(parts: Parts, token: str) -> bytes:
    return parts.vault.digest("deletion link", token)
