"""Checks of the values that only files hold; each gives the value in its one canonical form."""

from gateway.forms.values import Fault

PATH_LIMIT = 255  # characters


def relative_path(text: str) -> str:
    """`text` if it names a file at or below the folder of the file it stands in."""
    plain = len(text) <= PATH_LIMIT and text.isprintable() and not set(text) & set('\\:*?"<>|')
    parts = text.split("/")
    if not plain or any(part in {"", ".", ".."} or part != part.strip() for part in parts):
        raise Fault(
            "This is not the relative path of a file.",
            "Give a path below this file's folder with forward slashes, such as 'documents/a.pdf'.",
        )
    return text
