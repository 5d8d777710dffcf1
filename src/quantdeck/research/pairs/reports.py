"""What is kept of a backtest, a sweep or a walk forward: everything a screen shows of it."""

from __future__ import annotations

import zlib

import msgspec

from quantdeck.analytics.types import FloatArray, IntArray
from quantdeck.model.errors import StoreError
from quantdeck.research.kept_arrays import array_of, bytes_of
from quantdeck.research.pairs.backtest import PairTrade
from quantdeck.research.pairs.figures import BacktestFigures
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.research.pairs.sweep_grid import Combination
from quantdeck.research.pairs.verdict import SweepVerdict

# Figures hardly repeat: the quickest level is nearly as small as the best.
_LEVEL = 1


class PairBars(msgspec.Struct, frozen=True):
    """Bars of one leg at the times of the report; arrays of shape (rows,).

    Parameters
    ----------
    open, high, low, close, volume : array of float
        [currency], and units of the instrument.
    trades : array of int
        Executions.
    """

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    trades: IntArray


class BacktestReport(msgspec.Struct, frozen=True, tag="backtest"):
    """A backtest.

    Parameters
    ----------
    question : RunQuestion
        What was asked.
    x : array of shape (rows,)
        Starts of the bars, ms UTC. [ms]
    step_s : float
        Length of a bar. [s]
    y_bars, x_bars : PairBars
        The legs.
    zscore, position, equity, gross : array of shape (rows,)
        As `quantdeck.research.pairs.backtest.Backtest` has them; `gross` is its `gross_equity`.
    trades : list of PairTrade
        In order of time.
    figures : BacktestFigures
        What it comes to.
    """

    question: RunQuestion
    x: IntArray
    step_s: float
    y_bars: PairBars
    x_bars: PairBars
    zscore: FloatArray
    position: IntArray
    equity: FloatArray
    gross: FloatArray
    trades: list[PairTrade]
    figures: BacktestFigures


class SweepReport(msgspec.Struct, frozen=True, tag="sweep"):
    """A sweep; arrays have one entry per parameter set.

    Parameters
    ----------
    question : RunQuestion
        What was asked.
    rows, first_ms, last_ms : int
        Bars, and starts of the first and the last of them. [ms]
    step_s : float
        Length of a bar. [s]
    ratio_periods : float
        Bars that ratios are for: those of a year, or 1 where there are fewer than a tenth of them.
    combinations : list of Combination
        The sets.
    sharpe : array
        For `ratio_periods` bars; NaN for a set that never traded.
    net, max_drawdown, turnover : array
        As `quantdeck.research.pairs.sweep.Sweep` has them.
    trades : array of int
        Opened.
    best : int
        Entry with the highest Sharpe ratio among those with five trades or more; among all that
        traded where there is none.
    figures : BacktestFigures
        Of the best set.
    verdict : SweepVerdict
        What it is worth.
    """

    question: RunQuestion
    rows: int
    first_ms: int
    last_ms: int
    step_s: float
    ratio_periods: float
    combinations: list[Combination]
    sharpe: FloatArray
    net: FloatArray
    max_drawdown: FloatArray
    turnover: FloatArray
    trades: IntArray
    best: int
    figures: BacktestFigures
    verdict: SweepVerdict


class FoldLine(msgspec.Struct, frozen=True):
    """One choice of a walk forward and what came of it.

    Parameters
    ----------
    train_ms, test_ms, end_ms : int
        Starts of the first bar of training, of the test, and of the last bar of the test. [ms]
    chosen : Combination or None
        None where no set traded often enough, and nothing was traded.
    train_sharpe, test_sharpe : float or None
        Annual.
    train_trades, test_trades : int
        Opened.
    net : float
        Gain of the test after costs. [currency]
    """

    train_ms: int
    test_ms: int
    end_ms: int
    chosen: Combination | None
    train_sharpe: float | None
    test_sharpe: float | None
    train_trades: int
    test_trades: int
    net: float


class WalkReport(msgspec.Struct, frozen=True, tag="walk-forward"):
    """A walk forward.

    Parameters
    ----------
    question : RunQuestion
        What was asked.
    x : array of shape (rows,)
        Starts of the bars, ms UTC. [ms]
    step_s : float
        Length of a bar. [s]
    start : int
        Row of the first test.
    equity, gross : array of shape (rows,)
        Of the tests, one after the other, after and before costs. [currency]
    folds : list of FoldLine
        The choices.
    figures : BacktestFigures
        Of the tests together.
    efficiency : float or None
        Mean return in the tests / in training.
    trades : list of PairTrade
        Of the tests.
    """

    question: RunQuestion
    x: IntArray
    step_s: float
    start: int
    equity: FloatArray
    gross: FloatArray
    folds: list[FoldLine]
    figures: BacktestFigures
    efficiency: float | None
    trades: list[PairTrade]


Report = BacktestReport | SweepReport | WalkReport


def encode_report(report: Report) -> bytes:
    """Return a report as it is kept.

    Parameters
    ----------
    report : Report
        Any of the three.

    Returns
    -------
    bytes
        MessagePack, compressed; arrays as their bytes, little-endian.
    """
    return zlib.compress(msgspec.msgpack.encode(report, enc_hook=bytes_of), _LEVEL)


def decode_report(data: bytes) -> Report:
    """Return what `encode_report` was given.

    Parameters
    ----------
    data : bytes
        As it is kept.

    Returns
    -------
    Report
        Equal in every bit.

    Raises
    ------
    StoreError
        If it was written by another version, or is damaged.
    """
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=Report, dec_hook=array_of)
    except (zlib.error, msgspec.MsgspecError, ValueError) as error:
        raise StoreError(
            f"this run cannot be read ({error}); it is of another version or damaged: delete it and "
            "run it again"
        ) from error
