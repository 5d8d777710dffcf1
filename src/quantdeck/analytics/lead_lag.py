"""Which of many instruments moves first: correlations of returns at lags, on one time grid."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.price_grid import PriceGrid
    from quantdeck.analytics.types import FloatArray, IntArray

BAND = NormalDist().inv_cdf(0.975)
"""Standard errors that hold 95 % of a normal distribution."""

_FEWEST = 20


@dataclass(frozen=True, slots=True)
class LeadLag:
    """Correlations of the returns of all instruments with one another, now and at lags.

    Parameters
    ----------
    lags : array of shape (2 k + 1,)
        -k .. k. [intervals]
    correlation : array of shape (2 k + 1, n, n)
        ``[lag, a, b]``: of the return of a with that of b `lag` intervals later. NaN with fewer than
        20 pairs of returns, or where one of them does not move.
    error : array of shape (2 k + 1, n, n)
        Standard errors of the correlations of unrelated returns, sqrt(sum a^2 b^2) / sqrt(sum a^2
        sum b^2) over deviations from the mean: 1 / sqrt(count) for returns of one variance, more
        where both are volatile at a time.
    count : array of shape (2 k + 1, n, n)
        Pairs of returns.

    Notes
    -----
    Errors as of H. White, "A Heteroskedasticity-Consistent Covariance Matrix Estimator", Econometrica 48
    (1980) 817-838: with volatility that comes and goes, 1 / sqrt(count) makes leads of a few jumps.
    """

    lags: IntArray
    correlation: FloatArray
    error: FloatArray
    count: FloatArray

    def now(self) -> FloatArray:
        """Return the correlations at lag 0, shape (n, n)."""
        return self.correlation[len(self.lags) // 2]

    def band(self) -> FloatArray:
        """Return 1.96 standard errors: what 95 % of unrelated returns stay within, by lag and pair."""
        return BAND * self.error

    def peak(self) -> FloatArray:
        """Return the lag of the surest correlation other than lag 0, shape (n, n).

        Returns
        -------
        array of shape (n, n)
            Positive where the row leads the column. 0 where no such correlation leaves the band,
            which is that of the largest of all 2 k n (n - 1) / 2 (Bonferroni), so that of unrelated
            instruments one matrix in twenty shows any lead. NaN on the diagonal and where there is
            none. [intervals]
        """
        k = len(self.lags) // 2
        size = self.now().shape
        if not k:
            return np.zeros(size)
        others = np.arange(len(self.lags)) != k
        with np.errstate(divide="ignore", invalid="ignore"):
            strength = np.abs(self.correlation[others]) / self.error[others]
        known = np.isfinite(strength)
        best = np.argmax(np.where(known, strength, -1.0), axis=0)
        top = np.take_along_axis(strength, best[None], axis=0)[0]
        tried = 2 * k * max(1, size[0] * (size[0] - 1) // 2)
        limit = NormalDist().inv_cdf(1.0 - 0.025 / tried)
        lag = np.where(known.any(axis=0) & (top > limit), self.lags[others][best], 0.0)
        lag[~known.any(axis=0)] = np.nan
        np.fill_diagonal(lag, np.nan)
        return lag

    def asymmetry(self) -> FloatArray:
        """Return (P - N) / (P + N), P and N the sums of squared correlations at lags > 0 and < 0.

        Returns
        -------
        array of shape (n, n)
            In [-1, 1]: positive where the row leads the column. NaN on the diagonal and where a
            correlation is missing.

        Notes
        -----
        The lead-lag ratio of N. Huth and F. Abergel, "High Frequency Lead/lag Relationships", Journal
        of Empirical Finance 26 (2014) 41-58, on the scale of -1 to 1. Of unrelated returns it wanders
        over the whole of it: read it together with `peak`.
        """
        k = len(self.lags) // 2
        square = self.correlation**2
        later, sooner = square[k + 1 :].sum(axis=0), square[:k].sum(axis=0)
        with np.errstate(invalid="ignore"):
            ratio = (later - sooner) / (later + sooner)
        np.fill_diagonal(ratio, np.nan)
        return ratio


def lead_lag(grid: PriceGrid, *, interval_ns: int, rows: int, most: int) -> LeadLag:
    """Return corr(r_a[t], r_b[t + lag]) for all instruments a, b and |lag| <= most.

    Parameters
    ----------
    grid : PriceGrid
        Closes on one axis.
    interval_ns : int
        Length of its intervals. [ns]
    rows : int
        Newest intervals that are looked at, >= 1.
    most : int
        Longest lag, >= 0. [intervals]

    Returns
    -------
    LeadLag
        Pearson's correlations, each over all times at which both returns are known, means and
        deviations of just these.

    Raises
    ------
    BadInput
        If `most` is negative, or rows or the interval are not positive.

    Notes
    -----
    A return is log close over the one an interval before, known where both intervals have a bar:
    carrying prices forward would make returns of 0 that bias correlations to 0 and make the more
    active instrument lead. Within an interval trades of two instruments still fall at different
    times, which lowers correlations at lag 0 in favour of neighbouring lags (Epps effect): compare
    longer bars before calling a lead of one interval real.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> a = random.normal(size=500)
    >>> b = np.concatenate(([0.0], a[:-1])) + random.normal(size=500)
    >>> from quantdeck.analytics.price_grid import PriceGrid
    >>> grid = PriceGrid(np.arange(500), np.cumsum([a, b], axis=1))
    >>> found = lead_lag(grid, interval_ns=1, rows=500, most=3)
    >>> found.peak().tolist(), bool(found.asymmetry()[0, 1] > 0.9)
    ([[nan, 1.0], [-1.0, nan]], True)
    """
    if most < 0 or rows < 1 or interval_ns <= 0:
        raise BadInput(
            "lags must be >= 0, rows and interval positive, were "
            f"{most}, {rows} and {interval_ns} ns"
        )
    returns = _returns(grid, interval_ns, rows)
    known = np.isfinite(returns)
    # About the mean, so that what is subtracted below is small
    centre = np.divide(np.where(known, returns, 0.0).sum(axis=1), np.maximum(known.sum(axis=1), 1))
    values = np.where(known, returns - centre[:, None], 0.0)
    mask = known.astype(np.float64)
    n = len(values)
    correlation, error = np.full((2, 2 * most + 1, n, n), np.nan)
    count = np.zeros((2 * most + 1, n, n))
    for lag in range(min(most, max(0, values.shape[1] - 1)) + 1):
        end = values.shape[1] - lag
        found = _correlations(values[:, :end], mask[:, :end], values[:, lag:], mask[:, lag:])
        for table, made in zip((correlation, error, count), found, strict=True):
            table[most + lag], table[most - lag] = made, made.T
    return LeadLag(np.arange(-most, most + 1), correlation, error, count)


def _returns(grid: PriceGrid, interval_ns: int, rows: int) -> FloatArray:
    # On the whole axis: an interval in which nobody traded is no neighbour of the next.
    if not len(grid.start_ns):
        return np.empty((len(grid.log_close), 0))
    place = rows - 1 - (grid.start_ns[-1] - grid.start_ns) // interval_ns
    wanted = place >= 0
    whole = np.full((len(grid.log_close), rows), np.nan)
    whole[:, place[wanted]] = grid.log_close[:, wanted]
    return np.diff(whole, axis=1)


def _correlations(
    a: FloatArray, is_a: FloatArray, b: FloatArray, is_b: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    both = is_a @ is_b.T
    sum_a, sum_b = a @ is_b.T, is_a @ b.T
    with np.errstate(divide="ignore", invalid="ignore"):
        var_a = (a * a) @ is_b.T - sum_a * sum_a / both
        var_b = is_a @ (b * b).T - sum_b * sum_b / both
        scale = np.sqrt(var_a * var_b)
        r = (a @ b.T - sum_a * sum_b / both) / scale
        error = np.sqrt((a * a) @ (b * b).T) / scale
        usable = (both >= _FEWEST) & (var_a > 0.0) & (var_b > 0.0) & np.isfinite(r)
    r, error = np.where(usable, [np.clip(r, -1.0, 1.0), error], np.nan)
    return r, error, both
