"""Numbers and words that tell who somebody is, or where they are to be found.

Sources: HISO 10046 (NHI number: check digit by modulus 11, check letter by modulus 23); Inland
Revenue's file specifications (IRD number: range, and check digit by modulus 11 with two rows of
weights); the New Zealand numbering plan.
Numbers of NHI that begin with Z are kept for tests, and are found as any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.domain.information_requests.faults import is_health_number
from gateway.domain.inspection import Kind
from gateway.inspection.dates import Written, written_dates
from gateway.inspection.folding import Folded
from gateway.inspection.streets import addresses


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something that identifies a person, where it stands in a folded text.

    Attributes:
        value: what it says, the same however it is written, as far as that can be told.
    """

    kind: Kind
    value: str
    start: int
    end: int


_HEALTH: Final = re.compile(
    r"(?<![a-z0-9])[a-hj-np-z]{3}(?P<gap>[ -]?)(?:\d{4}|\d{2}[ -]?[a-hj-np-z]{2})(?![a-z0-9])"
)
_HEALTH_SAID: Final = re.compile(r"(?<![a-z])(?:nhi|national health index)(?![a-z])")
_MONTH_YEAR: Final = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:19|20)\d\d")
_TAX: Final = re.compile(
    r"(?<![\w.,/-])\d{2,3}(?P<gap>[ -])\d{3}(?P=gap)\d{3}(?![\w]|(?P=gap)\d|[./]\d)"
)
_TAX_SAID: Final = re.compile(
    r"(?<![a-z])(?:ird|inland revenue|tax file|tax)(?![a-z])[^\d]{0,30}"
    r"(?P<number>\d{2,3}[ .-]?\d{3}[ .-]?\d{3})(?![\w]|[./-]\d)"
)
_APART: Final = r"(?:[ .-]{0,2}|[ .-]?\n)"  # a line may end in a number
_PHONE: Final = re.compile(
    r"(?<![\w+])(?<!\d[.,/-])(?:(?:\+|00)[ ]?64[ .-]?(?:\(0\)[ ]?)?\(?|\(?0)"
    rf"(?:2\d\)?(?:{_APART}\d){{6,8}}|[34679]\)?{_APART}[2-9](?:{_APART}\d){{6}})"
    r"(?![\w]|[./-]\d)"
)
BIRTH: Final = re.compile(
    r"(?<![a-z])(?:born|d\.?o\.?b|date[ -]of[ -]birth|birth[ ]?dates?|birthdays?"
    r"|(?:te )?ra[ -]whanau|whanau(?:tia)? mai)(?![a-z])"
)
"""Words for a date of birth, in plain form."""

_BIRTH_AFTER: Final = re.compile(
    r"[\s,(\[-]{0,4}(?:born|d\.?o\.?b|date[ -]of[ -]birth|birthday)(?![a-z])"
)
_AFTER_BIRTH: Final = 60  # characters in which a date of birth follows the words for it
_SENTENCE_END: Final = re.compile(r"[.;?!]\s")
_DOMAIN: Final = re.compile(r"[^\W_](?:[\w-]{0,62}\.)(?:[\w-]{1,63}\.){0,6}[^\W\d_]{2,24}(?![\w@])")
_LOCAL: Final = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_{|}~-"
_LONGEST_LOCAL: Final = 64
_TAX_WEIGHTS: Final = ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6))
_SMALLEST_TAX, _LARGEST_TAX = 10_000_000, 150_000_000


def identifiers(text: Folded) -> Iterator[Identifier]:
    """Everything in a text that identifies a person, kind by kind, each in order."""
    yield from _health_numbers(text)
    yield from _tax_numbers(text)
    yield from _telephones(text)
    for start, end in addresses(text):
        said = " ".join(text.plain[start:end].replace(".", "").split())
        yield Identifier(Kind.ADDRESS, said, start, end)
    yield from _birth_dates(text)
    yield from _mail_addresses(text)


def is_tax_number(digits: str) -> bool:
    """Whether 8 or 9 digits are an IRD number in its range, with a right check digit."""
    if not (digits.isascii() and digits.isdigit() and len(digits) in {8, 9}):
        return False
    if not _SMALLEST_TAX <= int(digits) <= _LARGEST_TAX:
        return False
    padded = digits.zfill(9)
    for weights in _TAX_WEIGHTS:
        check = -sum(w * int(d) for w, d in zip(weights, padded, strict=False)) % 11
        if check < 10:
            return check == int(padded[-1])
    return False


def _health_numbers(text: Folded) -> Iterator[Identifier]:
    for match in _HEALTH.finditer(text.plain):
        if not is_health_number(match[0]):
            continue
        before = text.plain[max(0, match.start() - 40) : match.start()]
        written = text.raw[match.start() : match.end()]
        one_case = written.isupper() or written.islower()
        bare = match[0].isalnum() and one_case and not _MONTH_YEAR.fullmatch(written)
        if bare or _HEALTH_SAID.search(before):
            value = re.sub("[ -]", "", match[0])
            yield Identifier(Kind.NHI, value, match.start(), match.end())


def _tax_numbers(text: Folded) -> Iterator[Identifier]:
    for pattern, group in ((_TAX, 0), (_TAX_SAID, "number")):
        for match in pattern.finditer(text.plain):
            digits = "".join(c for c in match[group] if c.isdigit())
            if is_tax_number(digits):
                yield Identifier(Kind.IRD, str(int(digits)), *match.span(group))


def _telephones(text: Folded) -> Iterator[Identifier]:
    """Numbers of homes and mobiles; free numbers (0800, 0508) are no person's."""
    for match in _PHONE.finditer(text.plain):
        digits = "".join(c for c in match[0] if c.isdigit())
        value = digits.lstrip("0").removeprefix("64").lstrip("0")
        yield Identifier(Kind.TELEPHONE, value, match.start(), match.end())


def _birth_dates(text: Folded) -> Iterator[Identifier]:
    """The date right before each mention of a birth, or else the first in its sentence after it."""
    last = -1
    for said in BIRTH.finditer(text.plain):
        one = _before_birth(text.plain, said.start()) or _after_birth(text.plain, said.end())
        if one and one.start > last:
            last = one.start
            yield Identifier(Kind.BIRTH_DATE, one.days[0].isoformat(), one.start, one.end)


def _before_birth(plain: str, at: int) -> Written | None:
    near = list(written_dates(plain, max(0, at - _AFTER_BIRTH), at))
    right_before = near and _BIRTH_AFTER.match(plain, near[-1].end) and at - near[-1].end <= 4
    return near[-1] if right_before else None


def _after_birth(plain: str, at: int) -> Written | None:
    one = next(written_dates(plain, at, at + _AFTER_BIRTH), None)
    return None if one is None or _SENTENCE_END.search(plain, at + 1, one.start) else one


def _mail_addresses(text: Folded) -> Iterator[Identifier]:
    plain = text.plain
    at = plain.find("@")
    while at >= 0:
        window = plain[max(0, at - _LONGEST_LOCAL) : at]
        local = window[len(window.rstrip(_LOCAL)) :].lstrip(".'")
        domain = _DOMAIN.match(plain, at + 1)
        if local and domain:
            value = f"{local}@{domain[0]}"
            yield Identifier(Kind.MAIL_ADDRESS, value, at - len(local), domain.end())
        at = plain.find("@", at + 1)
