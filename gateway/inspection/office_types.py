"""What a zip container is: an Office Open XML file, an OpenDocument file, or just an archive."""

from gateway.domain.inspection import FileType, Kind
from gateway.inspection import layout
from gateway.inspection.errors import NotReadable
from gateway.inspection.package import Package
from gateway.inspection.xml import parse

CONTENT_TYPES = "[Content_Types].xml"
_ODF = {
    b"application/vnd.oasis.opendocument.text": FileType.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileType.ODS,
    b"application/vnd.oasis.opendocument.presentation": FileType.ODP,
}
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml."
_MAIN = {
    f"{_WORD}document.main+xml": FileType.DOCX,
    "application/vnd.ms-word.document.macroenabled.main+xml": FileType.DOCX,
    f"{_EXCEL}sheet.main+xml": FileType.XLSX,
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": FileType.XLSX,
    f"{_POWERPOINT}presentation.main+xml": FileType.PPTX,
    "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml": FileType.PPTX,
}
_OTHER_MAIN = (
    ("template", "a template of Office: save it as a document"),
    ("slideshow", "a slide show: save it as .pptx"),
    ("sheet.binary", "a binary Excel workbook: save it as .xlsx"),
    ("addin", "an add-in of Office"),
    ("visio", "a Visio drawing: save it as a PDF"),
)
_ARCHIVES = (
    ("META-INF/MANIFEST.MF", "a Java program"),
    ("AndroidManifest.xml", "an Android program"),
    ("META-INF/container.xml", "an electronic book: save it as a PDF"),
    ("AppxManifest.xml", "a Windows program"),
)


def packaged(data: bytes) -> FileType:
    """The type of a zip container.

    Raises:
        NotReadable: it is an archive or a type that is not taken in, encrypted or not sound.
    """
    layout.require_whole_zip(data)
    package = Package.open(data)
    if "mimetype" in package.names and CONTENT_TYPES not in package.names:
        return _opendocument(package)
    if CONTENT_TYPES in package.names:
        return _office(package)
    for name, what in _ARCHIVES:
        if name in package.names:
            raise NotReadable(Kind.NOT_ALLOWED, what)
    raise NotReadable(Kind.NOT_ALLOWED, "a ZIP archive: send the documents in it one by one")


def content_types(package: Package) -> dict[str, str]:
    """The content type of each part, by its name, in lower case (ISO/IEC 29500-2, 10.1.2).

    Raises:
        NotReadable: they cannot be read.
    """
    root = parse(package.read(CONTENT_TYPES), "the list of content types")
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for element in root.iter("{*}Default", "{*}Override"):
        said = str(element.get("ContentType", "")).lower()
        if element.get("PartName") is not None:
            overrides[str(element.get("PartName")).lstrip("/").lower()] = said
        else:
            defaults[str(element.get("Extension", "")).lower()] = said
    return {
        name: overrides.get(name.lower(), defaults.get(name.rpartition(".")[2].lower(), ""))
        for name in package.names
    }


def _office(package: Package) -> FileType:
    types = set(content_types(package).values())
    mains = {_MAIN[said] for said in types if said in _MAIN}
    if len(mains) == 1:
        return mains.pop()
    if mains:
        raise NotReadable(Kind.POLYGLOT, "the file is several Office files at once")
    for said in types:
        for word, what in _OTHER_MAIN:
            if word in said and "main" in said:
                raise NotReadable(Kind.NOT_ALLOWED, what)
    raise NotReadable(Kind.NOT_ALLOWED, "an Office file of another kind: save it as a PDF")


def _opendocument(package: Package) -> FileType:
    said = package.read("mimetype").strip()
    file_type = _ODF.get(said)
    if file_type is None:
        raise NotReadable(Kind.NOT_ALLOWED, "an OpenDocument file of another kind: save it as PDF")
    manifest = package.read("META-INF/manifest.xml")
    if manifest:
        root = parse(manifest, "the list of parts")
        if next(root.iter("{*}encryption-data"), None) is not None:
            raise NotReadable(Kind.ENCRYPTED, "a file with a password: save it without one")
    return file_type
