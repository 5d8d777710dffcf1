"""The panels of the Risk page."""

from __future__ import annotations

from quantdeck.analytics.metrics import metric
from quantdeck.views.metric_notes import how_computed
from quantdeck.views.panels import Action, Column, Format, Guide, Panel, PanelKind

RISK = ("symbol", "interval", "lookback", "benchmark", "confidence", "window", "risk_free")
"""Controls that name a study."""

ESTIMATORS = (
    *("close_volatility", "ewma_volatility", "parkinson_volatility"),
    *("garman_klass_volatility", "rogers_satchell_volatility", "yang_zhang_volatility"),
)
"""Volatilities of the whole sample; keys of the registry of metrics."""

EMPTY = (
    "It takes closed bars of the symbol. Choose another symbol or interval, or set up a source of "
    "prices in the section history of the settings."
)
_CLOSES = (
    "Closed bars, adjusted for splits and dividends where the source names them; bars without a close "
    "are left out, and the next return spans them. "
)
_COMMON = (
    "Against the benchmark the closes count that both have: nothing is carried forward, and over days "
    "that one does not trade the other gathers its return. "
)

SUMMARY = Panel(
    id="risk.summary",
    kind=PanelKind.KPI,
    title="How bad can it get?",
    topic="risk.summary",
    query="/api/v1/panels/risk.summary",
    params=RISK,
    columns=(
        Column("cagr", "Growth a year", Format.PERCENT, decimals=1, signed=True),
        Column("annual_volatility", "Volatility", Format.PERCENT, decimals=1),
        Column("sharpe_ratio", "Sharpe ratio", Format.NUMBER, decimals=2, signed=True),
        Column("max_drawdown", "Deepest drawdown", Format.PERCENT, decimals=1),
        Column("under_water", "Below its high", Format.PERCENT, decimals=1),
        Column("value_at_risk", "Value at risk", Format.PERCENT, decimals=2),
        Column("expected_shortfall", "Expected shortfall", Format.PERCENT, decimals=2),
        Column("beta", "Beta", Format.NUMBER, decimals=2, signed=True),
    ),
    actions=(
        Action(
            "sheet",
            "Tear sheet",
            "GET",
            "/api/v1/risk/{symbol}/tearsheet"
            "?interval={interval}&lookback={lookback}&benchmark={benchmark}",
            where="panel",
        ),
    ),
    width=12,
    height=5,
    empty=EMPTY,
    help=_CLOSES
    + how_computed("cagr", "annual_volatility", "sharpe_ratio", "max_drawdown", "value_at_risk")
    + " Volatility, growth and ratios are a year's: 252 sessions of an exchange, 365 days of a market "
    "that never closes.",
)

WEALTH = Panel(
    id="risk.wealth",
    kind=PanelKind.STREAM_LINES,
    title="Growth of 1",
    topic="risk.wealth",
    query="/api/v1/panels/risk.wealth",
    params=RISK,
    columns=(Column("wealth", "Growth of 1", Format.NUMBER, decimals=3),),
    guides=(Guide(1.0, "1"),),
    width=7,
    height=8,
    empty=EMPTY,
    help=f"What 1 became, product of (1 + r). {_CLOSES}The benchmark starts at the first close in common.",
)

MONTHS = Panel(
    id="risk.months",
    kind=PanelKind.SURFACE,
    title="Returns of months",
    topic="risk.months",
    query="/api/v1/panels/risk.months",
    params=RISK,
    columns=(Column("return", "Return", Format.PERCENT, decimals=1, signed=True),),
    axes=(Column("month", "", Format.COUNT), Column("year", "", Format.COUNT)),
    width=5,
    height=8,
    empty=EMPTY,
    help=how_computed("monthly_return")
    + " Beside each year stands its own return. The first and the last month may be cut by the data.",
)

UNDERWATER = Panel(
    id="risk.underwater",
    kind=PanelKind.STREAM_LINES,
    title="Below the highest so far",
    topic="risk.underwater",
    query="/api/v1/panels/risk.underwater",
    params=RISK,
    columns=(Column("underwater", "Below the high", Format.PERCENT, decimals=1),),
    guides=(Guide(0.0, "high"),),
    width=7,
    height=8,
    empty=EMPTY,
    help="d[t] = W[t] / max(W[0..t]) - 1, from wealth of 1 before the first return. "
    + how_computed("max_drawdown"),
)

