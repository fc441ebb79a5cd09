"""Telling relationship managers of a breach: a reference by mail, and what to know on a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Outcome
from gateway.domain.actors import WORKER, Actor
from gateway.domain.breaches import Breach, BreachId, Notice
from gateway.domain.breaches.letters import flagged, to_manager
from gateway.domain.errors import Conflict, InvalidInput, Unavailable
from gateway.domain.register import AgencyId, RepresentativeId, governing
from gateway.domain.users import UserId
from gateway.services.auditing import brief, record
from gateway.services.breach_scope import DECIDERS, breach_of, note, sealed, subject_of
from gateway.services.parts import Parts
from gateway.services.ports import Accepted, Deferred, NoticeLetter
from gateway.services.storage import Work

MOST_NOTICES = 200  # of one breach


@dataclass(frozen=True, slots=True)
class Addressee:
    """The relationship manager of an agency that can be told."""

    agency: AgencyId
    agency_name: str
    manager: RepresentativeId
    manager_name: str


async def addressees(parts: Parts, work: Work, breach: Breach) -> tuple[Addressee, ...]:
    """The relationship managers of the agencies that the protocols of its transfers list.

    In an exercise, the own agency's only, or else whoever reported it.
    """
    managers: dict[AgencyId, RepresentativeId] = {}
    for identifier in breach.transfers:
        transfer = await work.transfers.get(identifier, breach.agency)
        meeting = await work.register.meeting(transfer.meeting) if transfer is not None else None
        if meeting is None:
            continue
        versions = await work.register.protocol_versions(meeting.protocol)
        version = governing(versions, parts.today())
        listed = version.terms.agencies if version is not None and version.terms else ()
        joined = [c.listed for c in version.membership if c.listed] if version is not None else []
        managers |= {each.agency: each.manager for each in (*listed, *joined) if each.manager}
    if breach.exercise:
        own = managers.get(breach.agency) or await _reporter(work, breach)
        managers = {breach.agency: own} if own is not None else {}
    people = await work.register.representatives(list(managers.values()))
    agencies = await work.register.agencies()
    return tuple(
        Addressee(agency, agencies[agency].name, manager, people[manager].name)
        for agency, manager in sorted(managers.items())
        if manager in people and people[manager].agency == agency and agency in agencies
    )


async def tell_agencies(
    parts: Parts,
    actor: Actor,
    identifier: BreachId,
    agencies: Sequence[AgencyId],
    message: str,
    *,
    seen: int,
) -> Breach:
    """Have the relationship managers of these agencies told; their agencies then see `message`.

    Raises:
        Forbidden: the actor is no privacy officer. NotFound, Conflict: as for `breach_of`.
        InvalidInput: no agency is named, or one that cannot be told.
    """
    async with parts.database.work() as work:
        held = await breach_of(parts, work, actor, identifier, roles=DECIDERS, lock=True, seen=seen)
        known = {each.agency: each for each in await addressees(parts, work, held.breach)}
        if not agencies or not known.keys() >= set(agencies):
            raise InvalidInput(
                "Choose agencies from the list.",
                "In an exercise, nobody outside your agency is told."
                if held.breach.exercise
                else "Name their relationship managers in the protocol first.",
                field="agencies",
            )
        now = parts.clock.now()
        made = tuple(
            Notice(parts.identifiers.new(), agency, known[agency].manager, now)
            for agency in dict.fromkeys(agencies)
        )
        if len(held.breach.notices) + len(made) > MOST_NOTICES:
            raise Conflict("This breach has as many notices as it can have.", "Telephone them.")
        breach = replace(
            held.breach,
            notices=(*held.breach.notices, *made),
            shared_with=_shared(held.breach, agencies),
            changed_at=now,
            revision=held.breach.revision + 1,
        )
        account = replace(held.account, message=message)
        await work.breaches.update(breach, sealed(parts, breach, account))
        for each in made:
            await work.jobs.notify_breach(breach.id, each.id)
            detail: dict[str, JSON] = {"notice": each.id, "told": each.agency}
            await note(parts, work, actor, Action.BREACH_NOTICE_ASKED, breach, detail)
    return breach


async def send(parts: Parts, identifier: BreachId, notice: str) -> None:
    """Mail one notice; for the worker. One that was tried is left alone.

    Raises:
        Unavailable: the mail could not be handed over now; the work is to be repeated.
    """
    async with parts.database.work() as work:
        found = await work.breaches.get(identifier, None)
        wanted = _notice(found[0], notice) if found is not None else None
        if found is None or wanted is None or wanted.accepted is not None:
            return
        breach = found[0]
        people = await work.register.representatives([wanted.manager])
        person = people.get(wanted.manager)
        if breach.exercise and (person is None or person.agency != breach.agency):
            return  # nobody outside hears of an exercise, whatever is stored
        agency = await work.register.agency(breach.agency)
    accepted = False
    if person is not None and person.agency == wanted.agency:
        letter = _letter(parts, breach, wanted, person.email, agency.name if agency else "")
        outcome = await parts.mailer.send_notice(letter)
        if isinstance(outcome, Deferred):
            raise Unavailable(brief(outcome.reason), "The notice will be tried again.")
        accepted = isinstance(outcome, Accepted)
    await _sent(parts, identifier, notice, parts.clock.now(), accepted=accepted)


async def _sent(
    parts: Parts, identifier: BreachId, notice: str, at: datetime, *, accepted: bool
) -> None:
    async with parts.database.work() as work:
        found = await work.breaches.get(identifier, None, lock=True)
        if found is None:
            return
        breach = found[0]
        notices = tuple(
            replace(each, sent_at=at, accepted=accepted) if each.id == notice else each
            for each in breach.notices
        )
        await work.breaches.update(replace(breach, notices=notices))
        outcome = Outcome.SUCCESS if accepted else Outcome.FAILURE
        detail: dict[str, JSON] = {"notice": notice, "accepted": accepted}
        subject, action = subject_of(breach), Action.BREACH_NOTICE_SENT
        await record(
            parts, work, WORKER, action, subject, detail, outcome=outcome, agency=breach.agency
        )


def _letter(parts: Parts, breach: Breach, notice: Notice, to: str, agency: str) -> NoticeLetter:
    base = parts.rules.link_base
    place = f"{base}/breaches/{breach.id}" if base is not None else None
    return NoticeLetter(
        message_id=f"breach.{notice.id}@{parts.rules.message_domain}",
        to=to,
        reference=breach.reference,
        subject=flagged(breach, f"A privacy breach: {breach.reference}"),
        lines=to_manager(breach, agency, place),
        date=notice.asked_at,
    )


def _notice(breach: Breach, notice: str) -> Notice | None:
    return next((each for each in breach.notices if each.id == notice), None)


def _shared(breach: Breach, agencies: Sequence[AgencyId]) -> tuple[AgencyId, ...]:
    others = [each for each in agencies if each != breach.agency]
    return tuple(dict.fromkeys((*breach.shared_with, *others)))


async def _reporter(work: Work, breach: Breach) -> RepresentativeId | None:
    """The reporter as a representative of the own agency, if they are one."""
    identifier = RepresentativeId(breach.reported_by)
    person = (await work.register.representatives([identifier])).get(identifier)
    if person is not None and person.agency == breach.agency:
        return person.id
    user = await work.users.get(UserId(breach.reported_by))
    own = user is not None and user.agency == breach.agency
    return user.representative if user is not None and own else None
