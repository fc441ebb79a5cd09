"""Takes sections of one draft over into another."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gateway.domain.drafts import Content, Section
from gateway.domain.protocol_terms import ListedAgency

_FIELDS: Final[Mapping[Section, tuple[str, ...]]] = MappingProxyType(
    {
        Section.MEETING: ("name", "meeting_purpose", "in_force_from"),
        Section.PURPOSES: ("purposes",),
        Section.INFORMATION: ("information",),
        Section.USE: ("recording", "secondary_use"),
        Section.MAORI_DATA: ("engagement", "conditions"),
        Section.METHOD: ("before", "during", "after"),
        Section.SECURITY: ("requirements", "restrictions"),
        Section.RETENTION: ("retention",),
        Section.TRANSPARENCY: ("transparency", "privacy_statement"),
        Section.BREACHES: ("breaches",),
        Section.CONFLICTS: ("conflicts",),
        Section.REVIEW: ("review",),
    }
)


def taken_over(
    into: Content, source: Content, sections: Collection[Section], *, replacing: bool = True
) -> Content:
    """`into` with these sections as `source` has them.

    What `source` leaves blank stays as it was: blank means that it was not read, or not written.
    Without `replacing`, what `into` says already stays too.
    """
    changes = {
        field: getattr(source, field)
        for section in sections
        for field in _FIELDS.get(section, ())
        if not _blank(source, field) and (replacing or _blank(into, field))
    }
    merge = _replaced if replacing else _filled
    listed = into.agencies
    if Section.AGENCIES in sections and source.agencies:
        listed = merge(listed, source.agencies)
    if Section.MANAGERS in sections:
        managers = {each.agency: each.manager for each in source.agencies if each.manager}
        listed = tuple(
            replace(each, manager=managers.get(each.agency, each.manager))
            if replacing or each.manager is None
            else each
            for each in listed
        )
    return replace(into, **changes, agencies=listed)


_NOTHING: Final = Content()


def _blank(content: Content, field: str) -> bool:
    return bool(getattr(content, field) == getattr(_NOTHING, field))


def _replaced(
    listed: tuple[ListedAgency, ...], read: tuple[ListedAgency, ...]
) -> tuple[ListedAgency, ...]:
    """The agencies that were read; relationship managers of those listed before stay."""
    named = {each.agency: each.manager for each in listed}
    return tuple(ListedAgency(each.agency, each.purpose, named.get(each.agency)) for each in read)


def _filled(
    listed: tuple[ListedAgency, ...], read: tuple[ListedAgency, ...]
) -> tuple[ListedAgency, ...]:
    """The agencies listed before, with purposes where these were blank; then those that are new."""
    purposes = {each.agency: each.purpose for each in read}
    kept = tuple(
        each if each.purpose else replace(each, purpose=purposes.get(each.agency, ""))
        for each in listed
    )
    before = {each.agency for each in listed}
    return kept + tuple(replace(each, manager=None) for each in read if each.agency not in before)
