"""What is found in a draft: nothing in a sound one, and each fault with its place and remedy."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from support.drafted import HEALTH, LEAD, contents, sound
from support.world import ROOT

from gateway.domain.classification import Classification
from gateway.domain.drafts.checks import checks
from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.drafts.findings import GUIDANCE, Surroundings
from gateway.domain.drafts.sharing_checks import BY_REQUEST_ONLY, USABLE_WITH
from gateway.domain.drafts.states import Section
from gateway.domain.identifiers import AgencyId, AuthorityCode, RepresentativeId
from gateway.domain.protocol_terms import Condition, ConditionKind, ListedAgency, ReviewTerms
from gateway.domain.register import (
    Agency,
    AgencyKind,
    Method,
    PasswordChannel,
    Purpose,
    Representative,
    Standing,
    Status,
)

TODAY = date(2026, 12, 1)
RULES = ROOT / "policies" / "rules"
NGO = AgencyId("te-whare-manaaki")


def agency(identifier: AgencyId, *statuses: Status) -> Agency:
    return Agency(
        id=identifier,
        name=identifier.replace("-", " ").title(),
        kind=AgencyKind.OTHER,
        highest_classification=Classification.IN_CONFIDENCE,
        mail_domains=("agency.example",),
        standings=tuple(Standing(each, "s 2", "file 1") for each in statuses),
    )


def person(identifier: str, of: AgencyId, *statuses: Status) -> Representative:
    return Representative(
        id=RepresentativeId(identifier),
        agency=of,
        name="Sample Person",
        role="Manager",
        email="sample@agency.example",
        active_from=date(2020, 1, 1),
        standings=tuple(Standing(each, "s 2", "file 2") for each in statuses),
    )


CWPA = Status.CHILD_WELFARE_AND_PROTECTION_AGENCY
AGENCIES: Mapping[AgencyId, Agency] = {
    LEAD: agency(LEAD, CWPA),
    HEALTH: agency(HEALTH, CWPA),
    NGO: agency(NGO),
}
PEOPLE = {each.id: each for each in (person("aroha-tauira", LEAD), person("hana-sample", HEALTH))}
AROUND = Surroundings(
    lead=LEAD,
    agencies=AGENCIES,
    people=PEOPLE,
    authorities=frozenset({AuthorityCode("OTA-66C"), AuthorityCode("IPP-11")}),
    broad=lambda text: "Say what of it." if text == "attendance information" else None,
    today=TODAY,
)


def places(content: Content, around: Surroundings = AROUND) -> set[tuple[Section, str]]:
    return {(each.section, each.field) for each in checks(content, around)}


def test_nothing_is_wrong_with_a_sound_draft() -> None:
    """Every section is written, and everything named exists."""
    assert checks(sound(), AROUND) == ()


def test_a_blank_draft_lacks_every_section() -> None:
    """And each lack stands under its section, in the guidance's order."""
    found = checks(Content(), AROUND)
    assert {each.section for each in found} == set(Section) - {Section.MANAGERS}
    assert [*map(list(Section).index, (each.section for each in found))] == sorted(
        map(list(Section).index, (each.section for each in found))
    )
    assert all(each.message and each.remedy for each in found)


ITEM = sound().information[0]
LISTED = sound().agencies
CONDITION = sound().conditions[0]


@pytest.mark.parametrize(
    ("change", "section", "field"),
    [
        ({"in_force_from": date(2026, 11, 30)}, Section.MEETING, "in_force_from"),
        ({"agencies": LISTED[1:]}, Section.AGENCIES, "agencies"),
        ({"agencies": (*LISTED, LISTED[1])}, Section.AGENCIES, "agencies-3-agency"),
        (
            {"agencies": (*LISTED, ListedAgency(AgencyId("nobody"), "Why"))},
            Section.AGENCIES,
            "agencies-3-agency",
        ),
        (
            {"agencies": (LISTED[0], replace(LISTED[1], purpose=" "))},
            Section.AGENCIES,
            "agencies-2-purpose",
        ),
        (
            {"agencies": (LISTED[0], replace(LISTED[1], manager=None))},
            Section.MANAGERS,
            "managers-2-manager",
        ),
        (
            {"agencies": (LISTED[0], replace(LISTED[1], manager=LISTED[0].manager))},
            Section.MANAGERS,
            "managers-2-manager",
        ),
        (
            {"purposes": (Purpose("A", "x", (AuthorityCode("PROTOCOL"),)),)},
            Section.PURPOSES,
            "purpose-1-authorities",
        ),
        (
            {"information": (replace(ITEM, item="attendance information"),)},
            Section.INFORMATION,
            "information-1-item",
        ),
        (
            {"information": (replace(ITEM, classification=None),)},
            Section.INFORMATION,
            "information-1-classification",
        ),
        (
            {"information": (replace(ITEM, category=""), ITEM)},
            Section.INFORMATION,
            "information-1-category",
        ),
        (
            {"information": (ITEM, DraftItem(NGO, "x y z", "c", Classification.IN_CONFIDENCE))},
            Section.INFORMATION,
            "information-2-agency",
        ),
        (
            {"conditions": (replace(CONDITION, categories=("Other",)),)},
            Section.MAORI_DATA,
            "conditions-1-categories",
        ),
        (
            {"conditions": (replace(CONDITION, kind=ConditionKind.RECEIVERS),)},
            Section.MAORI_DATA,
            "conditions-1-agencies",
        ),
        ({"before": Method("By mail.")}, Section.METHOD, "before-password_channels"),
        ({"requirements": ()}, Section.SECURITY, "requirements"),
        ({"review": ReviewTerms(0, LEAD, 30)}, Section.REVIEW, "every_months"),
        ({"review": ReviewTerms(12, NGO, 30)}, Section.REVIEW, "responsible"),
        ({"review": ReviewTerms(12, LEAD, 999)}, Section.REVIEW, "grace_days"),
    ],
)
def test_a_fault_is_found_where_it_is(change: dict[str, Any], section: Section, field: str) -> None:
    """And keeps the draft from being vetted."""
    found = checks(sound(**change), AROUND)
    assert (section, field) in {(each.section, each.field) for each in found}
    assert any(each.blocks for each in found if each.field == field)


