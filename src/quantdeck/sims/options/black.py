"""Option prices and sensitivities in one pass over arrays.

Black (1976) for European contracts; Barone-Adesi and Whaley (1987) for what an American one is worth
beyond that, an approximation good to about a tenth of a percent of the strike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.noise import FloatArray

# West, "Better approximations to cumulative normal functions" (2005), after Hart: error below 1e-15.
_TOP = (
    3.52624965998911e-02,
    0.700383064443688,
    6.37396220353165,
    33.912866078383,
    112.079291497871,
    221.213596169931,
    220.206867912376,
)
_BOTTOM = (
    8.83883476483184e-02,
    1.75566716318264,
    16.064177579207,
    86.7807322029461,
    296.564248779674,
    637.333633378831,
    793.826512519948,
    440.413735824752,
)
_NEWTON_STEPS = 12
_LOWEST_RATE = 1e-4


def normal_cdf(x: FloatArray) -> FloatArray:
    """Return the standard normal distribution function.

    Examples
    --------
    >>> normal_cdf(np.array([0.0, -40.0, 1.959963984540054])).round(12).tolist()
    [0.5, 0.0, 0.975]
    """
    a = np.minimum(np.abs(x), 38.0)
    density = np.exp(-0.5 * a * a)
    near = density * np.polyval(_TOP, a) / np.polyval(_BOTTOM, a)
    b = a + 0.65
    for step in (4.0, 3.0, 2.0, 1.0):
        b = a + step / b
    tail = np.where(a < 7.07106781186547, near, density / (b * 2.506628274631))
    return np.where(x > 0.0, 1.0 - tail, tail)


def normal_density(x: FloatArray) -> FloatArray:
    """Return the standard normal density."""
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a price depends on; arrays of one shape.

    Parameters
    ----------
    forward, strike : array
        [points]
    discount : array
        Value now of one at the payoff.
    deviation : array
        Standard deviation of the log of the forward to the expiry, > 0.
    is_call : array of bool
        Right.
    """

    forward: FloatArray
    strike: FloatArray
    discount: FloatArray
    deviation: FloatArray
    is_call: NDArray[np.bool_]

    @property
    def sign(self) -> FloatArray:
        """1 for calls, -1 for puts."""
        return np.where(self.is_call, 1.0, -1.0)

    @property
    def d1(self) -> FloatArray:
        """Log moneyness in deviations, plus half a deviation."""
        return np.log(self.forward / self.strike) / self.deviation + 0.5 * self.deviation


def european(terms: Terms) -> FloatArray:
    """Return prices of European options; call less put is D (F - K) to rounding.

    Examples
    --------
    >>> one = np.array([100.0])
    >>> european(Terms(one, one, np.array([0.9]), np.array([0.2]), one > 0)).round(6).tolist()
    [7.169011]
    """
    d1 = terms.d1
    d2 = d1 - terms.deviation
    # The side out of the money is computed, the other follows by parity, which is then exact.
    otm = np.where(terms.strike >= terms.forward, 1.0, -1.0)
    price = otm * (terms.forward * normal_cdf(otm * d1) - terms.strike * normal_cdf(otm * d2))
    price = np.maximum(price, 0.0) * terms.discount
    parity = terms.discount * (terms.forward - terms.strike)
    return price + np.where(terms.sign == otm, 0.0, terms.sign * parity)


