"""What a person asks of the audit log: each filter's form, and what days and times mean."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.audit.entries import Action, Outcome
from gateway.domain.errors import InvalidInput
from gateway.domain.register import ChildReference, MeetingId
from gateway.forms.search import Filter, Period
from gateway.forms.values import Fault
from gateway.services.log_storage import Order
from gateway.services.review import Wanted

AUCKLAND = ZoneInfo("Pacific/Auckland")
EVERYTHING = {
    "since": "2026-12-01T09:30:00Z",
    "until": "2026-12-02T09:30:00.5+13:00",
    "actor": "pat-tauira",
    "agency": "tamariki-care",
    "action": "transfer.mailed",
    "outcome": "unknown",
    "rule": "recipient-not-active",
    "meeting": "kowhai-2026-12-08",
    "child": "child-7f3a",
    "document": "A" * 64,
    "archive": "0" * 64,
    "transfer": "01M8QEDC00HQ9QJDTVKWSVZXGH",
    "pack": "01M8QEDC00HRKZ4R69CG5WX6Y0",
    "recipient": "ben-sample",
    "order": "oldest",
}


def faulty(form: type[Filter] | type[Period], **given: object) -> set[str]:
    """The fields that are at fault; each fault says what is wrong and how to mend it."""
    with pytest.raises(ValidationError) as caught:
        form.model_validate(given)
    errors = caught.value.errors()
    for error in errors:
        fault = error.get("ctx", {}).get("error")
        if isinstance(fault, Fault):
            assert fault.message.endswith(".")
            assert fault.remedy.endswith(".")
            said = fault.message + fault.remedy
            assert not any(str(value) in said for value in given.values() if len(str(value)) > 3)
    return {str(error["loc"][0]) for error in errors}


def test_every_filter_reaches_the_use_case() -> None:
    """Under its own name, with actions, outcomes and times as values of their own."""
    assert Filter.model_validate(EVERYTHING).wanted(AUCKLAND) == Wanted(
        since=datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
        until=datetime(2026, 12, 2, 9, 30, 0, 500_000, timezone(timedelta(hours=13))),
        actor="pat-tauira",
        agency="tamariki-care",
        action=Action.TRANSFER_MAILED,
        outcome=Outcome.UNKNOWN,
        rule="recipient-not-active",
        meeting=MeetingId("kowhai-2026-12-08"),
        child=ChildReference("child-7f3a"),
        document="A" * 64,
        archive="0" * 64,
        transfer="01M8QEDC00HQ9QJDTVKWSVZXGH",
        pack="01M8QEDC00HRKZ4R69CG5WX6Y0",
        recipient="ben-sample",
        order=Order.OLDEST_FIRST,
    )
    assert set(EVERYTHING) == set(Filter.model_fields)


def test_asking_for_nothing_gives_everything_newest_first() -> None:
    """No filter is set by default, and none is named in the log then."""
    wanted = Filter().wanted(UTC)
    assert wanted == Wanted(order=Order.NEWEST_FIRST)
    assert wanted.filters() == []


def test_the_log_is_told_the_names_of_filters_alone() -> None:
    """Each that is set, and no value."""
    names = Filter.model_validate(EVERYTHING).wanted(UTC).filters()
    assert names == [name for name in EVERYTHING if name != "order"]


@pytest.mark.parametrize("field", sorted(set(EVERYTHING) - {"order"}))
def test_each_filter_is_named_when_malformed(field: str) -> None:
    """Nothing, blanks, line ends, markup, control characters, other alphabets, great length."""
    for text in ("", " ", "a b", "a\n", "<b>", "a\x00", "\u0661", "x" * 10_000, "*", "%", "'--"):
        assert faulty(Filter, **{field: text}) == {field}
    for value in (1, 1.5, True, ["a"], {"a": "b"}):
        assert faulty(Filter, **{field: value}) == {field}


def test_an_unknown_filter_is_a_fault() -> None:
    """A slip in a name must not widen the search."""
    assert faulty(Filter, infant="child-7f3a") == {"infant"}
    assert faulty(Period, action="pack.sent") == {"action"}


def test_every_action_and_outcome_can_be_searched_for() -> None:
    """By the name the log has; in another spelling it is a fault."""
    for action in Action:
        assert Filter.model_validate({"action": action.value}).action is action
        assert faulty(Filter, action=action.value.upper()) == {"action"}
    for outcome in Outcome:
        assert Filter.model_validate({"outcome": outcome.value}).outcome is outcome


def test_a_day_begins_in_the_given_zone() -> None:
    """At its midnight there, in summer and in winter."""
    for day, hour in (("2026-12-01", 11), ("2026-07-01", 12)):
        since = Period.model_validate({"since": day}).wanted(AUCKLAND).since
        until = Period.model_validate({"until": day}).wanted(AUCKLAND).until
        assert since == until
        assert since is not None
        before = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=1)
        assert since.astimezone(UTC) == before.replace(hour=hour)


@pytest.mark.parametrize("form", [Period, Filter])
@pytest.mark.parametrize("until", ["2026-11-30", "2026-12-01", "2026-11-30T11:00:00Z"])
def test_a_period_that_ends_before_it_begins_is_refused(form: type[Period], until: str) -> None:
    """It would find nothing, which reads as if there were nothing."""
    period = form.model_validate({"since": "2026-12-01", "until": until})
    with pytest.raises(InvalidInput) as error:
        period.wanted(AUCKLAND)
    assert error.value.field == "until"


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T09:30",  # without a zone it is nobody's time
        "2026-12-01T09:30:00",
        "2026-12-01 09:30:00Z",
        "2026-12-01T9:30Z",
        "2026-12-01T09Z",
        "2026-12-01T24:00Z",
        "2026-12-01T09:60Z",
        "2026-12-01T09:30:60Z",
        "2026-12-01T09:30:00.1234567Z",
        "2026-12-01T09:30z",
        "2026-12-01T09:30+24:00",
        "2026-12-01T09:30+1300",
        "2026-12-01Z",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "20261201",
        "2026-W49-2",
        "2026-12-1",
        "-2026-12-01",
        "+12026-12-01",
        "\u0662\u0660\u0662\u0666-12-01",
        "2026-12-01\n",
        "1764547200",
        "yesterday",
    ],
)
def test_what_is_no_time_is_a_fault(text: str) -> None:
    """Only a whole day, or a time with its zone, that is on the calendar."""
    assert faulty(Period, since=text) == {"since"}
    assert faulty(Filter, until=text) == {"until"}


@given(
    st.datetimes(timezones=st.timezones(no_cache=True) | st.just(UTC)),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
)
def test_a_time_means_the_same_moment(moment: datetime, precision: str) -> None:
    """Written with its offset in any usual precision, it is read back as that moment."""
    offset = moment.utcoffset() or timedelta()
    whole = timedelta(minutes=round(offset.total_seconds() / 60))  # old zones have odd seconds
    written = moment.replace(tzinfo=timezone(whole)).isoformat(timespec=precision)
    read = Period.model_validate({"since": written}).wanted(UTC).since
    assert read == datetime.fromisoformat(written)


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_a_fault(text: str) -> None:
    """Nothing else happens, and what is taken is taken as it is."""
    for field in EVERYTHING:
        try:
            form = Filter.model_validate({field: text})
        except ValidationError:
            continue
        assert getattr(form, field) == text
        form.wanted(AUCKLAND)
