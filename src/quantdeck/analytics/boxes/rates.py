"""Discount factors and rates in every convention, and the days a box's money is away.

Rates of two sources may be compared only after they are in one convention: at 5 % ACT/360 and ACT/365 are
7 basis points apart, simple and continuous rates of two years 23.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import ArrayLike

    from quantdeck.analytics.sessions import Sessions
    from quantdeck.analytics.types import FloatArray

DAYS_PER_YEAR = 365.0
"""Of the desk's own clock, ACT/365 fixed."""

_HALF_YEAR = 182


class Convention(StrEnum):
    """How a rate is written; d are calendar days and D the discount factor."""

    CONTINUOUS = "continuous"
    """-ln(D) 365 / d: the desk's own."""
    ANNUAL = "annual"
    """D^(-365/d) - 1."""
    SEMIANNUAL = "semiannual"
    """2 (D^(-365/2d) - 1): yields of notes."""
    SIMPLE_360 = "simple-360"
    """(1/D - 1) 360 / d: money markets, SOFR."""
    SIMPLE_365 = "simple-365"
    """(1/D - 1) 365 / d."""
    DISCOUNT_360 = "discount-360"
    """(1 - D) 360 / d: quoted prices of bills."""
    BOND_EQUIVALENT = "bond-equivalent"
    """Yields of bills: simple ACT/365 up to 182 days, with a coupon after half a year beyond."""


def rate_from_discount(discount: ArrayLike, days: ArrayLike, convention: Convention) -> FloatArray:
    """Return the rate at which 1 grows to 1 / D in d days, as `Convention` writes it.

    Parameters
    ----------
    discount : array
        Discount factor D, > 0.
    days : array
        Calendar days d, > 0; broadcast against `discount`.
    convention : Convention
        How the rate is written.

    Returns
    -------
    array
        Decimal per year; NaN where D or d is not positive.

    Examples
    --------
    >>> rate_from_discount(299.60 / 300, 31, Convention.SIMPLE_365).round(5).tolist()
    0.01572
    """
    price, span = _positive(discount), _positive(days)
    return _RATES[convention](price, span)


def discount_from_rate(rate: ArrayLike, days: ArrayLike, convention: Convention) -> FloatArray:
    """Return the discount factor of a rate: the inverse of `rate_from_discount`.

    Parameters
    ----------
    rate : array
        Decimal per year, written as `convention` says.
    days : array
        Calendar days d, > 0; broadcast against `rate`.
    convention : Convention
        How the rate is written.

    Returns
    -------
    array
        D; NaN where d or D is not positive.

    Examples
    --------
    >>> discount_from_rate(0.05, 180, Convention.DISCOUNT_360).tolist()
    0.975
    """
    value, span = np.asarray(rate, np.float64), _positive(days)
    return _positive(_DISCOUNTS[convention](value, span))


def convert_rate(
    rate: ArrayLike, days: ArrayLike, source: Convention, target: Convention
) -> FloatArray:
    """Return a rate as another convention writes it.

    Parameters
    ----------
    rate : array
        Decimal per year, written as `source` says.
    days : array
        Calendar days it runs, > 0.
    source, target : Convention
        How it is and shall be written.

    Returns
    -------
    array
        Decimal per year.

    Examples
    --------
    >>> convert_rate(0.05, 90, Convention.SIMPLE_360, Convention.CONTINUOUS).round(5).tolist()
    0.05038
    """
    return rate_from_discount(discount_from_rate(rate, days, source), days, target)


def days_30_360(start: date, end: date) -> int:
    """Return 360 (y2 - y1) + 30 (m2 - m1) + (d2 - d1), the 31st counted as the 30th.

    Parameters
    ----------
    start, end : datetime.date
        First and last day.

    Returns
    -------
    int
        Days of a 360-day year (30/360 US without the rule for February).

    Examples
    --------
    >>> from datetime import date
    >>> days_30_360(date(2026, 1, 31), date(2026, 7, 31))
    180
    """
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


