"""What a backtest of many symbols comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.analytics.performance import TearSheet, TradeFigures, tear_sheet, trade_figures
from quantdeck.analytics.performance.activity import annual_turnover
from quantdeck.analytics.performance.tear_sheet import equity_returns
from quantdeck.analytics.risk.benchmark import ActiveRisk, BenchmarkFit, active_risk, benchmark_fit
from quantdeck.model.errors import NoData
from quantdeck.research.pairs.overfit import DeflatedSharpe, deflated_sharpe

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.research.equities.backtest import EquityBacktest
    from quantdeck.research.equities.trades import EquityTrades

R = TypeVar("R")

SESSIONS_A_YEAR = 252.0
"""Of an exchange."""

ROUND_THE_CLOCK = 365.0
"""Sessions of a market that never closes."""


@dataclass(frozen=True, slots=True)
class EquityFigures:
    """Figures of one backtest, from its first decision on.

    Parameters
    ----------
    sheet : TearSheet
        Of the equity at the closes, returns compounded.
    deflated : DeflatedSharpe or None
        Probability that the Sharpe ratio is above what the best of as many tries shows by chance; None
        without a ratio.
    trades : TradeFigures
        Of closed trades, after costs.
    open_trades : int
        Held still.
    net, gross : float
        Gain after and before costs; dividends count in both. [currency]
    fees, slippage, borrow, dividends : float
        Paid, and of dividends received. [currency]
    turnover : float or None
        Notional of all fills a year / mean equity; a purchase and its sale are 2. None where there is
        less than a tenth of a year.
    exposure, net_exposure : float
        Mean of (long + short) / equity and of (long - short) / equity at the closes.
    held : float
        Mean count of symbols held.
    stale_sessions : int
        Sessions at whose close something was valued at an earlier one.
    benchmark : TearSheet or None
        Of what it is held against, over the same sessions.
    active : ActiveRisk or None
        Returns above those of the benchmark.
    fit : BenchmarkFit or None
        Beta and alpha to it.
    """

    sheet: TearSheet
    deflated: DeflatedSharpe | None
    trades: TradeFigures
    open_trades: int
    net: float
    gross: float
    fees: float
    slippage: float
    borrow: float
    dividends: float
    turnover: float | None
    exposure: float
    net_exposure: float
    held: float
    stale_sessions: int
    benchmark: TearSheet | None = None
    active: ActiveRisk | None = None
    fit: BenchmarkFit | None = None


def equity_figures(
    result: EquityBacktest,
    trades: EquityTrades,
    *,
    periods_per_year: float,
    trials: int = 1,
    benchmark: EquityBacktest | None = None,
) -> EquityFigures:
    """Return what a backtest comes to.

    Parameters
    ----------
    result : EquityBacktest
        The run.
    trades : EquityTrades
        Of it.
    periods_per_year : float
        Sessions a year.
    trials : int
        Strategies that were tried, this one included.
    benchmark : EquityBacktest or None
        Of the same table, capital and first decision.

    Returns
    -------
    EquityFigures

    Raises
    ------
    BadInput
        If a count is not positive.
    """
    sheet = tear_sheet(result.curve, periods_per_year=periods_per_year)
    after = slice(result.start + 1, None)
    equity = result.equity[after]
    traded = annual_turnover(
        result.traded[after],
        capital=max(float(np.mean(equity)), 1e-9),
        periods_per_year=periods_per_year,
    )
    held_at = np.maximum(equity, 1e-9)
    other = _against(result, benchmark, periods_per_year)
    costs = float(result.fees[-1] + result.slippage[-1] + result.borrow[-1])
    closed = ~trades.is_open
    return EquityFigures(
        sheet=sheet,
        deflated=_deflated(sheet, trials),
        trades=trade_figures(trades.net[closed], trades.hold[closed]),
        open_trades=int(trades.is_open.sum()),
        net=result.net,
        gross=result.net + costs,
        fees=float(result.fees[-1]),
        slippage=float(result.slippage[-1]),
        borrow=float(result.borrow[-1]),
        dividends=float(result.dividends[-1]),
        turnover=traded if sheet.is_annual else None,
        exposure=float(((result.long + result.short)[after] / held_at).mean()),
        net_exposure=float(((result.long - result.short)[after] / held_at).mean()),
        held=float(result.count[after].mean()),
        stale_sessions=int((result.stale > 0.0).sum()),
        benchmark=other[0],
        active=other[1],
        fit=other[2],
    )


def _against(
    result: EquityBacktest, benchmark: EquityBacktest | None, per_year: float
) -> tuple[TearSheet | None, ActiveRisk | None, BenchmarkFit | None]:
    if benchmark is None:
        return None, None, None
    curve = benchmark.equity[result.start :]
    sheet = tear_sheet(curve, periods_per_year=per_year)
    if sheet.ruined or bool((result.curve <= 0.0).any()):
        return sheet, None, None
    returns, base = equity_returns(result.curve), equity_returns(curve)
    return (
        sheet,
        _or_none(lambda: active_risk(returns, base, periods_per_year=per_year)),
        _or_none(lambda: benchmark_fit(returns, base, periods_per_year=per_year)),
    )


def _deflated(sheet: TearSheet, trials: int) -> DeflatedSharpe | None:
    if sheet.sharpe is None or sheet.n < 2:
        return None
    # Ratios of tries without an edge scatter by this much, which is all that is known of them here.
    return deflated_sharpe(sheet.sharpe, trials=float(trials), deviation=sheet.n**-0.5)


def _or_none(figure: Callable[[], R]) -> R | None:
    try:
        return figure()
    except NoData:
        return None
