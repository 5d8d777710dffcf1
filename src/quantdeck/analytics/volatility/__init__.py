"""Volatility: from closes, ranges and weighted returns, rolling, and the regimes it falls into.

Conventions: annual, decimals per root of a year, with the periods of a year said by the caller;
divisor n - 1 where a mean is taken out.
"""

from __future__ import annotations

from quantdeck.analytics.volatility.bars import LogBars, log_bars
from quantdeck.analytics.volatility.estimators import (
    Estimator,
    bar_volatility,
    close_volatility,
    rolling_bar_volatility,
    rolling_close_volatility,
)
from quantdeck.analytics.volatility.ewma import RISKMETRICS_DECAY, ewma_volatility
from quantdeck.analytics.volatility.garch import Garch, garch_volatility
from quantdeck.analytics.volatility.regimes import (
    Regime,
    RegimeChange,
    RegimeRules,
    Regimes,
    volatility_regimes,
)

__all__ = [
    "RISKMETRICS_DECAY",
    "Estimator",
    "Garch",
    "LogBars",
    "Regime",
    "RegimeChange",
    "RegimeRules",
    "Regimes",
    "bar_volatility",
    "close_volatility",
    "ewma_volatility",
    "garch_volatility",
    "log_bars",
    "rolling_bar_volatility",
    "rolling_close_volatility",
    "volatility_regimes",
]
