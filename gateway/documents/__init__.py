"""Documents the gateway sets: requests as DOCX and PDF, contents pages of packs as PDF."""

from gateway.documents.check import check_templates, duty_problems
from gateway.documents.contents_form import ContentsForm
from gateway.documents.protocol_form import ProtocolForm
from gateway.documents.typesetter import Typesetter

__all__ = ["ContentsForm", "ProtocolForm", "Typesetter", "check_templates", "duty_problems"]
