from __future__ import annotations

import numpy as np
import pytest

from quantdeck.live.rings import Ring, RingSet
from quantdeck.model.errors import BadInput
from quantdeck.model.events import DTYPES, Kind

_EVENTS = {
    Kind.TRADE: (10, 11, 12, 1.5, 2.5, 3, -1, 4),
    Kind.AGG_TRADE: (10, 11, 12, 1.5, 2.5, 3, 1, 0),
    Kind.QUOTE: (10, 11, 12, 1.5, 2.5, 3.5, 4.5, 5, 1),
    Kind.MARK: (10, 11, 12, 1.5, 2.5, 0.0001, 99, 5, 2),
    Kind.BAR: (10, 11, 12, 1.0, 4.0, 0.5, 2.0, 100.5, 7, 60_000_000_000, 5, 4),
}


def _trades(ring: Ring, first: int, stop: int) -> None:
    for seq in range(first, stop):
        ring.write(0, 0, seq, 1.0, 1.0, 0, 0, 0)


@pytest.mark.parametrize("kind", list(Kind))
def test_ring_set_when_an_event_is_written_gives_back_every_field(kind: Kind) -> None:
    rings = RingSet(capacity=4)

    getattr(rings, kind.value)(*_EVENTS[kind])

    [(drained_kind, rows)] = rings.drain()
    assert drained_kind is kind
    assert rows.dtype == DTYPES[kind]
    assert rows[0].item()[: len(_EVENTS[kind])] == _EVENTS[kind]


def test_ring_when_wrapped_gives_newest_rows_in_order() -> None:
    ring = Ring(Kind.TRADE, capacity=8)

    _trades(ring, 0, 21)

    assert ring.view()["seq"].tolist() == list(range(13, 21))
    assert ring.view(3)["seq"].tolist() == [18, 19, 20]
    assert ring.view(100)["seq"].tolist() == list(range(13, 21))


def test_ring_when_full_to_the_last_row_loses_nothing() -> None:
    ring = Ring(Kind.TRADE, capacity=8)

    _trades(ring, 0, 8)

    rows, cursor, overrun = ring.since(0)
    assert (rows["seq"].tolist(), cursor, overrun) == (list(range(8)), 8, 0)


def test_ring_when_reader_is_too_slow_counts_what_was_overwritten() -> None:
    ring = Ring(Kind.TRADE, capacity=8)
    _trades(ring, 0, 5)
    _, cursor, _ = ring.since(0)
    _trades(ring, 5, 25)

    rows, cursor, overrun = ring.since(cursor)

    assert rows["seq"].tolist() == list(range(17, 25))
    assert (cursor, overrun) == (25, 12)


def test_ring_view_when_ring_goes_on_stays_what_it_was() -> None:
    ring = Ring(Kind.TRADE, capacity=4)
    _trades(ring, 0, 4)
    seen = ring.view()

    _trades(ring, 4, 8)

    assert seen["seq"].tolist() == [0, 1, 2, 3]


def test_ring_set_drain_when_overrun_counts_what_was_lost() -> None:
    rings = RingSet(capacity=4)
    for seq in range(7):
        rings.agg_trade(0, 0, seq, 1.0, 1.0, 0, 0, 0)
    rings.trade(0, 0, 1, 1.0, 1.0, 0, 0, 0)

    drained = dict(rings.drain())

    assert drained[Kind.AGG_TRADE]["seq"].tolist() == [3, 4, 5, 6]
    assert rings.overrun == 3


def test_ring_set_drain_when_called_again_gives_only_what_is_new() -> None:
    rings = RingSet(capacity=4)
    rings.trade(0, 0, 1, 1.0, 1.0, 0, 0, 0)
    rings.drain()

    rings.trade(0, 0, 2, 1.0, 1.0, 0, 0, 0)

    assert [rows["seq"].tolist() for _, rows in rings.drain()] == [[2]]
    assert rings.drain() == []


def test_ring_when_a_field_does_not_fit_refuses_it_and_keeps_its_place() -> None:
    ring = Ring(Kind.TRADE, capacity=4)
    _trades(ring, 0, 1)

    with pytest.raises(Exception, match="argument"):
        ring.write(0, 0, 1 << 70, 1.0, 1.0, 0, 0, 0)

    _trades(ring, 1, 2)
    assert ring.view()["seq"].tolist() == [0, 1]


@pytest.mark.parametrize("capacity", [0, -4, 3, 12])
def test_ring_when_capacity_is_no_power_of_two_is_refused(capacity: int) -> None:
    with pytest.raises(BadInput, match="power of two"):
        Ring(Kind.TRADE, capacity=capacity)


def test_ring_set_rows_when_read_as_columns_are_aligned() -> None:
    rings = RingSet(capacity=4)
    rings.trade(0, 0, 1, 1.0, 1.0, 0, 0, 0)

    [(_, rows)] = rings.drain()

    assert all(rows[name].flags.aligned for name in ("ts_event", "price", "symbol", "flags"))
    assert np.shares_memory(rows, rows["price"])


@pytest.mark.parametrize("counts", [(3,), (8,), (5, 5), (11,), (7, 20, 1), (0, 8, 8)])
def test_ring_extended_by_rows_holds_what_single_writes_would(counts):
    single, bulk = Ring(Kind.QUOTE, 8), Ring(Kind.QUOTE, 8)
    number = 0

    for count in counts:
        rows = np.zeros(count, DTYPES[Kind.QUOTE])
        rows["seq"] = np.arange(number, number + count)
        number += count
        for seq in rows["seq"].tolist():
            single.write(0, 0, seq, 0.0, 0.0, 0.0, 0.0, 0, 0)
        bulk.extend(memoryview(rows.tobytes()))
        single.write(1, 0, number, 0.0, 0.0, 0.0, 0.0, 0, 0)
        bulk.write(1, 0, number, 0.0, 0.0, 0.0, 0.0, 0, 0)

    assert bulk.written() == single.written()
    assert bulk.view().tobytes() == single.view().tobytes()
