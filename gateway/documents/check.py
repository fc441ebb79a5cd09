"""Checks templates before they are needed, by reading them and by filling them with samples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.documents.placeholders import OPTIONAL
from gateway.documents.sample import full_sample, lean_sample, sparse_sample
from gateway.documents.texts import NOT_STATED
from gateway.documents.typesetter import SHARED, twin
from gateway.documents.values import Values, values_of
from gateway.domain.errors import Problem
from gateway.domain.information_requests.content import RequestDocument
from gateway.domain.information_requests.faults import duty_in

_COMPARE: Final = "Compare it with the template that came with the gateway."
_SHORTEST: Final = 4  # characters; shorter words stand in any document by chance


def check_templates(directory: Path) -> list[Problem]:
    """Everything wrong with the templates in `directory`; empty if they can be used.

    Each `Problem` has the file's name as its field. The files are tried with fictional samples.
    """
    files = sorted(directory.glob("*.docx"))
    if not files:
        return [Problem(directory.name, "There is no DOCX template.", "Restore the templates.")]
    problems = [problem for file in files for problem in _docx_problems(file)]
    for source in sorted({twin(file) for file in files} | set(directory.glob("*.typ"))):
        problems += _typst_problems(source)
    return problems


def duty_problems(directory: Path, template: str, wordings: tuple[str, ...]) -> list[Problem]:
    """Where the template says that whoever is asked must answer, in one of these `wordings`.

    A file that cannot be read has nothing of the kind; `check_templates` says what is wrong.
    """
    docx = directory / f"{template}.docx"
    found = [
        (path.name, duty_in(text, wordings))
        for path, text in ((docx, _docx_text(docx)), (twin(docx), _source_text(twin(docx))))
    ]
    return [
        Problem(
            file,
            f"It says '{wording}', and the Act only lets whoever is asked disclose.",
            "Reword it: a request asks, and the holder decides.",
        )
        for file, wording in found
        if wording is not None
    ]


def _docx_text(path: Path) -> str:
    from gateway.documents.docx_form import DocxForm, Unusable  # noqa: PLC0415 - slow to load
    from gateway.documents.docx_reading import full_text  # noqa: PLC0415

    try:
        return full_text(DocxForm(path.read_bytes()).opened)
    except (OSError, Unusable):
        return ""


def _source_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _docx_problems(path: Path) -> list[Problem]:
    from gateway.documents.docx_faults import form_problems  # noqa: PLC0415 - slow to load
    from gateway.documents.docx_form import DocxForm, Unusable  # noqa: PLC0415

    try:
        content = path.read_bytes()
        problems = form_problems(path.name, DocxForm(content))
        for sample in () if problems else (full_sample(), lean_sample(), sparse_sample()):
            filled = DocxForm(content).fill(values_of(sample), sample.made_at)
            problems += _trial_problems(path.name, filled, sample)
    except (OSError, Unusable) as error:
        return [Problem(path.name, f"The template cannot be used: {error}.", _COMPARE)]
    return list({problem.message: problem for problem in problems}.values())


def _trial_problems(file: str, filled: bytes, sample: RequestDocument) -> Iterator[Problem]:
    from gateway.documents.docx_form import DocxForm  # noqa: PLC0415 - slow to load
    from gateway.documents.docx_reading import full_text, page_edges, squeezed  # noqa: PLC0415

    document = DocxForm(filled).opened
    text = full_text(document)
    for name, value in _expected(values_of(sample)):
        if squeezed(value) not in text:
            yield Problem(file, f"A trial does not show '{name}'.", _COMPARE)
    for place, edge in page_edges(document):
        if sample.marking not in edge:
            yield Problem(
                file,
                f"The marking is missing in {place}.",
                "Put {{ marking }} into it; every page carries the marking at top and bottom.",
            )


def _expected(values: Values) -> Iterator[tuple[str, str]]:
    """What a filled document must show: every text that cannot stand there by chance."""
    for name, value in values.items():
        if name in OPTIONAL:
            continue
        if isinstance(value, str):
            texts = [(name, value)]
        else:
            texts = [(f"{name}: {key}", text) for entry in value for key, text in entry.items()]
        for place, text in texts:
            if len(text) >= _SHORTEST and text != NOT_STATED:
                yield place, text


def _typst_problems(source: Path) -> list[Problem]:
    from gateway.documents.docx_form import Unusable  # noqa: PLC0415 - slow to load
    from gateway.documents.pdf_form import Press, source_problems  # noqa: PLC0415

    if not source.is_file():
        return [Problem(source.name, "It is missing, so no PDF can be made.", f"Restore {SHARED}.")]
    try:
        problems = source_problems(source.name, source.read_text("utf-8"))
        press = Press(system_fonts=False)
        for sample in () if problems else (full_sample(), lean_sample(), sparse_sample()):
            press.pdf(source, values_of(sample), sample.made_at)
    except (OSError, UnicodeDecodeError, Unusable) as error:
        return [Problem(source.name, f"The template cannot be set: {error}.", _COMPARE)]
    return problems
