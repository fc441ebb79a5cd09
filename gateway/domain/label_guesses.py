"""A first label for a document, guessed by its file name from the protocol's table.

A guess saves typing and decides nothing: the rules judge whatever a person leaves on the label, and
where the name says too little the category stays blank, so that the document is withheld.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.packs import Label
from gateway.domain.register import AgencyId, Child, InformationItem

_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORTEST: Final = 3  # letters of a word that says anything
_IN_CATEGORY, _ELSEWHERE, _ENOUGH = 3, 1, 2
_EMPTY: Final = frozenset(
    {"and", "are", "docx", "final", "for", "from", "has", "have", "its", "new", "not", "odt"}
    | {"pdf", "scan", "that", "the", "their", "them", "they", "this", "was", "were", "whether"}
    | {"who", "with"}
)


def guess_label(
    file_name: str,
    table: Sequence[InformationItem],
    lead: AgencyId,
    children: Sequence[Child],
    otherwise: Classification,
) -> Label:
    """The label a document of this name most likely has.

    Words of the file name are held against the categories, items and agencies of the protocol's
    `table`. Where none or several rows fit, the category is blank, the source is the `lead` agency
    and the classification `otherwise`. The child is named only where the meeting is about one.
    """
    row = _best(_words(file_name), table, lead)
    return Label(
        classification=row.classification if row else otherwise,
        category=row.category if row else "",
        source_agency=row.agency if row else lead,
        children=(children[0].reference,) if len(children) == 1 else (),
    )


def _best(
    words: frozenset[str], table: Sequence[InformationItem], lead: AgencyId
) -> InformationItem | None:
    """The one row that fits best; of several the lead agency's, if that is one."""
    scores = [_score(words, row) for row in table]
    most = max(scores, default=0)
    if most < _ENOUGH:
        return None
    found = {
        (row.agency, row.category): row
        for row, score in zip(table, scores, strict=True)
        if score == most
    }
    if len(found) == 1:
        return next(iter(found.values()))
    own = [row for row in found.values() if row.agency == lead]
    return own[0] if len(own) == 1 else None


def _score(words: frozenset[str], row: InformationItem) -> int:
    category = _words(row.category)
    elsewhere = (_words(row.item) | _words(row.agency)) - category
    return _IN_CATEGORY * len(words & category) + _ELSEWHERE * len(words & elsewhere)


def _words(text: str) -> frozenset[str]:
    """The words of `text` that say something, without macrons, capitals and plural endings."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)  # as in CareSummary
    plain = "".join(c for c in unicodedata.normalize("NFKD", split) if not unicodedata.combining(c))
    found = {word.casefold() for word in _WORD.findall(plain)}
    return frozenset(
        word.removesuffix("s") for word in found if len(word) >= _SHORTEST and word not in _EMPTY
    )
