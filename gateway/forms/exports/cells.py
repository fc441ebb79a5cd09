"""Cells of a CSV file that no spreadsheet program takes for a formula, by a reversible rule.

A spreadsheet program runs a cell that begins with a formula's sign, and what it runs can read other
cells, ask a server or start a program. Quoting a cell does not stop that. The rule here:

    Where a cell begins, or might begin for a reader who splits at other signs, and a formula could
    follow, or an apostrophe follows, one apostrophe is put before it.

A cell might begin at the start, and after `,` `;` TAB CR LF: a program set to another list
separator, or pasting, splits there and does not see our quotes. A formula could follow where one of
`=` `+` `-` `@` `|` `%` or its full-width, small or raised form, TAB, CR, LF or NUL stands before
the first letter or digit: blanks, quotes and invisible characters before the sign do not make it
safe. Since an apostrophe that was there gets another before it, taking one away from each of
these places gives the value back exactly (`undo`).

Sources: OWASP, CSV Injection (`=` `+` `-` `@` TAB CR LF, separators, quotes); OWASP ASVS 5.0
section 1.2.10 (NUL, the apostrophe); CWE-1236; GHSA-g27c-q7cp-mhx6 (blanks before the sign). `|`
and `%` stand in the lists of some libraries; a DDE link such as `=cmd|' /C calc'!A0` needs one of
the other signs first, so a `|` further on is left as it is.
"""

import re

LONGEST = 32_767  # UTF-16 units, the most a cell of Excel holds; more is not left to its judgement

_SIGNS = "=+\\-@|%" + "＝＋－＠｜％" + "﹦﹢﹣﹫﹪" + "⁼⁺⁻₌₊₋" + "\N{MINUS SIGN}"
_BEGINS = r"(?:^|(?<=[,;\t\r\n]))"
_FORMULA = re.compile(rf"{_BEGINS}(?='|[^\w,;\t\r\n\0{_SIGNS}]*[\t\r\n\0{_SIGNS}])")
_MARKED = re.compile(rf"{_BEGINS}'")


def neutral(value: str) -> str:
    """`value` so that no reader of the cell begins a formula in it."""
    return _FORMULA.sub("'", value) if value else value


def undo(cell: str) -> str:
    """The value that `neutral` was given."""
    return _MARKED.sub("", cell)


def fitting(cell: str) -> tuple[str, bool]:
    """`cell` cut to what a cell of a spreadsheet holds, and whether anything was cut."""
    if len(cell) * 2 <= LONGEST:
        return cell, False
    units = cell.encode("utf-16-le")
    if len(units) <= LONGEST * 2:
        return cell, False
    return units[: LONGEST * 2].decode("utf-16-le", "ignore"), True


def quoted(cell: str) -> str:
    """`cell` between double quotes, as RFC 4180 section 2 rules 5 to 7 have it."""
    return '"' + cell.replace('"', '""') + '"'
