"""What holding a perpetual or a dated future costs or brings: basis and funding."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quantdeck.model.errors import BadInput

YEAR_S = 365.0 * 86_400.0
"""Crypto markets never close: a year is 365 days. [s]"""


@dataclass(frozen=True, slots=True)
class Funding:
    """Funding of a perpetual; positive where longs pay shorts.

    Parameters
    ----------
    rate : float
        Per interval, as the venue would exchange it were the interval over now.
    annual : float
        rate times intervals a year, not compounded. [1/year]
    interval_s : float
        [s]
    """

    rate: float
    annual: float
    interval_s: float


def basis_bp(price: float, spot: float) -> float:
    """Return the basis, 1e4 (price / spot - 1).

    Parameters
    ----------
    price : float
        Of the derivative. [currency]
    spot : float
        Of what it is on, > 0. [currency]

    Returns
    -------
    float
        Positive where the derivative is dearer. [bp]

    Raises
    ------
    BadInput
        If a price is not positive.

    Examples
    --------
    >>> round(basis_bp(101.0, 100.0), 6)
    100.0
    """
    _check_price("price", price)
    _check_price("spot", spot)
    return 1e4 * (price / spot - 1.0)


def funding(rate: float, interval_s: float) -> Funding:
    """Return a funding rate and what it comes to in a year: rate * year / interval.

    Parameters
    ----------
    rate : float
        Decimal per interval.
    interval_s : float
        Between two exchanges of funding, > 0. [s]

    Returns
    -------
    Funding
        The rate per interval and a year.

    Raises
    ------
    BadInput
        If the interval is not positive.

    Notes
    -----
    Simple interest: funding is paid in cash and not invested again. Compounded it would be
    (1 + rate)^(year / interval) - 1.

    Examples
    --------
    >>> round(funding(0.0001, 8 * 3600.0).annual, 4)
    0.1095
    """
    if not interval_s > 0.0:
        raise BadInput(f"a funding interval must be longer than 0 s, was {interval_s}")
    return Funding(rate, rate * YEAR_S / interval_s, interval_s)


def premium_funding(premium: float, *, interest: float = 0.0001, clamp: float = 0.0005) -> float:
    """Return premium + min(max(interest - premium, -clamp), clamp): the rate that a premium leads to.

    Parameters
    ----------
    premium : float
        Mean of mark / index - 1 over the interval. [decimal]
    interest : float
        Rate that the venue sets, per interval.
    clamp : float
        How far the two may be apart before the premium shows.

    Returns
    -------
    float
        Rate per interval, before the venue's cap and floor of the symbol.

    Notes
    -----
    Binance USD-M futures, "Introduction to Funding Rates", with its defaults of 0.01 % per 8 hours and
    0.05 %. The venue takes the mean of the premium index over the interval, later minutes counting
    more; the premium of one moment gives the rate that would come of its lasting.

    Examples
    --------
    >>> premium_funding(0.0002), round(premium_funding(0.002), 6)
    (0.0001, 0.0015)
    """
    return premium + min(max(interest - premium, -clamp), clamp)


def annual_basis(price: float, spot: float, seconds: float) -> float:
    """Return ln(price / spot) year / seconds: the continuous rate that a dated future pays.

    Parameters
    ----------
    price : float
        Of the future. [currency]
    spot : float
        Of what it is on. [currency]
    seconds : float
        Until it is delivered, > 0. [s]

    Returns
    -------
    float
        [1/year]

    Raises
    ------
    BadInput
        If a price or the time is not positive.

    Examples
    --------
    >>> round(annual_basis(102.0, 100.0, YEAR_S / 4), 4)
    0.0792
    """
    _check_price("price", price)
    _check_price("spot", spot)
    if not seconds > 0.0:
        raise BadInput(f"a future must be delivered after now, was {seconds} s away")
    return math.log(price / spot) * YEAR_S / seconds


def _check_price(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise BadInput(f"{name} must be a price above 0, was {value}")
