"""Protective markings in the words of a document.

The levels are ordinary words too, so that how and where one is written decides whether it is a
marking. One is a marking, in capitals or not, with any dash or space, with or without NZ:

- in the name of a Microsoft Purview label (`MSIP_Label_..._Name`), wherever it stands in it;
- in headers, footers, properties, subjects, and the first and last line of a page: where nothing
  else stands with it, or in capitals that its neighbours do not share;
- after a label such as `Classification:`, `Marking:` or `Sensitivity:`, where nothing follows it;
- where nothing else stands on its line or in its cell: with a dash (`In-Confidence`), with NZ, with
  ` - external` after it, or with a capital where it is of two words (`Top Secret`);
- right beside another one that is a marking, where these two stand together.

Only in capitals is one a marking, elsewhere in the text:

- where nothing else stands on its line or in its cell (`SECRET`);
- as `IN-CONFIDENCE` with a dash, or after NZ;
- between brackets (`[SENSITIVE]`), where the square ones may also hold `[Sensitive]`;
- beside an endorsement in capitals (`SENSITIVE: STAFF`) or with ` - external` after it;
- after `classified as`, `marked` and the like;
- as two words (`IN CONFIDENCE`, `TOP SECRET`) that stand out from their sentence.

What counts as nothing: endorsements, `external`, `when completed`, page numbers, `draft`, `copy`,
`SEEMAIL`, punctuation. A level that is part of a longer word (`time-sensitive`) is none, nor is
`private and confidential` or `strictly confidential`, which letters bear that no agency classified.
Other small letters are prose: `told in confidence`, `a secret`, `restricted mobility`.

Sources: Protective Security Requirements (classification system, endorsement markings); NZISM
15.1.11 to 15.1.16 (marking of mail and of pages).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.domain.classification import Classification
from gateway.inspection import endorsements
from gateway.inspection.folding import Folded
from gateway.inspection.marking_places import Spot, named_in_label, spot
from gateway.inspection.passages import Passage

_LEVEL: Final = re.compile(
    r"(?<![a-z0-9])(?:unclassified|in[\s_-]{0,5}confidence|sensitive|restricted|confidential"
    r"|top[\s_-]{0,5}secret|secret)(?![a-z0-9])"
)
_PEOPLE: Final = {"from", "sender", "to", "cc", "bcc", "reply-to", "date", "author", "creator"}
_BETWEEN: Final = re.compile(r"[ _:/,|&-]{1,5}")
_PAIR: Final = 2
_GLUE: Final = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Marking:
    """A protective marking, or an endorsement that stands without one.

    Attributes:
        level: None for an endorsement on its own.
        endorsements: in capitals.
        start, end: where it stands in the folded text.
    """

    level: Classification | None
    endorsements: tuple[str, ...]
    start: int
    end: int


def markings(passage: Passage, text: Folded) -> Iterator[Marking]:
    """The markings in a passage, in order; `text` is the passage's text, folded.

    Each candidate is judged by a fixed number of characters around it.
    """
    if passage.name.lower() in _PEOPLE:
        return
    if label := named_in_label(passage):
        yield from _of_label(label, text)
        return
    beside: set[int] = set()  # where endorsements stand that were found with a level
    for run in _runs(text.plain):
        spots = [spot(passage, text, match.start(), match.end()) for match in run]
        chosen = [is_marking(here) for here in spots]
        if len(run) == _PAIR and _are_markings(*spots, chosen=any(chosen)):
            chosen = [True] * _PAIR  # whoever wrote both of them meant the higher one too
        for match, here, is_one in zip(run, spots, chosen, strict=True):
            if is_one:
                named = tuple(dict.fromkeys(here.endorsed))
                beside.update(here.endorsed_at)
                yield Marking(level_of(match[0]), named, here.start, here.end)
    yield from _endorsements(passage, text, beside)


def _are_markings(first: Spot, second: Spot, *, chosen: bool) -> bool:
    """Whether two levels that stand together are both markings; `chosen`: whether one is anyway."""
    if first.is_upper != second.is_upper:
        return False
    return chosen or (first.is_upper and first.begins_there and second.ends_there)


def _runs(plain: str) -> Iterator[list[re.Match[str]]]:
    """The levels in a text; those that only signs part stand together.

    Three or more together are a list to choose from, in a form or an instruction.
    """
    run: list[re.Match[str]] = []
    for match in _LEVEL.finditer(plain):
        if run and not _BETWEEN.fullmatch(plain, run[-1].end(), match.start()):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _endorsements(passage: Passage, text: Folded, beside: set[int]) -> Iterator[Marking]:
    """Endorsements without a level: in capitals, on their own or standing out."""
    taken = 0
    for match in endorsements.distinctive(text.plain):
        if match.start() in beside or match.start() < taken:
            continue
        here = spot(passage, text, match.start(), match.end())
        taken = here.end
        name = endorsements.name_of(match[0])
        stands = here.is_alone or here.in_margin or here.bracket or here.stands_out
        if stands and endorsements.in_capitals(here.raw, name):
            named = (endorsements.said(match[0]), *here.endorsed)
            yield Marking(None, tuple(dict.fromkeys(named)), match.start(), here.end)


def level_of(plain: str) -> Classification:
    """The level a plain spelling means: `in confidence`, `topsecret`."""
    bare = _GLUE.sub("", plain)
    return next(one for one in Classification if _GLUE.sub("", one.value.lower()) == bare)


def is_marking(here: Spot) -> bool:
    """Whether a level that is written so, and there, is a protective marking."""
    if here.is_glued or here.is_turn_of_phrase:
        return False
    if here.labelled and (here.is_upper or (here.signed and here.ends_there)):
        return True
    if here.in_margin and (here.is_alone or (here.is_upper and here.stands_out_in_margin)):
        return True
    if here.is_alone and not here.is_upper:
        written = here.is_dashed or here.has_nz or here.has_external
        return written or (here.is_title and " " in here.plain)
    return (here.is_upper and _in_capitals(here)) or (here.is_title and here.bracket == "[")


def _in_capitals(here: Spot) -> bool:
    if here.is_alone or here.is_dashed or here.has_nz or here.bracket:
        return True
    if here.companioned:
        return here.stands_out
    return here.is_of_two_words and here.stands_out


def _of_label(label: re.Pattern[str], text: Folded) -> Iterator[Marking]:
    """Markings in the name of a Purview label, whatever stands around them."""
    for name in label.finditer(text.plain):
        found = [level_of(match[0]) for match in _LEVEL.finditer(_parted(name[1]))]
        known = {one[0] for one in re.finditer(endorsements.ANY, _parted(name[1]))}
        named = tuple(sorted(filter(None, map(endorsements.name_of, known))))
        for level in found:
            yield Marking(level, named, name.start(1), name.end(1))
        if named and not found:
            yield Marking(None, named, name.start(1), name.end(1))


def _parted(name: str) -> str:
    return name.replace("_", " ")
