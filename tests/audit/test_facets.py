"""By what an entry is found: values under the names that hold them, wherever they stand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.audit.facets import Facet, Facets

ENTRY = Entry(
    uid="e",
    at=datetime(2026, 11, 5, tzinfo=UTC),
    action=Action.TRANSFER_QUEUED,
    outcome=Outcome.SUCCESS,
    agency="agency-a",
    actor={"kind": "person", "person": "p1"},
    subject={},
    origin=Origin("host.example", "0"),
)
NAMES = {
    "rules": Facet.RULE,
    "denied_by": Facet.RULE,
    "warned_by": Facet.RULE,
    "children": Facet.CHILD,
    "child": Facet.CHILD,
    "document": Facet.DOCUMENT,
    "digest": Facet.DOCUMENT,
    "sha256": Facet.DOCUMENT,
    "recipient": Facet.RECIPIENT,
    "recipient_agency": Facet.RECIPIENT_AGENCY,
    "pack": Facet.PACK,
}
OTHERS: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text("xyz", max_size=2), inner, max_size=3),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize(("name", "facet"), NAMES.items())
@pytest.mark.parametrize("where", ["subject", "detail"])
def test_a_value_is_found_under_its_name(name: str, facet: Facet, where: str) -> None:
    """As text, as a list of texts, and inside of lists and objects; in subject and detail."""
    shapes: list[JSON] = ["a", ["a"], ["a", 1, None, "a"]]
    for value in shapes:
        for held in ({name: value}, {"documents": [{"size": 1}, {name: value}]}):
            entry = replace(ENTRY, **{where: held})  # type: ignore[arg-type]
            assert Facets.of(entry).terms == {facet.term("a")}


@given(held=st.dictionaries(st.sampled_from(["x", "note", "state"]), OTHERS, max_size=3))
def test_nothing_else_is_a_term(held: dict[str, JSON]) -> None:
    """Values under other names are not, whatever they are."""
    assert Facets.of(replace(ENTRY, subject=held, detail=held)).terms == frozenset()


@given(value=OTHERS, deep=st.integers(0, 4))
def test_a_term_is_found_at_any_depth(value: JSON, deep: int) -> None:
    """Beside anything."""
    held: JSON = {"x": value, "child": "c"}
    for _ in range(deep):
        held = {"y": [value, held]}
    assert Facets.of(replace(ENTRY, detail={"z": held})).terms == {"child:c"}


def test_the_same_value_is_one_term() -> None:
    """Found in several places, it counts once; of several kinds, once for each."""
    entry = replace(ENTRY, subject={"document": "d", "pack": "d"}, detail={"sha256": "d"})
    assert Facets.of(entry).terms == {"document:d", "pack:d"}


def test_kinds_cannot_be_taken_for_each_other() -> None:
    """No kind's name and colon begin a term of another kind."""
    for facet in Facet:
        for other in set(Facet) - {facet}:
            assert not other.term("x").startswith(facet.term(""))


@pytest.mark.parametrize(
    ("actor", "found"),
    [
        ({"kind": "person", "person": "p1"}, "p1"),
        ({"kind": "operator", "person": None}, "operator"),
        ({"kind": "worker"}, "worker"),
    ],
)
def test_the_actor_is_the_person_or_else_the_kind(actor: dict[str, JSON], found: str) -> None:
    """So that what no person did can be looked for too."""
    assert Facets.of(replace(ENTRY, actor=actor)).actor == found


def test_transfer_and_meeting_are_the_subjects() -> None:
    """Only as text, and not from the detail."""
    subject: dict[str, JSON] = {"transfer": "t", "meeting": "m"}
    facets = Facets.of(replace(ENTRY, subject=subject))
    assert (facets.transfer, facets.meeting) == ("t", "m")
    facets = Facets.of(replace(ENTRY, subject={"transfer": 1}, detail=subject))
    assert (facets.transfer, facets.meeting) == (None, None)
