"""Returns from prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


def simple_returns(price: ArrayLike) -> FloatArray:
    """Return r[t] = price[t] / price[t-1] - 1.

    Parameters
    ----------
    price : array of shape (n,)
        Prices, oldest first. [currency]

    Returns
    -------
    array of shape (n,)
        Decimal returns a period; the first is NaN, and so is one that touches a price which is NaN
        or <= 0.

    Raises
    ------
    BadInput
        If the prices are not one-dimensional.

    Examples
    --------
    >>> simple_returns([100.0, 110.0, 99.0]).round(4)
    array([ nan,  0.1, -0.1])
    """
    before, now, returns = _steps(price)
    returns[1:] = _ratio(before, now)
    return returns


def log_returns(price: ArrayLike) -> FloatArray:
    """Return r[t] = ln(price[t] / price[t-1]).

    Parameters
    ----------
    price : array of shape (n,)
        Prices, oldest first. [currency]

    Returns
    -------
    array of shape (n,)
        Continuously compounded returns a period; the first is NaN, and so is one that touches a
        price which is NaN or <= 0.

    Raises
    ------
    BadInput
        If the prices are not one-dimensional.

    Examples
    --------
    >>> log_returns([100.0, 110.0, 0.0]).round(4)
    array([   nan, 0.0953,    nan])
    """
    before, now, returns = _steps(price)
    steps = np.log(now) - np.log(before)
    # a difference of logarithms loses digits of small returns, and log1p those of huge ones
    ratio = _ratio(before, now)
    small = np.abs(ratio) < 0.5
    steps[small] = np.log1p(ratio[small])
    returns[1:] = steps
    return returns


def _ratio(before: FloatArray, now: FloatArray) -> FloatArray:
    # a ratio beyond the range of floats is infinite, and not worth a warning
    with np.errstate(over="ignore"):
        return (now - before) / before


def _steps(price: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    prices = np.asarray(price, np.float64)
    if prices.ndim != 1:
        raise BadInput(f"prices must be one-dimensional, shape was {prices.shape}")
    usable = np.where((prices > 0.0) & np.isfinite(prices), prices, np.nan)
    return usable[:-1], usable[1:], np.full(len(prices), np.nan)
