"""CSV (RFC 4180) for spreadsheet programs: UTF-8 with a byte order mark, every cell neutralised."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from gateway.forms.exports.cells import fitting, neutral, quoted
from gateway.forms.exports.leaves import Leaf, compact, text_of, well_formed

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it, Excel takes the file for an older encoding

_PLAIN = {  # columns that show one member of an entry
    "schema": ("v",),
    "uid": ("uid",),
    "at": ("at",),
    "action": ("action",),
    "outcome": ("outcome",),
    "agency": ("agency",),
    "actor_kind": ("actor", "kind"),
    "actor_role": ("actor", "role"),
    "actor_agency": ("actor", "agency"),
    "actor_person": ("actor", "person"),
    "actor_source": ("actor", "source"),
    "actor_token": ("actor", "token"),
    "transfer": ("subject", "transfer"),
    "reference": ("subject", "reference"),
    "pack": ("subject", "pack"),
    "meeting": ("subject", "meeting"),
    "recipient": ("subject", "recipient"),
    "recipient_agency": ("detail", "recipient_agency"),
    "authority": ("detail", "authority"),
    "marking": ("detail", "marking"),
    "state": ("detail", "state"),
    "reason": ("detail", "reason"),
    "host": ("host",),
    "version": ("version",),
}
_NAMED = {"actor_person": "actor_name", "meeting": "meeting_name", "recipient": "recipient_name"}
_GATHERED = {  # columns that show several values, by the names they have anywhere in an entry
    "rules": "rules",
    "denied_by": "rules",
    "warned_by": "warnings",
    "child": "children",
    "children": "children",
    "document": "documents",
    "documents": "documents",
    "sha256": "sha256",
}

COLUMNS = (
    *("position", "schema", "uid", "at", "action", "outcome", "agency"),
    *("actor_kind", "actor_role", "actor_agency", "actor_person", "actor_name"),
    *("actor_source", "actor_token", "transfer", "reference", "pack", "meeting", "meeting_name"),
    *("recipient", "recipient_name", "recipient_agency", "authority", "marking", "state", "reason"),
    *("rules", "warnings", "children", "children_names", "documents", "sha256"),
    *("host", "version", "detail", "shortened"),
)


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """Writes a header and one row an entry, each cell in double quotes, each line ended by CRLF.

    A column beside a pseudonym's says what the register says of it now. Several values in a cell
    are parted by `; `. The column `detail` holds what the entry's subject and detail hold as
    canonical JSON, and for an entry of an unknown schema all of it as it is. The column `shortened`
    names the columns that were cut to what a spreadsheet's cell holds; JSON Lines has them whole.
    """

    media_type: ClassVar[str] = "text/csv; charset=utf-8; header=present"
    extension: ClassVar[str] = "csv"

    def head(self) -> bytes:
        """The byte order mark and the columns' names."""
        return _BYTE_ORDER_MARK + _line(dict(zip(COLUMNS, COLUMNS, strict=True)))

    def row(self, position: int, leaf: bytes, names: Mapping[str, str]) -> bytes:
        """The row of one entry."""
        read = Leaf(leaf)
        values = _values(read, names) if read.is_known else _as_given(read)
        return _line({"position": str(position), **values})


def _line(values: Mapping[str, str]) -> bytes:
    cells, cut = [], []
    for column in COLUMNS[:-1]:
        cell, shortened = fitting(neutral(values.get(column, "")))
        cells.append(cell)
        if shortened:
            cut.append(column)
    cells.append(values.get(COLUMNS[-1], "; ".join(cut)))
    return (",".join(map(quoted, cells)) + "\r\n").encode()


def _as_given(leaf: Leaf) -> dict[str, str]:
    return {"schema": leaf.text("v"), "detail": leaf.raw.decode("utf-8", "replace")}


def _values(leaf: Leaf, names: Mapping[str, str]) -> dict[str, str]:
    values = {column: leaf.text(*path) for column, path in _PLAIN.items()}
    for pseudonym, name in _NAMED.items():
        values[name] = well_formed(names.get(values[pseudonym], ""))
    subject, detail = leaf.at("subject"), leaf.at("detail")
    found: dict[str, dict[str, None]] = {column: {} for column in _GATHERED.values()}
    for column, value in (*_gather(subject), *_gather(detail)):
        found[column][value] = None
    values |= {column: "; ".join(several) for column, several in found.items()}
    children = [well_formed(names.get(child, "")) for child in found["children"]]
    values["children_names"] = "; ".join(children) if any(children) else ""
    values["detail"] = compact({"detail": detail, "subject": subject}).decode()
    return values


def _gather(value: Any) -> Iterator[tuple[str, str]]:
    """Every value for a column of several, with its column, in the order of the entry."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if column := _GATHERED.get(name):
                yield from ((column, text) for text in _texts(member))
            if name == "consulted" and isinstance(member, Mapping):
                yield from (("children", well_formed(child)) for child in member)
            yield from _gather(member)
    elif isinstance(value, list):
        for item in value:
            yield from _gather(item)


def _texts(value: Any) -> list[str]:
    several = value if isinstance(value, list) else [value]
    return [text_of(item) for item in several if isinstance(item, str)]
