"""Profit of a strategy leg by leg, and its odds as a sum over narrow slices of the price.

Written from the definitions and shares no code with quantdeck.
"""

from __future__ import annotations

import math


def slow_payoff(strategy, price):
    """Return the profit at expiry of one price."""
    total = 0.0
    for leg in strategy.legs:
        if leg.kind == "call":
            paid = max(price - leg.strike, 0.0)
        elif leg.kind == "put":
            paid = max(leg.strike - price, 0.0)
        elif leg.kind == "share":
            paid = price
        else:
            paid = 1.0
        total += leg.quantity * (paid - leg.premium)
    return total


def slow_pop(profit, forward, deviation, slices=8_000):
    """Return chance of a profit and its mean over slices of equal width in the logarithm."""
    step = 16.0 / slices
    chance = mean = 0.0
    middles = [-8.0 + (i + 0.5) * step for i in range(slices)]
    prices = [forward * math.exp(deviation * z - 0.5 * deviation**2) for z in middles]
    profits = profit(prices).tolist()
    for z, earned in zip(middles, profits, strict=True):
        weight = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) * step
        # rounding of what is nought is no profit
        chance += weight * (earned > 1e-7)
        mean += weight * earned
    return chance, mean
