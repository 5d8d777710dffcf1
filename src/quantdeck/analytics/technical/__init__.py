"""Technical indicators, over a table of candles or candle by candle, and levels of price.

TA-Lib computes; this room segments at gaps, says where there is no reading, and checks parameters.
Windows count rows. The functions and `IndicatorState` agree bit by bit.
"""

from __future__ import annotations

from quantdeck.analytics.technical.averages import dema, ema, hma, macd, ppo, sma, wma
from quantdeck.analytics.technical.candles import Candle, Candles
from quantdeck.analytics.technical.catalogue import INDICATORS, indicator
from quantdeck.analytics.technical.evaluate import IndicatorValues, evaluate
from quantdeck.analytics.technical.indicator import Guide, Indicator, Output, Pane, Parameter
from quantdeck.analytics.technical.oscillators import cci, mfi, roc, rsi, stochastic, williams_r
from quantdeck.analytics.technical.ranges import (
    adx,
    aroon,
    atr,
    bollinger,
    donchian,
    keltner,
    natr,
    supertrend,
)
from quantdeck.analytics.technical.state import IndicatorState
from quantdeck.analytics.technical.volumes import obv, vwap, vwma

__all__ = [
    "INDICATORS",
    "Candle",
    "Candles",
    "Guide",
    "Indicator",
    "IndicatorState",
    "IndicatorValues",
    "Output",
    "Pane",
    "Parameter",
    "adx",
    "aroon",
    "atr",
    "bollinger",
    "cci",
    "dema",
    "donchian",
    "ema",
    "evaluate",
    "hma",
    "indicator",
    "keltner",
    "macd",
    "mfi",
    "natr",
    "obv",
    "ppo",
    "roc",
    "rsi",
    "sma",
    "stochastic",
    "supertrend",
    "vwap",
    "vwma",
    "williams_r",
    "wma",
]
