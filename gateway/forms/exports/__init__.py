"""The log's entries in the formats that other programs read: JSON Lines, CSV and OCSF events.

Each entry becomes a row of its own, so a caller can write rows as it reads them. Nothing here fails
on an entry it does not understand: what the log holds is handed on as it is.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from gateway.forms.exports.jsonl import JsonLines
from gateway.forms.exports.ocsf import Ocsf
from gateway.forms.exports.spreadsheet import Spreadsheet


class Format(StrEnum):
    """What a search of the log can be exported as."""

    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"


class Exporter(Protocol):
    """Writes entries in one format."""

    @property
    def media_type(self) -> str:
        """The media type of the whole."""

    @property
    def extension(self) -> str:
        """The ending of a file's name, without a dot before it."""

    def head(self) -> bytes:
        """What comes before the first row."""

    def row(self, position: int, leaf: bytes, names: Mapping[str, str]) -> bytes:
        """One entry, with the end of its line.

        Args:
            position: where the log holds the entry, from 0.
            leaf: the entry's exact bytes.
            names: what the register says now of the pseudonyms that the entry holds. One that the
                register no longer knows is not among them.
        """


def exporter(wanted: Format, origin: str) -> Exporter:
    """What writes `wanted`; `origin` is the log's name as its checkpoints give it."""
    match wanted:
        case Format.JSONL:
            return JsonLines()
        case Format.CSV:
            return Spreadsheet()
        case Format.OCSF:
            return Ocsf(origin)
