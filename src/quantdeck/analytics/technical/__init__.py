"""Technical indicators, over a table of candles or candle by candle, and levels of price.

TA-Lib computes; this room segments at gaps, says where there is no reading, and checks parameters.
Windows count rows. The functions and `IndicatorState` agree bit by bit.
"""

from __future__ import annotations

from quantdeck.analytics.technical.averages import dema, ema, hma, macd, ppo, sma, wma
from quantdeck.analytics.technical.candles import Candle, Candles
from quantdeck.analytics.technical.catalogue import INDICATORS, indicator
from quantdeck.analytics.technical.evaluate import IndicatorValues, evaluate
from quantdeck.analytics.technical.floor_pivots import (
    FloorPivots,
    floor_pivots,
    prior_session_pivots,
)
from quantdeck.analytics.technical.indicator import Guide, Indicator, Output, Pane, Parameter
from quantdeck.analytics.technical.levels import PriceLevel, Swing, price_levels, swing_points
from quantdeck.analytics.technical.oscillators import cci, mfi, roc, rsi, stochastic, williams_r
from quantdeck.analytics.technical.ranges import atr, bollinger, donchian, keltner, natr
from quantdeck.analytics.technical.state import IndicatorState
from quantdeck.analytics.technical.trends import adx, aroon, supertrend
from quantdeck.analytics.technical.volumes import obv, vwap, vwma

__all__ = [
    "INDICATORS",
    "Candle",
    "Candles",
    "FloorPivots",
    "Guide",
    "Indicator",
    "IndicatorState",
    "IndicatorValues",
    "Output",
    "Pane",
    "Parameter",
    "PriceLevel",
    "Swing",
    "adx",
    "aroon",
    "atr",
    "bollinger",
    "cci",
    "dema",
    "donchian",
    "ema",
    "evaluate",
    "floor_pivots",
    "hma",
    "indicator",
    "keltner",
    "macd",
    "mfi",
    "natr",
    "obv",
    "ppo",
    "price_levels",
    "prior_session_pivots",
    "roc",
    "rsi",
    "sma",
    "stochastic",
    "supertrend",
    "swing_points",
    "vwap",
    "vwma",
    "williams_r",
    "wma",
]
