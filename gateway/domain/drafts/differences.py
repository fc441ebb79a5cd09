"""What is different between two states of a protocol, in words, section by section."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.drafts.states import Section
from gateway.domain.identifiers import AgencyId
from gateway.domain.protocol_terms import Condition, ListedAgency
from gateway.domain.register import Method, Purpose

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference as a sentence; `before` and `after` are whole texts, where these changed."""

    section: Section
    sentence: str
    before: str = ""
    after: str = ""


def differences(
    before: Content, after: Content, names: Mapping[AgencyId, str]
) -> tuple[Changed, ...]:
    """Everything that differs, in the order of the sections; empty only if both say the same."""
    told = _Told(before, after, names)
    found = [each for part in told.parts() for each in part]
    order = list(Section)
    return tuple(sorted(found, key=lambda each: order.index(each.section)))


@dataclass(frozen=True)
class _Told:
    before: Content
    after: Content
    names: Mapping[AgencyId, str]

    def parts(self) -> Iterator[Iterator[Changed]]:
        yield self._texts()
        yield self._agencies()
        yield self._purposes()
        yield self._information()
        yield self._conditions()
        yield self._methods()
        yield self._lines()
        yield self._days()

    def name(self, agency: AgencyId) -> str:
        return self.names.get(agency, agency)

    def _texts(self) -> Iterator[Changed]:
        for section, field, words in _TEXTS:
            before, after = getattr(self.before, field), getattr(self.after, field)
            if before != after:
                yield Changed(section, f"{words} {_how(before, after)}.", before, after)

    def _agencies(self) -> Iterator[Changed]:
        before, after = self.before.agencies, self.after.agencies
        for kind, one in _compared(before, after, lambda each: each.agency):
            name = self.name(one[-1].agency)
            if kind == "added":
                yield Changed(Section.AGENCIES, f"{name} is listed.", "", one[0].purpose)
            elif kind == "removed":
                yield Changed(Section.AGENCIES, f"{name} is no longer listed.", one[0].purpose)
            else:
                yield from self._listed(name, *one)
        yield from _order(Section.AGENCIES, "agencies", before, after)

    def _listed(self, name: str, old: ListedAgency, new: ListedAgency) -> Iterator[Changed]:
        if old.purpose != new.purpose:
            sentence = f"Why {name} shares and receives is worded differently."
            yield Changed(Section.AGENCIES, sentence, old.purpose, new.purpose)
        if old.manager != new.manager:
            sentence = f"The relationship manager of {name} is another."
            yield Changed(Section.MANAGERS, sentence, old.manager or "", new.manager or "")

    def _purposes(self) -> Iterator[Changed]:
        before, after = self.before.purposes, self.after.purposes
        for kind, one in _compared(before, after, lambda each: each.code):
            code, words = one[-1].code, _purpose(one[-1])
            if kind == "added":
                yield Changed(Section.PURPOSES, f"The purpose {code} is new.", "", words)
            elif kind == "removed":
                yield Changed(Section.PURPOSES, f"The purpose {code} is gone.", words)
            else:
                sentence = f"The purpose {code} is different."
                yield Changed(Section.PURPOSES, sentence, _purpose(one[0]), words)
        yield from _order(Section.PURPOSES, "purposes", before, after)

    def _information(self) -> Iterator[Changed]:
        before, after = self.before.information, self.after.information
        for kind, one in _compared(before, after, lambda each: (each.agency, each.item)):
            name, item = self.name(one[-1].agency), one[-1].item
            words = _item(one[-1])
            if kind == "added":
                sentence = f"{name} now also shares: {item}."
                yield Changed(Section.INFORMATION, sentence, "", words)
            elif kind == "removed":
                sentence = f"{name} no longer shares: {item}."
                yield Changed(Section.INFORMATION, sentence, words)
            else:
                sentence = f"What {name} shares is labelled differently: {item}."
                yield Changed(Section.INFORMATION, sentence, _item(one[0]), words)
        yield from _order(Section.INFORMATION, "information to be shared", before, after)

    def _conditions(self) -> Iterator[Changed]:
        before, after = self.before.conditions, self.after.conditions
        for kind, one in _compared(before, after, lambda each: each.code):
            code, words = one[-1].code, self._condition(one[-1])
            if kind == "added":
                yield Changed(Section.MAORI_DATA, f"The condition {code} is new.", "", words)
            elif kind == "removed":
                yield Changed(Section.MAORI_DATA, f"The condition {code} is gone.", words)
            else:
                was = self._condition(one[0])
                yield Changed(Section.MAORI_DATA, f"The condition {code} is different.", was, words)
        yield from _order(Section.MAORI_DATA, "conditions", before, after)

    def _condition(self, each: Condition) -> str:
        covers = ", ".join(each.categories) or "everything"
        named = "; ".join(self.name(agency) for agency in each.agencies)
        receivers = f" Receivers: {named}." if named else ""
        return (
            f"{each.kind.value}: {each.statement} (covers {covers}; set with {each.set_with} on "
            f"{each.set_on.isoformat()}).{receivers}"
        )

    def _methods(self) -> Iterator[Changed]:
        for stage in ("before", "during", "after"):
            before, after = getattr(self.before, stage), getattr(self.after, stage)
            if before != after:
                sentence = f"How information is shared {stage} a meeting is different."
                yield Changed(Section.METHOD, sentence, _method(before), _method(after))

    def _lines(self) -> Iterator[Changed]:
        for field, words in (("requirements", "is required"), ("restrictions", "is barred")):
            before, after = getattr(self.before, field), getattr(self.after, field)
            if before != after:
                sentence = f"What {words} is different."
                yield Changed(Section.SECURITY, sentence, "\n".join(before), "\n".join(after))

    def _days(self) -> Iterator[Changed]:
        old, new = self.before.in_force_from, self.after.in_force_from
        if old != new:
            was, now = (day.isoformat() if day else "" for day in (old, new))
            sentence = f"The day of coming into force {_how(was, now)}."
            yield Changed(Section.MEETING, sentence, was, now)
        if self.before.review != self.after.review:
            yield Changed(
                Section.REVIEW,
                "The review is different.",
                self._review(self.before),
                self._review(self.after),
            )

    def _review(self, content: Content) -> str:
        if content.review is None:
            return ""
        review = content.review
        return (
            f"every {review.every_months} months, by {self.name(review.responsible)}, "
            f"{review.grace_days} days of grace"
        )


