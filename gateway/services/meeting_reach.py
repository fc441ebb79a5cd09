"""Who may see and keep the record of a meeting; and its words, which are kept encrypted."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.meeting_records import AgendaItem, MeetingRecord
from gateway.domain.meeting_records.identifying import identifying
from gateway.domain.register import (
    AgencyId,
    ChildReference,
    Meeting,
    MeetingId,
    Protocol,
    Representative,
    RepresentativeId,
)
from gateway.domain.secret import Secret
from gateway.services.auditing import meeting_pseudonym
from gateway.services.kept_from import children_kept_from
from gateway.services.meetings import governing_protocol
from gateway.services.packs import require_coordinator
from gateway.services.parts import Parts
from gateway.services.request_content import opened_content
from gateway.services.storage import Work

_READERS = frozenset({Role.COORDINATOR, Role.RESPONDER, Role.PRIVACY_OFFICER})
_MOST_CHILDREN = 2_000
LONGEST_TEXT = 4_000  # characters


@dataclass(frozen=True, slots=True)
class Reached:
    """A meeting that the actor's agency leads or attends.

    Attributes:
        people: who was invited, in the register's words of today.
        kept_from: children about whom the actor declared a conflict of interest.
    """

    meeting: Meeting
    protocol: Protocol
    people: Mapping[RepresentativeId, Representative]
    agency: AgencyId
    kept_from: frozenset[ChildReference]

    @property
    def leads(self) -> bool:
        """Whether the actor's agency leads it."""
        return self.protocol.lead_agency == self.agency

    @property
    def children(self) -> tuple[ChildReference, ...]:
        """Whom it is about, but for those the actor is kept from."""
        every = (child.reference for child in self.meeting.children)
        return tuple(child for child in every if child not in self.kept_from)


def require_attending(actor: Actor) -> AgencyId:
    """The agency of whoever may read records of meetings.

    Raises:
        Forbidden: the actor's role is another, or who came by a link.
    """
    if actor.role not in _READERS or actor.request is not None:
        raise Forbidden(
            "Only coordinators, responders and privacy officers read records of meetings.",
            "Ask one of them.",
        )
    return actor.of_agency()


async def reach(parts: Parts, work: Work, actor: Actor, identifier: MeetingId) -> Reached:
    """The meeting, if the actor's agency leads or attends it.

    Raises:
        Forbidden: the actor's role is another.
        NotFound: no such meeting, or it is none of this agency's; the two read the same.
    """
    agency = require_attending(actor)
    meeting = await work.register.meeting(identifier)
    if meeting is not None:
        protocol = await governing_protocol(work, meeting.protocol, parts.today())
        people = await work.register.representatives(meeting.attendees)
        attending = {each.agency for each in people.values()}
        if agency == protocol.lead_agency or agency in attending:
            kept_from = await children_kept_from(work, actor)
            return Reached(meeting, protocol, people, agency, kept_from)
    raise NotFound(
        "Your agency neither leads nor attends a meeting with this identifier.",
        "Look at the list of meetings.",
        field="meeting",
    )


async def reach_led(parts: Parts, work: Work, actor: Actor, identifier: MeetingId) -> Reached:
    """The meeting, if the actor coordinates it for the agency that leads.

    Raises:
        Forbidden: the actor is no coordinator, or another agency leads.
        NotFound: no such meeting, or it is none of this agency's.
    """
    require_coordinator(actor)
    found = await reach(parts, work, actor, identifier)
    if not found.leads:
        raise Forbidden("Only the lead agency keeps the record.", "Ask its coordinator.")
    return found


async def record_of(
    work: Work, meeting: MeetingId, seen: int | None = None
) -> MeetingRecord | None:
    """The locked record; None where nothing was recorded yet. `seen`: the revision of the form.

    Raises:
        Conflict: it was changed since.
    """
    found = await work.meeting_records.record(meeting, lock=True)
    if seen is not None and seen != (found.revision if found else 0):
        raise Conflict(
            "Somebody has changed this record since you opened the form.",
            "Look at what it says now. If you save again, yours replaces that change.",
        )
    return found


def hold_held(parts: Parts, meeting: Meeting) -> None:
    """Hold that a meeting has begun.

    Raises:
        Conflict: it is still to come.
    """
    if parts.clock.now() < meeting.held_at:
        raise Conflict("The meeting is still to come.", "Record this once it was held.")


async def hold_neutral(
    parts: Parts, work: Work, reached: Reached, texts: Mapping[str, str]
) -> None:
    """Hold that no text, by the field it stands in, identifies a person.

    Names of children are known from requests for information that the agency made or was sent.

    Raises:
        InvalidInput: one does; the first is named.
    """
    sealed = await work.inspections.latest_by_child(reached.agency, _MOST_CHILDREN)
    about = {child.reference for child in reached.meeting.children}
    subjects = [
        opened_content(parts, request, content).subject
        for child, (request, content) in sealed.items()
        if child in about
    ]
    names = {name for each in subjects for name in (each.name, *each.other_names) if name}
    people = [person.name for person in reached.people.values()]
    for field, text in texts.items():
        for found in identifying(text, names, people):
            raise InvalidInput(
                f"The text holds what looks like {found.what}.",
                "Write the child's reference, and nothing that identifies a person.",
                field=field,
            )


def hold_children(reached: Reached, named: Iterable[ChildReference], field: str) -> None:
    """Hold that `named` are children the meeting is about.

    Raises:
        InvalidInput: one is not.
    """
    known = {child.reference for child in reached.meeting.children}
    if set(named) - known:
        raise InvalidInput(
            "The meeting is not about this child.", "Choose from the list.", field=field
        )


def seal_text(parts: Parts, name: str, text: str) -> bytes:
    """A text, encrypted and bound to `name`.

    Raises:
        InvalidInput: it is too long.
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"The text is longer than {LONGEST_TEXT:,} characters.", "Shorten it.", field="text"
        )
    return parts.vault.seal_secret(name, Secret(json.dumps(text, ensure_ascii=False)))


def open_text(parts: Parts, name: str, sealed: bytes | None) -> str:
    """What `seal_text` sealed; blank for nothing.

    Raises:
        Tampered: it is not what was sealed.
    """
    if sealed is None:
        return ""
    text: str = json.loads(parts.vault.open_secret(name, sealed).reveal())
    return text


def seal_agenda(parts: Parts, meeting: MeetingId, items: Iterable[AgendaItem]) -> bytes:
    """An agenda, encrypted and bound to its meeting."""
    rows = [[item.text, item.child] for item in items]
    return parts.vault.seal_secret(_agenda(meeting), Secret(json.dumps(rows, ensure_ascii=False)))


def open_agenda(parts: Parts, record: MeetingRecord | None) -> tuple[AgendaItem, ...]:
    """The items after the standing one.

    Raises:
        Tampered: they are not what was stored.
    """
    if record is None:
        return ()
    held = parts.vault.open_secret(_agenda(record.meeting), record.agenda)
    return tuple(AgendaItem(text, child) for text, child in json.loads(held.reveal()))


def subject_of(parts: Parts, meeting: MeetingId, *others: AgencyId) -> dict[str, JSON]:
    """The references by which an entry names a meeting; `others` are agencies it concerns too."""
    subject: dict[str, JSON] = {"meeting": meeting_pseudonym(parts, meeting)}
    if others:
        subject["also_concerns"] = [*sorted(set(others))]
    return subject


def _agenda(meeting: MeetingId) -> str:
    return f"meeting agenda:{meeting}"
