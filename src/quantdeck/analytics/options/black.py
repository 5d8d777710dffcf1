"""European options: prices, sensitivities and implied volatilities, over arrays.

Everything starts from the forward. Take it from put-call parity of the same quotes where there are any
(`quantdeck.analytics.boxes`): spot, rate and dividend yield that are guessed give volatilities of calls
and puts that differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.black_kernels import fill_implied, fill_prices
from quantdeck.analytics.options.greek_kernels import GREEKS, fill_greeks
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class OptionTerms:
    """What a European price depends on besides the volatility; arrays of one shape.

    Parameters
    ----------
    forward : array
        Forward price of the underlying to the expiry. [price]
    strike : array
        [price]
    tau : array
        Time in which the underlying still moves, ACT/365. [years]
    discount : array
        Value now of one paid at the payoff.
    is_call : array of bool
        Call or put.
    spot : array
        Price of the underlying now; NaN where only the forward is known. [price]

    Notes
    -----
    `of` and `from_spot` make one from anything that broadcasts.
    """

    forward: FloatArray
    strike: FloatArray
    tau: FloatArray
    discount: FloatArray
    is_call: BoolArray
    spot: FloatArray

    @classmethod
    def of(
        cls,
        forward: ArrayLike,
        strike: ArrayLike,
        *,
        tau: ArrayLike,
        is_call: ArrayLike,
        discount: ArrayLike = 1.0,
        spot: ArrayLike = np.nan,
    ) -> OptionTerms:
        """Return terms of one shape from what broadcasts to it.

        Parameters
        ----------
        forward, strike, tau, discount, spot : array_like
            As in `OptionTerms`.
        is_call : array_like of bool
            True is a call.

        Returns
        -------
        OptionTerms
            Of the common shape.

        Raises
        ------
        BadInput
            If shapes do not broadcast, or `is_call` holds something that is not a truth value.

        Examples
        --------
        >>> OptionTerms.of(100.0, [90.0, 110.0], tau=0.5, is_call=[False, True]).forward
        array([100., 100.])
        """
        rights = np.asarray(is_call)
        if rights.dtype != np.bool_:
            raise BadInput(f"is_call takes truth values, was {rights.dtype}; compare first")
        given = [np.asarray(a, np.float64) for a in (forward, strike, tau, discount, spot)]
        try:
            shape = np.broadcast_shapes(rights.shape, *(a.shape for a in given))
        except ValueError as error:
            raise BadInput(f"shapes of the terms do not go together: {error}") from error
        numbers = [np.broadcast_to(a, shape) for a in given]
        right = np.broadcast_to(rights, shape)
        return cls(numbers[0], numbers[1], numbers[2], numbers[3], right, numbers[4])

    @classmethod
    def from_spot(
        cls,
        spot: ArrayLike,
        strike: ArrayLike,
        *,
        tau: ArrayLike,
        is_call: ArrayLike,
        rate: ArrayLike,
        dividend_yield: ArrayLike = 0.0,
    ) -> OptionTerms:
        """Return terms with D = exp(-r tau) and F = S exp((r - q) tau).

        Parameters
        ----------
        spot, strike, tau : array_like
            As in `OptionTerms`.
        is_call : array_like of bool
            True is a call.
        rate, dividend_yield : array_like
            Continuously compounded. [1/year]

        Returns
        -------
        OptionTerms
            Of the common shape.

        Examples
        --------
        >>> terms = OptionTerms.from_spot(42.0, 40.0, tau=0.5, is_call=True, rate=0.1)
        >>> round(float(black_price(terms, 0.2)), 2)
        4.76
        """
        time, r, q = (np.asarray(a, np.float64) for a in (tau, rate, dividend_yield))
        forward = np.asarray(spot, np.float64) * np.exp((r - q) * time)
        return cls.of(
            forward, strike, tau=time, is_call=is_call, discount=np.exp(-r * time), spot=spot
        )


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """Implied volatilities; arrays of the shape of the prices.

    Parameters
    ----------
    volatility : array
        NaN where there is none. [1/sqrt(year)]
    reason : array of int64
        `Reason` of each.
    """

    volatility: FloatArray
    reason: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Greeks:
    """Prices and sensitivities; arrays of one shape.

    Parameters
    ----------
    price : array
        [price]
    delta, gamma : array
        To the spot where it is given, to the forward otherwise.
    vega : array
        Per 1.00 of volatility.
    theta : array
        Per calendar day, the spot (or, without one, the forward) and the volatility unchanged.
    rho : array
        Per 1.00 of rate, the spot (or the forward) unchanged.
    """

    price: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray


def black_price(
    terms: OptionTerms, volatility: ArrayLike, *, out: FloatArray | None = None
) -> FloatArray:
    """Return D (F N(d1) - K N(d2)) for calls, D (K N(-d2) - F N(-d1)) for puts.

    Parameters
    ----------
    terms : OptionTerms
        Any shape.
    volatility : array_like
        Broadcasts to the terms. [1/sqrt(year)]
    out : array, optional
        Contiguous float64 array that is filled and returned.

    Returns
    -------
    array
        Of the shape of the terms; NaN where an input is NaN or outside its range. [price]

    Raises
    ------
    BadInput
        If shapes do not go together, or `out` cannot be filled.

    Notes
    -----
    d1 = ln(F / K) / s + s / 2, d2 = d1 - s, s = sigma sqrt(tau). The side out of the money is computed
    from scaled error functions, so that small prices keep their digits; the other side adds the
    discounted intrinsic value, so that C - P = D (F - K) to rounding. Source: Black, "The pricing of
    commodity contracts", 1976.

    Examples
    --------
    >>> terms = OptionTerms.of(100.0, [90.0, 100.0], tau=1.0, is_call=True, discount=0.95)
    >>> black_price(terms, 0.2).round(6)
    array([12.909653,  7.567289])
    """
    filled, shape = _ready(terms, out)
    fill_prices(
        _row(terms, terms.forward),
        _row(terms, terms.strike),
        _row(terms, terms.tau),
        _row(terms, volatility),
        _row(terms, terms.discount),
        _flags(terms),
        filled,
    )
    return filled.reshape(shape) if out is None else out


def implied_volatility(
    terms: OptionTerms, price: ArrayLike, *, out: FloatArray | None = None
) -> Implied:
    """Return the volatility at which `black_price` is the given price.

    Parameters
    ----------
    terms : OptionTerms
        Any shape.
    price : array_like
        Broadcasts to the terms. [price]
    out : array, optional
        Contiguous float64 array that is filled with the volatilities.

    Returns
    -------
    Implied
        Volatility and, where it is NaN, the reason.

    Raises
    ------
    BadInput
        If shapes do not go together, or `out` cannot be filled.

    Notes
    -----
    Relative errors are a few 1e-16 for options out of the money, and where prices are near their
    maximum what rounding of the price allows. In the money the time value is the difference of the
    price and the intrinsic value: its digits are those that are left. So take the volatility of a
    strike from the side out of the money. Source: Jaeckel, "Let's be rational", Wilmott 2015: a
    rational first guess in four pieces, and two steps of fourth order.

    Examples
    --------
    >>> from quantdeck.analytics.options.reasons import Reason
    >>> terms = OptionTerms.of(100.0, [80.0, 100.0, 100.0], tau=1.0, is_call=[True, True, False])
    >>> found = implied_volatility(terms, [19.0, 7.965567455405804, 101.0])
    >>> found.volatility.round(12), [Reason(r).label for r in found.reason]
    (array([nan, 0.2, nan]), ['below intrinsic', 'ok', 'above maximum'])
    """
    filled, shape = _ready(terms, out)
    reasons = np.zeros(filled.shape, np.int64)
    fill_implied(
        _row(terms, price),
        _row(terms, terms.forward),
        _row(terms, terms.strike),
        _row(terms, terms.tau),
        _row(terms, terms.discount),
        _flags(terms),
        filled,
        reasons,
    )
    return Implied(filled.reshape(shape) if out is None else out, reasons.reshape(shape))


def greeks(terms: OptionTerms, volatility: ArrayLike, *, out: FloatArray | None = None) -> Greeks:
    """Return prices and their derivatives.

    Parameters
    ----------
    terms : OptionTerms
        Any shape. With a spot, derivatives are to it, as of Black and Scholes with the rate -ln(D) / tau
        and the dividend yield that the forward implies; without, to the forward, as of Black.
    volatility : array_like
        Broadcasts to the terms. [1/sqrt(year)]
    out : array of shape (6, n), optional
        Contiguous float64 array that is filled: price, delta, gamma, vega, theta, rho.

    Returns
    -------
    Greeks
        NaN where an input is outside its range, or volatility or time is 0.

    Raises
    ------
    BadInput
        If shapes do not go together, or `out` cannot be filled.

    Notes
    -----
    Spot form, e = D F / S, n the normal density, + for calls and - for puts: delta = +- e N(+- d1),
    gamma = e n(d1) / (S s), vega = D F n(d1) sqrt(tau), theta = (-D F n(d1) sigma / (2 sqrt(tau)) -+ r D K
    N(+- d2) +- q D F N(+- d1)) / 365, rho = +- tau D K N(+- d2). Forward form: delta = +- D N(+- d1),
    gamma = D n(d1) / (F s), theta = (-D F n(d1) sigma / (2 sqrt(tau)) + r V) / 365, rho = -tau V.
    Source: Hull, "Options, Futures, and Other Derivatives", chapters on the greek letters and on options
    on futures.

    Examples
    --------
    >>> terms = OptionTerms.from_spot(49.0, 50.0, tau=0.3846, is_call=True, rate=0.05)
    >>> found = greeks(terms, 0.2)
    >>> [round(float(x), 3) for x in (found.delta, found.gamma, found.vega, found.rho)]
    [0.522, 0.066, 12.105, 8.907]
    """
    size, shape = terms.forward.size, terms.forward.shape
    rows = np.empty((GREEKS, size)) if out is None else out
    _fits(rows, (GREEKS, size))
    fill_greeks(
        _row(terms, terms.forward),
        _row(terms, terms.strike),
        _row(terms, terms.tau),
        _row(terms, volatility),
        _row(terms, terms.discount),
        _row(terms, terms.spot),
        _flags(terms),
        rows,
    )
    return Greeks(*(row.reshape(shape) for row in rows))


def _ready(terms: OptionTerms, out: FloatArray | None) -> tuple[FloatArray, tuple[int, ...]]:
    shape = terms.forward.shape
    if out is None:
        return np.empty(terms.forward.size), shape
    _fits(out, shape)
    return out.reshape(-1), shape


def _fits(out: FloatArray, shape: tuple[int, ...]) -> None:
    is_right = out.dtype == np.float64 and out.flags.c_contiguous and out.flags.writeable
    if not is_right or out.shape != shape:
        raise BadInput(
            f"out must be contiguous float64 of shape {shape}, was {out.shape} {out.dtype}"
        )


def _row(terms: OptionTerms, values: ArrayLike) -> FloatArray:
    try:
        given = np.broadcast_to(np.asarray(values, np.float64), terms.forward.shape)
    except ValueError as error:
        raise BadInput(
            f"one number per option is needed, {terms.forward.shape}: {error}"
        ) from error
    # a number that is repeated stays one number in memory
    return given if given.ndim == 1 else np.ravel(given)


def _flags(terms: OptionTerms) -> NDArray[np.uint8]:
    return np.ravel(terms.is_call).view(np.uint8)
