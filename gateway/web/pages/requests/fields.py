"""The fields of a request's form: as typed, as stored, and as the use cases take them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.form import FormField, RequestForm
from gateway.domain.information_requests.states import InformationRequest
from gateway.domain.register import RepresentativeId
from gateway.services.information_requests import RequestTerms
from gateway.web.bodies import validated
from gateway.web.form import Form
from gateway.web.pages.requests.faults import position_in
from gateway.web.request_models import RequestBody

PARTIES = ("requester", "holder", "protocol_purpose", "marking", "subject.reference")
_ITEM = ("category", "description", "since", "until")
_IDENTIFIER = ("kind", "number")
_MOST_ROWS = 100
_CHOSEN = {"yes": True, "no": False}
_NAMED = {
    "holder": ("Nobody is named to ask.", "Choose the representative who is asked."),
    "protocol_purpose": ("No purpose of sharing is chosen.", "Choose one of the protocol's."),
    "marking": ("No classification is chosen.", "Choose the classification of the request."),
    "subject.reference": ("No child or young person is chosen.", "Choose one of the meeting's."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One of several alike rows; `number` is part of its fields' names."""

    number: int
    values: Mapping[str, str]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.values.values())


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the fields, as text."""

    fields: Mapping[str, str]
    items: tuple[Row, ...] = ()
    identifiers: tuple[Row, ...] = ()

    def get(self, name: str) -> str:
        """What stands in a field."""
        return self.fields.get(name, "")

    def filled(self, **changes: str) -> "Written":
        """The same with some fields changed."""
        return replace(self, fields={**self.fields, **changes})

    def with_row(self, kind: str) -> "Written":
        """The same with one more blank row of items or identifiers."""
        rows = self._rows(kind)
        number = max((row.number for row in rows), default=-1) + 1
        return self._with(kind, (*rows, Row(number, {})) if len(rows) < _MOST_ROWS else rows)

    def without_row(self, kind: str, number: int) -> "Written":
        """The same without one row."""
        return self._with(kind, tuple(r for r in self._rows(kind) if r.number != number))

    def _rows(self, kind: str) -> tuple[Row, ...]:
        return self.items if kind == "items" else self.identifiers

    def _with(self, kind: str, rows: tuple[Row, ...]) -> "Written":
        if kind == "items":
            return replace(self, items=rows)
        return replace(self, identifiers=rows)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of a form that belong together."""

    name: str
    fields: Sequence[FormField] = field(default=())


def typed(form: Form, asked: RequestForm) -> Written:
    """What a person typed."""
    names = (*PARTIES, "subject.age_years", *(each.name for each in asked.fields))
    return Written(
        {name: form.text(name) for name in names},
        _rows(form, "items", _ITEM),
        _rows(form, "identifiers", _IDENTIFIER),
    )


def blank(requester: RepresentativeId | None) -> Written:
    """A form that nobody has written in yet."""
    fields = {"requester": requester or "", "marking": "IN-CONFIDENCE"}
    return Written(fields, (Row(0, {}),))


def stored(request: InformationRequest, content: RequestContent) -> Written:
    """What a draft says."""
    subject, consultation = content.subject, content.consultation
    consulted = {True: "yes", False: "no", None: ""}[consultation.consulted]
    fields = {
        "requester": request.requester,
        "holder": request.holder,
        "protocol_purpose": request.purpose,
        "marking": request.marking.value,
        "subject.reference": subject.reference,
        "subject.name": subject.name,
        "subject.other_names": "\n".join(subject.other_names),
        "subject.born_on": str(subject.born_on or ""),
        "subject.age_years": "" if subject.age_years is None else str(subject.age_years),
        "subject.gender": subject.gender,
        "subject.address": subject.address,
        "subject.family": subject.family,
        "consultation.consulted": consulted,
        "consultation.whom": consultation.whom,
        "consultation.account": consultation.account,
        "due_on": str(request.due_on or ""),
        "urgent": "yes" if content.urgent else "",
    }
    fields |= {name: getattr(content, name) for name in _TEXTS}
    fields |= content.further
    items = [
        Row(n, {
            "category": item.category,
            "description": item.description,
            "since": str(item.since or ""),
            "until": str(item.until or ""),
        })
        for n, item in enumerate(content.items)
    ]  # fmt: skip
    identifiers = [
        Row(n, {"kind": kind, "number": number})
        for n, (kind, number) in enumerate(subject.identifiers.items())
    ]
    return Written(fields, tuple(items) or (Row(0, {}),), tuple(identifiers))


