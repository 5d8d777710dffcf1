"""Figures of pairs, of box rates and of the capture."""

from __future__ import annotations

from typing import get_args

import msgspec

from quantdeck.alerts.metric import Argument, ArgumentType, Dimension, Group, Metric
from quantdeck.analytics.pairs.estimators import EstimatorName

_Y = Argument("y", ArgumentType.SYMBOL, "What is explained.")
_X = Argument("x", ArgumentType.SYMBOL, "What explains it.")
_TIMEFRAME = Argument(
    "timeframe",
    ArgumentType.CHOICE,
    "Rows: bars, or every execution of either.",
    default="1s",
    options=("tick", "1s", "1m", "5m"),
)
_BARS = msgspec.structs.replace(_TIMEFRAME, help="Rows: bars.", options=("1s", "1m", "5m"))
_LOOKBACK = Argument(
    "lookback",
    ArgumentType.INTEGER,
    "Rows fitted and tested.",
    default=500,
    minimum=50,
    maximum=5000,
)
_ROLLING = Argument(
    "window",
    ArgumentType.INTEGER,
    "Rows of the rolling mean and deviation; fewer than the lookback.",
    default=60,
    minimum=10,
    maximum=2000,
)
_PRICES = Argument(
    "prices",
    ArgumentType.CHOICE,
    "Log prices or levels.",
    default="log",
    options=("log", "levels"),
)
_ESTIMATOR = Argument(
    "estimator",
    ArgumentType.CHOICE,
    "Of the hedge ratio.",
    default="ols",
    options=get_args(EstimatorName),
)
_PAIR = (_Y, _X, _TIMEFRAME, _LOOKBACK)
_STUDY = (*_PAIR, _ROLLING, _PRICES, _ESTIMATOR)
_ROOT = Argument("root", ArgumentType.ROOT, "Root or underlying of the contracts, such as SPX.")
_TENOR = Argument(
    "tenor", ArgumentType.DAYS, "Calendar days to payment.", minimum=1, maximum=20_000
)

_NO_PAIR = "too few rows, or an execution of either symbol is too old"
_NO_CURVE = "no sound expiries around the tenor, or the quotes are old"
_IDLE = "nothing is captured or comes in, and in a dry run"
_NO_CHAIN = "no sound expiry, or the quotes are old"


def _pair(
    name: str,
    meaning: str,
    arguments: tuple[Argument, ...],
    dimension: Dimension,
    unit: str,
    source: str,
) -> Metric:
    example = f"{name}(ETHUSDT, BTCUSDT, 1m)"
    return Metric(
        name, Group.PAIRS, meaning, arguments, dimension, unit, _NO_PAIR, source, (), example
    )


def _rates(
    name: str, meaning: str, arguments: tuple[Argument, ...], source: str, unknown: str
) -> Metric:
    written = {"root": "SPX", "tenor": "180d"}
    example = f"{name}({', '.join(written[argument.name] for argument in arguments)})"
    return Metric(
        name,
        Group.RATES,
        meaning,
        arguments,
        Dimension.RATIO,
        "1/year, continuous, ACT/365",
        unknown,
        source,
        (),
        example,
    )


def _capture(name: str, meaning: str, dimension: Dimension, unit: str, unknown: str = "") -> Metric:
    return Metric(
        name,
        Group.CAPTURE,
        meaning,
        (),
        dimension,
        unit,
        unknown or "in a dry run",
        "hub.machine.Machine",
        (),
        f"{name}()",
    )


