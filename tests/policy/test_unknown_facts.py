"""Properties: what is not known never opens the gate."""

import copy
import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.domain.decisions import Case, Decision
from gateway.policy import CedarJudge, load_bundle
from gateway.policy.facts import FactSheet
from gateway.policy.situations import Situation, case_of, changed

POLICIES = Path(__file__).parents[2] / "policies"
BUNDLE = load_bundle(POLICIES)
JUDGE = CedarJudge(BUNDLE)
BASELINE: Situation = tomllib.loads((POLICIES / "tests/baseline.toml").read_text("utf-8"))
QUICK = hypothesis_settings(max_examples=120, deadline=None)

# What each fact becomes when nobody knows it.
UNKNOWN: dict[str, Any] = {
    "meeting.attendees": [],
    "meeting.children": [],
    "protocol.purposes": [],
    "protocol.signatures": [],
    "protocol.information": [],
    "sender.standings": [],
    "contact.active_from": "9999-12-31",
    "agency.standings": [],
    "agency.mail_domains": [],
    "recipient.email": "",
    "recipient.standings": [],
    "recipient.active_from": "9999-12-31",
    "pack.authority": "",
    "pack.purpose": "",
    "pack.statements": [],
    "pack.consultations": [],
    "document.label.category": "",
    "document.label.source_agency": "",
    "document.label.children": [],
    "document.label.endorsements": ["?"],
}
ABSENT = ("protocol", "channel", "inspected", "recipient.mobile", "agency.handling_acknowledged_on")


def withheld_situations() -> list[Situation]:
    """Every situation of the shipped tests in which the document is withheld."""
    tables = [
        tomllib.loads(path.read_text("utf-8"))
        for path in sorted((POLICIES / "tests").glob("*.toml"))
    ]
    return [
        changed(baseline_of(table), case.get("change", {}), tuple(case.get("without", ())))
        for table in tables
        for case in table.get("case", [])
        if case["expect"] == "withheld"
    ]


def baseline_of(table: Mapping[str, Any]) -> Situation:
    """The situation that a file's cases differ from."""
    if "baseline" not in table:
        return BASELINE
    path = POLICIES / f"tests/baseline-{table['baseline']}.toml"
    return changed(BASELINE, tomllib.loads(path.read_text("utf-8"))["change"])


WITHHELD = withheld_situations()


def judged(situation: Situation) -> Decision:
    return JUDGE.judge([case_of(situation)])[0]


def forgotten(situation: Situation, path: str) -> Situation:
    """`situation` with the fact at `path` not known; unchanged where it has no such fact."""
    parent = situation
    for step in path.split(".")[:-1]:
        parent = parent.get(step, {})
    if path.rsplit(".", maxsplit=1)[-1] not in parent:
        return situation
    if path in ABSENT:
        return changed(situation, {}, (path,))
    return changed(situation, {path: UNKNOWN[path]})


@QUICK
@given(
    st.sampled_from(WITHHELD),
    st.lists(st.sampled_from([*UNKNOWN, *ABSENT]), min_size=1, max_size=4),
)
def test_forgetting_facts_never_lets_a_withheld_document_go(
    situation: Situation, paths: list[str]
) -> None:
    """Of everything withheld in the shipped tests, nothing goes when less is known."""
    assert not judged(situation).allowed
    for path in paths:
        situation = forgotten(situation, path)
    assert not judged(situation).allowed


@pytest.mark.parametrize(
    "path",
    sorted(
        {*UNKNOWN, *ABSENT}
        # a recipient's own standing, endorsements and acknowledgement are not needed for a yes
        - {"recipient.standings", "agency.handling_acknowledged_on"}
    ),
)
def test_each_fact_that_is_not_known_withholds(path: str) -> None:
    """Starting from the baseline, one unknown fact is enough."""
    situation = copy.deepcopy(BASELINE)
    situation["document"]["label"].setdefault("endorsements", [])
    assert judged(situation).allowed
    decision = judged(forgotten(situation, path))
    assert not decision.allowed
    assert decision.denials


