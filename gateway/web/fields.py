"""The types of the values a request may hold, each with the schema the description shows.

A fault never repeats what was sent. Bounds are the pack file's.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)

FAULT: Final = "fault"
_LINE, _PROSE, _ITEMS = 200, 4000, 1000
_ENDORSEMENT = r"[A-Z][A-Z0-9 ,:/-]{0,59}"
# Letters and marks that fonts show as nothing (Unicode's Default_Ignorable_Code_Point).
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HEALTH_NUMBER = re.compile(r"[A-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-Z]{2})", re.IGNORECASE)
_T = TypeVar("_T")


def fault(message: str, remedy: str) -> NoReturn:
    """Refuse a value in words for a person."""
    raise PydanticCustomError(FAULT, message, {"remedy": remedy})


def _clean(limit: int, allowed: str) -> Callable[[str], str]:
    """Text in NFC, trimmed, every blank a plain one, and no character that nobody sees."""

    def checked(text: str) -> str:
        clean = unicodedata.normalize("NFC", text[: 2 * limit].replace("\r\n", "\n")).strip()
        if not clean or len(clean) > limit or len(text) > 2 * limit:
            fault("The text is empty or too long.", f"Use 1 to {limit} characters.")
        clean = "".join(" " if unicodedata.category(c) == "Zs" else c for c in clean)
        if any(_is_unseen(c) and c not in allowed for c in clean):
            fault(
                "The text holds a line break, a control character or an invisible character.",
                "Type it by hand instead of pasting it.",
            )
        return clean

    return checked


def _is_unseen(character: str) -> bool:
    """Whether it is a control, format, unassigned or separating character, or drawn as nothing."""
    return character in _BLANK or unicodedata.category(character)[0] in "CZ"


def _endorsement(text: str) -> str:
    marking = _clean(_LINE, " ")(text).upper()
    if not re.fullmatch(_ENDORSEMENT, marking):
        fault(
            "The endorsement is not of the required form.",
            "Use capital letters, digits and blanks, for example 'MEDICAL'.",
        )
    return marking


def _child(text: str) -> str:
    if any(_HEALTH_NUMBER.fullmatch(part) for part in text.split("-")):
        fault(
            "The reference looks like a National Health Index number.",
            "Use a reference made up for these meetings that says nothing about the child.",
        )
    return text


def _level(value: object) -> Classification:
    if isinstance(value, str):
        try:
            return Classification.parse(value)
        except InvalidInput:  # its message repeats the value
            pass
    fault("This is not a classification.", "Use one of: " + ", ".join(Classification) + ".")


def _digits(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value):
        return int(value)
    fault("This is not a whole number.", "Use digits only.")


def distinct(*names: str) -> Callable[[tuple[_T, ...]], tuple[_T, ...]]:
    """A check that no two items are alike, in the named attributes or as a whole."""

    def key(item: Any) -> Hashable:
        return tuple(getattr(item, name) for name in names) if names else item

    def checked(items: tuple[_T, ...]) -> tuple[_T, ...]:
        if len({key(item) for item in items}) < len(items):
            fault("An item occurs twice.", "Give each of them once.")
        return items

    return checked


def _text(limit: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": limit})


_name = StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")
_code = StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9().-]{0,39}$")

Several = Annotated[tuple[_T, ...], Strict(strict=False), Field(max_length=_ITEMS)]
Line = Annotated[str, AfterValidator(_clean(_LINE, " ")), _text(_LINE)]
Prose = Annotated[str, AfterValidator(_clean(_PROSE, " \n\t")), _text(_PROSE)]
Level = Annotated[
    Classification,
    BeforeValidator(_level),
    WithJsonSchema({"type": "string", "enum": [level.value for level in Classification]}),
]
AgencyKey = Annotated[AgencyId, _name]
MeetingKey = Annotated[MeetingId, _name]
RepresentativeKey = Annotated[RepresentativeId, _name]
AuthorityKey = Annotated[AuthorityCode, _code]
PurposeCode = Annotated[str, _code]
GroundCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ().-]{0,59}$")]
ChildKey = Annotated[
    ChildReference, StringConstraints(pattern=r"^[A-Za-z0-9-]{3,40}$"), AfterValidator(_child)
]
Endorsement = Annotated[
    str,
    AfterValidator(_endorsement),
    WithJsonSchema({"type": "string", "pattern": f"^{_ENDORSEMENT}$"}),
]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Typed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 -]{1,64}$")]
Limit = Annotated[
    int,
    BeforeValidator(_digits),
    Field(ge=1, le=200),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
]
