"""What the tests of packs in native form share: documents, and ways to open what was sealed."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pypdfium2

Native = Callable[..., Path]
SAMPLE = Path(__file__).parents[2] / "gateway" / "demo" / "sample" / "documents"
PDF = (SAMPLE / "care-summary.pdf").read_bytes()
DOCX = (SAMPLE / "support-plan.docx").read_bytes()
WRONG = "acorn-relish-duplex-gravy-unfold-mole"


def package(kind: str, part: str, filling: int = 5000) -> bytes:
    """The least that is an Office file: its list of types, and its main part."""
    types = (
        '<?xml version="1.0"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        out.writestr("[Content_Types].xml", types)
        out.writestr(part, "<x>Mickey Mock</x>")
        out.writestr("filling.bin", bytes(filling))
    return held.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument"
XLSX = package(f"{OFFICE}.spreadsheetml.sheet.main+xml", "xl/workbook.xml")
PPTX = package(f"{OFFICE}.presentationml.presentation.main+xml", "ppt/presentation.xml")


def inside(path: Path) -> dict[str, bytes]:
    """The files of a pack as every system finds them: each still encrypted."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert not any(entry.flag_bits & 1 for entry in archive.infolist())
        return {name: archive.read(name) for name in archive.namelist()}


def office(file: bytes, password: str) -> bytes:
    """An Office file decrypted by the password, its integrity verified."""
    document, out = msoffcrypto.OfficeFile(io.BytesIO(file)), io.BytesIO()
    document.load_key(password=password, verify_password=True)
    document.decrypt(out, verify_integrity=True)
    return out.getvalue()


def text(document: pypdfium2.PdfDocument) -> list[str]:
    pages = [document[number].get_textpage() for number in range(len(document))]
    return [page.get_text_bounded() for page in pages]
