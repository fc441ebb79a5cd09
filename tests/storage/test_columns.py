"""How domain values are written into columns and read back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from gateway.domain.classification import Classification
from gateway.domain.errors import Tampered
from gateway.domain.packs import Consultation, Label, Statement
from gateway.domain.register import Child, InformationItem, Method, Purpose, Signature, Standing
from gateway.domain.transfers import Progress, Sealed, State, Transfer
from gateway.storage.columns import Moment, TypeCodec, Word
from gateway.storage.progress import TRANSFER_PROGRESS

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-3))])
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_WORDS = st.text("abc", min_size=1)

st.register_type_strategy(datetime, st.datetimes(timezones=_ZONES))
st.register_type_strategy(str, _TEXT)

_PROGRESS = st.one_of(*map(st.from_type, get_args(Progress)))


@given(_PROGRESS)
def test_progress_comes_back_as_it_was(progress: Progress) -> None:
    """Every state with everything it knows survives being stored, and bears its state's name."""
    stored = TRANSFER_PROGRESS.dump(progress)
    assert TRANSFER_PROGRESS.load(stored) == progress
    assert type(TRANSFER_PROGRESS.load(stored)) is type(progress)
    assert stored["state"] in list(State)


@given(st.from_type(Transfer))
def test_progress_is_tagged_with_the_transfers_state(transfer: Transfer) -> None:
    """The tag is what the domain calls the state."""
    assert TRANSFER_PROGRESS.dump(transfer.progress)["state"] == transfer.state.value


@given(_PROGRESS, st.sampled_from(list(State)))
def test_progress_under_another_tag_is_refused(progress: Progress, state: State) -> None:
    """A tag that does not fit what stands beside it never yields a state."""
    stored = TRANSFER_PROGRESS.dump(progress)
    if stored["state"] == state.value:
        return
    try:
        loaded = TRANSFER_PROGRESS.load({**stored, "state": state.value})
    except Tampered:
        return
    # some states know the same things under the same names, so a swap of tags can be read
    assert TRANSFER_PROGRESS.dump(loaded) == {**stored, "state": state.value}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        {"state": "lost"},
        {"state": None},
        {"state": "queued", "extra": 1},
        {"state": "sealed"},
        {"state": "sealed", "archive": {"blob": "b", "size_bytes": "1", "sha256": ""}},
        {"state": "expired", "at": 0},
    ],
)
def test_malformed_progress_is_refused(stored: Any) -> None:
    """Unknown, missing and loosely typed members are errors, not guesses."""
    with pytest.raises(Tampered):
        TRANSFER_PROGRESS.load(stored)


@given(st.data())
@pytest.mark.parametrize(
    "kind",
    [Standing, Statement, Consultation, Label, Child, InformationItem, Method, Purpose, Signature],
)
def test_parts_of_records_come_back_as_they_were(kind: type[Any], data: st.DataObject) -> None:
    """Every dataclass that is stored as JSON survives it."""
    codec: TypeCodec[Any] = TypeCodec(tuple[kind, ...])  # type: ignore[valid-type]
    value = data.draw(st.lists(st.from_type(kind), max_size=3).map(tuple))
    assert codec.load(codec.dump(value)) == value


@given(_WORDS, _WORDS)
def test_unknown_members_are_refused(name: str, value: str) -> None:
    """A member that the dataclass does not have is not passed over."""
    codec = TypeCodec(Consultation)
    stored = codec.dump(Consultation(*["c", True, "asked"]))  # type: ignore[arg-type]
    with pytest.raises(Tampered):
        codec.load({**stored, f"x{name}": value})


def test_an_unreadable_record_does_not_show_itself() -> None:
    """The error tells nothing of what was stored."""
    with pytest.raises(Tampered) as caught:
        TypeCodec(Sealed).load({"archive": "a child's name"})
    assert "child" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_time_without_offset_is_not_stored() -> None:
    """A naive time could mean any of two dozen moments."""
    with pytest.raises(ValueError, match="offset"):
        Moment().process_bind_param(datetime(2026, 1, 1), _DIALECT)  # noqa: DTZ001


def test_a_word_that_is_not_listed_is_refused() -> None:
    """Neither written nor read."""
    column = Word(Classification)
    with pytest.raises(ValueError, match="SECRETISH"):
        column.process_bind_param("SECRETISH", _DIALECT)  # type: ignore[arg-type]
    with pytest.raises(Tampered):
        column.process_result_value("SECRETISH", _DIALECT)
