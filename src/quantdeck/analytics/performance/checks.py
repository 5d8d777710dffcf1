"""Checks of returns that enter `quantdeck.analytics.performance`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

_SHORTEST_YEARS = 0.1


def as_returns(returns: ArrayLike, *, least: int = 1) -> FloatArray:
    """Return simple returns as an array, refused where a figure of them would mean nothing.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first. [decimal]
    least : int
        Fewest that the figure needs.

    Returns
    -------
    array of shape (n,)
        The same memory where it already is such an array.

    Raises
    ------
    BadInput
        If one is not finite or below -1, or they are not one-dimensional.
    NoData
        If there are fewer than `least`.

    Examples
    --------
    >>> as_returns([0.01, -0.02])
    array([ 0.01, -0.02])
    """
    series = as_series(returns, "returns")
    missing = int((~np.isfinite(series)).sum())
    if missing:
        raise BadInput(
            f"{missing} of {len(series)} returns are not finite; leave those periods out "
            "(the first return of a list of prices is one)"
        )
    if len(series) and float(series.min()) < -1.0:
        raise BadInput(
            f"a return of {float(series.min()):.4g} loses more than there was; are these per cent "
            "or logarithms?"
        )
    if len(series) < least:
        raise NoData(f"{len(series)} returns; {least} are the fewest that say something")
    return series


def check_periods(periods_per_year: float) -> None:
    """Refuse a count of periods a year that is none.

    Parameters
    ----------
    periods_per_year : float
        252 for days of an exchange, 365 for days of a market that never closes.

    Raises
    ------
    BadInput
        If it is not finite and positive.

    Examples
    --------
    >>> check_periods(252)
    """
    if not (math.isfinite(periods_per_year) and periods_per_year > 0.0):
        raise BadInput(f"periods_per_year must be positive, was {periods_per_year}")


def ratio_periods(n: int, periods_per_year: float) -> float:
    """Return the periods that ratios of n periods are told for: a year, or one.

    A ratio of an hour scaled to a year is a large number that says nothing, so ratios of spans
    shorter than a tenth of a year are told for one period.

    Parameters
    ----------
    n : int
        Periods there are.
    periods_per_year : float
        Periods in a year.

    Returns
    -------
    float
        `periods_per_year`, or 1 where n is less than a tenth of it.

    Raises
    ------
    BadInput
        If the count is not positive.

    Examples
    --------
    >>> ratio_periods(252, 252), ratio_periods(20, 252)
    (252, 1.0)
    """
    check_periods(periods_per_year)
    return periods_per_year if n >= _SHORTEST_YEARS * periods_per_year else 1.0


def rate_per_period(annual_rate: float, periods_per_year: float) -> float:
    """Return (1 + annual_rate)^(1 / periods_per_year) - 1.

    Parameters
    ----------
    annual_rate : float
        Effective annual rate, > -1. [decimal]
    periods_per_year : float
        Periods in a year.

    Returns
    -------
    float
        Rate of one period. [decimal]

    Raises
    ------
    BadInput
        If the rate is not finite or not above -1, or the count is not positive.

    Examples
    --------
    >>> round(rate_per_period(0.04, 252), 8)
    0.00015565
    """
    check_periods(periods_per_year)
    if not (math.isfinite(annual_rate) and annual_rate > -1.0):
        raise BadInput(f"an annual rate is a decimal above -1, such as 0.04; was {annual_rate}")
    return math.expm1(math.log1p(annual_rate) / periods_per_year)
