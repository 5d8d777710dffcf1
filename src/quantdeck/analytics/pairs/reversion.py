"""Whether a stretched spread came back: what happened after each time it was, without looking ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.pairs.hedge import regression_series
from quantdeck.analytics.pairs.lines import DEVIATIONS
from quantdeck.analytics.pairs.spread import rolling_hedge
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from quantdeck.analytics.pairs.spread import RollingHedge
    from quantdeck.analytics.types import FloatArray, IntArray

# A path looked at once a row misses some crossings: it meets a level as if that were further by this
# many standard deviations of a step. M. Broadie, P. Glasserman and S. Kou, Mathematical Finance 7
# (1997) 325-349.
_MISSED = 0.5826


@dataclass(frozen=True, slots=True)
class ReversionAt:
    """What had happened a number of rows after the events.

    Parameters
    ----------
    rows : int
        Rows after an event.
    hits : int
        Events after which the spread had come back to its mean by then.
    rate : float
        hits / events.
    low, high : float
        95 % interval of the rate (E. B. Wilson, 1927).
    expected : float
        Rate that a random walk of the spread's own step would have.
    change : float
        Mean change of the spread towards its mean, in standard deviations at the event; 0 for a
        random walk.
    change_stderr : float
        Standard error of that mean; NaN of one event.
    """

    rows: int
    hits: int
    rate: float
    low: float
    high: float
    expected: float
    change: float
    change_stderr: float


@dataclass(frozen=True, slots=True)
class ReversionCheck:
    """What happened after a spread was stretched.

    Parameters
    ----------
    threshold : float
        Absolute z-score from which on it was.
    window : int
        Rows of the rolling line.
    events : array of int
        Rows of the events that are counted; none begins before the last one's longest horizon is
        over.
    unfinished : int
        1 where there is a newest event whose longest horizon is not over, which is not counted.
    horizons : tuple of ReversionAt
        By rows after the event.
    """

    threshold: float
    window: int
    events: IntArray
    unfinished: int
    horizons: tuple[ReversionAt, ...]


def reversion_check(
    y: ArrayLike,
    x: ArrayLike,
    *,
    window: int,
    horizons: Sequence[int],
    threshold: float = 2.0,
    log: bool = True,
) -> ReversionCheck:
    """Return how often a pair came back after its rolling z-score had been beyond a threshold.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices of the two instruments at common times, oldest first, all finite.
    window : int
        Rows of the rolling line, >= 3.
    horizons : sequence of int
        Rows after an event at which is looked, ascending, >= 1.
    threshold : float
        Absolute z-score, > 0.
    log : bool
        Take logarithms; prices must then be > 0.

    Returns
    -------
    ReversionCheck
        Events, and per horizon how many came back and how far the spread had gone.

    Raises
    ------
    BadInput
        If the series differ in length, a price is not finite, or <= 0 with `log`, or a setting is out
        of range.
    NoData
        If there was no event whose longest horizon is over.

    Notes
    -----
    At row t the line, its mean (0) and deviation are those of the window that ends there, see
    `rolling_hedge`; an event is |z[t]| >= threshold. The line is then frozen, as it is for somebody
    who holds the two legs, and the spread after t is measured by it: it has come back once it has
    reached 0. Nothing after t decides whether t is an event, nor by what line it is measured; a
    horizon of h rows uses rows t + 1 to t + h. Expected of a random walk that starts s away from the
    mean with steps of deviation d, both as they were at t: P(back within h) = 2 Phi(-(s + 0.5826 d) /
    (d sqrt(h))), d being that of the line's own changes in the window. A rate above `expected`, its
    interval excluding it, is what mean reversion adds.

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.001, size=3000)))
    >>> y = x * np.exp(random.normal(scale=0.001, size=3000))
    >>> after = reversion_check(y, x, window=60, horizons=[1, 5]).horizons
    >>> [(each.rows, round(each.rate, 2), round(each.expected, 2)) for each in after]
    [(1, 0.46, 0.03), (5, 0.97, 0.31)]
    """
    series_y, series_x = regression_series(y, x, log=log)
    if not (np.isfinite(series_y).all() and np.isfinite(series_x).all()):
        raise BadInput("some prices are not finite; leave those rows out")
    after = _rows_after(horizons)
    if not 0.0 < threshold < math.inf:
        raise BadInput(f"the threshold must be a number > 0, was {threshold}")
    lines = rolling_hedge(series_y, series_x, window=window)
    beyond = np.flatnonzero(np.abs(lines.zscore) >= threshold)
    events, unfinished = _spaced(beyond, len(series_y), int(after[-1]))
    if not len(events):
        raise NoData(
            f"the z-score was not beyond {threshold:g} with {after[-1]} rows to follow in "
            f"{len(series_y)} rows"
        )
    paths, steps, back = _follow(events, lines, (series_y, series_x), window, int(after[-1]))
    found = tuple(_at(int(h), paths, steps, back) for h in after)
    return ReversionCheck(threshold, window, events, unfinished, found)


def wilson_interval(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share.

    Parameters
    ----------
    hits, trials : int
        0 <= hits <= trials, trials > 0.

    Returns
    -------
    tuple of (float, float)
        Low and high, within [0, 1].

    Notes
    -----
    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n) with z = 1.96. E. B. Wilson,
    Journal of the American Statistical Association 22 (1927) 209-212.

    Examples
    --------
    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    share, weight = hits / trials, DEVIATIONS**2 / trials
    centre = share + weight / 2.0
    reach = DEVIATIONS * math.sqrt(share * (1.0 - share) / trials + weight / (4.0 * trials))
    return (
        max(0.0, (centre - reach) / (1.0 + weight)),
        min(1.0, (centre + reach) / (1.0 + weight)),
    )


def _rows_after(horizons: Sequence[int]) -> IntArray:
    after = np.asarray(horizons, np.int64)
    if not len(after) or after[0] < 1 or (np.diff(after) <= 0).any():
        raise BadInput(f"horizons must be ascending rows >= 1, were {list(horizons)}")
    return after


def _spaced(beyond: IntArray, rows: int, longest: int) -> tuple[IntArray, int]:
    kept: list[int] = []
    free = 0
    for row in beyond.tolist():
        if row >= free:
            kept.append(row)
            free = row + longest + 1
    unfinished = 1 if kept and kept[-1] + longest >= rows else 0
    return np.array(kept[: len(kept) - unfinished], np.int64), unfinished


def _follow(
    events: IntArray,
    lines: RollingHedge,
    series: tuple[FloatArray, FloatArray],
    window: int,
    longest: int,
) -> tuple[FloatArray, FloatArray, IntArray]:
    # Per event: the frozen spread after it, from 1 sd per sd at the event on the side it was; the
    # step's deviation in the same unit; and the row after the event at which it was back
    y, x = series
    ratio, level = lines.hedge_ratio[events, None], lines.intercept[events, None]
    start = lines.spread[events]
    unit = np.abs(start / lines.zscore[events])
    sides = np.sign(start)[:, None]
    ahead = events[:, None] + np.arange(1, longest + 1)
    paths = sides * (y[ahead] - level - ratio * x[ahead]) / unit[:, None]
    behind = events[:, None] - np.arange(window - 1, -1, -1)
    changes = np.diff(y[behind] - ratio * x[behind], axis=1)
    steps = np.sqrt((changes**2).mean(axis=1)) / unit
    crossed = paths <= 0.0
    back = np.where(crossed.any(axis=1), crossed.argmax(axis=1) + 1, longest + 1)
    relative = np.column_stack((np.abs(lines.zscore[events]), paths))
    return relative, steps, back.astype(np.int64)


def _at(rows: int, paths: FloatArray, steps: FloatArray, back: IntArray) -> ReversionAt:
    events = len(paths)
    hits = int((back <= rows).sum())
    low, high = wilson_interval(hits, events)
    closer = paths[:, 0] - paths[:, rows]
    normal = NormalDist()
    chances = [
        2.0 * normal.cdf(-(far + _MISSED * step) / (step * math.sqrt(rows))) if step > 0.0 else 0.0
        for far, step in zip(paths[:, 0].tolist(), steps.tolist(), strict=True)
    ]
    error = float(closer.std(ddof=1)) / math.sqrt(events) if events > 1 else math.nan
    return ReversionAt(
        rows=rows,
        hits=hits,
        rate=hits / events,
        low=low,
        high=high,
        expected=sum(chances) / events,
        change=float(closer.mean()),
        change_stderr=error,
    )