def terms_of(
    written: Written, asked: RequestForm, meeting: str, otherwise: RepresentativeId | None
) -> RequestTerms:
    """What the use cases take.

    Raises:
        InvalidInput: something cannot be right, or what even a draft must name is missing.
    """
    unnamed = tuple(
        Problem(name, *words) for name, words in _NAMED.items() if not written.get(name)
    )
    if unnamed:
        raise InvalidInput("Even a draft names these.", "Choose them.", problems=unnamed)
    body = validated(_body(written, asked, meeting), RequestBody)
    return body.to_terms(otherwise)


def place_of(written: Written, asked: RequestForm) -> Callable[[str], str]:
    """Gives the page's field for the path of a fault, so that the page can say it there."""
    rows = [row.number for row in written.items if not row.is_blank]
    added = {each.name for each in asked.fields if each.added}

    def place(path: str) -> str:
        name = path.removeprefix("further.")
        if name in added:
            return name
        position = position_in(path)
        if path.startswith("items[") and position and position <= len(rows):
            _, _, rest = path.partition("].")
            return f"items-{rows[position - 1]}-{rest or 'description'}"
        for several in ("subject.identifiers", "subject.other_names"):
            if path.startswith(several):
                return several
        return path

    return place


def groups_of(asked: RequestForm) -> list[Group]:
    """The fields in the form's order; those that follow each other and belong together as one."""
    groups: list[tuple[str, list[FormField]]] = []
    for each in asked.fields:
        prefix, dot, _ = each.name.partition(".")
        name = prefix if dot else ("due" if each.name in _DUE else "")
        if not groups or groups[-1][0] != name:
            groups.append((name, []))
        groups[-1][1].append(each)
    return [Group(name, fields) for name, fields in groups]


_TEXTS = (
    "ground", "purpose", "instrument", "held_because", "needed_because", "due_because",
    "reply_by", "relationship", "action", "safety",
)  # fmt: skip
_DUE = frozenset({"due_on", "due_because", "urgent"})


def _rows(form: Form, kind: str, names: Sequence[str]) -> tuple[Row, ...]:
    return tuple(
        Row(number, {name: form.text(f"{kind}-{number}-{name}") for name in names})
        for number in form.numbered(kind)[:_MOST_ROWS]
    )


def _body(written: Written, asked: RequestForm, meeting: str) -> dict[str, Any]:
    """The request as the API takes it; what is blank is left out."""
    get = written.get
    age = get("subject.age_years")
    subject = {
        "reference": get("subject.reference"),
        "name": get("subject.name"),
        "other_names": [n.strip() for n in get("subject.other_names").splitlines() if n.strip()],
        "born_on": get("subject.born_on"),
        "age_years": int(age) if age.isascii() and age.isdigit() and len(age) < 4 else age,
        "gender": get("subject.gender"),
        "address": get("subject.address"),
        "identifiers": {
            row.values.get("kind", ""): row.values.get("number", "")
            for row in written.identifiers
            if not row.is_blank
        },
        "family": get("subject.family"),
    }
    consultation = {
        "consulted": _CHOSEN.get(get("consultation.consulted")),
        "whom": get("consultation.whom"),
        "account": get("consultation.account"),
    }
    further = {each.name: get(each.name) for each in asked.fields if each.added}
    return _said(
        {name: get(name) for name in ("requester", "holder", "protocol_purpose", "marking")}
        | {name: get(name) for name in (*_TEXTS, "due_on")}
        | {
            "meeting": meeting,
            "authority": asked.authority,
            "urgent": bool(get("urgent")),
            "subject": _said(subject),
            "items": [_item(row) for row in written.items if not row.is_blank],
            "consultation": _said(consultation),
            "further": _said(further),
        }
    )


def _item(row: Row) -> dict[str, str]:
    """What is needed of an item even in a draft stays, so that its absence is told."""
    return {
        name: text
        for name, text in row.values.items()
        if text or name in {"category", "description"}
    }


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}
