"""Whatever the bytes, the request file gives its terms or InvalidInput that can be shown."""

import copy
import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import InvalidInput
from gateway.files.request import RequestFileModel, parse_request
from gateway.forms.requests import ConsultationRecordModel, ItemModel, SubjectModel
from gateway.services.information_requests import RequestTerms

SAMPLE = Path(__file__).parents[2] / "gateway" / "demo" / "sample" / "request-health.toml"
TABLE = tomllib.loads(SAMPLE.read_text("utf-8"))

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

KNOWN = sorted(
    {
        key
        for model in (RequestFileModel, SubjectModel, ItemModel, ConsultationRecordModel)
        for key in model.model_fields
    }
)
keys = st.sampled_from(KNOWN) | st.text(st.characters(codec="utf-8"), max_size=12)
scalars = (
    st.text(st.characters(codec="utf-8"), max_size=60)
    | st.sampled_from(["iris-example", "SECRET", "OTA-66C", "\u202e", "ZAA0067", "child-7f3a"])
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**200, max_value=10**201)
    | st.floats()
    | st.dates(min_value=date(1, 1, 1))
    | st.sampled_from([datetime(9999, 12, 31, 23, 59, tzinfo=UTC), time(23, 59, 59)])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


def check(data: bytes) -> None:
    """Reading `data` gives terms, or problems that can be shown as they are."""
    try:
        read = parse_request(data)
    except InvalidInput as error:
        refusal = error
    else:
        assert isinstance(read, RequestTerms)
        return
    assert refusal.problems
    for problem in refusal.problems:
        assert problem.field
        assert problem.message
        assert problem.remedy
        assert (problem.field + problem.message + problem.remedy).isprintable()


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """The sample with one to four of its keys, or new ones, set to anything or taken away."""
    table: dict[str, Any] = copy.deepcopy(TABLE)
    for _ in range(draw(st.integers(1, 4))):
        inner = [table, table.get("subject"), table.get("consultation")]
        items = table.get("items")
        inner += items if isinstance(items, list) else []
        holders = [each for each in inner if isinstance(each, dict)]
        holder = draw(st.sampled_from(holders))
        key = draw(st.sampled_from(sorted(holder)) | keys if holder else keys)
        if key in holder and draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = draw(values)
    return tomli_w.dumps(table).encode()


@quick
@given(changed())
def test_a_changed_request_file_is_read_or_refused(data: bytes) -> None:
    """Values of any type under any key, keys gone and added."""
    check(data)


@quick
@given(st.dictionaries(keys, values, max_size=8).map(lambda table: tomli_w.dumps(table).encode()))
def test_any_table_is_read_or_refused(data: bytes) -> None:
    """Nothing but TOML that the format does not describe."""
    check(data)


@quick
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(b"")
@example(b"\x00")
@example(b"a.b.c.d.e.f.g.h.i.j.k = 1")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing that is no such file passes for one."""
    check(data)


@quick
@given(st.integers(0, 3000), st.binary(max_size=40), st.integers(0, 200))
def test_a_file_spoilt_anywhere_is_read_or_refused(start: int, put: bytes, gone: int) -> None:
    """A slice of the sample replaced by random bytes."""
    sample = SAMPLE.read_bytes()
    check(sample[:start] + put + sample[start + gone :])
