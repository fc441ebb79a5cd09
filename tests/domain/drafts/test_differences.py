"""Differences between two states of a protocol, in words."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from support.drafted import HEALTH, LEAD, contents, sound

from gateway.domain.drafts.content import Content
from gateway.domain.drafts.differences import differences
from gateway.domain.drafts.states import Section
from gateway.domain.protocol_terms import ListedAgency
from gateway.domain.register import AgencyId

NAMES = {LEAD: "Tamariki Care", HEALTH: "Te Rohe Health"}
POLICE = AgencyId("regional-police")


def said(before: Content, after: Content) -> list[str]:
    return [each.sentence for each in differences(before, after, NAMES)]


@given(contents(), contents())
def test_nothing_is_said_only_of_what_is_the_same(one: Content, other: Content) -> None:
    """Every difference has a sentence; what is equal has none."""
    assert bool(differences(one, other, NAMES)) == (one != other)
    assert differences(one, one, NAMES) == ()


@given(contents(), contents())
def test_the_way_back_has_as_many_sections(one: Content, other: Content) -> None:
    """What differs one way differs the other way, and before and after change places."""
    there, back = differences(one, other, NAMES), differences(other, one, NAMES)
    assert {each.section for each in there} == {each.section for each in back}
    assert sorted((d.before, d.after) for d in there) == sorted((d.after, d.before) for d in back)


def test_it_is_said_in_sentences() -> None:
    """Who shares what more or less, by name."""
    before = sound()
    more = replace(before.information[0], item="Date of the last visit of a nurse")
    listed = ListedAgency(POLICE, "To know of callouts.")
    after = replace(
        before,
        information=(*before.information, more),
        agencies=(*before.agencies, listed),
        retention="For a year.",
        in_force_from=date(2027, 3, 1),
    )
    told = said(before, after)
    assert "Te Rohe Health now also shares: Date of the last visit of a nurse." in told
    assert "regional-police is listed." in told
    assert "Storage, retention and disposal is worded differently." in told
    assert "The day of coming into force is worded differently." in told
    assert "Te Rohe Health no longer shares: Date of the last visit of a nurse." in said(
        after, before
    )


def test_another_order_is_said_to_be_one() -> None:
    """Where nothing else differs."""
    before = sound()
    after = replace(before, agencies=before.agencies[::-1])
    (told,) = differences(before, after, NAMES)
    assert told.section is Section.AGENCIES
    assert told.sentence == "The agencies stand in another order."
