"""Panels of the Backtest page that show sweeps and walks forward."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Panel, PanelKind

_SWEEP_FIRST = "Press Sweep: thousands of combinations take about a second."
_WALK_FIRST = "Press Walk forward: every fold is a sweep of its own."

SURFACE = Panel(
    id="backtest.sweep",
    kind=PanelKind.SURFACE,
    title="Sweep: entry and score window",
    topic="backtest.sweep",
    query="/api/v1/panels/backtest.sweep",
    params=("sweep",),
    columns=(
        Column("sharpe", "Sharpe, median", Format.NUMBER, decimals=3, signed=True),
        Column("best", "Sharpe, best", Format.NUMBER, decimals=3, signed=True),
        Column("net", "Net gain, median", Format.NUMBER, decimals=2, signed=True),
        Column("trades", "Trades, median", Format.COUNT),
    ),
    axes=(
        Column("window", "Score window", Format.NUMBER, unit="rows", decimals=0),
        Column("entry", "Entry", Format.NUMBER, unit="deviations", decimals=2),
    ),
    width=8,
    height=14,
    empty=_SWEEP_FIRST,
    help=(
        "Each cell sums up all sets with its entry and window: the median over exits, stops, longest "
        "holds and hedge windows, or the best of them. An edge is a plateau in the median; a single "
        "bright cell of the best is a lucky one. Annual Sharpe ratios after costs, all sets on the "
        "same bars."
    ),
)

VERDICT = Panel(
    id="backtest.verdict",
    kind=PanelKind.STATS,
    title="Is the best set more than luck?",
    topic="backtest.verdict",
    query="/api/v1/panels/backtest.verdict",
    params=("sweep",),
    columns=(
        Column("sets", "Sets compared", Format.COUNT, help="With five trades or more."),
        Column("best", "Best Sharpe ratio", Format.NUMBER, decimals=3, signed=True),
        Column("chance", "Best expected by chance", Format.NUMBER, decimals=3, signed=True),
        Column("deflated", "Deflated Sharpe ratio", Format.PERCENT, decimals=1),
        Column("overfitting", "Probability of overfitting", Format.PERCENT, decimals=1),
        Column("loss", "Loses out of sample", Format.PERCENT, decimals=1),
        Column("slope", "Slope, out on in sample", Format.NUMBER, decimals=2, signed=True),
        Column("record", "Record needed", Format.DURATION),
    ),
    width=6,
    height=10,
    empty=_SWEEP_FIRST,
    help=(
        "Compared are the sets with five trades or more, or all that traded where none has. Best "
        "expected by chance: largest Sharpe ratio of as many independent tries without an edge; "
        "deflated Sharpe ratio: probability that the true ratio is above it (Bailey and Lopez de "
        "Prado 2014), significant above 95 %. Independent tries: rho + (1 - rho) sets, rho being the "
        "mean correlation of their returns. Probability of overfitting: share of the 12,870 ways to "
        "split the bars into two halves of 8 blocks in which the set that is best in one half is "
        "below the median in the other (CSCV; Bailey, Borwein, Lopez de Prado and Zhu 2017); about "
        "50 % where choosing is worth nothing. Record needed: for the best ratio to be significant if "
        "it had been the only try."
    ),
)

LOGITS = Panel(
    id="backtest.logits",
    kind=PanelKind.CURVE,
    title="Rank of the chosen set out of sample",
    topic="backtest.logits",
    query="/api/v1/panels/backtest.logits",
    params=("sweep",),
    columns=(Column("share", "Share of splits", Format.PERCENT, decimals=1, mark="steps"),),
    axes=(
        Column("logit", "Logit of the rank", Format.NUMBER, decimals=1, signed=True),
        Column("share", "Share of splits", Format.PERCENT, decimals=0),
    ),
    width=6,
    height=10,
    empty=_SWEEP_FIRST,
    help=(
        "ln(w / (1 - w)) of the relative rank w, in one half, of the set that is best in the other. "
        "What is at or left of 0 is the probability of overfitting."
    ),
)

WALK = Panel(
    id="backtest.walk",
    kind=PanelKind.STREAM_LINES,
    title="Walk forward: equity out of sample",
    topic="backtest.walk",
    query="/api/v1/panels/backtest.walk",
    params=("walk",),
    columns=(
        Column("net", "Net", Format.NUMBER, decimals=2),
        Column("gross", "Before costs", Format.NUMBER, decimals=2),
    ),
    width=8,
    height=10,
    empty=_WALK_FIRST,
    help=(
        "Tests one after the other, each traded with what the rows before it chose; what is held at "
        "the end of a test is closed."
    ),
)

WALK_FIGURES = Panel(
    id="backtest.walk_figures",
    kind=PanelKind.STATS,
    title="Out of sample",
    topic="backtest.walk_figures",
    query="/api/v1/panels/backtest.walk_figures",
    params=("walk",),
    columns=(
        Column("net", "Net gain", Format.NUMBER, decimals=2, signed=True),
        Column("sharpe", "Sharpe ratio", Format.NUMBER, decimals=3, signed=True),
        Column("efficiency", "Efficiency", Format.PERCENT, decimals=0),
        Column("drawdown", "Max drawdown", Format.PERCENT, decimals=2),
        Column("trades", "Closed trades", Format.COUNT),
        Column("folds", "Folds that gained", Format.COUNT),
    ),
    width=4,
    height=10,
    empty=_WALK_FIRST,
    help=(
        "Efficiency: mean return of a bar in the tests / in training (Pardo 2008); 100 % where what "
        "was chosen went on as before, negative where it turned into a loss."
    ),
)

FOLDS = Panel(
    id="backtest.folds",
    kind=PanelKind.TABLE,
    title="Folds",
    topic="backtest.folds",
    query="/api/v1/panels/backtest.folds",
    params=("walk",),
    columns=(
        Column("number", "#", Format.COUNT),
        Column("train", "Train from", Format.DATETIME),
        Column("test", "Test from", Format.DATETIME),
        Column("end", "To", Format.DATETIME),
        Column("chosen", "Chosen"),
        Column("train_sharpe", "Sharpe, train", Format.NUMBER, decimals=3, signed=True),
        Column("test_sharpe", "Sharpe, test", Format.NUMBER, decimals=3, signed=True),
        Column("train_trades", "Trades, train", Format.COUNT),
        Column("test_trades", "Trades, test", Format.COUNT),
        Column("net", "Net, test", Format.NUMBER, decimals=2, signed=True),
    ),
    width=12,
    height=8,
    empty=_WALK_FIRST,
    help=(
        "Chosen: the set with the highest Sharpe ratio in training among those with five trades or "
        "more; where there is none, nothing is traded."
    ),
)

PANELS_AFTER = (SURFACE, VERDICT, LOGITS, WALK, WALK_FIGURES, FOLDS)
