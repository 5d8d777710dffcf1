from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.live.ticks import TickBook
from quantdeck.model.errors import BadInput
from quantdeck.model.events import TRADE_DTYPE
from tests.live.rows import trades


def test_tick_book_when_ticks_arrive_gives_every_column() -> None:
    book = TickBook(capacity=4)

    book.update(trades((10, 1, 5.0, 2.0), (20, 2, 6.0, 3.0)))

    ticks = book.ticks(0)
    assert ticks.ts_ns.tolist() == [10, 20]
    assert ticks.seq.tolist() == [1, 2]
    assert ticks.price.tolist() == [5.0, 6.0]
    assert ticks.size.tolist() == [2.0, 3.0]
    assert ticks.side.tolist() == [1, 1]


def test_tick_book_when_full_keeps_the_newest() -> None:
    book = TickBook(capacity=3)

    book.update(trades(*((i, i) for i in range(8))))

    assert book.ticks(0).seq.tolist() == [5, 6, 7]
    assert book.ticks(0, 2).seq.tolist() == [6, 7]


def test_tick_book_when_a_tick_is_older_than_all_of_a_full_book_leaves_it_out() -> None:
    book = TickBook(capacity=2)
    book.update(trades((10, 1), (20, 2)))

    book.update(trades((5, 0)))

    assert book.ticks(0).seq.tolist() == [1, 2]
    assert (book.late, book.too_late) == (1, 1)


def test_tick_book_version_when_another_symbol_ticks_stays() -> None:
    book = TickBook(capacity=2)
    book.update(trades((10, 1), symbol=0))
    before = book.version(0)

    book.update(trades((10, 1), symbol=99))

    assert book.version(0) == before
    assert book.ticks(99).seq.tolist() == [1]


def test_tick_book_ticks_when_symbol_is_unknown_is_empty() -> None:
    assert len(TickBook(capacity=2).ticks(77)) == 0
    assert TickBook(capacity=2).version(77) == 0


def test_tick_book_when_capacity_is_zero_is_refused() -> None:
    with pytest.raises(BadInput, match="must be positive"):
        TickBook(capacity=0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 50), st.randoms())
def test_tick_book_when_order_is_any_holds_the_newest_in_order(
    times: list[int], capacity: int, random: object
) -> None:
    rows = np.zeros(len(times), TRADE_DTYPE)
    rows["ts_event"], rows["seq"] = times, np.arange(len(times))
    rows["price"] = np.arange(len(times)) + 1.0
    order = list(range(len(times)))
    random.shuffle(order)  # type: ignore[attr-defined]
    book = TickBook(capacity=capacity)

    book.update(rows[order])

    newest = sorted(zip(times, range(len(times)), strict=True))[-capacity:]
    ticks = book.ticks(0)
    assert list(zip(ticks.ts_ns.tolist(), ticks.seq.tolist(), strict=True)) == newest
    assert ticks.price.tolist() == [seq + 1.0 for _, seq in newest]
