"""Plain text and comma-separated values."""

from gateway.domain.inspection import FileType
from gateway.inspection.gathering import Gathering
from gateway.inspection.types import decoded

_LINES_TOGETHER = 100
_SINGLE_ROWS = 5_000


def read(file_type: FileType, data: bytes, into: Gathering) -> None:
    """Read the lines of a text; of values, each row with its number.

    Raises:
        NotReadable: it is no text.
    """
    lines = decoded(data).splitlines()
    together = 1 if file_type is FileType.CSV and len(lines) <= _SINGLE_ROWS else _LINES_TOGETHER
    word = "row" if file_type is FileType.CSV else "line"
    for start in range(0, len(lines), together):
        some = lines[start : start + together]
        last = start + len(some)
        where = f"{word} {last}" if len(some) == 1 else f"{word}s {start + 1:,} to {last:,}"
        into.words("\n".join(some), where)
