"""Looking at drafts of protocols: what they say, what is to be seen to, how they differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from gateway.domain.actors import Actor, Role
from gateway.domain.drafts import Comment, Content, DraftId, DraftState, ProtocolDraft, Section
from gateway.domain.drafts.checks import checks
from gateway.domain.drafts.completion import content_of
from gateway.domain.drafts.differences import Changed, differences
from gateway.domain.drafts.findings import DraftFinding
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import AgencyId, RepresentativeId
from gateway.domain.register import Protocol, ProtocolId, Representative, in_force
from gateway.domain.users import UserId
from gateway.services.draft_scope import Held, draft_of, require_drafter, surroundings
from gateway.services.parts import Parts
from gateway.services.register_scope import concerns

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as somebody sees it.

    Attributes:
        writes: whether it is theirs to write; `vets`: whether theirs to vet, and nothing blocks.
        before: the version in force, if there is one and it is the agency's to know.
        changed: what the draft says differently from it.
        people: of the listed agencies, by whom they can be chosen as relationship managers: of
            others than one's own no more than their names.
        commented: names of those who commented, by identifier of the user.
    """

    draft: ProtocolDraft
    names: Mapping[AgencyId, str]
    findings: tuple[DraftFinding, ...]
    before: Protocol | None
    changed: tuple[Changed, ...]
    comments: tuple[Comment, ...]
    commented: Mapping[str, str]
    people: Mapping[RepresentativeId, Representative]
    own: AgencyId
    writes: bool
    vets: bool
    today: date

    def of(self, section: Section) -> tuple[DraftFinding, ...]:
        """The findings of one section."""
        return tuple(each for each in self.findings if each.section is section)

    def said_of(self, section: Section) -> tuple[Comment, ...]:
        """The comments on one section, oldest first."""
        return tuple(each for each in self.comments if each.section is section)

    def people_of(self, agency: AgencyId) -> tuple[tuple[RepresentativeId, str], ...]:
        """Who acts for a listed agency today, by name and role, for choosing among them."""
        return tuple(
            (person.id, f"{person.name}, {person.role}")
            for person in self.people.values()
            if person.agency == agency and person.is_active_on(self.today)
        )

    @property
    def blocked(self) -> bool:
        """Whether something keeps it from being vetted."""
        return any(each.blocks for each in self.findings)

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.draft.state in {DraftState.DRAFTING, DraftState.VETTED}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two versions of a protocol differ; `numbers` are those of all there are."""

    one: Protocol
    other: Protocol
    changed: tuple[Changed, ...]
    numbers: tuple[int, ...]


async def list_drafts(parts: Parts, actor: Actor) -> tuple[ProtocolDraft, ...]:
    """The drafts that the actor's agency writes or may read, those changed last first.

    Raises:
        Forbidden: the actor's role is another.
    """
    async with parts.database.work() as work:
        return tuple(await work.drafts.of_agency(require_drafter(actor), MOST_LISTED))


async def look_at_draft(parts: Parts, actor: Actor, identifier: DraftId) -> DraftView:
    """A draft, with what is to be seen to and how it differs from the version in force.

    Raises:
        Forbidden: the actor's role is another. NotFound: no such draft for this agency.
    """
    async with parts.database.work() as work:
        draft = await draft_of(work, actor, identifier)
        around = await surroundings(parts, work, draft)
        versions = await work.register.protocol_versions(draft.protocol)
        comments = tuple(await work.drafts.comments(identifier))
        commented = {}
        for user in {each.by for each in comments}:
            found = await work.users.get(UserId(user))
            commented[user] = found.name if found else user
    held = Held(draft, around)
    own = actor.of_agency()
    known = any(concerns(each, own) for each in versions)  # one listed anew learns of none before
    now = in_force(versions, parts.today()) if known else None
    found_now = checks(draft.content, around)
    writes = draft.lead_agency == own
    blocked = any(each.blocks for each in found_now)
    return DraftView(
        draft=draft,
        names=held.names,
        findings=found_now,
        before=now,
        changed=_differences(now, draft, held, parts),
        comments=comments,
        commented=commented,
        people=around.people,
        own=own,
        writes=writes,
        vets=writes and actor.role is Role.PRIVACY_OFFICER and not blocked,
        today=parts.today(),
    )


async def try_section(
    parts: Parts, actor: Actor, identifier: DraftId, change: Callable[[Content], Content]
) -> tuple[DraftFinding, ...]:
    """What would be to be seen to if a change were saved; nothing is.

    Raises:
        Forbidden: the actor's role is another. NotFound: no such draft for this agency.
    """
    async with parts.database.work() as work:
        draft = await draft_of(work, actor, identifier)
        content = change(draft.content)
        tried = replace(draft, content=content)
        return checks(content, await surroundings(parts, work, tried))


async def compare_versions(
    parts: Parts, actor: Actor, identifier: ProtocolId, first: int | None, second: int | None
) -> Comparison:
    """Two versions of a protocol that the actor's agency takes part in, and how they differ.

    Where none was chosen, `first` is the last but one, `second` the last.

    Raises:
        Forbidden: the actor's role is another. NotFound: there are no two such for this agency.
    """
    agency = require_drafter(actor)
    async with parts.database.work() as work:
        found = {each.version: each for each in await work.register.protocol_versions(identifier)}
        agencies = await work.register.agencies()
    concerned = any(concerns(each, agency) for each in found.values())
    numbers = tuple(sorted(found))
    last_two = numbers[-2:] or (0,)
    one = found.get(last_two[0] if first is None else first)
    other = found.get(last_two[-1] if second is None else second)
    if not concerned or one is None or other is None:
        raise NotFound("There are no two such versions.", "Look at the catalogue.")
    names = {key: each.name for key, each in agencies.items()}
    changed = differences(_whole(one, parts), _whole(other, parts), names)
    return Comparison(one, other, changed, numbers)


def _whole(version: Protocol, parts: Parts) -> Content:
    return replace(content_of(version, parts.today()), in_force_from=version.in_force_from)


def _differences(
    before: Protocol | None, draft: ProtocolDraft, held: Held, parts: Parts
) -> tuple[Changed, ...]:
    if before is None:
        return ()
    return differences(_whole(before, parts), draft.content, held.names)
