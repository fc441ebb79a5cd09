"""What a reviewer asks, read from the address of a page, and told again in links and fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode

from gateway.domain.errors import GatewayError, InvalidInput, Problem
from gateway.forms.search import Filter, asked
from gateway.services.review import Wanted
from gateway.web.calls import Call
from gateway.web.keys import VISITOR
from gateway.web.refusal_log import record

FILTERS: Final = tuple(
    name for name in Filter.model_fields if name not in {"since", "until", "order"}
)
PERIOD: Final = ("since", "since_time", "until", "until_time")
_T = TypeVar("_T")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199  # outside them a date is a slip, or overflows as an instant
_LONGEST = 200  # characters of what was typed that a page takes and shows again


class Fault(Protocol):
    """What is wrong with a field, and how to mend it."""

    @property
    def field(self) -> str | None:
        """The field's name."""

    @property
    def message(self) -> str:
        """What is wrong."""

    @property
    def remedy(self) -> str:
        """How to mend it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: as it was typed, what it means, and what is wrong with it."""

    typed: Mapping[str, str]
    wanted: Wanted
    errors: Sequence[Fault] = ()

    @property
    def said(self) -> dict[str, str]:
        """What was typed, without what was left blank."""
        return {name: text for name, text in self.typed.items() if text}

    def link(self, path: str, **more: str) -> str:
        """`path`, asking the same there, and more."""
        said = urlencode(self.said | more)
        return f"{path}?{said}" if said else path


def read_search(call: Call) -> Asked:
    """A search of the log with every filter."""
    period = read_period(call)
    typed = {**period.typed, **_typed(call, FILTERS)}
    given = {name: typed[name] for name in FILTERS if typed[name]}
    try:
        wanted = asked(given).wanted(zone_of(call))
    except InvalidInput as error:
        return Asked(typed, period.wanted, (*period.errors, *faults_of(error)))
    wanted = replace(wanted, since=period.wanted.since, until=period.wanted.until)
    return Asked(typed, wanted, period.errors)


def read_period(call: Call) -> Asked:
    """From when to when to look, in the visitor's zone; the last day counts whole."""
    typed, zone = _typed(call, PERIOD), zone_of(call)
    errors: list[Fault] = []
    since = _moment("since", typed, zone, errors)
    until = _moment("until", typed, zone, errors)
    if since and until and since >= until:
        errors.append(Problem("until", "This ends before it begins.", "Give a later day."))
    return Asked(typed, Wanted(since=since, until=until), tuple(errors))


def faults_of(error: GatewayError) -> Sequence[Fault]:
    """The single faults of an error."""
    listed = error.problems if isinstance(error, InvalidInput) else ()
    return listed or (error,)


async def tell_refused(call: Call, errors: Sequence[Fault]) -> None:
    """Record that what was asked is not of the required form, as other refusals are."""
    first = errors[0]
    await record(call.request, InvalidInput(first.message, first.remedy, field=first.field))


def zone_of(call: Call) -> tzinfo:
    """The visitor's time zone."""
    return call.request[VISITOR].zone


def _typed(call: Call, names: Sequence[str]) -> dict[str, str]:
    query = call.request.query
    return {name: query.get(name, "").strip()[:_LONGEST] for name in names}


def _moment(
    name: str, typed: Mapping[str, str], zone: tzinfo, errors: list[Fault]
) -> datetime | None:
    """The moment that a field for a day and one for a time make; their faults go to `errors`."""
    day, hour = typed[name], typed[f"{name}_time"]
    if not day:
        if hour:
            errors.append(Problem(name, "There is a time without a day.", "Give the day too."))
        return None
    on = _read(date.fromisoformat, day)
    at = _read(time.fromisoformat, hour) if hour else time()
    if on is None or not _FIRST_YEAR <= on.year <= _LAST_YEAR:
        errors.append(Problem(name, "This is not a day.", "Write it as in 2026-12-01."))
        return None
    if at is None or at.tzinfo is not None:
        errors.append(Problem(f"{name}_time", "This is not a time.", "Write it as in 09:30."))
        return None
    if name == "until" and not hour:  # the whole day counts
        on += timedelta(days=1)
    return datetime.combine(on, at, zone)


def _read(how: Callable[[str], _T], text: str) -> _T | None:
    try:
        return how(text)
    except ValueError:
        return None
