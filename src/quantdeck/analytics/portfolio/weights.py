"""What a portfolio holds and earns when its weights drift between rebalances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import BoolArray, FloatArray

Rebalance = Literal["never", "every", "day", "week", "month", "quarter", "year"]
"""When weights go back to their targets: never, every period, or at the first period of a calendar
unit."""

_UNITS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class PortfolioPath:
    """A portfolio period by period.

    Parameters
    ----------
    returns : array of shape (n,)
        Of the portfolio. [decimal]
    weights : array of shape (n, m)
        Held at the beginning of each period, after a rebalance if there is one; the rest to 1 is
        cash that earns nothing.
    contributions : array of shape (n, m)
        weights x asset returns; a row sums to the return of the portfolio.
    rebalanced : array of shape (n,)
        Where weights were set to their targets at the beginning of the period; the first always.
    turnover : array of shape (n,)
        sum(|target - drifted|) of each rebalance, both sides counted; the first builds the
        portfolio and counts as 0.
    """

    returns: FloatArray
    weights: FloatArray
    contributions: FloatArray
    rebalanced: BoolArray
    turnover: FloatArray


def equal_weights(assets: int) -> FloatArray:
    """Return 1 / m for each of m assets.

    Parameters
    ----------
    assets : int
        m, >= 1.

    Returns
    -------
    array of shape (m,)
        Sums to 1.

    Raises
    ------
    BadInput
        If there is no asset.

    Examples
    --------
    >>> equal_weights(4)
    array([0.25, 0.25, 0.25, 0.25])
    """
    if assets < 1:
        raise BadInput(f"a portfolio needs at least one asset, was {assets}", field="assets")
    return np.full(assets, 1.0 / assets)


def portfolio_path(
    returns: ArrayLike,
    weights: ArrayLike,
    *,
    rebalance: Rebalance = "never",
    days: ArrayLike | None = None,
) -> PortfolioPath:
    """Return r_p[t] = sum of w[t] r[t], with w[t+1] = w[t] (1 + r[t]) / (1 + r_p[t]) between rebalances.

    Parameters
    ----------
    returns : array of shape (n, m)
        Simple returns a period, a column for each asset, all known. [decimal]
    weights : array of shape (m,)
        Targets; negative ones are short. What they lack to 1 is cash that earns nothing.
    rebalance : {"never", "every", "day", "week", "month", "quarter", "year"}
        When weights go back to the targets. Never is buy and hold.
    days : array of shape (n,), optional
        Day of each period as datetime64 or days since 1970-01-01, for rules of the calendar; weeks
        begin on Monday.

    Returns
    -------
    PortfolioPath
        Returns, weights, contributions and turnover. No costs are taken off.

    Raises
    ------
    BadInput
        If a value is not finite, shapes do not match, or the rule needs days.
    NoData
        If there is no period, or the portfolio loses all it has.

    Notes
    -----
    C. Bacon, "Practical Portfolio Performance Measurement and Attribution", 2nd ed., 2. Daily
    rebalancing and buy-and-hold of the same weights are different portfolios.

    Examples
    --------
    >>> path = portfolio_path([[0.1, 0.0], [0.1, 0.0]], [0.5, 0.5])
    >>> path.returns.round(6), path.weights[1].round(4)
    (array([0.05    , 0.052381]), array([0.5238, 0.4762]))
    """
    matrix, target = checked_returns(returns), np.asarray(weights, np.float64)
    periods, assets = matrix.shape
    if target.shape != (assets,) or not np.isfinite(target).all():
        raise BadInput(
            f"{assets} assets need as many finite weights, shape was {target.shape}",
            field="weights",
        )
    rebalanced = _rebalanced(rebalance, days, periods)
    held = np.empty((periods, assets))
    turnover = np.zeros(periods)
    now = target
    for t, row in enumerate(matrix):
        if rebalanced[t]:
            turnover[t] = float(np.abs(target - now).sum())
            now = target
        held[t] = now
        growth = 1.0 + float(now @ row)
        if growth <= 0.0:
            raise NoData(f"the portfolio loses all it has in period {t}; it has no returns after")
        now = now * (1.0 + row) / growth
    contributions = held * matrix
    return PortfolioPath(
        returns=contributions.sum(axis=1),
        weights=held,
        contributions=contributions,
        rebalanced=rebalanced,
        turnover=turnover,
    )


def checked_returns(returns: ArrayLike, *, least: int = 1) -> FloatArray:
    """Return the returns of assets as an array, refused where they are none.

    Parameters
    ----------
    returns : array of shape (n, m)
        Simple returns a period, a column for each asset. [decimal]
    least : int
        Fewest periods.

    Returns
    -------
    array of shape (n, m)
        The same values.

    Raises
    ------
    BadInput
        If they are not two-dimensional, there is no asset, or one is not finite or below -1.
    NoData
        If there are fewer periods.

    Examples
    --------
    >>> checked_returns([[0.01, 0.02]])
    array([[0.01, 0.02]])
    """
    matrix = np.asarray(returns, np.float64)
    if matrix.ndim != 2 or not matrix.shape[1]:
        raise BadInput(f"returns need a column for each asset, shape was {matrix.shape}")
    absent = int((~np.isfinite(matrix)).sum())
    if absent:
        raise BadInput(
            f"{absent} of {matrix.size} returns are not finite; keep the periods that all assets have"
        )
    if matrix.size and float(matrix.min()) < -1.0:
        raise BadInput(f"a return of {float(matrix.min()):.4g} loses more than there was")
    if len(matrix) < least:
        raise NoData(f"{len(matrix)} periods; {least} are the fewest that say something")
    return matrix


def _rebalanced(rule: Rebalance, days: ArrayLike | None, periods: int) -> BoolArray:
    if rule not in get_args(Rebalance):
        known = ", ".join(get_args(Rebalance))
        raise BadInput(f"rebalance must be one of {known}; was {rule!r}", field="rebalance")
    out = np.full(periods, rule == "every")
    out[0] = True
    if rule in {"never", "every"}:
        return out
    if days is None:
        raise BadInput(f"to rebalance every {rule} the day of each period is needed", field="days")
    dates = np.asarray(days)
    if dates.shape != (periods,):
        raise BadInput(
            f"{periods} periods need as many days, shape was {dates.shape}", field="days"
        )
    dates = dates.astype("datetime64[D]")
    if rule == "week":
        # 1970-01-01 was a Thursday
        unit = (dates.astype(np.int64) + 3) // 7
    elif rule == "day":
        unit = dates.astype(np.int64)
    else:
        unit = dates.astype("datetime64[M]").astype(np.int64) // _UNITS[rule]
    out[1:] = np.diff(unit) != 0
    return out
