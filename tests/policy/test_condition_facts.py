"""What conditions on Māori data become for the rules."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support.agreed import terms

from gateway.domain.decisions import Case
from gateway.domain.packs import ConditionStatement
from gateway.domain.protocol_terms import Condition, ConditionKind
from gateway.policy.condition_facts import condition_attributes, conditions_stated

CATEGORIES = ("attendance", "whakapapa", "health")
AGENCIES = ("lead", "health", "iwi")
CONDITIONS = st.lists(
    st.builds(
        Condition,
        code=st.uuids().map(str),
        kind=st.sampled_from(ConditionKind),
        statement=st.just("Example"),
        categories=st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
        agencies=st.lists(st.sampled_from(AGENCIES), unique=True).map(tuple),
        set_with=st.just("Example rūnanga"),
        set_on=st.just(date(2026, 1, 1)),
    ),
    max_size=5,
)


@given(CONDITIONS)
def test_nobody_receives_whom_a_condition_leaves_out(
    baseline: Case, conditions: list[Condition]
) -> None:
    """Whatever covers the document counts, and nothing else."""
    case = baseline
    assert case.protocol is not None
    protocol = replace(case.protocol, terms=terms(conditions=tuple(conditions)))
    facts = condition_attributes(replace(case, protocol=protocol))
    covering = [each for each in conditions if each.covers(case.document.label.category)]
    limits = [each for each in covering if each.kind is ConditionKind.RECEIVERS]
    assert facts["receivers_limited"] == bool(limits)
    for agency in AGENCIES:
        allowed = all(agency in each.agencies for each in limits)
        assert (agency in facts["receivers"]) == (bool(limits) and allowed)
    assert facts["conditions_to_keep"] == [each.code for each in covering]
    assert set(facts["conditions_to_state"]) == {
        each.code
        for each in covering
        if each.kind in {ConditionKind.ASKED_FIRST, ConditionKind.PLACE}
    }


def test_a_version_from_a_register_file_sets_none(baseline: Case) -> None:
    """And neither does one that is not there."""
    case = baseline
    assert case.protocol is not None
    assert case.protocol.terms is None
    for bare in (case, replace(case, protocol=None)):
        facts = condition_attributes(bare)
        assert not facts["receivers_limited"]
        assert facts["conditions_to_keep"] == facts["conditions_to_state"] == []


def test_what_is_blank_states_nothing(baseline: Case) -> None:
    """A statement counts once it says something."""
    given = (ConditionStatement("A", "Asked."), ConditionStatement("B", " \n"))
    assert conditions_stated(replace(baseline.pack, conditions=given)) == ["A"]
