"""What all symbols of the panel do together, and how each moves with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Market"


@feature(group=GROUP, inputs=("total",), lookback=2)
def market_return1(panel: Panel) -> FloatArray:
    """Mean total return of the session over all symbols, each of the same weight.

    mean over i of V[i, t] / V[i, t-1] - 1.
    """
    return _everywhere(_market(panel), panel)


@feature(group=GROUP, inputs=("total",), lookback=22)
def market_return21(panel: Panel) -> FloatArray:
    """Mean total return of a month over all symbols.

    mean over i of V[i, t] / V[i, t-21] - 1.
    """
    return _everywhere(rows.session_mean(rows.change(panel.total, 21)), panel)


@feature(group=GROUP, inputs=("close",), lookback=50)
def market_breadth(panel: Panel) -> FloatArray:
    """Share of symbols above the mean of their last 50 closes.

    From 0 to 1.
    """
    line = rows.mean(panel.close, 50)
    above = np.where(np.isfinite(line), (panel.close > line).astype(float), np.nan)
    return _everywhere(rows.session_mean(above), panel)


@feature(group=GROUP, inputs=("total",), lookback=22, unit="decimal a session")
def market_volatility21(panel: Panel) -> FloatArray:
    """Deviation of the mean return of all symbols over 21 sessions.

    sd of `market_return1`, divisor 20.
    """
    return _everywhere(rows.deviation(_market(panel)[None, :], 21)[0], panel)


@feature(group=GROUP, inputs=("total",), lookback=2, unit="decimal a session")
def dispersion(panel: Panel) -> FloatArray:
    """How far the symbols of the session lie apart.

    sqrt(mean over i of (r[i, t] - mean r[t])^2).
    """
    away = (rows.change(panel.total) - _market(panel)) ** 2
    return _everywhere(np.sqrt(rows.session_mean(away)), panel)


@feature(group=GROUP, inputs=("total",), lookback=64, is_ranked=True)
def beta63(panel: Panel) -> FloatArray:
    """Slope of the symbol's return on the mean of all over 63 sessions.

    b of r = a + b m by least squares; the symbol itself is in the mean.
    """
    return _line(panel)[0]


@feature(group=GROUP, inputs=("total",), lookback=64, unit="decimal a session", is_ranked=True)
def own_volatility63(panel: Panel) -> FloatArray:
    """Deviation of what the mean of all does not explain, over 63 sessions.

    sqrt(sum((r - a - b m)^2) / 61). Source: Ang, Hodrick, Xing, Zhang, J. Finance 61 (2006).
    """
    return _line(panel)[1]


@feature(group=GROUP, inputs=("total",), lookback=64)
def market_share63(panel: Panel) -> FloatArray:
    """Share of the symbol's variance that the mean of all explains, over 63 sessions.

    R squared of the line of `beta63`: from 0 to 1.
    """
    return _line(panel)[2]


@feature(group=GROUP, inputs=("total",), lookback=22)
def relative21(panel: Panel) -> FloatArray:
    """Total return of a month less the mean of all symbols.

    `momentum` - `market_return21`.
    """
    moved = rows.change(panel.total, 21)
    return moved - rows.session_mean(moved)


def _market(panel: Panel) -> FloatArray:
    def make() -> FloatArray:
        return rows.session_mean(rows.change(panel.total))

    return panel.once("market", make)


def _line(panel: Panel) -> FloatArray:
    def make() -> FloatArray:
        wide = _everywhere(_market(panel), panel)
        return np.stack(rows.line(rows.change(panel.total), wide, 63))

    return panel.once("market line", make)


def _everywhere(of_session: FloatArray, panel: Panel) -> FloatArray:
    return np.broadcast_to(of_session, panel.close.shape)
