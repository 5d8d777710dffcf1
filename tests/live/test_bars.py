from __future__ import annotations

import numpy as np
import pytest

from quantdeck.live.bars import BarBook, BarBooks, BarCounts
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from tests.live.rows import quotes, trades


def test_bar_book_when_ticks_come_in_order_gives_their_bars() -> None:
    book = BarBook(1000, capacity=8)

    book.update(trades((100, 1, 10.0, 1.0), (900, 2, 12.0, 2.0), (1000, 3, 11.0, 3.0)))

    bars = book.bars(0)
    assert bars.start_ns.tolist() == [0, 1000]
    assert bars.open.tolist() == [10.0, 11.0]
    assert bars.high.tolist() == [12.0, 11.0]
    assert bars.low.tolist() == [10.0, 11.0]
    assert bars.close.tolist() == [12.0, 11.0]
    assert bars.volume.tolist() == [3.0, 3.0]
    assert bars.trades.tolist() == [2, 1]


def test_bar_book_when_times_are_equal_orders_by_number() -> None:
    book = BarBook(1000, capacity=8)

    book.update(trades((100, 2, 12.0, 1.0), (100, 1, 10.0, 1.0), (100, 3, 11.0, 1.0)))

    bars = book.bars(0)
    assert (bars.open.tolist(), bars.close.tolist()) == ([10.0], [11.0])


def test_bar_book_when_tick_is_late_amends_its_bar_and_counts_it() -> None:
    book = BarBook(1000, capacity=8)
    book.update(trades((100, 1, 10.0, 1.0), (1500, 3, 11.0, 1.0)))

    book.update(trades((900, 2, 20.0, 5.0)))

    bars = book.bars(0)
    assert (bars.close.tolist(), bars.high.tolist()) == ([20.0, 11.0], [20.0, 11.0])
    assert bars.volume.tolist() == [6.0, 1.0]
    assert book.counts() == BarCounts(late=1, too_late=0, refused=0)


def test_bar_book_when_late_tick_has_an_interval_of_its_own_puts_a_bar_between() -> None:
    book = BarBook(1000, capacity=8)
    book.update(trades((100, 1), (3100, 3)))

    book.update(trades((1500, 2)))

    assert book.bars(0).start_ns.tolist() == [0, 1000, 3000]


def test_bar_book_when_full_drops_the_oldest_bar() -> None:
    book = BarBook(1000, capacity=3)

    book.update(trades(*((1000 * i, i, float(i), 1.0) for i in range(10))))

    assert book.bars(0).start_ns.tolist() == [7000, 8000, 9000]
    assert book.bars(0, 2).open.tolist() == [8.0, 9.0]


def test_bar_book_when_tick_is_older_than_all_bars_counts_it_as_too_late() -> None:
    book = BarBook(1000, capacity=3)
    book.update(trades(*((1000 * i, i) for i in range(5))))

    book.update(trades((500, 99), (4001, 100)))

    assert book.bars(0).start_ns.tolist() == [2000, 3000, 4000]
    assert book.bars(0).trades.tolist() == [1, 1, 2]
    assert book.counts() == BarCounts(late=0, too_late=1, refused=0)


def test_bar_book_when_full_and_a_bar_comes_between_drops_the_oldest() -> None:
    book = BarBook(1000, capacity=3)
    book.update(trades((0, 1), (2000, 3), (4000, 4)))

    book.update(trades((3000, 9, 7.0, 2.0)))

    assert book.bars(0).start_ns.tolist() == [2000, 3000, 4000]
    assert book.bars(0).volume.tolist() == [1.0, 2.0, 1.0]


@pytest.mark.parametrize(
    ("price", "size"),
    [(np.nan, 1.0), (np.inf, 1.0), (10.0, np.nan), (10.0, -1.0), (10.0, np.inf)],
)
def test_bar_book_when_tick_is_no_number_leaves_it_out(price: float, size: float) -> None:
    book = BarBook(1000, capacity=3)

    book.update(trades((0, 1), (1, 2, price, size), (2, 3)))

    assert book.bars(0).trades.tolist() == [2]
    assert book.counts().refused == 1


def test_bar_book_when_symbols_are_new_makes_room_for_them() -> None:
    book = BarBook(1000, capacity=3)
    book.update(trades((0, 1), symbol=0))

    book.update(trades((0, 1, 5.0, 2.0), symbol=41))

    assert book.bars(41).close.tolist() == [5.0]
    assert book.bars(0).close.tolist() == [10.0]
    assert len(book.bars(7)) == 0


def test_bar_book_bars_when_symbol_is_unknown_is_empty() -> None:
    book = BarBook(1000, capacity=3)

    assert len(book.bars(5000)) == 0
    assert len(book.bars(-1)) == 0
    assert book.version(5000) == 0


def test_bar_book_version_when_a_symbol_ticks_changes_for_it_alone() -> None:
    book = BarBook(1000, capacity=3)
    book.update(trades((0, 1), symbol=0))
    book.update(trades((0, 1), symbol=1))
    before = book.version(0), book.version(1)

    book.update(trades((1, 2), symbol=1))

    assert book.version(0) == before[0]
    assert book.version(1) != before[1]


def test_bar_book_bars_when_the_book_goes_on_stay_what_they_were() -> None:
    book = BarBook(1000, capacity=3)
    book.update(trades((0, 1, 10.0, 1.0)))
    seen = book.bars(0)

    book.update(trades((1, 2, 99.0, 1.0)))

    assert seen.close.tolist() == [10.0]


def test_bar_book_when_times_are_before_1970_floors_them() -> None:
    book = BarBook(1000, capacity=3)

    book.update(trades((-1, 1)))

    assert book.bars(0).start_ns.tolist() == [-1000]


@pytest.mark.parametrize(("interval", "capacity"), [(0, 5), (-1, 5), (1000, 0)])
def test_bar_book_when_size_makes_no_sense_is_refused(interval: int, capacity: int) -> None:
    with pytest.raises(BadInput, match="must be positive"):
        BarBook(interval, capacity)


def test_bar_books_when_ticks_arrive_feed_every_timeframe() -> None:
    books = BarBooks()
    second = 1_000_000_000

    books.update(Kind.TRADE, trades(*((i * second, i) for i in range(90))))

    assert [len(books[name].bars(0)) for name in ("1s", "1m", "5m")] == [90, 2, 1]


def test_bar_books_when_both_kinds_of_trade_arrive_take_the_first_per_symbol() -> None:
    books = BarBooks()
    books.update(Kind.AGG_TRADE, trades((0, 1), symbol=0))

    books.update(Kind.TRADE, trades((1, 7), symbol=0))
    books.update(Kind.TRADE, trades((1, 7), symbol=1))
    books.update(Kind.AGG_TRADE, trades((2, 2), symbol=0))
    books.update(Kind.AGG_TRADE, trades((2, 2), symbol=1))

    assert books["1s"].bars(0).trades.tolist() == [2]
    assert books["1s"].bars(1).trades.tolist() == [1]


def test_bar_books_when_rows_are_quotes_leave_them() -> None:
    books = BarBooks()

    books.update(Kind.QUOTE, quotes((1, 9.0, 11.0)))

    assert len(books["1s"].bars(0)) == 0


def test_bar_books_when_timeframe_is_unknown_name_those_there_are() -> None:
    with pytest.raises(BadInput, match="1s, 1m, 5m"):
        BarBooks()["2h"]
