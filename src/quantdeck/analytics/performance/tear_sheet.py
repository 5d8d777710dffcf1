"""The figures of one equity curve together, as a tear sheet lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.analytics.performance.checks import rate_per_period, ratio_periods
from quantdeck.analytics.performance.drawdown import Drawdown, deepest_drawdown
from quantdeck.analytics.performance.growth import annual_volatility, cagr
from quantdeck.analytics.performance.ratios import (
    SharpeRatio,
    calmar_ratio,
    sharpe_ratio,
    sortino_ratio,
)
from quantdeck.analytics.performance.tails import TailLoss, tail_loss
from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class TearSheet:
    """Figures of an equity curve; None where the curve cannot tell.

    Parameters
    ----------
    n : int
        Periods.
    periods_per_year : float
        Convention of all annual figures.
    total_return : float
        Last / first - 1. [decimal]
    cagr : float or None
        None where the span is shorter than a tenth of a year, or equity went below zero.
    ratio_periods : float
        Periods that volatility, Sharpe and Sortino are for: those of a year, or 1 where there are
        fewer than a tenth of them; see `ratio_periods`.
    volatility : float or None
        [decimal]
    sharpe : SharpeRatio or None
        With standard errors.
    sortino : float or None
        Mean over downside deviation.
    calmar : float or None
        Annual; None where the growth rate is.
    drawdown : Drawdown
        Rows of the curve.
    tail : TailLoss or None
        At 95 %, of one period.
    ruined : bool
        True where equity reached zero; there are no returns then, and no ratios.
    """

    n: int
    periods_per_year: float
    total_return: float
    cagr: float | None
    ratio_periods: float
    volatility: float | None
    sharpe: SharpeRatio | None
    sortino: float | None
    calmar: float | None
    drawdown: Drawdown
    tail: TailLoss | None
    ruined: bool

    @property
    def is_annual(self) -> bool:
        """Whether ratios are for a year, not for one period."""
        return self.ratio_periods == self.periods_per_year


def equity_returns(equity: ArrayLike) -> FloatArray:
    """Return r[t] = E[t + 1] / E[t] - 1.

    Parameters
    ----------
    equity : array of shape (n + 1,)
        The curve, the first entry before the first period; all above zero. [currency]

    Returns
    -------
    array of shape (n,)
        Simple returns a period. [decimal]

    Raises
    ------
    BadInput
        If a value is not finite or not above zero.

    Examples
    --------
    >>> equity_returns([100.0, 101.0, 99.99]).round(4)
    array([ 0.01, -0.01])
    """
    curve = as_series(equity, "equity")
    if not (np.isfinite(curve).all() and (curve > 0.0).all()):
        raise BadInput("equity must be finite and above zero throughout to have returns")
    return np.diff(curve) / curve[:-1]


def tear_sheet(
    equity: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> TearSheet:
    """Return the figures of an equity curve.

    Parameters
    ----------
    equity : array of shape (n + 1,)
        The curve, the first entry before the first period and above zero. [currency]
    periods_per_year : float
        252 for days of an exchange, 365 for days of a market that never closes, 8760 for its hours.
    annual_rate : float
        Riskless rate of the Sharpe ratio, effective annual. [decimal]

    Returns
    -------
    TearSheet
        Each figure by the function of its name in `quantdeck.analytics.performance`.

    Raises
    ------
    BadInput
        If a value is not finite or the first is not above zero.
    NoData
        If there is no period.

    Examples
    --------
    >>> sheet = tear_sheet([100.0, 110.0, 99.0, 121.0], periods_per_year=12)
    >>> round(sheet.total_return, 4), round(sheet.drawdown.depth, 4), round(sheet.sharpe.value, 4)
    (0.21, 0.1, 1.5774)
    """
    curve = as_series(equity, "equity")
    if len(curve) < 2:
        raise NoData("an equity curve needs a start and at least one period")
    drawdown = deepest_drawdown(curve)
    n = len(curve) - 1
    ruined = bool((curve <= 0.0).any())
    returns = np.empty(0) if ruined else equity_returns(curve)
    told_for = ratio_periods(n, periods_per_year)
    growth = None
    if not ruined and told_for == periods_per_year:
        growth = cagr(returns, periods_per_year=periods_per_year)
    rate = annual_rate
    if told_for != periods_per_year:
        rate = rate_per_period(annual_rate, periods_per_year)
    span = {"periods_per_year": told_for}
    return TearSheet(
        n=n,
        periods_per_year=periods_per_year,
        total_return=float(curve[-1] / curve[0]) - 1.0,
        cagr=growth,
        ratio_periods=told_for,
        volatility=_or_none(lambda: annual_volatility(returns, **span)),
        sharpe=_or_none(lambda: sharpe_ratio(returns, annual_rate=rate, **span)),
        sortino=_or_none(lambda: sortino_ratio(returns, **span)),
        calmar=None if growth is None else _or_none(lambda: calmar_ratio(returns, **span)),
        drawdown=drawdown,
        tail=_or_none(lambda: tail_loss(returns)),
        ruined=ruined,
    )


def _or_none(figure: Callable[[], R]) -> R | None:
    try:
        return figure()
    except NoData:
        return None
