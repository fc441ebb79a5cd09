"""What a document carries that does not show when it is read: changes, comments, earlier versions.

Files attached to a document are looked into, and told, where its activity is looked for.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

from gateway.domain.inspection import Discovery, FileType, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.hidden import excel, opendocument, pdf, pictures, slides, word

_MOST = 1_000  # of one kind that are told one by one
_FINDERS: dict[FileType, Callable[[bytes], list[Discovery]]] = {
    FileType.PDF: pdf.found,
    FileType.DOCX: word.found,
    FileType.XLSX: excel.found,
    FileType.PPTX: slides.found,
    FileType.ODT: opendocument.found,
    FileType.ODS: opendocument.found,
    FileType.ODP: opendocument.found,
    FileType.JPEG: partial(pictures.found, FileType.JPEG),
    FileType.PNG: partial(pictures.found, FileType.PNG),
    FileType.HEIC: partial(pictures.found, FileType.HEIC),
}


def hidden(file_type: FileType, data: bytes) -> list[Discovery]:
    """Everything hidden in a document of this type, at most a thousand things of each kind.

    Raises:
        NotReadable: it cannot be read.
    """
    finder = _FINDERS.get(file_type)
    if finder is None:
        return []
    try:
        return _bounded(finder(data))
    except (NotReadable, MemoryError):
        raise
    except RecursionError as error:
        raise NotReadable(Kind.TOO_MUCH, "it is nested too deeply") from error
    except Exception as error:  # a parser that stumbles has not read the document
        raise NotReadable(Kind.MALFORMED, "a part of it cannot be read") from error


def _bounded(discoveries: list[Discovery]) -> list[Discovery]:
    seen: Counter[Kind] = Counter()
    kept = []
    for one in discoveries:
        seen[one.kind] += 1
        if seen[one.kind] <= _MOST:
            kept.append(one)
    return kept