STUDY_METRICS = (
    _pair(
        "zscore",
        "Distance of the spread from its rolling mean.",
        _STUDY,
        Dimension.PLAIN,
        "standard deviations",
        "analytics.pairs.rolling_zscore",
    ),
    _pair(
        "spread",
        "y less intercept less hedge ratio times x.",
        _STUDY,
        Dimension.PLAIN,
        "log price of y, or its currency for levels",
        "analytics.pairs.hedge_spread",
    ),
    _pair(
        "hedge_ratio",
        "Slope of the line of y on x; of estimators that change, the newest.",
        _STUDY,
        Dimension.PLAIN,
        "elasticity, or units of x for levels",
        "analytics.pairs.hedge_path",
    ),
    _pair(
        "intercept",
        "Intercept of that line.",
        _STUDY,
        Dimension.PLAIN,
        "log price of y, or its currency for levels",
        "analytics.pairs.hedge_path",
    ),
    _pair(
        "r_squared",
        "Share of the variance of y that the least-squares line explains.",
        (*_PAIR, _PRICES),
        Dimension.RATIO,
        "0 to 1",
        "analytics.pairs.ols_hedge",
    ),
    _pair(
        "residual_sd",
        "Standard deviation of y about the least-squares line.",
        (*_PAIR, _PRICES),
        Dimension.PLAIN,
        "log price of y, or its currency for levels",
        "analytics.pairs.ols_hedge",
    ),
    _pair(
        "corr",
        "Rolling correlation of returns.",
        (
            _Y,
            _X,
            _TIMEFRAME,
            msgspec.structs.replace(_ROLLING, help="Returns correlated."),
            _PRICES,
        ),
        Dimension.PLAIN,
        "-1 to 1",
        "analytics.correlation.rolling_correlation",
    ),
    _pair(
        "half_life",
        "Time in which the spread's distance from its mean is expected to halve.",
        (_Y, _X, _BARS, _LOOKBACK, _PRICES, _ESTIMATOR),
        Dimension.SECONDS,
        "s",
        "analytics.pairs.half_life",
    ),
    _pair(
        "hurst",
        "Hurst exponent of the spread: below one half it comes back, above it runs on.",
        (*_PAIR, _PRICES, _ESTIMATOR),
        Dimension.PLAIN,
        "0 to 1",
        "analytics.pairs.hurst_exponent",
    ),
    _pair(
        "adf_p",
        "p-value of the unit-root test of the least-squares spread; too small, since that was fitted.",
        (*_PAIR, _PRICES),
        Dimension.RATIO,
        "0 to 1",
        "analytics.pairs.adf",
    ),
    _pair(
        "coint_p",
        "p-value of the Engle-Granger test of y on x.",
        (*_PAIR, _PRICES),
        Dimension.RATIO,
        "0 to 1",
        "analytics.pairs.cointegration_of",
    ),
    _rates(
        "box_rate",
        "Rate of boxes at a constant tenor, from the expiries around it.",
        (_ROOT, _TENOR),
        "analytics.boxes.tenor_rate",
        _NO_CURVE,
    ),
    _rates(
        "box_rate_error",
        "Standard error of that rate.",
        (_ROOT, _TENOR),
        "analytics.boxes.tenor_rate",
        _NO_CURVE,
    ),
    _rates(
        "box_lend",
        "Best rate at which a box of any expiry lends.",
        (_ROOT,),
        "analytics.boxes.rate_of_chain",
        _NO_CHAIN,
    ),
    _rates(
        "box_borrow",
        "Best rate at which a box of any expiry borrows.",
        (_ROOT,),
        "analytics.boxes.rate_of_chain",
        _NO_CHAIN,
    ),
    _rates(
        "treasury",
        "Rate of the benchmark of the settings at a tenor.",
        (_TENOR,),
        "analytics.boxes.benchmark_rates",
        "no benchmark is set, or it does not reach so far",
    ),
    Metric(
        "box_age",
        Group.RATES,
        "Time since the newest quote of an option, or in a dry run since the newest snapshot.",
        (),
        Dimension.SECONDS,
        "s",
        "nothing was ever received",
        "live.staleness.age_of",
        (),
        "box_age()",
    ),
    _capture("message_rate", "Events taken in, all feeds together.", Dimension.PLAIN, "1/s", _IDLE),
    _capture("lag", "Median of receipt less event over 10 s.", Dimension.SECONDS, "s", _IDLE),
    _capture("lag_99", "99 % quantile of the same over 60 s.", Dimension.SECONDS, "s", _IDLE),
    _capture(
        "clock_skew",
        "Our clock less the venue's, plus the way here: median over 10 s.",
        Dimension.SECONDS,
        "s",
        _IDLE,
    ),
    _capture("gaps", "Gaps that are open.", Dimension.COUNT, "gaps"),
    _capture("dropped", "Events lost for want of room.", Dimension.COUNT, "events"),
    _capture("duplicates", "Events that a venue sent again.", Dimension.COUNT, "events"),
    _capture(
        "feeds_down",
        "Connections that are not live while capturing.",
        Dimension.COUNT,
        "connections",
    ),
    _capture("reconnects", "Reconnects of all connections.", Dimension.COUNT, "reconnects"),
    _capture("bad_messages", "Messages that could not be decoded.", Dimension.COUNT, "messages"),
    _capture("tape_rows", "Rows written since the deck was started.", Dimension.COUNT, "rows"),
    _capture("tape_bytes", "Size of the tape.", Dimension.COUNT, "B"),
)
"""In the order of the reference."""
