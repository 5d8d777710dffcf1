"""The SVI smile of one expiry: total variance as a hyperbola of log moneyness.

w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), raw form; Gatheral and Jacquier, "Arbitrage-free
SVI volatility surfaces", Quantitative Finance 2014.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

STEEPEST = 2.0
"""Largest slope of total variance that moments allow (Lee, 2004)."""


@dataclass(frozen=True, slots=True)
class Svi:
    """Parameters of a raw SVI smile.

    Parameters
    ----------
    a, b, rho, m, sigma : float
        As in the formula; b >= 0, abs(rho) <= 1, sigma > 0.

    Raises
    ------
    BadInput
        If they are outside of these ranges, or the least total variance is negative.
    """

    a: float
    b: float
    rho: float
    m: float
    sigma: float

    def __post_init__(self) -> None:
        is_right = self.b >= 0.0 and abs(self.rho) <= 1.0 and self.sigma > 0.0
        if not is_right or self.least < -1e-12:
            raise BadInput(f"not an SVI smile of positive variance: {self}")

    @property
    def least(self) -> float:
        """Least total variance, a + b sigma sqrt(1 - rho^2)."""
        return self.a + self.b * self.sigma * math.sqrt(1.0 - self.rho**2)

    @property
    def left_slope(self) -> float:
        """Slope of total variance far below the forward, as a positive number: b (1 - rho)."""
        return self.b * (1.0 - self.rho)

    @property
    def right_slope(self) -> float:
        """Slope of total variance far above the forward: b (1 + rho)."""
        return self.b * (1.0 + self.rho)

    def total_variance(self, log_moneyness: ArrayLike) -> FloatArray:
        """Return w(k).

        Parameters
        ----------
        log_moneyness : array_like
            k = ln(K / F).

        Returns
        -------
        array
            sigma_implied(k)^2 tau.
        """
        x = np.asarray(log_moneyness, np.float64) - self.m
        return self.a + self.b * (self.rho * x + np.sqrt(x * x + self.sigma**2))

    def derivatives(self, log_moneyness: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return w'(k) and w''(k).

        Parameters
        ----------
        log_moneyness : array_like
            k = ln(K / F).

        Returns
        -------
        tuple of two arrays
            First and second derivative.
        """
        x = np.asarray(log_moneyness, np.float64) - self.m
        root = np.sqrt(x * x + self.sigma**2)
        return self.b * (self.rho + x / root), self.b * self.sigma**2 / root**3

    def density_factor(self, log_moneyness: ArrayLike) -> FloatArray:
        """Return g(k); where it is negative, butterflies have negative prices.

        Parameters
        ----------
        log_moneyness : array_like
            k = ln(K / F).

        Returns
        -------
        array
            g = (1 - k w' / (2 w))^2 - w'^2 / 4 (1 / w + 1 / 4) + w'' / 2.
        """
        k = np.asarray(log_moneyness, np.float64)
        first, second = self.derivatives(k)
        return density_factor(k, self.total_variance(k), first, second)


def density_factor(
    k: FloatArray, variance: FloatArray, first: FloatArray, second: FloatArray
) -> FloatArray:
    """Return g(k) of total variance and its derivatives.

    Parameters
    ----------
    k : array of shape (n,)
        ln(K / F).
    variance, first, second : array of shape (n,)
        w, w' and w'' at k.

    Returns
    -------
    array of shape (n,)
        The risk-neutral density of ln S is g(k) n(d2(k)) / sqrt(w(k)); Gatheral and Jacquier, equation 2.1.

    Examples
    --------
    >>> flat = np.full(2, 0.04)
    >>> density_factor(np.array([0.0, 0.3]), flat, 0.0 * flat, 0.0 * flat)
    array([1., 1.])
    """
    bent = (1.0 - 0.5 * k * first / variance) ** 2
    return bent - 0.25 * first * first * (1.0 / variance + 0.25) + 0.5 * second
