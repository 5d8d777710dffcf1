"""Figures of returns, equity curves and closed trades: one file per family.

Conventions: simple returns a period as decimals, periods a year said by the caller, rates effective
annual, standard deviations with divisor n - 1, wealth of 1 before the first return, losses of tails
positive. A figure that the values cannot give raises `NoData`; `tear_sheet` says None.
"""

from __future__ import annotations

from quantdeck.analytics.performance.activity import annual_turnover, exposure
from quantdeck.analytics.performance.checks import rate_per_period, ratio_periods
from quantdeck.analytics.performance.drawdown import (
    Drawdown,
    deepest_drawdown,
    drawdowns,
    max_drawdown,
)
from quantdeck.analytics.performance.growth import (
    annual_volatility,
    cagr,
    periods_per_year,
    total_return,
    wealth_index,
)
from quantdeck.analytics.performance.ratios import (
    SharpeRatio,
    calmar_ratio,
    sharpe_error,
    sharpe_ratio,
    sortino_ratio,
)
from quantdeck.analytics.performance.tails import TailLoss, tail_loss
from quantdeck.analytics.performance.tear_sheet import TearSheet, equity_returns, tear_sheet
from quantdeck.analytics.performance.trades import TradeFigures, trade_figures

__all__ = [
    "Drawdown",
    "SharpeRatio",
    "TailLoss",
    "TearSheet",
    "TradeFigures",
    "annual_turnover",
    "annual_volatility",
    "cagr",
    "calmar_ratio",
    "deepest_drawdown",
    "drawdowns",
    "equity_returns",
    "exposure",
    "max_drawdown",
    "periods_per_year",
    "rate_per_period",
    "ratio_periods",
    "sharpe_error",
    "sharpe_ratio",
    "sortino_ratio",
    "tail_loss",
    "tear_sheet",
    "total_return",
    "trade_figures",
    "wealth_index",
]
