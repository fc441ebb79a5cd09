"""Documents encrypted as their own programs do it: PDF with AES-256, Office files as agile files.

What cannot be encrypted so, without loss and beyond doubt, is answered with None and left as it is.
Both libraries hold a document in memory several times over: see `NativeSealer`.
Sources: ISO 32000-2, 7.6 (PDF, revision 6); MS-OFFCRYPTO 2.3.4 (agile encryption).
"""

import io
import secrets
import zipfile
import zlib
from typing import Final

import pikepdf
from lxml import etree
from msoffcrypto.format.ooxml import OOXMLFile

from gateway.domain.secret import Secret

_PDF_HEAD: Final = 1024  # bytes in which readers look for the head of a PDF file
_TYPES: Final = "[Content_Types].xml"
_TYPES_LIMIT: Final = 1024 * 1024  # bytes; real ones have a few thousand
_OVERRIDE: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}Override"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MAIN_PARTS: Final = {
    ".docx": f"{_OFFICE}wordprocessingml.document.main+xml",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet.main+xml",
    ".pptx": f"{_OFFICE}presentationml.presentation.main+xml",
}
EXTENSIONS: Final = frozenset({".pdf", *_MAIN_PARTS})
"""What a document's name must end with to be encrypted in its own form."""


def encrypted(plain: bytes, extension: str, password: Secret) -> bytes | None:
    """The document as a file that its own program opens with `password`; None if it cannot be.

    `extension` is that of its name, with the dot; the content must be of that kind.
    """
    if extension == ".pdf":
        return encrypted_pdf(plain, password)
    if extension in _MAIN_PARTS:
        return _encrypted_office(plain, extension, password)
    return None


def encrypted_pdf(plain: bytes, password: Secret) -> bytes | None:
    """A PDF file encrypted with AES-256, metadata included; None if it would lose something.

    That is one that is damaged, encrypted or signed already (a signature holds for the bytes as
    they are), or no PDF at all.
    """
    if b"%PDF-" not in plain[:_PDF_HEAD]:
        return None
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(plain), attempt_recovery=False) as pdf:
            if pdf.is_encrypted or _is_signed(pdf):
                return None
            pages = len(pdf.pages)
            _save(pdf, password, out)
            if pdf.get_warnings():
                return None
        with pikepdf.open(out, password=password.reveal(), attempt_recovery=False) as again:
            whole = len(again.pages) == pages and pages > 0 and not again.get_warnings()
    except (pikepdf.PdfError, ArithmeticError, AttributeError, LookupError):
        return None
    except (RuntimeError, TypeError, ValueError):  # how the library says the rest
        return None
    return out.getvalue() if whole else None


def _save(pdf: pikepdf.Pdf, password: Secret, out: io.BytesIO) -> None:
    # Left to itself the library would keep the identifier of the original, and make the second
    # from a digest of the title and the like, by which a guess of them could be confirmed. Neither
    # is encrypted, and nothing hangs on them in this revision.
    pdf.trailer["/ID"] = pikepdf.Array([pikepdf.String(secrets.token_bytes(16))] * 2)
    pdf.save(
        out,
        encryption=pikepdf.Encryption(
            user=password.reveal(),
            owner=secrets.token_urlsafe(32),
            R=6,
            aes=True,
            metadata=True,
            allow=pikepdf.Permissions(accessibility=True),
        ),
        # in object streams names of fonts, fields and keys are encrypted too
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        static_id=True,
    )


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    if "/Perms" in pdf.Root:
        return True
    form = pdf.Root.get("/AcroForm")
    return form is not None and bool(int(form.get("/SigFlags", 0)) & 1)


def _encrypted_office(plain: bytes, extension: str, password: Secret) -> bytes | None:
    """A Word, Excel or PowerPoint file encrypted with a check of its integrity; None if it is none.

    What was written is read again: what the library writes of less than 4 KB fails its own check.
    """
    if not _is_package(plain, extension):
        return None
    out, again = io.BytesIO(), io.BytesIO()
    try:
        OOXMLFile(io.BytesIO(plain)).encrypt(password.reveal(), out)
        written = OOXMLFile(out)
        written.load_key(password=password.reveal(), verify_password=True)
        written.decrypt(again, verify_integrity=True)
    except Exception:  # noqa: BLE001 - it raises bare exceptions; the document goes another way
        return None
    return out.getvalue() if again.getbuffer() == plain else None


def _is_package(plain: bytes, extension: str) -> bool:
    """Whether this is an Office file of the kind its extension says, without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(plain)) as package:
            listed = package.getinfo(_TYPES)
            if listed.file_size > _TYPES_LIMIT:
                return False
            declared = package.read(listed)
            parts = frozenset(package.namelist())
    except (zipfile.BadZipFile, LookupError, NotImplementedError, RuntimeError, OSError):
        return False
    except (EOFError, ValueError, zlib.error):
        return False
    return any(name in parts for name in _main_parts(declared, _MAIN_PARTS[extension]))


def _main_parts(declared: bytes, kind: str) -> list[str]:
    """The names of the parts that are declared to be of this kind."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(declared, parser)
    except etree.XMLSyntaxError:
        return []
    if root.getroottree().docinfo.doctype:
        return []
    return [
        (each.get("PartName") or "").removeprefix("/")
        for each in root.iter(_OVERRIDE)
        if each.get("ContentType") == kind
    ]
