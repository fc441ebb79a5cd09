"""Opening a pack as its recipient does: an encrypted zip, or files that open one by one."""

import io
import zipfile
from collections.abc import Mapping

import msoffcrypto
import pikepdf
import pypdfium2
import pyzipper

HTML, PDF = "00-contents.html", "00-contents.pdf"
_OTHERS = "others.zip"


def opened(content: bytes, password: str) -> dict[str, bytes]:
    """Every file of a pack, decrypted, by its name; in the order of names.

    Raises:
        RuntimeError: the password does not open it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            return _unzipped(content, password)
        files = {name: archive.read(name) for name in archive.namelist()}
    found: dict[str, bytes] = {}
    for name, file in files.items():
        if name == _OTHERS:
            found |= _unzipped(file, password)
        else:
            found[name] = _pdf(file, password) if name.endswith(".pdf") else _office(file, password)
    return dict(sorted(found.items()))


def contents(files: Mapping[str, bytes]) -> str:
    """What the contents page of an opened pack says: HTML, or the text of the PDF."""
    if HTML in files:
        return files[HTML].decode()
    with pypdfium2.PdfDocument(files[PDF]) as document:
        pages = [document[number].get_textpage() for number in range(len(document))]
        return "\n".join(page.get_text_bounded() for page in pages)


def _unzipped(content: bytes, password: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(password.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def _pdf(file: bytes, password: str) -> bytes:
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(file), password=password) as document:
            if not document.is_encrypted:
                raise RuntimeError("a PDF file is not encrypted")
            document.save(out)
    except pikepdf.PasswordError as error:
        raise RuntimeError("the password does not open a PDF file") from error
    return out.getvalue()


def _office(file: bytes, password: str) -> bytes:
    out = io.BytesIO()
    document = msoffcrypto.OfficeFile(io.BytesIO(file))
    try:
        document.load_key(password=password, verify_password=True)
        document.decrypt(out, verify_integrity=True)
    except msoffcrypto.exceptions.InvalidKeyError as error:
        raise RuntimeError("the password does not open an Office file") from error
    return out.getvalue()
