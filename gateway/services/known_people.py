"""Whom the gateway knows by name, so that a document that speaks of them is noticed.

The register holds no child's name. Requests for information do, encrypted: those the sending agency
asked or was asked are opened for this. Of families the register knows nothing, so only a
recipient's own full name, and children about whom a recipient declared a conflict, can be found.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.domain.information_requests.content import Subject
from gateway.domain.inspected import child_key, person_key
from gateway.domain.inspection import Kind, Known
from gateway.domain.packs import Pack, RequestId
from gateway.domain.register import ChildReference
from gateway.services.parts import Parts
from gateway.services.request_content import opened_content
from gateway.services.storage import Work

MOST_CHILDREN: Final = 2_000
_MOST_NAMES: Final = 10  # of one child


async def known_people(parts: Parts, work: Work, pack: Pack) -> tuple[Known, ...]:
    """Everybody whose mention in a document of this pack is to be noticed.

    Children who are not on the meeting's list are `OTHER_CHILD`; those on it are looked for only
    where a recipient declared a conflict of interest about them, and are `CONFLICT` then, as are
    the recipients themselves.
    """
    meeting = await work.register.meeting(pack.meeting)
    attendees = meeting.attendees if meeting else ()
    recipients = pack.goes_to(attendees)
    people = await work.register.representatives(recipients)
    declared = await work.register.conflicts(recipients)
    listed = {child.reference for child in meeting.children} if meeting else set()
    sealed = await work.inspections.latest_by_child(pack.agency, MOST_CHILDREN)
    subjects = await asyncio.to_thread(_opened, parts, sealed)
    barred = {child for children in declared.values() for child in children}
    own = [subject for child, subject in subjects.items() if child in listed]
    children = [
        _child(child, subject, on_list=child in listed)
        for child, subject in subjects.items()
        if child not in listed or child in barred
    ]
    recipients_known = (
        Known(person_key(person.id), Kind.CONFLICT, (person.name,)) for person in people.values()
    )
    told = (_apart(known, own) for known in children)
    return (*(known for known in told if known.names), *recipients_known)


def _opened(
    parts: Parts, sealed: Mapping[ChildReference, tuple[RequestId, bytes]]
) -> dict[ChildReference, Subject]:
    return {
        child: opened_content(parts, request, content).subject
        for child, (request, content) in sealed.items()
    }


def _child(child: ChildReference, subject: Subject, *, on_list: bool) -> Known:
    names = [name.strip() for name in (subject.name, *subject.other_names)]
    return Known(
        child_key(child),
        Kind.CONFLICT if on_list else Kind.OTHER_CHILD,
        tuple(name for name in names if name)[:_MOST_NAMES],
        subject.born_on.isoformat() if subject.born_on else "",
    )


def _apart(known: Known, own: Sequence[Subject]) -> Known:
    """`known` without names that a child on the meeting's list has too.

    One child may have two references, in two meetings; only where both dates of birth are known,
    and differ, is it another child of the same name.
    """
    if known.kind is not Kind.OTHER_CHILD:
        return known
    same = [
        s for s in own if not (s.born_on and known.born and s.born_on.isoformat() != known.born)
    ]
    taken = {_folded(name) for subject in same for name in _names(subject)}
    return replace(known, names=tuple(n for n in known.names if _folded(n) not in taken))


def _names(subject: Subject) -> Iterable[str]:
    return (subject.name, *subject.other_names)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