DRAWDOWNS = Panel(
    id="risk.drawdowns",
    kind=PanelKind.TABLE,
    title="Deepest drawdowns",
    topic="risk.drawdowns",
    query="/api/v1/panels/risk.drawdowns",
    params=RISK,
    columns=(
        Column("depth", "Depth", Format.PERCENT, decimals=1),
        Column("peak", "Peak"),
        Column("trough", "Trough"),
        Column("recovery", "Recovered", help="First close at or above the peak again."),
        Column("down", "Down", Format.COUNT, help="Bars from peak to trough."),
        Column("under", "Under", Format.COUNT, help="Bars from peak to recovery, or to now."),
    ),
    width=5,
    height=8,
    empty="Wealth never fell below its high.",
    help=how_computed("drawdown_table", "average_drawdown", "ulcer_index"),
)

BACK_TEST = Panel(
    id="risk.back_test",
    kind=PanelKind.STREAM_LINES,
    title="Returns against the value at risk forecast for them",
    topic="risk.back_test",
    query="/api/v1/panels/risk.back_test",
    params=RISK,
    columns=(
        Column("returns", "Return", Format.PERCENT, decimals=2, signed=True),
        Column("forecast", "Value at risk", Format.PERCENT, decimals=2),
    ),
    guides=(Guide(0.0, "0"),),
    width=7,
    height=9,
    empty=EMPTY,
    help=how_computed("rolling_value_at_risk")
    + " Marked are the periods whose loss was larger than forecast.",
)

TAILS = Panel(
    id="risk.tails",
    kind=PanelKind.TABLE,
    title="Value at risk and expected shortfall",
    topic="risk.tails",
    query="/api/v1/panels/risk.tails",
    params=RISK,
    columns=(
        Column("method", "Method"),
        Column("level", "Level", Format.PERCENT, decimals=1),
        Column("value_at_risk", "VaR", Format.PERCENT, decimals=2),
        Column("expected_shortfall", "ES", Format.PERCENT, decimals=2),
        Column("note", "Note"),
    ),
    width=5,
    height=9,
    empty=EMPTY,
    help="Of one bar; a loss is positive. "
    + how_computed("value_at_risk", "gaussian_value_at_risk", "cornish_fisher_value_at_risk"),
)

EXCEEDANCES = Panel(
    id="risk.exceedances",
    kind=PanelKind.STATS,
    title="Is the value at risk right?",
    topic="risk.exceedances",
    query="/api/v1/panels/risk.exceedances",
    params=RISK,
    columns=(
        Column("forecasts", "Forecasts", Format.COUNT),
        Column("count", "Exceeded", Format.COUNT),
        Column("share", "Share", Format.PERCENT, decimals=2),
        Column("kupiec", "Kupiec, p", Format.PVALUE, help=how_computed("kupiec")),
        Column(
            "christoffersen",
            "Christoffersen, p",
            Format.PVALUE,
            help=how_computed("christoffersen"),
        ),
        Column("both", "Both together, p", Format.PVALUE),
        Column("light", "Basel traffic light", help=how_computed("traffic_light")),
    ),
    width=4,
    height=8,
    empty=EMPTY,
    help=how_computed("kupiec", "christoffersen", "traffic_light"),
)

RATIOS = Panel(
    id="risk.ratios",
    kind=PanelKind.STREAM_LINES,
    title="Rolling Sharpe ratio and beta",
    topic="risk.ratios",
    query="/api/v1/panels/risk.ratios",
    params=RISK,
    columns=(
        Column("sharpe", "Sharpe", Format.NUMBER, decimals=2, signed=True),
        Column("beta", "Beta", Format.NUMBER, decimals=2, signed=True),
    ),
    guides=(Guide(0.0, "0"),),
    width=8,
    height=8,
    empty=EMPTY,
    help=how_computed("rolling_sharpe", "rolling_beta") + f" {_COMMON}",
)

VOLATILITY = Panel(
    id="risk.volatility",
    kind=PanelKind.STREAM_LINES,
    title="Volatility",
    topic="risk.volatility",
    query="/api/v1/panels/risk.volatility",
    params=RISK,
    columns=(
        Column("rolling", "Closes", Format.PERCENT, decimals=1),
        Column("ewma", "EWMA", Format.PERCENT, decimals=1),
        Column("yang_zhang", "Yang-Zhang", Format.PERCENT, decimals=1),
    ),
    width=8,
    height=8,
    empty=EMPTY,
    help=how_computed("annual_volatility", "ewma_volatility", "yang_zhang_volatility"),
)

