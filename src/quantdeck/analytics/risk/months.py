"""Returns of calendar months and years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class MonthlyReturns:
    """Compounded returns of months and years.

    Parameters
    ----------
    years : array of shape (k,)
        First to last, none left out.
    months : array of shape (k, 12)
        January to December; NaN where no period ends in the month. [decimal]
    totals : array of shape (k,)
        Of the year; NaN where no period ends in it. [decimal]
    partial : tuple of (int, int)
        (year, month) of the first and last month, which may be cut by the data.
    """

    years: IntArray
    months: FloatArray
    totals: FloatArray
    partial: tuple[tuple[int, int], ...]


def monthly_returns(returns: ArrayLike, days: ArrayLike) -> MonthlyReturns:
    """Return the product of (1 + r) less 1 of each calendar month and year.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    days : array of shape (n,)
        Day on which each period ends, as datetime64 or days since 1970-01-01, not falling. What a
        day is (UTC, New York) is for the caller to say.

    Returns
    -------
    MonthlyReturns
        A table of years by months.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or the days do not match.
    NoData
        If there is no return.

    Examples
    --------
    >>> days = np.array(["2024-01-30", "2024-01-31", "2024-03-01"], "datetime64[D]")
    >>> table = monthly_returns([0.1, 0.1, -0.5], days)
    >>> table.months[0, :4].round(4), table.totals.round(4)
    (array([ 0.21,   nan, -0.5 ,   nan]), array([-0.395]))
    """
    series = as_returns(returns)
    if not len(series):
        raise NoData("no return is given")
    given = np.asarray(days)
    if given.shape != series.shape:
        raise BadInput(f"{len(series)} returns need as many days, shape was {given.shape}")
    dates = given.astype("datetime64[D]")
    if np.isnat(dates).any() or (np.diff(dates) < np.timedelta64(0, "D")).any():
        raise BadInput("days must all be there and may not fall from row to row")
    month = dates.astype("datetime64[M]").astype(np.int64)
    first_year, last_year = 1970 + int(month[0]) // 12, 1970 + int(month[-1]) // 12
    starts = np.flatnonzero(np.concatenate(([True], np.diff(month) != 0)))
    grown = np.multiply.reduceat(1.0 + series, starts)
    table = np.full((last_year - first_year + 1, 12), np.nan)
    at = month[starts] - (first_year - 1970) * 12
    table[at // 12, at % 12] = grown - 1.0
    known = ~np.isnan(table)
    totals = np.where(known, 1.0 + table, 1.0).prod(axis=1) - 1.0
    totals[~known.any(axis=1)] = np.nan
    ends = sorted({int(month[0]), int(month[-1])})
    return MonthlyReturns(
        years=np.arange(first_year, last_year + 1),
        months=table,
        totals=totals,
        partial=tuple((1970 + m // 12, m % 12 + 1) for m in ends),
    )
