"""Where a price stands to its own past: changes over days, months and a year, volume, distance to the high."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.price_series import PriceSeries

VOLUME_BARS = 20
"""Bars before the newest whose volume is averaged."""

_ALWAYS_OPEN = "24/7"
_MONTH, _YEAR = 21, 252
_MONTH_ALWAYS, _YEAR_ALWAYS = 30, 365


@dataclass(frozen=True, slots=True)
class CloseFigures:
    """What the closes of one instrument say; NaN where there are too few bars.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    start_ns : int
        Start of the newest bar, UTC. [ns]
    close : float
        Newest close. [currency]
    day, week, month, year : float
        Change over 1 and 5 bars, a month and a year. [1]
    volume : float
        Of the newest bar. [units]
    volume_ratio : float
        That to the mean of the `VOLUME_BARS` before. [1]
    high : float
        Highest price of a year. [currency]
    from_high : float
        Close to that, less one: 0 or below. [1]
    """

    symbol: str
    start_ns: int
    close: float
    day: float
    week: float
    month: float
    year: float
    volume: float
    volume_ratio: float
    high: float
    from_high: float


def close_figures(series: PriceSeries) -> CloseFigures:
    """Return where the newest close stands.

    Parameters
    ----------
    series : PriceSeries
        Daily bars, adjusted for splits at least.

    Returns
    -------
    CloseFigures
        NaN where a bar or a volume is absent.

    Raises
    ------
    NoData
        If there is no bar.

    Notes
    -----
    change(n) = close(t) / close(t - n) - 1; a month is 21 sessions and a year 252, or 30 and 365 days
    where a market never closes. volume_ratio = volume(t) / mean of volume(t - 20 .. t - 1), NaN left out.
    from_high = close(t) / max of the highs of the newest year's bars - 1.

    Examples
    --------
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> price = np.array([100.0, 110.0, 99.0])
    >>> days = np.arange(3, dtype=np.int64)
    >>> found = close_figures(PriceSeries("US:A", "1d", 1, days, *[price] * 6))
    >>> round(found.day, 3), round(found.from_high, 3), found.week
    (-0.1, -0.1, nan)
    """
    if len(series) == 0:
        raise NoData(f"{series.symbol}: there are no bars of {series.interval}")
    always = series.calendar == _ALWAYS_OPEN
    month, year = (_MONTH_ALWAYS, _YEAR_ALWAYS) if always else (_MONTH, _YEAR)
    close, volume = series.close, float(series.volume[-1])
    before = series.volume[-1 - VOLUME_BARS : -1]
    known = before[np.isfinite(before)]
    mean = float(known.mean()) if len(known) == VOLUME_BARS else math.nan
    highs = series.high[-year:]
    highs = highs[np.isfinite(highs)]
    high = float(highs.max()) if len(highs) else math.nan
    last = float(close[-1])
    return CloseFigures(
        symbol=series.symbol,
        start_ns=int(series.start_ns[-1]),
        close=last,
        day=_change(series, 1),
        week=_change(series, 5),
        month=_change(series, month),
        year=_change(series, year),
        volume=volume,
        volume_ratio=volume / mean if mean > 0.0 else math.nan,
        high=high,
        from_high=last / high - 1.0 if high > 0.0 else math.nan,
    )


def _change(series: PriceSeries, bars: int) -> float:
    if len(series) <= bars:
        return math.nan
    before = float(series.close[-1 - bars])
    return float(series.close[-1]) / before - 1.0 if before > 0.0 else math.nan
