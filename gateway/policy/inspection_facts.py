"""What was found in a document, as Cedar takes it: levels, references and counts; no word of it."""

from typing import Any, Final

from gateway.domain.classification import Classification
from gateway.domain.decisions import Case
from gateway.domain.inspection import Concern, Kind
from gateway.policy.tables import Endorsements

# Nearly every Office file names its author, and a restriction on printing hides nothing: both are
# shown to the coordinator, but a warning about every document would be one about none.
_NO_WARNING: Final = frozenset({Kind.AUTHOR, Kind.RESTRICTED})
_HIDDEN: Final = frozenset(k for k in Kind if k.concern is Concern.HIDDEN) - _NO_WARNING


def inspection_attributes(case: Case, endorsements: Endorsements) -> dict[str, Any]:
    """The facts that looking into the document gave.

    What is said of another document counts as nothing said: then it was never looked into.
    """
    found = case.inspected
    if found is None or found.document != case.document.id:
        return _facts()
    return _facts(
        inspected=found.file_type is not None,
        made_here=found.made_here,
        scanned=found.scanned,
        found_endorsements=sorted({endorsements.canonical(e) for e in found.endorsements}),
        children_mentioned=list(found.children_mentioned),
        people_mentioned=list(found.people_mentioned),
        hidden_found=sum(number for kind, number in found.counts if kind in _HIDDEN),
        covered_text_found=found.count_of(Kind.COVERED_TEXT),
        other_children_found=found.count_of(Kind.OTHER_CHILD),
        unsafe_found=found.count(Concern.UNSAFE),
        unread_found=found.count(Concern.UNREAD),
        marked=found.marking is not None,
        found_marking=level_facts(found.marking or Classification.UNCLASSIFIED),
    )


def level_facts(level: Classification) -> dict[str, Any]:
    """A level of the classification system."""
    return {
        "name": level.value,
        "rank": level.rank,
        "national_security": level.is_national_security,
    }


def _facts(**known: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "inspected": False,
        "made_here": False,
        "scanned": False,
        "marked": False,
        "found_marking": level_facts(Classification.UNCLASSIFIED),
        "found_endorsements": [],
        "children_mentioned": [],
        "people_mentioned": [],
        "hidden_found": 0,
        "covered_text_found": 0,
        "other_children_found": 0,
        "unsafe_found": 0,
        "unread_found": 0,
    }
    return nothing | known
