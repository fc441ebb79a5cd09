"""The page beside the policies tells what is in them."""

import re
from pathlib import Path

from gateway.policy import Bundle
from gateway.policy.rules import Effect


def rows(policies: Path) -> dict[int, str]:
    """The numbered rows of the table of what a gateway must enforce."""
    text = (policies / "README.md").read_text("utf-8")
    return {int(n): row for n, row in re.findall(r"^\| (\d+) \|(.*)$", text, re.MULTILINE)}


def test_every_enforcement_has_its_row(policies: Path) -> None:
    """The fifty-two points stand in the table once each, every one with a place."""
    table = rows(policies)
    assert list(table) == list(range(1, 53))
    assert all(row.rstrip(" |").rpartition("|")[2].strip() for row in table.values())


def test_the_table_names_each_rule_and_no_other(policies: Path, bundle: Bundle) -> None:
    """A rule renamed, added or dropped without a word in the table is noticed."""
    named = {
        name
        for row in rows(policies).values()
        for name in re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", row)
    }
    rules = {r.id for r in bundle.rules.values() if r.effect is not Effect.PERMIT}
    assert named == rules
