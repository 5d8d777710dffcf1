"""How much of a result is the choosing: the best of many tries looks good by chance alone.

Two questions, two methods. The deflated Sharpe ratio asks whether the best ratio is more than the
best of so many tries without any edge would show. Combinatorially symmetric cross-validation asks
whether the one that is best in one half of the data is any good in the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance.ratios import sharpe_error
from quantdeck.analytics.types import FloatArray  # noqa: TC001 - read when a report is decoded
from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.pairs.overfit_kernels import INSIDE, OUTSIDE, RANK, judge_split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from quantdeck.analytics.performance.ratios import SharpeRatio
    from quantdeck.analytics.types import IntArray

_NORMAL = NormalDist()
_EULER = 0.5772156649015329
_MOST_BLOCKS = 20


@dataclass(frozen=True, slots=True)
class DeflatedSharpe:
    """A Sharpe ratio set against the best that chance would show.

    Parameters
    ----------
    probability : float
        That the true ratio is above `threshold`; significant above 0.95.
    threshold : float
        Expected best ratio of `trials` tries without an edge, per period.
    trials : float
        Independent tries that were assumed.
    """

    probability: float
    threshold: float
    trials: float


@dataclass(frozen=True, slots=True)
class OverfittingTest:
    """What became, in the other half, of the set that was best in one half.

    Parameters
    ----------
    probability : float
        Share of splits in which the best set of one half is below the median of all in the other:
        the probability of backtest overfitting.
    loss_probability : float
        Share of splits in which it lost there.
    slope : float or None
        Of its ratio there on its ratio where it was chosen; None where that never differs.
    logits : array of shape (splits,)
        ln(w / (1 - w)) of its relative rank w there.
    inside, outside : array of shape (splits,)
        Its Sharpe ratio, per period, where it was chosen and in the other half.
    trials : int
        Sets compared.
    """

    probability: float
    loss_probability: float
    slope: float | None
    logits: FloatArray
    inside: FloatArray
    outside: FloatArray
    trials: int


def probabilistic_sharpe(ratio: SharpeRatio, *, threshold: float = 0.0) -> float:
    """Return the probability that the true Sharpe ratio is above a threshold.

    Parameters
    ----------
    ratio : SharpeRatio
        What was measured.
    threshold : float
        Per period.

    Returns
    -------
    float
        Phi((SR - threshold) / standard error), with skewness and kurtosis; in [0, 1].

    Notes
    -----
    D. Bailey and M. Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012)
    eq. 11.

    Examples
    --------
    >>> from quantdeck.analytics.performance import sharpe_ratio
    >>> returns = np.random.default_rng(1).normal(0.001, 0.01, size=500)
    >>> round(probabilistic_sharpe(sharpe_ratio(returns, periods_per_year=252)), 4)
    0.942
    """
    error = ratio.standard_error / math.sqrt(ratio.periods_per_year)
    if error == 0.0:
        return float(ratio.per_period > threshold)
    return _NORMAL.cdf((ratio.per_period - threshold) / error)


def effective_trials(count: int, correlation: float | None) -> float:
    """Return N = rho + (1 - rho) count, the independent tries that correlated ones are worth.

    Parameters
    ----------
    count : int
        Sets tried, >= 1.
    correlation : float or None
        rho, mean correlation between the returns of two of them; taken as 0 where it is negative or
        None.

    Returns
    -------
    float
        From 1 to `count`.

    Raises
    ------
    BadInput
        If nothing was tried, or the correlation is above 1.

    Notes
    -----
    D. Bailey and M. Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40
    (2014), appendix 3.

    Examples
    --------
    >>> round(effective_trials(1000, 0.9), 6)
    100.9
    """
    # 1 may be passed by rounding alone
    rho = min(max(correlation or 0.0, 0.0), 1.0)
    if count < 1 or (correlation or 0.0) > 1.0 + 1e-6:
        raise BadInput(f"{count} tries with a mean correlation of {correlation} cannot be")
    return rho + (1.0 - rho) * count


def expected_best_sharpe(trials: float, deviation: float) -> float:
    """Return sd ((1 - g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e))), g being Euler's constant.

    Parameters
    ----------
    trials : float
        N, independent tries, >= 1.
    deviation : float
        sd, standard deviation of the Sharpe ratios of the tries, per period.

    Returns
    -------
    float
        Expected largest ratio of tries whose true ratio is zero, per period; 0 for a single one.

    Raises
    ------
    BadInput
        If there is less than one try, or the deviation is negative or not finite.

    Notes
    -----
    D. Bailey and M. Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40
    (2014) eq. 1.

    Examples
    --------
    >>> round(expected_best_sharpe(100, 1.0), 4)
    2.5306
    """
    if not trials >= 1.0 or not 0.0 <= deviation < math.inf:
        raise BadInput(f"{trials} tries with a deviation of {deviation} cannot be")
    # Of few tries the formula falls below what it bounds: one try has no choice in it.
    if trials < 1.0 + 1e-9:
        return 0.0
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return max(deviation * ((1.0 - _EULER) * first + _EULER * second), 0.0)


def deflated_sharpe(ratio: SharpeRatio, *, trials: float, deviation: float) -> DeflatedSharpe:
    """Return the probability that the best of many tries has an edge at all.

    Parameters
    ----------
    ratio : SharpeRatio
        Of the best try.
    trials : float
        Independent tries; `effective_trials` of correlated ones.
    deviation : float
        Standard deviation of the Sharpe ratios of all tries, per period.

    Returns
    -------
    DeflatedSharpe
        `probabilistic_sharpe` above `expected_best_sharpe`.

    Raises
    ------
    BadInput
        If there is less than one try, or the deviation is negative or not finite.

    Notes
    -----
    D. Bailey and M. Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40
    (2014) eq. 2.

    Examples
    --------
    >>> from quantdeck.analytics.performance import sharpe_ratio
    >>> returns = np.random.default_rng(1).normal(0.001, 0.01, size=500)
    >>> ratio = sharpe_ratio(returns, periods_per_year=252)
    >>> round(deflated_sharpe(ratio, trials=100, deviation=0.045).probability, 4)
    0.1652
    """
    threshold = expected_best_sharpe(trials, deviation)
    return DeflatedSharpe(probabilistic_sharpe(ratio, threshold=threshold), threshold, trials)


def minimum_track_record(
    ratio: SharpeRatio, *, threshold: float = 0.0, confidence: float = 0.95
) -> float:
    """Return the periods after which a Sharpe ratio is significantly above a threshold.

    Parameters
    ----------
    ratio : SharpeRatio
        What was measured.
    threshold : float
        Per period.
    confidence : float
        In (0.5, 1).

    Returns
    -------
    float
        1 + (1 - g3 SR + (g4 - 1) / 4 SR^2) (Phi^-1(confidence) / (SR - threshold))^2 periods.

    Raises
    ------
    BadInput
        If the confidence is outside of its range.
    NoData
        If the ratio is not above the threshold: no length is enough.

    Notes
    -----
    D. Bailey and M. Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012)
    eq. 13.

    Examples
    --------
    >>> from quantdeck.analytics.performance import sharpe_ratio
    >>> returns = np.random.default_rng(1).normal(0.001, 0.01, size=500)
    >>> round(minimum_track_record(sharpe_ratio(returns, periods_per_year=252)))
    548
    """
    if not 0.5 < confidence < 1.0:
        raise BadInput(f"confidence must lie between 0.5 and 1, such as 0.95; was {confidence}")
    edge = ratio.per_period - threshold
    if edge <= 0.0:
        raise NoData(
            f"the ratio ({ratio.per_period:.4g} a period) is not above {threshold:.4g}; no length of "
            "record makes it so"
        )
    # the standard error of two periods is the root of the numerator
    root = sharpe_error(ratio.per_period, n=2, skew=ratio.skew, kurtosis=ratio.kurtosis)
    return 1.0 + (root * _NORMAL.inv_cdf(confidence) / edge) ** 2


def backtest_overfitting(
    block_sums: ArrayLike, block_squares: ArrayLike, block_rows: ArrayLike
) -> OverfittingTest:
    """Return the probability of backtest overfitting by cross-validation over halves of the blocks.

    Parameters
    ----------
    block_sums, block_squares : array of shape (trials, blocks)
        Sum of the returns of every set in every block, and of their squares; 4 to 20 blocks, an even
        count.
    block_rows : array of shape (blocks,)
        Rows of each block.

    Returns
    -------
    OverfittingTest
        Over all C(blocks, blocks / 2) ways to choose by one half of the blocks; ties in rank share
        their mean. Judged by Sharpe ratio; a set that did not trade in a half has 0 there.

    Raises
    ------
    BadInput
        If shapes do not fit, or a sum is not finite.
    NoData
        If there are fewer than two sets.

    Notes
    -----
    About 0.5 where no set has an edge, near 0 where the best one keeps being among the best. D.
    Bailey, J. Borwein, M. Lopez de Prado and Q. Zhu, "The Probability of Backtest Overfitting",
    Journal of Computational Finance 20 (2017) 39-69.

    Examples
    --------
    >>> random = np.random.default_rng(6)
    >>> returns = random.normal(size=(30, 8, 50))
    >>> noise = backtest_overfitting(returns.sum(axis=2), (returns**2).sum(axis=2), [50] * 8)
    >>> returns[7] += 0.3
    >>> edge = backtest_overfitting(returns.sum(axis=2), (returns**2).sum(axis=2), [50] * 8)
    >>> len(noise.logits), noise.probability > 0.3, edge.probability
    (70, True, 0.0)
    """
    # One row per block, so that a split adds whole rows.
    sums = np.ascontiguousarray(np.asarray(block_sums, np.float64).T)
    squares = np.ascontiguousarray(np.asarray(block_squares, np.float64).T)
    rows = np.asarray(block_rows, np.int64)
    _check_blocks(sums, squares, rows)
    count, trials = sums.shape
    out = np.empty((math.comb(count, count // 2), 3))
    ratios = np.empty((2, trials))
    done = 0
    for halves, rows_a, rows_b in _splits(np.stack((sums, squares), axis=1), rows):
        judge_split(halves, rows_a, rows_b, ratios, out, done)
        done += 2
    inside, outside, rank = out[:, INSIDE].copy(), out[:, OUTSIDE].copy(), out[:, RANK]
    logits = np.log(rank / (1.0 - rank))
    spread = inside - inside.mean()
    square = float(spread @ spread)
    return OverfittingTest(
        probability=float((logits <= 0.0).mean()),
        loss_probability=float((outside < 0.0).mean()),
        slope=float(spread @ outside) / square if square > 0.0 else None,
        logits=logits,
        inside=inside,
        outside=outside,
        trials=trials,
    )


def _check_blocks(sums: FloatArray, squares: FloatArray, rows: IntArray) -> None:
    if sums.ndim != 2 or sums.shape != squares.shape or rows.shape != sums.shape[:1]:
        raise BadInput(
            f"sums {sums.T.shape} and squares {squares.T.shape} need one row per set and one column "
            f"per block, of which there are {rows.shape}"
        )
    blocks, trials = sums.shape
    if blocks % 2 or not 4 <= blocks <= _MOST_BLOCKS:
        raise BadInput(f"blocks must be an even number from 4 to {_MOST_BLOCKS}, were {blocks}")
    if trials < 2:
        raise NoData(f"{trials} set(s); the choice among them needs two that traded")
    if not (np.isfinite(sums).all() and np.isfinite(squares).all() and (rows > 0).all()):
        raise BadInput("sums of blocks must be finite and every block must have a row")


def _splits(blocks: FloatArray, rows: IntArray) -> Iterator[tuple[FloatArray, int, int]]:
    # Every split whose half a holds the first block; the others are the same with halves exchanged.
    # Depth first, so that splits which begin alike share the sums of their beginning, and each sum is
    # of its blocks alone: differences of sums would leave rounding where a set never traded.
    count = len(blocks)
    sums = np.zeros((count + 1, 4, blocks.shape[2]))
    sums[1, :2] = blocks[0]

    def walk(level: int, taken: int, rows_a: int) -> Iterator[tuple[FloatArray, int, int]]:
        if level == count:
            yield sums[count], rows_a, int(rows.sum()) - rows_a
            return
        for half, room in ((0, count // 2 - taken), (1, count // 2 - (level - taken))):
            if room:
                here, there = slice(2 * half, 2 * half + 2), slice(2 - 2 * half, 4 - 2 * half)
                np.add(sums[level, here], blocks[level], out=sums[level + 1, here])
                sums[level + 1, there] = sums[level, there]
                joined = half == 0
                yield from walk(level + 1, taken + joined, rows_a + int(rows[level]) * joined)

    return walk(1, 1, int(rows[0]))
