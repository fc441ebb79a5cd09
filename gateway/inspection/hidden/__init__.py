"""What a document carries that does not show when it is read: changes, comments, earlier versions.

Files attached to a document are looked into, and told, where its activity is looked for.
"""

from collections.abc import Callable

from gateway.domain.inspection import Discovery, FileType

_FINDERS: dict[FileType, Callable[[bytes], list[Discovery]]] = {}


def hidden(file_type: FileType, data: bytes) -> list[Discovery]:
    """Everything hidden in a document of this type, in its order.

    Raises:
        NotReadable: it cannot be read.
    """
    finder = _FINDERS.get(file_type)
    return [] if finder is None else finder(data)
