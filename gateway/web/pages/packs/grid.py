"""The grid of labels: every document of a pack a row, all of them one form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.filenames import safe_title
from gateway.domain.packs import Document, DocumentId
from gateway.domain.packs import Label as DocumentLabel
from gateway.domain.register import InformationItem
from gateway.services.labelling import PackView
from gateway.services.seen_digests import of_label
from gateway.web.bodies import validated
from gateway.web.form import Form
from gateway.web.models import Label
from gateway.web.pages.packs.faults import faults_of, only

_NOT_CHOSEN: Final = "not chosen"  # a category nobody chose yet: kept blank, and so withheld
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """A document's row of the grid, as it is stored or as it was typed."""

    document: DocumentId
    number: int
    title: str
    size_bytes: int
    row: str
    classification: str
    children: tuple[str, ...]
    personal_information: bool
    obtained_under_section_66: bool
    endorsements: str
    seen: str


def rows_of(documents: Sequence[Document], form: Form | None) -> list[Row]:
    """The grid's rows: as typed where a form was not taken, else as stored."""
    return [
        _typed(number, document, form)
        if form is not None and document.id in form.texts("document")
        else _stored(number, document)
        for number, document in enumerate(documents, 1)
    ]


def choices_of(view: PackView) -> list[tuple[str, str]]:
    """What a document can be: the rows of the protocol's table, and what it is labelled now."""
    table = {place(item.agency, item.category): _words(view, item) for item in _table(view)}
    for document in view.documents:
        label = document.label
        if label.category:
            here = place(label.source_agency, label.category)
            table.setdefault(here, f"{label.category} (not in the protocol's table)")
    return list(table.items())


def place(agency: str, category: str) -> str:
    """A row of the protocol's table as a field's value."""
    return f"{agency}|{category}"


def labels_from(
    form: Form, documents: Sequence[Document]
) -> dict[DocumentId, tuple[str, DocumentLabel]]:
    """The titles and labels a form gives to documents.

    Raises:
        InvalidInput: one is not of the required form; each fault names its field of the grid.
    """
    present = {document.id: document for document in documents}
    wanted: dict[DocumentId, tuple[str, DocumentLabel]] = {}
    faults: list[Problem] = []
    for identifier in form.texts("document")[:_MOST]:
        document = present.get(DocumentId(identifier))
        if document is None:
            continue
        try:
            wanted[document.id] = (_title(form, document), _label(form, document))
        except InvalidInput as error:
            faults += [
                Problem(
                    f"{_FIELDS.get(p.field, p.field)}-{identifier}",
                    f"Document {1 + documents.index(document)}: {p.message}",
                    p.remedy,
                )
                for p in faults_of(error)
            ]
    if faults:
        raise only(faults)
    return wanted


_FIELDS: Final = {
    "category": "row",
    "source_agency": "row",
    "personal_information": "personal",
    "obtained_under_section_66": "section66",
}


def seen_in(form: Form, documents: Sequence[Document]) -> dict[DocumentId, str]:
    """The digests of the rows that a form was made from."""
    return {document.id: form.text(f"seen-{document.id}") for document in documents}


def _title(form: Form, document: Document) -> str:
    """The title a form gives to a document.

    Raises:
        InvalidInput: it cannot be shown.
    """
    try:
        return safe_title(form.text(f"title-{document.id}"))
    except InvalidInput as error:
        message = error.message.replace("file name", "title")
        raise InvalidInput(message, "Write it in plain letters.", field="title") from error


def _label(form: Form, document: Document) -> DocumentLabel:
    """The label a form gives to a document.

    Raises:
        InvalidInput: it is not of the required form.
    """
    identifier = document.id
    agency, _, category = form.text(f"row-{identifier}").partition("|")
    given: dict[str, Any] = {
        "classification": form.text(f"classification-{identifier}"),
        "category": category or _NOT_CHOSEN,
        "source_agency": agency or document.label.source_agency,
        "children": [c for c in form.texts(f"children-{identifier}") if c],
        "personal_information": form.ticked(f"personal-{identifier}"),
        "obtained_under_section_66": form.ticked(f"section66-{identifier}"),
        "endorsements": list(_listed(form.text(f"endorsements-{identifier}"))),
    }
    try:
        label = validated(given, Label).to_domain()
    except InvalidInput as error:
        problems = [Problem(p.field.partition("[")[0], p.message, p.remedy) for p in error.problems]
        raise only(problems) from error
    return label if category else replace(label, category="")


def _listed(text: str) -> Iterator[str]:
    for each in text.split(","):
        if each.strip():
            yield each.strip()


def _stored(number: int, document: Document) -> Row:
    label = document.label
    return Row(
        document=document.id,
        number=number,
        title=document.title,
        size_bytes=document.size_bytes,
        row=place(label.source_agency, label.category) if label.category else "",
        classification=label.classification.value,
        children=label.children,
        personal_information=label.personal_information,
        obtained_under_section_66=label.obtained_under_section_66,
        endorsements=", ".join(label.endorsements),
        seen=of_label(document),
    )


def _typed(number: int, document: Document, form: Form) -> Row:
    identifier = document.id
    return Row(
        document=identifier,
        number=number,
        title=form.text(f"title-{identifier}"),
        size_bytes=document.size_bytes,
        row=form.text(f"row-{identifier}"),
        classification=form.text(f"classification-{identifier}"),
        children=form.texts(f"children-{identifier}"),
        personal_information=form.ticked(f"personal-{identifier}"),
        obtained_under_section_66=form.ticked(f"section66-{identifier}"),
        endorsements=form.text(f"endorsements-{identifier}"),
        seen=of_label(document),
    )


def _table(view: PackView) -> Sequence[InformationItem]:
    return view.protocol.information


def _words(view: PackView, item: InformationItem) -> str:
    agency = view.agencies.get(item.agency)
    return f"{item.category} ({agency.name if agency else item.agency})"
