"""Returns over months, days and hours; dividends are bought in where a session is crossed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Momentum"


@feature(group=GROUP, inputs=("open", "close"), lookback=2, is_ranked=True, is_own=True)
def gap(panel: Panel) -> FloatArray:
    """Open above the close before.

    O[t] / C[t-1] - 1. A dividend's fall at the open is in it.
    """
    return panel.open / rows.lag(panel.close) - 1.0


@feature(group=GROUP, inputs=("open", "close"), lookback=1, is_own=True)
def intraday(panel: Panel) -> FloatArray:
    """Close above the open.

    C[t] / O[t] - 1.
    """
    return panel.close / panel.open - 1.0


@feature(group=GROUP, inputs=("total",), lookback=2, is_ranked=True, is_own=True)
def return1(panel: Panel) -> FloatArray:
    """Total return of the session.

    V[t] / V[t-1] - 1, V the close with dividends bought in.
    """
    return rows.change(panel.total)


@feature(group=GROUP, inputs=("total",), lookback=6, is_ranked=True, is_own=True)
def reversal(panel: Panel) -> FloatArray:
    """Total return of five sessions with its sign turned: what fell tends to come back.

    -(V[t] / V[t-5] - 1). Source: Lehmann, Quarterly J. Economics 105 (1990).
    """
    return -rows.change(panel.total, 5)


@feature(group=GROUP, inputs=("total",), lookback=22, is_ranked=True, is_own=True)
def momentum(panel: Panel) -> FloatArray:
    """Total return of a month.

    V[t] / V[t-21] - 1: the longest of the usual spans that sixty sessions of history leave room for;
    `momentum_12_1` is that of the literature.
    """
    return rows.change(panel.total, 21)


@feature(group=GROUP, inputs=("total",), lookback=64, is_ranked=True, is_own=True)
def momentum63(panel: Panel) -> FloatArray:
    """Total return of a quarter.

    V[t] / V[t-63] - 1.
    """
    return rows.change(panel.total, 63)


@feature(group=GROUP, inputs=("total",), lookback=253, is_ranked=True, is_own=True)
def momentum_12_1(panel: Panel) -> FloatArray:
    """Total return of a year less its last month.

    V[t-21] / V[t-252] - 1. Source: Jegadeesh, Titman, J. Finance 48 (1993).
    """
    return rows.lag(panel.total, 21) / rows.lag(panel.total, 252) - 1.0
