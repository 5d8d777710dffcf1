"""Backtests of a pair with thousands of parameter sets at once.

Lines and scores are computed once for each distinct window; what the thresholds then do with a score
is one compiled walk over the rows for each set (`quantdeck.research.pairs.sweep_kernels`). Every
figure equals that of `quantdeck.research.pairs.backtest` with the same rules; the tests hold them
together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.spread import Spread, one_by_one
from quantdeck.research.pairs import sweep_kernels as at
from quantdeck.research.pairs.prices import usable_rows
from quantdeck.research.pairs.signals import held_scores, pair_signals, rescored
from quantdeck.trading.costs import BP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.pairs.prices import PairPrices, PairRows
    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.research.pairs.signals import PairSignals
    from quantdeck.research.pairs.sweep_grid import Combination, SweepGrid

BLOCKS = 16
"""Blocks of rows that returns are summed in, for the test of overfitting; even."""

# A piece of work: enough sets to be worth sending, and so few pieces that their sums fit in memory.
_SETS_OF_A_PIECE = 16
_FEWEST_PIECES, _MOST_PIECES = 8, 64
_MOST_SUMS = 1 << 25
_DIRECTIONS = {"both": 0, "long": 1, "short": -1}


@dataclass(frozen=True, slots=True)
class Sweep:
    """What every parameter set of a sweep made of the same rows.

    Parameters
    ----------
    rules : PairRules
        What all sets share.
    combinations : tuple of Combination
        The sets, m of them.
    rows : int
        Rows that could be traded, from the start on; all figures are of them.
    net : array of shape (m,)
        Gain after costs. [currency]
    sharpe : array of shape (m,)
        mean / deviation (divisor rows - 1) of the returns of the rows, not annualised; NaN for a set
        that never traded.
    trades, wins : array of shape (m,)
        Positions opened; closed ones that gained after costs.
    closed : array of shape (m,)
        Positions closed again.
    max_drawdown : array of shape (m,)
        Deepest fall of equity from its highest, as a fraction of the highest.
    turnover : array of shape (m,)
        Notional of all fills / capital.
    costs : array of shape (m,)
        Fees and slippage. [currency]
    exposure : array of shape (m,)
        Share of rows at whose close a position is held.
    block_rows : array of shape (blocks,)
        Rows of each block; what comes before the first block is warm-up.
    block_sums, block_squares : array of shape (m, blocks)
        Sums of returns and of their squares.
    correlation : float or None
        Mean correlation between the returns of two sets; None with fewer than two that traded.
    """

    rules: PairRules
    combinations: tuple[Combination, ...]
    rows: int
    net: FloatArray
    sharpe: FloatArray
    trades: IntArray
    wins: IntArray
    closed: IntArray
    max_drawdown: FloatArray
    turnover: FloatArray
    costs: FloatArray
    exposure: FloatArray
    block_rows: IntArray
    block_sums: FloatArray
    block_squares: FloatArray
    correlation: float | None

    def __len__(self) -> int:
        """Return the count of parameter sets."""
        return len(self.combinations)

    @property
    def best(self) -> int:
        """The set with the highest Sharpe ratio, the first of equals.

        Raises
        ------
        NoData
            If no set traded.
        """
        found = self.best_with(0)
        if found is None:
            raise NoData(
                f"none of {len(self)} parameter sets traded in {self.rows} rows; lower the entries, "
                "shorten the windows or take more rows"
            )
        return found

    def best_with(self, trades: int) -> int | None:
        """Return the set with the highest Sharpe ratio among those that traded often.

        Parameters
        ----------
        trades : int
            Positions that it opened, at least.

        Returns
        -------
        int or None
            The first of equals; None where no set traded so often.
        """
        known = np.isfinite(self.sharpe) & (self.trades >= trades)
        if not known.any():
            return None
        return int(np.argmax(np.where(known, self.sharpe, -np.inf)))


def sweep_pair(  # noqa: PLR0913 - who works and who is told are no part of the question
    prices: PairPrices,
    rules: PairRules,
    grid: SweepGrid,
    *,
    start: int = 0,
    blocks: int = BLOCKS,
    on_progress: Callable[[float], None] | None = None,
    spread: Spread = one_by_one,
) -> Sweep:
    """Return what every combination of a grid would have made of a pair.

    Parameters
    ----------
    prices : PairPrices
        The pair.
    rules : PairRules
        Everything that the grid does not vary.
    grid : SweepGrid
        What it varies.
    start : int
        Row of the prices from which on anything is decided; rows before it only warm up.
    blocks : int
        Blocks of rows for the test of overfitting; even, >= 2.
    on_progress : callable, optional
        Told the share that is done, in [0, 1], again and again; what it raises ends the sweep.
    spread : Spread
        Who walks; the figures are the same.

    Returns
    -------
    Sweep
        One entry per combination, in the order of `SweepGrid.combinations`.

    Raises
    ------
    BadInput
        If the grid is empty or too large, blocks are not even, or `start` is negative.
    NoData
        If there are fewer rows than two a block after the warm-up of the shortest windows.

    Examples
    --------
    >>> from quantdeck.research.pairs.prices import PairPrices
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> from quantdeck.research.pairs.sweep_grid import SweepGrid
    >>> random = np.random.default_rng(4)
    >>> x = 100.0 + np.cumsum(random.normal(size=600))
    >>> y = 2.0 * x + 2.0 * np.sin(np.arange(600) / 9.0) + random.normal(size=600)
    >>> grid = SweepGrid(windows=(20, 60), entries=(1.0, 1.5, 2.0), exits=(0.0, 0.5))
    >>> sweep = sweep_pair(PairPrices(np.arange(600), y, x), PairRules(hedge_window=100), grid)
    >>> len(sweep), sweep.combinations[sweep.best].window, bool((sweep.trades > 0).all())
    (12, 60, True)
    """
    if blocks < 2 or blocks % 2:
        raise BadInput(f"blocks must be an even number from 2 up, was {blocks}")
    if start < 0:
        raise BadInput(f"start is a row of the prices, 0 or more; was {start}")
    combinations = tuple(grid.combinations(rules.hedge_window))
    walk = _Walk(prices, rules, combinations, start, blocks)
    pieces = spread(_walked, walk.pieces(), walk, on_progress=on_progress)
    return walk.result(pieces)


def _bounds(
    rows: int, start: int, combinations: Sequence[Combination], rules: PairRules, blocks: int
) -> IntArray:
    # Until the last of the sets can trade, the others would be compared with its silence.
    windows = {(each.hedge_window, each.window) for each in combinations}
    warm = max(
        replace(rules, hedge_window=hedge, window=window).warm_up for hedge, window in windows
    )
    first = min(max(warm, start), start + (rows - start) // 2)
    if rows - first < 2 * blocks:
        raise NoData(
            f"{rows} rows, {first} of them before all windows are full, are too few for a sweep in "
            f"{blocks} blocks; take at least {max(warm, start) + 2 * blocks}"
        )
    cuts = np.linspace(first, rows, blocks + 1).astype(np.int64)
    return np.concatenate((np.zeros(1, np.int64), cuts))


class _Piece(NamedTuple):
    # What came of some of the sets.
    figures: FloatArray
    sums: FloatArray
    squares: FloatArray
    pooled: FloatArray


class _Walk:
    # What all sets have in common. Lines and scores are computed where they are needed, and kept for the
    # sets that follow; they do not travel.
    def __init__(
        self,
        prices: PairPrices,
        rules: PairRules,
        combinations: tuple[Combination, ...],
        start: int,
        blocks: int,
    ) -> None:
        self._given = prices, rules, combinations, start, blocks
        self._prices = prices
        self._rules = rules
        self._combinations = combinations
        rows = usable_rows(prices)
        self._start = int(np.searchsorted(rows.index, start))
        self._bounds = _bounds(len(rows), self._start, combinations, rules, blocks)
        self._market = _market(rows, at.FROZEN_ROWS if rules.freeze else at.MARKET_ROWS)
        legs = (rules.costs_y, rules.costs_x)
        costs = [part * BP for leg in legs for part in (leg.taker_bp, leg.worse_bp)]
        self._costs = np.array([*costs, rules.capital])
        self._scored: tuple[tuple[int, int], PairSignals] | None = None

    def __reduce__(self) -> tuple[type[_Walk], tuple[object, ...]]:
        return _Walk, self._given

    def pieces(self) -> list[tuple[int, int]]:
        # By the counts of sets and rows alone: sums are folded piece by piece, so that other pieces would
        # round otherwise. Each has a sum for every row.
        count = len(self._combinations)
        most = min(_MOST_PIECES, max(_FEWEST_PIECES, _MOST_SUMS // int(self._bounds[-1])))
        size = max(_SETS_OF_A_PIECE, math.ceil(count / most))
        return [(first, min(first + size, count)) for first in range(0, count, size)]

    def traded(self, first: int, end: int) -> _Piece:
        count, blocks = end - first, len(self._bounds) - 1
        piece = _Piece(
            np.empty((count, at.FIGURES)),
            np.empty((count, blocks)),
            np.empty((count, blocks)),
            np.zeros(int(self._bounds[-1])),
        )
        done = 0
        for windows, group in groupby(self._combinations[first:end], key=itemgetter(0, 1)):
            done = self._trade(self._signals(windows), list(group), piece, done)
        return piece

    def _signals(self, windows: tuple[int, int]) -> PairSignals:
        if self._scored is None or self._scored[0][0] != windows[0]:
            chosen = replace(self._rules, hedge_window=windows[0], window=windows[1])
            self._scored = windows, pair_signals(self._prices, chosen)
        elif self._scored[0] != windows:
            self._scored = windows, rescored(self._scored[1], window=windows[1])
        return self._scored[1]

    def _trade(
        self, signals: PairSignals, group: Sequence[Combination], piece: _Piece, done: int
    ) -> int:
        self._market[at.SIZE_Y], self._market[at.SIZE_X] = signals.size_y, signals.size_x
        if self._rules.freeze:
            kept = held_scores(signals, self._rules)
            self._market[at.SERIES_Y], self._market[at.SERIES_X] = kept.y, kept.x
            self._market[at.RATIO], self._market[at.CENTRE] = kept.hedge_ratio, kept.centre
            self._market[at.DEVIATION] = kept.std
        thresholds = np.array(
            [
                (c.entry, c.exit, _or_inf(c.stop), _or_inf(c.max_hold))
                for c in group
            ],
            np.float64,
        )  # fmt: skip
        zscore = signals.zscore.copy()
        zscore[: self._start] = np.nan
        here = slice(done, done + len(group))
        at.walk_thresholds(
            zscore,
            self._market,
            self._bounds,
            thresholds,
            self._costs,
            _DIRECTIONS[self._rules.direction],
            piece.figures[here],
            piece.sums[here],
            piece.squares[here],
            piece.pooled,
        )
        return here.stop

    def result(self, pieces: Sequence[_Piece]) -> Sweep:
        figures = np.concatenate([each.figures for each in pieces]).T
        sums = np.concatenate([each.sums for each in pieces])
        squares = np.concatenate([each.squares for each in pieces])
        pooled = np.zeros(int(self._bounds[-1]))
        for each in pieces:
            pooled += each.pooled
        capital = self._rules.capital
        n = int(self._bounds[-1]) - self._start
        mean = figures[at.TOTAL] / n
        variance = (figures[at.SQUARES] - figures[at.TOTAL] * mean) / (n - 1)
        moves = variance > 0.0
        sharpe = np.full(len(mean), np.nan)
        sharpe[moves] = mean[moves] / np.sqrt(variance[moves])
        return Sweep(
            rules=self._rules,
            combinations=self._combinations,
            rows=n,
            net=figures[at.TOTAL] * capital,
            sharpe=sharpe,
            trades=figures[at.TRADES].astype(np.int64),
            wins=figures[at.WINS].astype(np.int64),
            closed=figures[at.CLOSED].astype(np.int64),
            max_drawdown=figures[at.FALL].copy(),
            turnover=figures[at.TRADED].copy(),
            costs=figures[at.COSTS] * capital,
            exposure=figures[at.HELD] / n,
            block_rows=np.diff(self._bounds)[1:],
            block_sums=np.ascontiguousarray(sums[:, 1:]),
            block_squares=np.ascontiguousarray(squares[:, 1:]),
            correlation=_mean_correlation(pooled[self._start :], int(moves.sum())),
        )


def _walked(walk: _Walk, piece: tuple[int, int]) -> _Piece:
    return walk.traded(*piece)


def _market(rows: PairRows, count: int) -> FloatArray:
    market = np.zeros((count, len(rows)))
    legs = (
        (rows.y, rows.y_fill, rows.y_funding, at.HELD_Y, at.OPENED_Y, at.CLOSED_Y, at.FILL_Y),
        (rows.x, rows.x_fill, rows.x_funding, at.HELD_X, at.OPENED_X, at.CLOSED_X, at.FILL_X),
    )
    for close, fill, rate, held, opened, closed, seen in legs:
        funding = fill[1:] * rate[1:]
        market[held, 1:] = np.diff(close) - funding
        market[closed, 1:] = fill[1:] - close[:-1] - funding
        market[opened] = close - fill
        market[seen] = fill
    return market


def _mean_correlation(pooled: FloatArray, count: int) -> float | None:
    # The variance of a sum of m standard series is m + m (m - 1) times their mean correlation.
    if count < 2:
        return None
    variance = float(np.var(pooled, ddof=1))
    return (variance - count) / (count * (count - 1.0))


def _or_inf(limit: float | None) -> float:
    return math.inf if limit is None else float(limit)
