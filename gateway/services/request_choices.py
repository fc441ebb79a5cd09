"""What a coordinator chooses from when asking: meetings, legal authorities, people, days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain.actors import Actor, Role
from gateway.domain.classification import Classification
from gateway.domain.errors import Forbidden, InvalidInput, NotFound
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.register import (
    Agency,
    Meeting,
    MeetingId,
    Protocol,
    Purpose,
    Representative,
    RepresentativeId,
    Status,
    governing,
)
from gateway.services import request_times
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.ports import Authority
from gateway.services.request_facts import form_of
from gateway.services.storage import Work

_MOST_MEETINGS = 200
_CATEGORIES_FIRST = 100


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new request begins with: a meeting and a legal authority that has a form."""

    meetings: Sequence[Meeting]
    authorities: Sequence[Authority]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of a request offers.

    Attributes:
        purposes: those of the protocol that name the legal authority; all, where none does.
        requesters: the own agency's; `holders`: of other agencies, those who attend first.
        categories: of the protocol's table, to suggest.
        levels: classifications that this gateway can carry at all.
    """

    meeting: Meeting
    protocol: Protocol
    authority: Authority
    form: RequestForm
    purposes: Sequence[Purpose]
    requesters: Sequence[Representative]
    holders: Sequence[tuple[Agency, Sequence[Representative]]]
    categories: Sequence[str]
    levels: Sequence[Classification]

    def agency_of(self, holder: str) -> Agency | None:
        """The agency of a holder."""
        for agency, people in self.holders:
            if any(person.id == holder for person in people):
                return agency
        return None


async def begin_choices(parts: Parts, actor: Actor) -> Beginning:
    """The meetings the agency leads or attends, and the legal authorities that have a form.

    A demand is offered only to an agency whose standing lets it make one.

    Raises:
        Forbidden: the actor is no coordinator.
    """
    _require_coordinator(actor)
    agency, page = actor.of_agency(), Page(limit=_MOST_MEETINGS)
    async with parts.database.work() as work:
        led = await work.register.meetings_led_by(agency, page, parts.today())
        attended = await work.register.meetings_attended_by(agency, page)
        own = await work.register.agency(agency)
    meetings = {meeting.id: meeting for meeting in (*led, *attended)}
    newest_first = sorted(meetings.values(), key=lambda each: each.held_at, reverse=True)
    demands = own is not None and any(
        standing.status is Status.SECTION_66_REQUESTER and standing.counts_on(parts.today())
        for standing in own.standings
    )
    found = [parts.judge.authority(form.authority) for form in parts.judge.forms()]
    offered = [each for each in found if each is not None and (each.permissive or demands)]
    return Beginning(newest_first, offered)


async def choices_for(parts: Parts, actor: Actor, meeting: MeetingId, authority: str) -> Choices:
    """What the form of a request under this legal authority offers after this meeting.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: the agency takes no part in such a meeting.
        InvalidInput: there is no form for the legal authority.
    """
    _require_coordinator(actor)
    form, known = form_of(parts, authority), parts.judge.authority(authority)
    if known is None:
        raise InvalidInput("There is no such legal authority.", "Choose one.", field="authority")
    own, today = actor.of_agency(), parts.today()
    async with parts.database.work() as work:
        found = await work.register.meeting(meeting)
        agencies = await work.register.agencies()
        people = [
            each
            for each in await work.register.people_of(list(agencies))
            if each.is_active_on(today)
        ]
        protocol = await _protocol(parts, work, found)
    attends = found is not None and any(p.agency == own and p.id in found.attendees for p in people)
    if found is None or protocol is None or not (attends or protocol.lead_agency == own):
        raise NotFound(
            "Your agency takes part in no such meeting.", "Choose another.", field="meeting"
        )
    named = [p for p in protocol.purposes if authority in p.authorities]
    return Choices(
        meeting=found,
        protocol=protocol,
        authority=known,
        form=form,
        purposes=named or protocol.purposes,
        requesters=[each for each in people if each.agency == own],
        holders=_holders(agencies.values(), people, own, found.attendees),
        categories=_categories(protocol),
        levels=_levels(parts),
    )


async def require_offered(parts: Parts, actor: Actor, choices: Choices) -> None:
    """Hold that a new request under this legal authority is one the agency may begin.

    Raises:
        InvalidInput: the agency's standing, or the protocol, does not offer it.
    """
    offered = (await begin_choices(parts, actor)).authorities
    named = any(choices.authority.code in p.authorities for p in choices.protocol.purposes)
    if not named or choices.authority.code not in [each.code for each in offered]:
        raise InvalidInput(
            "The protocol, or your agency's standing under the Act, does not offer this "
            "legal authority.",
            "Choose one of those shown.",
            field="authority",
        )


def suggested_day(parts: Parts, choices: Choices, holder: str) -> date:
    """By when an answer could be asked for: so many working days as the holder's region has."""
    agency = choices.agency_of(holder)
    region = agency.region if agency else None
    return request_times.suggested_day(parts, choices.form.answer_within_days, region)


async def _protocol(parts: Parts, work: Work, meeting: Meeting | None) -> Protocol | None:
    if meeting is None:
        return None
    return governing(await work.register.protocol_versions(meeting.protocol), parts.today())


def _holders(
    agencies: Iterable[Agency],
    people: Sequence[Representative],
    own: str,
    attendees: Sequence[RepresentativeId],
) -> list[tuple[Agency, Sequence[Representative]]]:
    """Representatives of other agencies, by agency; those at the meeting before others."""
    groups: list[tuple[Agency, Sequence[Representative]]] = []
    for agency in agencies:
        of_it = [each for each in people if each.agency == agency.id]
        of_it.sort(key=lambda each: each.id not in attendees)
        if of_it and agency.id != own:
            groups.append((agency, of_it))
    groups.sort(key=lambda group: not any(each.id in attendees for each in group[1]))
    return groups


def _categories(protocol: Protocol) -> list[str]:
    found = dict.fromkeys(item.category for item in protocol.information)
    return sorted(found)[:_CATEGORIES_FIRST]


def _levels(parts: Parts) -> list[Classification]:
    limits = parts.rules.limits
    ceiling = min(limits.mail_ceiling.rank, limits.accreditation.rank)
    return [level for level in Classification if level.rank <= ceiling]


def _require_coordinator(actor: Actor) -> None:
    if actor.role is not Role.COORDINATOR or actor.request is not None:
        raise Forbidden("Only a coordinator makes requests.", "Ask your coordinator.")
