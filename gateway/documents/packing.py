"""Packs a DOCX so that the same content gives the same bytes."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Final

_FIRST: Final = "[Content_Types].xml"  # readers that stream expect it in front (ECMA-376 part 2)
_EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)


def repacked(docx: bytes, made_at: datetime) -> bytes:
    """The members of `docx` in a fixed order, all dated `made_at` (in UTC)."""
    moment = max(made_at.astimezone(UTC), _EARLIEST)
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != _FIRST, name)):
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, old.read(name))
    return out.getvalue()
