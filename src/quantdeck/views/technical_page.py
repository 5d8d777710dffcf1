"""The Technical page: the price against its trend, its levels and its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.metrics import METRICS
from quantdeck.views.panels import Column, Control, Format, Page, Panel, PanelKind
from quantdeck.views.technical import LEVELS
from quantdeck.views.technical_choices import ALL_RULES, BANDS, NONE, PACES, PANES, RULES, TREND
from quantdeck.views.technical_volatility import ESTIMATORS

if TYPE_CHECKING:
    from quantdeck.views.price_choices import PriceChoices

STUDY = (
    *("symbol", "interval", "bars", "adjustment"),
    *("trend", "bands", "pane", "second", "pace", "window"),
)
"""Controls that name a study."""

_KEPT, _LIVE = ("1h", "1d"), ("1s", "1m", "5m")
_EMPTY = (
    "It takes bars of the symbol: those of days and hours come with its history, those of seconds and "
    "minutes are captured with Start."
)
_CLOSED = "Bars that have ended; nothing at a bar knows a later one."


def _metric(name: str) -> str:
    found = METRICS[name]
    return f"{found.formula}; {found.convention}. Source: {found.source}."


CHART = Panel(
    id="technical.chart",
    kind=PanelKind.CANDLES,
    title="Price",
    topic="technical.chart",
    query="/api/v1/panels/technical.chart",
    params=(*STUDY, "marks", "levels"),
    columns=(Column("close", "Close", Format.PRICE), Column("volume", "Volume")),
    width=8,
    height=17,
    empty=_EMPTY,
    help=(
        f"{_CLOSED} Of captured symbols the last bar still grows, and its indicators with it; no signal "
        "and no level reads it. Indicators are those of TA-Lib, computed over all bars there are and not only those "
        "shown; a gap starts them again. A signal stands at the bar at whose close it was known, "
        "which may be later than the bar it speaks of. Levels: support and resistance of the bars shown "
        "(see the table of levels), the nearest three to either side; ×3 says how many swings agree. "
        "Pivots: (H + L + C) / 3 of the session before. A session begins with a date, UTC."
    ),
)

READINGS = Panel(
    id="technical.readings",
    kind=PanelKind.TABLE,
    title="Readings",
    topic="technical.readings",
    query="/api/v1/panels/technical.readings",
    params=STUDY,
    columns=(
        Column("name", "Indicator"),
        Column("value", "Value", Format.PRICE),
        Column("state", "State"),
        Column(
            "settled",
            "Settled",
            help="Whether it no longer matters where the bars begin; a smoothing never forgets.",
        ),
    ),
    width=4,
    height=10,
    empty=_EMPTY,
    help=(
        "At the newest bar that has ended: those drawn, and those always read. Prices and their "
        "averages are in the currency of the price. "
        f"RSI: {_metric('rsi')} MACD: {_metric('macd')} ADX: {_metric('adx')} "
        f"Bollinger: {_metric('bollinger')} The reference of metrics has the others."
    ),
)

LEVELS_TABLE = Panel(
    id="technical.levels",
    kind=PanelKind.TABLE,
    title="Support, resistance and pivots",
    topic="technical.levels",
    query="/api/v1/panels/technical.levels",
    params=STUDY,
    columns=(
        Column("what", "Level"),
        Column("price", "Price", Format.PRICE),
        Column("away", "Away", Format.PERCENT, decimals=2, signed=True, help="From the close."),
        Column("touches", "Touches", Format.COUNT, help="Swings that turned there: its score."),
        Column("known", "Known", Format.DATETIME, help="Close of the bar that made it a level."),
        Column(
            "away_atr",
            "In ATR",
            Format.NUMBER,
            decimals=1,
            signed=True,
            help="The same in average true ranges of 14 bars.",
        ),
    ),
    width=4,
    height=7,
    empty=_EMPTY,
    help=(
        f"Of the bars shown. {_metric('price_levels')} Pivots: {_metric('floor_pivots')} Daily bars "
        "are sessions of their own."
    ),
)

_SIGNAL_COLUMNS = (
    Column("known", "Known", Format.DATETIME, help="Close of the bar that confirmed it."),
    Column("rule", "Rule"),
    Column("event", "What happened"),
    Column("direction", "Way"),
    Column("price", "Price then", Format.PRICE, help="Close of the bar that confirmed it."),
    Column(
        "change", "Since", Format.PERCENT, decimals=2, signed=True, help="Newest close to that."
    ),
    Column("age_bars", "Bars ago", Format.COUNT),
    Column("settled", "Settled", help="Whether it no longer matters where the bars begin."),
)
_SIGNAL_HELP = (
    "Nine rules at their usual parameters: crossings of averages (50 and 200; 12 and 26), of MACD with "
    "its signal line and with zero, RSI at 30 and 70, breakouts of Bollinger bands (20, 2) and of the "
    "Donchian channel (20), Supertrend (10, 3) and the volatility regime. Each is dated by the close at "
    "which it was known and stays as it is however the prices go on. Since: newest close over the close "
    "then, less one; neither costs nor a test of its worth."
)

SIGNALS_TABLE = Panel(
    id="technical.signals",
    kind=PanelKind.TABLE,
    title="Signals",
    topic="technical.signals",
    query="/api/v1/panels/technical.signals",
    params=STUDY,
    columns=_SIGNAL_COLUMNS,
    width=12,
    height=9,
    empty=_EMPTY,
    help=_SIGNAL_HELP,
)

BOARD = Panel(
    id="technical.board",
    kind=PanelKind.TABLE,
    title="Newest signals of all symbols",
    topic="technical.board",
    query="/api/v1/panels/technical.board",
    params=("interval", "adjustment", "rule"),
    columns=(
        Column("symbol", "Symbol"),
        *_SIGNAL_COLUMNS,
        Column("open", "", Format.LINK, mark="Open"),
    ),
    width=12,
    height=11,
    empty=_EMPTY,
    help=f"The symbols that have bars of the interval. {_SIGNAL_HELP}",
)

VOLATILITY = Panel(
    id="technical.volatility",
    kind=PanelKind.STREAM_LINES,
    title="Volatility",
    topic="technical.volatility",
    query="/api/v1/panels/technical.volatility",
    params=STUDY,
    columns=tuple(
        Column(name, title, Format.PERCENT, decimals=1) for name, title in ESTIMATORS.items()
    ),
    width=8,
    height=9,
    empty=_EMPTY,
    help=(
        "A year's standard deviation of log returns, by six estimators over the window: of closes "
        "(realised), of squared returns whose weights decay by .94 (EWMA, no window), of ranges "
        "(Parkinson; Garman-Klass; Rogers-Satchell, which allows for drift; Yang-Zhang, which counts "
        "the move from close to open too). A year has 252 sessions of 6.5 hours, or 365 days of 24 "
        "hours where a market never closes. Marks: changes of the regime, at the bar that made them known."
    ),
)

REGIME = Panel(
    id="technical.regime",
    kind=PanelKind.STATS,
    title="Regime and volatility now",
    topic="technical.regime",
    query="/api/v1/panels/technical.regime",
    params=STUDY,
    columns=(
        Column("regime", "Regime", Format.TEXT),
        Column("rank", "Rank", Format.PERCENT, decimals=0),
        *(Column(name, title, Format.PERCENT, decimals=1) for name, title in ESTIMATORS.items()),
    ),
    width=4,
    height=9,
    empty=_EMPTY,
    help=(
        "The realised volatility ranked among its last 252 values: turbulent from 80 % on, calm up to "
        "20 %, each until the rank has come back by 10 points, and said once five bars agree. What has "
        "lasted longer than 252 bars counts as normal."
    ),
)

PANELS = (CHART, READINGS, LEVELS_TABLE, VOLATILITY, REGIME, SIGNALS_TABLE, BOARD)
"""In reading order."""


def technical_page(choices: PriceChoices) -> Page:
    """Return the Technical page.

    Parameters
    ----------
    choices : PriceChoices
        Symbols that have prices.

    Examples
    --------
    >>> from quantdeck.views.price_choices import PriceChoices
    >>> page = technical_page(PriceChoices(("US:SPY",), ("BINANCE:BTCUSDT",)))
    >>> page.controls[0].options, page.controls[1].default
    (('US:SPY', 'BINANCE:BTCUSDT'), '1d')
    """
    symbols = tuple(dict.fromkeys((*choices.symbols, *choices.captured)))
    return Page(
        id="technical",
        title="Technical",
        icon="market",
        question="Where does the price stand to its trend, its levels and its own past?",
        controls=(
            Control("symbol", "Symbol", "select", symbols[0] if symbols else "", symbols),
            Control(
                "interval",
                "Interval",
                "choice",
                "1d" if choices.symbols else "1m",
                (*_LIVE, *_KEPT),
                help="Seconds and minutes of symbols that are captured; hours and days of histories.",
            ),
            _whole("bars", "Bars", 250, (30, 2000), "Shown, and searched for levels."),
            Control(
                "adjustment",
                "Prices",
                "choice",
                "split",
                ("raw", "split", "total"),
                help="As traded, adjusted for splits, or for splits and dividends.",
            ),
            Control("trend", "Trend", "select", "SMA 50 and 200", tuple(TREND)),
            Control("bands", "Bands", "select", "Bollinger", tuple(BANDS)),
            Control("pane", "Pane", "select", "RSI", tuple(PANES)),
            Control("second", "Second pane", "select", "MACD", tuple(PANES)),
            Control(
                "pace",
                "Windows",
                "choice",
                "usual",
                tuple(PACES),
                help="Of all indicators: half as long, usual, twice as long.",
            ),
            Control(
                "marks",
                "Marks",
                "select",
                "Supertrend",
                (NONE, ALL_RULES, *RULES),
                help="Signals marked at the bar at whose close they were known.",
                panel=CHART.id,
            ),
            Control(
                "levels",
                "Levels",
                "select",
                "levels",
                LEVELS,
                help="Lines across: support and resistance, floor pivots, both.",
                panel=CHART.id,
            ),
            _whole("window", "Window", 20, (5, 500), "Returns of a volatility.", VOLATILITY.id),
            Control("rule", "Rule", "select", ALL_RULES, (ALL_RULES, *RULES), panel=BOARD.id),
        ),
        panels=PANELS,
    )


def _whole(
    name: str, title: str, default: int, limits: tuple[int, int], text: str, panel: str = ""
) -> Control:
    least, most = limits
    return Control(
        name, title, "integer", str(default), minimum=least, maximum=most, help=text, panel=panel
    )
