"""The words of a document, with where they stand."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where words stand, as far as it matters for markings."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    PROPERTY = "property"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that stand together: a page, a paragraph group, a sheet, a header.

    Attributes:
        where: as people say it: `page 3`, `sheet 'Notes'`, `header`; may be empty.
        name: of a property, its name, e.g. `MSIP_Label_..._Name`; empty otherwise.
    """

    text: str
    where: str = ""
    place: Place = Place.BODY
    name: str = ""
