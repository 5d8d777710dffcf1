"""A pair as it stands now, kept up with its bars or ticks.

The hedge line and the tests are of closed rows only and are worked out once a bar (for ticks: once a
second); between, the rows that grow are measured by the line that stands, or by estimators that look
back alone by what they say of every row. So the past of a chart stays where it is while its last
point moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.correlation import rolling_correlation
from quantdeck.analytics.pairs.align import AlignedPair, Ticks, align_bars, align_ticks
from quantdeck.analytics.pairs.bands import RollingMoments, rolling_moments
from quantdeck.analytics.pairs.comparison import compare_estimators
from quantdeck.analytics.pairs.estimators import (
    LINES,
    EstimatorSettings,
    checked_estimator,
    hedge_path,
)
from quantdeck.analytics.pairs.spread import hedge_spread, rolling_zscore
from quantdeck.analytics.pairs.study import PairStudy, pair_study
from quantdeck.analytics.returns import log_returns, simple_returns
from quantdeck.analytics.summary import Summary, summarize
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.analytics.pairs.comparison import EstimatorRow
    from quantdeck.analytics.pairs.estimators import HedgePath
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.live.bars import BarBooks
    from quantdeck.live.ticks import TickBook

TICK = "tick"
"""The timeframe that is no bar: a row whenever either instrument trades."""

_TICK_STUDY_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PairQuestion:
    """What is asked of a pair.

    Parameters
    ----------
    y, x : int
        Ids of the dependent and of the explaining instrument.
    timeframe : str
        ``tick`` or one of `quantdeck.live.bars.TIMEFRAMES`.
    window : int
        Rows of rolling windows, >= 3.
    lookback : int
        Rows looked at, > window.
    log : bool
        Log prices, otherwise levels.
    estimator : str
        Of the hedge ratio, one of `ESTIMATORS`.

    Raises
    ------
    BadInput
        If both instruments are the same, the lookback does not hold more than a window, or there is
        no such estimator.
    """

    y: int
    x: int
    timeframe: str
    window: int
    lookback: int
    log: bool = True
    estimator: str = "ols"

    def __post_init__(self) -> None:
        if self.y == self.x:
            raise BadInput("a pair needs two different symbols; y and x are the same")
        if self.window < 3 or self.lookback <= self.window:
            raise BadInput(
                f"the lookback of {self.lookback} rows must be longer than the window of "
                f"{self.window}, and that at least 3: lengthen the lookback or shorten the window"
            )
        checked_estimator(self.estimator)


@dataclass(frozen=True, slots=True)
class PairNow:
    """A pair at one moment.

    Parameters
    ----------
    question : PairQuestion
        What was asked.
    pair : AlignedPair
        Prices at common times, oldest first, the rows that still grow included.
    closed : int
        How many of the rows the study is of.
    study : PairStudy
        Line, tests and statistics of the closed rows.
    spread, zscore : array of shape (rows,) or None
        All rows measured by the study's line, or by the lines of each row where those change; None
        where there is no line.
    moments : RollingMoments or None
        The spread's rolling mean and deviation.
    correlation : array of shape (rows,) or None
        Rolling correlation of returns; None where there are not enough rows.
    summaries : dict of str to Summary
        Of ``y``, ``x``, their returns ``y_returns`` and ``x_returns``, and ``spread``; without those
        that cannot be told.
    """

    question: PairQuestion
    pair: AlignedPair
    closed: int
    study: PairStudy
    spread: FloatArray | None
    zscore: FloatArray | None
    moments: RollingMoments | None
    correlation: FloatArray | None
    summaries: dict[str, Summary]


@dataclass(frozen=True, slots=True)
class PairComparison:
    """What all estimators say of one pair.

    Parameters
    ----------
    now : PairNow
        The pair when they were asked.
    ts_ns : array of shape (rows,)
        Times of the closed rows, which they were asked of. [ns]
    estimates : tuple of EstimatorRow
        One per estimator.
    """

    now: PairNow
    ts_ns: IntArray
    estimates: tuple[EstimatorRow, ...]


class PairState:
    """Answers one question about a pair again and again, at the price of what has changed.

    Owned by the hub, one per question that somebody looks at.

    Parameters
    ----------
    books : BarBooks
        Bars of all symbols.
    ticks : TickBook
        Ticks of all symbols.
    question : PairQuestion
        What is asked.

    Raises
    ------
    BadInput
        If the timeframe is not on offer.
    """

    def __init__(self, books: BarBooks, ticks: TickBook, question: PairQuestion) -> None:
        self._source = ticks if question.timeframe == TICK else books[question.timeframe]
        self._books = books
        self._ticks = ticks
        self._question = question
        self._version = (-1, -1)
        self._now: PairNow | None = None
        self._compared: tuple[PairStudy, PairComparison] | None = None

    @property
    def version(self) -> tuple[int, int]:
        """Changes whenever the answer may."""
        question = self._question
        return self._source.version(question.y), self._source.version(question.x)

    def now(self) -> PairNow:
        """Return the pair as it stands; the same object while nothing has changed."""
        version = self.version
        if self._now is None or version != self._version:
            self._now = self._measure()
            self._version = version
        return self._now

    def compared(self) -> PairComparison:
        """Return what all estimators say of the closed rows; the same object while those stand."""
        now = self.now()
        if self._compared is None or self._compared[0] is not now.study:
            rows = slice(None, now.closed)
            estimates = compare_estimators(
                now.pair.y[rows],
                now.pair.x[rows],
                window=now.question.window,
                log=now.question.log,
            )
            self._compared = now.study, PairComparison(now, now.pair.ts_ns[rows], estimates)
        return self._compared[1]

    def _measure(self) -> PairNow:
        question = self._question
        pair, boundary = self._prices()
        pair = _usable(pair, log=question.log)
        closed = int(np.searchsorted(pair.ts_ns, boundary)) or len(pair)
        study, summaries = self._study(pair, closed)
        spread = zscore = moments = correlation = None
        if study.path is not None and study.spread is not None:
            spread = _spread(study.path, pair, question.window)
            zscore = rolling_zscore(spread, window=question.window)
            moments = rolling_moments(spread, window=question.window)
        if len(pair) > question.window:
            returns = log_returns if question.log else simple_returns
            correlation = rolling_correlation(
                returns(pair.y), returns(pair.x), window=question.window
            )
        return PairNow(
            question, pair, closed, study, spread, zscore, moments, correlation, summaries
        )

    def _prices(self) -> tuple[AlignedPair, int]:
        # The rows, and the time from which on they may still change
        question = self._question
        if question.timeframe == TICK:
            y, x = (
                Ticks(columns.ts_ns, columns.seq, columns.price)
                for columns in (
                    self._ticks.ticks(question.y, 2 * question.lookback),
                    self._ticks.ticks(question.x, 2 * question.lookback),
                )
            )
            rows = align_ticks(y, x)
            newest = int(rows.ts_ns[-1]) if len(rows) else 0
            boundary = newest // _TICK_STUDY_NS * _TICK_STUDY_NS
            return _last(rows, question.lookback, boundary), boundary
        book = self._books[question.timeframe]
        # Twice the lookback: intervals in which only one of the two traded make no row
        bars_y = book.bars(question.y, 2 * question.lookback)
        bars_x = book.bars(question.x, 2 * question.lookback)
        starts = [int(bars.start_ns[-1]) for bars in (bars_y, bars_x) if len(bars)]
        boundary = max(starts, default=0)
        rows = align_bars(bars_y, bars_x)
        return _last(rows, question.lookback, boundary), boundary

    def _study(self, pair: AlignedPair, closed: int) -> tuple[PairStudy, dict[str, Summary]]:
        rows = AlignedPair(pair.ts_ns[:closed], pair.y[:closed], pair.x[:closed])
        last = self._now
        if last is not None and last.closed == closed and _same_rows(last.pair, rows):
            return last.study, last.summaries
        question = self._question
        study = pair_study(
            rows.y,
            rows.x,
            window=question.window,
            log=question.log,
            estimator=question.estimator,
        )
        returns = log_returns if question.log else simple_returns
        series = {
            "y": rows.y,
            "x": rows.x,
            "y_returns": returns(rows.y),
            "x_returns": returns(rows.x),
            "spread": study.spread,
        }
        return study, {
            name: summary
            for name, values in series.items()
            if values is not None and (summary := _summary(values)) is not None
        }


def _spread(path: HedgePath, pair: AlignedPair, window: int) -> FloatArray:
    if path.name in LINES:
        return hedge_spread(path.newest, pair.y, pair.x)
    settings = EstimatorSettings(window=window)
    return hedge_path(pair.y, pair.x, estimator=path.name, log=path.log, settings=settings).spread


def _last(rows: AlignedPair, lookback: int, boundary: int) -> AlignedPair:
    # Rows that still grow come on top of the lookback, so that as many are studied always.
    still_open = len(rows) - int(np.searchsorted(rows.ts_ns, boundary))
    return rows.tail(lookback + still_open)


def _usable(pair: AlignedPair, *, log: bool) -> AlignedPair:
    # A price of 0 has no logarithm; venues print such for what was no trade
    keep = np.isfinite(pair.y) & np.isfinite(pair.x)
    if log:
        keep &= (pair.y > 0.0) & (pair.x > 0.0)
    return pair if keep.all() else AlignedPair(pair.ts_ns[keep], pair.y[keep], pair.x[keep])


def _same_rows(pair: AlignedPair, rows: AlignedPair) -> bool:
    n = len(rows)
    return (
        np.array_equal(pair.ts_ns[:n], rows.ts_ns)
        and np.array_equal(pair.y[:n], rows.y)
        and np.array_equal(pair.x[:n], rows.x)
    )


def _summary(values: FloatArray) -> Summary | None:
    try:
        return summarize(values)
    except NoData:
        return None
