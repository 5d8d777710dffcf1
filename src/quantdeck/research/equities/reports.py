"""What is kept of a backtest of many symbols: everything a screen shows of it."""

from __future__ import annotations

import zlib

import msgspec
import numpy as np

from quantdeck.analytics.types import FloatArray, IntArray
from quantdeck.model.errors import StoreError
from quantdeck.research.equities.figures import EquityFigures
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.equities.trades import EquityTrade
from quantdeck.research.kept_arrays import array_of, bytes_of

KIND = "equities"
"""Of the runs that hold such reports."""

# Figures hardly repeat: the quickest level is nearly as small as the best.
_LEVEL = 1


class EquityFills(msgspec.Struct, frozen=True):
    """Fills as columns, in order of time, sales of a session before its purchases.

    Parameters
    ----------
    session, symbol : array of int64 of shape (n,)
        Index of the session of the report, and of its symbol.
    quantity : array of shape (n,)
        Negative for a sale. [forward shares]
    price, fee : array of shape (n,)
        Executed, and what was paid for it. [currency]
    """

    session: IntArray
    symbol: IntArray
    quantity: FloatArray
    price: FloatArray
    fee: FloatArray


class EquityHolding(msgspec.Struct, frozen=True):
    """What is held at the end of one symbol.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    quantity : float
        Negative for short. [forward shares]
    mark : float
        Last close. [currency]
    is_stale : bool
        Whether that is an earlier close than the last of the report.
    """

    symbol: str
    quantity: float
    mark: float
    is_stale: bool


class EquityReport(msgspec.Struct, frozen=True):
    """A backtest; arrays begin with its first decision.

    Parameters
    ----------
    question : EquityQuestion
        What was asked.
    symbols : tuple of str
        Of the table.
    source, calendar : str
        Of the prices.
    is_simulated : bool
        Whether they were.
    x : array of int64 of shape (T,)
        Midnights of the sessions, UTC. [ms]
    equity, gross, cash : array of shape (T,)
        At the close; `gross` without costs. [currency]
    benchmark : array of shape (T,)
        Equity of what it is held against; empty without one. [currency]
    long, short : array of shape (T,)
        Value held at the close, both positive. [currency]
    fills : EquityFills
        Every one.
    trades : list of EquityTrade
        From nothing to nothing, in order of exit, open ones last; the newest where they are many.
    holdings : list of EquityHolding
        At the end.
    figures : EquityFigures
        What it comes to.
    warnings : list of str
        What a reader must know.
    """

    question: EquityQuestion
    symbols: tuple[str, ...]
    source: str
    calendar: str
    is_simulated: bool
    x: IntArray
    equity: FloatArray
    gross: FloatArray
    cash: FloatArray
    benchmark: FloatArray
    long: FloatArray
    short: FloatArray
    fills: EquityFills
    trades: list[EquityTrade]
    holdings: list[EquityHolding]
    figures: EquityFigures
    warnings: list[str]


class EquitySummary(msgspec.Struct, frozen=True):
    """What a list of runs tells of one.

    Parameters
    ----------
    first, last : str
        Dates of the sessions.
    net : float
        Gain after costs. [currency]
    total_return : float
        Of the capital. [decimal]
    benchmark_return : float or None
        Of the benchmark.
    sharpe : float or None
        For a year, or a session where there is less than a tenth of one.
    max_drawdown : float
        Positive. [decimal]
    turnover : float or None
        A year.
    trades : int
        Closed ones.
    """

    first: str
    last: str
    net: float
    total_return: float
    benchmark_return: float | None
    sharpe: float | None
    max_drawdown: float
    turnover: float | None
    trades: int


def summary_of(report: EquityReport) -> EquitySummary:
    """Return the headline figures of a report.

    Parameters
    ----------
    report : EquityReport
        Any.

    Returns
    -------
    EquitySummary
    """
    figures, sheet = report.figures, report.figures.sheet
    return EquitySummary(
        first=day_of(int(report.x[0])),
        last=day_of(int(report.x[-1])),
        net=figures.net,
        total_return=sheet.total_return,
        benchmark_return=figures.benchmark.total_return if figures.benchmark else None,
        sharpe=sheet.sharpe.value if sheet.sharpe else None,
        max_drawdown=sheet.drawdown.depth,
        turnover=figures.turnover,
        trades=figures.trades.count,
    )


def day_of(ms: int) -> str:
    """Return a date.

    Parameters
    ----------
    ms : int
        Midnight, UTC. [ms]

    Returns
    -------
    str
        ISO 8601.

    Examples
    --------
    >>> day_of(86_400_000)
    '1970-01-02'
    """
    return str(np.datetime64(ms, "ms").astype("datetime64[D]"))


def encode_report(report: EquityReport) -> bytes:
    """Return a report as it is kept.

    Parameters
    ----------
    report : EquityReport
        Any.

    Returns
    -------
    bytes
        MessagePack, compressed; arrays as their bytes, little-endian.
    """
    return zlib.compress(msgspec.msgpack.encode(report, enc_hook=bytes_of), _LEVEL)


def decode_report(data: bytes) -> EquityReport:
    """Return what `encode_report` was given.

    Parameters
    ----------
    data : bytes
        As it is kept.

    Returns
    -------
    EquityReport
        Equal in every bit.

    Raises
    ------
    StoreError
        If it was written by another version, or is damaged.
    """
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=EquityReport, dec_hook=array_of)
    except (zlib.error, msgspec.MsgspecError, ValueError) as error:
        raise StoreError(
            f"this run cannot be read ({error}); it is of another version or damaged: delete it and "
            "run it again"
        ) from error
