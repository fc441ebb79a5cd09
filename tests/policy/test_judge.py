"""What the judge makes of Cedar's answers."""

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gateway.domain.decisions import Case, ChannelChoice, Decision, Severity
from gateway.domain.register import AgencyId, AuthorityCode, PasswordChannel, RepresentativeId
from gateway.policy import Bundle, CedarJudge, load_bundle
from gateway.policy.facts import FactSheet
from gateway.services.ports import Judge

MakeCase = Callable[..., Case]


def rules(decision: Decision) -> list[str]:
    return [finding.rule for finding in decision.findings]


def test_a_sound_document_goes_to_a_sound_recipient(judge: CedarJudge, baseline: Case) -> None:
    """The baseline is allowed without any finding, and the decision names its pair."""
    decision = judge.judge([baseline])[0]
    assert (decision.recipient, decision.document) == ("recipient-1", "document-1")
    assert decision.allowed
    assert decision.findings == ()


def test_the_judge_plays_its_part(judge: CedarJudge) -> None:
    """It has the shape the use cases ask for, which mypy checks here, and a SHA-256 digest."""
    part: Judge = judge
    assert len(bytes.fromhex(part.digest)) == 32


def test_no_cases_make_no_decisions(judge: CedarJudge) -> None:
    """An empty batch is answered, not refused."""
    assert judge.judge([]) == []


def test_every_denying_rule_is_reported(judge: CedarJudge, case_with: MakeCase) -> None:
    """All reasons come together, in the order of their identifiers, denials before warnings."""
    case = case_with(
        {
            "recipient.active_until": date(2026, 1, 1),
            "address_changed": True,
            "conflicts": ["child-1"],
            "pack.statements": [],
            "protocol.review_due": date(2026, 3, 1),
        },
        without=("agency.handling_acknowledged_on",),
    )
    decision = judge.judge([case])[0]
    assert rules(decision) == [
        "address-changed",
        "conflict-of-interest",
        "recipient-not-active",
        "statement-missing",
        "handling-not-acknowledged",
        "protocol-review-due",
    ]
    assert [f.severity for f in decision.findings] == [Severity.DENY] * 4 + [Severity.WARN] * 2
    assert not decision.allowed


def test_a_finding_speaks_the_words_of_the_rule_file(
    judge: CedarJudge, bundle: Bundle, case_with: MakeCase
) -> None:
    """Message, remedy and source are the annotations, unaltered."""
    decision = judge.judge([case_with({"address_changed": True})])[0]
    (finding,) = decision.findings
    rule = bundle.rules["address-changed"]
    assert (finding.message, finding.remedy, finding.source) == (
        rule.message,
        rule.remedy,
        rule.source,
    )


def test_an_unknown_authority_has_no_permit(judge: CedarJudge, case_with: MakeCase) -> None:
    """Nothing is permitted unless a legal authority permits it."""
    case = case_with(
        {"pack.authority": "KINDNESS", "protocol.purposes.1.authorities": ["KINDNESS"]}
    )
    decision = judge.judge([case])[0]
    assert not decision.allowed
    assert rules(decision) == ["no-legal-authority"]


def test_an_authority_without_a_permit_is_withheld_with_a_reason(
    copied: Path, case_with: MakeCase
) -> None:
    """An entry in the table alone opens nothing; the denial still says why."""
    table = copied / "authorities.toml"
    entry = table.read_text("utf-8").replace('code = "IPP-11"', 'code = "NEW-1"')
    table.write_text(entry, "utf-8")
    case = case_with(
        {
            "pack.authority": "NEW-1",
            "pack.statements.1.ground": "IPP 11 purpose",
            "protocol.purposes.1.authorities": ["NEW-1"],
        }
    )
    decision = CedarJudge(load_bundle(copied)).judge([case])[0]
    assert not decision.allowed
    assert rules(decision) == ["no-legal-authority"]


def test_another_enactment_counts_once_it_is_entered(copied: Path, case_with: MakeCase) -> None:
    """A reviewed entry with `other_enactment` permits, under the same rules as any other."""
    table = copied / "authorities.toml"
    text = table.read_text("utf-8").replace(
        'code = "IPP-11"', 'code = "EX-12"\nother_enactment = true'
    )
    table.write_text(text, "utf-8")
    judge = CedarJudge(load_bundle(copied))
    change = {
        "pack.authority": "EX-12",
        "pack.statements.1.ground": "IPP 11 purpose",
        "protocol.purposes.1.authorities": ["EX-12"],
    }
    assert judge.judge([case_with(change)])[0].allowed
    without = judge.judge([case_with(change | {"pack.statements": []})])[0]
    assert rules(without) == ["statement-missing"]


def test_one_batch_judges_each_pair_by_itself(judge: CedarJudge, case_with: MakeCase) -> None:
    """Cases that share objects, or differ in one fact, or in day, do not colour each other."""
    sound = case_with()
    cases = [
        sound,
        dataclasses.replace(sound, day=date(2027, 1, 1)),
        dataclasses.replace(sound, address_changed=True),
        dataclasses.replace(sound, channel=None),
        dataclasses.replace(sound, protocol=None),
        dataclasses.replace(sound, pack=dataclasses.replace(sound.pack, statements=())),
        sound,
    ]
    together = judge.judge(cases)
    assert together == [judge.judge([case])[0] for case in cases]
    assert [decision.allowed for decision in together] == [True, *[False] * 5, True]


