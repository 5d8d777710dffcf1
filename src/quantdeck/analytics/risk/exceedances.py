"""Back-test of value at risk: how often it was exceeded, and whether in a row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from quantdeck.analytics.chi_square import chi_square_tail
from quantdeck.analytics.rolling import rolling_moments
from quantdeck.analytics.series import as_pair, as_series, check_window
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray

TailMethod = Literal["historical", "gaussian"]
"""How the loss of the next period is forecast from those before."""

_CHUNK_CELLS = 2_000_000


class TrafficLight(StrEnum):
    """Zone of the Basel Committee: how likely so few exceedances are if the level is right."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class CoverageTest:
    """Likelihood-ratio test.

    Parameters
    ----------
    statistic : float
        LR, >= 0.
    pvalue : float
        Probability of a larger one if the forecasts are right.
    """

    statistic: float
    pvalue: float


@dataclass(frozen=True, slots=True)
class ExceedanceTest:
    """Outcome of a back-test.

    Parameters
    ----------
    rows : array of shape (k,)
        Rows of the returns at which the loss was larger than forecast.
    n : int
        Periods with a return and a forecast.
    count : int
        k.
    expected : float
        n (1 - level).
    level : float
        Confidence of the forecasts.
    coverage : CoverageTest
        Kupiec's: is the share of exceedances 1 - level?
    independence : CoverageTest or None
        Christoffersen's: is one no likelier after another? None without an exceedance that has a
        period after it.
    both : CoverageTest or None
        The sum of the two statistics, two degrees of freedom.
    light : TrafficLight
        Green below 95 % of the binomial distribution, red from 99.99 %.
    """

    rows: IntArray
    n: int
    count: int
    expected: float
    level: float
    coverage: CoverageTest
    independence: CoverageTest | None
    both: CoverageTest | None
    light: TrafficLight


