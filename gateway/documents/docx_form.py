"""A DOCX template: opened with care, read part by part, filled."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import docx
from docx.document import Document
from docxtpl import DocxTemplate
from markupsafe import Markup, escape

from gateway.documents.packing import repacked
from gateway.documents.placing import Part, environment
from gateway.documents.values import Values

_LARGEST_BYTES: Final = 64 * 1024 * 1024
_FOOTNOTES: Final = "wordprocessingml.footnotes+xml"
_PROPERTIES: Final = ("author", "comments", "identifier", "language", "subject", "title")
_LONGEST_PROPERTY: Final = 255  # characters, the limit of the core properties


class Unusable(Exception):
    """A template cannot be read or filled; the text says why, and may quote what it was given."""


class DocxForm:
    """A DOCX template.

    Raises:
        Unusable: `content` is not a DOCX file.
    """

    def __init__(self, content: bytes) -> None:
        try:
            _check_size(content)
            self.opened: Document = docx.Document(io.BytesIO(content))
            self._template = DocxTemplate(io.BytesIO(content))
            self._template.init_docx()
        except Unusable:
            raise
        except Exception as error:  # a file that is no DOCX fails in many ways
            raise Unusable("it is not a DOCX file, or it is damaged") from error

    def parts(self) -> Iterator[Part]:
        """Every part that can hold placeholders, as Jinja will read it."""
        template = self._template
        yield Part("the text", self._readable(template.get_xml()))
        for place, uri in (
            ("a header", template.HEADER_URI),
            ("a footer", template.FOOTER_URI),
        ):
            for _, part in template.get_headers_footers(uri):
                yield Part(place, self._readable(template.get_part_xml(part)))
        for part in self.opened.part.package.iter_parts():
            if part.content_type.endswith(_FOOTNOTES):
                yield Part("a footnote", self._readable(part.blob.decode()))
        for name in _PROPERTIES:
            yield Part(f"the property '{name}'", getattr(self.opened.core_properties, name))

    def _readable(self, xml: str) -> str:
        patched: str = self._template.patch_xml(xml)
        return re.sub(r"<w:p([ >])", r"\n<w:p\1", patched)

    def fill(self, values: Values, made_at: datetime) -> bytes:
        """The template filled with `values`; the same for the same arguments.

        Raises:
            Unusable: it cannot be filled.
        """
        try:
            self._template.render(_escaped(values), environment())
            self._describe(values, made_at)
            out = io.BytesIO()
            self._template.save(out)
        except Exception as error:  # a template can break in ways its libraries do not foresee
            raise Unusable(f"it cannot be filled ({type(error).__name__})") from error
        return repacked(out.getvalue(), made_at)

    def _describe(self, values: Values, made_at: datetime) -> None:
        properties = self._template.docx.core_properties  # get_docx() would load it anew
        properties.title = str(values["title"])[:_LONGEST_PROPERTY]
        properties.subject = str(values["reference"])[:_LONGEST_PROPERTY]
        properties.author = str(values["requester_agency"])[:_LONGEST_PROPERTY]
        properties.last_modified_by = properties.author
        properties.comments = properties.identifier = properties.keywords = ""
        properties.language = "en-NZ"
        properties.revision = 1
        properties.created = properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        unpacked = sum(entry.file_size for entry in package.infolist())
    if unpacked > _LARGEST_BYTES:
        raise Unusable("it unpacks to more than 64 MiB")


def _escaped(values: Values) -> Mapping[str, Any]:
    """`values` with every text escaped for XML, braces too.

    docxtpl turns `{_{` and its like into tags of Jinja's after filling; a reference stays as it is.
    """
    return {
        name: _safe(value)
        if isinstance(value, str)
        else [{key: _safe(text) for key, text in entry.items()} for entry in value]
        for name, value in values.items()
    }


def _safe(text: str) -> Markup:
    references = escape(text).replace("{", Markup("&#123;"))
    return references.replace("}", Markup("&#125;"))
