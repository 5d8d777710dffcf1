"""Volatility from closes and from the range of bars, over a sample and over a sliding window.

All are annual, decimals per root of a year, with the periods of a year said by the caller. The
estimators of Parkinson, Garman and Klass, and Rogers and Satchell see what happens within a bar
only: of a market that closes they leave out the move overnight. Yang and Zhang's has it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from quantdeck.analytics.performance.checks import check_periods
from quantdeck.analytics.returns import log_returns
from quantdeck.analytics.rolling import rolling_moments
from quantdeck.analytics.series import check_window
from quantdeck.analytics.volatility.bars import LogBars, log_bars
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

Estimator = Literal["close", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang"]
"""Which formula turns bars into a volatility."""

_YANG_ZHANG_ALPHA = 1.34


def close_volatility(close: ArrayLike, *, periods_per_year: float) -> float:
    """Return sd(ln(C[t] / C[t-1])) sqrt(A), the realised volatility of closes.

    Parameters
    ----------
    close : array of shape (n,)
        Closing prices, oldest first; one that is NaN or not positive takes two returns with it.
        [currency]
    periods_per_year : float
        A.

    Returns
    -------
    float
        Divisor: returns less one. [1/sqrt(year)]

    Raises
    ------
    BadInput
        If A is not positive or the closes are not one-dimensional.
    NoData
        If there are fewer than two returns.

    Notes
    -----
    J. Hull, "Options, Futures, and Other Derivatives", 15.4.

    Examples
    --------
    >>> round(close_volatility([100.0, 101.0, 100.0, 102.0], periods_per_year=252), 4)
    0.2406
    """
    check_periods(periods_per_year)
    returns = log_returns(close)
    returns = returns[np.isfinite(returns)]
    if len(returns) < 2:
        raise NoData(f"{len(returns)} returns; two are the fewest that have a deviation")
    return float(np.std(returns, ddof=1)) * math.sqrt(periods_per_year)


def bar_volatility(
    bars: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    *,
    estimator: Estimator = "yang_zhang",
    periods_per_year: float,
) -> float:
    """Return the volatility of a sample of bars by one of five estimators.

    Parameters
    ----------
    bars : tuple of four arrays of shape (n,)
        Open, high, low and close, oldest first; a row with a price that is NaN or not positive, or
        with prices that contradict each other, is absent: `log_bars` counts them. [currency]
    estimator : {"close", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang"}
        The formula.
    periods_per_year : float
        A.

    Returns
    -------
    float
        Root of the mean variance of a bar, times sqrt(A). [1/sqrt(year)]

    Raises
    ------
    BadInput
        If the bars are no bars, A is not positive or the estimator is unknown.
    NoData
        If no bar is present, or fewer than three for close and Yang-Zhang.

    Notes
    -----
    With u = ln(H/O), d = ln(L/O), c = ln(C/O), o = ln(O / C of the bar before), variance of a bar:

    - Parkinson: (u - d)^2 / (4 ln 2) (M. Parkinson, Journal of Business 53 (1980)).
    - Garman-Klass: (u - d)^2 / 2 - (2 ln 2 - 1) c^2 (M. Garman, M. Klass, Journal of Business 53
      (1980), the practical form of eq. 20).
    - Rogers-Satchell: u (u - c) + d (d - c) (L. Rogers, S. Satchell, Annals of Applied Probability
      1 (1991)).
    - Yang-Zhang: var(o) + k var(c) + (1 - k) mean(Rogers-Satchell), k = .34 / (1.34 + (n + 1) /
      (n - 1)) (D. Yang, Q. Zhang, Journal of Business 73 (2000)), over the n bars that follow
      another.

    The first three take the drift as zero or within the bar, and prices as watched all the time:
    seen at times only, ranges are too small.

    Examples
    --------
    >>> o, h, l, c = [10.0, 10.2, 10.1], [10.4, 10.3, 10.6], [9.9, 10.0, 10.1], [10.1, 10.2, 10.5]
    >>> round(bar_volatility((o, h, l, c), estimator="parkinson", periods_per_year=252), 4)
    0.4132
    """
    check_periods(periods_per_year)
    _check_estimator(estimator)
    logs = log_bars(*bars)
    if estimator == "close":
        return close_volatility(bars[3], periods_per_year=periods_per_year)
    if estimator == "yang_zhang":
        variance = _yang_zhang(logs)
    else:
        terms = _terms(logs, estimator)[logs.present]
        if not len(terms):
            raise NoData(f"none of {len(logs.present)} bars is present")
        variance = float(terms.mean())
    return math.sqrt(variance * periods_per_year)


def rolling_bar_volatility(
    bars: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    *,
    window: int,
    estimator: Estimator = "yang_zhang",
    periods_per_year: float,
) -> FloatArray:
    """Return the volatility of the last `window` bars by one of five estimators, at every bar.

    Parameters
    ----------
    bars : tuple of four arrays of shape (n,)
        Open, high, low and close, oldest first. [currency]
    window : int
        Bars in a window, >= 2; for close and Yang-Zhang the bar before is read as well.
    estimator : {"close", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang"}
        The formula of `bar_volatility`.
    periods_per_year : float
        A.

    Returns
    -------
    array of shape (n,)
        NaN while the window is not full, and where it holds an absent bar. [1/sqrt(year)]

    Raises
    ------
    BadInput
        If the bars are no bars, the window is too short, A is not positive or the estimator is
        unknown.

    Notes
    -----
    O(1) a bar.

    Examples
    --------
    >>> o, h, l, c = [10.0, 10.2, 10.1], [10.4, 10.3, 10.6], [9.9, 10.0, 10.1], [10.1, 10.2, 10.5]
    >>> rolling_bar_volatility(
    ...     (o, h, l, c), window=2, estimator="parkinson", periods_per_year=252
    ... ).round(4)
    array([   nan, 0.3873, 0.3818])
    """
    check_periods(periods_per_year)
    check_window(window, smallest=2)
    _check_estimator(estimator)
    logs = log_bars(*bars)
    annual = math.sqrt(periods_per_year)
    if estimator == "close":
        return rolling_close_volatility(bars[3], window=window, periods_per_year=periods_per_year)
    if estimator != "yang_zhang":
        mean = rolling_moments(_terms(logs, estimator), window=window).mean
        return np.sqrt(np.maximum(mean, 0.0)) * annual
    # the first bar has no night before it, so a window of n bars needs n + 1
    overnight = rolling_moments(_overnight(logs), window=window).std ** 2
    inside = rolling_moments(logs.close - logs.open, window=window).std ** 2
    ranges = np.maximum(rolling_moments(_rogers_satchell(logs), window=window).mean, 0.0)
    k = _yang_zhang_share(window)
    return np.sqrt(overnight + k * inside + (1.0 - k) * ranges) * annual


def rolling_close_volatility(
    close: ArrayLike, *, window: int, periods_per_year: float
) -> FloatArray:
    """Return sd of the last `window` log returns times sqrt(A), at every close.

    Parameters
    ----------
    close : array of shape (n,)
        Closing prices, oldest first. [currency]
    window : int
        Returns in a window, >= 2.
    periods_per_year : float
        A.

    Returns
    -------
    array of shape (n,)
        NaN for the first `window` rows, and where a window touches a price that is NaN or not
        positive. [1/sqrt(year)]

    Raises
    ------
    BadInput
        If the window is shorter than 2 or A is not positive.

    Examples
    --------
    >>> rolling_close_volatility(
    ...     [100.0, 101.0, 100.0, 102.0], window=2, periods_per_year=252
    ... ).round(4)
    array([   nan,    nan, 0.2234, 0.334 ])
    """
    check_periods(periods_per_year)
    std = rolling_moments(log_returns(close), window=window).std
    return std * math.sqrt(periods_per_year)


def _check_estimator(estimator: str) -> None:
    if estimator not in get_args(Estimator):
        known = ", ".join(get_args(Estimator))
        raise BadInput(f"estimator must be one of {known}; was {estimator!r}", field="estimator")


def _terms(logs: LogBars, estimator: Estimator) -> FloatArray:
    width = (logs.high - logs.low) ** 2
    if estimator == "parkinson":
        return width / (4.0 * math.log(2.0))
    if estimator == "garman_klass":
        return 0.5 * width - (2.0 * math.log(2.0) - 1.0) * (logs.close - logs.open) ** 2
    return _rogers_satchell(logs)


def _rogers_satchell(logs: LogBars) -> FloatArray:
    up, down, end = logs.high - logs.open, logs.low - logs.open, logs.close - logs.open
    return up * (up - end) + down * (down - end)


def _overnight(logs: LogBars) -> FloatArray:
    return np.concatenate(([np.nan], logs.open[1:] - logs.close[:-1]))


def _yang_zhang_share(n: int) -> float:
    return (_YANG_ZHANG_ALPHA - 1.0) / (_YANG_ZHANG_ALPHA + (n + 1.0) / (n - 1.0))


def _yang_zhang(logs: LogBars) -> float:
    overnight = _overnight(logs)
    kept = np.isfinite(overnight) & logs.present
    n = int(kept.sum())
    if n < 2:
        raise NoData(f"{n} bars follow another; two are the fewest for this estimator")
    inside = (logs.close - logs.open)[kept]
    k = _yang_zhang_share(n)
    return (
        float(np.var(overnight[kept], ddof=1))
        + k * float(np.var(inside, ddof=1))
        + (1.0 - k) * float(_rogers_satchell(logs)[kept].mean())
    )
