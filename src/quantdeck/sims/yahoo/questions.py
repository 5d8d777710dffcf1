"""What a question for a chart means, and whether it can be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.sims.options.sessions import days_of
from quantdeck.sims.yahoo.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.sims.yahoo.listing import Security

_NS = 1_000_000_000
_DAY_S = 86_400
RANGES = ("1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max")
"""Spans that a question may name."""

_RANGE_DAYS = {
    "1mo": 31,
    "3mo": 92,
    "6mo": 183,
    "1y": 366,
    "2y": 731,
    "5y": 1_827,
    "10y": 3_653,
    "max": 36_525,
}
INTRADAY = {"1m": 1, "2m": 2, "5m": 5, "15m": 15, "30m": 30, "60m": 60, "90m": 90, "1h": 60}
"""Minutes of the intervals within a day."""

DAILY = ("1d", "5d", "1wk", "1mo", "3mo")
"""Intervals of a day and more."""

_BACK_DAYS = {"1m": 30, "60m": 730, "1h": 730}
_OTHERS_BACK_DAYS = 60
_SPAN_DAYS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a chart.

    Parameters
    ----------
    interval : str
        One of `INTRADAY` and `DAILY`.
    first_ns, end_ns : int
        Span of the starts. [ns]
    span : str
        One of `RANGES`; empty where both ends were given.
    events : frozenset of str
        Kinds of events asked for.
    """

    interval: str
    first_ns: int
    end_ns: int
    span: str
    events: frozenset[str]


def asked(query: Mapping[str, str], security: Security, now_ns: int) -> Asked:
    """Return what a query asks for.

    Raises
    ------
    Refusal
        If it makes no sense, or reaches further back than there are bars.
    """
    interval = query.get("interval", "1d")
    if interval not in INTRADAY and interval not in DAILY:
        known = ", ".join((*INTRADAY, *DAILY))
        words = f"Invalid input - interval={interval} is not supported. Valid intervals: [{known}]"
        raise Refusal("chart", 422, "Unprocessable Entity", words)
    events = frozenset(
        part.strip() for part in query.get("events", "").replace("|", ",").split(",")
    )
    try:
        if "period1" in query or "period2" in query:
            first = int(float(query.get("period1", "0")))
            end = int(float(query.get("period2", str(now_ns // _NS))))
            span = ""
        else:
            span = query.get("range", "1d")
            first, end = _span(span, now_ns)
    except ValueError:
        words = "Invalid input - period1 and period2 are seconds since 1970, range one of " + str(
            list(RANGES)
        )
        raise Refusal("chart", 422, "Unprocessable Entity", words) from None
    if first >= end:
        words = f"Invalid input - start date cannot be after end date. startDate = {first}, endDate = {end}"
        raise Refusal("chart", 400, "Bad Request", words)
    if not span:
        _check_reach(interval, first, end, now_ns // _NS)
    if end <= _first_s(security):
        raise Refusal(
            "chart",
            400,
            "Bad Request",
            f"Data doesn't exist for startDate = {first}, endDate = {end}",
        )
    return Asked(interval, first * _NS, end * _NS, span, events)


def _first_s(security: Security) -> int:
    if security.coin is not None:
        return days_of(security.coin.first) * _DAY_S
    return -(2**40)


def _span(span: str, now_ns: int) -> tuple[int, int]:
    now = now_ns // _NS
    if span in ("1d", "5d"):
        return now - 12 * _DAY_S, now + 1
    if span == "ytd":
        year = datetime.fromtimestamp(now, UTC).year
        return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()), now + 1
    if span not in _RANGE_DAYS:
        raise ValueError(span)
    return now - _RANGE_DAYS[span] * _DAY_S, now + 1


def _check_reach(interval: str, first: int, end: int, now: int) -> None:
    if interval in DAILY:
        return
    if interval == "1m" and end - first > _SPAN_DAYS * _DAY_S:
        words = (
            f"1m data not available for startTime={first} and endTime={end}. Only {_SPAN_DAYS} days "
            "worth of 1m granularity data are allowed to be fetched per request."
        )
        raise Refusal("chart", 422, "Unprocessable Entity", words)
    back = _BACK_DAYS.get(interval, _OTHERS_BACK_DAYS)
    if first < now - back * _DAY_S - 60:
        words = (
            f"{interval} data not available for startTime={first} and endTime={end}. The requested "
            f"range must be within the last {back} days."
        )
        raise Refusal("chart", 422, "Unprocessable Entity", words)
