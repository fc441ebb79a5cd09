"""The register: importing it, and looking at one's own meetings."""

from collections.abc import Iterator

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, InvalidInput, NotFound
from gateway.domain.register import (
    Agency,
    Meeting,
    MeetingId,
    Register,
    Representative,
    governing,
)
from gateway.services import register_history
from gateway.services.auditing import in_parts, record
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.register_scope import look_alikes
from gateway.services.register_storage import RegisterKind
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
        await register_history.keep(parts, work, actor, changes.things)
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
    problems = await look_alikes(work, register.agencies)
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
                yield {
                    "change": word,
                    **register_history.reference(parts, RegisterKind(kind), identifier),
                }
