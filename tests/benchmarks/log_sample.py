"""A log of a million entries that looks like one of some years' use, and the register beside it."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random  # noqa: TID251 - the same sample in every run
from typing import Any

import psycopg
from benchmarks.log_stories import CHILDREN, Cast, Person, entries_of
from support.world import World

from gateway.audit.entries import Entry
from gateway.domain.classification import Classification
from gateway.domain.register import (
    AgeGroup,
    Agency,
    AgencyId,
    AgencyKind,
    Child,
    ChildReference,
    Meeting,
    MeetingId,
    Register,
    Representative,
    RepresentativeId,
)
from gateway.services.auditing import child_pseudonym, meeting_pseudonym, pseudonym
from gateway.storage.journal import _row

AGENCIES, PEOPLE, MEETINGS = 20, 2_000, 500
BEGAN = datetime(2024, 12, 1, tzinfo=UTC)
DAYS = 720
_TOGETHER = 10_000  # entries made at once: a stretch of the time
_COLUMNS = ("uid", "at", "action", "outcome", "actor", "agency", "transfer", "meeting", "leaf")


def agency(number: int) -> AgencyId:
    """An agency's identifier; number 0 is the largest."""
    return AgencyId(f"agency-{number:02d}")


def person(number: int) -> RepresentativeId:
    """A representative's identifier; agency 0 has a quarter of them, the last a few."""
    return RepresentativeId(f"person-{number:04d}")


def agency_of(number: int) -> AgencyId:
    """The agency of a person."""
    return agency(int(AGENCIES * (number / PEOPLE) ** 2))


def meeting(number: int) -> MeetingId:
    """A meeting's identifier."""
    return MeetingId(f"meeting-{number:03d}")


def child(number: int) -> ChildReference:
    """A child's reference."""
    return ChildReference(f"child-{number:04d}")


def children_of(number: int) -> list[int]:
    """The children a meeting is about; some are spoken of in several meetings."""
    return [(number * 7 + more * 11) % CHILDREN for more in range(1 + number % 4)]


def attendees_of(number: int) -> list[int]:
    """The people who come to a meeting."""
    return [(number * 37 + more * 263) % PEOPLE for more in range(3 + number % 7)]


def register(world: World) -> Register:
    """The register that the log's people, meetings and children stand in."""
    protocol = world.register.protocols[0].id
    return Register(
        agencies=tuple(
            Agency(
                id=agency(number),
                name=f"Sample agency {number}",
                kind=AgencyKind.OTHER,
                highest_classification=Classification.IN_CONFIDENCE,
                mail_domains=(f"agency-{number}.example",),
            )
            for number in range(AGENCIES)
        ),
        representatives=tuple(
            Representative(
                id=person(number),
                agency=agency_of(number),
                name=f"Sample Person {number}",
                role="social worker",
                email=f"person-{number}@{agency_of(number)}.example",
                active_from=date(2024, 1, 1),
            )
            for number in range(PEOPLE)
        ),
        meetings=tuple(
            Meeting(
                id=meeting(number),
                protocol=protocol,
                title=f"Sample meeting {number}",
                held_at=BEGAN + timedelta(days=number),
                attendees=tuple(person(who) for who in attendees_of(number)),
                children=tuple(Child(child(who), AgeGroup.CHILD) for who in children_of(number)),
            )
            for number in range(MEETINGS)
        ),
    )


def cast(world: World) -> Cast:
    """Everybody as they stand in the log."""
    parts = world.parts
    people = [Person(pseudonym(parts, person(n)), agency_of(n)) for n in range(PEOPLE)]
    return Cast(
        people=people,
        meetings=[meeting_pseudonym(parts, meeting(number)) for number in range(MEETINGS)],
        attendees=[attendees_of(number) for number in range(MEETINGS)],
        children=[
            [child_pseudonym(parts, child(n)) for n in children_of(number)]
            for number in range(MEETINGS)
        ],
    )


@dataclass(frozen=True)
class _Stretch:
    """A stretch of the log: its number of all, how many entries, of what time."""

    number: int
    entries: int
    since: datetime
    lasts: timedelta

    def copied(self, cast: Cast) -> str:
        """Its entries in order of time, as COPY takes them."""
        random = Random(self.number)  # noqa: S311 - a sample
        made: list[Entry] = []
        while len(made) < self.entries:
            begins = self.since + random.random() * self.lasts
            made += entries_of(cast, random, begins, f"{self.number:04X}{len(made):06X}")
        made.sort(key=lambda entry: entry.at)
        return "".join(map(_copied, made[: self.entries]))


def _copied(entry: Entry) -> str:
    row = _row(entry)
    texts = [_text(row[name]) for name in _COLUMNS]
    terms: Any = row["terms"]
    return "\t".join((*texts, "{" + ",".join(f'"{term}"' for term in terms) + "}")) + "\n"


def _text(value: object) -> str:
    match value:
        case None:
            return "\\N"
        case bytes():
            return "\\\\x" + value.hex()
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def fill(url: str, cast: Cast, entries: int) -> None:
    """Write a log of that many entries into the queue."""
    sizes = [min(_TOGETHER, entries - done) for done in range(0, entries, _TOGETHER)]
    lasts = timedelta(days=DAYS) / len(sizes)
    stretches = [_Stretch(n, size, BEGAN + n * lasts, lasts) for n, size in enumerate(sizes)]
    columns = ", ".join((*_COLUMNS, "terms"))
    with (
        ProcessPoolExecutor(2, initializer=_Worker.begin, initargs=(cast,)) as pool,
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY audit_pending ({columns}) FROM STDIN".encode()) as copy,
    ):
        for text in pool.map(_Worker.make, stretches):
            copy.write(text)


class _Worker:
    """What a process that makes entries keeps."""

    cast: Cast

    @classmethod
    def begin(cls, cast: Cast) -> None:
        cls.cast = cast

    @classmethod
    def make(cls, stretch: _Stretch) -> str:
        return stretch.copied(cls.cast)
