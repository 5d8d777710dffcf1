"""What a backtest comes to: the figures of its tear sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.analytics.performance import (
    TearSheet,
    TradeFigures,
    annual_turnover,
    annual_volatility,
    exposure,
    periods_per_year,
    sharpe_ratio,
    sortino_ratio,
    tear_sheet,
    trade_figures,
)
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.pairs.backtest import Backtest

R = TypeVar("R")

_NS = 1e-9


@dataclass(frozen=True, slots=True)
class BacktestFigures:
    """Figures of one backtest, of the rows from its start that can be traded.

    Parameters
    ----------
    sheet : TearSheet
        Growth and drawdown of the equity; volatility, Sharpe and Sortino of returns on the capital
        of a trade, which are added and not compounded, a row where there is less than a tenth of a
        year.
    trades : TradeFigures
        Of the closed trades, after costs.
    open_trades : int
        Held still: 0 or 1.
    net, gross : float
        Gain after and before costs. [currency]
    fees, slippage, funding : float
        Paid. [currency]
    turnover : float
        Notional of all fills / capital.
    annual_turnover : float or None
        The same a year; None where there is less than a tenth of one. [1/year]
    exposure : float
        Share of rows at whose close a spread is held.
    """

    sheet: TearSheet
    trades: TradeFigures
    open_trades: int
    net: float
    gross: float
    fees: float
    slippage: float
    funding: float
    turnover: float
    annual_turnover: float | None
    exposure: float


def backtest_figures(result: Backtest, *, per_year: float | None = None) -> BacktestFigures:
    """Return what a backtest comes to.

    Parameters
    ----------
    result : Backtest
        The run.
    per_year : float or None
        Rows a year that annual figures are for; None takes those of a market that never closes at
        the most frequent distance between rows.

    Returns
    -------
    BacktestFigures
        Money, ratios, and trades.

    Raises
    ------
    BadInput
        If `per_year` is not positive.
    NoData
        If no row from the start on can be traded.

    Examples
    --------
    >>> from quantdeck.research.pairs.backtest import backtest
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> y = 100.0 + 2.0 * np.sin(np.arange(400) / 8.0)
    >>> pair = PairPrices(np.arange(400) * 3_600_000_000_000, y, np.full(400, 100.0))
    >>> rules = PairRules(hedge_ratio=1.0, window=50, entry=1.2, exit=0.0)
    >>> figures = backtest_figures(backtest(pair, rules))
    >>> figures.sheet.periods_per_year, figures.trades.count, figures.trades.hit_rate
    (8760.0, 13, 1.0)
    """
    counted = result.usable.copy()
    counted[: result.start] = False
    if not counted.any():
        raise NoData(f"no row from row {result.start} on can be traded")
    rows = per_year if per_year is not None else _rows_a_year(result.ts_ns[counted])
    capital = result.rules.capital
    traded = result.traded[counted]
    closed = [trade for trade in result.trades if trade.reason != "open"]
    curve = np.concatenate((np.array([capital]), result.equity[counted]))
    sheet = _on_capital(tear_sheet(curve, periods_per_year=rows), result.returns)
    yearly = annual_turnover(traded, capital=capital, periods_per_year=rows)
    return BacktestFigures(
        sheet=sheet,
        trades=trade_figures([t.net for t in closed], [float(t.hold) for t in closed]),
        open_trades=len(result.trades) - len(closed),
        net=result.net,
        gross=float(result.gross_equity[-1]) - capital,
        fees=float(result.fees[-1]),
        slippage=float(result.slippage[-1]),
        funding=float(result.funding[-1]),
        turnover=float(traded.sum()) / capital,
        annual_turnover=yearly if sheet.is_annual else None,
        exposure=exposure(result.position[counted]),
    )


def _rows_a_year(ts_ns: IntArray) -> float:
    steps = np.diff(ts_ns)
    if not len(steps):
        raise NoData("one row has no distance to another; say how many there are a year")
    values, counts = np.unique(steps, return_counts=True)
    return periods_per_year(float(values[counts.argmax()]) * _NS)


def _on_capital(sheet: TearSheet, returns: FloatArray) -> TearSheet:
    if sheet.ruined:
        return sheet
    rows = sheet.ratio_periods
    return replace(
        sheet,
        volatility=_or_none(lambda: annual_volatility(returns, periods_per_year=rows)),
        sharpe=_or_none(lambda: sharpe_ratio(returns, periods_per_year=rows)),
        sortino=_or_none(lambda: sortino_ratio(returns, periods_per_year=rows)),
    )


def _or_none(figure: Callable[[], R]) -> R | None:
    try:
        return figure()
    except NoData:
        return None
