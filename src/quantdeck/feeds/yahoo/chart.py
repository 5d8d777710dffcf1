"""A chart as bars that were traded: Yahoo's prices are in today's shares, and its times are of opens.

A price of a day is Yahoo's times the shares that one share of that day has become since; a volume is Yahoo's
divided by it, and a dividend Yahoo's times what came after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from quantdeck.feeds.yahoo.wire import Events
from quantdeck.model.history import HISTORY_DTYPE, INTERVALS_NS, ActionKind, CorporateAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.feeds.yahoo.wire import ChartResult, Numbers
    from quantdeck.model.history import HistoryRows

_NS = 1_000_000_000
DAY_NS = 86_400 * _NS
_DAY = "1d"
_COLUMNS = ("open", "high", "low", "close")
_CENTS, _FINER = 2, 6
_NOTHING = Events()
_NEW_YORK = "America/New_York"


@dataclass(frozen=True, slots=True)
class Split:
    """A split.

    Parameters
    ----------
    day_ns : int
        Midnight UTC of its first session. [ns]
    ratio : float
        New shares for an old one.
    """

    day_ns: int
    ratio: float


def splits_of(charts: Iterable[ChartResult]) -> list[Split]:
    """Return the splits of charts of one symbol, by day."""
    found: dict[int, Split] = {}
    for chart in charts:
        for each in (chart.events or _NOTHING).splits.values():
            if each.numerator > 0 and each.denominator > 0:
                day_ns = _day_ns(np.array([each.date * _NS]), chart)[0]
                found[int(day_ns)] = Split(int(day_ns), each.numerator / each.denominator)
    return [found[day] for day in sorted(found)]


def became(day_ns: IntArray, splits: Sequence[Split]) -> FloatArray:
    """Return how many shares one share of a day has become since.

    Examples
    --------
    >>> became(np.array([0, 5, 9]), [Split(5, 7.0), Split(9, 4.0)]).tolist()
    [28.0, 4.0, 1.0]
    """
    factor = np.ones(len(day_ns))
    for split in splits:
        factor[day_ns < split.day_ns] *= split.ratio
    return factor


def rows_of(
    chart: ChartResult, interval: str, splits: Sequence[Split], *, now_ns: int
) -> HistoryRows:
    """Return the bars of a chart that have ended, as traded.

    Parameters
    ----------
    chart : ChartResult
        What came.
    interval : str
        Of its bars.
    splits : sequence of Split
        All from the chart's first bar to now.
    now_ns : int
        When it came. [ns]

    Returns
    -------
    structured array of `HISTORY_DTYPE`
        Without rows that have no close, without the copy of the last row that Yahoo appends with the time
        of the last trade, and without what is still going on. Days start at midnight UTC of their date.
    """
    stamps = np.array(chart.timestamp, np.int64) * _NS
    columns = _columns(chart, len(stamps))
    days = _day_ns(stamps, chart)
    starts = days if interval == _DAY else stamps
    keep = np.isfinite(columns["close"]) & _has_ended(stamps, days, chart, interval, now_ns)
    # The first of a start is the bar itself, the second the copy with the time of the last trade.
    order = np.flatnonzero(keep)
    order = order[np.sort(np.unique(starts[order], return_index=True)[1])]
    order = order[np.argsort(starts[order], kind="stable")]
    factor = became(days[order], splits)
    rows = np.empty(len(order), HISTORY_DTYPE)
    rows["start_ns"] = starts[order]
    for name in _COLUMNS:
        rows[name] = _rounded(columns[name][order] * factor, chart.meta.price_hint)
    rows["volume"] = np.round(columns["volume"][order] / factor)
    return rows


def actions_of(charts: Sequence[ChartResult], splits: Sequence[Split]) -> list[CorporateAction]:
    """Return splits and dividends as of their days; what is paid on one day is added up."""
    # Pages may tell the same twice; a dividend and a distribution of one day are two.
    told = {
        (each.date, each.amount, kind)
        for chart in charts
        for kind in ("dividends", "gains")
        for each in getattr(chart.events or _NOTHING, kind).values()
        if each.amount > 0
    }
    paid: dict[int, float] = {}
    for date, amount, _ in sorted(told):
        days = _day_ns(np.array([date * _NS]), charts[0])
        as_of_then = amount * float(became(days, splits)[0])
        paid[int(days[0])] = paid.get(int(days[0]), 0.0) + as_of_then
    actions = [CorporateAction(each.day_ns, ActionKind.SPLIT, each.ratio) for each in splits]
    actions += [
        CorporateAction(day, ActionKind.DIVIDEND, round(amount, 6)) for day, amount in paid.items()
    ]
    return sorted(actions)


def _columns(chart: ChartResult, count: int) -> dict[str, FloatArray]:
    quote = chart.indicators.quote[0] if chart.indicators.quote else None
    names = (*_COLUMNS, "volume")
    return {name: _column(getattr(quote, name, None), count) for name in names}


def _column(values: Numbers | None, count: int) -> FloatArray:
    if values is None or len(values) != count:
        return np.full(count, np.nan)
    return np.array(values, np.float64)


def _day_ns(stamps_ns: IntArray, chart: ChartResult) -> IntArray:
    # Midnight UTC of the dates at the exchange.
    if not len(stamps_ns):
        return stamps_ns
    zone = _zone(chart)
    days, where = np.unique(stamps_ns // (3_600 * _NS), return_inverse=True)
    hours = [datetime.fromtimestamp(hour * 3_600, zone) for hour in days.tolist()]
    dates = np.array([moment.date().toordinal() for moment in hours], np.int64)
    return (dates[where] - _EPOCH) * DAY_NS


_EPOCH = 719_163


def _zone(chart: ChartResult) -> ZoneInfo:
    try:
        return ZoneInfo(chart.meta.zone or _NEW_YORK)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(_NEW_YORK)


def _has_ended(
    stamps: IntArray, days: IntArray, chart: ChartResult, interval: str, now_ns: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    periods = chart.meta.periods
    session = periods.regular if periods is not None else None
    if session is None:
        # Without the times of the session, today's bar is not known to have ended.
        length = DAY_NS if interval == _DAY else INTERVALS_NS[interval]
        today = int(_day_ns(np.array([now_ns]), chart)[0])
        ended = days < today if interval == _DAY else stamps + length <= now_ns
        return np.asarray(ended)
    start_ns, end_ns = session.start * _NS, session.end * _NS
    if interval == _DAY:
        session_day = int(_day_ns(np.array([start_ns]), chart)[0])
        return (days < session_day) | ((days == session_day) & (end_ns <= now_ns))
    length = INTERVALS_NS[interval]
    # The last bar of a session ends with it; what starts then is the last trade told once more.
    is_of_session = (stamps >= start_ns) & (stamps < end_ns)
    ends = np.where(is_of_session, np.minimum(stamps + length, end_ns), stamps + length)
    is_extra = (stamps >= end_ns) | ((stamps - start_ns) % length != 0) & is_of_session
    return (ends <= now_ns) & ~is_extra


def _rounded(prices: FloatArray, hint: int | None) -> FloatArray:
    # Prices went through single precision on their way.
    decimals = max(_CENTS, hint or _CENTS)
    return np.where(prices >= 1.0, np.round(prices, decimals), np.round(prices, _FINER))
