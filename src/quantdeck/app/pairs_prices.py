"""Prices of a pair for the command line: from the tape, or from files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from quantdeck.app.bar_files import is_bar_file, read_bars
from quantdeck.app.places import tape_folder
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.taped_bars import interval_of, known_symbol, taped_bars
from quantdeck.app.times import parse_time
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.trading.costs import BP, funding_due, funding_rates

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.app.settings import Settings
    from quantdeck.tape.reader import Reader

_FUNDING_NS = 8 * 3_600 * 1_000_000_000
_YEAR_NS = 365 * 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class PairSource:
    """Where a pair comes from, as typed.

    Parameters
    ----------
    y, x : str
        Symbols on the tape, or files of bars.
    timeframe : str
        Of bars from the tape.
    since, until : str or None
        Bars that begin in this span.
    rows : int or None
        The newest so many; all where None.
    funding_bp : float
        Constant rate that longs pay shorts every eight hours, on both legs. [bp]
    recorded_funding : bool
        Take the rates that the tape has instead.
    per_year : float or None
        Bars a year, for annual figures; those of a market that never closes where None.
    demo : bool
        Ask the tape of the demo.
    """

    y: str
    x: str
    timeframe: str = "1m"
    since: str | None = None
    until: str | None = None
    rows: int | None = None
    funding_bp: float = 0.0
    recorded_funding: bool = False
    per_year: float | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class LoadedPair:
    """A pair with its names.

    Parameters
    ----------
    y, x : str
        Canonical symbols, or names of the files.
    prices : PairPrices
        Bars that both have.
    step_ns : int
        The most frequent distance between rows. [ns]
    per_year : float
        Rows a year.
    """

    y: str
    x: str
    prices: PairPrices
    step_ns: int
    per_year: float


@dataclass(frozen=True, slots=True)
class _Leg:
    name: str
    ts_ns: IntArray
    close: FloatArray
    open: FloatArray | None
    is_taped: bool


def load_pair(settings: Settings, source: PairSource) -> LoadedPair:
    """Return the bars that both legs have.

    Raises
    ------
    BadInput
        If a file, a symbol, a time or a timeframe cannot be, or both legs are the same.
    NoData
        If there is nothing of a leg, or too little that both have.
    StoreError
        If the tape cannot be read.
    """
    tape = _Tape(settings, source.demo)
    y, x = _leg(tape, source.y, source), _leg(tape, source.x, source)
    if source.y == source.x or y.name == x.name:
        raise BadInput(f"--y and --x must be two instruments, both were {y.name}")
    common, at_y, at_x = np.intersect1d(y.ts_ns, x.ts_ns, assume_unique=True, return_indices=True)
    if len(common) < 2:
        raise NoData(
            f"{y.name} has {len(y.ts_ns):,} bars and {x.name} has {len(x.ts_ns):,}, of which "
            f"{len(common)} begin at the same time; take spans and timeframes that overlap"
        )
    with_opens = y.open is not None and x.open is not None
    prices = PairPrices(
        common,
        y.close[at_y],
        x.close[at_x],
        cast("FloatArray", y.open)[at_y] if with_opens else None,
        cast("FloatArray", x.open)[at_x] if with_opens else None,
        _funding(tape, y, common, source),
        _funding(tape, x, common, source),
    )
    if source.rows is not None:
        if source.rows < 2:
            raise BadInput(f"--rows must be 2 or more, was {source.rows}")
        prices = prices[max(0, len(prices) - source.rows) :]
    step_ns = _step(prices.ts_ns)
    per_year = _YEAR_NS / step_ns if source.per_year is None else source.per_year
    return LoadedPair(y.name, x.name, prices, step_ns, per_year)


class _Tape:
    # Opened only where something of it is asked for.
    def __init__(self, settings: Settings, demo: bool) -> None:  # noqa: FBT001
        self._settings = settings
        self._demo = demo

    @cached_property
    def reader(self) -> Reader:
        folder = tape_folder(self._settings, demo=self._demo)
        return tape_reader(self._settings, folder, demo=self._demo)


def _leg(tape: _Tape, text: str, source: PairSource) -> _Leg:
    start_ns, end_ns = parse_time(source.since), parse_time(source.until)
    if is_bar_file(text):
        file = read_bars(text, start_ns=start_ns, end_ns=end_ns)
        return _Leg(file.name, file.ts_ns, file.close, file.open, is_taped=False)
    symbol = known_symbol(tape.reader, text)
    bars = taped_bars(
        tape.reader,
        symbol,
        interval_ns=interval_of(source.timeframe),
        start_ns=start_ns,
        end_ns=end_ns,
    )
    return _Leg(symbol, bars.start_ns, bars.close, bars.open, is_taped=True)


def _funding(tape: _Tape, leg: _Leg, ts_ns: IntArray, source: PairSource) -> FloatArray | None:
    if not source.recorded_funding:
        if not source.funding_bp:
            return None
        return funding_rates(ts_ns, rate=source.funding_bp * BP, interval_ns=_FUNDING_NS)
    if source.funding_bp:
        raise BadInput("--funding-bp and --recorded-funding exclude each other")
    if not leg.is_taped:
        raise BadInput(f"--recorded-funding needs symbols on the tape; {leg.name} is a file")
    marks = tape.reader.table(
        Kind.MARK,
        symbols=[leg.name],
        start_ns=int(ts_ns[0]) - _FUNDING_NS,
        end_ns=int(ts_ns[-1]) + 1,
        columns=["ts_event", "funding_rate", "next_funding_ns"],
    )
    told, rate, due = (
        marks.column(name).to_numpy() for name in ("ts_event", "funding_rate", "next_funding_ns")
    )
    # Of each payment, the last rate that was told before it.
    kept = np.isfinite(rate) & (due > told)
    times, newest = np.unique(due[kept][::-1], return_index=True)
    return funding_due(ts_ns, times, rate[kept][::-1][newest])


def _step(ts_ns: IntArray) -> int:
    values, counts = np.unique(np.diff(ts_ns), return_counts=True)
    return int(values[counts.argmax()])
