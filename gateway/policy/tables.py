"""Reads the policy tables: legal authorities and endorsements, each with source and approver."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from gateway.domain.errors import Problem
from gateway.domain.register import AuthorityCode
from gateway.services.ports import Authority, Ground

TableText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_T = TypeVar("_T", bound=BaseModel)


class ReadTable(BaseModel):
    """A table of the policy data: exactly the keys that are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Ground(ReadTable):
    code: TableText
    text: TableText
    needs_instrument: StrictBool = False


class _Authority(ReadTable):
    code: TableText
    name: TableText
    source: TableText
    permissive: StrictBool
    needs_statement: StrictBool
    needs_consultation: StrictBool
    other_enactment: StrictBool = False
    approved_by: TableText
    approved_on: date
    ground: tuple[_Ground, ...] = Field(min_length=1)


class _Authorities(ReadTable):
    authority: tuple[_Authority, ...] = Field(min_length=1)


class _Endorsement(ReadTable):
    name: TableText
    carried: StrictBool
    also: tuple[TableText, ...] = ()
    begins: StrictBool = False


class _Endorsements(ReadTable):
    marking_expected: StrictBool
    source: TableText
    approved_by: TableText
    approved_on: date
    endorsement: tuple[_Endorsement, ...]


@dataclass(frozen=True, slots=True)
class AuthorityEntry:
    """A legal authority, and whether it is an Act without a rules file of its own."""

    authority: Authority
    other_enactment: bool


@dataclass(frozen=True, slots=True)
class Endorsements:
    """The endorsement markings the gateway knows.

    Attributes:
        names: spelling -> canonical name; `beginnings`: canonical names that stand for whatever
            begins with them.
        carried: canonical names of those a document may carry.
        marking_expected: whether a document is to bear its protective marking itself.
    """

    names: Mapping[str, str]
    beginnings: tuple[str, ...]
    carried: frozenset[str]
    marking_expected: bool

    def canonical(self, text: str) -> str:
        """The canonical name of the endorsement `text`; in capitals as it is where none fits."""
        folded = " ".join(text.upper().split())
        for name in self.beginnings:
            if folded == name or folded.startswith(name + " "):
                return name
        return self.names.get(folded, folded)


def read_authorities(path: str, text: str) -> tuple[dict[str, AuthorityEntry], list[Problem]]:
    """The entries of an authorities table by their code, and every fault found in it."""
    table, problems = parsed_table(path, text, _Authorities)
    entries: dict[str, AuthorityEntry] = {}
    for row in table.authority if table else ():
        codes = [ground.code for ground in row.ground]
        if row.code in entries:
            problems.append(Problem(path, f"the authority '{row.code}' stands twice", _ONCE))
        if len(set(codes)) != len(codes):
            problems.append(Problem(path, f"a ground of '{row.code}' stands twice", _ONCE))
        if "protocol" in row.code.lower():
            problems.append(
                Problem(path, f"'{row.code}' is a protocol, not an authority", "Name the Act.")
            )
        entries[row.code] = AuthorityEntry(_authority(row), row.other_enactment)
    return entries, problems


_ONCE = "Keep one of the two."


def _authority(row: _Authority) -> Authority:
    return Authority(
        code=AuthorityCode(row.code),
        name=row.name,
        source=row.source,
        permissive=row.permissive,
        needs_statement=row.needs_statement,
        needs_consultation=row.needs_consultation,
        grounds=tuple(Ground(g.code, g.text, g.needs_instrument) for g in row.ground),
        approved_by=row.approved_by,
        approved_on=row.approved_on.isoformat(),
    )


def read_endorsements(path: str, text: str) -> tuple[Endorsements, list[Problem]]:
    """The endorsements of a classification table, and every fault found in it."""
    table, problems = parsed_table(path, text, _Endorsements)
    rows = table.endorsement if table else ()
    names: dict[str, str] = {}
    for row in rows:
        for spelling in (row.name, *row.also):
            if spelling in names:
                problems.append(Problem(path, f"the endorsement '{spelling}' stands twice", _ONCE))
            names[spelling] = row.name
    return (
        Endorsements(
            names=names,
            beginnings=tuple(row.name for row in rows if row.begins),
            carried=frozenset(row.name for row in rows if row.carried),
            marking_expected=table is None or table.marking_expected,
        ),
        problems,
    )


def parsed_table(path: str, text: str, table: type[_T]) -> tuple[_T | None, list[Problem]]:
    """The table in the TOML `text`, or None, and every fault found in it."""
    remedy = "Correct the table; its head says what each field means."
    try:
        return table.model_validate(tomllib.loads(text)), []
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(path, f"not valid TOML: {error}", remedy)]
    except ValidationError as error:
        return None, [
            Problem(path, f"{'.'.join(map(str, e['loc']))}: {e['msg']}", remedy)
            for e in error.errors()
        ]
