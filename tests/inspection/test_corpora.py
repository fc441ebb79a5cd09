"""Public sample files, harmless, broken and hostile: none crashes, none hangs, none is clean."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.domain.inspection import Inspection, Kind
from gateway.inspection.process import InspectionLimits, ProcessInspector

pytestmark = pytest.mark.server

_LIMITS = InspectionLimits(wall_seconds=20.0, cpu_seconds=20, address_bytes=1024**3)
_NO_DOCUMENTS = ("LICENSE", "NOTICE", "README", "passwords.json")

# every file of the corpora that is hostile, encrypted or no document, and what it is refused for
_REFUSED = {
    "pdf_pdfjs/evaljs.pdf": Kind.SCRIPT,
    "pdf_pdfjs/xfa_issue14315.pdf": Kind.SCRIPT,
    "pdf_pdfjs/bomb_giant.pdf": Kind.TOO_MUCH,
    "pdf_pdfjs/saslprep-r6.pdf": Kind.ENCRYPTED,
    "pdf_pdfjs/issue15893_reduced.pdf": Kind.MALFORMED,
    "pdf_pdfjs/REDHAT-1531897-0.pdf": Kind.MALFORMED,
    "pdf_pdfjs/poppler-742-0-fuzzed.pdf": Kind.MALFORMED,
    "pdf_pdfjs/poppler-91414-0-53.pdf": Kind.MALFORMED,
    "pdf_pdfjs/poppler-937-0-fuzzed.pdf": Kind.MALFORMED,
    "pdf_qpdf/enc-R2,V1,U=view,O=master.pdf": Kind.ENCRYPTED,
    "pdf_qpdf/enc-R3,V2,U=view,O=master.pdf": Kind.ENCRYPTED,
    "pdf_qpdf/enc-R3,V2,U=view,O=view.pdf": Kind.ENCRYPTED,
    "pdf_qpdf/enc-XI-R6,V5,U=attachment,encrypted-attachments.pdf": Kind.ENCRYPTED,
    "pdf_qpdf/enc-long-password.pdf": Kind.ENCRYPTED,
    "pdf_qpdf/deep-pages.pdf": Kind.MALFORMED,
    "pdf_qpdf/pages-loop.pdf": Kind.MALFORMED,
    "ooxml_poi/poc-xmlbomb.xlsx": Kind.ENTITY,
    "ooxml_poi/ExternalEntityInText.docx": Kind.ENTITY,
    "ooxml_poi/CorePropertiesHasEntities.ooxml": Kind.ENTITY,
    "ooxml_poi/PackageRelsHasEntities.ooxml": Kind.ENTITY,
    "ooxml_poi/SimpleMacro.docm": Kind.MACRO,
    "ooxml_poi/EmbeddedDocument.docx": Kind.EMBEDDED_FILE,
    "ooxml_poi/unicode-path.docx": Kind.EMBEDDED_FILE,
    "ooxml_poi/PasswordProtected.doc": Kind.NOT_ALLOWED,
    "ooxml_poi/protected_agile.docx": Kind.ENCRYPTED,
    "ooxml_poi/protected_sha512.xlsx": Kind.ENCRYPTED,
    "ooxml_poi/bug53475-password-is-solrcell.docx": Kind.ENCRYPTED,
    "ooxml_poi/invalid.xlsx": Kind.NOT_ALLOWED,
    "zip/zip_cp437_header.zip": Kind.NOT_ALLOWED,
    "zip/pyzipper_decrypt_bad_crc_ae1.zip": Kind.ENCRYPTED,
    "zip/pyzipper_decrypt_bad_hmac_ae2.zip": Kind.ENCRYPTED,
}
_NOTED = {
    "pdf_pdfjs/annotation-fileattachment.pdf": Kind.ATTACHED_FILE,
    "pdf_pdfjs/empty_protected.pdf": Kind.RESTRICTED,
    "pdf_qpdf/enc-R3,V2,O=master.pdf": Kind.RESTRICTED,
    "pdf_qpdf/enc-XI-R6,V5,O=master.pdf": Kind.RESTRICTED,
    "email/msg_05.txt": Kind.ATTACHED_FILE,
}
_CLEAN = {
    "pdf_qpdf/enc-base.pdf",
    "pdf_pdfjs/PDFJS-7562-reduced.pdf",
    "ooxml_poi/sample.docx",
    "ooxml_poi/ExcelWithHyperlinks.xlsx",
    "ooxml_poi/documentProtection_trackedChanges_no_password.docx",
    "email/msg_43.txt",
}
_FUZZED = ("fuzz", "crash-", "clusterfuzz-")


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    yield await asyncio.to_thread(path.read_bytes)


def _called(path: Path) -> str:
    """The name it would be sent under."""
    if path.parent.name == "email":
        return f"{path.stem}.eml"
    return path.name.replace(".ooxml", ".docx")


async def _looked(paths: list[Path]) -> dict[Path, Inspection]:
    inspector = ProcessInspector(_LIMITS)

    async def one(path: Path) -> Inspection:
        return (await inspector.look(_called(path), _pieces(path))).inspection

    return dict(zip(paths, await asyncio.gather(*map(one, paths)), strict=True))


@pytest.mark.parametrize("folder", ["pdf_qpdf", "pdf_pdfjs", "ooxml_poi", "zip", "email"])
async def test_every_sample_file_is_judged(corpora: Path, folder: str) -> None:
    """Each gives an answer; each hostile one its kind; none of those made by fuzzing is clean."""
    files = sorted(f for f in (corpora / folder).iterdir() if not f.name.startswith(_NO_DOCUMENTS))
    for path, told in (await _looked(files)).items():
        name = f"{folder}/{path.name}"
        kinds = {kind for kind, _ in told.counts}
        if name in _REFUSED:
            assert _REFUSED[name] in kinds, name
            assert not told.is_safe, name
        if name in _NOTED:
            assert _NOTED[name] in kinds, name
            assert told.is_safe, name
        if name in _CLEAN:
            assert told.is_safe, (name, told.discoveries)
        if any(word in path.name for word in _FUZZED):
            assert not told.is_safe, name


def test_every_file_named_here_is_in_the_corpora(corpora: Path) -> None:
    """A file that was renamed must not drop out of the tests unnoticed."""
    for name in [*_REFUSED, *_NOTED, *_CLEAN]:
        assert (corpora / name).is_file(), name
