"""The fields of each section of a draft: as stored, as typed, and as the draft takes them."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.domain.drafts import Content, Section
from gateway.domain.errors import InvalidInput, Problem
from gateway.forms.draft_models import MODELS
from gateway.web.bodies import validated
from gateway.web.pages.register.typed import SEEN, Row, Shape, Typed, lines, row

STAGES: Final = ("before", "during", "after")
_PURPOSE: Final = ("code", "description", "authorities")
_ITEM: Final = ("agency", "item", "category", "classification")
_CONDITION: Final = (
    "code", "kind", "statement", "categories", "agencies", "set_with", "set_on",
)  # fmt: skip
_TEXTS: Final[Mapping[Section, tuple[str, ...]]] = MappingProxyType(
    {
        Section.USE: ("recording", "secondary_use"),
        Section.RETENTION: ("retention",),
        Section.TRANSPARENCY: ("transparency", "privacy_statement"),
        Section.BREACHES: ("breaches",),
        Section.CONFLICTS: ("conflicts",),
    }
)
_NEEDED: Final[Mapping[Section, tuple[str, ...]]] = MappingProxyType(
    {
        Section.AGENCIES: ("agency",),
        Section.PURPOSES: _PURPOSE,
        Section.INFORMATION: ("agency", "item"),
        Section.MAORI_DATA: ("code", "kind", "statement", "set_with", "set_on"),
        Section.REVIEW: ("every_months", "responsible", "grace_days"),
    }
)
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "Name of the protocol",
        "meeting_purpose": "What the meetings are for",
        "in_force_from": "In force from",
        "recording": "What may be recorded, and by whom",
        "secondary_use": "Secondary use",
        "engagement": "With whom conditions were set, or why there are none",
        **{f"{stage}-description": f"How it is shared {stage} a meeting" for stage in STAGES},
        **{f"{stage}-password_channels": f"How passwords travel {stage} it" for stage in STAGES},
        "requirements": "What is required",
        "restrictions": "What is barred",
        "retention": "Storage, retention and disposal",
        "transparency": "How people are told, or which exception applies",
        "privacy_statement": "Privacy statement",
        "breaches": "What happens after a breach",
        "conflicts": "What is done about conflicts of interest",
        "every_months": "Months from one review to the next",
        "responsible": "Agency that sees to it",
        "grace_days": "Days of grace after it was due",
        "agency": "Agency",
        "purpose": "Why it shares and receives",
        "code": "Code",
        "description": "In words",
        "authorities": "Legal authorities",
        "item": "What exactly is shared",
        "category": "Category",
        "classification": "Classification",
        "kind": "What it is about",
        "statement": "The condition",
        "categories": "Covers",
        "agencies": "Agencies that may receive",
        "set_with": "Set with",
        "set_on": "Set on",
        "manager": "Relationship manager",
    }
)
"""What each field is called where a draft is only read."""
SHAPES: Final[Mapping[Section, Shape]] = MappingProxyType(
    {
        Section.MEETING: Shape(("name", "meeting_purpose", "in_force_from")),
        Section.AGENCIES: Shape((), rows={"agencies": ("agency", "purpose")}),
        Section.PURPOSES: Shape((), rows={"purpose": _PURPOSE}),
        Section.INFORMATION: Shape((), rows={"information": _ITEM}),
        Section.MAORI_DATA: Shape(("engagement",), rows={"conditions": _CONDITION}),
        Section.METHOD: Shape(
            tuple(f"{stage}-description" for stage in STAGES),
            several=tuple(f"{stage}-password_channels" for stage in STAGES),
        ),
        Section.SECURITY: Shape(("requirements", "restrictions")),
        Section.MANAGERS: Shape((), rows={"managers": ("agency", "manager")}),
        Section.REVIEW: Shape(("every_months", "responsible", "grace_days")),
        **{section: Shape(names) for section, names in _TEXTS.items()},
    }
)


def stored(content: Content, section: Section, revision: int) -> Typed:
    """What a draft says in a section; `revision` tells whether it was changed since."""
    fields, several, rows = _STORED[section](content, section)
    return Typed({SEEN: str(revision), **fields}, several, rows)


def change_of(typed: Typed, section: Section) -> Callable[[Content], Content]:
    """The change that was typed.

    Raises:
        InvalidInput: something does not have its form.
    """
    try:
        return validated(_GIVEN[section](typed), MODELS[section]).applied
    except InvalidInput as error:
        blanks = {problem.field: problem for problem in _blanks(typed, section)}
        others = [problem for problem in error.problems if problem.field not in blanks]
        problems = (*blanks.values(), *others)
        raise InvalidInput(error.message, error.remedy, problems=problems) from None


def _blanks(typed: Typed, section: Section) -> Iterator[Problem]:
    """What is blank and may not be, in words for a page."""
    for field in _NEEDED.get(section, ()):
        if field in SHAPES[section].fields and not typed.get(field):
            yield Problem(field, "This is blank.", "Fill it in.")
    for kind, rows in typed.rows.items():
        for number, each in enumerate(rows, 1):
            for field in _NEEDED.get(section, ()):
                if not each.get(field):
                    place = f"{kind}[{number}].{field}"
                    yield Problem(place, "This is blank.", "Fill it in, or take the row out.")


_Stored = tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, list[Row]]]


def _texts(content: Content, section: Section) -> _Stored:
    return {name: _plain(getattr(content, name)) for name in SHAPES[section].fields}, {}, {}


def _plain(value: object) -> str:
    if value is None:
        return ""
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _agencies(content: Content, _: Section) -> _Stored:
    rows: list[Row] = [{"agency": e.agency, "purpose": e.purpose} for e in content.agencies]
    return {}, {}, {"agencies": rows or [{}]}


def _purposes(content: Content, _: Section) -> _Stored:
    rows: list[Row] = [
        {"code": e.code, "description": e.description, "authorities": ", ".join(e.authorities)}
        for e in content.purposes
    ]
    return {}, {}, {"purpose": rows or [{}]}


def _information(content: Content, _: Section) -> _Stored:
    rows: list[Row] = [
        {
            "agency": e.agency,
            "item": e.item,
            "category": e.category,
            "classification": e.classification.value if e.classification else "",
        }
        for e in content.information
    ]
    return {}, {}, {"information": rows or [{}]}


def _maori_data(content: Content, _: Section) -> _Stored:
    rows: list[Row] = [
        {
            "code": e.code,
            "kind": e.kind.value,
            "statement": e.statement,
            "categories": "\n".join(e.categories),
            "agencies": "\n".join(e.agencies),
            "set_with": e.set_with,
            "set_on": e.set_on.isoformat(),
        }
        for e in content.conditions
    ]
    return {"engagement": content.engagement}, {}, {"conditions": rows}


def _methods(content: Content, _: Section) -> _Stored:
    methods = {stage: getattr(content, stage) for stage in STAGES}
    return (
        {f"{stage}-description": each.description for stage, each in methods.items()},
        {
            f"{stage}-password_channels": tuple(c.value for c in each.password_channels)
            for stage, each in methods.items()
        },
        {},
    )


def _managers(content: Content, _: Section) -> _Stored:
    rows: list[Row] = [{"agency": e.agency, "manager": e.manager or ""} for e in content.agencies]
    return {}, {}, {"managers": rows}


def _review(content: Content, _: Section) -> _Stored:
    if content.review is None:
        return {"every_months": "12", "responsible": "", "grace_days": "30"}, {}, {}
    names = SHAPES[Section.REVIEW].fields
    return {name: str(getattr(content.review, name)) for name in names}, {}, {}


_STORED: Final[Mapping[Section, Callable[[Content, Section], _Stored]]] = MappingProxyType(
    {
        **dict.fromkeys((Section.MEETING, Section.SECURITY, *_TEXTS), _texts),
        Section.AGENCIES: _agencies,
        Section.PURPOSES: _purposes,
        Section.INFORMATION: _information,
        Section.MAORI_DATA: _maori_data,
        Section.METHOD: _methods,
        Section.MANAGERS: _managers,
        Section.REVIEW: _review,
    }
)


def _purpose(values: Row) -> dict[str, Any]:
    authorities = lines(values.get("authorities", "").replace(",", "\n"))
    return {**row(values, also=("code", "description")), "authorities": authorities}


def _condition(values: Row) -> dict[str, Any]:
    plain = row(values, also=("code", "kind", "statement", "set_with", "set_on"))
    several = {name: lines(values.get(name, "")) for name in ("categories", "agencies")}
    return {**plain, **several}


def _stage(typed: Typed, stage: str) -> dict[str, Any]:
    description = typed.get(f"{stage}-description") or None
    return {
        "description": description,
        "password_channels": list(typed.of(f"{stage}-password_channels")),
    }


def _numbers(typed: Typed) -> dict[str, Any]:
    """Numbers as numbers where they are; what is none is left for the model to refuse."""
    found: dict[str, Any] = dict(typed.present(also=("responsible",)))
    for name in ("every_months", "grace_days"):
        text = typed.get(name)
        if text:
            found[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text
    return found


_Given = Callable[[Typed], dict[str, Any]]


def _rows_of(kind: str, *names: str) -> _Given:
    """The rows; what is blank is left out, so that it is told to be missing and not malformed."""
    return lambda typed: {kind: [row(each, also=names) for each in typed.rows[kind]]}


def _texts_of(section: Section) -> _Given:
    names = SHAPES[section].fields
    return lambda typed: {name: typed.get(name) or None for name in names}


_GIVEN: Final[Mapping[Section, _Given]] = MappingProxyType(
    {
        **{section: _texts_of(section) for section in _TEXTS},
        Section.MEETING: lambda typed: typed.present(also=SHAPES[Section.MEETING].fields),
        Section.AGENCIES: _rows_of("agencies", "agency", "purpose"),
        Section.PURPOSES: lambda typed: {"purpose": [*map(_purpose, typed.rows["purpose"])]},
        Section.INFORMATION: _rows_of("information", *_ITEM),
        Section.MAORI_DATA: lambda typed: {
            **typed.present(also=("engagement",)),
            "conditions": [*map(_condition, typed.rows["conditions"])],
        },
        Section.METHOD: lambda typed: {stage: _stage(typed, stage) for stage in STAGES},
        Section.SECURITY: lambda typed: {
            name: lines(typed.get(name)) for name in SHAPES[Section.SECURITY].fields
        },
        Section.MANAGERS: _rows_of("managers", "agency", "manager"),
        Section.REVIEW: _numbers,
    }
)
