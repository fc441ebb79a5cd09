"""What was cleaned opens in another program, and says what it said."""

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from support import books, commented
from support.documents import odt_of
from support.hiding import EVERY, refusal, shown

from gateway.domain.inspection import FileType
from gateway.inspection.hidden import hidden
from gateway.inspection.package import Package
from gateway.inspection.removal import removed

pytestmark = pytest.mark.server

_SHEET = f'<sheetData><row r="1">{books.cell("A1", "Plan for Aroha")}</row></sheetData>'
_SECRET = f'<sheetData><row r="1">{books.cell("A1", "secret")}</row></sheetData>'


def _clean(file_type: FileType, data: bytes) -> bytes:
    outcome = removed(file_type, data, EVERY)
    assert outcome is not None
    assert [one for one in hidden(file_type, outcome[0]) if one.removable] == []
    return outcome[0]


def _made(folder: Path, corpora: Path) -> dict[str, str]:
    """Writes cleaned documents; the words that each must show."""
    samples = corpora / "ooxml_poi"
    documents = {
        "plan.docx": (FileType.DOCX, commented.commented()),
        "macro.docx": (FileType.DOCX, (samples / "SimpleMacro.docm").read_bytes()),
        "sample.docx": (FileType.DOCX, (samples / "sample.docx").read_bytes()),
        "remark.docx": (FileType.DOCX, (samples / "comment.docx").read_bytes()),
        "links.xlsx": (FileType.XLSX, (samples / "ExcelWithHyperlinks.xlsx").read_bytes()),
        "book.xlsx": (
            FileType.XLSX,
            books.book([("Secret", "hidden", _SECRET), ("Plan", "visible", _SHEET)]),
        ),
        "text.odt": (
            FileType.ODT,
            odt_of(
                "<office:text><text:p>Kia ora koutou<office:annotation><text:p>secret</text:p>"
                "</office:annotation></text:p></office:text>",
                {
                    "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument'
                    ':xmlns:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="application/'
                    'vnd.oasis.opendocument.text"/><m:file-entry m:full-path="content.xml" '
                    'm:media-type="text/xml"/></m:manifest>'
                },
            ),
        ),
    }
    said = {}
    for name, (file_type, data) in documents.items():
        clean = _clean(file_type, data)
        (folder / name).write_bytes(clean)
        said[name] = shown(name, clean)
    return said


@pytest.mark.parametrize(
    ("component", "ends"), [("libswlo.so", (".docx", ".odt")), ("libsclo.so", (".xlsx",))]
)
def test_what_was_cleaned_opens_in_libreoffice(
    tmp_path: Path, corpora: Path, component: str, ends: tuple[str, ...]
) -> None:
    """It converts each of them into a PDF, whose words are those that were left."""
    office = shutil.which("soffice")
    if office is None or not (Path(office).resolve().parent / component).is_file():
        pytest.skip(f"LibreOffice is not installed with {component}")
    said = {name: words for name, words in _made(tmp_path, corpora).items() if name.endswith(ends)}
    command = [
        office,
        f"-env:UserInstallation=file://{tmp_path}/profile",
        *("--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "out")),
        *(str(tmp_path / name) for name in said),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    assert any(said.values())
    for name, words in said.items():
        pdf = tmp_path / "out" / f"{Path(name).stem}.pdf"
        assert pdf.is_file(), name
        found = set(shown(pdf.name, pdf.read_bytes()).split())
        wanted = set(words.split())
        assert len(wanted & found) >= 0.7 * len(wanted), name
        assert not {"secret", "confidence"} & found, name


@pytest.mark.parametrize("ends", [".docx", ".docm", ".xlsx"])
def test_public_sample_files_are_cleaned_of_everything_that_can_be(
    corpora: Path, ends: str
) -> None:
    """And stay whole: every part they name is there."""
    cleaned_any = False
    for path in sorted((corpora / "ooxml_poi").glob(f"*{ends}")):
        file_type = FileType.XLSX if ends == ".xlsx" else FileType.DOCX
        if refusal(partial(removed, file_type, path.read_bytes(), EVERY)):
            continue
        outcome = removed(file_type, path.read_bytes(), EVERY)
        if outcome is None:
            continue
        cleaned_any = True
        package = Package.open(outcome[0])
        types = package.read("[Content_Types].xml").decode()
        for name in (piece.partition('"')[0] for piece in types.split('PartName="/')[1:]):
            assert name in package.names, (path.name, name)
        assert removed(file_type, outcome[0], EVERY) is None, path.name
    assert cleaned_any
