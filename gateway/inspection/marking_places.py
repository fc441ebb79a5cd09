"""How and where a level or an endorsement is written, as far as it tells a marking from prose."""

import re
from dataclasses import dataclass, field
from typing import Final

from gateway.inspection import endorsements
from gateway.inspection.folding import Folded
from gateway.inspection.passages import Passage, Place

_AROUND: Final = 160  # characters that are looked at, on each side
_SIGNS: Final = r"[ _:/,;.()\[\]{}\"'*#~<>|=&-]{0,8}"
_OTHERS: Final = (
    r"nz|external|internal|when\s(?:completed?|filled\sin)|page\s\d{1,5}(?:\s?(?:of|/)\s?\d{1,5})?"
    r"|\d{1,5}\s?(?:of|/)\s?\d{1,5}|\d{1,5}|seemail|draft|copy(?:\s\d{1,4}(?:\sof\s\d{1,4})?)?"
)
_COMPANION: Final = rf"(?:{endorsements.ANY}|{_OTHERS})"
_AFTER: Final = re.compile(rf"{_SIGNS}({_COMPANION})(?![a-z0-9])")
_BEFORE: Final = re.compile(rf"(?<![a-z0-9])({_COMPANION}){_SIGNS}\Z")
_MOST_COMPANIONS: Final = 8

_NZ: Final = re.compile(r"(?<![a-z0-9])nz[ _-]{1,3}\Z")
_LABEL: Final = re.compile(
    r"(?<![a-z])(?:classification|classified|marking|marked|sensitivity|label(?:led)?"
    r"|security level|handling)(?: (?:level|markings?|label|name))?"
    r"(?P<sign>[ \"']{0,3}[:=|\t\n>-])?\s{0,3}(?:is |as )?(?:nz[ _-]{1,3})?[\"'\[(]?\Z"
)
_TURN: Final = re.compile(
    r"(?<![a-z])(?:(?:private|personal)(?: and |\s?&\s?|/)"
    r"|(?:strictly|highly|most|very|commercially|company)[ -])\Z"
)
_BREAK: Final = re.compile(r"[\n\t|\u2022]|   ")
_BREAK_IN_MARGIN: Final = re.compile(r"[\n\t|\u2022;,=\"]|   | - |: ")
_LAST_WORD: Final = re.compile(r"[^\W_]+(?=[\W_]*\Z)")
_FIRST_WORD: Final = re.compile(r"\A[\W_]*([^\W_]+)")
_MARGINS: Final = {Place.HEADER, Place.FOOTER, Place.PROPERTY}
_BRACKETS: Final = {"[": "]", "(": ")", "{": "}"}
_LABEL_NAME: Final = re.compile(r"msip_label_[0-9a-f-]{8,40}_name", re.IGNORECASE)
_WHOLE: Final = re.compile(r"\A(.{1,200})", re.DOTALL)
_IN_HEADER: Final = re.compile(r"msip_label_[0-9a-f-]{8,40}_name\s{0,3}=\s{0,3}([^;\n]{1,200})")


def named_in_label(passage: Passage) -> re.Pattern[str] | None:
    """A pattern whose first group is a Purview label's name, where the passage is about labels.

    Source: Microsoft Purview Information Protection, label metadata: `MSIP_Label_<id>_Name` as a
    property of its own, or in a mail's header field `msip_labels` beside the others.
    """
    if _LABEL_NAME.fullmatch(passage.name):
        return _WHOLE
    return _IN_HEADER if passage.name.lower().startswith("msip_label") else None


