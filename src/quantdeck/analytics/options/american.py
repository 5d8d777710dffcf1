"""American options through QuantLib: prices, sensitivities and implied volatilities.

QuantLib is the extra ``quantdeck[american]`` and is imported on first use. The engine is the spectral
collocation of Andersen, Lake and Offengenden ("High-performance American option pricing", 2016); discrete
dividends go through QuantLib's finite differences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.analytics.options.black import Implied, OptionTerms, implied_volatility
from quantdeck.analytics.options.reasons import Reason
from quantdeck.model.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

_TODAY = date(2020, 1, 2)
_LOWEST, _HIGHEST = 1e-3, 8.0
_NEAR = 0.9
_STEPS = 60
_EXACT = 1e-7
_GRID = (200, 200)


@dataclass(frozen=True, slots=True)
class AmericanTerms:
    """One option that may be exercised at any time.

    Parameters
    ----------
    spot, strike : float
        [price]
    tau : float
        To the expiry, ACT/365. [years]
    rate, dividend_yield : float
        Continuously compounded. [1/year]
    is_call : bool
        Call or put.
    dividends : tuple of (float, float)
        Cash dividends: years from now, and amount.

    Raises
    ------
    BadInput
        If a number is not finite, or spot, strike or time is not positive.
    """

    spot: float
    strike: float
    tau: float
    rate: float
    is_call: bool
    dividend_yield: float = 0.0
    dividends: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.spot, self.strike, self.tau, self.rate, self.dividend_yield)
        if not all(map(math.isfinite, numbers)) or not min(self.spot, self.strike, self.tau) > 0.0:
            raise BadInput(f"spot, strike and time must be positive and finite: {self}")

    @property
    def exercise_value(self) -> float:
        """What exercise pays now."""
        inside = self.spot - self.strike if self.is_call else self.strike - self.spot
        return max(inside, 0.0)

    @property
    def discount(self) -> float:
        """Value now of one at the expiry."""
        return math.exp(-self.rate * self.tau)

    @property
    def forward(self) -> float:
        """Forward price to the expiry, cash dividends taken off."""
        paid = sum(c * math.exp(-self.rate * t) for t, c in self.dividends if 0.0 <= t < self.tau)
        return (self.spot * math.exp(-self.dividend_yield * self.tau) - paid) / self.discount

    def european_volatility(self, price: float) -> float:
        """Return the volatility at which the option without early exercise has a price.

        Parameters
        ----------
        price : float
            [price]

        Returns
        -------
        float
            Infinite where there is none.
        """
        terms = OptionTerms.of(
            self.forward, self.strike, tau=self.tau, is_call=self.is_call, discount=self.discount
        )
        found = float(implied_volatility(terms, price).volatility)
        return math.inf if math.isnan(found) else found


def american_price(terms: AmericanTerms, volatility: float) -> float:
    """Return the price of an American option.

    Parameters
    ----------
    terms : AmericanTerms
        The option.
    volatility : float
        > 0. [1/sqrt(year)]

    Returns
    -------
    float
        Error about 1e-5 of a spot of 100, or 1e-2 with cash dividends. [price]

    Raises
    ------
    BadInput
        If the volatility is not positive.
    ConfigError
        If QuantLib is not installed.
    """
    if not volatility > 0.0:
        raise BadInput(f"volatility must be positive, was {volatility}")
    return _Pricer(terms).price(volatility)


def american_implied_volatility(terms: Sequence[AmericanTerms], price: ArrayLike) -> Implied:
    """Return the volatility at which American options cost given prices.

    Parameters
    ----------
    terms : sequence of AmericanTerms
        n options.
    price : array_like of shape (n,)
        [price]

    Returns
    -------
    Implied
        NaN with its reason where a price is no more than exercise now pays, or above the maximum: for a
        deep option that should be exercised, every small volatility has that price.

    Raises
    ------
    BadInput
        If there are not as many prices as options.
    ConfigError
        If QuantLib is not installed.

    Notes
    -----
    Bracketed below the European volatility of the same price, or else between 0.1 % and 800 %, then
    regula falsi (Illinois), until price errors are 1e-7 of the strike: one to six prices.
    """
    prices = np.asarray(price, np.float64)
    if prices.shape != (len(terms),):
        raise BadInput(f"{len(terms)} options need as many prices, was {prices.shape}")
    found = [_implied(one, float(value)) for one, value in zip(terms, prices, strict=True)]
    return Implied(
        np.array([each[0] for each in found], np.float64),
        np.array([int(each[1]) for each in found], np.int64),
    )


def _implied(terms: AmericanTerms, price: float) -> tuple[float, Reason]:
    reason = _refusal(terms, price)
    if reason is not Reason.OK:
        return math.nan, reason
    pricer = _Pricer(terms)
    exact = _EXACT * terms.strike

    def miss_at(volatility: float) -> float:
        return pricer.price(volatility) - price

    # The right to exercise is worth something, so the European volatility is too high, and mostly
    # hardly so.
    high = terms.european_volatility(price)
    high_miss = miss_at(high) if high < _HIGHEST else -1.0
    if abs(high_miss) <= exact:
        return high, Reason.OK
    low = _NEAR * high
    low_miss = miss_at(low) if high_miss > 0.0 else 0.0
    if low_miss < 0.0:
        return _bracketed(miss_at, (low, low_miss), (high, high_miss), exact)
    low_miss, high_miss = miss_at(_LOWEST), miss_at(_HIGHEST)
    if low_miss > -exact:
        return math.nan, Reason.NO_TIME_VALUE
    if high_miss < 0.0:
        return math.nan, Reason.NOT_FOUND
    return _bracketed(miss_at, (_LOWEST, low_miss), (_HIGHEST, high_miss), exact)


def _refusal(terms: AmericanTerms, price: float) -> Reason:
    if not price > 0.0:
        return Reason.NO_PRICE
    if price <= terms.exercise_value:
        at = price == terms.exercise_value
        return Reason.NO_TIME_VALUE if at else Reason.BELOW_INTRINSIC
    is_over = price >= (terms.spot if terms.is_call else terms.strike)
    return Reason.ABOVE_MAXIMUM if is_over else Reason.OK


def _bracketed(
    miss_at: Callable[[float], float],
    under: tuple[float, float],
    over: tuple[float, float],
    exact: float,
) -> tuple[float, Reason]:
    (low, low_miss), (high, high_miss) = under, over
    side = 0
    for _ in range(_STEPS):
        middle = (low * high_miss - high * low_miss) / (high_miss - low_miss)
        miss = miss_at(middle)
        if abs(miss) <= exact:
            return middle, Reason.OK
        # Illinois: an end that stays twice counts half
        if miss < 0.0:
            low, low_miss = middle, miss
            high_miss *= 0.5 if side < 0 else 1.0
            side = -1
        else:
            high, high_miss = middle, miss
            low_miss *= 0.5 if side > 0 else 1.0
            side = 1
    return math.nan, Reason.NOT_FOUND


class _Pricer:
    # One option whose volatility changes: QuantLib's objects cost more than its prices.
    def __init__(self, terms: AmericanTerms) -> None:
        ql = _quantlib()
        days = max(1, math.ceil(terms.tau * 365.0))
        today = ql.Date(_TODAY.day, _TODAY.month, _TODAY.year)
        # Dates are whole days: the time that they stretch is taken out of rates and volatility.
        self._stretch = terms.tau * 365.0 / days
        self._volatility = ql.SimpleQuote(0.2)
        clock, calendar = ql.Actual365Fixed(), ql.NullCalendar()

        def flat(rate: float) -> Any:
            return ql.YieldTermStructureHandle(ql.FlatForward(today, rate * self._stretch, clock))

        ql.Settings.instance().evaluationDate = today
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(terms.spot)),
            flat(terms.dividend_yield),
            flat(terms.rate),
            ql.BlackVolTermStructureHandle(
                ql.BlackConstantVol(today, calendar, ql.QuoteHandle(self._volatility), clock)
            ),
        )
        right = ql.Option.Call if terms.is_call else ql.Option.Put
        expiry = today + days
        self._option = ql.VanillaOption(
            ql.PlainVanillaPayoff(right, terms.strike), ql.AmericanExercise(today, expiry)
        )
        paid = [(when, cash) for when, cash in terms.dividends if 0.0 <= when < terms.tau and cash]
        if paid:
            dates = [_TODAY + timedelta(days=round(w * 365.0 / self._stretch)) for w, _ in paid]
            schedule = ql.DividendVector(
                [ql.Date(d.day, d.month, d.year) for d in dates], [cash for _, cash in paid]
            )
            engine = ql.FdBlackScholesVanillaEngine(process, schedule, *_GRID)
        else:
            engine = ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.accurateScheme())
        self._option.setPricingEngine(engine)

    def price(self, volatility: float) -> float:
        self._volatility.setValue(volatility * math.sqrt(self._stretch))
        return float(self._option.NPV())


def _quantlib() -> Any:
    try:
        import QuantLib  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise ConfigError(
            "American options need QuantLib: install it with pip install 'quantdeck[american]'"
        ) from error
    return QuantLib