@dataclass(frozen=True, slots=True)
class MoneyTime:
    """How long the money of a box is away.

    Parameters
    ----------
    start, end : datetime.date
        Days on which price and payoff are paid.
    """

    start: date
    end: date

    @property
    def days(self) -> int:
        """Calendar days between both payments."""
        return (self.end - self.start).days

    @property
    def tau(self) -> float:
        """The same in years, ACT/365 fixed."""
        return self.days / DAYS_PER_YEAR


def money_time(
    at_ns: int, expiry: date, sessions: Sessions, *, settle_days: int = 1, cash_days: int = 1
) -> MoneyTime:
    """Return the days between payment of a box's price and payment of its payoff.

    Parameters
    ----------
    at_ns : int
        When it is traded, UTC. [ns]
    expiry : datetime.date
        Day of the settlement price.
    sessions : Sessions
        Business days.
    settle_days, cash_days : int
        Business days until the price, and after expiry until the payoff, is paid.

    Returns
    -------
    MoneyTime
        Days may be 0 or less close to expiry.

    Notes
    -----
    Both are paid on the next business day. Counting that on one side only, or on none, makes rates of
    expiries before a weekend and after it differ by up to a twelfth within two weeks; recorded chains
    are smooth with both. Volatility runs on another clock: `Sessions.vol_time`.

    Examples
    --------
    >>> from datetime import date
    >>> from quantdeck.analytics.sessions import us_sessions
    >>> friday = 1_704_470_400_000_000_000  # 2024-01-05 16:00 UTC
    >>> money_time(friday, date(2024, 1, 12), us_sessions()).days
    8
    """
    return MoneyTime(
        sessions.shift(sessions.trade_date(at_ns), settle_days), sessions.shift(expiry, cash_days)
    )


def _positive(values: ArrayLike) -> FloatArray:
    given = np.asarray(values, np.float64)
    return np.where(given > 0, given, np.nan)


def _bond_equivalent(price: FloatArray, span: FloatArray) -> FloatArray:
    # beyond half a year: (1 + (t - 1/2) y) (1 + y/2) = 1 / D, a quadratic in y
    years = span / DAYS_PER_YEAR
    half = 0.5 * (years - 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = (np.sqrt(years**2 - 4 * half * (1 - 1 / price)) - years) / (2 * half)
    return np.where(span <= _HALF_YEAR, (1 / price - 1) / years, root)


def _bond_price(value: FloatArray, span: FloatArray) -> FloatArray:
    years = span / DAYS_PER_YEAR
    beyond = (1 + (years - 0.5) * value) * (1 + value / 2)
    return 1 / np.where(span <= _HALF_YEAR, 1 + value * years, beyond)


_Formula = Callable[["FloatArray", "FloatArray"], "FloatArray"]

_RATES: dict[Convention, _Formula] = {
    Convention.CONTINUOUS: lambda price, span: -np.log(price) * DAYS_PER_YEAR / span,
    Convention.ANNUAL: lambda price, span: np.expm1(-np.log(price) * DAYS_PER_YEAR / span),
    Convention.SEMIANNUAL: lambda price, span: (
        2 * np.expm1(-np.log(price) * DAYS_PER_YEAR / (2 * span))
    ),
    Convention.SIMPLE_360: lambda price, span: (1 / price - 1) * 360 / span,
    Convention.SIMPLE_365: lambda price, span: (1 / price - 1) * DAYS_PER_YEAR / span,
    Convention.DISCOUNT_360: lambda price, span: (1 - price) * 360 / span,
    Convention.BOND_EQUIVALENT: _bond_equivalent,
}

_DISCOUNTS: dict[Convention, _Formula] = {
    Convention.CONTINUOUS: lambda value, span: np.exp(-value * span / DAYS_PER_YEAR),
    Convention.ANNUAL: lambda value, span: np.exp(-np.log1p(value) * span / DAYS_PER_YEAR),
    Convention.SEMIANNUAL: lambda value, span: np.exp(
        -np.log1p(value / 2) * 2 * span / DAYS_PER_YEAR
    ),
    Convention.SIMPLE_360: lambda value, span: 1 / (1 + value * span / 360),
    Convention.SIMPLE_365: lambda value, span: 1 / (1 + value * span / DAYS_PER_YEAR),
    Convention.DISCOUNT_360: lambda value, span: 1 - value * span / 360,
    Convention.BOND_EQUIVALENT: _bond_price,
}
