"""What the API answers about what was found in a document."""

from typing import Self

from pydantic import Field

from gateway.domain.classification import Classification
from gateway.domain.inspection import Concern, FileType
from gateway.services.found import Found
from gateway.web.answers.base import Moment, Shown


class DiscoveryShown(Shown):
    """One thing found in a document."""

    kind: str = Field(description="What it is, as `clean` takes it, e.g. `COMMENT`.")
    words: str = Field(description="The same for people.")
    concern: Concern
    where: str = Field(description="Where it stands, e.g. `page 3`; may be empty.")
    context: str = Field(description="The words around it, or what it is; may hold a name.")
    removable: bool


class FoundShown(Shown):
    """What was found in a document; it holds words of the document."""

    document: str
    inspected_at: Moment | None = Field(description="Null where nobody has looked into it.")
    file_type: FileType | None
    marking: Classification | None = Field(description="The highest marking it bears itself.")
    endorsements: tuple[str, ...]
    pages: int = Field(description="Pages, sheets or slides; 0 where it has none.")
    scanned: bool = Field(description="Whether a malware scanner found nothing in it.")
    stamped: bool = Field(description="Whether the gateway put the marking onto its pages.")
    made_here: bool = Field(description="Whether the gateway made it itself.")
    removed: tuple[str, ...] = Field(description="Kinds of what was taken out.")
    counts: dict[str, int] = Field(description="How often each kind was found.")
    discoveries: tuple[DiscoveryShown, ...] = Field(description="At most a few hundred.")

    @classmethod
    def of(cls, found: Found) -> Self:
        """What was found, as it is shown."""
        known = found.inspected
        return cls(
            document=found.document.id,
            inspected_at=known.inspected_at if known else None,
            file_type=known.file_type if known else None,
            marking=known.marking if known else None,
            endorsements=known.endorsements if known else (),
            pages=found.pages,
            scanned=known.scanned if known else False,
            stamped=known.stamped if known else False,
            made_here=known.made_here if known else False,
            removed=tuple(kind.name for kind in known.removed) if known else (),
            counts={kind.name: number for kind, number in known.counts} if known else {},
            discoveries=tuple(
                DiscoveryShown(
                    kind=one.kind.name,
                    words=one.kind.value,
                    concern=one.kind.concern,
                    where=one.where,
                    context=one.context,
                    removable=one.removable,
                )
                for one in found.discoveries
            ),
        )
