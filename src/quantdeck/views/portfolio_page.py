"""The Portfolio page: what it held, which asset brought what, what moves it, how much to hold."""

from __future__ import annotations

from typing import get_args

from quantdeck.analytics.portfolio.weights import Rebalance
from quantdeck.views.metric_notes import how_computed
from quantdeck.views.panels import Column, Control, Format, Guide, Page, Panel, PanelKind
from quantdeck.views.portfolio_text import write_portfolio
from quantdeck.views.risk_page import RiskChoices, benchmark_control, shared_controls

PORTFOLIO = (
    *("weights", "interval", "lookback", "risk_free", "benchmark", "factors", "rebalance"),
)
"""Controls that name a study."""

_FIRST_ASSETS = 5
_EMPTY = (
    "It takes closes that all assets have. Name others, choose a longer lookback, or set up a source of "
    "prices in the section history of the settings."
)
_COMMON = (
    "Closes that all assets and factors have; nothing is carried forward, and over days that one does "
    "not trade the others gather their returns. "
)


def _panel(  # noqa: PLR0913 - what a panel is made of
    name: str,
    kind: PanelKind,
    title: str,
    columns: tuple[Column, ...],
    size: tuple[int, int],
    text: str,
    *,
    guides: tuple[Guide, ...] = (),
    axes: tuple[Column, ...] = (),
) -> Panel:
    return Panel(
        id=f"portfolio.{name}",
        kind=kind,
        title=title,
        topic=f"portfolio.{name}",
        query=f"/api/v1/panels/portfolio.{name}",
        params=PORTFOLIO,
        columns=columns,
        guides=guides,
        axes=axes,
        width=size[0],
        height=size[1],
        empty=_EMPTY,
        help=text,
    )


def _share(name: str, title: str, *, decimals: int = 1, text: str = "") -> Column:
    return Column(name, title, Format.PERCENT, decimals=decimals, signed=True, help=text)


