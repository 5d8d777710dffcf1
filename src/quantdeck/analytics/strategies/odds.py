"""How likely a strategy gains, and how much on average, under what is believed of the price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies.laws import Lognormal, SmileLaw
from quantdeck.analytics.strategies.odds_kernels import GAIN, LOSS, PROBABILITY, fill_odds
from quantdeck.analytics.strategies.payoff import PayoffLine, pieces, rounding_of
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.options.surface import FittedSmile
    from quantdeck.analytics.strategies.laws import PriceLaw
    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class Odds:
    """Chance and means of the profit at the horizon.

    Parameters
    ----------
    measure : str
        What is believed of the price.
    probability : float
        P(profit > 0), in [0, 1].
    expected_gain : float
        E[max(profit, 0)]. [price]
    expected_loss : float
        E[max(-profit, 0)], >= 0. [price]
    error : float
        Standard error of the probability; 0 of an exact one.
    expected_error : float
        Standard error of the expected profit; 0 of an exact one. [price]
    """

    measure: str
    probability: float
    expected_gain: float
    expected_loss: float
    error: float = 0.0
    expected_error: float = 0.0

    @property
    def expected_profit(self) -> float:
        """E[profit], the gain less the loss. [price]."""
        return self.expected_gain - self.expected_loss


def odds(line: PayoffLine, law: PriceLaw) -> Odds:
    """Return chance of profit, mean gain and mean loss, exactly.

    Parameters
    ----------
    line : PayoffLine
        Profit by price.
    law : PriceLaw
        Distribution of the price at the horizon.

    Returns
    -------
    Odds
        Without sampling error.

    Notes
    -----
    The line has one sign between neighbouring points of {bends, zeros}. On such a piece (l, u) with
    profit a + b S: P = P(S > l) - P(S > u), and the mean is a P + b (E[S; S > l] - E[S; S > u]). With a line
    of discounted payoffs the expected profit is the value today less the cost: 0 of what is fairly priced.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> from quantdeck.analytics.strategies.payoff import payoff_line
    >>> line = payoff_line(Strategy("Call", (Leg("call", 100, 1, 7.9656),)))
    >>> found = odds(line, Lognormal(100.0, 0.2))
    >>> round(found.probability, 4), abs(round(found.expected_profit, 3))
    (0.3145, 0.0)
    """
    if isinstance(law, Lognormal):
        return _lognormal_odds(line, law)
    starts, signs = pieces(line)
    x = np.array(starts)
    sign = np.array(signs)
    mass = -np.diff(law.above(x), append=0.0)
    mean = -np.diff(law.mean_above(x), append=0.0)
    at = line.at(x)
    slope = line.slopes[np.searchsorted(line.prices, x, side="right") - 1]
    profit = (at - slope * x) * mass + slope * mean
    return Odds(
        law.measure,
        min(1.0, float(mass[sign > 0].sum())),
        float(profit[sign > 0].sum()),
        -float(profit[sign < 0].sum()),
    )


def _lognormal_odds(line: PayoffLine, law: Lognormal) -> Odds:
    out = np.empty(3)
    slope = line.last_slope if abs(line.last_slope) > rounding_of(1.0) else 0.0
    fill_odds(
        line.prices,
        line.profits,
        slope,
        law.forward,
        law.deviation,
        rounding_of(line.scale),
        out,
    )
    chance = min(1.0, float(out[PROBABILITY]))
    return Odds(law.measure, chance, float(out[GAIN]), float(out[LOSS]))


def pop_exact(line: PayoffLine, *, forward: float, deviation: float, target: float = 0.0) -> float:
    """Return P(profit > target) of a lognormal price.

    Parameters
    ----------
    line : PayoffLine
        Profit by price.
    forward : float
        Mean of the price at the horizon. [price]
    deviation : float
        sigma sqrt(tau).
    target : float
        Profit that must be exceeded. [price]

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    BadInput
        If forward or deviation is not positive.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> from quantdeck.analytics.strategies.payoff import payoff_line
    >>> line = payoff_line(Strategy("Put", (Leg("put", 95, -1, 2.0),)))
    >>> round(pop_exact(line, forward=100.0, deviation=0.1), 4)
    0.7504
    """
    return odds(above_target(line, target), Lognormal(forward, deviation)).probability


def pop_smile(line: PayoffLine, smile: FittedSmile, *, target: float = 0.0) -> float:
    """Return P(profit > target) under the distribution that a fitted smile implies.

    Parameters
    ----------
    line : PayoffLine
        Profit by price at the expiry of the smile.
    smile : FittedSmile
        Free of butterfly arbitrage.
    target : float
        Profit that must be exceeded. [price]

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    NoData
        If the smile implies no distribution.
    """
    return odds(above_target(line, target), SmileLaw(smile)).probability


def expected_value(line: PayoffLine, law: PriceLaw) -> float:
    """Return E[profit].

    Parameters
    ----------
    line : PayoffLine
        Profit by price. Made with the discount factor of the horizon, its mean under a risk-neutral law is
        what the legs are worth less what they cost.
    law : PriceLaw
        Distribution of the price at the horizon.

    Returns
    -------
    float
        [price]

    Notes
    -----
    profit(0) + sum of (change of slope at x) times E[max(S - x, 0)], over the bends x.

    Examples
    --------
    >>> from quantdeck.analytics.strategies.types import Leg, Strategy
    >>> from quantdeck.analytics.strategies.payoff import payoff_line
    >>> shares = payoff_line(Strategy("Shares", (Leg("share", float("nan"), 1, 98.0),)))
    >>> expected_value(shares, Lognormal(100.0, 0.2))
    2.0
    """
    x = line.prices
    calls = law.mean_above(x) - x * law.above(x)
    changes = np.diff(line.slopes, prepend=0.0)
    return float(line.profits[0] + changes @ calls)


def touch_probability(level: float, *, spot: float, forward: float, deviation: float) -> float:
    """Return the chance that the price reaches a level at any time until the horizon.

    Parameters
    ----------
    level : float
        Above or below the price now. [price]
    spot : float
        Price now. [price]
    forward : float
        Its mean at the horizon, reached at a constant rate. [price]
    deviation : float
        sigma sqrt(tau).

    Returns
    -------
    float
        1 at the price itself.

    Raises
    ------
    BadInput
        If one of them is not positive.

    Notes
    -----
    Reflection of a Brownian motion with drift, watched without pause: with b = ln(level / spot),
    m = ln(forward / spot) - s^2 / 2 and level above spot, P = N((m - b) / s) + exp(2 m b / s^2)
    N((-b - m) / s); below, with the signs of b and m turned. About twice the chance to end beyond it.
    Source: Shreve, "Stochastic Calculus for Finance II", section 7.2.

    Examples
    --------
    >>> round(touch_probability(110.0, spot=100.0, forward=100.0, deviation=0.1), 3)
    0.324
    """
    if not min(level, spot, forward, deviation) > 0.0:
        raise BadInput(
            f"level, spot, forward and deviation must be above 0, were {level}, {spot}, {forward} "
            f"and {deviation}"
        )
    b = math.log(level / spot)
    m = math.log(forward / spot) - 0.5 * deviation**2
    if b < 0.0:
        b, m = -b, -m
    root = deviation * math.sqrt(2.0)
    beyond = 0.5 * math.erfc((b - m) / root)
    back = 0.5 * math.erfc((b + m) / root)
    if back <= 0.0:
        return min(1.0, beyond)
    return min(1.0, beyond + math.exp(2.0 * m * b / deviation**2 + math.log(back)))


def above_target(line: PayoffLine, target: float) -> PayoffLine:
    """Return the line less a target, so that what exceeds it counts as profit.

    Parameters
    ----------
    line : PayoffLine
        Profit by price.
    target : float
        [price]

    Returns
    -------
    PayoffLine
        The same line where the target is 0.
    """
    if target == 0.0:
        return line
    lowered: FloatArray = line.profits - target
    return PayoffLine(line.prices, lowered, line.last_slope, line.is_exact)
