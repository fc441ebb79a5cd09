"""Checks templates before they are needed, by reading them and by filling them with samples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.documents.sample import full_sample, lean_sample, sparse_sample
from gateway.documents.texts import NOT_STATED
from gateway.documents.typesetter import SHARED, twin
from gateway.documents.values import Values, values_of
from gateway.domain.errors import Problem
from gateway.domain.information_requests.content import RequestDocument

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