PANELS = (
    _panel(
        "summary",
        PanelKind.KPI,
        "What it comes to",
        (
            _share("cagr", "Growth a year"),
            Column("annual_volatility", "Volatility", Format.PERCENT, decimals=1),
            Column("sharpe_ratio", "Sharpe ratio", Format.NUMBER, decimals=2, signed=True),
            Column("max_drawdown", "Deepest drawdown", Format.PERCENT, decimals=1),
            Column("diversification", "Diversification ratio", Format.NUMBER, decimals=2),
            Column("correlation", "Mean correlation", Format.NUMBER, decimals=2, signed=True),
            Column("kelly", "Half Kelly, capped", Format.NUMBER, decimals=2),
            Column("closes", "Closes in common", Format.COUNT),
        ),
        (12, 4),
        _COMMON + how_computed("cagr", "sharpe_ratio", "diversification_ratio"),
    ),
    _panel(
        "wealth",
        PanelKind.STREAM_LINES,
        "Growth of 1",
        (Column("Portfolio", "Portfolio", Format.NUMBER, decimals=3),),
        (7, 8),
        f"What 1 became, in the portfolio and in each asset. {_COMMON}"
        + how_computed("portfolio_return"),
        guides=(Guide(1.0, "1"),),
    ),
    _panel(
        "attribution",
        PanelKind.TABLE,
        "Which asset brought how much",
        (
            Column("asset", "Asset"),
            _share("contribution", "Brought", decimals=2),
            _share("share", "Of the whole"),
            _share("alone", "Alone", decimals=1, text="Return of the asset by itself."),
            Column("weight", "Mean weight", Format.PERCENT, decimals=1),
        ),
        (5, 8),
        how_computed("attribution") + " The column sums to the return of the portfolio exactly.",
    ),
    _panel(
        "drift",
        PanelKind.STREAM_LINES,
        "Weights held",
        (Column("weight", "Weight", Format.PERCENT, decimals=1),),
        (7, 8),
        "At the beginning of each period: w[t+1] = w[t] (1 + r[t]) / (1 + r_p[t]) between rebalances. "
        "What targets lack to 1 is cash that earns nothing; no costs are taken off.",
        guides=(Guide(0.0, "0"),),
    ),
    _panel(
        "risk",
        PanelKind.TABLE,
        "Which asset brings how much risk",
        (
            Column("asset", "Asset"),
            Column("weight", "Target", Format.PERCENT, decimals=1),
            Column("now", "Now", Format.PERCENT, decimals=1, help="After drifting."),
            Column("contribution", "Risk", Format.PERCENT, decimals=2),
            _share("share", "Of the whole"),
            Column("equal", "Equal risk", Format.PERCENT, decimals=1),
        ),
        (5, 8),
        how_computed("risk_contribution", "equal_risk_weights") + " At the target weights.",
    ),
    _panel(
        "correlation",
        PanelKind.SURFACE,
        "Correlation of returns",
        (Column("correlation", "Correlation", Format.NUMBER, decimals=2, signed=True),),
        (5, 8),
        how_computed("correlation_matrix"),
        axes=(Column("x", "", Format.COUNT), Column("y", "", Format.COUNT)),
    ),
    _panel(
        "exposure",
        PanelKind.TABLE,
        "What moves it: factor exposure",
        (
            Column("factor", "Factor"),
            Column("beta", "Exposure", Format.NUMBER, decimals=3, signed=True),
            Column("low", "95 % from", Format.NUMBER, decimals=3, signed=True),
            Column("high", "to", Format.NUMBER, decimals=3, signed=True),
            Column("pvalue", "p", Format.PVALUE),
            Column("note", "Note"),
        ),
        (7, 8),
        how_computed("factor_exposure")
        + " The interval is 1.96 standard errors to either side. Market is the benchmark chosen.",
    ),
    _panel(
        "kelly",
        PanelKind.TABLE,
        "How much to hold: Kelly",
        (
            Column("asset", "Of"),
            Column("full", "Full", Format.NUMBER, decimals=2, signed=True),
            Column("error", "± error", Format.NUMBER, decimals=2),
            Column("half", "Half", Format.NUMBER, decimals=2, signed=True),
            Column("capped", "Half, capped", Format.NUMBER, decimals=2),
            Column("joint", "Together, full", Format.NUMBER, decimals=2, signed=True),
        ),
        (5, 8),
        how_computed("kelly_fraction", "kelly_weights")
        + " The mean of returns is known so badly that the error is often larger than the fraction.",
    ),
    _panel(
        "assets",
        PanelKind.TABLE,
        "Assets side by side",
        (
            Column("asset", "Asset"),
            _share("cagr", "Growth a year"),
            Column("annual_volatility", "Volatility", Format.PERCENT, decimals=1),
            Column("sharpe_ratio", "Sharpe", Format.NUMBER, decimals=2, signed=True),
            Column("max_drawdown", "Drawdown", Format.PERCENT, decimals=1),
            Column("value_at_risk", "VaR", Format.PERCENT, decimals=2),
            Column("left_out", "Left out", Format.COUNT, help="Bars that another lacks."),
            Column("outside", "Outside", Format.COUNT, help="Bars before or after those of all."),
        ),
        (7, 8),
        _COMMON + how_computed("cagr", "annual_volatility", "sharpe_ratio", "value_at_risk"),
    ),
    _panel(
        "figures",
        PanelKind.TABLE,
        "All figures of the portfolio",
        (
            Column("group", "Group"),
            Column("title", "Figure"),
            Column("shown", "Value"),
            Column("value", "Decimal", Format.NUMBER, decimals=6),
            Column("unit", "Unit"),
            Column("formula", "How computed"),
            Column("convention", "Convention"),
            Column("source", "Source"),
        ),
        (12, 14),
        f"{_COMMON}Where there is no figure, the convention says why.",
    ),
)
"""In reading order."""


def portfolio_page(choices: RiskChoices) -> Page:
    """Return the Portfolio page.

    Parameters
    ----------
    choices : RiskChoices
        What there is to choose from.

    Examples
    --------
    >>> from quantdeck.views.price_choices import PriceChoices
    >>> page = portfolio_page(RiskChoices(PriceChoices(("US:SPY", "US:GLD"), (), "US:SPY")))
    >>> page.controls[0].default
    'US:SPY, US:GLD'
    """
    interval, lookback, rate = shared_controls(choices)
    return Page(
        id="portfolio",
        title="Portfolio",
        icon="portfolio",
        question="What did it bring, what moves it, and how much of it to hold?",
        controls=(
            Control(
                "weights",
                "Holdings",
                "text",
                write_portfolio(choices.symbols()[:_FIRST_ASSETS]),
                help="US:SPY=0.6, US:TLT=0.4; names alone are weighted equally.",
            ),
            interval,
            lookback,
            rate,
            benchmark_control(choices),
            Control(
                "factors",
                "Further factors",
                "text",
                "",
                help="Symbols between commas whose returns explain those of the portfolio.",
            ),
            Control(
                "rebalance",
                "Rebalance",
                "select",
                "month",
                tuple(get_args(Rebalance)),
                help="When weights go back to their targets; every is every bar.",
            ),
        ),
        panels=PANELS,
    )
