"""What must hold between the parts of a register: identifiers, references, days and addresses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import Problem
from gateway.domain.lookalikes import lookalikes
from gateway.domain.register_checks import protocol_faults, representative_faults
from gateway.files.sections import Section
from gateway.forms.protocol_models import ProtocolModel
from gateway.forms.register_models import (
    AgencyModel,
    ConflictOfInterestModel,
    MeetingModel,
    RepresentativeModel,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """A register's sections before they are known to agree with each other."""

    agencies: Section[AgencyModel]
    representatives: Section[RepresentativeModel]
    protocols: Section[ProtocolModel]
    meetings: Section[MeetingModel]
    conflicts: Section[ConflictOfInterestModel]


def check(contents: Contents) -> Iterator[Problem]:
    """Every disagreement between the parts of `contents`."""
    for section in (contents.agencies, contents.representatives, contents.meetings):
        yield from _repeated(section, "id", lambda model: model.id)
    yield from _repeated(contents.protocols, "version", lambda model: (model.id, model.version))
    yield from _repeated(
        contents.conflicts, "child", lambda model: (model.representative, model.child)
    )
    yield from _dangling(contents)
    yield from _within(contents.protocols, protocol_faults)
    yield from _within(contents.representatives, representative_faults)
    yield from _lookalike_domains(contents.agencies)


def _repeated(section: Section[Any], key: str, of: Callable[[Any], object]) -> Iterator[Problem]:
    first: dict[object, str] = {}
    for item in section.items:
        earlier = first.setdefault(of(item.model), item.path)
        if earlier != item.path:
            yield Problem(
                f"{item.path}.{key}",
                f"It repeats {earlier}.",
                "Give it another one, or remove one of the two.",
            )


def _dangling(contents: Contents) -> Iterator[Problem]:
    for path, kind, key in _references(contents):
        declared: frozenset[str] = getattr(contents, kind).declared
        if key not in declared:
            one = {"agencies": "agency"}.get(kind, kind.removesuffix("s"))
            yield Problem(
                path,
                f"There is no {one} '{key}' in the file.",
                f"Add the {one}, or mend the identifier.",
            )


def _references(contents: Contents) -> Iterator[tuple[str, str, str]]:
    """Path, section and identifier of every reference in the file."""
    for person in contents.representatives.items:
        yield f"{person.path}.agency", "agencies", person.model.agency
    for protocol in contents.protocols.items:
        yield f"{protocol.path}.lead_agency", "agencies", protocol.model.lead_agency
        for number, signatory in enumerate(protocol.model.signatory, start=1):
            yield f"{protocol.path}.signatory[{number}].agency", "agencies", signatory.agency
        for number, row in enumerate(protocol.model.information, start=1):
            yield f"{protocol.path}.information[{number}].agency", "agencies", row.agency
    for meeting in contents.meetings.items:
        yield f"{meeting.path}.protocol", "protocols", meeting.model.protocol
        for number, attendee in enumerate(meeting.model.attendees, start=1):
            yield f"{meeting.path}.attendees[{number}]", "representatives", attendee
    for conflict in contents.conflicts.items:
        yield f"{conflict.path}.representative", "representatives", conflict.model.representative


def _within(section: Section[Any], faults: Callable[[Any], Iterator[Problem]]) -> Iterator[Problem]:
    """What does not fit together within each item of a section."""
    for item in section.items:
        for fault in faults(item.model.to_domain()):
            yield Problem(f"{item.path}.{fault.field}", fault.message, fault.remedy)


def _lookalike_domains(agencies: Section[AgencyModel]) -> Iterator[Problem]:
    places = [
        (item, number)
        for item in agencies.items
        for number in range(1, len(item.model.mail_domains) + 1)
    ]
    owned = [(item.path, item.model.mail_domains[number - 1]) for item, number in places]
    for position, resembled in lookalikes(owned):
        item, number = places[position]
        yield Problem(
            f"{item.path}.mail_domains[{number}]",
            f"The domain looks like a domain of {resembled}, but is not the same.",
            "Check with the agency by telephone which one is right, and remove the other.",
        )
