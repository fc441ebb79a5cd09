"""Reads a protocol's text back into a draft, and says what it could not read.

Nothing is guessed: what is not understood as a whole is listed, for a person to enter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.domain.drafts import Content, Section
from gateway.domain.identifiers import AgencyId, RepresentativeId
from gateway.domain.protocol_terms import ListedAgency, ReviewTerms
from gateway.domain.protocol_texts import rows as tables
from gateway.domain.protocol_texts.blocks import Block, Bullets, Heading, Table, Text
from gateway.domain.protocol_texts.cells import Cells, Known, filled
from gateway.domain.protocol_texts.topics import SECTION_OF, Topic, topic_of

__all__ = ["Known", "Reading", "Unread", "read"]

_TITLE: Final = 0  # level of a title
_LONGEST_TOLD: Final = 300  # characters of what could not be read
_TEXTS: Final[Mapping[Topic, str]] = {
    Topic.MEETING_PURPOSE: "meeting_purpose",
    Topic.USE: "recording",
    Topic.RECORDING: "recording",
    Topic.SECONDARY_USE: "secondary_use",
    Topic.MAORI_DATA: "engagement",
    Topic.RETENTION: "retention",
    Topic.TRANSPARENCY: "transparency",
    Topic.PRIVACY_STATEMENT: "privacy_statement",
    Topic.BREACHES: "breaches",
    Topic.CONFLICTS: "conflicts",
}
_LINES: Final[Mapping[Topic, str]] = {
    Topic.REQUIREMENTS: "requirements",
    Topic.RESTRICTIONS: "restrictions",
}


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that stands in the text and is not in the draft.

    Attributes:
        section: where it belongs, as far as its heading tells; `where`: that heading.
        text: its first 300 characters; `why`: what is the matter with it.
    """

    section: Section | None
    where: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, as a draft; sections of which nothing was read are blank in it."""

    content: Content
    sections: frozenset[Section]
    unread: tuple[Unread, ...]


def read(blocks: Sequence[Block], known: Known) -> Reading:
    """What a protocol's text says, and what of it could not be read."""
    reader = _Reader(known)
    topic: Topic | None = None
    for block in blocks:
        if isinstance(block, Heading):
            topic = reader.heading(block, topic)
        else:
            reader.take(block, topic)
    return reader.reading()


