"""Augmented Dickey-Fuller test of whether a series has a unit root.

The regression is d[t] = trend + rho * s[t-1] + sum over k of c[k] * d[t-k] + e with d[t] = s[t] -
s[t-1]; the statistic is the t-value of rho and small (very negative) values speak against a unit
root. The lag search fits every lag on the rows that the longest lag leaves, and since those designs
are nested one triangular factor holds the residual sums of all of them; the chosen lag is then
fitted on all rows it has. `tests/analytics/stationarity/test_adf.py` holds the results to statsmodels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from quantdeck.analytics.series import as_series, is_flat
from quantdeck.analytics.stationarity.mackinnon import (
    Regression,
    mackinnon_critical,
    mackinnon_pvalue,
)
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import BoolArray, FloatArray

AutoLag = Literal["aic", "bic"]
"""Which criterion chooses the lag."""


@dataclass(frozen=True, slots=True)
class AdfResult:
    """Outcome of an augmented Dickey-Fuller test.

    Parameters
    ----------
    statistic : float
        t-value of the lagged level.
    pvalue : float
        Probability of a smaller one if there is a unit root (MacKinnon 1994).
    lag : int
        Lagged differences in the regression.
    n : int
        Rows of the regression.
    critical : dict of str to float
        Critical values at "1%", "5%" and "10%" for this n (MacKinnon 2010).
    regression : {"n", "c", "ct"}
        Deterministic terms.
    autolag : {"aic", "bic"} or None
        How the lag was chosen.
    max_lag : int
        Longest lag tried.
    """

    statistic: float
    pvalue: float
    lag: int
    n: int
    critical: dict[str, float]
    regression: Regression
    autolag: AutoLag | None
    max_lag: int


def default_max_lag(n: int, regression: Regression = "c") -> int:
    """Return Schwert's longest lag, ceil(12 (n / 100)^(1/4)), or what n rows allow if that is less.

    Parameters
    ----------
    n : int
        Length of the series.
    regression : {"n", "c", "ct"}
        Deterministic terms.

    Returns
    -------
    int
        Longest lag; negative where the series is too short for any.

    Notes
    -----
    G. W. Schwert, "Tests for Unit Roots: A Monte Carlo Investigation", Journal of Business &
    Economic Statistics 7 (1989) 147-159.

    Examples
    --------
    >>> default_max_lag(1000), default_max_lag(12), default_max_lag(3)
    (22, 4, -1)
    """
    return min(math.ceil(12.0 * (n / 100.0) ** 0.25), longest_lag(n, regression))


def longest_lag(n: int, regression: Regression = "c") -> int:
    """Return the longest lag that n rows can be tested with.

    Parameters
    ----------
    n : int
        Length of the series.
    regression : {"n", "c", "ct"}
        Deterministic terms.

    Returns
    -------
    int
        Longest lag that keeps half of the rows and one degree of freedom; negative where there is
        none.

    Examples
    --------
    >>> longest_lag(20), longest_lag(20, "n"), longest_lag(3)
    (8, 8, -1)
    """
    terms = _terms(regression)
    return min(n // 2 - terms - 1, (n - 3 - terms) // 2)


def adf(
    series: ArrayLike,
    *,
    max_lag: int | None = None,
    autolag: AutoLag | None = "aic",
    regression: Regression = "c",
) -> AdfResult:
    """Return the augmented Dickey-Fuller test of a series.

    Parameters
    ----------
    series : array of shape (n,)
        Evenly spaced values, oldest first, all finite.
    max_lag : int or None
        Longest lag tried, or with `autolag` None the lag; None takes `default_max_lag`.
    autolag : {"aic", "bic"} or None
        Criterion that chooses the lag; None takes `max_lag` itself.
    regression : {"n", "c", "ct"}
        No deterministic terms, a constant, or a constant and a trend.

    Returns
    -------
    AdfResult
        Statistic, p-value, lag and critical values.

    Raises
    ------
    BadInput
        If a value is not finite, `max_lag` is negative or an option is unknown.
    NoData
        If the series is too short for the lag, does not move, or is fitted exactly, so that there
        is no error to judge the statistic by.

    Notes
    -----
    Of residuals of a fitted line the p-value is too small: use `engle_granger`.

    Examples
    --------
    >>> walk = np.cumsum(np.random.default_rng(3).normal(size=500))
    >>> result = adf(walk)
    >>> result.lag, round(result.pvalue, 2), adf(np.diff(walk)).pvalue < 0.01
    (0, 0.92, True)
    """
    values = as_series(series, "series")
    _check_options(values, regression, autolag)
    longest = _resolve_lag(len(values), max_lag, regression)
    if is_flat(values):
        raise NoData(
            f"the series does not move over {len(values)} rows, so there is nothing to test"
        )
    # a constant in the regression takes up any level, so the level may go before it costs digits
    level = values if regression == "n" else values - values.mean()
    difference = np.diff(values)
    lag = longest
    if autolag is not None and longest > 0:
        lag = _best_lag(level, difference, longest, regression, autolag)
    statistic, n = _t_value(level, difference, lag, regression)
    return AdfResult(
        statistic=statistic,
        pvalue=mackinnon_pvalue(statistic, regression),
        lag=lag,
        n=n,
        critical=mackinnon_critical(regression, n),
        regression=regression,
        autolag=autolag,
        max_lag=longest,
    )


def _terms(regression: Regression) -> int:
    return {"n": 0, "c": 1, "ct": 2}[regression]


def _check_options(values: FloatArray, regression: str, autolag: str | None) -> None:
    if regression not in get_args(Regression):
        raise BadInput(f"regression must be 'n', 'c' or 'ct', was {regression!r}")
    if autolag is not None and autolag not in get_args(AutoLag):
        raise BadInput(f"autolag must be 'aic', 'bic' or None, was {autolag!r}")
    if not np.isfinite(values).all():
        missing = int((~np.isfinite(values)).sum())
        raise BadInput(f"{missing} of {len(values)} values are not finite; leave those rows out")


def _resolve_lag(n: int, max_lag: int | None, regression: Regression) -> int:
    if max_lag is not None and max_lag < 0:
        raise BadInput(f"max_lag must be >= 0, was {max_lag}")
    allowed = longest_lag(n, regression)
    wanted = default_max_lag(n, regression) if max_lag is None else max_lag
    if allowed < 0 or wanted > allowed:
        raise NoData(
            f"not enough data: {n} rows allow no lag longer than {allowed}, {max(wanted, 0)} asked"
            if allowed >= 0
            else f"not enough data: {n} rows, at least {2 * _terms(regression) + 3} needed"
        )
    return wanted


def _trend(rows: int, regression: Regression) -> list[FloatArray]:
    constant = [np.ones(rows)] if regression != "n" else []
    return [*constant, np.arange(1.0, rows + 1.0)] if regression == "ct" else constant


def _columns(
    level: FloatArray, difference: FloatArray, lag: int, regression: Regression
) -> tuple[list[FloatArray], FloatArray, list[FloatArray], FloatArray]:
    # deterministic terms, lagged level, lagged differences, and what they explain
    rows = len(difference) - lag
    lags = [difference[lag - k : len(difference) - k] for k in range(1, lag + 1)]
    return _trend(rows, regression), level[lag:-1], lags, difference[lag:]


def _unit_rows(columns: list[FloatArray]) -> FloatArray:
    # columns of the design as rows of unit length: whether one depends on others is then free of
    # scale
    rows = np.array(columns)
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    rows /= np.where(norms > 0.0, norms, 1.0)[:, None]
    return rows


def _triangle(rows: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.qr(rows.T, mode="r"), np.float64)


def _quick_triangle(rows: FloatArray) -> FloatArray:
    # Cholesky's factor of the inner products is the same triangle at an eighth of the price, but
    # squares the condition number: good to 1e-11 where no diagonal is small, refused otherwise
    try:
        triangle = np.asarray(np.linalg.cholesky(rows @ rows.T).T, np.float64)
    except np.linalg.LinAlgError:
        return _triangle(rows)
    return triangle if float(np.diagonal(triangle).min()) > 1e-2 else _triangle(rows)


def _dependent(triangle: FloatArray, rows: int) -> BoolArray:
    return np.abs(np.diagonal(triangle))[:-1] <= 4.0 * rows * np.finfo(np.float64).eps


def _best_lag(
    level: FloatArray,
    difference: FloatArray,
    longest: int,
    regression: Regression,
    autolag: AutoLag,
) -> int:
    trend, lagged, lags, target = _columns(level, difference, longest, regression)
    columns, rows = [*trend, lagged, *lags], len(target)
    triangle = _quick_triangle(_unit_rows([*columns, target]))
    dependent = _dependent(triangle, rows)
    rank = np.cumsum(~dependent)
    if dependent.any():
        # a column that others explain would take up a random direction of what follows
        kept = [column for column, drop in zip(columns, dependent, strict=True) if not drop]
        triangle = _triangle(_unit_rows([*kept, target]))
    unexplained = np.cumsum(triangle[::-1, -1] ** 2)[::-1]
    base = len(trend)
    ranks = rank[base:]
    # rows of the triangle from `rank` on are what a model of that rank leaves
    rss = np.append(unexplained, 0.0)[ranks]
    penalty = 2.0 if autolag == "aic" else math.log(rows)
    with np.errstate(divide="ignore"):
        criterion = rows * np.log(rss) + penalty * ranks
    return int(np.argmin(criterion))


def _t_value(
    level: FloatArray, difference: FloatArray, lag: int, regression: Regression
) -> tuple[float, int]:
    trend, lagged, lags, target = _columns(level, difference, lag, regression)
    rows = len(target)
    # the lagged level last: its t-value is then a ratio of entries of the triangle
    others = [*trend, *lags]
    triangle = _triangle(_unit_rows([*others, lagged, target]))
    dependent = _dependent(triangle, rows)
    if dependent[:-1].any():
        others = [column for column, drop in zip(others, dependent[:-1], strict=True) if not drop]
        triangle = _triangle(_unit_rows([*others, lagged, target]))
        dependent = _dependent(triangle, rows)
    free = rows - len(others) - 1
    if dependent[-1]:
        raise NoData("the series follows its trend and lags exactly, so there is nothing to test")
    at = len(others)
    rss = float(triangle[at + 1, -1] ** 2) if free > 0 else 0.0
    if rss <= (rows * float(np.finfo(np.float64).eps)) ** 2:
        raise NoData("the regression fits the series exactly, so there is no error to judge it by")
    scale = math.sqrt(rss / free) * math.copysign(1.0, float(triangle[at, at]))
    return float(triangle[at, -1]) / scale, rows
