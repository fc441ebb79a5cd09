"""Writes a protocol, or a draft of one, in the order of the template."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.drafts.content import Content
from gateway.domain.identifiers import AgencyId, RepresentativeId
from gateway.domain.protocol_terms import Condition, Vetting
from gateway.domain.protocol_texts.blocks import Block, Bullets, Heading, Table, Text
from gateway.domain.protocol_texts.topics import Topic
from gateway.domain.register import Method, Signature

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LEVELS: Final = tuple(level.value for level in Classification)


@dataclass(frozen=True, slots=True)
class Called:
    """What agencies, people and legal authorities are called."""

    agencies: Mapping[AgencyId, str]
    people: Mapping[RepresentativeId, str]
    authorities: Mapping[str, str]

    def agency(self, agency: AgencyId) -> str:
        """An agency's name; its identifier where nobody knows it."""
        return self.agencies.get(agency, agency)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a text says beside its sections: who leads, who vetted, who signed."""

    lead_agency: AgencyId
    vetting: Vetting | None = None
    signatures: tuple[Signature, ...] = ()


def written(content: Content, standing: Standing, called: Called) -> tuple[Block, ...]:
    """The text of a protocol, in the order of the template; blank sections stay to be filled."""
    return tuple(_Writer(content, standing, called).all())


def long_day(day: date | None) -> str:
    """E.g. `5 November 2026`; blank for none."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


@dataclass(frozen=True)
class _Writer:
    content: Content
    standing: Standing
    called: Called

    def all(self) -> Iterator[Block]:
        content = self.content
        yield from self._meeting()
        yield from _texts(Topic.MEETING_PURPOSE, content.meeting_purpose)
        yield from self._purposes()
        yield Heading(Topic.SHARING_PURPOSE)
        yield Table(
            ("Agency", "Why it shares and receives"),
            _rows((self.called.agency(each.agency), each.purpose) for each in content.agencies),
        )
        yield from self._information()
        yield Heading(Topic.USE)
        yield from _texts(Topic.RECORDING, content.recording, level=2)
        yield from _texts(Topic.SECONDARY_USE, content.secondary_use, level=2)
        yield from self._conditions()
        yield from self._methods()
        yield Heading(Topic.SECURITY)
        yield Heading(Topic.REQUIREMENTS, 2)
        yield Bullets(content.requirements)
        yield Heading(Topic.RESTRICTIONS, 2)
        yield Bullets(content.restrictions)
        yield from _texts(Topic.RETENTION, content.retention)
        yield from _texts(Topic.TRANSPARENCY, content.transparency)
        yield from _texts(Topic.PRIVACY_STATEMENT, content.privacy_statement, level=2)
        yield from _texts(Topic.BREACHES, content.breaches)
        yield from _texts(Topic.CONFLICTS, content.conflicts)
        yield from self._signatures()
        yield from self._review()

    def _meeting(self) -> Iterator[Block]:
        content = self.content
        yield Heading(Topic.MEETING)
        yield Table(
            (),
            (
                ("Name of the protocol", content.name),
                ("Lead agency", self.called.agency(self.standing.lead_agency)),
                ("In force from", long_day(content.in_force_from)),
            ),
        )
        yield Heading(Topic.AGENCIES, 2)
        yield Table(
            ("Agency", "Relationship manager"),
            _rows(
                (
                    self.called.agency(each.agency),
                    self.called.people.get(each.manager, each.manager) if each.manager else "",
                )
                for each in content.agencies
            ),
        )

    def _purposes(self) -> Iterator[Block]:
        yield Heading(Topic.AUTHORITY)
        yield Table(
            ("Code", "Purpose", "Legal authorities"),
            _rows(
                (each.code, each.description, "\n".join(map(self._authority, each.authorities)))
                for each in self.content.purposes
            ),
        )

    def _authority(self, code: str) -> str:
        name = self.called.authorities.get(code)
        return f"{code} ({name})" if name else code

    def _information(self) -> Iterator[Block]:
        yield Heading(Topic.INFORMATION)
        yield Table(
            ("Agency", "Information", "Category", "Classification"),
            _rows(
                (
                    self.called.agency(each.agency),
                    each.item,
                    each.category,
                    each.classification.value if each.classification else "",
                )
                for each in self.content.information
            ),
            choices=_LEVELS,
        )

    def _conditions(self) -> Iterator[Block]:
        yield from _texts(Topic.MAORI_DATA, self.content.engagement, level=2)
        for each in self.content.conditions:
            yield Table((), self._condition(each))

    def _condition(self, each: Condition) -> tuple[tuple[str, str], ...]:
        return (
            ("Code", each.code),
            ("What it is about", each.kind.value),
            ("Condition", each.statement),
            ("Covers", "\n".join(each.categories)),
            ("Agencies that may receive", "\n".join(map(self.called.agency, each.agencies))),
            ("Set with", each.set_with),
            ("Set on", long_day(each.set_on)),
        )

    def _methods(self) -> Iterator[Block]:
        yield Heading(Topic.METHOD)
        stages = (
            ("Before a meeting", self.content.before),
            ("During a meeting", self.content.during),
            ("After a meeting", self.content.after),
        )
        yield Table(
            ("When", "How", "How passwords travel"),
            tuple((when, each.description, _channels(each)) for when, each in stages),
        )

    def _signatures(self) -> Iterator[Block]:
        yield Heading(Topic.SIGNATURES)
        vetting = self.standing.vetting
        if vetting is not None:
            agency = self.called.agency(vetting.agency)
            yield Text(
                f"Vetted by {vetting.name}, {vetting.role} ({vetting.field}), {agency}, on "
                f"{long_day(vetting.vetted_on)}."
            )
        yield Table(
            ("Agency", "Name", "Role", "Signature", "Date"),
            _rows(self._signature(each.agency) for each in self.content.agencies),
            signed=True,
        )

    def _signature(self, agency: AgencyId) -> tuple[str, ...]:
        name = self.called.agency(agency)
        for each in self.standing.signatures:
            if each.agency == agency:
                return name, each.signed_by, each.role, "on record", long_day(each.signed_on)
        return name, "", "", "", ""

    def _review(self) -> Iterator[Block]:
        yield Heading(Topic.REVIEW)
        review = self.content.review
        yield Table(
            (),
            (
                ("Months from one review to the next", str(review.every_months) if review else ""),
                ("Responsible agency", self.called.agency(review.responsible) if review else ""),
                ("Days of grace after it was due", str(review.grace_days) if review else ""),
            ),
        )


def _texts(topic: Topic, text: str, level: int = 1) -> Iterator[Block]:
    yield Heading(topic, level)
    yield Text(text)


def _channels(method: Method) -> str:
    return ", ".join(channel.value for channel in method.password_channels)


def _rows(rows: Iterator[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(rows)
