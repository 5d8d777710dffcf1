"""Bars of stocks, indices and options: of any span page by page, and of single days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from quantdeck.feeds.polygon.endpoints import Endpoint
from quantdeck.feeds.polygon.prices import BarPage, BarRow, DayAnswer
from quantdeck.feeds.polygon.symbols import ticker_of
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from quantdeck.feeds.polygon.rest import PolygonRest

NEW_YORK = ZoneInfo("America/New_York")
"""Zone of trading days."""

_PER_PAGE = 50_000
_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS
_RECENT_S = 60.0
_UNIT_MS = {"second": 1_000, "minute": 60_000, "hour": 3_600_000}
_TIMEFRAME = re.compile(r"(\d{1,3})(Sec|S|Min|T|Hour|H|Day|D|Week|W|Month|M)")
_SPANS = {
    **dict.fromkeys(("Sec", "S"), "second"),
    **dict.fromkeys(("Min", "T"), "minute"),
    **dict.fromkeys(("Hour", "H"), "hour"),
    **dict.fromkeys(("Day", "D"), "day"),
    **dict.fromkeys(("Week", "W"), "week"),
    **dict.fromkeys(("Month", "M"), "month"),
}


class BarChunk(NamedTuple):
    """Bars of one answer.

    Parameters
    ----------
    rows : list of BarRow
        Oldest first.
    is_delayed : bool
        Whether the plan's data are late.
    fetched_ns : int
        When the answer came, UTC. [ns]
    """

    rows: list[BarRow]
    is_delayed: bool
    fetched_ns: int


class Timeframe(msgspec.Struct, frozen=True):
    """Length of a bar.

    Parameters
    ----------
    multiplier : int
        How many.
    timespan : str
        Of which: second, minute, hour, day, week or month.
    """

    multiplier: int
    timespan: str

    @property
    def is_of_days(self) -> bool:
        """Whether it is made of whole sessions."""
        return self.timespan in {"day", "week", "month"}


def timeframe_of(text: str) -> Timeframe:
    """Return what a text such as ``5Min`` stands for.

    Raises
    ------
    BadInput
        If it is none.

    Examples
    --------
    >>> timeframe_of("5Min"), timeframe_of("1D").timespan
    (Timeframe(multiplier=5, timespan='minute'), 'day')
    """
    found = _TIMEFRAME.fullmatch(text)
    if found is None or not int(found[1]):
        raise BadInput(f"{text!r} is no timeframe; write 1Min, 5Min, 1Hour, 1Day or the like")
    return Timeframe(int(found[1]), _SPANS[found[2]])


async def bar_pages(
    rest: PolygonRest,
    symbol: str,
    timeframe: Timeframe,
    *,
    span_ns: tuple[int, int],
    adjusted: bool,
) -> AsyncIterator[BarChunk]:
    """Yield the pages of the bars that start within a span, oldest first.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    symbol : str
        Canonical symbol.
    timeframe : Timeframe
        Length of the bars.
    span_ns : tuple of int
        First start, and the start from which on none is wanted, UTC; of days it is their dates that
        count. [ns]
    adjusted : bool
        In today's shares instead of as traded.

    Yields
    ------
    BarChunk
        The bars of an answer; none without any.

    Raises
    ------
    BadInput, NotEntitled, VenueError
        If they cannot be had.
    """
    first_ns, end_ns = span_ns
    if timeframe.is_of_days:
        begin, end = _date_of(first_ns).isoformat(), _date_of(end_ns - 1).isoformat()
    else:
        # The last bar that can be meant: the same question for a while, for which an answer is kept.
        length_ms = timeframe.multiplier * _UNIT_MS[timeframe.timespan]
        last_ms = (end_ns - 1) // 1_000_000 // length_ms * length_ms
        begin, end = str(first_ns // 1_000_000), str(max(first_ns // 1_000_000, last_ms))
    path = (
        f"/v2/aggs/ticker/{ticker_of(symbol)}/range/{timeframe.multiplier}/{timeframe.timespan}/"
        f"{begin}/{end}"
    )
    params = {"adjusted": "true" if adjusted else "false", "sort": "asc", "limit": _PER_PAGE}
    # What has ended long ago does not change, today's bars do.
    is_recent = end_ns > rest.clock.now_ns() - _DAY_NS
    fresh_s = _RECENT_S if is_recent else float("inf")
    async for page in rest.pages(Endpoint.BARS, path, params, shape=BarPage, fresh_s=fresh_s):
        rows = rest.readable(page.results, BarRow)
        inside = [row for row in rows if first_ns <= start_ns(row, timeframe) < end_ns]
        if inside:
            yield BarChunk(inside, page.is_delayed, page.fetched_ns)


def start_ns(row: BarRow, timeframe: Timeframe) -> int:
    """Return when a bar starts, UTC: a day at midnight UTC of its date. [ns].

    The vendor writes midnight in New York.

    Examples
    --------
    >>> start_ns(BarRow(t=1_795_064_400_000), Timeframe(1, "day")) // 10**9
    1795046400
    """
    if not timeframe.is_of_days:
        return row.t * 1_000_000
    return midnight_ns(datetime.fromtimestamp(row.t / 1000, NEW_YORK).date())


async def previous_close(rest: PolygonRest, symbol: str) -> tuple[date, BarRow]:
    """Return the last whole session and its bar, in today's shares.

    Raises
    ------
    NoData
        If the vendor has none.
    BadInput, NotEntitled, VenueError
        If it cannot be had.
    """
    path = f"/v2/aggs/ticker/{ticker_of(symbol)}/prev"
    page = await rest.ask(
        Endpoint.BARS, path, {"adjusted": "true"}, shape=BarPage, fresh_s=_RECENT_S
    )
    rows = rest.readable(page.results, BarRow)
    if not rows:
        raise NoData(f"polygon has no previous close of {symbol}")
    return datetime.fromtimestamp(rows[0].t / 1000, NEW_YORK).date(), rows[0]


async def open_close(
    rest: PolygonRest, symbol: str, day: date, *, adjusted: bool = False
) -> DayAnswer:
    """Return a day with the prices before and after its session.

    Raises
    ------
    NoData
        If the vendor has none: the day is no session, or it is not over.
    BadInput, NotEntitled, VenueError
        If it cannot be had.
    """
    path = f"/v1/open-close/{ticker_of(symbol)}/{day.isoformat()}"
    params = {"adjusted": "true" if adjusted else "false"}
    is_recent = midnight_ns(day) > rest.clock.now_ns() - 2 * _DAY_NS
    fresh_s = _RECENT_S if is_recent else float("inf")
    return await rest.ask(Endpoint.DAY, path, params, shape=DayAnswer, fresh_s=fresh_s)


def midnight_ns(day: date) -> int:
    """Return midnight UTC of a day. [ns].

    Examples
    --------
    >>> midnight_ns(date(2026, 11, 20))
    1795132800000000000
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * _NS


def _date_of(time_ns: int) -> date:
    return datetime.fromtimestamp(time_ns // _NS, UTC).date()