@dataclass(frozen=True, slots=True)
class Exercise:
    """Where early exercise begins, and what the right to it is worth there.

    Parameters
    ----------
    critical : array
        Price of the underlying from which a holder exercises; infinite (call) or 0 (put) where never.
    worth : array
        Premium over the European price at `critical`. [points]
    power : array
        The premium falls as this power of the underlying's price.
    """

    critical: FloatArray
    worth: FloatArray
    power: FloatArray

    def premium(self, spot: FloatArray) -> FloatArray:
        """Return the premium over European prices where holding is still right, in points."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = self.worth * (spot / self.critical) ** self.power
        return np.where(self.worth > 0.0, value, 0.0)


def exercise(
    terms: Terms, *, rate: FloatArray, dividend: FloatArray, years: FloatArray
) -> Exercise:
    """Return the critical prices of American options (Barone-Adesi and Whaley, equations 19 and 25).

    Parameters
    ----------
    terms : Terms
        Of the options; the forward is not used.
    rate, dividend : array
        Continuous. [1/year]
    years : array
        To the expiry. [years]
    """
    sign, strike = terms.sign, terms.strike
    # Where money costs nothing puts are never exercised early, and the power below is not defined.
    earns = rate > _LOWEST_RATE
    rate = np.maximum(rate, _LOWEST_RATE)
    variance = terms.deviation**2
    m, n = 2.0 * rate * years / variance, 2.0 * (rate - dividend) * years / variance
    k = -np.expm1(-np.maximum(rate * years, 1e-12))
    power = 0.5 * (1.0 - n + sign * np.sqrt((n - 1.0) ** 2 + 4.0 * m / k))
    carry, growth = np.exp(-dividend * years), np.exp((rate - dividend) * years)
    guess = strike * (1.0 + sign * 1.5 * np.minimum(terms.deviation, 0.4))
    lowest, highest = strike * 0.02, strike * 50.0
    critical = guess
    for _ in range(_NEWTON_STEPS):
        at = Terms(critical * growth, strike, terms.discount, terms.deviation, terms.is_call)
        cdf = normal_cdf(sign * at.d1)
        worth = sign * (1.0 - carry * cdf) * critical / power
        miss = sign * (critical - strike) - european(at) - worth
        slope = sign * (1.0 - carry * cdf) * (1.0 - 1.0 / power)
        slope += carry * normal_density(at.d1) / (terms.deviation * power)
        is_steep = np.abs(slope) > 1e-6
        step = np.where(is_steep, miss / np.where(is_steep, slope, 1.0), 0.0)
        critical = np.clip(
            critical - step, np.maximum(lowest, critical / 2), np.minimum(highest, critical * 2)
        )
    at = Terms(critical * growth, strike, terms.discount, terms.deviation, terms.is_call)
    worth = sign * (1.0 - carry * normal_cdf(sign * at.d1)) * critical / power
    inside = (critical > strike * 0.021) & (critical < strike * 49.0) & earns
    return Exercise(critical, np.where(inside, np.maximum(worth, 0.0), 0.0), power)


@dataclass(frozen=True, slots=True)
class Greeks:
    """Sensitivities of prices; arrays of one shape.

    Parameters
    ----------
    delta, gamma : array
        To the underlying's price.
    theta : array
        Per calendar day.
    vega : array
        Per 1.00 of volatility.
    rho : array
        Per 1.00 of rate.
    """

    delta: FloatArray
    gamma: FloatArray
    theta: FloatArray
    vega: FloatArray
    rho: FloatArray


def greeks(terms: Terms, *, spot: FloatArray, years: FloatArray) -> Greeks:
    """Return the sensitivities of European prices.

    Parameters
    ----------
    terms : Terms
        Of the options.
    spot : array
        Price of the underlying. [points]
    years : array
        To the expiry, > 0. [years]
    """
    d1, sign = terms.d1, terms.sign
    d2 = d1 - terms.deviation
    present = terms.discount * terms.forward
    density = normal_density(d1)
    root = np.sqrt(years)
    strike_leg = terms.discount * terms.strike * normal_cdf(sign * d2)
    forward_leg = present * normal_cdf(sign * d1)
    rate = -np.log(terms.discount) / years
    dividend = np.log(spot / present) / years
    decay = -present * density * terms.deviation / (2.0 * years)
    theta = decay - sign * rate * strike_leg + sign * dividend * forward_leg
    return Greeks(
        delta=sign * present / spot * normal_cdf(sign * d1),
        gamma=density * present / (spot * spot * terms.deviation),
        theta=theta / 365.0,
        vega=present * density * root,
        rho=sign * years * strike_leg,
    )
