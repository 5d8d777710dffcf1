"""Entries of technical indicators and signals."""

from __future__ import annotations

from quantdeck.analytics.metrics.metric import Metric, MetricGroup

_TEST = "tests/analytics/technical/test_indicators.py"
_ORACLE = "its definition in plain Python; stream equal to batch bit by bit"
_WILDER = "Wilder, New Concepts in Technical Trading Systems (1978)"


def _indicator(
    name: str, title: str, formula: str, *, convention: str, unit: str, source: str
) -> Metric:
    return Metric(
        name=name,
        title=title,
        group=MetricGroup.TECHNICAL,
        formula=formula,
        convention=convention,
        unit=unit,
        source=source,
        function=f"technical.{name}",
        oracle=_ORACLE,
        test=_TEST,
    )


def _signal(name: str, title: str, formula: str, *, convention: str, source: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        group=MetricGroup.SIGNAL,
        formula=formula,
        convention=convention,
        unit="events",
        source=source,
        function=f"signals.{name}",
        oracle="rows by definition; cutting the data changes nothing confirmed before",
        test="tests/analytics/signals/test_signals.py",
    )


_INDICATORS = (
    _indicator(
        "sma",
        "Simple moving average",
        "mean(C, n)",
        convention="no row before n - 1; starts again after a gap, as all of these",
        unit="currency",
        source="Murphy, Technical Analysis of the Financial Markets (1999), 9",
    ),
    _indicator(
        "ema",
        "Exponential moving average",
        "E[t] = E[t-1] + 2 / (n + 1) (C[t] - E[t-1])",
        convention="seeded with the mean of the first n closes",
        unit="currency",
        source="Murphy (1999), 9",
    ),
    _indicator(
        "wma",
        "Weighted moving average",
        "sum (n - k) C[t-k] / (n (n + 1) / 2)",
        convention="linear weights, the newest heaviest",
        unit="currency",
        source="Murphy (1999), 9",
    ),
    _indicator(
        "dema",
        "Double exponential moving average",
        "2 EMA(C, n) - EMA(EMA(C, n), n)",
        convention="each average seeded with its own first mean",
        unit="currency",
        source="Mulloy, Stocks & Commodities 12 (1994)",
    ),
    _indicator(
        "hma",
        "Hull moving average",
        "WMA(2 WMA(C, n/2) - WMA(C, n), sqrt(n))",
        convention="halves and roots rounded down",
        unit="currency",
        source="Hull, How to reduce lag in a moving average (2005)",
    ),
    _indicator(
        "macd",
        "MACD",
        "EMA(C, fast) - EMA(C, slow); signal = EMA(macd, n); histogram = macd - signal",
        convention="both averages begin at the row of the first slow one",
        unit="currency",
        source="Appel, Technical Analysis: Power Tools for Active Investors (2005), 8",
    ),
    _indicator(
        "ppo",
        "Percentage price oscillator",
        "100 (EMA(C, fast) - EMA(C, slow)) / EMA(C, slow)",
        convention="each average seeded with its own first mean",
        unit="per cent",
        source="Appel (2005), 8",
    ),
    _indicator(
        "rsi",
        "Relative strength index",
        "100 U / (U + D), Wilder averages of rises and falls",
        convention="absent, not 0, while nothing moved",
        unit="0 to 100",
        source=f"{_WILDER}, VI",
    ),
    _indicator(
        "stochastic",
        "Stochastic oscillator",
        "raw = 100 (C - min L) / (max H - min L); %K = SMA(raw), %D = SMA(%K)",
        convention="absent where a range behind %K or %D is empty",
        unit="0 to 100",
        source="Lane, Stocks & Commodities 2 (1984)",
    ),
    _indicator(
        "williams_r",
        "Williams %R",
        "-100 (max H - C) / (max H - min L)",
        convention="absent where the range is empty",
        unit="-100 to 0",
        source="Williams (1973)",
    ),
    _indicator(
        "cci",
        "Commodity channel index",
        "(T - mean T) / (0.015 mean |T - mean T|), T = (H + L + C) / 3",
        convention="absent where T did not move",
        unit="1",
        source="Lambert, Commodities 9 (1980)",
    ),
    _indicator(
        "roc",
        "Rate of change",
        "100 (C[t] / C[t-n] - 1)",
        convention="absent over a price that is not positive",
        unit="per cent",
        source="Murphy (1999), 10",
    ),
    _indicator(
        "mfi",
        "Money flow index",
        "100 P / (P + N), sums of T V over rows in which T rose and fell",
        convention="absent where no turnover rose or fell",
        unit="0 to 100",
        source="Quong, Soudack, Stocks & Commodities 7 (1989)",
    ),
    _indicator(
        "atr",
        "Average true range",
        "Wilder average of max(H, C') - min(L, C'), C' the close before",
        convention="true range from the second row; begins as the mean of n",
        unit="currency",
        source=f"{_WILDER}, III",
    ),
    _indicator(
        "natr",
        "Average true range in per cent",
        "100 ATR / C",
        convention="as the average true range",
        unit="per cent",
        source="Forman, Stocks & Commodities 24 (2006)",
    ),
    _indicator(
        "bollinger",
        "Bollinger bands",
        "mean(C, n) +- k sd(C, n)",
        convention="divisor n",
        unit="currency",
        source="Bollinger, Bollinger on Bollinger Bands (2001), 7",
    ),
    _indicator(
        "donchian",
        "Donchian channel",
        "max(H, n), min(L, n) and their mean",
        convention="the present row included",
        unit="currency",
        source="Kaufman, Trading Systems and Methods (2013), 5",
    ),
    _indicator(
        "keltner",
        "Keltner channel",
        "EMA(C, n) +- k ATR(m)",
        convention="average of closes, Wilder's true range",
        unit="currency",
        source="Raschke, Connors, Street Smarts (1995)",
    ),
    _indicator(
        "supertrend",
        "Supertrend",
        "(H + L) / 2 -+ k ATR, moved with the trend only",
        convention="begins upwards; a close beyond the stop changes the side",
        unit="currency",
        source="Seban (2008)",
    ),
    _indicator(
        "adx",
        "Average directional index",
        "Wilder average of 100 |+DI - -DI| / (+DI + -DI)",
        convention="absent where neither direction moved",
        unit="0 to 100",
        source=f"{_WILDER}, IV",
    ),
    _indicator(
        "aroon",
        "Aroon",
        "100 (n - rows since the extreme of n + 1) / n",
        convention="latest of equals; absent where there is no range",
        unit="0 to 100",
        source="Chande, Kroll, The New Technical Trader (1994)",
    ),
    _indicator(
        "obv",
        "On-balance volume",
        "O[t] = O[t-1] + sign(C[t] - C[t-1]) V[t]",
        convention="begins with the first volume: its level means nothing",
        unit="units of the instrument",
        source="Granville, New Key to Stock Market Profits (1963)",
    ),
    _indicator(
        "vwap",
        "Volume-weighted average price of the session",
        "sum(T V) / sum(V) since the session opened, T = (H + L + C) / 3",
        convention="typical price of each candle; absent until something was traded",
        unit="currency",
        source="Berkowitz, Logue, Noser, J. Finance 43 (1988)",
    ),
    _indicator(
        "vwma",
        "Volume-weighted moving average",
        "sum(C V, n) / sum(V, n)",
        convention="absent where nothing was traded",
        unit="currency",
        source="Murphy (1999), 9",
    ),
)

