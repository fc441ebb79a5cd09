"""Whatever the bytes, a reader gives its result or InvalidInput, and every problem can be shown."""

import copy
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import InvalidInput
from gateway.domain.register import Register
from gateway.files.pack import PackFile, parse_pack
from gateway.files.register import parse_register

SAMPLE = Path(__file__).parents[2] / "gateway" / "demo" / "sample"
REGISTER = (SAMPLE / "register.toml").read_bytes()
PACK = (SAMPLE / "pack.toml").read_bytes()
READERS: list[tuple[bytes, Callable[[bytes], object], type]] = [
    (REGISTER, parse_register, Register),
    (PACK, parse_pack, PackFile),
]

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

keys = st.sampled_from(["id", "agency", "email", "child", "standing", "version", "name"]) | st.text(
    st.characters(codec="utf-8"), max_size=12
)
scalars = (
    st.text(st.characters(codec="utf-8"), max_size=60)
    | st.sampled_from(["ben-sample", "SECRET", "a@b.example", "+64211234567", "\u202e", "ZAA0067"])
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**200, max_value=10**201)
    | st.floats()
    | st.dates(min_value=date(1, 1, 1))
    | st.datetimes()
    | st.sampled_from([datetime(9999, 12, 31, 23, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
    | st.sampled_from([time(0), time(23, 59, 59)])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path in `value`."""
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in [(*path, k), *places(v, (*path, k))]]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in [(*path, i), *places(v, (*path, i))]]
    return []


@st.composite
def mutated(draw: st.DrawFn, sample: bytes) -> bytes:
    """A file that differs from `sample` in one to four places."""
    table = copy.deepcopy(tomllib.loads(sample.decode()))
    for _ in range(draw(st.integers(1, 4))):
        place: tuple[Any, ...] = draw(st.sampled_from(places(table) or [("agency",)]))
        *way, last = place
        holder: Any = table
        for step in way:
            holder = holder[step]
        match draw(st.sampled_from(["replace", "remove", "repeat", "add"])):
            case "replace":
                holder[last] = draw(values)
            case "remove":
                del holder[last]
            case "repeat" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case _ if isinstance(holder, dict):
                holder[draw(keys)] = draw(values)
            case _:
                holder.insert(0, draw(values))
    return tomli_w.dumps(table).encode()


def check(data: bytes, parse: Callable[[bytes], object], result: type) -> None:
    """Reading `data` gives a `result` or problems that can be shown as they are."""
    try:
        read = parse(data)
    except InvalidInput as error:
        refusal = error
    else:
        assert isinstance(read, result)
        return
    assert refusal.problems
    for problem in refusal.problems:
        assert problem.field
        assert problem.message
        assert problem.remedy
        assert (problem.field + problem.message + problem.remedy).isprintable()


@quick
@given(mutated(REGISTER))
def test_a_changed_register_is_read_or_refused(data: bytes) -> None:
    """Values of any type in any place, keys gone, added and repeated."""
    check(data, parse_register, Register)


@quick
@given(mutated(PACK))
def test_a_changed_pack_file_is_read_or_refused(data: bytes) -> None:
    """Values of any type in any place, keys gone, added and repeated."""
    check(data, parse_pack, PackFile)


@quick
@given(st.sampled_from(READERS), st.data())
def test_bytes_spoilt_anywhere_are_read_or_refused(
    reader: tuple[bytes, Callable[[bytes], object], type], data: st.DataObject
) -> None:
    """A slice replaced by random bytes, the file cut off, or both."""
    sample, parse, result = reader
    start = data.draw(st.integers(0, len(sample)))
    length = data.draw(st.integers(0, 200))
    end = data.draw(st.integers(start, len(sample)) | st.just(len(sample)))
    spoilt = sample[:start] + data.draw(st.binary(max_size=40)) + sample[start + length : end]
    check(spoilt, parse, result)


@quick
@given(st.sampled_from(READERS), st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_refused(
    reader: tuple[bytes, Callable[[bytes], object], type], data: bytes
) -> None:
    """Nothing that is no such file passes for one."""
    _, parse, result = reader
    check(data, parse, result)
