"""A table as CSV (RFC 4180) for spreadsheet programs: UTF-8, every cell neutralised and quoted."""

from collections.abc import Iterable, Sequence

from gateway.forms.exports.cells import fitting, neutral, quoted

_BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes the file for an older encoding


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A header and one line for each row; each row has as many cells as there are columns.

    Raises:
        ValueError: a row has more or fewer.
    """
    lines = [_line(columns)]
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row has {len(row)} cells and not {len(columns)}")
        lines.append(_line(row))
    return (_BYTE_ORDER_MARK + "".join(lines)).encode()


def _line(cells: Sequence[str]) -> str:
    return ",".join(quoted(fitting(neutral(cell))[0]) for cell in cells) + "\r\n"
