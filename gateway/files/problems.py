"""The problems of a file: how they are worded, and the error that tells them."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain.errors import InvalidInput, Problem
from gateway.forms.problems import MAX_PROBLEMS, Wording

WORDING: Final = Wording(
    table="a table",
    remedy="Write it as the documented file format has it.",
    shown=re.compile(r"[A-Za-z0-9_-]{1,64}"),
)


def refusal(problems: Sequence[Problem], what: str) -> InvalidInput:
    """The error that tells the `problems` of a file, of which nothing was used.

    Of very many, the first `MAX_PROBLEMS` are listed.
    """
    count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
    if len(problems) > MAX_PROBLEMS:
        count = f"more than {MAX_PROBLEMS} problems, of which the first are listed"
    return InvalidInput(
        f"The {what} has {count}; nothing of it was used.",
        "Mend what is listed and try again.",
        problems=tuple(problems[:MAX_PROBLEMS]),
    )
