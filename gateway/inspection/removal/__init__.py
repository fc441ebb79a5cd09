"""Taking out of a document what is not to leave with it; what it shows stays as it is."""

from collections.abc import Callable
from functools import partial

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.removal import excel, opendocument, pdf, pictures, slides, word

Removed = tuple[bytes, tuple[Kind, ...]] | None
_REMOVERS: dict[FileType, Callable[[bytes, frozenset[Kind]], Removed]] = {
    FileType.PDF: pdf.removed,
    FileType.DOCX: word.removed,
    FileType.XLSX: excel.removed,
    FileType.PPTX: slides.removed,
    FileType.ODT: opendocument.removed,
    FileType.ODS: opendocument.removed,
    FileType.ODP: opendocument.removed,
    FileType.JPEG: partial(pictures.removed, FileType.JPEG),
    FileType.PNG: partial(pictures.removed, FileType.PNG),
    FileType.HEIC: partial(pictures.removed, FileType.HEIC),
}


def removed(file_type: FileType, data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The document's new bytes, and the kinds that were taken out of it.

    Some kinds go with others: earlier versions of a PDF with whatever goes, what a photograph
    tells of itself as a whole. They are named too.

    Returns:
        None where nothing of `kinds` could be taken out.

    Raises:
        NotReadable: it cannot be read.
    """
    remover = _REMOVERS.get(file_type)
    if remover is None:
        return None
    try:
        return remover(data, kinds)
    except (NotReadable, MemoryError):
        raise
    except RecursionError as error:
        raise NotReadable(Kind.TOO_MUCH, "it is nested too deeply") from error
    except Exception as error:  # a parser that stumbles has not read the document
        raise NotReadable(Kind.MALFORMED, "it cannot be cleaned") from error
