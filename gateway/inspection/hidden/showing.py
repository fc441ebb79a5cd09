"""How what was found is shown to people: short, on one line."""

from collections.abc import Iterable

_CHARACTERS = 200


def shown(*texts: str) -> str:
    """Words on one line without control characters, at most 200 of them."""
    line = " ".join(" ".join(texts).split())
    clean = "".join(character for character in line if character.isprintable())
    return clean if len(clean) <= _CHARACTERS else clean[: _CHARACTERS - 1] + "…"


def joined(texts: Iterable[str | None]) -> str:
    """Words put together without anything between them, as runs of a paragraph are."""
    return "".join(text or "" for text in texts)
