"""The Pairs page: whether a spread is stretched, and whether it comes back."""

from __future__ import annotations

from quantdeck.analytics.pairs.estimators import ESTIMATORS
from quantdeck.views.figures import MINUS
from quantdeck.views.pair_panels import ESTIMATES, HEDGE, MORE, PAIR, REVERSION
from quantdeck.views.panels import Column, Control, Format, Guide, Page, Panel, PanelKind

_SPREAD = Panel(
    id="pairs.spread",
    kind=PanelKind.STREAM_LINES,
    title="Spread",
    topic="pairs.spread",
    query="/api/v1/panels/pairs.spread",
    params=PAIR,
    columns=(
        Column("spread", "Spread", Format.NUMBER, decimals=6),
        Column("mean", "Mean", Format.NUMBER, decimals=6),
        Column("upper1", "+1 sd", Format.NUMBER, decimals=6),
        Column("lower1", f"{MINUS}1 sd", Format.NUMBER, decimals=6),
        Column("upper2", "+2 sd", Format.NUMBER, decimals=6),
        Column("lower2", f"{MINUS}2 sd", Format.NUMBER, decimals=6),
    ),
    width=8,
    height=9,
    empty=MORE,
    help=(
        "spread = y - intercept - hedge ratio * x, of log prices unless levels are chosen. The line "
        "is the estimator's over the closed rows of the lookback and is fitted anew at every "
        "new bar (ticks: every second); of Kalman the spread is the one-step prediction error, of "
        "rolling the distance from the window's line, neither of which knows a later row. Mean and bands are the rolling mean and 1 and 2 rolling "
        "standard deviations (divisor window - 1), so the spread meets the outer band where "
        "z = +-2."
    ),
)

_STATS = Panel(
    id="pairs.stats",
    kind=PanelKind.STATS,
    title="Does it come back?",
    topic="pairs.stats",
    query="/api/v1/panels/pairs.stats",
    params=PAIR,
    columns=(
        Column("zscore", "z-score", Format.NUMBER, decimals=2, signed=True),
        Column(
            "engle_granger",
            "Engle-Granger p",
            Format.PVALUE,
            help="p-value of the cointegration test of y on x.",
        ),
        Column(
            "engle_granger_reverse",
            "p, x on y",
            Format.PVALUE,
            help="The same test with the roles exchanged; the two may disagree.",
        ),
        Column(
            "adf",
            "ADF p of the spread",
            Format.PVALUE,
            help="Unit-root test of the least-squares spread as if its line had been known beforehand.",
        ),
        Column("adf_statistic", "ADF statistic", Format.NUMBER, decimals=2, signed=True),
        Column("half_life", "Half-life", Format.DURATION),
        Column("hurst", "Hurst exponent", Format.NUMBER, decimals=2),
        Column(
            "reversion",
            "Back to its mean",
            Format.PERCENT,
            decimals=0,
            help="How often, after a z-score beyond 2, within the middle horizon of the table below.",
        ),
        Column("hedge_ratio", "Hedge ratio", Format.NUMBER, decimals=4),
        Column("intercept", "Intercept", Format.NUMBER, decimals=4),
        Column("r_squared", "R squared", Format.NUMBER, decimals=4, help="Of least squares."),
        Column("correlation", "Correlation of returns", Format.NUMBER, decimals=3, signed=True),
        Column("residual_sd", "Spread, sd", Format.NUMBER, decimals=6),
        Column("rows", "Rows", Format.COUNT),
    ),
    width=4,
    height=17,
    empty=MORE,
    help=(
        "Hedge ratio of the estimator chosen; of least squares with its standard error, of others with "
        "their 95 % interval. Both tests are of the least-squares line whatever is chosen, since "
        "critical values are known for no other. ADF: augmented Dickey-Fuller with a constant, lag by AIC, p-values after MacKinnon (1994, "
        "2010). Since the line was fitted, the plain ADF p-value is too small; Engle-Granger takes "
        "the fit into account and is the one to judge by. Half-life: ln 2 / -ln phi of an AR(1) "
        "with constant. Hurst: growth of the variance of differences, 0.5 for a random walk. All of the closed rows of the lookback, except the z-score and the "
        "correlation, which are of the newest row."
    ),
)

_ZSCORE = Panel(
    id="pairs.zscore",
    kind=PanelKind.STREAM_LINES,
    title="z-score",
    topic="pairs.zscore",
    query="/api/v1/panels/pairs.zscore",
    params=PAIR,
    columns=(Column("zscore", "z", Format.NUMBER, decimals=2, signed=True),),
    guides=(Guide(2.0, "+2"), Guide(0.0, "0"), Guide(-2.0, f"{MINUS}2")),
    width=8,
    height=8,
    empty=MORE,
    help=(
        "z = (spread - mean) / sd, mean and sd (divisor window - 1) over the window that ends at "
        "the row, the row included. No score where the window is not full or the spread does not "
        "move."
    ),
)


