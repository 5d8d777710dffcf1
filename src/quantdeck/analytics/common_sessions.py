"""Prices of several instruments at the times that all of them have, and how many bars that leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.types import FloatArray, IntArray

_DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class CommonSessions:
    """Closes of instruments at the starts of bars that all of them have.

    Parameters
    ----------
    start_ns : array of int64 of shape (n,)
        Starts of the bars, UTC. [ns]
    ts_ns : array of int64 of shape (n,)
        When the closes stand: the day of a session, or the end of a shorter bar, UTC. [ns]
    closes : array of shape (n, m)
        A column for each instrument, all positive. [currency]
    left_out : tuple of int
        Bars of each instrument within the span in common that another lacks.
    outside : tuple of int
        Bars of each before and after that span.
    periods_per_year : float
        Of the instrument that trades least often.
    """

    start_ns: IntArray
    ts_ns: IntArray
    closes: FloatArray
    left_out: tuple[int, ...]
    outside: tuple[int, ...]
    periods_per_year: float

    def returns(self) -> FloatArray:
        """Return simple returns from one common close to the next.

        Returns
        -------
        array of shape (n - 1, m)
            Over days that one of them does not trade the others gather theirs. [decimal]
        """
        return self.closes[1:] / self.closes[:-1] - 1.0


def close_times(series: PriceSeries) -> IntArray:
    """Return when closes stand: the day of a session, or the end of a shorter bar, UTC. [ns].

    Parameters
    ----------
    series : PriceSeries
        Bars.

    Returns
    -------
    array of int64 of shape (n,)
        Strictly increasing.
    """
    if series.interval_ns >= _DAY_NS:
        return series.start_ns
    return series.start_ns + series.interval_ns


def common_sessions(series: Sequence[PriceSeries]) -> CommonSessions:
    """Return the closes at the starts that every series has, nothing carried forward.

    Parameters
    ----------
    series : sequence of PriceSeries
        At least one, all of one interval. Bars without a positive close count as absent.

    Returns
    -------
    CommonSessions
        And how many bars of each are left out.

    Raises
    ------
    BadInput
        If there is none, or their intervals differ.
    NoData
        If they have fewer than three bars in common.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> def days(symbol, first, n, calendar):
    ...     start = (first + np.arange(n)) * 86_400_000_000_000
    ...     close = np.arange(1.0, n + 1.0)
    ...     return PriceSeries(
    ...         symbol, "1d", 86_400_000_000_000, start, *[close] * 6, calendar=calendar
    ...     )
    >>> found = common_sessions([days("A:X", 0, 6, "24/7"), days("B:Y", 2, 5, "XNYS")])
    >>> found.closes[:, 0], found.left_out, found.outside, found.periods_per_year
    (array([3., 4., 5., 6.]), (0, 0), (2, 1), 252.0)
    """
    if not series:
        raise BadInput("at least one series of prices is needed")
    intervals = {each.interval for each in series}
    if len(intervals) > 1:
        raise BadInput(f"bars of one interval are needed, were {', '.join(sorted(intervals))}")
    usable = [np.isfinite(each.close) & (each.close > 0.0) for each in series]
    starts = [each.start_ns[good] for each, good in zip(series, usable, strict=True)]
    common = starts[0]
    for other in starts[1:]:
        common = np.intersect1d(common, other, assume_unique=True)
    if len(common) < 3:
        names = ", ".join(each.symbol for each in series)
        raise NoData(
            f"{names} have {len(common)} bars of {series[0].interval} in common; "
            "three are the fewest: leave out the one with the shortest history"
        )
    closes = np.column_stack(
        [each.close[np.searchsorted(each.start_ns, common)] for each in series]
    )
    inside = [
        int(((each.start_ns >= common[0]) & (each.start_ns <= common[-1])).sum()) for each in series
    ]
    return CommonSessions(
        start_ns=common,
        ts_ns=common if series[0].interval_ns >= _DAY_NS else common + series[0].interval_ns,
        closes=closes,
        left_out=tuple(count - len(common) for count in inside),
        outside=tuple(len(each) - count for each, count in zip(series, inside, strict=True)),
        periods_per_year=min(each.periods_per_year for each in series),
    )


def newest_common(series: Sequence[PriceSeries], bars: int) -> list[PriceSeries]:
    """Return each series from the oldest of the newest closes that all have.

    Parameters
    ----------
    series : sequence of PriceSeries
        As `common_sessions`.
    bars : int
        Closes in common that are wanted at most.

    Returns
    -------
    list of PriceSeries
        In the order given, as views. A coin beside a stock keeps the days between its sessions.

    Raises
    ------
    BadInput, NoData
        As `common_sessions`.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> day = 86_400_000_000_000
    >>> prices = PriceSeries("US:SPY", "1d", day, day * np.arange(9), *[np.arange(1.0, 10.0)] * 6)
    >>> newest_common([prices, prices.last(6)], 4)[0].close
    array([6., 7., 8., 9.])
    """
    oldest = common_sessions(series).start_ns[-bars:][:1]
    return [each.last(int((each.start_ns >= oldest).sum())) for each in series]
