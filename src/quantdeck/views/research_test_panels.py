"""The panels of the Research page about backtests of a model, and the scoreboard."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Guide, Panel, PanelKind

_PANEL = "/api/v1/panels"

TEST_FIRST = "Nothing was backtested yet: press Backtest in Run, or run quantdeck backtest."
_OUT = "Only predictions out of sample are traded: each was made by a model that saw earlier sessions alone. "
_FILLS = "Decided at a session's close, filled at the next open, after costs. "

RESULT = Panel(
    id="research.result",
    kind=PanelKind.KPI,
    title="Would it have paid?",
    topic="research.result",
    query=f"{_PANEL}/research.result",
    params=("run",),
    columns=(
        Column("net", "Net gain", Format.NUMBER, decimals=2, signed=True),
        Column("return", "Return", Format.PERCENT, decimals=1, signed=True),
        Column("benchmark", "Benchmark", Format.PERCENT, decimals=1, signed=True),
        Column("sharpe", "Sharpe ratio", Format.NUMBER, decimals=2, signed=True),
        Column("drawdown", "Deepest drawdown", Format.PERCENT, decimals=1),
        Column("turnover", "Turnover a year", Format.NUMBER, decimals=1),
        Column("costs", "Costs", Format.NUMBER, decimals=2),
    ),
    width=12,
    height=5,
    empty=TEST_FIRST,
    help=(
        f"{_OUT}{_FILLS}Sharpe: mean / deviation of the returns of sessions, times the root of the sessions "
        "in a year; its standard error takes skewness and kurtosis into account (Mertens 2002). The past "
        "is no promise, and the best of many backtests is partly luck: see the deflated ratio."
    ),
)

EQUITY = Panel(
    id="research.equity",
    kind=PanelKind.STREAM_LINES,
    title="Equity",
    topic="research.equity",
    query=f"{_PANEL}/research.equity",
    params=("run",),
    columns=(
        Column("equity", "After costs", Format.NUMBER, decimals=2),
        Column("gross", "Before costs", Format.NUMBER, decimals=2),
        Column("benchmark", "Benchmark", Format.NUMBER, decimals=2),
    ),
    width=8,
    height=10,
    empty=TEST_FIRST,
    help=(
        "At the close of every session; what is held is valued there, at its last close where it did not "
        f"trade. The benchmark pays the same costs. {_FILLS}"
    ),
)

FIGURES = Panel(
    id="research.figures",
    kind=PanelKind.STATS,
    title="Tear sheet",
    topic="research.figures",
    query=f"{_PANEL}/research.figures",
    params=("run",),
    columns=(
        Column("cagr", "Growth a year", Format.PERCENT, decimals=2, signed=True),
        Column("volatility", "Volatility a year", Format.PERCENT, decimals=1),
        Column("sharpe", "Sharpe ratio", Format.NUMBER, decimals=3, signed=True),
        Column("deflated", "Deflated Sharpe", Format.PERCENT, decimals=1),
        Column("sortino", "Sortino ratio", Format.NUMBER, decimals=2, signed=True),
        Column("calmar", "Calmar ratio", Format.NUMBER, decimals=2, signed=True),
        Column("active", "Above the benchmark", Format.PERCENT, decimals=2, signed=True),
        Column("information", "Information ratio", Format.NUMBER, decimals=2, signed=True),
        Column("beta", "Beta", Format.NUMBER, decimals=2, signed=True),
        Column("alpha", "Alpha", Format.PERCENT, decimals=2, signed=True),
        Column("trades", "Closed trades", Format.COUNT),
        Column("hit_rate", "Hit rate", Format.PERCENT, decimals=1),
        Column("mean_trade", "Mean trade", Format.NUMBER, decimals=2, signed=True),
        Column("mean_hold", "Mean hold", Format.NUMBER, decimals=1),
        Column("held", "Held", Format.NUMBER, decimals=1),
        Column("exposure", "Exposure", Format.PERCENT, decimals=0),
        Column("dividends", "Dividends", Format.NUMBER, decimals=2),
        Column("stale", "Stale prices", Format.COUNT),
    ),
    width=4,
    height=18,
    empty=TEST_FIRST,
    help=(
        "A year has 252 sessions of an exchange, 365 days of a market that never closes. Deflated Sharpe "
        "ratio: probability that the true one is above what the best of so many tries shows by chance "
        "(Bailey and Lopez de Prado 2014)."
    ),
)

DRAWDOWN = Panel(
    id="research.drawdown",
    kind=PanelKind.STREAM_LINES,
    title="Below the highest so far",
    topic="research.drawdown",
    query=f"{_PANEL}/research.drawdown",
    params=("run",),
    columns=(
        Column("equity", "After costs", Format.PERCENT, decimals=1),
        Column("benchmark", "Benchmark", Format.PERCENT, decimals=1),
    ),
    guides=(Guide(0.0, "high"),),
    width=8,
    height=8,
    empty=TEST_FIRST,
    help="Equity / its highest so far - 1.",
)

CHART = Panel(
    id="research.chart",
    kind=PanelKind.CANDLES,
    title="Price and trades",
    topic="research.chart",
    query=f"{_PANEL}/research.chart",
    params=("run", "symbol"),
    columns=(Column("close", "Close", Format.PRICE), Column("volume", "Volume")),
    width=12,
    height=11,
    empty=TEST_FIRST,
    help=(
        "Daily bars, adjusted for splits, of the sessions of the backtest. A marker stands at the session "
        "of the fill, which is the one after the decision."
    ),
)

TRADES = Panel(
    id="research.trades",
    kind=PanelKind.TABLE,
    title="Trades",
    topic="research.trades",
    query=f"{_PANEL}/research.trades",
    params=("run",),
    columns=(
        Column("symbol", "Symbol"),
        Column("side", "Side"),
        Column("entry", "Entry"),
        Column("exit", "Exit"),
        Column("quantity", "Quantity", Format.NUMBER, decimals=2),
        Column("entry_price", "Bought at", Format.NUMBER, decimals=2),
        Column("exit_price", "Sold at", Format.NUMBER, decimals=2),
        Column("costs", "Costs", Format.NUMBER, decimals=2),
        Column("net", "Net", Format.NUMBER, decimals=2, signed=True),
    ),
    width=12,
    height=8,
    empty=TEST_FIRST,
    help=(
        "From nothing to nothing, newest first. Quantities and prices are in shares of the first session, "
        "carried through later splits, so that a split is no trade."
    ),
)

TESTS = Panel(
    id="research.tests",
    kind=PanelKind.TABLE,
    title="Backtests",
    topic="research.tests",
    query=f"{_PANEL}/research.tests",
    columns=(
        Column("id", "Run"),
        Column("created", "Made", Format.DATETIME),
        Column("title", "Of"),
        Column("span", "Sessions"),
        Column("net", "Net gain", Format.NUMBER, decimals=2, signed=True),
        Column("sharpe", "Sharpe", Format.NUMBER, decimals=2, signed=True),
        Column("drawdown", "Drawdown", Format.PERCENT, decimals=1),
        Column("mode", "Data", Format.STATE),
    ),
    width=12,
    height=5,
    empty=TEST_FIRST,
    help="Newest first; choose one in Run above.",
)

SCOREBOARD = Panel(
    id="research.scoreboard",
    kind=PanelKind.TABLE,
    title="Scoreboard",
    topic="research.scoreboard",
    query=f"{_PANEL}/research.scoreboard",
    columns=(
        Column("date", "Date"),
        Column("kind", "What"),
        Column("model", "Model"),
        Column("strategy", "Strategy"),
        Column("auc", "AUC", Format.NUMBER, decimals=3),
        Column("cv_auc", "CV AUC", Format.NUMBER, decimals=3),
        Column("pnl", "Net gain", Format.NUMBER, decimals=2, signed=True),
        Column("return", "Return", Format.PERCENT, decimals=1, signed=True),
        Column("sharpe", "Sharpe", Format.NUMBER, decimals=2, signed=True),
        Column("max_drawdown", "Drawdown", Format.PERCENT, decimals=1),
        Column("turnover", "Turnover", Format.NUMBER, decimals=1),
        Column("simulated", "Simulated"),
    ),
    width=12,
    height=8,
    empty="A row for every training and backtest, kept in reports/scoreboard.csv.",
    help=(
        "Newest first, from scoreboard.csv of the reports folder. AUC is that of the newest sessions, CV "
        "AUC that of the whole walk forward; both out of sample."
    ),
)

TEST_PANELS = (RESULT, EQUITY, FIGURES, DRAWDOWN, CHART, TRADES, TESTS, SCOREBOARD)
"""In reading order."""
