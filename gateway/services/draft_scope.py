"""Who may read and write drafts of protocols, and what a draft is held against."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.audit.canonical import JSON
from gateway.domain.actors import Actor, Role
from gateway.domain.drafts import DraftId, DraftState, ProtocolDraft
from gateway.domain.drafts.checks import checks
from gateway.domain.drafts.findings import Surroundings
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from gateway.domain.identifiers import AgencyId, AuthorityCode
from gateway.domain.information_requests.breadth import broad_wording
from gateway.domain.register import Agency
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import Work

_DRAFTERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
_MOST_MEETINGS = 200  # looked at for who attends
_OPEN = frozenset({DraftState.DRAFTING, DraftState.VETTED})


@dataclass(frozen=True, slots=True)
class Held:
    """A draft with what it is held against."""

    draft: ProtocolDraft
    around: Surroundings

    @property
    def names(self) -> Mapping[AgencyId, str]:
        """What every agency is called."""
        return {key: agency.name for key, agency in self.around.agencies.items()}


def require_drafter(actor: Actor) -> AgencyId:
    """The agency of whoever may write or comment drafts.

    Raises:
        Forbidden: the actor's role is another.
    """
    if actor.role not in _DRAFTERS or actor.request is not None:
        raise Forbidden(
            "Only coordinators, privacy officers and administrators work on protocols.",
            "Ask one of them.",
        )
    return actor.of_agency()


async def draft_of(
    work: Work, actor: Actor, identifier: DraftId, *, lock: bool = False
) -> ProtocolDraft:
    """The draft, if the actor's agency writes it, or is listed and it was shared.

    Raises:
        Forbidden: the actor's role is another. NotFound: no such draft, or not for this agency.
    """
    found = await work.drafts.get(identifier, require_drafter(actor), lock=lock)
    if found is None:
        raise NotFound("There is no such draft.", "Look at the list of drafts.", field="draft")
    return found


async def written_by(
    work: Work, actor: Actor, identifier: DraftId, *, seen: int | None = None
) -> ProtocolDraft:
    """The open draft, locked, if the actor's agency writes it; `seen`: the revision it had.

    Raises:
        Forbidden: another agency writes it. NotFound: there is none for this agency.
        Conflict: it was changed since, or is no longer open.
    """
    draft = await draft_of(work, actor, identifier, lock=True)
    if draft.lead_agency != actor.of_agency():
        raise Forbidden("The lead agency writes this draft.", "Comment on the section instead.")
    hold_open(draft)
    if seen is not None and seen != draft.revision:
        raise Conflict(
            "Somebody has changed this draft since you opened it.",
            "Look at what it says now. If you save again, yours replaces that change.",
        )
    return draft


def hold_open(draft: ProtocolDraft) -> None:
    """Hold that a draft can still be changed.

    Raises:
        Conflict: it was put out to be signed, or abandoned.
    """
    if draft.state not in _OPEN:
        raise Conflict(
            f"This draft is {draft.state.value}; it can no longer be changed.",
            "Begin a draft of the next version.",
        )


async def surroundings(parts: Parts, work: Work, draft: ProtocolDraft) -> Surroundings:
    """What the draft is held against now."""
    agencies: Mapping[AgencyId, Agency] = await work.register.agencies()
    listed = sorted({each.agency for each in draft.content.agencies} | {draft.lead_agency})
    people = await work.register.people_of(listed)
    today = parts.today()
    meetings = await work.register.meetings_led_by(
        draft.lead_agency, Page(limit=_MOST_MEETINGS), today
    )
    forms = parts.judge.forms()
    codes = {code for purpose in draft.content.purposes for code in purpose.authorities}
    return Surroundings(
        lead=draft.lead_agency,
        agencies=agencies,
        people={person.id: person for person in people},
        authorities=frozenset(
            AuthorityCode(code) for code in codes if parts.judge.authority(code) is not None
        ),
        broad=lambda text: broad_wording(text, forms[0]) if forms else None,
        today=today,
        attending=frozenset(
            person
            for meeting in meetings
            if meeting.protocol == draft.protocol
            for person in meeting.attendees
        ),
    )


async def require_sound(parts: Parts, work: Work, draft: ProtocolDraft) -> None:
    """Hold that nothing blocks a draft.

    Raises:
        InvalidInput: something does; every finding is listed.
    """
    around = await surroundings(parts, work, draft)
    blocking = [each for each in checks(draft.content, around) if each.blocks]
    if blocking:
        raise InvalidInput(
            "The draft is not complete.",
            "See to the findings of its sections first.",
            problems=tuple(
                Problem(f"{each.section.value}.{each.field}", each.message, each.remedy)
                for each in blocking
            ),
        )


def subject_of(draft: ProtocolDraft) -> dict[str, JSON]:
    """The references by which an entry names a draft; once shared, listed agencies find it too."""
    subject: dict[str, JSON] = {
        "draft": draft.id,
        "protocol": f"{draft.protocol}/{draft.version}",
    }
    listed = {each.agency for each in draft.content.agencies} - {draft.lead_agency}
    if draft.shared_at is not None and listed:
        subject["also_concerns"] = [*sorted(listed)]
    return subject
