"""Indicators on offer on the Technical page, and what is drawn of them under which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.technical import indicator
from quantdeck.analytics.technical_study import Chosen, TechnicalChoices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.technical import IndicatorValues

NONE = "none"

TREND: Mapping[str, tuple[Chosen, ...]] = {
    NONE: (),
    "SMA 20": (Chosen("sma", (("window", 20),)),),
    "SMA 50 and 200": (Chosen("sma", (("window", 50),)), Chosen("sma", (("window", 200),))),
    "EMA 12 and 26": (Chosen("ema", (("window", 12),)), Chosen("ema", (("window", 26),))),
    "EMA 50": (Chosen("ema", (("window", 50),)),),
    "WMA 20": (Chosen("wma", (("window", 20),)),),
    "DEMA 20": (Chosen("dema", (("window", 20),)),),
    "Hull 20": (Chosen("hma", (("window", 20),)),),
    "VWMA 20": (Chosen("vwma", (("window", 20),)),),
    "VWAP": (Chosen("vwap"),),
    "Supertrend": (Chosen("supertrend"),),
}
"""Lines over the candles."""

BANDS: Mapping[str, tuple[Chosen, ...]] = {
    NONE: (),
    "Bollinger": (Chosen("bollinger"),),
    "Keltner": (Chosen("keltner"),),
    "Donchian": (Chosen("donchian"),),
}
"""Bands around the candles."""

PANES: Mapping[str, tuple[Chosen, ...]] = {
    NONE: (),
    "RSI": (Chosen("rsi"),),
    "MACD": (Chosen("macd"),),
    "PPO": (Chosen("ppo"),),
    "Stochastic": (Chosen("stochastic"),),
    "Williams %R": (Chosen("williams_r"),),
    "CCI": (Chosen("cci"),),
    "ROC": (Chosen("roc"),),
    "MFI": (Chosen("mfi"),),
    "ADX": (Chosen("adx"),),
    "Aroon": (Chosen("aroon"),),
    "ATR": (Chosen("atr"),),
    "NATR": (Chosen("natr"),),
    "OBV": (Chosen("obv"),),
}
"""Panes below the candles."""

RULES: Mapping[str, str] = {
    "SMA cross": "sma_cross",
    "EMA cross": "ema_cross",
    "MACD cross": "macd_cross",
    "MACD and zero": "macd_zero_cross",
    "RSI limits": "rsi_threshold",
    "Bollinger": "bollinger_breakout",
    "Donchian": "donchian_breakout",
    "Supertrend": "supertrend_flip",
    "Volatility": "volatility_regime",
}
"""Rules of signals by the words of the controls."""

ALL_RULES = "all"

PACES: Mapping[str, float] = {"fast": 0.5, "usual": 1.0, "slow": 2.0}
"""What windows are multiplied with."""

_ALWAYS = (
    *TREND["SMA 50 and 200"],
    Chosen("ema", (("window", 20),)),
    *(Chosen(name) for name in ("supertrend", "adx", "aroon", "bollinger", "donchian")),
    *(Chosen(name) for name in ("rsi", "macd", "stochastic", "cci", "roc", "mfi", "natr")),
)
_SHORT = {
    "macd": "MACD",
    "stochastic": "Stochastic",
    "bollinger": "Bollinger",
    "donchian": "Donchian",
    "keltner": "Keltner",
    "supertrend": "Supertrend",
    "adx": "ADX",
    "aroon": "Aroon",
}


def drawn_of(params: Mapping[str, str]) -> tuple[Chosen, ...]:
    """Return the indicators that the controls choose, in the order in which they are drawn.

    Parameters
    ----------
    params : mapping of str to str
        ``trend``, ``bands``, ``pane``, ``second`` and ``pace``.

    Returns
    -------
    tuple of Chosen
        Each once, with its windows at the pace chosen.

    Examples
    --------
    >>> chosen = {"trend": "EMA 50", "bands": "none", "pane": "RSI", "second": "RSI", "pace": "fast"}
    >>> [(each.name, each.parameters) for each in drawn_of(chosen)]
    [('ema', (('window', 25),)), ('rsi', (('window', 7),))]
    """
    named = (
        *TREND[params["trend"]],
        *BANDS[params["bands"]],
        *PANES[params["pane"]],
        *PANES[params["second"]],
    )
    factor = PACES[params["pace"]]
    return tuple(dict.fromkeys(_paced(each, factor) for each in named))


def choices_of(params: Mapping[str, str]) -> TechnicalChoices:
    """Return what the controls of the page ask of a study: what is drawn, and what is always read.

    Parameters
    ----------
    params : mapping of str to str
        Those of `drawn_of`, ``bars`` and ``window``.

    Returns
    -------
    TechnicalChoices
        Every indicator once.
    """
    factor = PACES[params["pace"]]
    read = (_paced(each, factor) for each in _ALWAYS)
    return TechnicalChoices(
        indicators=tuple(dict.fromkeys((*drawn_of(params), *read))),
        bars=int(params["bars"]),
        volatility_window=int(params["window"]),
    )


def _paced(chosen: Chosen, factor: float) -> Chosen:
    found = indicator(chosen.name)
    given = dict(chosen.parameters)
    values: list[tuple[str, float]] = []
    for parameter in found.parameters:
        value = given.get(parameter.name, parameter.default)
        if parameter.whole:
            value = int(max(parameter.low, round(value * factor)))
        values.append((parameter.name, value))
    return Chosen(chosen.name, tuple(values))


def short_name(values: IndicatorValues) -> str:
    """Return what a legend calls an indicator: a short name and its parameters.

    Parameters
    ----------
    values : IndicatorValues
        With its parameters.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles, macd, rsi
    >>> candles = Candles.of_closes([1.0, 2.0, 3.0])
    >>> short_name(rsi(candles, window=14)), short_name(macd(candles))
    ('RSI 14', 'MACD 12, 26, 9')
    """
    found = values.indicator
    name = _SHORT.get(found.name, found.outputs[0].title)
    told = ", ".join(f"{value:g}" for value in values.parameters.values())
    return f"{name} {told}".rstrip()


def line_ids(values: IndicatorValues) -> tuple[str, ...]:
    """Return the names of its outputs in a payload and in a file.

    Parameters
    ----------
    values : IndicatorValues
        With its parameters.

    Returns
    -------
    tuple of str
        One per output; unique as long as indicators differ in name or parameters.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles, bollinger, rsi
    >>> candles = Candles.of_closes([1.0, 2.0, 3.0])
    >>> line_ids(rsi(candles, window=14)), line_ids(bollinger(candles))[0]
    (('rsi_14',), 'bollinger_20_2_upper')
    """
    stem = "_".join([values.indicator.name, *(f"{v:g}" for v in values.parameters.values())])
    outputs: Sequence[str] = [output.name for output in values.indicator.outputs]
    return (stem,) if len(outputs) == 1 else tuple(f"{stem}_{output}" for output in outputs)
