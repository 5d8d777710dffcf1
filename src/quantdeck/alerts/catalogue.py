"""The figures that alert rules can look at: names, arguments, units, meaning.

The one table of them: the parser, the reference, the page's editor and the live figures go by it.
"""

from __future__ import annotations

import msgspec

from quantdeck.alerts.metric import Argument, ArgumentType, Dimension, Group, Metric
from quantdeck.alerts.syntax import Number
from quantdeck.model.events import Kind

SYMBOL = Argument("symbol", ArgumentType.SYMBOL, "Of this symbol.")
_WINDOW = Argument(
    "window",
    ArgumentType.TIME,
    "The time that ends now.",
    minimum=10,
    maximum=5 * 86_400,
)
_Y = Argument("y", ArgumentType.SYMBOL, "What is explained.")
_X = Argument("x", ArgumentType.SYMBOL, "What explains it.")
_TIMEFRAME = Argument(
    "timeframe",
    ArgumentType.CHOICE,
    "Rows: bars, or every execution of either.",
    default="1s",
    options=("tick", "1s", "1m", "5m"),
)
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
_PAIR = (_Y, _X, _TIMEFRAME, _LOOKBACK)
_STUDY = (*_PAIR, _ROLLING, _PRICES)
_ROOT = Argument("root", ArgumentType.ROOT, "Root or underlying of the contracts, such as SPX.")
_TENOR = Argument(
    "tenor", ArgumentType.DAYS, "Calendar days to payment.", minimum=1, maximum=20_000
)

_TRADES = (Kind.TRADE, Kind.AGG_TRADE)
_NO_TRADE = "no execution for 30 s, or nothing at all of the symbol for 10 s"
_NO_QUOTE = "that side is not quoted, or no quote for 10 s"
_NO_MARK = "the venue does not publish it, or none for 15 s"
_NO_WINDOW = "what is in memory does not reach back so far, or nothing of the symbol for 10 s"
_NO_PAIR = "too few rows, or an execution of either symbol is too old"
_NO_CURVE = "no sound expiries around the tenor, or the quotes are old"


def _price(name: str, meaning: str, kinds: tuple[Kind, ...], unknown: str) -> Metric:
    return Metric(
        name,
        Group.PRICES,
        meaning,
        (SYMBOL,),
        Dimension.PRICE,
        "price",
        unknown,
        "live.board.Board",
        kinds,
        f"{name}(BTCUSDT)",
    )


def _window(
    name: str, meaning: str, dimension: Dimension, unit: str, source: str, kinds: tuple[Kind, ...]
) -> Metric:
    return Metric(
        name,
        Group.WINDOWS,
        meaning,
        (SYMBOL, _WINDOW),
        dimension,
        unit,
        _NO_WINDOW,
        source,
        kinds,
        f"{name}(BTCUSDT, 5m)",
    )


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


def _rates(name: str, meaning: str, arguments: tuple[Argument, ...], source: str) -> Metric:
    written = {"root": "SPX", "tenor": "180d"}
    example = f"{name}({', '.join(written[argument.name] for argument in arguments)})"
    return Metric(
        name,
        Group.RATES,
        meaning,
        arguments,
        Dimension.RATIO,
        "1/year, continuous, ACT/365",
        _NO_CURVE,
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
        unknown or "in a dry run: the tape does not hold it",
        "hub.machine.Machine",
        (),
        f"{name}()",
    )


