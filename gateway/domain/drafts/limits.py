"""How much a draft may hold, whichever way it came to be written."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Final

from gateway.domain.drafts.content import Content
from gateway.domain.errors import InvalidInput

MOST_ROWS: Final = 200  # of one list
LONGEST_TEXT: Final = 4000  # characters of one text
LONGEST_DRAFT: Final = 400_000  # characters of all texts together


def hold_limits(content: Content) -> None:
    """Hold that a draft is no larger than people can read and pages can show.

    Raises:
        InvalidInput: a list, a text, or all of it together is too long.
    """
    for field in fields(content):
        value = getattr(content, field.name)
        if isinstance(value, tuple) and len(value) > MOST_ROWS:
            raise InvalidInput(
                f"There are more than {MOST_ROWS} rows.", "Merge some of them.", field=field.name
            )
        if any(len(text) > LONGEST_TEXT for text in _texts(value)):
            raise InvalidInput(
                f"A text is longer than {LONGEST_TEXT} characters.",
                "Shorten it, or attach what is long to the protocol.",
                field=field.name,
            )
    if sum(map(len, _texts(content))) > LONGEST_DRAFT:
        raise InvalidInput(
            "The draft is too long as a whole.", "Shorten it, or attach what is long to it."
        )


def _texts(value: object) -> Iterator[str]:
    """Every text within a value of the draft."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
