"""What is believed of the price at expiry: lognormal, or what a fitted smile says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from quantdeck.analytics.strategies.odds_kernels import fill_lognormal, fill_normal_cdf
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.options.surface import FittedSmile
    from quantdeck.analytics.types import FloatArray

_NEGLIGIBLE = 1e-9


class PriceLaw(Protocol):
    """Distribution of the price of the underlying at the horizon."""

    @property
    def measure(self) -> str:
        """What it is, in a few words."""
        ...

    @property
    def forward(self) -> float:
        """Its mean. [price]."""
        ...

    def above(self, prices: ArrayLike) -> FloatArray:
        """Return P(S > x) of every price."""
        ...

    def mean_above(self, prices: ArrayLike) -> FloatArray:
        """Return E[S; S > x] of every price."""
        ...


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A lognormal price: ln S is normal, and the mean of S is the forward.

    Parameters
    ----------
    forward : float
        Mean. That of put-call parity makes it risk-neutral; spot times exp(drift tau) is a view of one's
        own. [price]
    deviation : float
        sigma sqrt(tau), the deviation of ln S.
    measure : str
        What it is, in a few words.

    Raises
    ------
    BadInput
        If one of them is not positive.
    """

    forward: float
    deviation: float
    measure: str = "lognormal"

    def __post_init__(self) -> None:
        if not (0.0 < self.forward < math.inf and 0.0 < self.deviation < math.inf):
            raise BadInput(
                f"a lognormal price needs forward and deviation above 0, were {self.forward} and "
                f"{self.deviation}"
            )

    def above(self, prices: ArrayLike) -> FloatArray:
        """Return P(S > x) = N(-(ln(x / F) / s + s / 2)).

        Parameters
        ----------
        prices : array_like of shape (n,)
            [price]

        Returns
        -------
        array of shape (n,)
            1 at and below 0.

        Examples
        --------
        >>> Lognormal(100.0, 0.2).above([0.0, 100.0]).round(4)
        array([1.    , 0.4602])
        """
        return self._both(prices)[0]

    def mean_above(self, prices: ArrayLike) -> FloatArray:
        """Return E[S; S > x] = F N(-(ln(x / F) / s - s / 2)).

        Parameters
        ----------
        prices : array_like of shape (n,)
            [price]

        Returns
        -------
        array of shape (n,)
            The forward at and below 0. [price]
        """
        return self._both(prices)[1]

    def _both(self, prices: ArrayLike) -> tuple[FloatArray, FloatArray]:
        x = np.asarray(prices, np.float64)
        above, mean = np.empty(x.shape), np.empty(x.shape)
        fill_lognormal(x, self.forward, self.deviation, above, mean)
        return above, mean


@dataclass(frozen=True, slots=True, eq=False)
class SmileLaw:
    """The risk-neutral distribution that a fitted smile implies, its slope included.

    Parameters
    ----------
    smile : FittedSmile
        SVI smile of the expiry, free of butterfly arbitrage.

    Raises
    ------
    NoData
        If the smile gives some butterfly a negative price: it is no distribution.

    Notes
    -----
    Breeden and Litzenberger, 1978: P(S > K) = -dC/dK of undiscounted calls. With w(k) = sigma^2 tau and
    d2 = -k / sqrt(w) - sqrt(w) / 2, P(S > K) = N(d2) - n(d2) w'(k) / (2 sqrt(w)); the second term is the
    slope of the smile, which a lognormal price at the volatility of K leaves out. E[S; S > K] =
    C(K) + K P(S > K).
    """

    smile: FittedSmile

    def __post_init__(self) -> None:
        if self.smile.fit.density_least < -_NEGLIGIBLE:
            quotes = self.smile.quotes
            raise NoData(
                f"the smile of {quotes.root} {quotes.expiry} gives a butterfly a negative price: "
                "it implies no distribution"
            )

    @property
    def measure(self) -> str:
        """What it is, in a few words."""
        return "smile-implied"

    @property
    def forward(self) -> float:
        """Its mean: the forward of put-call parity. [price]."""
        return self.smile.quotes.forward

    def above(self, prices: ArrayLike) -> FloatArray:
        """Return P(S > x), the value of a digital call without discount.

        Parameters
        ----------
        prices : array_like of shape (n,)
            [price]

        Returns
        -------
        array of shape (n,)
            1 at and below 0, and never outside of 0 and 1.
        """
        return self._both(prices)[0]

    def mean_above(self, prices: ArrayLike) -> FloatArray:
        """Return E[S; S > x], the value of an asset-or-nothing call without discount.

        Parameters
        ----------
        prices : array_like of shape (n,)
            [price]

        Returns
        -------
        array of shape (n,)
            The forward at and below 0. [price]
        """
        return self._both(prices)[1]

    def _both(self, prices: ArrayLike) -> tuple[FloatArray, FloatArray]:
        x = np.asarray(prices, np.float64)
        above = np.where(x <= 0.0, 1.0, 0.0)
        mean = self.forward * above
        inner = (x > 0.0) & (x < math.inf)
        k = np.log(x[inner] / self.forward)
        svi = self.smile.fit.smile
        w = svi.total_variance(k)
        root = np.sqrt(w)
        d2 = -k / root - 0.5 * root
        density = np.exp(-0.5 * d2 * d2) / math.sqrt(2.0 * math.pi)
        tilt = density * svi.derivatives(k)[0] / (2.0 * root)
        above[inner] = np.clip(_normal_cdf(d2) - tilt, 0.0, 1.0)
        mean[inner] = self.forward * _normal_cdf(d2 + root) - x[inner] * tilt
        return above, np.maximum(mean, 0.0)


def _normal_cdf(z: FloatArray) -> FloatArray:
    found = np.empty(z.shape)
    fill_normal_cdf(z, found)
    return found
