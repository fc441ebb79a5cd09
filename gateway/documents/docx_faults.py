"""What can be told of a DOCX template without filling it."""

from gateway.documents.docx_form import DocxForm
from gateway.documents.docx_reading import content_problems
from gateway.documents.placing import placeholder_problems
from gateway.domain.errors import Problem


def form_problems(file: str, form: DocxForm) -> list[Problem]:
    """Everything wrong with what the template `file` holds and with its placeholders."""
    return [*content_problems(file, form.opened), *placeholder_problems(file, form.parts())]
