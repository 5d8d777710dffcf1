"""Chances and means of a payoff line under a lognormal price, in one pass over its pieces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel, part

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray

PROBABILITY, GAIN, LOSS = range(3)
"""Places that `fill_odds` fills."""

_ROOT_2 = math.sqrt(2.0)


@part
def upper_tail(z: float) -> float:
    """Return N(-z)."""
    return 0.5 * math.erfc(z / _ROOT_2)


@part
def lognormal_tails(x: float, forward: float, deviation: float) -> tuple[float, float]:
    """Return P(S > x) and E[S; S > x]."""
    if x <= 0.0:
        return 1.0, forward
    if x == math.inf:
        return 0.0, 0.0
    d = math.log(x / forward) / deviation + 0.5 * deviation
    return upper_tail(d), forward * upper_tail(d - deviation)


@kernel("floats", "floats_out")
def fill_normal_cdf(z: FloatArray, out: FloatArray) -> None:
    """Fill N(z)."""
    for i in range(len(z)):
        out[i] = upper_tail(-z[i])


@kernel("floats", "float", "float", "floats_out", "floats_out")
def fill_lognormal(
    prices: FloatArray, forward: float, deviation: float, above: FloatArray, mean: FloatArray
) -> None:
    """Fill P(S > x) and E[S; S > x]."""
    for i in range(len(prices)):
        above[i], mean[i] = lognormal_tails(prices[i], forward, deviation)


@kernel("floats", "floats", "float", "float", "float", "float", "floats_out")
def fill_odds(  # noqa: PLR0913, PLR0917
    prices: FloatArray,
    profits: FloatArray,
    last_slope: float,
    forward: float,
    deviation: float,
    limit: float,
    out: FloatArray,
) -> None:
    """Fill chance of profit, mean gain and mean loss; a profit up to the limit counts as nought."""
    out[:] = 0.0
    n = len(prices)
    above, mean = 1.0, forward
    for i in range(n):
        start = prices[i]
        level = profits[i] if abs(profits[i]) > limit else 0.0
        if i + 1 < n:
            end = prices[i + 1]
            other = profits[i + 1] if abs(profits[i + 1]) > limit else 0.0
            slope = (other - level) / (end - start)
        else:
            end, other, slope = math.inf, last_slope, last_slope
        crosses = level * other < 0.0
        # a piece that passes nought has two parts, of the signs of its ends
        for side in range(2 if crosses else 1):
            stop = start - level / slope if crosses and side == 0 else end
            stop_above, stop_mean = lognormal_tails(stop, forward, deviation)
            mass = above - stop_above
            profit = (level - slope * start) * mass + slope * (mean - stop_mean)
            sign = other if side == 1 or level == 0.0 else level
            if sign > 0.0:
                out[PROBABILITY] += mass
                out[GAIN] += profit
            elif sign < 0.0:
                out[LOSS] -= profit
            above, mean = stop_above, stop_mean