_LEVELS = (
    Metric(
        name="swing_points",
        title="Swing points",
        group=MetricGroup.TECHNICAL,
        formula="H[t] > H[u] for the k rows on either side; lows alike",
        convention="known k rows later; equals are none",
        unit="currency",
        source="Williams, Trading Chaos (1995)",
        function="technical.swing_points",
        oracle="its definition; cutting the data changes nothing confirmed before",
        test="tests/analytics/technical/test_levels.py",
    ),
    Metric(
        name="price_levels",
        title="Support and resistance",
        group=MetricGroup.TECHNICAL,
        formula="swings within 0.5 ATR of each other; score = their count",
        convention="true range of the last row; no level wider than that",
        unit="currency",
        source="Murphy (1999), 4; the clustering is our own",
        function="technical.price_levels",
        oracle="properties: every swing in one level, width, time of confirmation",
        test="tests/analytics/technical/test_levels.py",
    ),
    Metric(
        name="floor_pivots",
        title="Floor pivots",
        group=MetricGroup.TECHNICAL,
        formula="P = (H + L + C) / 3; R1 = 2P - L, R2 = P + H - L, R3 = H + 2(P - L); S alike",
        convention="whole prior session",
        unit="currency",
        source="Person, A Complete Guide to Technical Trading Tactics (2004), 6",
        function="technical.floor_pivots",
        oracle="exact values; property: in order",
        test="tests/analytics/technical/test_levels.py",
    ),
)

_SIGNALS = (
    _signal(
        "sma_cross",
        "Crossing of simple averages",
        "sign of SMA(C, fast) - SMA(C, slow) changes",
        convention="to touch and turn back is none; nothing crosses a gap",
        source="Murphy (1999), 9",
    ),
    _signal(
        "ema_cross",
        "Crossing of exponential averages",
        "sign of EMA(C, fast) - EMA(C, slow) changes",
        convention="as of simple averages; said whether settled",
        source="Murphy (1999), 9",
    ),
    _signal(
        "macd_cross",
        "MACD and its signal line",
        "sign of the MACD histogram changes",
        convention="as crossings of averages",
        source="Appel (2005), 8",
    ),
    _signal(
        "macd_zero_cross",
        "MACD and zero",
        "sign of the MACD line changes",
        convention="as crossings of averages",
        source="Appel (2005), 8",
    ),
    _signal(
        "rsi_threshold",
        "RSI and its limits",
        "sign of RSI - limit changes",
        convention="entering and leaving both zones",
        source=f"{_WILDER}, VI",
    ),
    _signal(
        "bollinger_breakout",
        "Breakout of the Bollinger bands",
        "C > upper or C < lower, the row before inside",
        convention="bands of the same row; a close on its band is inside",
        source="Bollinger (2001), 15",
    ),
    _signal(
        "donchian_breakout",
        "Breakout of the Donchian channel",
        "C[t] > max(H[t-n .. t-1]) or C[t] < min(L[t-n .. t-1])",
        convention="channel of the rows before; one signal until the close is inside again",
        source="Kaufman (2013), 5",
    ),
    _signal(
        "supertrend_flip",
        "Supertrend changes its side",
        "close beyond the stop",
        convention="as the Supertrend",
        source="Seban (2008)",
    ),
    Metric(
        name="volatility_regime_change",
        title="Change of the volatility regime",
        group=MetricGroup.SIGNAL,
        formula="rank of the rolling volatility in its own past reaches a limit, confirmed",
        convention="the first regime is no change",
        unit="events",
        source="our own definition",
        function="signals.volatility_regime",
        oracle="a planted change; cutting the data changes nothing confirmed before",
        test="tests/analytics/signals/test_signals.py",
    ),
)

TECHNICAL_METRICS: tuple[Metric, ...] = (*_INDICATORS, *_LEVELS, *_SIGNALS)
