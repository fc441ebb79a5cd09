"""Broken policies are not loaded, and the message says where they are broken."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.domain.errors import InvalidInput
from gateway.policy import load_bundle
from gateway.policy.required import REQUIRED_DENIALS, REQUIRED_WARNINGS
from gateway.policy.rules import Effect

Rewrite = Callable[[str, str, str], Path]
CHANNEL = "rules/channel.cedar"


def fault(directory: Path) -> str:
    """What loading `directory` complains of."""
    with pytest.raises(InvalidInput) as caught:
        load_bundle(directory)
    assert caught.value.remedy
    return caught.value.message


def test_the_shipped_policies_are_whole(policies: Path) -> None:
    """Every required rule is there, and every rule there is required."""
    rules = load_bundle(policies).rules.values()
    assert {r.id for r in rules if r.effect is Effect.DENY} == REQUIRED_DENIALS
    assert {r.id for r in rules if r.effect is Effect.WARN} == REQUIRED_WARNINGS
    assert {r.id for r in rules if r.effect is Effect.PERMIT} == {
        "permit-section-66c",
        "permit-section-66",
        "permit-section-20",
        "permit-ipp-11",
        "permit-other-enactment",
    }


def test_a_syntax_error_is_told_by_file_and_line(rewritten: Rewrite) -> None:
    """A missing parenthesis is found on the line its rule begins."""
    broken = rewritten(CHANNEL, "when { principal.address_changed }", "when { principal.( }")
    line = 1 + (broken / CHANNEL).read_text("utf-8").splitlines().index('@id("address-changed")')
    assert f"{CHANNEL}:{line}: not valid Cedar" in fault(broken)


def test_an_unfinished_rule_at_the_end_is_told(copied: Path) -> None:
    """Text after the last semicolon is not passed over."""
    file = copied / CHANNEL
    lines = file.read_text("utf-8").count("\n")
    with file.open("a", encoding="utf-8") as out:
        out.write('\n// half a rule\n@id("half")\nforbid (principal, action, resource)\n')
    assert f"{CHANNEL}:{lines + 3}: not valid Cedar" in fault(copied)


def test_a_quote_left_open_does_not_swallow_a_rule(rewritten: Rewrite) -> None:
    """A rule inside a string that never ends is a fault, not a silence."""
    broken = rewritten(CHANNEL, '@id("address-changed")', '@id("address-changed)')
    assert "not valid Cedar" in fault(broken)


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("when { principal.adress_changed }", "adress_changed"),
        ('when { principal.address_changed == "yes" }', "address_changed|types|type"),
        ("when { principal.statement.belief_given }", "statement"),
    ],
)
def test_a_rule_that_does_not_fit_the_schema_is_told(
    rewritten: Rewrite, new: str, told: str
) -> None:
    """A fact that does not exist, is of another kind, or may be absent cannot be used."""
    message = fault(rewritten(CHANNEL, "when { principal.address_changed }", new))
    assert f"{CHANNEL}:" in message
    assert any(word in message for word in told.split("|"))


@pytest.mark.parametrize("name", ["id", "source", "message", "remedy"])
def test_a_rule_without_its_words_is_told(rewritten: Rewrite, name: str) -> None:
    """Identifier, source, message and remedy are all needed, and may not be blank."""
    text = '@id("extra")\n@source("S")\n@message("M")\n@remedy("R")\n'
    missing = "\n".join(line for line in text.splitlines() if not line.startswith(f"@{name}"))
    rule = '\nforbid (principal, action == Action::"receive", resource)\nwhen { false };\n'
    head = '@id("address-changed")'
    assert f"has no @{name}" in fault(rewritten(CHANNEL, head, f"{missing}{rule}\n{head}"))


@pytest.mark.parametrize("name", ["source", "message", "remedy"])
def test_blank_words_are_no_words(copied: Path, name: str) -> None:
    """An annotation that is there but empty counts as missing."""
    rule = '@id("extra")\n@source("S")\n@message("M")\n@remedy("R")\n'.replace(
        f'@{name}("{name[0].upper()}")', f'@{name}("  ")'
    )
    rule += 'forbid (principal, action == Action::"receive", resource)\nwhen { false };\n'
    (copied / "rules/extra.cedar").write_text(rule, "utf-8")
    assert f"rules/extra.cedar:1: has no @{name}" in fault(copied)


def test_an_odd_identifier_is_told(rewritten: Rewrite) -> None:
    """Identifiers stand in records and tests, so they keep to one form."""
    broken = rewritten(CHANNEL, '@id("address-changed")', '@id("Address changed")')
    assert "has an odd @id" in fault(broken)


def test_two_rules_of_one_name_are_told(rewritten: Rewrite) -> None:
    """The second is named with the place of the first."""
    broken = rewritten(
        "rules/meeting.cedar", '@id("child-not-in-meeting")', '@id("address-changed")'
    )
    message = fault(broken)
    assert "'address-changed' is taken by the rule at rules/channel.cedar:" in message
    assert "rules/meeting.cedar:" in message


@pytest.mark.parametrize(
    "name",
    [
        "answers",
        "authority",
        "channel",
        "classification",
        "conditions",
        "content",
        "family-violence",
        "meeting",
        "protocol",
        "recipient",
        "requests",
        "section-66",
        "section-66c",
        "statement",
    ],
)
def test_a_missing_rule_file_keeps_the_gate_shut(copied: Path, name: str) -> None:
    """Losing any file of rules is noticed at once."""
    (copied / f"rules/{name}.cedar").unlink()
    assert "is missing" in fault(copied)


def test_every_rule_file_is_covered_by_the_test_above(policies: Path) -> None:
    """Nobody adds a file of rules whose loss would pass unseen."""
    assert len(list((policies / "rules").glob("*"))) == 14


def test_a_single_missing_rule_keeps_the_gate_shut(copied: Path) -> None:
    """So does losing one rule; all that are missing are listed."""
    file = copied / CHANNEL
    text = file.read_text("utf-8")
    file.write_text(text[: text.index('@id("address-changed")')], "utf-8")
    assert "'address-changed' is missing" in fault(copied)


def test_a_rule_renamed_out_of_sight_is_missed(copied: Path) -> None:
    """A file of rules with another ending is refused, not passed over."""
    (copied / CHANNEL).rename(copied / "rules/channel.cedar.old")
    assert "not a file of rules: channel.cedar.old" in fault(copied)


def test_a_denial_turned_into_a_warning_is_told(rewritten: Rewrite) -> None:
    """A required rule must still do what it is required for."""
    rest = ", resource)\nwhen { principal.address_changed }"
    broken = rewritten(
        CHANNEL,
        'forbid (principal, action == Action::"receive"' + rest,
        'permit (principal, action == Action::"flag"' + rest,
    )
    assert "'address-changed' does not deny any more" in fault(broken)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ('permit (principal, action == Action::"receive", resource);', "permits everything"),
        ("permit (principal, action, resource) when { false };", "neither a permit or forbid"),
        (
            'forbid (principal, action == Action::"flag", resource) when { false };',
            "neither a permit or forbid",
        ),
        (
            'forbid (principal == Representative::"1", action == Action::"receive", resource);',
            "certain persons or documents",
        ),
        (
            'forbid (principal == ?principal, action == Action::"receive", resource);',
            "not exactly one rule",
        ),
    ],
)
def test_a_rule_that_would_open_or_hide_too_much_is_told(
    copied: Path, rule: str, told: str
) -> None:
    """Rules for everything, for one person, for both actions, or with slots are refused."""
    words = '@id("extra")\n@source("S")\n@message("M")\n@remedy("R")\n'
    (copied / "rules/extra.cedar").write_text(words + rule, "utf-8")
    assert told in fault(copied)


@pytest.mark.parametrize("name", ["schema.cedarschema", "authorities.toml", "classification.toml"])
def test_a_missing_or_garbled_table_is_told(copied: Path, name: str) -> None:
    """Each of the three files is needed, as UTF-8 text of its own form."""
    shutil.copy(copied / name, copied / "kept")
    (copied / name).unlink()
    assert f"{name}: cannot be read" in fault(copied)
    (copied / name).write_bytes(b"\xff\xfe")
    assert f"{name}: cannot be read" in fault(copied)
    (copied / name).write_text("type = = {", "utf-8")
    assert f"{name}: not " in fault(copied)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "FVA-20"', 'code = "OTA-66C"', "'OTA-66C' stands twice"),
        ('code = "66C(a)(ii)"', 'code = "66C(a)(i)"', "a ground of 'OTA-66C' stands twice"),
        ('code = "IPP-11"', 'code = "PROTOCOL-A"', "is a protocol, not an authority"),
        ('code = "IPP-11"', 'code = "IPP-11"\nneeds_nothing = true', "needs_nothing"),
        ('code = "IPP-11"', 'code = ""', "code"),
        (
            'name = "Section 20, Family Violence Act 2018"\n',
            "",
            "authority.2.name: Field required",
        ),
        ('code = "IPP-11"', 'code = "IPP-11"\nother_enactment = "yes"', "other_enactment"),
    ],
)
def test_a_table_of_authorities_that_is_not_sound_is_told(
    rewritten: Rewrite, old: str, new: str, told: str
) -> None:
    """Twofold, nameless, unknown or wrongly typed entries are faults."""
    message = fault(rewritten("authorities.toml", old, new))
    assert "authorities.toml: " in message
    assert told in message


def test_an_endorsement_cannot_stand_twice(rewritten: Rewrite) -> None:
    """Two entries for one spelling would leave open which of them counts."""
    broken = rewritten("classification.toml", '"STAFF"', '"NZEO"')
    assert "'NZEO' stands twice" in fault(broken)


def test_every_fault_is_listed(copied: Path) -> None:
    """The message tells the first fault; the others stand beside it with their places."""
    extra = "permit (principal, action, resource);\nforbid (principal, action, resource);\n"
    (copied / "rules/extra.cedar").write_text(extra, "utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_bundle(copied)
    assert {"rules/extra.cedar:1", "rules/extra.cedar:2"} == {
        problem.field for problem in caught.value.problems
    }


def test_the_digest_follows_what_decides(copied: Path, policies: Path) -> None:
    """It is the same for the same content, ignores tests and notes, and sees any other change."""
    same = load_bundle(policies).digest
    (copied / "README.md").write_text("other words", "utf-8")
    shutil.rmtree(copied / "tests")
    assert load_bundle(copied).digest == same
    (copied / "rules/channel.cedar").rename(copied / "rules/ways.cedar")
    renamed = load_bundle(copied).digest
    with (copied / "classification.toml").open("a", encoding="utf-8") as out:
        out.write("# a note\n")
    assert len({same, renamed, load_bundle(copied).digest}) == 3
