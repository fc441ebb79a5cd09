"""Taking out of a document what is not to leave with it; what it shows stays as it is."""

from collections.abc import Callable

from gateway.domain.inspection import FileType, Kind

Removed = tuple[bytes, tuple[Kind, ...]] | None
_REMOVERS: dict[FileType, Callable[[bytes, frozenset[Kind]], Removed]] = {}


def removed(file_type: FileType, data: bytes, kinds: frozenset[Kind]) -> Removed:
    """The document's new bytes, and the kinds that were taken out of it.

    Returns:
        None where nothing of `kinds` could be taken out.

    Raises:
        NotReadable: it cannot be read.
    """
    remover = _REMOVERS.get(file_type)
    return None if remover is None else remover(data, kinds)
