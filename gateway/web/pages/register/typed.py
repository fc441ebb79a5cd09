"""Forms with rows: what was typed, rows added and taken away, and where a fault is shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, GatewayError, InvalidInput, Problem, Refused
from gateway.services.register_history import fingerprint
from gateway.services.register_storage import Thing
from gateway.web.calls import Call
from gateway.web.form import Form
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import page

MARKING: Final = Classification.IN_CONFIDENCE.value
FAULTS: Final = (InvalidInput, Conflict, Refused)
SEEN: Final = "seen"  # the hidden field with the fingerprint of what the form changes
MOST_ROWS = 200
_PLACE = re.compile(r"(?P<rows>[a-z_]+)\[(?P<number>\d+)\](?:\.(?P<field>[a-z_]+))?.*")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a form has: plain fields, fields that may be given several times, and rows of fields."""

    fields: tuple[str, ...]
    several: tuple[str, ...] = ()
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def place_of(self, path: str) -> str:
        """The identifier of the field on the page that a fault's path leads to."""
        found = _PLACE.fullmatch(path)
        if found is None or found["rows"] not in self.rows:
            return path.partition("[")[0].replace(".", "-")
        rows, number, name = found["rows"], found["number"], found["field"]
        return f"{rows}-{number}-{name or self.rows[rows][0]}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a form: typed by a person, or as it is stored."""

    fields: Mapping[str, str]
    several: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What stands in a plain field."""
        return self.fields.get(name, "")

    def of(self, name: str) -> Sequence[str]:
        """What was chosen of a field that may be given several times."""
        return self.several.get(name, ())

    def present(self, *names: str, also: Sequence[str] = ()) -> dict[str, str]:
        """The named fields, and those of `also` that are not blank."""
        said = {name: self.get(name) for name in names}
        return said | {name: self.get(name) for name in also if self.get(name)}


def read(form: Form, shape: Shape) -> Typed:
    """What a form sent; rows in which nothing was typed are left out, and the others renumbered."""
    return Typed(
        fields={name: form.text(name) for name in (SEEN, *shape.fields)},
        several={name: [each for each in form.texts(name) if each] for name in shape.several},
        rows={kind: _rows(form, kind, names) for kind, names in shape.rows.items()},
    )


def rearranged(form: Form, typed: Typed) -> Typed | None:
    """What stands in the form after a row was added or taken away; None if neither was asked."""
    rows = {kind: list(each) for kind, each in typed.rows.items()}
    added, (kind, _, number) = form.text("add"), form.text("remove").rpartition("-")
    if added in rows:
        rows[added].append({})
    elif kind in rows and number.isascii() and number.isdigit():
        position = _position(form, kind, int(number))
        if position is not None and position < len(rows[kind]):
            del rows[kind][position]
    else:
        return None
    return replace(typed, rows=rows)


def row(values: Mapping[str, str], *names: str, also: Sequence[str] = ()) -> dict[str, str]:
    """The named fields of a row, and those of `also` that are not blank."""
    said = {name: values.get(name, "") for name in names}
    return said | {name: values[name] for name in also if values.get(name)}


def pairs(words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Words of a closed list as a form's choices."""
    return tuple((word, word) for word in words)


def lines(text: str) -> list[str]:
    """The lines of `text` that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


async def again(call: Call, error: GatewayError, shape: Shape) -> tuple[int, tuple[Problem, ...]]:
    """Status and faults with which a form that was not taken is shown again."""
    return await refused(call, error, shape.place_of)


def renewed(typed: Typed, error: GatewayError, thing: Thing | None) -> Typed:
    """The form to show again: once told of somebody else's change, saving replaces that."""
    if thing is None or not isinstance(error, Conflict):
        return typed
    return replace(typed, fields={**typed.fields, SEEN: fingerprint(thing)})


def shown(call: Call, name: str, status: int = 200, /, **words: object) -> web.Response:
    """A page of the register, which always holds personal information."""
    return page(call.request, f"register/{name}.html", status=status, marking=MARKING, **words)


def _rows(form: Form, kind: str, names: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for number in form.numbered(kind)[:MOST_ROWS]:
        values = {name: form.text(f"{kind}-{number}-{name}") for name in names}
        if any(values.values()):
            found.append(values)
    return found


def _position(form: Form, kind: str, number: int) -> int | None:
    """Where among the rows that hold something the row of this number stands."""
    held = [
        each
        for each in form.numbered(kind)[:MOST_ROWS]
        if any(form.text(name) for name in form.fields if name.startswith(f"{kind}-{each}-"))
    ]
    return held.index(number) if number in held else None
