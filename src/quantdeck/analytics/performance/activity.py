"""How much is traded, and how much of the time something is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import check_periods
from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def annual_turnover(traded: ArrayLike, *, capital: float, periods_per_year: float) -> float:
    """Return sum(traded) / capital * A / n: how often a year the capital is turned over.

    Parameters
    ----------
    traded : array of shape (n,)
        Notional of what was bought and sold in each period, both sides counted. [currency]
    capital : float
        What it is set against, > 0. [currency]
    periods_per_year : float
        A.

    Returns
    -------
    float
        Per year; opening and closing a position of the size of the capital is 2.

    Raises
    ------
    BadInput
        If a notional is negative or not finite, or capital or A are not positive.
    NoData
        If there is no period.

    Examples
    --------
    >>> annual_turnover([100.0, 0.0, 100.0, 0.0], capital=100.0, periods_per_year=4)
    2.0
    """
    check_periods(periods_per_year)
    series = as_series(traded, "traded")
    if not len(series):
        raise NoData("no period is given")
    if not (np.isfinite(series).all() and float(series.min()) >= 0.0):
        raise BadInput("what is traded is a notional of zero or more in every period")
    if not capital > 0.0:
        raise BadInput(f"capital must be positive, was {capital}")
    return float(series.sum()) / capital * periods_per_year / len(series)


def exposure(held: ArrayLike) -> float:
    """Return the share of periods in which something is held.

    Parameters
    ----------
    held : array of shape (n,)
        Position of each period, of any sign; 0 is none.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    BadInput
        If a position is NaN.
    NoData
        If there is no period.

    Examples
    --------
    >>> exposure([0, 1, 1, -1])
    0.75
    """
    series = as_series(held, "held")
    if not len(series):
        raise NoData("no period is given")
    if np.isnan(series).any():
        raise BadInput("a position is NaN; say 0 where nothing is held")
    return float(np.count_nonzero(series)) / len(series)