def test_an_authority_that_not_every_agency_can_use_is_pointed_out() -> None:
    """By name, as advice: another authority may stand beside it; a person's standing counts."""
    third = ListedAgency(NGO, "To offer support.", RepresentativeId("kim-example"))
    content = sound(agencies=(*LISTED, third))
    kim = person("kim-example", NGO)
    around = replace(AROUND, people={**PEOPLE, kim.id: kim})
    (found,) = checks(content, around)
    assert (found.section, found.field, found.blocks) == (
        Section.PURPOSES,
        "purpose-1-authorities",
        False,
    )
    assert "Te Whare Manaaki" in found.message
    able = person("kim-example", NGO, Status.INDEPENDENT_PERSON)
    assert checks(content, replace(around, people={**PEOPLE, able.id: able})) == ()


def test_an_agency_that_can_use_no_authority_blocks() -> None:
    """It could neither share nor receive; listing it would promise what the rules deny."""
    third = ListedAgency(NGO, "To offer support.", RepresentativeId("kim-example"))
    kim = person("kim-example", NGO)
    around = replace(AROUND, people={**PEOPLE, kim.id: kim})
    only = (Purpose("A", "Agree a plan.", (AuthorityCode("OTA-66C"),)),)
    found = checks(sound(agencies=(*LISTED, third), purposes=only), around)
    assert {(each.field, each.blocks) for each in found} == {
        ("purpose", True),
        ("purpose-1-authorities", False),
    }
    assert all("Te Whare Manaaki" in each.message for each in found)
    expired = replace(AGENCIES[HEALTH].standings[0], expires_on=date(2026, 11, 30))
    lapsed = {**AGENCIES, HEALTH: replace(AGENCIES[HEALTH], standings=(expired,))}
    found = checks(sound(purposes=only), replace(AROUND, agencies=lapsed))
    assert any(each.blocks and each.field == "purpose" for each in found)


def test_an_authority_for_demands_alone_is_pointed_out() -> None:
    """No pack for a meeting goes under it."""
    known = AROUND.authorities | {AuthorityCode("OTA-66")}
    purposes = (
        *sound().purposes,
        Purpose("DEMAND", "Answer demands.", (AuthorityCode("OTA-66"),)),
    )
    (found,) = checks(sound(purposes=purposes), replace(AROUND, authorities=known))
    assert (found.field, found.blocks) == ("purpose-3-authorities", False)
    assert found.source == "Oranga Tamariki Act 1989 s 66(1)"


def test_a_purpose_without_words_or_authority_is_found() -> None:
    """Whichever way it came into the draft."""
    found = checks(sound(purposes=(Purpose("A", " ", ()),)), AROUND)
    assert {each.field for each in found} == {"purpose-1-description", "purpose-1-authorities"}
    assert all(each.blocks for each in found)


def test_a_manager_who_attends_and_a_level_that_not_all_may_receive_are_advice() -> None:
    """Each with the guidance as its source."""
    attending = replace(AROUND, attending=frozenset({RepresentativeId("hana-sample")}))
    (found,) = checks(sound(), attending)
    assert (found.section, found.field, found.blocks) == (
        Section.MANAGERS,
        "managers-2-manager",
        False,
    )
    high = replace(ITEM, classification=Classification.SENSITIVE)
    (found,) = checks(sound(information=(high,)), AROUND)
    assert (found.field, found.blocks, found.source) == ("information", False, GUIDANCE)
    assert found.message.startswith("Tamariki Care may not receive what is classified SENSITIVE")


def test_which_standing_an_authority_needs_is_what_the_rules_ask_for() -> None:
    """For recipient and sender alike; and no rule asks for one that the table does not have."""
    asked: dict[str, set[str]] = {}
    for path in RULES.glob("*.cedar"):
        for rule in path.read_text("utf-8").split("@id(")[1:]:
            name = rule.partition(")")[0].strip('"')
            named = re.search(r'authority\.code == "([A-Z0-9-]+)"', rule)
            standings = re.findall(r'standings\.contains\("([^"]+)"\)', rule)
            if named and standings and name.endswith(("-recipient", "-sender")):
                asked.setdefault(named[1], set()).update(standings)
    for by_request in BY_REQUEST_ONLY:
        del asked[by_request]
    needed = {c: {s.value for s in each.standings} for c, each in USABLE_WITH.items()}
    assert asked == needed


def test_a_password_to_the_same_mailbox_is_advised_against() -> None:
    """The protocol may permit it expressly, so it does not block."""
    method = Method("By mail.", (PasswordChannel.SAME_MAILBOX,))
    (found,) = checks(sound(before=method), AROUND)
    assert not found.blocks
    assert found.section is Section.METHOD


@given(contents())
def test_whatever_is_written_can_be_checked(content: Content) -> None:
    """Nothing that a draft may hold stops the checks."""
    for each in checks(content, AROUND):
        assert each.message.endswith(".")
        assert each.remedy


def test_a_condition_names_listed_agencies_only() -> None:
    """An agency that is not listed receives nothing anyway."""
    named = Condition(
        "X", ConditionKind.RECEIVERS, "Only them.", (), (NGO,), "them", date(2026, 1, 1)
    )
    assert (Section.MAORI_DATA, "conditions-1-agencies") in places(sound(conditions=(named,)))
