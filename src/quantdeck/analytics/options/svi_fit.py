"""Fitting an SVI smile to quotes, without arbitrage within the expiry or against an earlier one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from quantdeck.analytics.options.svi import STEEPEST, Svi, density_factor
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

FEWEST = 5
"""Quotes that a smile of five parameters needs."""

# What a smile of five parameters misses at best: quotes closer than this are not pulled harder.
_FINEST = 0.002
_GRID = 81
_DENSE = 801
_CENTRES, _WIDTHS = 9, 6
_PENALTIES = (30.0, 300.0, 3000.0)
_STEPS = 60
# A wing that is not quoted stays flat: slopes in deviations cost a little.
_RIDGE = 0.1
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SviFit:
    """A fitted smile and what may be said of it.

    Parameters
    ----------
    smile : Svi
        The smile.
    tau : float
        [years]
    quotes : int
        Volatilities that it was fitted to.
    rms_error, max_error : float
        Of volatilities, weighted as in the fit, and the largest. [1/sqrt(year)]
    inside : float
        Share of quotes whose bid and ask volatilities it passes between.
    density_least : float
        Least g(k) on a grid half again as wide as the quotes: negative is butterfly arbitrage.
    calendar_least : float
        Least excess of total variance over the earlier expiry, where that one is quoted: negative is
        calendar arbitrage. NaN without an earlier one.
    low, high : float
        Log moneyness of the lowest and the highest quote.
    """

    smile: Svi
    tau: float
    quotes: int
    rms_error: float
    max_error: float
    inside: float
    density_least: float
    calendar_least: float
    low: float
    high: float

    @property
    def has_arbitrage(self) -> bool:
        """Whether a butterfly or a calendar of the smile has a negative price."""
        return self.density_least < -_NEGLIGIBLE or self.calendar_least < -_NEGLIGIBLE


def fit_svi(
    log_moneyness: ArrayLike,
    volatility: ArrayLike,
    half_band: ArrayLike,
    *,
    tau: float,
    earlier: SviFit | None = None,
) -> SviFit:
    """Return the SVI smile nearest to quotes that allows no arbitrage.

    Parameters
    ----------
    log_moneyness : array_like of shape (n,)
        ln(K / F) of the quotes.
    volatility : array_like of shape (n,)
        Mid volatilities; rows with NaN are left out. [1/sqrt(year)]
    half_band : array_like of shape (n,)
        Half the distance of ask and bid volatility, which is the half-spread over vega: the weight.
        NaN where only a mid is known: as wide as the median of the others. [1/sqrt(year)]
    tau : float
        To the settlement price. [years]
    earlier : SviFit, optional
        Of the expiry before, whose total variance may not be undercut where it is quoted.

    Returns
    -------
    SviFit
        Smile, errors, and the tests of arbitrage.

    Raises
    ------
    BadInput
        If arrays differ in length or the time is not positive.
    NoData
        If fewer than five volatilities are left.

    Notes
    -----
    Unknowns are the least variance, both slopes, m and sigma, of which slopes are kept in [0, 2] (Lee).
    The first guess solves the three
    linear ones on a grid of the others (Zeliade, "Quasi-explicit calibration of Gatheral's SVI model",
    2009). Errors are volatility over the half-band, of which those beyond one count linearly; g(k) < 0 and
    w(k) < w_earlier(k) on a grid are penalised, harder until none is left. What rounding leaves of a
    calendar violation is removed by raising the smile.

    Examples
    --------
    >>> k = np.linspace(-0.4, 0.3, 15)
    >>> planted = Svi(0.01, 0.1, -0.6, 0.02, 0.15)
    >>> sigma = np.sqrt(planted.total_variance(k) / 0.5)
    >>> found = fit_svi(k, sigma, np.full(15, 0.002), tau=0.5)
    >>> round(found.smile.rho, 2), found.inside, found.has_arbitrage
    (-0.6, 1.0, False)
    """
    k, sigma, half = (np.asarray(a, np.float64) for a in (log_moneyness, volatility, half_band))
    if not (k.shape == sigma.shape == half.shape and k.ndim == 1 and tau > 0.0):
        raise BadInput("a smile needs as many volatilities and bands as strikes, and time left")
    known = np.isfinite(k) & (sigma > 0.0)
    if int(known.sum()) < FEWEST:
        raise NoData(f"a smile needs {FEWEST} volatilities, were {int(known.sum())}")
    k, sigma, half = k[known], sigma[known], half[known]
    usual = float(np.nanmedian(half)) if np.isfinite(half).any() else _FINEST
    half = np.where(np.isfinite(half), half, usual)
    scale = np.hypot(half, _FINEST)
    grid = _grid(k, sigma, tau)
    problem = _Problem(k, sigma, scale, tau, grid, earlier, _shared(grid, earlier))
    smile = _solve(problem)
    return _judged(problem, smile, half)


def calendar_excess(found: SviFit, earlier: SviFit) -> float:
    """Return the least w(k) - w_earlier(k) over the strikes at which the earlier expiry is quoted.

    Parameters
    ----------
    found : SviFit
        Smile of an expiry.
    earlier : SviFit
        Of one before it.

    Returns
    -------
    float
        Negative is calendar arbitrage.
    """
    k = np.linspace(earlier.low, earlier.high, _DENSE)
    return float(np.min(found.smile.total_variance(k) - earlier.smile.total_variance(k)))


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    k: FloatArray
    sigma: FloatArray
    scale: FloatArray
    tau: float
    grid: FloatArray
    earlier: SviFit | None
    shared: FloatArray

    @property
    def deviation(self) -> float:
        return float(self.sigma[np.argmin(np.abs(self.k))]) * math.sqrt(self.tau)


def _grid(k: FloatArray, sigma: FloatArray, tau: float, count: int = _GRID) -> FloatArray:
    # half again as wide as the quotes, and no less than five deviations
    at_money = float(sigma[np.argmin(np.abs(k))]) * math.sqrt(tau)
    low = min(1.5 * float(k.min()), -5.0 * at_money)
    high = max(1.5 * float(k.max()), 5.0 * at_money)
    return np.concatenate((np.linspace(low, 0.0, count), np.linspace(0.0, high, count)[1:]))


def _shared(grid: FloatArray, earlier: SviFit | None) -> FloatArray:
    if earlier is None:
        return grid[:0]
    return grid[(grid >= earlier.low) & (grid <= earlier.high)]


def _start(problem: _Problem) -> FloatArray:
    k, tau = problem.k, problem.tau
    weight = 1.0 / (2.0 * problem.sigma * tau * problem.scale)
    target = problem.sigma**2 * tau
    span = float(k.max() - k.min())
    centres = [float(k[np.argmin(target)])]
    lowest, highest = 0.5 * float(k.min()), 0.5 * float(k.max())
    centres += [lowest + i / _CENTRES * (highest - lowest) for i in range(_CENTRES + 1)]
    best, found = math.inf, (0.0, 0.0, 0.0, 0.0, 0.0)
    for width in span * np.geomspace(0.01, 1.0, _WIDTHS):
        for centre in centres:
            x = k - centre
            columns = np.stack((np.ones_like(x), x, np.sqrt(x * x + width * width)))
            design = columns * weight
            gram = design @ design.T
            gram[np.diag_indices(3)] *= 1.0 + 1e-12
            a, tilt, b = np.linalg.solve(gram, design @ (weight * target))
            b = max(b, 1e-6)
            tilt = min(max(tilt, -0.999 * b), 0.999 * b)
            miss = float(np.sum(((a + tilt * x + b * columns[2] - target) * weight) ** 2))
            if miss < best:
                least = a + width * math.sqrt(b * b - tilt * tilt)
                best, found = miss, (least, b - tilt, b + tilt, centre, width)
    return np.array(found)


def _svi(theta: FloatArray) -> Svi:
    least, left, right, m, sigma = (float(x) for x in theta)
    b = 0.5 * (left + right)
    rho = (right - left) / (left + right)
    return Svi(least - b * sigma * math.sqrt(max(1.0 - rho * rho, 0.0)), b, rho, m, sigma)


def _solve(problem: _Problem) -> Svi:
    from scipy.optimize import (  # pyright: ignore[reportMissingTypeStubs]
        least_squares,  # pyright: ignore[reportUnknownVariableType]
    )

    solve = cast("Callable[..., Any]", least_squares)

    span = float(problem.k.max() - problem.k.min())
    top = float(np.max(problem.sigma) ** 2 * problem.tau)
    low = np.array([1e-9, 1e-6, 1e-6, problem.k.min() - span, 1e-3 * span])
    high = np.array([4.0 * top, STEEPEST, STEEPEST, problem.k.max() + span, 4.0 * span])
    theta: FloatArray = np.clip(_start(problem), low + 1e-9, high - 1e-9)
    found = _svi(theta)
    for penalty in _PENALTIES:
        solved = solve(
            _residuals,
            theta,
            bounds=(low, high),
            x_scale=np.array([max(top, 1e-6), 0.1, 0.1, 0.3 * span, 0.3 * span]),
            args=(problem, penalty),
            max_nfev=_STEPS,
            xtol=1e-9,
            ftol=1e-9,
        )
        theta = np.clip(np.asarray(solved.x, np.float64), low + 1e-12, high - 1e-12)
        found = _svi(theta)
        if _least_density(problem, found) >= 0.0 and not _excess(problem, found) < -1e-4 * top:
            break
    return _raised(problem, found)


def _residuals(theta: FloatArray, problem: _Problem, penalty: float) -> FloatArray:
    least, left, right, m, sigma = theta
    b, tilt = 0.5 * (left + right), 0.5 * (right - left)
    # a of the raw form; sqrt(left * right) is b sqrt(1 - rho^2)
    a = least - sigma * math.sqrt(left * right)
    x = problem.k - m
    variance = a + tilt * x + b * np.sqrt(x * x + sigma * sigma)
    miss = (np.sqrt(np.maximum(variance, 1e-12) / problem.tau) - problem.sigma) / problem.scale
    # the pseudo-Huber loss, as a residual to be squared
    miss = np.sign(miss) * np.sqrt(2.0 * (np.sqrt(1.0 + miss * miss) - 1.0))
    x = problem.grid - m
    root = np.sqrt(x * x + sigma * sigma)
    variance = np.maximum(a + tilt * x + b * root, 1e-12)
    g = density_factor(problem.grid, variance, tilt + b * x / root, b * sigma * sigma / root**3)
    strength = penalty * math.sqrt(len(problem.k) / len(problem.grid))
    ridge = _RIDGE * math.sqrt(len(problem.k)) / problem.deviation
    parts = [miss, np.array([ridge * left, ridge * right]), strength * np.maximum(0.002 - g, 0.0)]
    if problem.earlier is not None:
        x = problem.shared - m
        variance = a + tilt * x + b * np.sqrt(x * x + sigma * sigma)
        before = problem.earlier.smile.total_variance(problem.shared)
        parts.append(strength * np.maximum(before * 1.0005 - variance, 0.0) / before)
    return np.concatenate(parts)


def _dense(problem: _Problem) -> FloatArray:
    return _grid(problem.k, problem.sigma, problem.tau, _DENSE)


def _excess(problem: _Problem, smile: Svi) -> float:
    if problem.earlier is None:
        return math.nan
    k = _shared(_dense(problem), problem.earlier)
    before = problem.earlier.smile.total_variance(k)
    return float(np.min(smile.total_variance(k) - before, initial=math.inf))


def _raised(problem: _Problem, smile: Svi) -> Svi:
    excess = _excess(problem, smile)
    if not excess < 0.0:
        return smile
    # the last bit, and what rounding of the sum takes
    a = smile.a - excess * (1.0 + 1e-9) + 1e-14
    return Svi(a, smile.b, smile.rho, smile.m, smile.sigma)


def _least_density(problem: _Problem, smile: Svi) -> float:
    return float(smile.density_factor(_dense(problem)).min())


def _judged(problem: _Problem, smile: Svi, half: FloatArray) -> SviFit:
    found = np.sqrt(smile.total_variance(problem.k) / problem.tau)
    error = found - problem.sigma
    weight = 1.0 / problem.scale**2
    return SviFit(
        smile=smile,
        tau=problem.tau,
        quotes=len(problem.k),
        rms_error=math.sqrt(float(np.sum(weight * error**2) / np.sum(weight))),
        max_error=float(np.max(np.abs(error))),
        inside=float(np.mean(np.abs(error) <= half + 1e-12)),
        density_least=_least_density(problem, smile),
        calendar_least=_excess(problem, smile),
        low=float(problem.k.min()),
        high=float(problem.k.max()),
    )
