from __future__ import annotations

import numpy as np

from quantdeck.live.bars import BarBook, BarBooks
from quantdeck.live.venue_bars import venue_bars
from quantdeck.model.events import BAR_DTYPE, Flag, Kind, Rows
from tests.live.rows import trades

_PAST = int(Flag.CLOSED | Flag.REPAIRED)
_MINUTE = 60_000_000_000


def told(
    *bars: tuple[int, float], interval: int = 1000, flags: int = _PAST, count: int = 7
) -> Rows:
    """Return rows of the venue's bars, each of (start, price)."""
    rows = np.zeros(len(bars), BAR_DTYPE)
    for i, (start, price) in enumerate(bars):
        prices = (price, price + 1, price - 1, price)
        end_ms = (start + interval) // 1_000_000
        rows[i] = (start, start, end_ms, *prices, 5.0, count, interval, 0, flags, b"")
    return rows


def test_venue_bars_of_an_interval_fetched_twice_are_as_told_last() -> None:
    bars = venue_bars(told((1000, 10.0), (0, 9.0), (1000, 11.0)))

    assert bars.start_ns.tolist() == [0, 1000]
    assert bars.close.tolist() == [9.0, 11.0]


def test_venue_bars_without_a_trade_are_none() -> None:
    assert len(venue_bars(told((0, 9.0), count=0))) == 0


def test_bar_book_shows_told_bars_before_and_instead_of_its_own() -> None:
    book = BarBook(1000, capacity=8)
    book.update(trades((1900, 1, 20.0, 1.0), (2100, 2, 21.0, 1.0)))

    book.precede(0, venue_bars(told((0, 9.0), (1000, 10.0))))

    bars = book.bars(0)
    assert bars.start_ns.tolist() == [0, 1000, 2000]
    assert bars.close.tolist() == [9.0, 10.0, 21.0]
    assert bars.trades.tolist() == [7, 7, 1]


def test_bar_book_asked_for_few_bars_gives_the_newest_of_both_origins() -> None:
    book = BarBook(1000, capacity=8)
    book.update(trades((5000, 1), (6000, 2)))
    book.precede(0, venue_bars(told(*((start, 9.0) for start in range(0, 5000, 1000)))))

    newest = [book.bars(0, n).start_ns.tolist() for n in (1, 3)]

    assert newest == [[6000], [4000, 5000, 6000]]


def test_bar_book_keeps_no_more_than_its_capacity_of_told_bars() -> None:
    book = BarBook(1000, capacity=3)

    book.precede(0, venue_bars(told(*((start, 9.0) for start in range(0, 9000, 1000)))))

    assert book.bars(0).start_ns.tolist() == [6000, 7000, 8000]


def test_bar_book_told_again_keeps_what_it_knew_and_changes_its_version() -> None:
    book = BarBook(1000, capacity=8)
    book.precede(40, venue_bars(told((0, 9.0), (1000, 10.0))))
    version = book.version(40)

    book.precede(40, venue_bars(told((1000, 11.0))))

    assert book.bars(40).close.tolist() == [9.0, 11.0]
    assert book.version(40) > version


def test_bar_books_pass_over_live_bars_and_other_intervals() -> None:
    books = BarBooks()

    books.precede(told((0, 9.0), interval=_MINUTE, flags=int(Flag.CLOSED)))
    books.precede(told((0, 9.0), interval=15 * _MINUTE))

    assert [len(books[name].bars(0)) for name in books.timeframes] == [0, 0, 0]


def test_bar_books_put_told_bars_into_the_timeframe_of_their_length() -> None:
    books = BarBooks()
    books.update(Kind.AGG_TRADE, trades((_MINUTE, 1)))

    books.precede(told((0, 9.0), interval=_MINUTE))

    assert [len(books[name].bars(0)) for name in ("1s", "1m", "5m")] == [1, 2, 1]
