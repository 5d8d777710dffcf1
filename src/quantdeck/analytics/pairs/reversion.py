"""Whether a stretched spread came back: what happened after each time it was, without looking ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quantdeck.analytics.pairs.hedge import regression_series
from quantdeck.analytics.pairs.kalman import kalman_hedge
from quantdeck.analytics.pairs.lines import DEVIATIONS
from quantdeck.analytics.pairs.reversion_kernels import DEVIATION, MEAN, STEP, look_back
from quantdeck.analytics.series import NOISE, check_window
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

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
        Rows of mean and deviation.
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
    """Return how often a pair came back after its z-score had been beyond a threshold.

    Parameters
    ----------
    y, x : array of shape (rows,)
        Prices of the two instruments at common times, oldest first, all finite.
    window : int
        Rows of mean and deviation, >= 3, and fewest rows of the line.
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
    At row t the hedge ratio is that of least squares over all rows up to t, and mean and deviation
    are those of y - hedge_ratio[t] x over the window that ends at t; an event is |z[t]| >= threshold.
    All three are then frozen, as they are for somebody who holds the two legs, and the spread after t
    is measured by them: it has come back once it has reached the mean. Nothing after t decides
    whether t is an event, nor how it is measured; a horizon of h rows uses rows t + 1 to t + h.
    Expected of a random walk that starts s away from the mean with steps of deviation d, both as they
    were at t: P(back within h) = 2 Phi(-(s + 0.5826 d) / (d sqrt(h))), d being the root mean square of
    the spread's changes in the window. A rate above `expected`, its interval excluding it, is what
    mean reversion adds.

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.001, size=3000)))
    >>> y = x * np.exp(random.normal(scale=0.001, size=3000))
    >>> after = reversion_check(y, x, window=60, horizons=[1, 5]).horizons
    >>> [(each.rows, round(each.rate, 2), round(each.expected, 2)) for each in after]
    [(1, 0.54, 0.03), (5, 0.98, 0.31)]
    """
    series_y, series_x = regression_series(y, x, log=log)
    if not (np.isfinite(series_y).all() and np.isfinite(series_x).all()):
        raise BadInput("some prices are not finite; leave those rows out")
    after = _rows_after(horizons)
    if not 0.0 < threshold < math.inf:
        raise BadInput(f"the threshold must be a number > 0, was {threshold}")
    check_window(window, smallest=3)
    ratio = kalman_hedge(series_y, series_x, log=False, delta=0.0, start_rows=window).hedge_ratio
    behind = np.empty((3, len(series_y)))
    look_back(series_y, series_x, ratio, window, behind)
    distance = (series_y - ratio * series_x) - behind[MEAN]
    # Where the spread is the rounding of prices nothing is stretched
    rounding = NOISE * (np.abs(series_y) + np.abs(ratio * series_x))
    moves = behind[DEVIATION] > rounding
    beyond = np.flatnonzero(moves & (np.abs(distance) >= threshold * behind[DEVIATION]))
    events, unfinished = _spaced(beyond, len(series_y), int(after[-1]))
    if not len(events):
        raise NoData(
            f"the z-score was not beyond {threshold:g} with {after[-1]} rows to follow in "
            f"{len(series_y)} rows"
        )
    frozen = _Frozen(ratio[events], *(behind[row, events] for row in (MEAN, DEVIATION, STEP)))
    paths, back = _follow(events, frozen, series_y, series_x, int(after[-1]))
    found = tuple(_at(int(h), paths, frozen.step / frozen.deviation, back) for h in after)
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


class _Frozen(NamedTuple):
    ratio: FloatArray
    mean: FloatArray
    deviation: FloatArray
    step: FloatArray


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
    events: IntArray, frozen: _Frozen, y: FloatArray, x: FloatArray, longest: int
) -> tuple[FloatArray, IntArray]:
    # Per event: the frozen spread from the event on, in deviations on the side it was, and the row
    # after the event at which it was back
    rows = events[:, None] + np.arange(longest + 1)
    spread = y[rows] - frozen.ratio[:, None] * x[rows] - frozen.mean[:, None]
    paths = np.sign(spread[:, :1]) * spread / frozen.deviation[:, None]
    crossed = paths[:, 1:] <= 0.0
    back = np.where(crossed.any(axis=1), crossed.argmax(axis=1) + 1, longest + 1)
    return paths, back.astype(np.int64)


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
