"""Bytes of a TOML file to a table, with every way they can be wrong told as a problem."""

import re
import tomllib
from typing import Any

from gateway.domain.errors import Problem
from gateway.files.problems import refusal

LIMIT_BYTES = 5 * 1024 * 1024
_KEY_PARTS = 8  # the reader's work grows with the square of a dotted key's length

_PART = r"""\.[ \t]*(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*"""
_DOTTED = re.compile(rf"(?:{_PART}){{{_KEY_PARTS},}}+")
_PLACE = re.compile(r"\s*\((at line ([0-9]+), column ([0-9]+)|at end of document)\)$")
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00")


def read_table(data: bytes, what: str) -> dict[str, Any]:
    """The table that `data` holds.

    Args:
        data: the bytes of the file, at most `LIMIT_BYTES`.
        what: the file in words, for the message, e.g. `register file`.

    Raises:
        InvalidInput: too large, not UTF-8 without a byte order mark, or not TOML 1.0; its one
            problem names the line where the reader can tell it.
    """
    try:
        return tomllib.loads(_text(data))
    except _Unreadable as error:
        problem = error.problem
    except tomllib.TOMLDecodeError as error:
        problem = _not_toml(str(error), data)
    except RecursionError:
        problem = Problem(
            "file",
            "Lists or tables are nested too deep.",
            "Use the tables of the documented file format only.",
        )
    except ValueError:  # the only other one: a number beyond the interpreter's limit
        problem = Problem("file", "A number has too many digits.", "Mend the number.")
    raise refusal([problem], what)


class _Unreadable(Exception):
    def __init__(self, message: str, remedy: str, field: str = "file") -> None:
        super().__init__(message)
        self.problem = Problem(field, message, remedy)


def _text(data: bytes) -> str:
    if len(data) > LIMIT_BYTES:
        raise _Unreadable(
            "The file is too large.", f"Keep it under {LIMIT_BYTES // 1024 // 1024} MiB."
        )
    if data.startswith(b"\xef\xbb\xbf"):
        raise _Unreadable("The file begins with a byte order mark.", "Save it as UTF-8 without it.")
    if data.startswith(_OTHER_ENCODINGS):
        raise _Unreadable("The file is not in UTF-8.", "Save it as UTF-8, without a mark.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(
            "The file is not in UTF-8.", "Save it as UTF-8, without a mark.", f"line {line}"
        ) from None
    for dotted in _DOTTED.finditer(text):
        if text[dotted.end() : dotted.end() + 1] in {"=", "]"}:
            line = text.count("\n", 0, dotted.start()) + 1
            raise _Unreadable(
                "A key has too many parts.",
                "Use the keys of the documented file format only.",
                f"line {line}",
            )
    return text


def _not_toml(message: str, data: bytes) -> Problem:
    place = _PLACE.search(message)
    reason = "".join(c if c.isprintable() else "?" for c in _PLACE.sub("", message))[:120]
    line, column = (place.group(2), place.group(3)) if place else (None, None)
    where = f", column {column}" if column else ""
    last_line = data.count(b"\n") + 1
    return Problem(
        f"line {line or last_line}",
        f"This is not valid TOML{where}: {reason}.",
        "Compare it with the sample file; check quotes, brackets and repeated keys.",
    )
