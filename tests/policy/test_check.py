"""The policies' own tests: that they hold, and that they would notice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.domain.errors import InvalidInput
from gateway.policy import check_policies

Rewrite = Callable[[str, str, str], Path]


def failures(directory: Path) -> str:
    """Everything checking `directory` complains of, one per line."""
    return "\n".join(check_policies(directory).failures)


def test_the_shipped_policies_pass_their_own_tests(policies: Path) -> None:
    """Every case ends as written, and every rule has a case on either side."""
    report = check_policies(policies)
    assert report.failures == ()
    assert (report.denials, report.warnings, report.authorities) == (77, 14, 4)
    assert report.cases > 200


def test_a_rule_made_harmless_fails_its_case(rewritten: Rewrite) -> None:
    """A forbid that never applies still loads, but its case says so in words."""
    told = failures(
        rewritten(
            "rules/channel.cedar",
            "when { principal.address_changed }",
            "when { principal.address_changed && false }",
        )
    )
    assert (
        "channel.toml: The address or number is not what it was when the pack was checked: "
        "expected 'withheld', but it is 'sent'" in told
    )


def test_a_rule_made_too_strict_fails_the_baseline(rewritten: Rewrite) -> None:
    """A forbid that applies always withholds the baseline, and is named."""
    told = failures(
        rewritten("rules/channel.cedar", "when { principal.address_changed }", "when { true }")
    )
    assert "baseline.toml: expected 'sent', but it is 'withheld' by address-changed" in told


def test_a_case_that_expects_the_wrong_rule_fails(rewritten: Rewrite) -> None:
    """The rules named are exactly those that fire, no fewer and no more."""
    old = 'without = ["channel"]\nexpect = "withheld"\nrules = ["no-password-channel"]'
    new = old.replace("no-password-channel", "address-changed")
    told = failures(rewritten("tests/channel.toml", old, new))
    assert "it is 'withheld', but not by address-changed also by no-password-channel" in told


def test_a_rule_without_a_case_is_told(copied: Path) -> None:
    """A new rule is tried on both sides before it counts as done."""
    rule = (
        '@id("extra")\n@source("S")\n@message("M")\n@remedy("R")\n'
        'forbid (principal, action == Action::"receive", resource)\n'
        "when { principal.address_changed };\n"
    )
    (copied / "rules/extra.cedar").write_text(rule, "utf-8")
    told = failures(copied)
    assert "rules/extra.cedar:1: no case shows the rule 'extra' at work" in told
    assert "rules/extra.cedar:1: no case with 'sent' shows where 'extra' stops" in told


def test_a_case_about_no_rule_is_told(rewritten: Rewrite) -> None:
    """A misspelt rule in a case that sends would otherwise prove nothing."""
    told = failures(
        rewritten(
            "tests/channel.toml",
            'change."address_changed" = false\nexpect = "sent"\nrules = ["address-changed"]',
            'change."address_changed" = false\nexpect = "sent"\nrules = ["adress-changed"]',
        )
    )
    assert "tests: there is no rule 'adress-changed'" in told
    assert "no case with 'sent' shows where 'address-changed' stops" in told


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ('change."adress_changed" = true', "There is no fact 'adress_changed'"),
        ('change."recipient.active_til" = 2026-01-01', "There is no fact 'recipient.active_til'"),
        ('change."pack.statements.2.belief" = "x"', "'pack.statements.2.belief' leads nowhere"),
        ('change."pack.statements.x" = "x"', "'pack.statements.x' leads nowhere"),
        ('change."nobody.id" = "x"', "'nobody.id' leads nowhere"),
        ('change."recipient.active_from" = "some day"', "recipient.active_from: Input should be"),
        ('change."agency.kind" = "club"', "agency.kind: Input should be"),
        ('without = ["recipient.id"]', "recipient.id: Field required"),
        ('without = ["recipient.nothing"]', "'recipient.nothing' leads nowhere"),
    ],
)
def test_a_case_with_a_slip_is_told_by_its_name(rewritten: Rewrite, new: str, told: str) -> None:
    """A fact that does not exist or has no such value is never passed over."""
    broken = rewritten("tests/channel.toml", 'change."address_changed" = true', new)
    name = "channel.toml: The address or number is not what it was when the pack was checked: "
    assert name + told in failures(broken)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('change."address_changed" = true', "change = = 1", "tests/channel.toml: not valid TOML"),
        ('change."address_changed" = true', "changes = 1", "tests/channel.toml: case 10 changes"),
        (
            'change."address_changed" = true\nexpect = "withheld"',
            'expect = "perhaps"',
            "tests/channel.toml: case 10 expect",
        ),
        (
            'name = "The address and number are what they were"',
            'name = "The address or number is not what it was when the pack was checked"',
            "two cases are named",
        ),
    ],
)
def test_tests_that_cannot_be_read_are_an_error(
    rewritten: Rewrite, old: str, new: str, told: str
) -> None:
    """What is not a test at all stops the check, with file and place."""
    with pytest.raises(InvalidInput) as caught:
        check_policies(rewritten("tests/channel.toml", old, new))
    assert told in caught.value.message
    assert caught.value.remedy


def test_policies_without_a_baseline_are_an_error(copied: Path) -> None:
    """Without the baseline no case can be read."""
    (copied / "tests/baseline.toml").unlink()
    with pytest.raises(InvalidInput, match=r"tests/baseline\.toml"):
        check_policies(copied)


def test_broken_policies_are_an_error(copied: Path) -> None:
    """Policies that do not load are not tried."""
    (copied / "rules/channel.cedar").unlink()
    with pytest.raises(InvalidInput, match="is missing"):
        check_policies(copied)
