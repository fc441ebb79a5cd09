"""The register: importing it, and looking at one's own meetings."""

from collections.abc import Iterator

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, InvalidInput, NotFound, Problem
from gateway.domain.lookalikes import lookalikes
from gateway.domain.register import (
    Agency,
    Meeting,
    MeetingId,
    Register,
    Representative,
    RepresentativeId,
    governing,
)
from gateway.services.auditing import (
    child_pseudonym,
    in_parts,
    meeting_pseudonym,
    pseudonym,
    record,
)
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.storage import ImportedChanges, Work


async def import_register(
    parts: Parts, actor: Actor, register: Register, file_digest: str
) -> ImportedChanges:
    """Add and change what `register` names, all of it or nothing; what it leaves out stays.

    Raises:
        Forbidden: the actor is no administrator.
        Conflict: it would change the terms of a protocol version that is in force and signed.
    """
    if actor.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator imports a register.", "Ask your administrator.")
    async with parts.database.work() as work:
        await _refuse_look_alikes(work, register)
        changes = await work.register.merge(register, parts.today())
        detail: dict[str, JSON] = {"file_sha256": file_digest, "unchanged": changes.unchanged}
        await record(parts, work, actor, Action.REGISTER_IMPORTED, {}, detail)
        for part in in_parts(_changed(parts, changes)):
            detail = {"file_sha256": file_digest, "changes": part}
            await record(parts, work, actor, Action.REGISTER_IMPORTED, {}, detail)
    return changes


async def list_meetings(parts: Parts, actor: Actor, page: Page) -> list[Meeting]:
    """A page of the meetings the actor's agency leads."""
    async with parts.database.work() as work:
        return list(await work.register.meetings_led_by(actor.of_agency(), page, parts.today()))


async def get_meeting(
    parts: Parts, actor: Actor, meeting: MeetingId
) -> tuple[Meeting, list[tuple[Representative, Agency]]]:
    """A meeting the actor's agency leads, with its attendees and their agencies.

    Raises:
        NotFound: no such meeting, or another agency leads it.
    """
    async with parts.database.work() as work:
        found = await work.register.meeting(meeting)
        versions = await work.register.protocol_versions(found.protocol) if found else ()
        governing_version = governing(versions, parts.today())
        if (
            found is None
            or governing_version is None
            or governing_version.lead_agency != actor.of_agency()
        ):
            raise NotFound("There is no such meeting.", "Check the identifier.", field="meeting")
        people = await work.register.representatives(found.attendees)
        agencies = await work.register.agencies()
        return found, [
            (people[p], agencies[people[p].agency]) for p in found.attendees if p in people
        ]


async def _refuse_look_alikes(work: Work, register: Register) -> None:
    """Refuse a mail domain that reads like one of another agency, also of one stored before."""
    agencies = dict(await work.register.agencies()) | {a.id: a for a in register.agencies}
    owned = [(str(a.id), domain) for a in agencies.values() for domain in a.mail_domains]
    problems = tuple(
        Problem(
            f"agency '{owned[position][0]}'.mail_domains",
            f"The domain reads like one of agency '{resembled}'.",
            "Ask the agency by telephone which domain is its own.",
        )
        for position, resembled in lookalikes(owned)
    )
    if problems:
        raise InvalidInput(
            "A mail domain looks like another agency's; nothing was imported.",
            "Correct the domains.",
            field="mail_domains",
            problems=problems,
        )


def _changed(parts: Parts, changes: ImportedChanges) -> Iterator[dict[str, JSON]]:
    """What an import did to each thing; people, children and meetings by their pseudonyms."""
    for word, kinds in (("added", changes.added), ("changed", changes.changed)):
        for kind, identifiers in kinds.items():
            for identifier in identifiers:
                yield {"change": word, **_reference(parts, kind, identifier)}


def _reference(parts: Parts, kind: str, identifier: str) -> dict[str, JSON]:
    match kind:
        case "representatives":
            return {"representative": pseudonym(parts, RepresentativeId(identifier))}
        case "conflicts":
            person, _, child = identifier.partition("/")
            return {
                "conflict_of": pseudonym(parts, RepresentativeId(person)),
                "child": child_pseudonym(parts, child),
            }
        case "meetings":
            return {"meeting": meeting_pseudonym(parts, identifier)}
        case _:
            return {kind: identifier}
