"""Falls of wealth one by one, and what they amount to: ulcer, pain and recovery."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.checks import as_returns, check_periods
from quantdeck.analytics.performance.drawdown import drawdowns
from quantdeck.analytics.performance.growth import cagr, wealth_index
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray


@dataclass(frozen=True, slots=True)
class DrawdownEpisode:
    """One fall from a high of wealth to the next.

    Parameters
    ----------
    depth : float
        (high - lowest) / high, > 0. [decimal]
    peak, trough : int
        Rows of the wealth; the peak is the last one at that height.
    recovery : int or None
        First row at or above the peak again; None where that has not come.
    peak_ts, trough_ts : int or None
        Times of these rows, where times were given. [ns]
    recovery_ts : int or None
        Time of the recovery.
    periods_down : int
        From peak to trough.
    periods_under : int
        From peak to recovery, or to the last row.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None
    peak_ts: int | None
    trough_ts: int | None
    recovery_ts: int | None
    periods_down: int
    periods_under: int


@dataclass(frozen=True, slots=True)
class DrawdownFigures:
    """What the falls of wealth amount to; ratios are None where wealth never fell.

    Parameters
    ----------
    max_drawdown : float
        Depth of the deepest. [decimal]
    average_drawdown : float
        Mean depth of the episodes; 0 where there is none.
    ulcer_index : float
        sqrt(mean(d^2)), d the fall below the high so far at every row after the first.
    pain_index : float
        mean(|d|).
    time_under_water : float
        Share of these rows below the high.
    longest_under_water : int
        Most periods from a peak to its recovery, or to the last row.
    episodes : int
        Count of falls.
    martin_ratio, pain_ratio, sterling_ratio, burke_ratio : float or None
        (CAGR - rate) over ulcer index, pain index, average drawdown, and
        sqrt(sum of squared depths).
    recovery_factor : float or None
        Total return / max_drawdown.
    """

    max_drawdown: float
    average_drawdown: float
    ulcer_index: float
    pain_index: float
    time_under_water: float
    longest_under_water: int
    episodes: int
    martin_ratio: float | None
    pain_ratio: float | None
    sterling_ratio: float | None
    burke_ratio: float | None
    recovery_factor: float | None


def drawdown_table(
    wealth: ArrayLike, *, ts_ns: ArrayLike | None = None, most: int | None = None
) -> tuple[DrawdownEpisode, ...]:
    """Return the falls of wealth from one high to the next, deepest first.

    Parameters
    ----------
    wealth : array of shape (n + 1,)
        Wealth or equity, the first entry before the first return, such as
        `performance.wealth_index` gives.
    ts_ns : array of shape (n + 1,), optional
        Time of each entry, rising. [ns]
    most : int or None
        Episodes to return; None for all.

    Returns
    -------
    tuple of DrawdownEpisode
        Empty where wealth never fell.

    Raises
    ------
    BadInput
        If a value is not finite, the first is not positive, or times do not match.
    NoData
        If there is no value.

    Examples
    --------
    >>> first, second = drawdown_table([1.0, 2.0, 1.5, 2.0, 2.5, 1.5])
    >>> first.depth, first.peak, first.recovery, second.depth, second.recovery
    (0.4, 4, None, 0.25, 3)
    """
    fall = drawdowns(wealth)
    times = _times(ts_ns, len(fall))
    below = np.concatenate(([False], fall < 0.0, [False])).astype(np.int8)
    step = np.diff(below)
    found = [
        _episode(fall, int(first) - 1, int(end), times)
        for first, end in zip(np.flatnonzero(step == 1), np.flatnonzero(step == -1), strict=True)
    ]
    found.sort(key=lambda episode: (-episode.depth, episode.peak))
    return tuple(found[:most])


def drawdown_figures(
    returns: ArrayLike, *, periods_per_year: float, annual_rate: float = 0.0
) -> DrawdownFigures:
    """Return ulcer index sqrt(mean(d^2)), pain index mean(|d|) and the ratios made with them.

    Parameters
    ----------
    returns : array of shape (n,)
        Simple returns a period, n >= 1. [decimal]
    periods_per_year : float
        A.
    annual_rate : float
        Riskless rate, effective annual.

    Returns
    -------
    DrawdownFigures
        Of wealth that is 1 before the first return.

    Raises
    ------
    BadInput
        If a return is not finite or below -1, or A is not positive.
    NoData
        If there is no return.

    Notes
    -----
    P. Martin, B. McCann, "The Investor's Guide to Fidelity Funds" (1989) (ulcer); T. Becker,
    Zephyr Associates (pain); G. Burke, Futures 23 (1994); C. Bacon, "Practical Portfolio
    Performance Measurement and Attribution", 2nd ed., 4.

    Examples
    --------
    >>> found = drawdown_figures([0.1, -0.2, 0.1, 0.3], periods_per_year=4)
    >>> round(found.ulcer_index, 4), round(found.pain_index, 4), found.longest_under_water
    (0.1166, 0.08, 3)
    """
    check_periods(periods_per_year)
    series = as_returns(returns)
    wealth = wealth_index(series)
    fall = -drawdowns(wealth)[1:]
    episodes = drawdown_table(wealth)
    depths = np.array([episode.depth for episode in episodes])
    excess = cagr(series, periods_per_year=periods_per_year) - annual_rate
    ulcer, pain = math.sqrt(float((fall * fall).mean())), float(fall.mean())
    deepest = float(depths.max(initial=0.0))
    average = float(depths.mean()) if len(depths) else 0.0
    return DrawdownFigures(
        max_drawdown=deepest,
        average_drawdown=average,
        ulcer_index=ulcer,
        pain_index=pain,
        time_under_water=float((fall > 0.0).mean()),
        longest_under_water=max((episode.periods_under for episode in episodes), default=0),
        episodes=len(episodes),
        martin_ratio=_over(excess, ulcer),
        pain_ratio=_over(excess, pain),
        sterling_ratio=_over(excess, average),
        burke_ratio=_over(excess, math.sqrt(float(depths @ depths))),
        recovery_factor=_over(float(wealth[-1]) - 1.0, deepest),
    )


def _over(value: float, risk: float) -> float | None:
    return value / risk if risk > 0.0 else None


def _times(ts_ns: ArrayLike | None, rows: int) -> list[int] | None:
    if ts_ns is None:
        return None
    times = np.asarray(ts_ns, np.int64)
    if times.shape != (rows,):
        raise BadInput(f"{rows} values of wealth need as many times, shape was {times.shape}")
    if (np.diff(times) <= 0).any():
        raise BadInput("times must rise from row to row")
    return times.tolist()


def _episode(fall: FloatArray, peak: int, end: int, times: list[int] | None) -> DrawdownEpisode:
    trough = peak + 1 + int(np.argmin(fall[peak + 1 : end]))
    recovery = end if end < len(fall) else None
    return DrawdownEpisode(
        depth=-float(fall[trough]),
        peak=peak,
        trough=trough,
        recovery=recovery,
        peak_ts=times[peak] if times else None,
        trough_ts=times[trough] if times else None,
        recovery_ts=times[recovery] if times and recovery is not None else None,
        periods_down=trough - peak,
        periods_under=(recovery if recovery is not None else len(fall) - 1) - peak,
    )