def places(facts: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every attribute below `facts`, entity references left whole."""
    if not isinstance(facts, dict) or set(facts) == {"type", "id"}:
        return []
    return [
        place
        for name, value in facts.items()
        for place in [(*path, name), *places(value, (*path, name))]
    ]


def prepared(situation: Situation) -> tuple[Case, list[Any], dict[str, Any]]:
    case = case_of(situation)
    sheet = FactSheet([case], BUNDLE)
    return case, copy.deepcopy(sheet.entities), copy.deepcopy(sheet.requests[0])


def all_places(entities: list[Any]) -> list[tuple[Any, ...]]:
    return [(n, "attrs", *p) for n, e in enumerate(entities) for p in places(e["attrs"])]


def holder_of(entities: list[Any], place: tuple[Any, ...]) -> Any:
    holder: Any = entities
    for step in place[:-1]:
        holder = holder[step]
    return holder


@QUICK
@given(st.data())
def test_losing_an_attribute_never_lets_a_withheld_document_go(data: st.DataObject) -> None:
    """Below the domain too: whatever attribute Cedar misses, nothing withheld is sent."""
    case, entities, request = prepared(data.draw(st.sampled_from(WITHHELD)))
    place = data.draw(st.sampled_from(all_places(entities)))
    del holder_of(entities, place)[place[-1]]
    assert not JUDGE._decide([case], entities, [request])[0].allowed


def test_every_attribute_is_needed_to_let_a_document_go() -> None:
    """From the allowed baseline, taking away any single attribute or entity withholds."""
    case, entities, request = prepared(BASELINE)
    assert JUDGE._decide([case], entities, [request])[0].allowed
    tried = all_places(entities)
    assert len(tried) > 80
    for place in tried:
        fewer = copy.deepcopy(entities)
        del holder_of(fewer, place)[place[-1]]
        assert not JUDGE._decide([case], fewer, [request])[0].allowed, place
    for number in range(len(entities)):
        fewer = entities[:number] + entities[number + 1 :]
        assert not JUDGE._decide([case], fewer, [request])[0].allowed, entities[number]["uid"]


@pytest.mark.parametrize("context", ["{}", '{"day": "2026-03-10"}', "[]", "null", "", "{"])
def test_a_context_that_lacks_something_withholds(context: str) -> None:
    """The day and the gateway's limits are needed like everything else."""
    case, entities, request = prepared(BASELINE)
    decision = JUDGE._decide([case], entities, [request | {"context": context}])[0]
    assert not decision.allowed
    assert "policy-error" in [finding.rule for finding in decision.denials]


@QUICK
@given(
    st.sampled_from(
        ["category", "source_agency", "purpose", "authority", "ground", "email", "attendee"]
    ),
    st.text(max_size=30),
)
def test_any_other_text_in_place_of_a_known_one_withholds(fact: str, text: str) -> None:
    """No made-up category, purpose, authority, ground, address or attendee is ever accepted."""
    case = case_of(BASELINE)
    label, pack = case.document.label, case.pack
    ground = {"66C(a)(i)", "66C(a)(ii)", "66C(a)(vi)"}
    known = {label.category, label.source_agency, pack.purpose, pack.authority, *ground}
    if text in known or text.endswith("@health.example"):
        return
    place = {
        "category": "document.label.category",
        "source_agency": "document.label.source_agency",
        "purpose": "pack.purpose",
        "authority": "pack.authority",
        "ground": "pack.statements.1.ground",
        "email": "recipient.email",
        "attendee": "meeting.attendees",
    }[fact]
    value: Any = [text] if fact == "attendee" else text
    assert not judged(changed(BASELINE, {place: value})).allowed


@hypothesis_settings(max_examples=10, deadline=None)
@given(st.permutations(WITHHELD[:12]))
def test_the_order_of_a_batch_changes_no_decision(situations: list[Situation]) -> None:
    """Each pair gets the decision it gets alone, wherever it stands."""
    cases = [case_of(situation) for situation in situations]
    assert JUDGE.judge(cases) == [JUDGE.judge([dataclasses.replace(c)])[0] for c in cases]
