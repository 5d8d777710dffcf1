"""Figures of single symbols: the newest ones, and those over a window."""

from __future__ import annotations

from quantdeck.alerts.metric import Argument, ArgumentType, Dimension, Group, Metric
from quantdeck.alerts.syntax import Number
from quantdeck.model.events import Kind

_SYMBOL = Argument("symbol", ArgumentType.SYMBOL, "Of this symbol.")
_WINDOW = Argument(
    "window",
    ArgumentType.TIME,
    "The time that ends now.",
    minimum=10,
    maximum=5 * 86_400,
)

_TRADES = (Kind.TRADE, Kind.AGG_TRADE)
_NO_TRADE = "no execution for 30 s, or nothing at all of the symbol for 10 s"
_NO_QUOTE = "that side is not quoted, or no quote for 10 s"
_NO_MARK = "the venue does not publish it, or none for 15 s"
_NO_WINDOW = "what is in memory does not reach back so far, or nothing of the symbol for 10 s"


def _price(name: str, meaning: str, kinds: tuple[Kind, ...], unknown: str) -> Metric:
    return Metric(
        name,
        Group.PRICES,
        meaning,
        (_SYMBOL,),
        Dimension.PRICE,
        "price",
        unknown,
        "live.board.Board",
        kinds,
        f"{name}(BTCUSDT)",
    )


def _window(name: str, meaning: str, dimension: Dimension, unit: str, source: str) -> Metric:
    return Metric(
        name,
        Group.WINDOWS,
        meaning,
        (_SYMBOL, _WINDOW),
        dimension,
        unit,
        _NO_WINDOW,
        source,
        (),
        f"{name}(BTCUSDT, 5m)",
    )


MARKET_METRICS = (
    _price("last", "Price of the newest execution.", _TRADES, _NO_TRADE),
    _price("bid", "Best bid.", (Kind.QUOTE,), _NO_QUOTE),
    _price("ask", "Best ask.", (Kind.QUOTE,), _NO_QUOTE),
    _price("mid", "Half way between best bid and ask.", (Kind.QUOTE,), _NO_QUOTE),
    Metric(
        "spread_bp",
        Group.PRICES,
        "Best ask less best bid, over their middle.",
        (_SYMBOL,),
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
        (_SYMBOL,),
        Dimension.BASIS_POINTS,
        "basis points",
        _NO_MARK,
        "analytics.carry.basis_bp",
        (Kind.MARK,),
        "basis_bp(BTCUSDT)",
    ),
    Metric(
        "funding",
        Group.PRICES,
        "Funding rate of a perpetual for one interval.",
        (_SYMBOL,),
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
            _SYMBOL,
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
        "analytics.carry.funding",
        (Kind.MARK,),
        "funding_annual(BTCUSDT)",
    ),
    Metric(
        "age",
        Group.PRICES,
        "Time since the newest event of any kind.",
        (_SYMBOL,),
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
    ),
    _window(
        "volume",
        "Sum of the sizes executed.",
        Dimension.PLAIN,
        "units of the instrument",
        "analytics.window.window_figures",
    ),
    _window(
        "trades",
        "Count of executions.",
        Dimension.COUNT,
        "executions",
        "analytics.window.window_figures",
    ),
    _window(
        "high",
        "Highest price.",
        Dimension.PRICE,
        "price",
        "analytics.window.window_figures",
    ),
    _window(
        "low",
        "Lowest price.",
        Dimension.PRICE,
        "price",
        "analytics.window.window_figures",
    ),
    _window(
        "volatility",
        "Root of the summed squared log returns of closes, scaled to 365 days.",
        Dimension.RATIO,
        "decimal per root year",
        "analytics.window.window_figures",
    ),
)
"""In the order of the reference."""
