"""Signals: events that candles confirm, each with the candle at whose close it was known.

Nothing here knows a candle that follows: what was confirmed at a row stays as it is however the data
go on.
"""

from __future__ import annotations

from quantdeck.analytics.signals.catalogue import (
    SIGNALS,
    SignalReport,
    SignalRule,
    find_signals,
    signal_rule,
)
from quantdeck.analytics.signals.crosses import ema_cross, macd_cross, macd_zero_cross, sma_cross
from quantdeck.analytics.signals.crossing import Crossing, crossings
from quantdeck.analytics.signals.limits import (
    bollinger_breakout,
    donchian_breakout,
    rsi_threshold,
    supertrend_flip,
)
from quantdeck.analytics.signals.regimes import volatility_regime
from quantdeck.analytics.signals.signal import Direction, Signal

__all__ = [
    "SIGNALS",
    "Crossing",
    "Direction",
    "Signal",
    "SignalReport",
    "SignalRule",
    "bollinger_breakout",
    "crossings",
    "donchian_breakout",
    "ema_cross",
    "find_signals",
    "macd_cross",
    "macd_zero_cross",
    "rsi_threshold",
    "signal_rule",
    "sma_cross",
    "supertrend_flip",
    "volatility_regime",
]
