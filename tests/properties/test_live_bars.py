"""Bars made tick by tick are those made of all ticks at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.resample import Bars, bars_from_ticks
from quantdeck.live.bars import BarBook
from quantdeck.live.continuity import Continuity
from quantdeck.model.events import TRADE_DTYPE, Kind, Rows
from tests.reference.slow_bars import SlowTick, slow_bars

_INTERVAL = 100
_COLUMNS = ("start_ns", "open", "high", "low", "close", "volume", "trades")


@st.composite
def _ticks(draw: st.DrawFn) -> list[SlowTick]:
    steps = draw(st.lists(st.integers(0, 250), min_size=1, max_size=60))
    times = np.cumsum(steps).tolist()
    # Of sizes more than 2**53 apart the sum may be off in its last bit; no venue quotes such
    sizes = st.integers(0, 10**12).map(lambda n: n / 10**8) | st.floats(1e-6, 1e6)
    prices = st.integers(1, 10**5).map(lambda n: n / 100)
    return [SlowTick(ts, seq, draw(prices), draw(sizes)) for seq, ts in enumerate(times, start=1)]


def _rows(ticks: list[SlowTick], symbol: int = 0) -> Rows:
    rows = np.zeros(len(ticks), TRADE_DTYPE)
    for i, tick in enumerate(ticks):
        rows[i] = (tick.ts, tick.ts, tick.seq, tick.price, tick.size, symbol, 0, 0, b"")
    return rows


def _table(bars: Bars) -> list[tuple[float, ...]]:
    columns = [getattr(bars, name).tolist() for name in _COLUMNS]
    return list(zip(*columns, strict=True))


def _chunks(rows: Rows, cuts: list[int]) -> list[Rows]:
    return np.split(rows, sorted(cut % (len(rows) + 1) for cut in cuts))


@settings(max_examples=150, deadline=None)
@given(_ticks(), st.data())
def test_bars_when_ticks_come_in_any_order_and_chunking_equal_the_slow_ones(
    ticks: list[SlowTick], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(ticks))
    cuts = data.draw(st.lists(st.integers(0, 100), max_size=6))
    book = BarBook(_INTERVAL, capacity=256)

    for chunk in _chunks(_rows(shuffled), cuts):
        book.update(chunk)

    assert _table(book.bars(0)) == [tuple(bar) for bar in slow_bars(ticks, _INTERVAL)]


@settings(max_examples=100, deadline=None)
@given(_ticks(), st.data())
def test_bars_when_ticks_come_in_any_order_equal_the_batch_to_the_last_bit(
    ticks: list[SlowTick], data: st.DataObject
) -> None:
    rows = _rows(data.draw(st.permutations(ticks)))
    book = BarBook(_INTERVAL, capacity=256)

    book.update(rows)

    batch = bars_from_ticks(
        rows["ts_event"], rows["seq"], rows["price"], rows["size"], interval_ns=_INTERVAL
    )
    assert _table(book.bars(0)) == _table(batch)


@settings(max_examples=100, deadline=None)
@given(_ticks(), st.integers(1, 8), st.data())
def test_bars_when_the_ring_is_small_are_the_newest_of_the_batch(
    ticks: list[SlowTick], capacity: int, data: st.DataObject
) -> None:
    book = BarBook(_INTERVAL, capacity=capacity)

    book.update(_rows(data.draw(st.permutations(ticks))))

    newest = slow_bars(ticks, _INTERVAL)[-capacity:]
    assert _table(book.bars(0)) == [tuple(bar) for bar in newest]


@settings(max_examples=100, deadline=None)
@given(_ticks(), st.data())
def test_bars_when_events_are_doubled_and_mixed_equal_those_of_the_events(
    ticks: list[SlowTick], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(ticks), max_size=30))
    mixed = data.draw(st.permutations(ticks + again))
    book = BarBook(_INTERVAL, capacity=256)
    # Numbers lie close together here, so nothing is taken for a restart but what is one: the first
    # tick of the sequence goes first, and a later time never comes with a lower number.
    continuity = Continuity("test", str)

    kept = 0
    for chunk in _chunks(_rows([ticks[-1], *mixed]), data.draw(st.lists(st.integers(0, 90)))):
        accepted = continuity.accept(Kind.TRADE, chunk)
        book.update(accepted.rows)
        kept += len(accepted.rows)

    assert kept == len(ticks)
    assert _table(book.bars(0)) == [tuple(bar) for bar in slow_bars(ticks, _INTERVAL)]


@settings(max_examples=50, deadline=None)
@given(_ticks(), _ticks(), st.data())
def test_bars_when_symbols_are_mixed_keep_them_apart(
    first: list[SlowTick], second: list[SlowTick], data: st.DataObject
) -> None:
    rows = np.concatenate([_rows(first, 3), _rows(second, 9)])
    order = data.draw(st.permutations(range(len(rows))))
    book = BarBook(_INTERVAL, capacity=256)

    book.update(rows[order])

    assert _table(book.bars(3)) == [tuple(bar) for bar in slow_bars(first, _INTERVAL)]
    assert _table(book.bars(9)) == [tuple(bar) for bar in slow_bars(second, _INTERVAL)]
