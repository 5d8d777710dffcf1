"""What is planted in the option market: discounting, dividends and the smile.

Zero rates are a Nelson-Siegel curve of money time whose level breathes slowly; the smile of every
expiry is a slice of the SSVI surface, an SVI smile free of butterfly arbitrage (Gatheral and Jacquier,
"Arbitrage-free SVI volatility surfaces", 2014, theorem 4.2).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.options.sessions import DAY_NS

if TYPE_CHECKING:
    from quantdeck.sims.noise import FloatArray, IntArray

LEVEL, SLOPE, HUMP, DECAY_YEARS = 0.0380, 0.0035, -0.0060, 1.6
"""Of the zero curve: far end, near end less far end, curvature, and where it bends. [1/year, years]"""

BREATH = 0.0003
BREATH_NS = 21 * 3_600 * 1_000_000_000
"""Amplitude of a sine added to all zero rates, and its period. [1/year, ns]"""

YIELD_NEAR, YIELD_FAR = 0.0125, 0.0150
"""Dividend yield of the index from now to five years, linear in between. [1/year]"""

CORRELATION, CURVATURE = -0.65, 1.1
"""Of the smile; arbitrage-free as long as CURVATURE * (1 + abs(CORRELATION)) <= 2."""

YEAR_NS = 365 * DAY_NS


def zero_rate(tau: FloatArray, ts_ns: IntArray) -> FloatArray:
    """Return the planted continuously compounded zero rate.

    Parameters
    ----------
    tau : array
        Money time, ACT/365: calendar days from the payment of a price, one session after the trade,
        to the payment of a payoff, one session after the expiry. [years]
    ts_ns : array
        When. [ns]

    Notes
    -----
    r(tau) = LEVEL + SLOPE * g + HUMP * (g - exp(-x)) + BREATH * sin(2 pi ts / BREATH_NS), with
    x = tau / DECAY_YEARS and g = (1 - exp(-x)) / x.

    Examples
    --------
    >>> zero_rate(np.array([0.0, 100.0]), np.array([0, 0])).round(4).tolist()
    [0.0415, 0.038]
    """
    x = np.maximum(tau / DECAY_YEARS, 1e-9)
    decay = np.exp(-x)
    g = -np.expm1(-x) / x
    phase = (ts_ns % BREATH_NS) * (2.0 * math.pi / BREATH_NS)
    return LEVEL + SLOPE * g + HUMP * (g - decay) + BREATH * np.sin(phase)


def dividend_yield(years: FloatArray) -> FloatArray:
    """Return the planted continuous dividend yield to an expiry so many years away.

    Examples
    --------
    >>> dividend_yield(np.array([0.0, 5.0])).tolist()
    [0.0125, 0.015]
    """
    return YIELD_NEAR + (YIELD_FAR - YIELD_NEAR) * np.minimum(years / 5.0, 1.0)


def atm_variance(years: FloatArray) -> FloatArray:
    """Return the total variance at the money: (0.125 + 0.065 (1 - exp(-years))) ** 2 * years."""
    return (0.125 - 0.065 * np.expm1(-years)) ** 2 * years


def smile(moneyness: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the total variance of strikes.

    Parameters
    ----------
    moneyness : array
        Log of strike over forward.
    variance : array
        Total variance at the money.

    Notes
    -----
    w(k) = v/2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)), phi = CURVATURE /
    sqrt(v (1 + v)).

    Examples
    --------
    >>> smile(np.array([0.0]), np.array([0.04])).round(12).tolist()
    [0.04]
    """
    scaled = CURVATURE * moneyness / np.sqrt(variance * (1.0 + variance))
    root = np.sqrt((scaled + CORRELATION) ** 2 + (1.0 - CORRELATION**2))
    return 0.5 * variance * (1.0 + CORRELATION * scaled + root)
