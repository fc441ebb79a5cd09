"""Reads DOCX and PDF files for tests, with readers that are not the gateway's."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from docx.oxml import parse_xml

from gateway.documents import sample
from gateway.domain.information_requests.content import RequestContent, RequestDocument

TEMPLATES = Path(__file__).parents[2] / "policies" / "templates"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def request_with(**content: object) -> RequestDocument:
    """The full sample for section 66C, with other content."""
    document = replace(sample.full_sample(), template="section-66c")
    changed: RequestContent = replace(document.content, **content)  # type: ignore[arg-type]
    return replace(document, content=changed)


def unspaced(text: str) -> str:
    """`text` without white space and marks of direction, which readers set as they like."""
    return "".join(_DIRECTIONS.sub("", text).split())


def word_paragraphs(docx: bytes) -> list[tuple[str, str]]:
    """Style and text of every paragraph of the body in order; line breaks as line feeds."""
    with zipfile.ZipFile(BytesIO(docx)) as package:
        body = parse_xml(package.read("word/document.xml"))
    found = []
    for paragraph in body.iter(f"{_WORD}p"):
        style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
        marks = {f"{_WORD}br": "\n", f"{_WORD}tab": "\t"}
        text = "".join(
            marks.get(node.tag, node.text or "")
            for node in paragraph.iter(f"{_WORD}t", *marks)
            if node.getparent().tag == f"{_WORD}r"
        )
        found.append(("" if style is None else style.get(f"{_WORD}val"), text))
    return found


def pdfium_pages(pdf: bytes) -> list[str]:
    """The text of each page, as PDFium reads it."""
    opened = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in opened]


def poppler_pages(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page, as Poppler reads it; skips the test if it is not installed."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        [program, "-layout", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]


def without_edges(pages: list[str], document: RequestDocument) -> str:
    """The pages' text one after the other, unspaced, without headers, footers and table heads."""
    marking = re.escape(unspaced(document.marking))
    reference = re.escape(unspaced(document.reference))
    top, bottom = re.compile(f"^{marking}"), re.compile(f"{marking}{reference}Page\\d+of\\d+$")
    read = "".join(bottom.sub("", top.sub("", unspaced(page))) for page in pages)
    return read.replace("No.CategoryInformationPeriod", "")


def libreoffice_text(docx: bytes, folder: Path) -> str:
    """The text of a DOCX file as LibreOffice reads it; skips the test if it is not installed."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (libreoffice-writer-nogui) is not installed")
    source = folder / "read.docx"
    source.write_bytes(docx)
    subprocess.run(
        [
            program,
            "--headless",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "txt:Text (encoded):UTF8",
            "--outdir",
            str(folder),
            str(source),
        ],
        capture_output=True,
        check=True,
        timeout=150,
    )
    return (folder / "read.txt").read_text("utf-8-sig")
