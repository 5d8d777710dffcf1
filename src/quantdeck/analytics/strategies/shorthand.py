"""Payoffs of common spreads in one call each, and the probability of profit of any payoff.

Each takes a price at expiry, or an array of them, and premiums of the whole strategy per unit of the
underlying. `quantdeck.analytics.strategies.structures` has the other strategies, with their legs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies.odds import pop_exact
from quantdeck.analytics.strategies.payoff import PayoffLine
from quantdeck.analytics.strategies.simulation import PATHS, lognormal_sampler, pop_simulated
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


def call_debit_spread_payoff(
    price: ArrayLike, long_strike: float, short_strike: float, debit: float
) -> FloatArray:
    """Return max(S - K1, 0) - max(S - K2, 0) - debit.

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    long_strike, short_strike : float
        Bought, and sold above it. [price]
    debit : float
        Paid for both. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Raises
    ------
    BadInput
        If the strikes are the wrong way round.

    Examples
    --------
    >>> float(call_debit_spread_payoff(120, 100, 110, 5))
    5.0
    """
    _ascending(long_strike, short_strike)
    return _call(price, long_strike) - _call(price, short_strike) - debit


def call_credit_spread_payoff(
    price: ArrayLike, short_strike: float, long_strike: float, credit: float
) -> FloatArray:
    """Return credit - max(S - K1, 0) + max(S - K2, 0).

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    short_strike, long_strike : float
        Sold, and bought above it. [price]
    credit : float
        Received for both. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Raises
    ------
    BadInput
        If the strikes are the wrong way round.

    Examples
    --------
    >>> float(call_credit_spread_payoff(120, 100, 110, 4))
    -6.0
    """
    return -call_debit_spread_payoff(price, short_strike, long_strike, credit)


def put_debit_spread_payoff(
    price: ArrayLike, long_strike: float, short_strike: float, debit: float
) -> FloatArray:
    """Return max(K2 - S, 0) - max(K1 - S, 0) - debit.

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    long_strike, short_strike : float
        Bought, and sold below it. [price]
    debit : float
        Paid for both. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Raises
    ------
    BadInput
        If the strikes are the wrong way round.

    Examples
    --------
    >>> float(put_debit_spread_payoff(80, 100, 90, 4))
    6.0
    """
    _ascending(short_strike, long_strike)
    return _put(price, long_strike) - _put(price, short_strike) - debit


def put_credit_spread_payoff(
    price: ArrayLike, short_strike: float, long_strike: float, credit: float
) -> FloatArray:
    """Return credit - max(K2 - S, 0) + max(K1 - S, 0).

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    short_strike, long_strike : float
        Sold, and bought below it. [price]
    credit : float
        Received for both. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Raises
    ------
    BadInput
        If the strikes are the wrong way round.

    Examples
    --------
    >>> float(put_credit_spread_payoff(120, 100, 90, 4))
    4.0
    """
    return -put_debit_spread_payoff(price, short_strike, long_strike, credit)


def iron_condor_payoff(
    price: ArrayLike,
    put_long: float,
    put_short: float,
    call_short: float,
    call_long: float,
    credit: float,
) -> FloatArray:
    """Return credit - put spread - call spread.

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    put_long, put_short, call_short, call_long : float
        Ascending strikes; the middle two may be one (an iron butterfly). [price]
    credit : float
        Received for all four. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Raises
    ------
    BadInput
        If the strikes do not ascend.

    Examples
    --------
    >>> iron_condor_payoff([80.0, 100.0, 107.0], 90, 95, 105, 110, 2).tolist()
    [-3.0, 2.0, 0.0]
    """
    _ascending(put_long, put_short)
    _ascending(call_short, call_long)
    if put_short > call_short:
        raise BadInput(f"strikes of an iron condor ascend, were {put_short} and {call_short}")
    puts = _put(price, put_short) - _put(price, put_long)
    calls = _call(price, call_short) - _call(price, call_long)
    return credit - puts - calls


def straddle_payoff(price: ArrayLike, strike: float, debit: float) -> FloatArray:
    """Return abs(S - K) - debit.

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    strike : float
        Of call and put. [price]
    debit : float
        Paid for both. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Examples
    --------
    >>> float(straddle_payoff(88, 100, 10))
    2.0
    """
    return strangle_payoff(price, strike, strike, debit)


def strangle_payoff(
    price: ArrayLike, put_strike: float, call_strike: float, debit: float
) -> FloatArray:
    """Return max(K1 - S, 0) + max(S - K2, 0) - debit.

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    put_strike, call_strike : float
        [price]
    debit : float
        Paid for both. [price]

    Returns
    -------
    float or array
        Profit, of the shape of the price. [price]

    Examples
    --------
    >>> float(strangle_payoff(120, 90, 110, 4))
    6.0
    """
    return _put(price, put_strike) + _call(price, call_strike) - debit


def covered_call_payoff(
    price: ArrayLike, share_price: float, strike: float, credit: float
) -> FloatArray:
    """Return S - S0 - max(S - K, 0) + credit.

    Parameters
    ----------
    price : array_like
        Of the underlying at expiry. [price]
    share_price : float
        Paid for the share. [price]
    strike : float
        Of the call that is sold. [price]
    credit : float
        Received for it. [price]

    Returns
    -------
    float or array
        Profit without dividends, of the shape of the price. [price]

    Examples
    --------
    >>> float(covered_call_payoff(120, 100, 105, 2))
    7.0
    """
    return np.asarray(price, np.float64) - share_price - _call(price, strike) + credit


def pop(  # noqa: PLR0913
    payoff: Callable[..., ArrayLike] | PayoffLine,
    *,
    price: float,
    volatility: float = 0.2,
    days: float = 30.0,
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    paths: int = PATHS,
    seed: int = 7,
) -> float:
    """Return the probability of profit under a lognormal price.

    Parameters
    ----------
    payoff : callable or PayoffLine
        Profit of a price at expiry, or of an array of them: simulated. A line is computed exactly.
    price : float
        Of the underlying now. [price]
    volatility : float
        Until the horizon; take it from the market, for the figure depends on little else. [1/sqrt(year)]
    days : float
        Calendar days to the horizon. [days]
    rate, dividend_yield : float
        Continuously compounded: the mean is S exp((r - q) tau). [1/year]
    paths : int
        Prices drawn where it is simulated.
    seed : int
        The same seed, the same answer.

    Returns
    -------
    float
        In [0, 1]; simulated ones have a standard error of at most 0.5 / sqrt(paths): `pop_simulated` gives
        it beside the figure.

    Raises
    ------
    BadInput
        If a number is outside its range.

    Examples
    --------
    >>> round(pop(lambda s: call_debit_spread_payoff(s, 100, 110, 5), price=100), 2)
    0.19
    """
    if not (price > 0.0 and volatility > 0.0 and days > 0.0):
        raise BadInput(
            f"price, volatility and days must be above 0, were {price}, {volatility} and {days}"
        )
    tau = days / 365.0
    forward = price * math.exp((rate - dividend_yield) * tau)
    deviation = volatility * math.sqrt(tau)
    if isinstance(payoff, PayoffLine):
        return pop_exact(payoff, forward=forward, deviation=deviation)
    sampler = lognormal_sampler(forward, deviation)
    return pop_simulated(over_arrays(payoff), sampler, paths=paths, seed=seed).probability


def over_arrays(payoff: Callable[..., ArrayLike]) -> Callable[[FloatArray], ArrayLike]:
    """Return a payoff that takes arrays, of one that may take single prices only.

    Parameters
    ----------
    payoff : callable
        Profit of a price, or of an array of them.

    Returns
    -------
    callable
        The same where it takes arrays; else one that asks it price by price, which is slow.

    Examples
    --------
    >>> over_arrays(lambda s: max(s - 100.0, 0.0))(np.array([90.0, 105.0]))
    array([0., 5.])
    """
    # One written with max() and if refuses an array.
    try:
        is_vectorised = np.shape(payoff(np.array([1.0, 2.0]))) == (2,)
    except (TypeError, ValueError):
        is_vectorised = False
    if is_vectorised:
        return payoff
    return lambda prices: np.array([float(np.asarray(payoff(s))) for s in prices.tolist()])


def _call(price: ArrayLike, strike: float) -> FloatArray:
    return np.maximum(np.asarray(price, np.float64) - strike, 0.0)


def _put(price: ArrayLike, strike: float) -> FloatArray:
    return np.maximum(strike - np.asarray(price, np.float64), 0.0)


def _ascending(lower: float, upper: float) -> None:
    if not lower < upper:
        raise BadInput(f"the lower strike comes first, were {lower} and {upper}", field="strike")
