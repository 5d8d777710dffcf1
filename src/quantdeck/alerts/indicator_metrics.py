"""Technical indicators as figures of alert rules: the list, and which output each of them is."""

from __future__ import annotations

from quantdeck.alerts.metric import Argument, ArgumentType, Dimension, Group, Metric
from quantdeck.analytics.technical import INDICATORS, Indicator

_MOST_ROWS = 200
_SYMBOL = Argument("symbol", ArgumentType.SYMBOL, "Of this symbol.")
_TIMEFRAME = Argument(
    "timeframe",
    ArgumentType.CHOICE,
    "Bars that have ended.",
    default="1m",
    options=("1s", "1m", "5m"),
)
_UNKNOWN = "too few bars for it to have settled, flat prices, or nothing of the symbol for 10 s"

OUTPUTS: dict[str, tuple[str, str]] = {
    "rsi": ("rsi", "rsi"),
    "stochastic_k": ("stochastic", "k"),
    "cci": ("cci", "cci"),
    "mfi": ("mfi", "mfi"),
    "adx": ("adx", "adx"),
    "roc": ("roc", "roc"),
    "macd": ("macd", "macd"),
    "macd_histogram": ("macd", "histogram"),
    "atr": ("atr", "atr"),
    "sma": ("sma", "average"),
    "ema": ("ema", "average"),
    "vwma": ("vwma", "average"),
    "bollinger_upper": ("bollinger", "upper"),
    "bollinger_lower": ("bollinger", "lower"),
    "donchian_upper": ("donchian", "upper"),
    "donchian_lower": ("donchian", "lower"),
    "supertrend": ("supertrend", "line"),
}
"""Indicator and output by the name of the figure."""


def _arguments(indicator: Indicator) -> tuple[Argument, ...]:
    # Widths of bands are no whole numbers and stay as usual.
    return tuple(
        Argument(
            parameter.name,
            ArgumentType.INTEGER,
            f"{parameter.title.partition(' [')[0]}, in bars.",
            default=int(parameter.default),
            minimum=parameter.low,
            maximum=_MOST_ROWS,
        )
        for parameter in indicator.parameters
        if parameter.whole
    )


def _metric(name: str, indicator: Indicator, output: str) -> Metric:
    title = next(each.title for each in indicator.outputs if each.name == output)
    is_price = indicator.unit == "currency"
    what = f", {title}" if len(indicator.outputs) > 1 and title != indicator.title else ""
    return Metric(
        name,
        Group.INDICATORS,
        f"{indicator.title}{what}, at the newest bar that has ended.",
        (_SYMBOL, _TIMEFRAME, *_arguments(indicator)),
        Dimension.PRICE if is_price else Dimension.PLAIN,
        "price" if is_price else indicator.unit,
        _UNKNOWN,
        f"analytics.{indicator.function}",
        (),
        f"{name}(BTCUSDT, 1m)",
    )


INDICATOR_METRICS = tuple(
    _metric(name, INDICATORS[of], output) for name, (of, output) in OUTPUTS.items()
)
"""In the order of the reference."""
