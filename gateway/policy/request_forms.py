"""Reads the table of forms: what a request for information asks for, by legal authority."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from gateway.domain.errors import Problem
from gateway.domain.information_requests.faults import duty_in
from gateway.domain.information_requests.form import (
    FIELDS,
    Breadth,
    DeclineGround,
    FormField,
    RequestForm,
    TooBroad,
)
from gateway.domain.information_requests.wording import folded
from gateway.domain.register import AuthorityCode, Status
from gateway.policy.tables import AuthorityEntry, ReadTable, TableText, parsed_table

_KEBAB = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_ONCE = "Keep one of the two."

_Name = Annotated[str, StringConstraints(pattern=_KEBAB, max_length=60)]


class _Field(ReadTable):
    name: TableText
    label: TableText
    hint: str = ""
    required: StrictBool
    longest: StrictInt = Field(ge=1, le=20_000)
    added: StrictBool = False


class _Decline(ReadTable):
    code: _Name
    text: TableText


class _Broad(ReadTable):
    wording: TableText
    hint: TableText


class _Breadth(ReadTable):
    outright: tuple[TableText, ...]
    totality: tuple[TableText, ...] = Field(min_length=1)
    afterwards: tuple[TableText, ...]
    general: tuple[TableText, ...] = Field(min_length=1)
    specific: tuple[TableText, ...]
    longest_years: StrictInt = Field(ge=1, le=100)
    hint: TableText

    def wordings(self) -> tuple[str, ...]:
        """Every wording of the five lists."""
        listed = (self.outright, self.totality, self.afterwards, self.general, self.specific)
        return tuple(wording for several in listed for wording in several)


class _Form(ReadTable):
    authority: TableText
    title: TableText
    template: _Name
    needs_approval: StrictBool
    answer_within_days: StrictInt = Field(ge=1, le=250)
    statements: tuple[TableText, ...] = Field(min_length=1)
    decline: tuple[_Decline, ...] = Field(min_length=1)
    optional: tuple[TableText, ...] = ()
    field: tuple[_Field, ...] = ()
    subject_heading: TableText = "Child or young person"
    standings: tuple[Status, ...] = ()


class _Forms(ReadTable):
    source: TableText
    approved_by: TableText
    approved_on: date
    furthest_due_days: StrictInt = Field(ge=1, le=1_000)
    duty: tuple[TableText, ...] = Field(min_length=1)
    too_broad: tuple[_Broad, ...] = Field(min_length=1)
    breadth: _Breadth
    field: tuple[_Field, ...] = Field(min_length=1)
    form: tuple[_Form, ...] = Field(min_length=1)


def read_forms(
    path: str, text: str, authorities: Mapping[str, AuthorityEntry]
) -> tuple[dict[str, RequestForm], list[Problem]]:
    """The forms of a table by their authority's code, and every fault found in it."""
    table, problems = parsed_table(path, text, _Forms)
    if table is None:
        return {}, problems
    problems += [Problem(path, fault, remedy) for fault, remedy in _faults(table, authorities)]
    return {row.authority: _form(table, row, authorities) for row in table.form}, problems


def _faults(table: _Forms, authorities: Mapping[str, AuthorityEntry]) -> Iterator[tuple[str, str]]:
    yield from _twice("the form for", [row.authority for row in table.form])
    yield from _twice("the wording", [row.wording for row in table.too_broad])
    broad = [row.wording for row in table.too_broad]
    for wording in (*broad, *table.breadth.wordings(), *table.duty):
        if folded(wording) != wording:
            yield (
                f"the wording '{wording}' would never be found",
                "Write it in small letters, without macrons and signs.",
            )
    for row in table.form:
        yield from _duties(table, row, authorities)
        if row.authority not in authorities:
            yield f"there is no authority '{row.authority}'", "Use a code of authorities.toml."
        fields = [*table.field, *row.field]
        names = [field.name for field in fields]
        yield from _twice(f"for '{row.authority}' the field", names)
        yield from _twice(
            f"for '{row.authority}' the ground", [ground.code for ground in row.decline]
        )
        for field in fields:
            if field.added == (field.name in FIELDS) or (
                field.added and not _OWN_NAME.fullmatch(field.name)
            ):
                yield (
                    f"the field '{field.name}' is not one the gateway has",
                    "Correct its name, or say `added = true` for a field of your own.",
                )
        for name in row.optional:
            if name not in names:
                yield f"'{row.authority}' has no field '{name}'", "Correct `optional`."


def _duties(
    table: _Forms, row: _Form, authorities: Mapping[str, AuthorityEntry]
) -> Iterator[tuple[str, str]]:
    """Texts of a form that lay a duty on the holder which its Act does not."""
    for text in (row.title, *row.statements) if _permissive(row, authorities) else ():
        wording = duty_in(text, table.duty)
        if wording is not None:
            yield (
                (
                    f"for '{row.authority}' a text says '{wording}', and this Act only lets a "
                    f"holder disclose: '{text[:60]}'"
                ),
                "Reword it: a request under this authority asks, and the holder decides.",
            )


def _permissive(row: _Form, authorities: Mapping[str, AuthorityEntry]) -> bool:
    entry = authorities.get(row.authority)
    return entry is None or entry.authority.permissive


def _twice(what: str, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} '{name}' stands twice", _ONCE


def _form(table: _Forms, row: _Form, authorities: Mapping[str, AuthorityEntry]) -> RequestForm:
    breadth = table.breadth
    return RequestForm(
        authority=AuthorityCode(row.authority),
        title=row.title,
        template=row.template,
        statements=row.statements,
        fields=tuple(
            FormField(
                name=field.name,
                label=field.label,
                hint=field.hint,
                required=field.required and field.name not in row.optional,
                longest=field.longest,
                added=field.added,
            )
            for field in (*table.field, *row.field)
        ),
        too_broad=tuple(TooBroad(broad.wording, broad.hint) for broad in table.too_broad),
        breadth=Breadth(
            outright=breadth.outright,
            totality=breadth.totality,
            afterwards=breadth.afterwards,
            general=breadth.general,
            specific=breadth.specific,
            longest_years=breadth.longest_years,
            hint=breadth.hint,
        ),
        needs_approval=row.needs_approval,
        answer_within_days=row.answer_within_days,
        decline_grounds=tuple(DeclineGround(d.code, d.text) for d in row.decline),
        approved_by=table.approved_by,
        approved_on=table.approved_on.isoformat(),
        furthest_due_days=table.furthest_due_days,
        duty=table.duty if _permissive(row, authorities) else (),
        subject_heading=row.subject_heading,
        standings=row.standings,
    )