@dataclass
class Spot:
    """A level, or an endorsement, as it is written where it stands.

    Attributes:
        plain: the words themselves in plain form, runs of spaces as one.
        start, end: with the NZ, endorsements and the like that belong to it.
        endorsed: names of the endorsements beside it; `endorsed_at`: where each begins.
        left, right: what else stands before and after it on its line, as written.
        bracket: the opening bracket, where it stands between brackets; empty otherwise.
        labelled: whether words such as `Classification` stand before it; `signed`: with a colon.
    """

    raw: str
    plain: str
    start: int
    end: int
    endorsed: list[str] = field(default_factory=list)
    endorsed_at: list[int] = field(default_factory=list)
    left: str = ""
    right: str = ""
    bracket: str = ""
    has_nz: bool = False
    has_external: bool = False
    labelled: bool = False
    signed: bool = False
    in_margin: bool = False
    is_glued: bool = False
    is_turn_of_phrase: bool = False

    @property
    def is_upper(self) -> bool:
        """Whether it stands in capitals."""
        return self.raw.isupper()

    @property
    def is_title(self) -> bool:
        """Whether it begins with a capital: `In-Confidence`, `In confidence`, `Secret`."""
        return self.raw[:1].isupper() and not self.raw.isupper()

    @property
    def is_dashed(self) -> bool:
        """Whether it is `in-confidence`, or a spelling of it without a space, as in labels."""
        return self.plain.startswith("in") and " " not in self.plain

    @property
    def is_of_two_words(self) -> bool:
        """Whether it is a level of two words."""
        return self.plain.startswith(("in ", "top"))

    @property
    def is_alone(self) -> bool:
        """Whether nothing else stands on its line."""
        return not _worded(self.left) and not _worded(self.right)

    @property
    def begins_there(self) -> bool:
        """Whether nothing else stands before it on its line."""
        return not _worded(self.left)

    @property
    def ends_there(self) -> bool:
        """Whether nothing else follows it on its line, or only another sentence."""
        return not _worded(self.right) or self.right.startswith((". ", "; "))

    @property
    def companioned(self) -> bool:
        """Whether an endorsement, or a dash and `external`, belongs to it."""
        return bool(self.endorsed) or self.has_external

    @property
    def stands_out(self) -> bool:
        """Whether its neighbours are not in capitals too."""
        before, after = _LAST_WORD.search(self.left), _FIRST_WORD.search(self.right)
        neighbours = [m[m.lastindex or 0] for m in (before, after) if m]
        return not any(word.isupper() and len(word) > 1 for word in neighbours)

    @property
    def stands_out_in_margin(self) -> bool:
        """The same; at the end of a heading in capitals it is a marking nevertheless."""
        return self.stands_out or not _worded(self.right)


def spot(passage: Passage, text: Folded, start: int, end: int) -> Spot:
    """How the words from `start` to `end` of a passage are written, and what is around them."""
    here = Spot(text.raw[start:end], " ".join(text.plain[start:end].split()), start, end)
    left, right = text.plain[max(0, start - _AROUND) : start], text.plain[end : end + _AROUND]
    here.has_nz = bool(_NZ.search(left))
    here.is_turn_of_phrase = bool(_TURN.search(left))
    label = _LABEL.search(left)
    here.labelled, here.signed = bool(label), bool(label and label["sign"])
    here.bracket = _bracket(left, right)
    _companions(here, text, left, right)
    before = text.raw[max(0, start - _AROUND) : here.start]
    after = text.raw[here.end : end + _AROUND]
    plain_before = text.plain[max(0, start - _AROUND) : here.start]
    here.is_glued = _is_glued(plain_before, text.plain[here.end : here.end + 2])
    here.in_margin = passage.place in _MARGINS or _is_edge(passage, text, here)
    parting = _BREAK_IN_MARGIN if passage.place in _MARGINS else _BREAK
    cut = max((m.end() for m in parting.finditer(plain_before)), default=0)
    here.left = "" if label else before[cut:]
    stop = parting.search(text.plain[here.end : end + _AROUND])
    here.right = after[: stop.start()] if stop else after
    return here


def _companions(here: Spot, text: Folded, left: str, right: str) -> None:
    """Take in what belongs to the words on both sides: endorsements, NZ, page numbers."""
    for _ in range(_MOST_COMPANIONS):
        match = _AFTER.match(right)
        if not match:
            break
        _note(here, text, match[1], here.end + match.start(1))
        here.has_external |= match[1] == "external" and "-" in match[0]
        here.end += match.end()
        right = right[match.end() :]
    for _ in range(_MOST_COMPANIONS):
        match = _BEFORE.search(left)
        if not match:
            break
        here.start -= len(left) - match.start()
        _note(here, text, match[1], here.start)
        left = left[: match.start()]


def _note(here: Spot, text: Folded, companion: str, at: int) -> None:
    """Note an endorsement; beside a level in capitals it stands in capitals too."""
    name = endorsements.name_of(companion)
    written = text.raw[at : at + len(companion)]
    if name and (endorsements.in_capitals(written, name) or not here.is_upper):
        here.endorsed.append(endorsements.said(companion))
        here.endorsed_at.append(at)


def _is_glued(before: str, after: str) -> bool:
    """Whether a hyphen without a space makes it part of a longer word."""
    joined = before[-1:] == "-" and before[-2:-1].isalnum()
    return joined or (after[:1] in {"-", "_"} and after[1:2].isalnum())


def _bracket(left: str, right: str) -> str:
    opening = left.rstrip().removesuffix("nz").rstrip()[-1:]
    closing = _BRACKETS.get(opening)
    return opening if closing and right.lstrip()[:1] == closing else ""


def _is_edge(passage: Passage, text: Folded, here: Spot) -> bool:
    """Whether it stands on the first or last line of a page, where PDFs have their headers."""
    if "page " not in passage.where or passage.place is not Place.BODY:
        return False
    near = 2 * _AROUND
    first = here.start <= near and "\n" not in text.plain[: here.start].lstrip()
    tail = text.plain[here.end : here.end + near + 1]
    return first or (len(tail) <= near and "\n" not in tail.rstrip())


def _worded(text: str) -> bool:
    return any(character.isalnum() for character in text)
