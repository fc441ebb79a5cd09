"""The document of a request, set as DOCX and PDF from templates an agency can restyle."""

from gateway.documents.check import check_templates, duty_problems
from gateway.documents.typesetter import Typesetter

__all__ = ["Typesetter", "check_templates", "duty_problems"]