def _candles(side: str) -> Panel:
    return Panel(
        id=f"pairs.{side}",
        kind=PanelKind.CANDLES,
        title=f"{side}: price",
        topic=f"pairs.{side}",
        query=f"/api/v1/panels/pairs.{side}",
        params=(side, "timeframe", "lookback"),
        columns=(Column("close", "Close", Format.PRICE), Column("volume", "Volume")),
        width=6,
        height=7,
        empty=f"Bars of {side} appear with its first execution. Press Start to capture it.",
        help=(
            "Bars made here from executions ordered by (event time, number); an interval without an "
            "execution has no bar. The last bar still grows. With timeframe tick, bars of 1 s. Bars of "
            "1m and 5m from before the capture are the venue's own."
        ),
    )


_CORRELATION = Panel(
    id="pairs.correlation",
    kind=PanelKind.STREAM_LINES,
    title="Rolling correlation",
    topic="pairs.correlation",
    query="/api/v1/panels/pairs.correlation",
    params=PAIR,
    columns=(Column("correlation", "r", Format.NUMBER, decimals=3, signed=True),),
    guides=(Guide(1.0, ""), Guide(0.0, "0")),
    width=8,
    height=6,
    empty=MORE,
    help=(
        "Pearson correlation of the two returns (log returns for log prices) over the window that "
        "ends at the row. Ticks of two instruments at different times bias it towards zero (Epps "
        "effect); bars do less."
    ),
)

_SUMMARY = Panel(
    id="pairs.summary",
    kind=PanelKind.TABLE,
    title="Summary statistics",
    topic="pairs.summary",
    query="/api/v1/panels/pairs.summary",
    params=PAIR,
    columns=(
        Column("series", "Series"),
        Column("n", "n", Format.COUNT),
        Column("mean", "Mean", Format.PRICE),
        Column("std", "sd", Format.PRICE, help="Sample standard deviation, divisor n - 1."),
        Column("min", "Min", Format.PRICE),
        Column("q25", "25 %", Format.PRICE),
        Column("median", "Median", Format.PRICE),
        Column("q75", "75 %", Format.PRICE),
        Column("max", "Max", Format.PRICE),
        Column("skew", "Skew", Format.NUMBER, decimals=2, signed=True),
        Column("kurtosis", "Excess kurtosis", Format.NUMBER, decimals=2, signed=True),
        Column("autocorrelation", "Lag-1 autocorr.", Format.NUMBER, decimals=2, signed=True),
        Column("last", "Last", Format.PRICE),
    ),
    width=12,
    height=6,
    empty=MORE,
    help=(
        "Of the closed rows of the lookback. Quartiles linear between order statistics; skew and "
        "excess kurtosis from central moments with divisor n. Returns are per row, not "
        "annualised. They and the spread of log prices are in basis points (bp, 1e-4), the rest is "
        "in the currency of the price."
    ),
)

_TRADES = Panel(
    id="pairs.trades",
    kind=PanelKind.LOG,
    title="Executions",
    topic="pairs.trades",
    query="/api/v1/panels/pairs.trades",
    params=("y", "x"),
    width=4,
    height=6,
    empty="The newest executions of both symbols. Press Start to capture them.",
    help="The newest executions of both symbols; bought and sold are the taker's side.",
)


def pairs_page(y: str, x: str) -> Page:
    """Return the page with two symbols chosen at first.

    Parameters
    ----------
    y, x : str
        Canonical symbols; empty where fewer than two are captured.

    Returns
    -------
    Page
        Controls and panels.

    Examples
    --------
    >>> pairs_page("BINANCE:ETHUSDT", "BINANCE:BTCUSDT").controls[0].default
    'BINANCE:ETHUSDT'
    """
    return Page(
        id="pairs",
        title="Pairs",
        icon="pairs",
        question="Is the spread stretched, and does it come back?",
        controls=(
            Control("y", "y", "symbol", y, help="What is explained: the leg that is hedged."),
            Control("x", "x", "symbol", x, help="What explains it: the leg it is hedged with."),
            Control(
                "timeframe",
                "Timeframe",
                "choice",
                "1s",
                options=("tick", "1s", "1m", "5m"),
                help="Rows of the study: bars, or every execution of either symbol.",
            ),
            Control(
                "window",
                "Window",
                "integer",
                "60",
                minimum=10,
                maximum=2000,
                help="Rows in the rolling mean, deviation and correlation.",
            ),
            Control(
                "lookback",
                "Lookback",
                "integer",
                "500",
                minimum=50,
                maximum=5000,
                help="Rows shown, fitted and tested; more than the window.",
            ),
            Control(
                "prices",
                "Prices",
                "choice",
                "log",
                options=("log", "levels"),
                help="Log prices make the hedge ratio an elasticity; levels make it units of x.",
            ),
            Control(
                "estimator",
                "Estimator",
                "select",
                "ols",
                options=tuple(ESTIMATORS),
                help="Of the hedge ratio: switches spread, z-score and figures.",
            ),
        ),
        panels=(
            _SPREAD,
            _STATS,
            _ZSCORE,
            HEDGE,
            REVERSION,
            ESTIMATES,
            _candles("y"),
            _candles("x"),
            _CORRELATION,
            _TRADES,
            _SUMMARY,
        ),
    )
