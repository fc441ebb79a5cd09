"""What must hold between the parts of a register file, and what is left to the policies."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from gateway.domain.errors import Problem

Change = Callable[[dict[str, Any]], object] | tuple[Any, ...]
Faults = Callable[[Change], list[Problem]]

BEN = "representative 'ben-sample'"
HANA = "representative 'hana-sample'"
KOWHAI = "protocol[2]"  # by position, as two versions share the id
MEETING = "meeting 'kowhai-2026-12-08'"


def again(section: str, position: int, **changes: object) -> Change:
    """A change that repeats an item of `section` with some keys changed."""

    def change(table: Any) -> None:
        table[section].append(table[section][position] | changes)

    return change


BETWEEN_PARTS = [
    (again("agency", 1), "agency[8].id", "It repeats agency[2]"),
    (again("representative", 2), "representative[13].id", "It repeats representative[3]"),
    (again("protocol", 1), "protocol[3].version", "It repeats protocol[2]"),
    (again("meeting", 0), "meeting[2].id", "It repeats meeting[1]"),
    (
        again("conflict_of_interest", 0, declared_on=date(2026, 11, 11)),
        "conflict_of_interest[2].child",
        "It repeats conflict_of_interest[1]",
    ),
    (("representative", 2, "agency", "nobody"), f"{BEN}.agency", "no agency 'nobody'"),
    (
        ("protocol", 1, "lead_agency", "nobody"),
        f"{KOWHAI}.lead_agency",
        "no agency 'nobody'",
    ),
    (
        ("protocol", 1, "signatory", 2, "agency", "nobody"),
        f"{KOWHAI}.signatory[3].agency",
        "no agency 'nobody'",
    ),
    (
        ("protocol", 1, "information", 3, "agency", "nobody"),
        f"{KOWHAI}.information[4].agency",
        "no agency 'nobody'",
    ),
    (("meeting", 0, "protocol", "rimu"), f"{MEETING}.protocol", "no protocol 'rimu'"),
    (
        ("meeting", 0, "attendees", 4, "nobody"),
        f"{MEETING}.attendees[5]",
        "no representative 'nobody'",
    ),
    (
        ("conflict_of_interest", 0, "representative", "nobody"),
        "conflict_of_interest[1].representative",
        "no representative 'nobody'",
    ),
    (
        ("protocol", 1, "review_due", date(2026, 1, 31)),
        f"{KOWHAI}.review_due",
        "before the version comes into force",
    ),
    (
        ("representative", 2, "active_until", date(2025, 1, 31)),
        f"{BEN}.active_until",
        "before the first",
    ),
    (
        ("representative", 4, "other_email", "Hana.Sample+pw@Health-Region.example"),
        f"{HANA}.other_email",
        "the mailbox that receives the packs",
    ),
    (
        ("agency", 6, "mail_domains", ["regiona1-police.example"]),
        "agency 'ruru-housing'.mail_domains[1]",
        "looks like a domain of agency 'regional-police'",
    ),
]


@pytest.mark.parametrize(("change", "field", "words"), BETWEEN_PARTS)
def test_parts_that_disagree_are_refused(
    register_faults: Faults, change: Change, field: str, words: str
) -> None:
    """A fault between right values is found, and is the only one of its field."""
    faults = register_faults(change)
    found = [fault for fault in faults if fault.field == field]
    assert len(found) == 1, faults
    assert words in found[0].message
    assert found[0].remedy


STILL_RIGHT = [
    ("protocol", 1, "signatory", []),
    ("conflict_of_interest", ...),
    ("conflict_of_interest", 0, "child", "child-to-come"),
    ("agency", 1, "mail_domains", []),
    ("protocol", 1, "review_due", date(2026, 2, 1)),
    ("representative", 2, "active_until", date(2025, 2, 1)),
    ("agency", 0, "mail_domains", ["māori.example", "maori.example"]),
    ("agency", 1, "mail_domains", ["tamariki-care.example"]),
    ("meeting", 0, "child", 0, "reference", "CASE-0001"),
    ("agency", 1, "handling_acknowledged_on", "2026-01-01"),
]


@pytest.mark.parametrize("change", STILL_RIGHT)
def test_what_only_the_policies_judge_is_no_fault_of_the_file(
    register_faults: Faults, change: Change
) -> None:
    """Drafts, children yet to come and agencies that share a mail system are taken."""
    assert register_faults(change) == []
