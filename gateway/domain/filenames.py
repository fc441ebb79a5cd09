"""File names: what a person named a document, and the neutral name it travels under.

The name a person gave becomes a title that is only ever shown; inside an archive, whose directory
anyone can read without the password, a document bears its position and nothing else.
"""

import re
import unicodedata

from gateway.domain.errors import InvalidInput

_FIELD = "file name"
_TITLE_LIMIT = 255  # bytes in UTF-8, the most that common file systems hold
_SEPARATORS = frozenset("/\\")
# Unicode general categories of characters that are not seen or that move what is seen: control,
# format (bidirectional controls, zero-width characters), surrogate, private, unassigned, line and
# paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that fonts show as nothing (Unicode's Default_Ignorable_Code_Point), and the
# blank of braille.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,10}")
_SUFFIX = re.compile(r".\.([A-Za-z0-9]{1,10})\Z", re.DOTALL)
_NEUTRAL = re.compile(r"(?:0[1-9]|[1-9][0-9]{1,5})(?:\.[a-z0-9]{1,10})?")


def safe_title(name: str) -> str:
    """`name`, as it came with an upload, in composed form (NFC) and fit to be shown.

    Raises:
        InvalidInput: it is empty, too long, a path, or holds characters that cannot be seen.
    """
    title = unicodedata.normalize("NFC", name)
    if any(unicodedata.category(c) in _UNSEEN or c in _BLANK for c in title):
        raise _refused("The file name holds characters that cannot be seen.")
    if not title or title != title.strip():
        raise _refused("The file name is empty, or begins or ends with a space.")
    if title in {".", ".."} or not _SEPARATORS.isdisjoint(title):
        raise _refused("The file name is a path.")
    if len(title.encode()) > _TITLE_LIMIT:
        raise _refused(f"The file name is longer than {_TITLE_LIMIT} bytes.")
    return title


def extension_of(name: str) -> str:
    """The last extension of `name` in lower case with its dot, e.g. `.pdf`.

    Empty when there is none of 1 to 10 ASCII letters and digits, or nothing stands before the dot.
    """
    found = _SUFFIX.search(name)
    return "" if found is None else "." + found.group(1).lower()


def neutral_name(position: int, extension: str) -> str:
    """The name of the document at `position` (from 1) inside an archive, e.g. `01.pdf`, `100.pdf`.

    Raises:
        InvalidInput: no positive position, or an extension that `extension_of` would not give.
    """
    name = f"{position:02d}{extension}"
    if (extension and not _EXTENSION.fullmatch(extension)) or not is_neutral_name(name):
        raise _refused("The document has no place or extension that an archive could name it by.")
    return name


def is_neutral_name(name: str) -> bool:
    """Whether `name` is one that `neutral_name` gives, and so says nothing about the document."""
    return _NEUTRAL.fullmatch(name) is not None


def _refused(message: str) -> InvalidInput:
    # The name itself stays out of the message: it may be a child's.
    remedy = "Rename the file with plain letters, digits, spaces and hyphens, and upload it again."
    return InvalidInput(message, remedy, field=_FIELD)