def rolling_value_at_risk(
    returns: ArrayLike, *, window: int = 250, level: float = 0.95, method: TailMethod = "historical"
) -> FloatArray:
    """Return for every period the value at risk forecast from the `window` periods before it.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, oldest first. [decimal]
    window : int
        Periods a forecast knows; at least 5 / (1 - level) for the historical one.
    level : float
        Confidence, in (0.5, 1).
    method : {"historical", "gaussian"}
        Order statistic of `tail_loss`, or -(m + z s).

    Returns
    -------
    array of shape (n,)
        Positive losses; entry t knows returns up to t - 1 only. NaN for the first `window` rows,
        and where the window holds a return that is not finite. [decimal]

    Raises
    ------
    BadInput
        If the level or the method makes no sense, or the window is too short for the level.

    Examples
    --------
    >>> forecast = rolling_value_at_risk(np.linspace(-0.1, 0.1, 120), window=100)
    >>> int(np.isnan(forecast).sum()), round(float(forecast[100]), 4)
    (100, 0.0933)
    """
    _check_level(level)
    if method not in get_args(TailMethod):
        raise BadInput(f"method must be historical or gaussian, was {method!r}", field="method")
    series = as_series(returns, "returns")
    fewest = 2 if method == "gaussian" else math.ceil(5.0 / (1.0 - level) - 1e-9)
    check_window(window, smallest=fewest)
    out = np.full(len(series), np.nan)
    if len(series) <= window:
        return out
    known = series[:-1]
    if method == "gaussian":
        from statistics import NormalDist

        moments = rolling_moments(known, window=window)
        z = NormalDist().inv_cdf(1.0 - level)
        out[1:] = -(moments.mean + z * moments.std)
        return out
    index = math.floor((window - 1) * (1.0 - level) + 1e-9)
    windows = np.lib.stride_tricks.sliding_window_view(known, window)
    step = max(1, _CHUNK_CELLS // window)
    for start in range(0, len(windows), step):
        part = windows[start : start + step]
        found = -np.partition(part, index, axis=1)[:, index]
        found[~np.isfinite(part).all(axis=1)] = np.nan
        out[window + start : window + start + len(part)] = found
    return out


def exceedance_test(
    returns: ArrayLike, value_at_risk: ArrayLike, *, level: float
) -> ExceedanceTest:
    """Return how often losses exceeded the value at risk forecast for them, and three tests of it.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    value_at_risk : array of shape (n,)
        Forecast for each, made before it; positive losses. Rows without either are left out.
        [decimal]
    level : float
        Confidence of the forecasts.

    Returns
    -------
    ExceedanceTest
        Count, rows and tests.

    Raises
    ------
    BadInput
        If the arrays differ in length or the level makes no sense.
    NoData
        If there is no period with a forecast.

    Notes
    -----
    With x exceedances of n, p = 1 - level: LR = -2 ln((1-p)^(n-x) p^x / ((1-x/n)^(n-x) (x/n)^x))
    (P. Kupiec, Journal of Derivatives 3 (1995)), chi-square with one degree of freedom.
    Independence compares the share of exceedances after one with that after none
    (P. Christoffersen, International Economic Review 39 (1998), 3). Zones: Basel Committee,
    "Supervisory Framework for the Use of Backtesting" (1996).

    Examples
    --------
    >>> returns = np.full(250, 0.01)
    >>> returns[[10, 11, 60, 200]] = -0.05
    >>> found = exceedance_test(returns, np.full(250, 0.03), level=0.99)
    >>> found.count, found.light.value, round(found.coverage.pvalue, 3)
    (4, 'green', 0.38)
    """
    _check_level(level)
    series, forecast = as_pair(returns, value_at_risk)
    kept = np.isfinite(series) & np.isfinite(forecast)
    n = int(kept.sum())
    if not n:
        raise NoData(
            "no period has both a return and a forecast; the window may be longer than all"
        )
    beyond = series < -forecast
    hits: BoolArray = beyond[kept]
    count, share = int(hits.sum()), 1.0 - level
    coverage = _tested(_log_likelihood(count, n, share), _log_likelihood(count, n, count / n), 1)
    independence = _independence(hits)
    both = None
    if independence is not None:
        total = coverage.statistic + independence.statistic
        both = CoverageTest(total, chi_square_tail(total, 2))
    return ExceedanceTest(
        rows=np.flatnonzero(beyond & kept),
        n=n,
        count=count,
        expected=n * share,
        level=level,
        coverage=coverage,
        independence=independence,
        both=both,
        light=_light(count, n, share),
    )


def _check_level(level: float) -> None:
    if not 0.5 < level < 1.0:
        raise BadInput(
            f"level must lie between 0.5 and 1, such as 0.95; was {level}", field="level"
        )


def _log_likelihood(hits: int, n: int, share: float) -> float:
    missed = n - hits
    part = hits * math.log(share) if hits else 0.0
    return part + (missed * math.log1p(-share) if missed else 0.0)


def _tested(restricted: float, free: float, degrees: int) -> CoverageTest:
    statistic = max(0.0, -2.0 * (restricted - free))
    return CoverageTest(statistic, chi_square_tail(statistic, degrees))


def _independence(hits: BoolArray) -> CoverageTest | None:
    before, after = hits[:-1], hits[1:]
    after_hit, after_none = int(before.sum()), int((~before).sum())
    if not (after_hit and after_none):
        return None
    twice, first = int((before & after).sum()), int((~before & after).sum())
    restricted = _log_likelihood(
        twice + first, after_hit + after_none, (twice + first) / (after_hit + after_none)
    )
    free = _log_likelihood(twice, after_hit, twice / after_hit)
    free += _log_likelihood(first, after_none, first / after_none)
    return _tested(restricted, free, 1)


def _light(count: int, n: int, share: float) -> TrafficLight:
    # probability of fewer exceedances than these would have to reach the zone's bound
    below = math.fsum(_binomial(k, n, share) for k in range(count + 1))
    if below < 0.95:
        return TrafficLight.GREEN
    return TrafficLight.YELLOW if below < 0.9999 else TrafficLight.RED


def _binomial(k: int, n: int, share: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
