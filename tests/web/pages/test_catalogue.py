"""The page of the catalogue, its drawing, and what is taken along."""

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.driving import Api
from web.pages.visiting import Visit, words_of

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.services.catalogue import Flow
from gateway.web.pages.catalogue.graph import graph


@pytest.mark.parametrize("role", Role)
async def test_everybody_of_an_agency_sees_its_protocols(api: Api, role: Role) -> None:
    """As they stand, with a drawing of what flows and a table that says the same."""
    reply = await (await Visit.of(api, role)).get("/catalogue")
    assert reply.status == 200
    words = words_of(reply)
    assert "in force" in words
    assert "Who shares what with whom" in words
    assert reply.text.count('class="node"') >= 3
    assert "The table beneath says the same." in words


async def test_a_search_that_fits_nothing_says_so(api: Api) -> None:
    """And what was typed stays, escaped."""
    visit = await Visit.of(api, Role.COORDINATOR)
    reply = await visit.get("/catalogue?q=%3Cb%3Equokka&overdue=yes")
    assert "No protocol fits." in words_of(reply)
    assert "&lt;b&gt;quokka" in reply.text
    assert "<b>quokka" not in reply.text


async def test_it_can_be_taken_along(api: Api) -> None:
    """As CSV and JSON, narrowed as the page is."""
    visit = await Visit.of(api, Role.AUDITOR)
    protocols = await visit.get("/catalogue/protocols.csv?q=kowhai")
    rows = list(csv.DictReader(io.StringIO(protocols.text.lstrip("\ufeff"))))
    assert [row["protocol"] for row in rows] == ["kowhai"]
    assert "attachment" in protocols.headers["Content-Disposition"]
    flows = await visit.get("/catalogue/flows.csv")
    assert len(list(csv.DictReader(io.StringIO(flows.text.lstrip("\ufeff"))))) >= 3
    both = json.loads((await visit.get("/catalogue/catalogue.json?q=kowhai")).text)
    assert [each["protocol"] for each in both["protocols"]] == ["kowhai"]
    assert both["flows"]


FLOWS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] != pair[1]),
    unique=True,
    max_size=40,
)


@given(FLOWS)
def test_the_drawing_stays_within_its_frame(pairs: list[tuple[int, int]]) -> None:
    """However many agencies there are; none is left out, or nothing is drawn."""
    flows = [
        Flow(AgencyId(f"a{one}"), AgencyId(f"a{other}"), ("x",), ("y",), (), ("p",))
        for one, other in pairs
    ]
    drawn = graph(flows, {})
    agencies = {agency for flow in flows for agency in (flow.source, flow.recipient)}
    if drawn is None:
        assert not agencies or len(agencies) > 24
        return
    assert len(drawn.nodes) == len(agencies)
    assert len(drawn.edges) == len(flows)
    numbers = [float(n) for edge in drawn.edges for n in re.findall(r"-?\d+\.\d+", edge.path)]
    assert all(-1 <= number <= max(drawn.width, drawn.height) + 1 for number in numbers)