_ALL = (
    _price("last", "Price of the newest execution.", _TRADES, _NO_TRADE),
    _price("bid", "Best bid.", (Kind.QUOTE,), _NO_QUOTE),
    _price("ask", "Best ask.", (Kind.QUOTE,), _NO_QUOTE),
    _price("mid", "Half way between best bid and ask.", (Kind.QUOTE,), _NO_QUOTE),
    Metric(
        "spread_bp",
        Group.PRICES,
        "Best ask less best bid, over their middle.",
        (SYMBOL,),
        Dimension.BASIS_POINTS,
        "basis points",
        _NO_QUOTE,
        "live.board.Top",
        (Kind.QUOTE,),
        "spread_bp(BTCUSDT)",
    ),
    _price("mark", "Mark price of a perpetual.", (Kind.MARK,), _NO_MARK),
    _price("index", "Index price under a perpetual.", (Kind.MARK,), _NO_MARK),
    Metric(
        "basis_bp",
        Group.PRICES,
        "Mark price over index price, less one.",
        (SYMBOL,),
        Dimension.BASIS_POINTS,
        "basis points",
        _NO_MARK,
        "live.board.Mark",
        (Kind.MARK,),
        "basis_bp(BTCUSDT)",
    ),
    Metric(
        "funding",
        Group.PRICES,
        "Funding rate of a perpetual for one interval.",
        (SYMBOL,),
        Dimension.RATIO,
        "decimal per interval",
        _NO_MARK,
        "live.board.Mark",
        (Kind.MARK,),
        "funding(BTCUSDT)",
    ),
    Metric(
        "funding_annual",
        Group.PRICES,
        "Funding rate times the intervals in 365 days; simple, not compounded.",
        (
            SYMBOL,
            Argument(
                "interval",
                ArgumentType.TIME,
                "Time between two payments.",
                default=Number(8.0, "h"),
                minimum=3600,
                maximum=86_400,
            ),
        ),
        Dimension.RATIO,
        "1/year",
        _NO_MARK,
        "live.board.Mark",
        (Kind.MARK,),
        "funding_annual(BTCUSDT)",
    ),
    Metric(
        "age",
        Group.PRICES,
        "Time since the newest event of any kind.",
        (SYMBOL,),
        Dimension.SECONDS,
        "s",
        "nothing was ever received",
        "live.staleness.age_of",
        (),
        "age(BTCUSDT)",
    ),
    _window(
        "return",
        "Newest price over the last one before the window, less one.",
        Dimension.RATIO,
        "decimal",
        "analytics.window.window_figures",
        _TRADES,
    ),
    _window(
        "volume",
        "Sum of the sizes executed.",
        Dimension.PLAIN,
        "units of the instrument",
        "analytics.window.window_figures",
        _TRADES,
    ),
    _window(
        "trades",
        "Count of executions.",
        Dimension.COUNT,
        "executions",
        "analytics.window.window_figures",
        _TRADES,
    ),
    _window(
        "high",
        "Highest price.",
        Dimension.PRICE,
        "price",
        "analytics.window.window_figures",
        _TRADES,
    ),
    _window(
        "low",
        "Lowest price.",
        Dimension.PRICE,
        "price",
        "analytics.window.window_figures",
        _TRADES,
    ),
    _window(
        "volatility",
        "Root of the summed squared log returns of closes, scaled to 365 days.",
        Dimension.RATIO,
        "decimal per root year",
        "analytics.window.window_figures",
        (),
    ),
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
        "Slope of the line of y on x.",
        _STUDY,
        Dimension.PLAIN,
        "elasticity, or units of x for levels",
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
        (*_PAIR, _PRICES),
        Dimension.SECONDS,
        "s",
        "analytics.pairs.half_life",
    ),
    _pair(
        "adf_p",
        "p-value of the unit-root test of the spread; too small, since the line was fitted.",
        (*_PAIR, _PRICES),
        Dimension.PLAIN,
        "0 to 1",
        "analytics.pairs.adf",
    ),
    _pair(
        "coint_p",
        "p-value of the Engle-Granger test of y on x.",
        (*_PAIR, _PRICES),
        Dimension.PLAIN,
        "0 to 1",
        "analytics.pairs.cointegration_of",
    ),
    _rates(
        "box_rate",
        "Rate of boxes at a constant tenor, from the expiries around it.",
        (_ROOT, _TENOR),
        "analytics.boxes.tenor_rate",
    ),
    _rates(
        "box_rate_error",
        "Standard error of that rate.",
        (_ROOT, _TENOR),
        "analytics.boxes.tenor_rate",
    ),
    _rates(
        "box_lend",
        "Best rate at which a box of any expiry lends.",
        (_ROOT,),
        "analytics.boxes.rate_of_chain",
    ),
    _rates(
        "box_borrow",
        "Best rate at which a box of any expiry borrows.",
        (_ROOT,),
        "analytics.boxes.rate_of_chain",
    ),
    _rates(
        "treasury",
        "Rate of the benchmark of the settings at a tenor.",
        (_TENOR,),
        "analytics.boxes.benchmark_rates",
    ),
    _capture("message_rate", "Events taken in, all feeds together.", Dimension.PLAIN, "1/s"),
    _capture("lag", "Median of receipt less event over 10 s.", Dimension.SECONDS, "s"),
    _capture("lag_99", "99 % quantile of the same over 60 s.", Dimension.SECONDS, "s"),
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
    _capture("tape_bytes", "Size of the tape.", Dimension.COUNT, "B"),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""By name, in the order of the reference."""

FUNCTIONS: dict[str, str] = {
    "abs": "Without its sign.",
    "min": "The smallest of several.",
    "max": "The largest of several.",
}
"""What figures can be put through."""
