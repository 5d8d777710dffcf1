"""Trades of the past, folded in at once, make the same bars and ticks as one by one in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.live.bars import BarBook
from quantdeck.live.ticks import TickBook
from quantdeck.model.events import TRADE_DTYPE

_FIELDS = ("start_ns", "open", "high", "low", "close", "volume", "trades")


@st.composite
def _halves(draw):
    count = draw(st.integers(1, 60))
    rows = np.zeros(count, TRADE_DTYPE)
    rows["ts_event"] = np.sort(draw(st.lists(st.integers(0, 900), min_size=count, max_size=count)))
    rows["seq"] = np.arange(count)
    rows["price"] = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    rows["size"] = np.array(draw(st.lists(st.integers(0, 40), min_size=count, max_size=count))) / 8
    rows["symbol"] = 3
    early = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    return rows, rows[early], rows[~early]


@given(_halves(), st.integers(1, 12))
def test_bars_with_an_insert_are_those_of_all_ticks_in_order(halves, capacity) -> None:
    rows, live, past = halves
    book, whole = BarBook(100, capacity), BarBook(100, capacity)

    book.update(live)
    book.insert(past)
    whole.update(rows)

    made, expected = book.bars(3), whole.bars(3)
    assert {name: getattr(made, name).tolist() for name in _FIELDS} == {
        name: getattr(expected, name).tolist() for name in _FIELDS
    }


@given(_halves(), st.integers(1, 30))
def test_ticks_with_an_insert_are_those_in_order(halves, capacity) -> None:
    rows, live, past = halves
    book = TickBook(capacity)

    book.update(live)
    book.insert(past)

    newest = rows[-capacity:]
    assert book.ticks(3).seq.tolist() == newest["seq"].tolist()
    assert book.ticks(3).price.tolist() == newest["price"].tolist()


@given(_halves())
def test_bars_after_an_insert_go_on_with_live_ticks(halves) -> None:
    rows, live, past = halves
    last = np.zeros(1, TRADE_DTYPE)
    last["ts_event"], last["seq"], last["price"], last["symbol"] = 1000, 99, 4.0, 3
    book, whole = BarBook(100, 64), BarBook(100, 64)

    for part in (live, last):
        book.update(part)
    book.insert(past)
    book.update(last)
    for part in (rows, last, last):
        whole.update(part)

    assert book.bars(3).trades.tolist() == whole.bars(3).trades.tolist()
    assert book.version(3) > 0
