"""Shape of returns: downside, omega, tails, gains against losses, normality and histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.chi_square import chi_square_tail
from quantdeck.analytics.performance.checks import as_returns, rate_per_period
from quantdeck.analytics.series import is_flat
from quantdeck.analytics.summary import summarize
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray, IntArray

_MOST_BINS = 200


@dataclass(frozen=True, slots=True)
class ReturnShape:
    """Skewness, kurtosis and the test of normality of Jarque and Bera.

    Parameters
    ----------
    skew : float
        m3 / m2^1.5, central moments with divisor n.
    excess_kurtosis : float
        m4 / m2^2 - 3.
    jarque_bera : float
        n / 6 (skew^2 + excess_kurtosis^2 / 4).
    pvalue : float
        Probability of a larger one if returns are normal, chi-square with two degrees of freedom.
    n : int
        Returns.
    """

    skew: float
    excess_kurtosis: float
    jarque_bera: float
    pvalue: float
    n: int


@dataclass(frozen=True, slots=True)
class GainsAndLosses:
    """Periods that gained against periods that lost; None where there are none of a kind.

    Parameters
    ----------
    hit_rate : float
        Share of the periods with r > 0.
    average_gain, average_loss, payoff_ratio : float or None
        Mean of the positive and of the negative returns, the loss positive, and the one over the
        other.
    gain_to_pain : float or None
        sum(r) / sum of the losses (J. Schwager, "Market Sense and Nonsense" (2012), ch. 8).
    profit_factor : float or None
        Sum of the gains / sum of the losses.
    best, worst : float
        Largest and smallest return.
    longest_losing_run : int
        Periods in a row with r < 0.
    """

    hit_rate: float
    average_gain: float | None
    average_loss: float | None
    payoff_ratio: float | None
    gain_to_pain: float | None
    profit_factor: float | None
    best: float
    worst: float
    longest_losing_run: int


@dataclass(frozen=True, slots=True)
class ReturnHistogram:
    """Counts of returns, and what a normal distribution would give.

    Parameters
    ----------
    edges : array of shape (k + 1,)
        Edges of the bins; the last bin holds its upper edge.
    counts : array of shape (k,)
        Returns in each.
    normal : array of shape (k,)
        Counts expected of a normal distribution with this mean and deviation.
    mean, std : float
        Of the returns, divisor n - 1.
    """

    edges: FloatArray
    counts: IntArray
    normal: FloatArray
    mean: float
    std: float


def downside_deviation(
    returns: ArrayLike, *, periods_per_year: float, annual_target: float = 0.0
) -> float:
    """Return sqrt(mean(min(r - m, 0)^2)) sqrt(A).

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 1. [decimal]
    periods_per_year : float
        A.
    annual_target : float
        Least acceptable return, effective annual; m is that of one period.

    Returns
    -------
    float
        Over all n returns, those above the target counting as zero. [1/sqrt(year)]

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or an option makes no sense.
    NoData
        If there is no return.

    Notes
    -----
    F. Sortino, R. van der Meer, "Downside Risk", Journal of Portfolio Management 17 (1991).

    Examples
    --------
    >>> round(downside_deviation([0.01, -0.02, 0.03, -0.01], periods_per_year=4), 5)
    0.02236
    """
    excess = as_returns(returns) - rate_per_period(annual_target, periods_per_year)
    return math.sqrt(float((np.minimum(excess, 0.0) ** 2).mean()) * periods_per_year)


def omega_ratio(
    returns: ArrayLike, *, periods_per_year: float, annual_target: float = 0.0
) -> float:
    """Return sum(max(r - m, 0)) / sum(max(m - r, 0)).

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period. [decimal]
    periods_per_year : float
        A; used for the target alone, the ratio has no period.
    annual_target : float
        Least acceptable return, effective annual; m is that of one period.

    Returns
    -------
    float
        1 where gains and losses about the target are even.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or an option makes no sense.
    NoData
        If no return is below the target.

    Notes
    -----
    C. Keating, W. Shadwick, Journal of Performance Measurement 6 (2002).

    Examples
    --------
    >>> round(omega_ratio([0.01, -0.02, 0.04, -0.01], periods_per_year=252), 4)
    1.6667
    """
    excess = as_returns(returns) - rate_per_period(annual_target, periods_per_year)
    lost = -float(np.minimum(excess, 0.0).sum())
    if lost == 0.0:
        raise NoData("no return is below the target, so there is no loss to divide by")
    return float(np.maximum(excess, 0.0).sum()) / lost


def tail_ratio(returns: ArrayLike) -> float:
    """Return |q(0.95)| / |q(0.05)|: how far gains reach against losses.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 20. [decimal]

    Returns
    -------
    float
        Above 1 where the gaining tail is the longer. Quantiles are linear between order statistics.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.
    NoData
        If there are fewer than 20 returns, or the lower quantile is zero.

    Examples
    --------
    >>> round(tail_ratio(np.linspace(-0.02, 0.04, 61)), 4)
    2.1765
    """
    low, high = np.quantile(as_returns(returns, least=20), (0.05, 0.95)).tolist()
    if low == 0.0:
        raise NoData("the lower quantile is zero, so there is no tail to divide by")
    return abs(high / low)


def return_shape(returns: ArrayLike) -> ReturnShape:
    """Return skewness m3 / m2^1.5, excess kurtosis m4 / m2^2 - 3 and the Jarque-Bera test.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 4. [decimal]

    Returns
    -------
    ReturnShape
        Moments with divisor n, without correction for small samples.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.
    NoData
        If there are fewer than four returns, or they do not move.

    Notes
    -----
    C. Jarque, A. Bera, "A Test for Normality of Observations and Regression Residuals",
    International Statistical Review 55 (1987). Its p-value is rough below some hundred returns.

    Examples
    --------
    >>> shape = return_shape([0.01, -0.01, 0.02, -0.05, 0.0])
    >>> round(shape.skew, 4), round(shape.excess_kurtosis, 4)
    (-0.8979, -0.4947)
    """
    series = as_returns(returns, least=4)
    found = summarize(series)
    if found.skew is None or found.excess_kurtosis is None:
        raise NoData("the returns do not move, so they have no shape")
    n = len(series)
    statistic = n / 6.0 * (found.skew**2 + found.excess_kurtosis**2 / 4.0)
    return ReturnShape(
        skew=found.skew,
        excess_kurtosis=found.excess_kurtosis,
        jarque_bera=statistic,
        pvalue=chi_square_tail(statistic, 2),
        n=n,
    )


def gains_and_losses(returns: ArrayLike) -> GainsAndLosses:
    """Return how often and how much was gained and lost.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 1. [decimal]

    Returns
    -------
    GainsAndLosses
        Periods with a return of zero count as neither.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.
    NoData
        If there is no return.

    Examples
    --------
    >>> found = gains_and_losses([0.02, -0.01, 0.03, -0.02, -0.01])
    >>> found.hit_rate, round(found.payoff_ratio, 4), round(found.gain_to_pain, 4)
    (0.4, 1.875, 0.25)
    """
    series = as_returns(returns)
    gains, losses = series[series > 0.0], -series[series < 0.0]
    gained, lost = float(gains.sum()), float(losses.sum())
    average_gain = gained / len(gains) if len(gains) else None
    average_loss = lost / len(losses) if len(losses) else None
    has_both = average_gain is not None and average_loss is not None
    falls = np.flatnonzero(np.diff(np.concatenate(([False], series < 0.0, [False]))))
    return GainsAndLosses(
        hit_rate=len(gains) / len(series),
        average_gain=average_gain,
        average_loss=average_loss,
        payoff_ratio=average_gain / average_loss if has_both else None,  # type: ignore[operator]
        gain_to_pain=(gained - lost) / lost if lost else None,
        profit_factor=gained / lost if lost else None,
        best=float(series.max()),
        worst=float(series.min()),
        longest_losing_run=int((falls[1::2] - falls[::2]).max(initial=0)),
    )


def stability(returns: ArrayLike) -> float:
    """Return R^2 of the line of cumulative log returns on time.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 3, all above -1. [decimal]

    Returns
    -------
    float
        In [0, 1]; 1 where wealth grows, or shrinks, at an even rate.

    Raises
    ------
    BadInput
        If a return is not finite or below -1.
    NoData
        If there are fewer than three returns, one loses everything, or wealth does not move.

    Examples
    --------
    >>> round(stability([0.01, 0.01, 0.01, 0.02]), 4)
    0.9662
    """
    series = as_returns(returns, least=3)
    if float(series.min()) == -1.0:
        raise NoData("a return of -1 leaves nothing whose growth could be even")
    wealth = np.cumsum(np.log1p(series))
    if is_flat(wealth):
        raise NoData("wealth does not move")
    time = np.arange(len(wealth)) - 0.5 * (len(wealth) - 1)
    deviation = wealth - wealth.mean()
    return float(time @ deviation) ** 2 / (float(time @ time) * float(deviation @ deviation))


def return_histogram(returns: ArrayLike, *, bins: int | None = None) -> ReturnHistogram:
    """Return counts of returns in bins of equal width, with those of a normal distribution.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 2. [decimal]
    bins : int or None
        From 1 to 200; None for the width 2 IQR n^(-1/3).

    Returns
    -------
    ReturnHistogram
        Edges and counts.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or there are too many bins.
    NoData
        If there are fewer than two returns, or they do not move.

    Notes
    -----
    D. Freedman, P. Diaconis, "On the Histogram as a Density Estimator", Zeitschrift fuer
    Wahrscheinlichkeitstheorie 57 (1981).

    Examples
    --------
    >>> found = return_histogram([0.0, 0.01, 0.02, 0.03, 0.01], bins=3)
    >>> found.counts, found.edges.round(3)
    (array([1, 2, 2]), array([0.  , 0.01, 0.02, 0.03]))
    """
    if bins is not None and not 1 <= bins <= _MOST_BINS:
        raise BadInput(f"bins must be from 1 to {_MOST_BINS}, was {bins}", field="bins")
    series = as_returns(returns, least=2)
    if is_flat(series):
        raise NoData("the returns do not move, so they make no histogram")
    wanted = bins
    if wanted is None:
        low, high = np.quantile(series, (0.25, 0.75)).tolist()
        width = 2.0 * (high - low) * len(series) ** (-1.0 / 3.0)
        span = float(series.max() - series.min())
        # half of the returns may be the same, and then have no quartiles apart
        wanted = min(_MOST_BINS, math.ceil(span / width)) if width > 0.0 else 20
    counts, edges = np.histogram(series, bins=wanted)
    mean, std = float(series.mean()), float(np.std(series, ddof=1))
    scale = std * math.sqrt(2.0)
    below = np.array([0.5 * math.erfc((mean - edge) / scale) for edge in edges.tolist()])
    return ReturnHistogram(
        edges=edges,
        counts=counts.astype(np.int64),
        normal=np.diff(below) * len(series),
        mean=mean,
        std=std,
    )
