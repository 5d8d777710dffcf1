"""The variance that a GARCH(1,1) foretells, and what options say beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.volatility.garch import garch_volatility
from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Volatility"
UNIT = "decimal a year"


@feature(group=GROUP, inputs=("total",), lookback=0, unit=UNIT, is_ranked=True, is_own=True)
def garch_sigma(panel: Panel) -> FloatArray:
    """Volatility of the next session as a GARCH(1,1) foretells it.

    sqrt(A h[t+1]), h[t+1] = s (1 - alpha - beta) + alpha e[t]^2 + beta h[t]; alpha and beta fitted to
    the returns up to then, at least 50, and anew when there are a quarter more of them, or 126. Source: Bollerslev (1986).
    """
    return _garch(panel)


@feature(group=GROUP, inputs=("total",), lookback=0, is_own=True)
def garch_spike(panel: Panel) -> FloatArray:
    """Foretold volatility of the next session over the usual one, as a logarithm.

    ln(garch_sigma[t] / mean(garch_sigma[t-62..t])): above 0 after a shock, below 0 in a lull. While fewer
    than 63 are known the mean is that of the last 5.
    """
    found = _garch(panel)
    long, short = rows.mean(found, 63), rows.mean(found, 5)
    return np.log(found / np.where(np.isfinite(long), long, short))


@feature(group="Options", inputs=("iv30", "total"), lookback=0, unit=UNIT, is_own=True)
def iv_garch_edge(panel: Panel) -> FloatArray:
    """Implied volatility less what a GARCH foretells.

    `iv30` - `garch_sigma`.
    """
    implied = panel.input("iv30")
    # a fit that nothing is to be taken from is saved
    return implied - _garch(panel) if np.isfinite(implied).any() else implied


def _garch(panel: Panel) -> FloatArray:
    def make() -> FloatArray:
        moved = rows.log_change(panel.total)
        return garch_volatility(moved, periods_per_year=panel.periods_per_year).volatility

    return panel.once("garch", make)
