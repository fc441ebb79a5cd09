"""New Zealand's classifications and the protective marking a pack carries.

Source: Protective Security Requirements (classification system); NZISM 15.1.11 for email.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from gateway.domain.errors import InvalidInput

_DASHES = re.compile(r"[\s\u00a0\u2010-\u2015\u2212_-]+")


class Classification(StrEnum):
    """A level of the classification system; the value is its canonical spelling."""

    UNCLASSIFIED = "UNCLASSIFIED"
    IN_CONFIDENCE = "IN-CONFIDENCE"
    SENSITIVE = "SENSITIVE"
    RESTRICTED = "RESTRICTED"
    CONFIDENTIAL = "CONFIDENTIAL"
    SECRET = "SECRET"  # noqa: S105 - a classification, not a credential
    TOP_SECRET = "TOP SECRET"  # noqa: S105 - a classification, not a credential

    @property
    def rank(self) -> int:
        """Height for limits of channels and recipients; SENSITIVE and RESTRICTED are level.

        The policy-and-privacy and the national-security families are not one ladder in meaning;
        NZISM gives SENSITIVE and RESTRICTED the same controls, which is what limits need.
        """
        return _RANKS[self]

    @property
    def is_national_security(self) -> bool:
        """Whether the level belongs to the national-security family."""
        return self in _NATIONAL_SECURITY

    @classmethod
    def parse(cls, text: str, *, field: str = "classification") -> "Classification":
        """The level that `text` names, in any case and with any dash or space.

        Raises:
            InvalidInput: the text names no level; unknown markings are never guessed at.
        """
        folded = _DASHES.sub("-", text.strip()).upper().removeprefix("NZ-")
        for level in cls:
            if level.value.replace(" ", "-") == folded:
                return level
        raise InvalidInput(
            f"'{text[:40]}' is not a classification.",
            "Use one of: " + ", ".join(level.value for level in cls) + ".",
            field=field,
        )


_RANKS = {
    Classification.UNCLASSIFIED: 0,
    Classification.IN_CONFIDENCE: 1,
    Classification.SENSITIVE: 2,
    Classification.RESTRICTED: 2,
    Classification.CONFIDENTIAL: 3,
    Classification.SECRET: 4,
    Classification.TOP_SECRET: 5,
}
_NATIONAL_SECURITY = frozenset(
    {
        Classification.RESTRICTED,
        Classification.CONFIDENTIAL,
        Classification.SECRET,
        Classification.TOP_SECRET,
    }
)


def highest(levels: Iterable[Classification]) -> Classification:
    """The highest of `levels`, UNCLASSIFIED when there are none.

    Where SENSITIVE meets RESTRICTED the national-security level stands, as the stricter one.
    Source: NZISM 15.1.11.C.02 (a marking reflects the highest classification of all elements).
    """
    return max(
        levels,
        key=lambda level: (level.rank, level.is_national_security),
        default=Classification.UNCLASSIFIED,
    )


def external_marking(level: Classification) -> str:
    """The protective marking of mail that leaves the agency, e.g. `IN-CONFIDENCE – external`."""
    return f"{level.value} \N{EN DASH} external"