_TEXTS = (
    (Section.MEETING, "name", "The name"),
    (Section.MEETING, "meeting_purpose", "What the meetings are for"),
    (Section.USE, "recording", "What may be recorded"),
    (Section.USE, "secondary_use", "Secondary use"),
    (Section.MAORI_DATA, "engagement", "With whom conditions on Māori data were set"),
    (Section.RETENTION, "retention", "Storage, retention and disposal"),
    (Section.TRANSPARENCY, "transparency", "How people are told"),
    (Section.TRANSPARENCY, "privacy_statement", "The privacy statement"),
    (Section.BREACHES, "breaches", "What happens after a breach"),
    (Section.CONFLICTS, "conflicts", "What is done about conflicts of interest"),
)


def _how(before: str, after: str) -> str:
    if not before:
        return "is new"
    return "is worded differently" if after else "is gone"


def _compared(
    before: Sequence[T], after: Sequence[T], key: Callable[[T], Hashable]
) -> Iterator[tuple[str, tuple[T, ...]]]:
    """What was removed, added and changed, by `key`; of rows with the same key, by their turn."""
    old, new = _keyed(before, key), _keyed(after, key)
    for place, thing in old.items():
        if place not in new:
            yield "removed", (thing,)
        elif new[place] != thing:
            yield "changed", (thing, new[place])
    for place, thing in new.items():
        if place not in old:
            yield "added", (thing,)


def _keyed(things: Sequence[T], key: Callable[[T], Hashable]) -> dict[tuple[Hashable, int], T]:
    found: dict[tuple[Hashable, int], T] = {}
    turns: dict[Hashable, int] = {}
    for thing in things:
        name = key(thing)
        turns[name] = turns.get(name, 0) + 1
        found[name, turns[name]] = thing
    return found


def _order(
    section: Section, what: str, before: Sequence[T], after: Sequence[T]
) -> Iterator[Changed]:
    """That only the order differs: then nothing else would tell the two apart."""
    if Counter(before) == Counter(after) and tuple(before) != tuple(after):
        yield Changed(section, f"The {what} stand in another order.")


def _purpose(purpose: Purpose) -> str:
    return f"{purpose.description} ({', '.join(purpose.authorities)})"


def _item(row: DraftItem) -> str:
    level = row.classification.value if row.classification else "not classified"
    return f"{row.category}, {level}"


def _method(method: Method) -> str:
    channels = ", ".join(channel.value for channel in method.password_channels)
    return f"{method.description} (passwords: {channels})" if channels else method.description
