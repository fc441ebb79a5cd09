"""Reports: how often each rule refused, and how quickly agencies answer."""

from collections.abc import Iterator, Sequence
from datetime import date
from http import HTTPStatus

from aiohttp import web

from gateway.domain.errors import InvalidInput
from gateway.domain.information_requests.reporting import AgencyTimes, Quarter
from gateway.services import names, review
from gateway.services.request_reports import response_times_of
from gateway.web.calls import Call
from gateway.web.pages.audit.asking import faults_of, read_period, tell_refused
from gateway.web.pages.audit.charts import Chart, Series, chart
from gateway.web.pages.audit.shown import rules_of
from gateway.web.pages.shell import page

_QUARTERS = 12  # that can be chosen: three years
_MOST_BARS = 20  # of a chart; the table beneath has all


async def show_refusals(call: Call) -> web.Response:
    """How often each rule withheld a document or stopped a transfer."""
    asked = read_period(call)
    if asked.errors:
        await tell_refused(call, asked.errors)
        return page(
            call.request,
            "audit/refusals.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            asked=asked,
            errors=asked.errors,
            counted=None,
            chart=None,
        )
    counts = await review.refusals(call.parts, call.actor, asked.wanted)
    bars = [(rule, (Series(str(n), n),)) for rule, n in list(counts.items())[:_MOST_BARS]]
    rules = rules_of(list(counts), call.parts.judge)
    return page(
        call.request,
        "audit/refusals.html",
        asked=asked,
        errors=(),
        counted=[(rule, counts[rule.id], asked.link("/audit", rule=rule.id)) for rule in rules],
        chart=chart("Refusals by rule", bars),
    )


async def show_response_times(call: Call) -> web.Response:
    """How quickly each agency answered in a quarter."""
    present = _quarter_of(call.parts.today())
    typed = call.request.query.get("quarter", "").strip()[:20] or str(present)
    try:
        quarter = Quarter.parse(typed)
    except InvalidInput as error:
        await tell_refused(call, faults_of(error))
        return page(
            call.request,
            "audit/response_times.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            quarter=None,
            quarters=_choices(present, present),
            errors=faults_of(error),
            times=(),
            chart=None,
            agencies={},
        )
    times = await response_times_of(call.parts, call.actor, quarter)
    agencies = await names.of_agencies(call.parts)
    return page(
        call.request,
        "audit/response_times.html",
        quarter=quarter,
        quarters=_choices(present, quarter),
        errors=(),
        times=times,
        chart=_chart(times, agencies),
        agencies=agencies,
    )


def _chart(times: Sequence[AgencyTimes], agencies: dict[str, str]) -> Chart | None:
    groups = [
        (agencies.get(each.agency, each.agency), _bars(each))
        for each in times
        if each.median_days_to_answer is not None
    ]
    return chart("Working days to answer, by agency", groups[:_MOST_BARS])


def _bars(times: AgencyTimes) -> tuple[Series, ...]:
    median, slowest = times.median_days_to_answer, times.slowest_tenth_days_to_answer
    return (
        Series(f"median {median:g}", median or 0),
        Series(f"slowest tenth {slowest:g}", slowest or 0, "bar outlined"),
    )


def _quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def _choices(present: Quarter, chosen: Quarter) -> list[tuple[str, str]]:
    """The quarters to choose among, newest first, the one shown among them."""
    offered = sorted({*_before(present), chosen}, reverse=True)
    return [(str(q), f"{_MONTHS[q.number]} {q.year}") for q in offered]


def _before(quarter: Quarter) -> Iterator[Quarter]:
    for _ in range(_QUARTERS):
        yield quarter
        year, number = quarter.year, quarter.number - 1
        quarter = Quarter(year, number) if number else Quarter(year - 1, 4)


_MONTHS = {
    1: "January to March",
    2: "April to June",
    3: "July to September",
    4: "October to December",
}