VOLATILITIES = Panel(
    id="risk.volatilities",
    kind=PanelKind.STATS,
    title="Volatility by estimator",
    topic="risk.volatilities",
    query="/api/v1/panels/risk.volatilities",
    params=RISK,
    columns=tuple(
        Column(name, metric(name).title, Format.PERCENT, decimals=2, help=how_computed(name))
        for name in ESTIMATORS
    ),
    width=4,
    height=8,
    empty=EMPTY,
    help=how_computed(*ESTIMATORS)
    + " Those of ranges miss what happens between close and open; Yang-Zhang has it.",
)

DISTRIBUTION = Panel(
    id="risk.distribution",
    kind=PanelKind.CURVE,
    title="Distribution of returns",
    topic="risk.distribution",
    query="/api/v1/panels/risk.distribution",
    params=RISK,
    columns=(
        Column("counts", "Returns", Format.NUMBER, decimals=0, mark="steps"),
        Column("normal", "Normal", Format.NUMBER, decimals=1, mark="dashed"),
    ),
    axes=(
        Column("return", "Return of a bar", Format.PERCENT, decimals=1, signed=True),
        Column("count", "Count", Format.NUMBER, decimals=0),
    ),
    width=6,
    height=8,
    empty=EMPTY,
    help=how_computed("return_histogram", "skewness", "excess_kurtosis", "jarque_bera"),
)

MEMORY = Panel(
    id="risk.memory",
    kind=PanelKind.CURVE,
    title="Autocorrelation of returns",
    topic="risk.memory",
    query="/api/v1/panels/risk.memory",
    params=RISK,
    columns=(
        Column("values", "Autocorrelation", Format.NUMBER, decimals=3, signed=True, mark="points"),
        Column("upper", "95 % band", Format.NUMBER, decimals=3, mark="dashed"),
        Column("lower", "", Format.NUMBER, decimals=3, mark="dashed"),
    ),
    guides=(Guide(0.0, "0"),),
    axes=(
        Column("lag", "Lag", Format.NUMBER, unit="bars", decimals=0),
        Column("rho", "Autocorrelation", Format.NUMBER, decimals=2, signed=True),
    ),
    width=6,
    height=8,
    empty=EMPTY,
    help=how_computed("autocorrelation", "ljung_box"),
)

STATIONARITY = Panel(
    id="risk.stationarity",
    kind=PanelKind.STATS,
    title="Does it wander?",
    topic="risk.stationarity",
    query="/api/v1/panels/risk.stationarity",
    params=RISK,
    columns=(
        Column("adf_prices", "ADF of log prices, p", Format.PVALUE, help=how_computed("adf")),
        Column("kpss_prices", "KPSS of log prices, p", Format.PVALUE, help=how_computed("kpss")),
        Column("adf_returns", "ADF of returns, p", Format.PVALUE, help=how_computed("adf")),
        Column("kpss_returns", "KPSS of returns, p", Format.PVALUE, help=how_computed("kpss")),
    ),
    width=12,
    height=5,
    empty=EMPTY,
    help=how_computed("adf", "kpss")
    + " The null hypotheses are opposite: ADF takes it that the series wanders, KPSS that it does not.",
)

FIGURES = Panel(
    id="risk.figures",
    kind=PanelKind.TABLE,
    title="All figures",
    topic="risk.figures",
    query="/api/v1/panels/risk.figures",
    params=RISK,
    columns=(
        Column("group", "Group"),
        Column("title", "Figure"),
        Column("shown", "Value"),
        Column("value", "Decimal", Format.NUMBER, decimals=6),
        Column("unit", "Unit"),
        Column("formula", "How computed"),
        Column("convention", "Convention"),
        Column("source", "Source"),
    ),
    width=12,
    height=14,
    empty=EMPTY,
    help=_CLOSES
    + _COMMON
    + "Where there is no figure, the convention says why. Every one is held to another library or an "
    "exact value by a test: see the reference of metrics.",
)

PANELS = (
    *(SUMMARY, WEALTH, MONTHS, UNDERWATER, DRAWDOWNS, BACK_TEST, TAILS, RATIOS, EXCEEDANCES),
    *(VOLATILITY, VOLATILITIES, DISTRIBUTION, MEMORY, STATIONARITY, FIGURES),
)
"""In reading order."""
