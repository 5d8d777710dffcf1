"""Panels of the Backtest page that show a backtest."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Format, Guide, Panel, PanelKind

RUN_FIRST = "Run a backtest with the form; the newest one is shown here."
_ROWS = "Closed bars of both legs at common starts, nothing carried forward."

HEADLINE = Panel(
    id="backtest.headline",
    kind=PanelKind.KPI,
    title="Result",
    topic="backtest.headline",
    query="/api/v1/panels/backtest.headline",
    params=("run",),
    columns=(
        Column("net", "Net gain", Format.NUMBER, decimals=2, signed=True),
        Column("sharpe", "Sharpe ratio", Format.NUMBER, decimals=3, signed=True),
        Column("drawdown", "Max drawdown", Format.PERCENT, decimals=2),
        Column("trades", "Closed trades", Format.COUNT),
        Column("hit_rate", "Hit rate", Format.PERCENT, decimals=1),
        Column("turnover", "Turnover", Format.NUMBER, decimals=1),
        Column("costs", "Costs", Format.NUMBER, decimals=2),
        Column("exposure", "Exposure", Format.PERCENT, decimals=1),
    ),
    width=8,
    height=7,
    empty=RUN_FIRST,
    help=(
        "Sharpe: mean / deviation (divisor n - 1) of the returns of all bars on the capital of a "
        "trade, times the root of the bars in a year; its standard error takes skewness and kurtosis "
        "into account (Mertens 2002). Drawdown: fall of equity from its highest, the capital before "
        "the first bar included. Hit rate: closed trades that gained after costs. Turnover: notional "
        "of all fills / capital. Exposure: share of bars at whose close a spread is held. Years have "
        "365 days, of stocks 252 sessions; of less than a tenth of a year ratios are for a bar, since "
        "minutes scaled to a year say nothing. The past is no promise: see how the same rules do in the "
        "sweep and in the walk forward."
    ),
)

EQUITY = Panel(
    id="backtest.equity",
    kind=PanelKind.STREAM_LINES,
    title="Equity",
    topic="backtest.equity",
    query="/api/v1/panels/backtest.equity",
    params=("run", "other"),
    columns=(
        Column("net", "Net", Format.NUMBER, decimals=2),
        Column("gross", "Before costs", Format.NUMBER, decimals=2),
        Column("other", "Compared", Format.NUMBER, decimals=2),
    ),
    width=8,
    height=10,
    empty=RUN_FIRST,
    help=(
        "Capital and gains at the close of every bar; what is open is valued there. Before costs: "
        "without fees, slippage and funding. Compared: net equity of the run chosen in Compare, at "
        f"the same times. {_ROWS}"
    ),
)

DRAWDOWN = Panel(
    id="backtest.drawdown",
    kind=PanelKind.STREAM_LINES,
    title="Drawdown",
    topic="backtest.drawdown",
    query="/api/v1/panels/backtest.drawdown",
    params=("run",),
    columns=(Column("drawdown", "Drawdown", Format.PERCENT, decimals=2),),
    guides=(Guide(0.0, "0"),),
    width=8,
    height=9,
    empty=RUN_FIRST,
    help="Net equity / its highest so far - 1.",
)

FIGURES = Panel(
    id="backtest.figures",
    kind=PanelKind.STATS,
    title="Tear sheet",
    topic="backtest.figures",
    query="/api/v1/panels/backtest.figures",
    params=("run",),
    columns=(
        Column("total_return", "Total return", Format.PERCENT, decimals=2, signed=True),
        Column("cagr", "Growth a year", Format.PERCENT, decimals=2, signed=True),
        Column("volatility", "Volatility a year", Format.PERCENT, decimals=2),
        Column("sharpe", "Sharpe ratio", Format.NUMBER, decimals=3, signed=True),
        Column("sortino", "Sortino ratio", Format.NUMBER, decimals=2, signed=True),
        Column("calmar", "Calmar ratio", Format.NUMBER, decimals=2, signed=True),
        Column("drawdown", "Max drawdown", Format.PERCENT, decimals=2),
        Column("profit_factor", "Profit factor", Format.NUMBER, decimals=2),
        Column("payoff", "Payoff", Format.NUMBER, decimals=2),
        Column("mean_trade", "Mean trade", Format.NUMBER, decimals=2, signed=True),
        Column("mean_hold", "Mean hold", Format.DURATION),
        Column("annual_turnover", "Turnover a year", Format.NUMBER, decimals=1),
        Column("value_at_risk", "VaR 95 %, one bar", Format.PERCENT, decimals=3),
        Column("expected_shortfall", "ES 95 %, one bar", Format.PERCENT, decimals=3),
    ),
    width=4,
    height=13,
    empty=RUN_FIRST,
    help=(
        "Growth: compound, only of spans of a tenth of a year or more. Sortino: mean / root mean "
        "square of losses over all bars. Calmar: growth / drawdown. Profit factor: gains / losses; "
        "payoff: mean gain / mean loss. VaR and ES: historical, losses positive. What the bars cannot "
        "tell is absent."
    ),
)

ZSCORE = Panel(
    id="backtest.zscore",
    kind=PanelKind.STREAM_LINES,
    title="z-score and trades",
    topic="backtest.zscore",
    query="/api/v1/panels/backtest.zscore",
    params=("run",),
    columns=(
        Column("zscore", "z", Format.NUMBER, decimals=2, signed=True),
        Column("high", "Entry, short", Format.NUMBER, decimals=2, signed=True),
        Column("low", "Entry, long", Format.NUMBER, decimals=2, signed=True),
    ),
    guides=(Guide(0.0, "0"),),
    width=8,
    height=13,
    empty=RUN_FIRST,
    help=(
        "A marker stands at the bar whose close decided; the fill is in the bar after it. Up: spread "
        "bought; down: spread sold."
    ),
)


def _candles(leg: str) -> Panel:
    return Panel(
        id=f"backtest.{leg}",
        kind=PanelKind.CANDLES,
        title=f"{leg}: price and trades",
        topic=f"backtest.{leg}",
        query=f"/api/v1/panels/backtest.{leg}",
        params=("run",),
        columns=(Column("close", "Close", Format.PRICE), Column("volume", "Volume")),
        width=6,
        height=8,
        empty=RUN_FIRST,
        help=(
            "Bars of the backtest, several in one where there are too many to draw. Markers are the "
            "fills of this leg."
        ),
    )


TRADES = Panel(
    id="backtest.trades",
    kind=PanelKind.TABLE,
    title="Trades",
    topic="backtest.trades",
    query="/api/v1/panels/backtest.trades",
    params=("run",),
    columns=(
        Column("number", "#", Format.COUNT),
        Column("side", "Spread"),
        Column("entry", "Filled", Format.DATETIME),
        Column("exit", "Closed", Format.DATETIME),
        Column("hold", "Bars", Format.COUNT),
        Column("reason", "Why closed"),
        Column("entry_zscore", "z, entry", Format.NUMBER, decimals=2, signed=True),
        Column("exit_zscore", "z, exit", Format.NUMBER, decimals=2, signed=True),
        Column("hedge_ratio", "Hedge ratio", Format.NUMBER, decimals=4),
        Column("quantity_y", "y held", Format.NUMBER, signed=True, help="Units of y."),
        Column("quantity_x", "x held", Format.NUMBER, signed=True, help="Units of x."),
        Column("gross", "Gross", Format.NUMBER, decimals=2, signed=True),
        Column("fees", "Fees", Format.NUMBER, decimals=2),
        Column("slippage", "Slippage", Format.NUMBER, decimals=2),
        Column("funding", "Funding", Format.NUMBER, decimals=2, signed=True),
        Column("net", "Net", Format.NUMBER, decimals=2, signed=True),
    ),
    width=12,
    height=9,
    empty="The rules opened no trade; lower the entry, shorten the windows, or take more bars.",
    help=(
        "Newest first. Net = gross - fees - slippage - funding, in the currency of the prices. A "
        "trade that is open is valued at the last close, without the cost of closing it. Why closed: "
        "exit (the score came back), stop, time (longest hold), open."
    ),
)

RUNS = Panel(
    id="backtest.runs",
    kind=PanelKind.TABLE,
    title="Kept runs",
    topic="backtest.runs",
    query="/api/v1/panels/backtest.runs",
    columns=(
        Column("created", "When", Format.DATETIME),
        Column("kind", "Kind"),
        Column("title", "Of"),
        Column("state", "State", Format.STATE),
        Column("net", "Net", Format.NUMBER, decimals=2, signed=True),
        Column("sharpe", "Sharpe", Format.NUMBER, decimals=3, signed=True),
        Column("drawdown", "Drawdown", Format.PERCENT, decimals=2),
        Column("trades", "Trades", Format.COUNT),
        Column("overfitting", "PBO", Format.PERCENT, decimals=0),
        Column("detail", "Rules"),
        Column("open", "", Format.LINK, mark="Open"),
        Column("compare", "", Format.LINK, mark="Compare"),
    ),
    actions=(
        Action("csv", "CSV", "GET", "/api/v1/backtests/{id}?format=csv"),
        Action(
            "delete",
            "Delete",
            "DELETE",
            "/api/v1/backtests/{id}",
            confirm="Delete this run? What it was made of stays on the tape.",
            done="The run is deleted.",
        ),
    ),
    width=12,
    height=9,
    empty=RUN_FIRST,
    help=(
        "The newest 50 of each kind, kept over restarts; demo and replay mark runs over simulated or "
        "recorded markets. Figures of a sweep are of its best set. Deleting one that runs ends it."
    ),
)

PANELS_AHEAD = (HEADLINE, EQUITY, DRAWDOWN, FIGURES, ZSCORE, _candles("y"), _candles("x"), TRADES)
