"""One curve through the rates of all expiries, with bars, and spreads to other rates.

A box of one week is known to tens of basis points, one of a year to one or two; a curve that weighs each
by its bar reads the short end far better than its own quotes do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from quantdeck.analytics.boxes.rates import DAYS_PER_YEAR, Convention, convert_rate
from quantdeck.analytics.boxes.types import Status
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.analytics.types import FloatArray

# What three factors cannot follow (meetings of the central bank, turns of the year), added to every
# bar; residuals beyond twice the bar count by their distance only (Huber 1964). [1/year]
_MODEL = 0.0003
_TURN = 2.0
_FEWEST = 5
_SHORTEST_DECAY, _LONGEST_DECAY = 0.05, 10.0
_GOLDEN = (math.sqrt(5) - 1) / 2


class TenorPoint(Protocol):
    """What a curve needs to know of an expiry: `ExpiryRate`, or what is kept of one."""

    @property
    def status(self) -> Status:
        """What may be said."""
        ...

    @property
    def days(self) -> int:
        """Calendar days from payment of the price to payment of the payoff."""
        ...

    @property
    def tau(self) -> float:
        """The same in years."""
        ...

    @property
    def rate_mid(self) -> float:
        """Rate. [1/year]."""
        ...

    @property
    def se(self) -> float:
        """Its standard error. [1/year]."""
        ...


_Rate = TypeVar("_Rate", bound=TenorPoint)


@dataclass(frozen=True, slots=True, eq=False)
class CurveFit:
    """r(t) = b0 + b1 g + b2 (g - exp(-x)) with x = t / decay and g = (1 - exp(-x)) / x.

    Nelson and Siegel, "Parsimonious modeling of yield curves", Journal of Business 1987.

    Parameters
    ----------
    level, slope, hump : float
        b0, b1 and b2. [1/year]
    decay : float
        Where the curve bends. [years]
    covariance : array of shape (3, 3)
        Of the three, for the decay found.
    misfit : float
        Root mean square of residuals in bars; about 1 where the bars are right.
    """

    level: float
    slope: float
    hump: float
    decay: float
    covariance: FloatArray
    misfit: float

    def rate(self, tau: ArrayLike) -> FloatArray:
        """Return the fitted rate.

        Parameters
        ----------
        tau : array
            Time of the money. [years]

        Returns
        -------
        array
            Continuous, ACT/365 fixed. [1/year]
        """
        return _basis(np.asarray(tau, np.float64), self.decay) @ np.array(
            (self.level, self.slope, self.hump)
        )

    def bar(self, tau: ArrayLike) -> FloatArray:
        """Return the standard error of the fitted rate.

        Parameters
        ----------
        tau : array
            Time of the money. [years]

        Returns
        -------
        array
            [1/year]
        """
        basis = _basis(np.asarray(tau, np.float64), self.decay)
        return np.sqrt(np.einsum("...i,ij,...j->...", basis, self.covariance, basis))


def fit_nelson_siegel(tau: ArrayLike, rates: ArrayLike, se: ArrayLike) -> CurveFit:
    """Return the Nelson-Siegel curve with the least sum of rho((r_i - r(t_i)) / bar_i).

    Parameters
    ----------
    tau : array of shape (n,)
        Times, > 0. [years]
    rates : array of shape (n,)
        Rates. [1/year]
    se : array of shape (n,)
        Their standard errors. [1/year]

    Returns
    -------
    CurveFit
        Curve, bars and misfit.

    Raises
    ------
    BadInput
        If the arrays differ in length.
    NoData
        If fewer than 5 rates are finite.

    Notes
    -----
    Variable projection (Golub and Pereyra 1973): for a decay the other three are a linear problem, so
    that one number is searched for. rho is Huber's, bars are sqrt(se^2 + (3 bp)^2).

    Examples
    --------
    >>> tau = np.array([0.1, 0.25, 0.5, 1.0, 2.0, 5.0])
    >>> found = fit_nelson_siegel(tau, 0.04 - 0.002 * tau, np.full(6, 1e-4))
    >>> found.rate([0.5]).round(3).tolist()
    [0.039]
    """
    time, rate, error = (np.asarray(each, np.float64) for each in (tau, rates, se))
    if not time.shape == rate.shape == error.shape:
        raise BadInput(
            f"times, rates and errors must have one shape, were {time.shape}, {rate.shape}, "
            f"{error.shape}"
        )
    good = np.isfinite(time) & np.isfinite(rate) & np.isfinite(error) & (time > 0)
    if good.sum() < _FEWEST:
        raise NoData(f"a curve needs {_FEWEST} rates with errors, were {int(good.sum())}")
    time, rate = time[good], rate[good]
    bars = np.hypot(error[good], _MODEL)
    weights = np.ones(len(time))
    decay = 1.0
    for _ in range(4):
        decay = _best_decay(time, rate, bars / np.sqrt(weights))
        distance = np.abs(rate - _basis(time, decay) @ _solve(time, rate, bars, weights, decay))
        weights = np.minimum(1.0, _TURN * bars / np.maximum(distance, 1e-12))
    factors = _solve(time, rate, bars, weights, decay)
    design = _basis(time, decay) * (np.sqrt(weights) / bars)[:, None]
    distance = (rate - _basis(time, decay) @ factors) / bars
    misfit = math.sqrt(float(np.mean(distance**2)))
    freedom = max(1, len(time) - 4)
    excess = max(1.0, float(weights @ distance**2) / freedom)
    level, slope, hump = (float(each) for each in factors)
    covariance = np.asarray(np.linalg.pinv(design.T @ design), np.float64) * excess
    return CurveFit(level, slope, hump, decay, covariance, misfit)


def fit_curve(rates: Iterable[ExpiryRate]) -> CurveFit:
    """Return the curve through all rates that are sound, imprecise ones with their bars included.

    Parameters
    ----------
    rates : iterable of ExpiryRate
        Of one underlying.

    Returns
    -------
    CurveFit
        Curve, bars and misfit.

    Raises
    ------
    NoData
        If fewer than 5 rates are sound.

    Examples
    --------
    >>> fit_curve([])
    Traceback (most recent call last):
    quantdeck.model.errors.NoData: a curve needs 5 rates with errors, were 0
    """
    sound = _sound(rates)
    return fit_nelson_siegel(
        [rate.tau for rate in sound],
        [rate.rate_mid for rate in sound],
        [rate.se for rate in sound],
    )


def _sound(rates: Iterable[_Rate]) -> list[_Rate]:
    kept = (rate for rate in rates if rate.status in {Status.OK, Status.IMPRECISE})
    return sorted(kept, key=lambda rate: rate.tau)


def _basis(tau: FloatArray, decay: float) -> FloatArray:
    x = np.maximum(tau / decay, 1e-9)
    fall = np.exp(-x)
    g = -np.expm1(-x) / x
    return np.stack((np.ones_like(x), g, g - fall), axis=-1)


def _solve(
    time: FloatArray, rate: FloatArray, bars: FloatArray, weights: FloatArray, decay: float
) -> FloatArray:
    scale = np.sqrt(weights) / bars
    design = _basis(time, decay) * scale[:, None]
    return np.asarray(np.linalg.lstsq(design, rate * scale, rcond=1e-10)[0], np.float64)


def _best_decay(time: FloatArray, rate: FloatArray, bars: FloatArray) -> float:
    ones = np.ones(len(time))

    def loss(log_decay: float) -> float:
        decay = math.exp(log_decay)
        factors = _solve(time, rate, bars, ones, decay)
        return float(np.sum(((rate - _basis(time, decay) @ factors) / bars) ** 2))

    grid = np.linspace(math.log(_SHORTEST_DECAY), math.log(_LONGEST_DECAY), 14)
    at = int(np.argmin([loss(float(each)) for each in grid]))
    low, high = float(grid[max(0, at - 1)]), float(grid[min(len(grid) - 1, at + 1)])
    while high - low > 1e-3:
        inner = _GOLDEN * (high - low)
        if loss(high - inner) < loss(low + inner):
            high = low + inner
        else:
            low = high - inner
    return math.exp(0.5 * (low + high))


@dataclass(frozen=True, slots=True)
class BenchmarkRate:
    """A rate of another market, as it is published.

    Parameters
    ----------
    days : float
        Calendar days it runs, > 0.
    rate : float
        Decimal per year, written as `convention` says.
    convention : Convention
        How it is written.
    """

    days: float
    rate: float
    convention: Convention


def benchmark_rates(points: Sequence[BenchmarkRate], days: ArrayLike) -> FloatArray:
    """Return a benchmark in the desk's own convention at any times.

    Parameters
    ----------
    points : sequence of BenchmarkRate
        Published rates, each in its own convention; par yields are taken as zero rates.
    days : array
        Calendar days.

    Returns
    -------
    array
        Continuous, ACT/365 fixed; linear between points, NaN beyond the first and the last.

    Raises
    ------
    NoData
        If there are no points.

    Examples
    --------
    >>> bills = [BenchmarkRate(182, 0.0524, Convention.BOND_EQUIVALENT),
    ...     BenchmarkRate(365, 0.0484, Convention.BOND_EQUIVALENT)]
    >>> benchmark_rates(bills, [182, 400]).round(5).tolist()
    [0.05173, nan]
    """
    if not points:
        raise NoData("a benchmark needs at least one published rate")
    ordered = sorted(points, key=lambda point: point.days)
    rates = [
        float(convert_rate(point.rate, point.days, point.convention, Convention.CONTINUOUS))
        for point in ordered
    ]
    wanted = np.asarray(days, np.float64)
    return np.interp(wanted, [p.days for p in ordered], rates, left=np.nan, right=np.nan)


def tenor_rate(rates: Iterable[TenorPoint], days: float) -> tuple[float, float]:
    """Return the rate of one time that no expiry has, and its standard error.

    Parameters
    ----------
    rates : iterable of ExpiryRate, or of rows of the history
        Of one root or underlying.
    days : float
        Calendar days, > 0.

    Returns
    -------
    tuple of float
        Rate and error; NaN where no two sound expiries surround the time. [1/year]

    Notes
    -----
    -ln(D) is linear between the nearest sound expiries, which is a constant forward rate. Where
    several roots expire together the one with the smallest error counts.

    Examples
    --------
    >>> tenor_rate([], 30)
    (nan, nan)
    """
    best: dict[int, TenorPoint] = {}
    for rate in _sound(rates):
        known = best.get(rate.days)
        if known is None or rate.se < known.se:
            best[rate.days] = rate
    if days in best:
        exact = best[int(days)]
        return exact.rate_mid, exact.se
    below = max((each for each in best if each < days), default=None)
    above = min((each for each in best if each > days), default=None)
    if below is None or above is None:
        return math.nan, math.nan
    share = (days - below) / (above - below)
    tau = days / DAYS_PER_YEAR
    parts = ((1 - share, best[below]), (share, best[above]))
    rate = sum(part * each.rate_mid * each.tau for part, each in parts) / tau
    error = math.hypot(*(part * each.se * each.tau for part, each in parts)) / tau
    return rate, error
