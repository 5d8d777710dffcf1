"""How far prices move: deviations of returns, and ranges of bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Volatility"
UNIT = "decimal a year"
_BARS = ("open", "high", "low", "close")
_RANGE = 4.0 * math.log(2.0)
_CLOSE = 2.0 * math.log(2.0) - 1.0


@feature(
    group=GROUP,
    inputs=("high", "low", "close", "scale"),
    lookback=0,
    unit="currency",
    is_comparable=False,
    is_own=True,
)
def atr14(panel: Panel) -> FloatArray:
    """Average true range of 14 sessions, in shares of the session.

    Wilder's average of max(H, C before) - min(L, C before), over scale[t]. A price: no model learns from
    it, see `atr14_pct`. Source: Wilder (1978).
    """
    return _true_range(panel) / panel.scale


@feature(group=GROUP, inputs=("high", "low", "close"), lookback=0, is_ranked=True, is_own=True)
def atr14_pct(panel: Panel) -> FloatArray:
    """Average true range of 14 sessions as a share of the close.

    atr14[t] / C[t].
    """
    return _true_range(panel) / panel.close


@feature(group=GROUP, inputs=("total",), lookback=31, unit=UNIT, is_ranked=True, is_own=True)
def hv30(panel: Panel) -> FloatArray:
    """Realised volatility of 30 sessions.

    sd(ln(V[t] / V[t-1])) sqrt(A), divisor 29, V the close with dividends bought in; A is 252 sessions a
    year, 365 where the market never closes. Source: Hull, 15.4.
    """
    return rows.deviation(rows.log_change(panel.total), 30) * math.sqrt(panel.periods_per_year)


@feature(group=GROUP, inputs=("total",), lookback=64, is_own=True)
def vol_ratio(panel: Panel) -> FloatArray:
    """Realised volatility of 10 sessions over that of 63.

    sd of 10 / sd of 63 log returns: above 1 where the market has become less quiet.
    """
    moved = rows.log_change(panel.total)
    return rows.deviation(moved, 10) / rows.deviation(moved, 63)


@feature(group=GROUP, inputs=("high", "low"), lookback=21, unit=UNIT, is_own=True)
def vol_parkinson21(panel: Panel) -> FloatArray:
    """Volatility of 21 sessions from highs and lows.

    sqrt(mean((ln(H / L))^2) / (4 ln 2) A). Leaves out the move overnight. Source: Parkinson (1980).
    """
    _, high, low, _ = _logs(panel)
    return np.sqrt(rows.mean((high - low) ** 2, 21) / _RANGE) * math.sqrt(panel.periods_per_year)


@feature(group=GROUP, inputs=_BARS, lookback=21, unit=UNIT, is_own=True)
def vol_garman_klass21(panel: Panel) -> FloatArray:
    """Volatility of 21 sessions from the whole bar.

    sqrt(mean((u - d)^2 / 2 - (2 ln 2 - 1) c^2) A), u, d, c the logs of high, low, close over open. Leaves
    out the move overnight. Source: Garman, Klass (1980).
    """
    open_, high, low, close = _logs(panel)
    terms = 0.5 * (high - low) ** 2 - _CLOSE * (close - open_) ** 2
    return _annual(rows.mean(terms, 21), panel)


@feature(group=GROUP, inputs=_BARS, lookback=21, unit=UNIT, is_own=True)
def vol_rogers_satchell21(panel: Panel) -> FloatArray:
    """Volatility of 21 sessions from the whole bar, free of drift.

    sqrt(mean(u (u - c) + d (d - c)) A). Leaves out the move overnight. Source: Rogers, Satchell (1991).
    """
    return _annual(rows.mean(_rogers_satchell(_logs(panel)), 21), panel)


@feature(group=GROUP, inputs=_BARS, lookback=22, unit=UNIT, is_ranked=True, is_own=True)
def vol_yang_zhang21(panel: Panel) -> FloatArray:
    """Volatility of 21 sessions from the whole bar and the move overnight.

    sqrt((var(o) + k var(c) + (1 - k) RS) A), k = .34 / (1.34 + 22 / 20), o = ln(O / C before). Source:
    Yang, Zhang (2000).
    """
    logs = _logs(panel)
    open_, _, _, close = logs
    night = rows.deviation(open_ - rows.lag(close), 21) ** 2
    inside = rows.deviation(close - open_, 21) ** 2
    k = 0.34 / (1.34 + 22.0 / 20.0)
    ranges = np.maximum(rows.mean(_rogers_satchell(logs), 21), 0.0)
    return _annual(night + k * inside + (1.0 - k) * ranges, panel)


@feature(group=GROUP, inputs=("total",), lookback=64, is_own=True)
def skew63(panel: Panel) -> FloatArray:
    """Skewness of 63 daily log returns.

    mean((r - m)^3) / sd^3, sd with divisor 63: below 0 where falls are larger than rises.
    """
    moved = rows.log_change(panel.total)
    squared = moved * moved
    first, second, third = (rows.mean(each, 63) for each in (moved, squared, squared * moved))
    variance = second - first * first
    return (third - 3.0 * first * second + 2.0 * first * first * first) / (
        variance * np.sqrt(variance)
    )


def _annual(variance: FloatArray, panel: Panel) -> FloatArray:
    return np.sqrt(np.maximum(variance, 0.0)) * math.sqrt(panel.periods_per_year)


def _true_range(panel: Panel) -> FloatArray:
    before = rows.lag(panel.close)
    reach = np.maximum(panel.high, before) - np.minimum(panel.low, before)
    return rows.smoothed(reach, 14)


def _logs(panel: Panel) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    top, bottom = np.maximum(panel.open, panel.close), np.minimum(panel.open, panel.close)
    # prices that contradict each other are no bar
    is_bar = (panel.high >= top) & (panel.low <= bottom) & (panel.low > 0.0)
    prices = (panel.open, panel.high, panel.low, panel.close)
    logs = [np.log(np.where(is_bar, price, np.nan)) for price in prices]
    return logs[0], logs[1], logs[2], logs[3]


def _rogers_satchell(logs: tuple[FloatArray, ...]) -> FloatArray:
    open_, high, low, close = logs
    up, down, end = high - open_, low - open_, close - open_
    return up * (up - end) + down * (down - end)