@dataclass
class _Reader:
    known: Known
    content: Content = field(default_factory=Content)
    where: str = ""
    unread: list[Unread] = field(default_factory=list)
    sections: set[Section] = field(default_factory=set)
    managers: dict[AgencyId, RepresentativeId | None] = field(default_factory=dict)

    def heading(self, block: Heading, topic: Topic | None) -> Topic | None:
        """The topic that now holds. A heading that is none here stays a line of its text."""
        if not filled(block.text):
            return topic
        if block.level == _TITLE:
            self.content = replace(self.content, name=self.content.name or filled(block.text))
            self.sections.add(Section.MEETING)
            return topic
        found = topic_of(block.text)
        if found is None and block.level > 1 and topic in _TEXTS:
            self.take(Text(block.text), topic)
            return topic
        self.where = block.text
        if found is None:
            self.miss(block.text, "No section of the template has this heading.", None)
        return found

    def take(self, block: Block, topic: Topic | None) -> None:
        """What a block says under the topic that holds."""
        if isinstance(block, Table):
            self._table(block, topic)
        elif isinstance(block, Bullets):
            self._lines(block.items, topic)
        elif isinstance(block, Text):
            self._lines(block.text.split("\n"), topic)

    def _lines(self, lines: Sequence[str], topic: Topic | None) -> None:
        said = [line for line in map(filled, lines) if line]
        if not said:
            return
        if topic is not None and topic in _TEXTS:
            name = _TEXTS[topic]
            before = getattr(self.content, name)
            text = "\n".join([before, *said] if before else said)
            self._put(topic, **{name: text})
        elif topic is not None and topic in _LINES:
            name = _LINES[topic]
            self._put(topic, **{name: (*getattr(self.content, name), *said)})
        elif topic is not Topic.SIGNATURES:  # who vetted and signed is recorded, not copied
            self.miss(" ".join(said), "Words stand where the template has a table.", topic)

    def _table(self, table: Table, topic: Topic | None) -> None:
        rows = [row for row in _all_rows(table) if any(map(filled, row))]
        if topic is Topic.SIGNATURES or not rows:
            return
        taker = _TAKERS.get(topic) if topic else None
        if taker is None or topic is None:
            words = "; ".join(", ".join(filter(None, map(filled, row))) for row in rows)
            self.miss(words, "A table stands where the template has none.", topic)
            return
        taker(self, rows, topic)

    def _put(self, topic: Topic, **changes: object) -> None:
        self.content = replace(self.content, **changes)  # type: ignore[arg-type] # by its fields
        self.sections.add(SECTION_OF[topic])

    def miss(self, text: str, why: str, topic: Topic | None) -> None:
        """Note what could not be read."""
        section = SECTION_OF.get(topic) if topic else None
        self.unread.append(Unread(section, self.where, filled(text)[:_LONGEST_TOLD], why))

    def _each(
        self, cells: Cells, topic: Topic, make: Callable[[Cells, Mapping[str, str]], object]
    ) -> Iterator[object]:
        """What `make` makes of each row; rows of which it makes nothing are listed."""
        for row in cells.rows:
            faults: list[str] = []
            made = make(replace(cells, faults=faults), row)
            for fault in faults:
                self.miss(", ".join(filter(None, row.values())), fault, topic)
            if made is not None:
                yield made

    def _rows(
        self,
        rows: Sequence[tuple[str, ...]],
        topic: Topic,
        columns: tables.Columns,
        make: Callable[[Cells, Mapping[str, str]], object],
    ) -> list[object]:
        found = tables.by_heads(rows, columns)
        if found is None:
            words = "; ".join(", ".join(filter(None, map(filled, row))) for row in rows)
            self.miss(words, "The heads of its columns are not those of the template.", topic)
            return []
        return list(self._each(Cells(self.known, tuple(found)), topic, make))

    def purposes(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """Purposes with their legal authorities."""
        made = self._rows(rows, topic, tables.PURPOSES, tables.purpose)
        if made:
            self._put(topic, purposes=(*self.content.purposes, *made))

    def agencies(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """The agencies, each with why it shares."""
        made = self._rows(rows, topic, tables.AGENCIES, tables.listed)
        if made:
            self._put(topic, agencies=(*self.content.agencies, *made))

    def relationship_managers(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """Who looks after the protocol, agency by agency."""
        for one in self._rows(rows, topic, tables.MANAGERS, tables.manager):
            if isinstance(one, ListedAgency):
                self.managers[one.agency] = one.manager

    def information(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """The information to be shared, item by item."""
        made = self._rows(rows, topic, tables.INFORMATION, tables.item)
        if made:
            self._put(topic, information=(*self.content.information, *made))

    def condition(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """One condition on Māori data, as pairs; or several, as rows."""
        pairs = tables.by_labels(rows, tables.CONDITIONS)
        if pairs is not None:
            cells = Cells(self.known, (pairs,))
            made = list(self._each(cells, topic, tables.condition))
        else:
            made = self._rows(rows, topic, tables.CONDITIONS, tables.condition)
        if made:
            self._put(topic, conditions=(*self.content.conditions, *made))

    def methods(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """How information is shared, stage by stage."""
        for one in self._rows(rows, topic, tables.METHODS, tables.method):
            if isinstance(one, tables.Stage):
                self._put(topic, **{one.stage: one.method})

    def meeting(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """The protocol's name and first day."""
        pairs = tables.by_labels(rows, tables.MEETING)
        if pairs is None:
            self.relationship_managers(rows, topic)
            return
        faults: list[str] = []
        name, day = tables.meeting(Cells(self.known, (), faults), pairs)
        for fault in faults:
            self.miss(pairs.get("day", ""), fault, topic)
        if name:
            self._put(topic, name=name)
        if day:
            self._put(topic, in_force_from=day)

    def review(self, rows: Sequence[tuple[str, ...]], topic: Topic) -> None:
        """How the protocol is reviewed."""
        pairs = tables.by_labels(rows, tables.REVIEW) or {}
        cells = Cells(self.known, (pairs,))
        for made in self._each(cells, topic, tables.review):
            if isinstance(made, ReviewTerms):
                self._put(topic, review=made)
        if not pairs:
            words = "; ".join(", ".join(filter(None, map(filled, row))) for row in rows)
            self.miss(words, "It is not the template's table of the review.", topic)

    def reading(self) -> Reading:
        """What was read in all; relationship managers stand with their agencies."""
        agencies = self.content.agencies or tuple(
            ListedAgency(agency, "") for agency in self.managers
        )
        if agencies:
            self.sections.add(Section.AGENCIES)
        if any(self.managers.values()):
            self.sections.add(Section.MANAGERS)
        with_managers = tuple(
            replace(each, manager=self.managers.get(each.agency)) for each in agencies
        )
        content = replace(self.content, agencies=with_managers)
        return Reading(content, frozenset(self.sections), tuple(self.unread))


_Taker = Callable[[_Reader, Sequence[tuple[str, ...]], Topic], None]
_TAKERS: Final[Mapping[Topic, _Taker]] = {
    Topic.MEETING: _Reader.meeting,
    Topic.AGENCIES: _Reader.relationship_managers,
    Topic.AUTHORITY: _Reader.purposes,
    Topic.SHARING_PURPOSE: _Reader.agencies,
    Topic.INFORMATION: _Reader.information,
    Topic.MAORI_DATA: _Reader.condition,
    Topic.METHOD: _Reader.methods,
    Topic.REVIEW: _Reader.review,
}


def _all_rows(table: Table) -> tuple[tuple[str, ...], ...]:
    return (table.heads, *table.rows) if table.heads else table.rows
