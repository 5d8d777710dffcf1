"""Panels of the Pairs page that compare estimators, and that tell what followed a stretched spread."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Panel, PanelKind

PAIR = ("y", "x", "timeframe", "window", "lookback", "prices", "estimator")
"""Controls that name a study."""

MORE = (
    "It takes more rows of both symbols than there are: wait, or choose a shorter window or timeframe. "
    "If nothing comes in, press Start."
)
"""What would fill a panel of a pair."""

HEDGE = Panel(
    id="pairs.hedge",
    kind=PanelKind.STREAM_LINES,
    title="Hedge ratio by estimator",
    topic="pairs.hedge",
    query="/api/v1/panels/pairs.hedge",
    params=PAIR,
    columns=(
        Column("ols", "OLS", Format.NUMBER, decimals=3),
        Column("huber", "Huber", Format.NUMBER, decimals=3),
        Column("theil-sen", "Theil-Sen", Format.NUMBER, decimals=3),
        Column("tls", "TLS", Format.NUMBER, decimals=3),
        Column("kalman", "Kalman", Format.NUMBER, decimals=3),
        Column("rolling", "Rolling", Format.NUMBER, decimals=3),
        Column("low", "95 % low", Format.NUMBER, decimals=3),
        Column("high", "95 % high", Format.NUMBER, decimals=3),
    ),
    width=7,
    height=8,
    empty=MORE,
    help=(
        "Closed rows of the lookback. OLS (least squares), Huber (tuning 1.345), Theil-Sen (median slope) "
        "and TLS (total least squares) fit one line to all of them; Kalman and rolling follow row by row and use "
        "no later one. The band is the 95 % interval of the estimator chosen above, of Kalman from the "
        "variance of its state (delta 1e-5, a memory of about 316 rows). It takes residuals for "
        "independent and is too narrow where they are not."
    ),
)

REVERSION = Panel(
    id="pairs.reversion",
    kind=PanelKind.TABLE,
    title="After a z-score beyond 2",
    topic="pairs.reversion",
    query="/api/v1/panels/pairs.reversion",
    params=PAIR,
    columns=(
        Column("rows", "Rows", Format.COUNT, help="Rows after the event."),
        Column("back", "Back", Format.COUNT, help="Events after which the spread met its mean."),
        Column("events", "Of", Format.COUNT, help="Events that do not overlap."),
        Column("rate", "Rate", Format.PERCENT, decimals=0),
        Column("interval", "95 %", help="Wilson's interval of the rate."),
        Column(
            "expected",
            "Walk",
            Format.PERCENT,
            decimals=0,
            help="Rate of a random walk with the steps the spread had.",
        ),
        Column("verdict", "Verdict"),
    ),
    width=5,
    height=8,
    empty="It takes a z-score beyond 2 with rows to follow: a longer lookback or a shorter window.",
    help=(
        "An event is a row at which the spread is 2 deviations away from its mean, by the least-squares "
        "line of all rows so far and mean and deviation of the window. They are then frozen, as for "
        "somebody who holds both legs, and the rows after it decide; nothing later than a row says "
        "whether it is an event. Rows are 1, 2 and 3 "
        "half-lives where these fit into a window, otherwise a quarter, a half and the whole of one. "
        "The same for every estimator."
    ),
)

ESTIMATES = Panel(
    id="pairs.estimators",
    kind=PanelKind.TABLE,
    title="Estimators compared",
    topic="pairs.estimators",
    query="/api/v1/panels/pairs.estimators",
    params=PAIR,
    columns=(
        Column("estimator", "Estimator"),
        Column("hedge_ratio", "Hedge ratio", Format.NUMBER, decimals=4),
        Column("low", "95 % low", Format.NUMBER, decimals=4),
        Column("high", "95 % high", Format.NUMBER, decimals=4),
        Column("intercept", "Intercept", Format.NUMBER, decimals=4),
        Column(
            "spread_sd",
            "Spread sd",
            Format.NUMBER,
            decimals=3,
            help="In basis points of y for log prices, in the currency of y for levels.",
        ),
        Column("half_life", "Half-life", Format.DURATION, help="Of its own spread."),
        Column("hurst", "Hurst", Format.NUMBER, decimals=2, help="Of its own spread."),
        Column("zscore", "z", Format.NUMBER, decimals=2, signed=True),
        Column("note", "Note"),
    ),
    width=12,
    height=6,
    empty=MORE,
    help=(
        "All closed rows of the lookback; the z-score is of the newest closed one. Cointegration is "
        "judged by least squares alone, since critical values are known for no other line. Spreads of "
        "Kalman and rolling are distances from a line that follows the prices: their half-life is "
        "shorter than that of anything that can be held."
    ),
)