def test_a_large_batch_keeps_its_order(judge: CedarJudge, baseline: Case) -> None:
    """More cases than one call into Cedar takes come back in the order they were given."""
    people = [
        dataclasses.replace(baseline.recipient, id=RepresentativeId(f"r-{n}")) for n in range(230)
    ]
    cases = [dataclasses.replace(baseline, recipient=person) for person in people]
    assert [d.recipient for d in judge.judge(cases)] == [person.id for person in people]


def test_a_batch_writes_shared_facts_once(bundle: Bundle, baseline: Case) -> None:
    """What a thousand pairs share is handed to Cedar a single time."""
    one = FactSheet([baseline], bundle)
    many = FactSheet([baseline] * 50, bundle)
    assert many.entities == one.entities
    assert len(many.requests) == 50


def test_a_rule_that_cannot_be_evaluated_withholds(judge: CedarJudge, baseline: Case) -> None:
    """Cedar skips a rule that errs, here by a date too far away; the judge withholds, and says."""
    limits = dataclasses.replace(baseline.limits, review_grace_days=106_751_991_167)
    decision = judge.judge([dataclasses.replace(baseline, limits=limits)])[0]
    assert not decision.allowed
    assert rules(decision) == ["policy-error"]
    assert "protocol-review-overdue" in decision.findings[0].message


def test_malformed_text_withholds_the_whole_batch(judge: CedarJudge, baseline: Case) -> None:
    """Text that no encoding can carry makes the facts unreadable, so nothing is decided on them."""
    label = dataclasses.replace(baseline.document.label, category="\ud800")
    broken = dataclasses.replace(
        baseline, document=dataclasses.replace(baseline.document, label=label)
    )
    decisions = judge.judge([baseline, broken])
    assert [rules(decision) for decision in decisions] == [["policy-error"]] * 2
    assert not any(decision.allowed for decision in decisions)


@pytest.mark.parametrize(
    "hostile",
    ['"', '\\"', 'x"}; permit(principal, action, resource);', 'Agency::"lead"', "\x00", "é\u202e"],
)
def test_names_from_the_register_are_never_taken_for_syntax(
    judge: CedarJudge, case_with: MakeCase, hostile: str
) -> None:
    """Identifiers with quotes, controls or Cedar in them are text, equal only to themselves."""
    sound = {
        "agency.id": hostile,
        "recipient.agency": hostile,
        "protocol.signatures.2.agency": hostile,
    }
    assert judge.judge([case_with(sound)])[0].allowed
    spoofed = {"agency.id": hostile, "recipient.agency": hostile}
    assert rules(judge.judge([case_with(spoofed)])[0]) == ["recipient-agency-not-signed"]


def test_policy_errors_reveal_no_fact(judge: CedarJudge, baseline: Case) -> None:
    """What Cedar says of a failure may quote facts; the finding does not."""
    pack = dataclasses.replace(baseline.pack, agency=AgencyId("secret-agency\ud800"))
    decision = judge.judge([dataclasses.replace(baseline, pack=pack)])[0]
    assert rules(decision) == ["policy-error"]
    assert "secret-agency" not in repr(decision)


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (PasswordChannel.TEXT, "+6440000001"),
        (PasswordChannel.OTHER_MAILBOX, "+64200000001"),
        (PasswordChannel.TELEPHONE, "recipient@other.example"),
        (PasswordChannel.TEXT, ""),
    ],
)
def test_a_password_goes_only_where_the_channel_reaches_the_person(
    judge: CedarJudge, baseline: Case, channel: PasswordChannel, address: str
) -> None:
    """An address of the person's that belongs to another channel does not do either."""
    case = dataclasses.replace(baseline, channel=ChannelChoice(channel, address))
    assert rules(judge.judge([case])[0]) == ["password-address-not-registered"]


def test_the_judge_tells_authorities_from_the_table(judge: CedarJudge) -> None:
    """Six, three and four grounds, each permissive and approved by someone; else nothing."""
    found = [judge.authority(code) for code in ("OTA-66C", "FVA-20", "IPP-11")]
    assert [len(a.grounds) for a in found if a] == [6, 3, 4]
    assert all(a.permissive and a.approved_by and a.approved_on for a in found if a)
    section_66c = judge.authority("OTA-66C")
    assert section_66c is not None
    assert [g.code for g in section_66c.grounds if g.needs_instrument] == [
        "66C(a)(iii)",
        "66C(a)(iv)",
        "66C(a)(v)",
    ]
    assert judge.authority("protocol") is None


def test_the_code_of_an_authority_must_be_exact(judge: CedarJudge, baseline: Case) -> None:
    """A code in other letters or with a blank is another code, and unknown."""
    for code in ("ota-66c", "OTA-66C ", "OTA–66C"):
        pack = dataclasses.replace(baseline.pack, authority=AuthorityCode(code))
        decision = judge.judge([dataclasses.replace(baseline, pack=pack)])[0]
        assert "no-legal-authority" in rules(decision)
