"""Where the price stands against its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Trend"


@feature(
    group=GROUP,
    inputs=("close", "scale"),
    lookback=20,
    unit="currency",
    is_comparable=False,
    is_own=True,
)
def sma20(panel: Panel) -> FloatArray:
    """Mean of the last 20 closes, in shares of the session.

    sma20[t] = mean(C[t-19..t]) / scale[t]. A price: no model learns from it, see `sma20_gap`.
    """
    return rows.mean(panel.close, 20) / panel.scale


@feature(group=GROUP, inputs=("close",), lookback=20, is_ranked=True, is_own=True)
def sma20_gap(panel: Panel) -> FloatArray:
    """Close above the mean of the last 20.

    C[t] / mean(C[t-19..t]) - 1.
    """
    return panel.close / rows.mean(panel.close, 20) - 1.0


@feature(group=GROUP, inputs=("close",), lookback=50, is_own=True)
def sma50_gap(panel: Panel) -> FloatArray:
    """Close above the mean of the last 50.

    C[t] / mean(C[t-49..t]) - 1.
    """
    return panel.close / rows.mean(panel.close, 50) - 1.0


@feature(group=GROUP, inputs=("close",), lookback=0, unit="0 to 100", is_ranked=True, is_own=True)
def rsi14(panel: Panel) -> FloatArray:
    """Relative strength index of 14 sessions.

    100 U / (U + D), U and D the averages of rises and falls of the close by Wilder's smoothing, begun
    with the mean of the first 14. NaN where nothing moved. Source: Wilder (1978).
    """
    moved = panel.close - rows.lag(panel.close)
    up = rows.smoothed(np.maximum(moved, 0.0), 14)
    down = rows.smoothed(np.maximum(-moved, 0.0), 14)
    with np.errstate(invalid="ignore"):
        return 100.0 * up / (up + down)


@feature(group=GROUP, inputs=("high", "low", "close"), lookback=252, is_ranked=True, is_own=True)
def high252_gap(panel: Panel) -> FloatArray:
    """Close below the highest high of a year.

    C[t] / max(H[t-251..t]) - 1. Source: George, Hwang, J. Finance 59 (2004).
    """
    return panel.close / rows.highest(panel.high, 252) - 1.0


@feature(group=GROUP, inputs=("high", "low", "close"), lookback=20, is_own=True)
def channel20(panel: Panel) -> FloatArray:
    """Close within the range of the last 20 sessions, 0 at its lowest low, 1 at its highest high.

    (C[t] - min(L)) / (max(H) - min(L)). NaN where there was no range. Source: Lane (1984), %K.
    """
    top, bottom = rows.highest(panel.high, 20), rows.lowest(panel.low, 20)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(top > bottom, (panel.close - bottom) / (top - bottom), np.nan)
