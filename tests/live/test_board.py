from __future__ import annotations

import numpy as np

from quantdeck.live.board import TRADES, Board, LastTrade
from quantdeck.model.events import BAR_DTYPE, Flag, Kind
from tests.live.rows import marks, quotes, trades

_NAN = float("nan")


def test_board_when_nothing_was_received_knows_nothing() -> None:
    board = Board()

    assert (board.trade(0), board.top(0), board.mark(0)) == (None, None, None)
    assert board.last_recv_ns(0) is None
    assert board.top(-1) is None


def test_board_when_a_batch_has_several_quotes_keeps_the_last() -> None:
    board = Board()

    board.update(Kind.QUOTE, quotes((1, 9.0, 11.0), (2, 9.5, 10.5), recv=[5, 6]))

    top = board.top(0)
    assert top is not None
    assert (top.bid, top.ask, top.width, top.mid) == (9.5, 10.5, 1.0, 10.0)
    assert (top.bid_size, top.ask_size, top.ts_recv) == (1.0, 1.0, 6)


def test_board_when_a_side_is_absent_says_none_and_never_the_stale_value() -> None:
    board = Board()
    board.update(Kind.QUOTE, quotes((1, 9.0, 11.0)))

    board.update(Kind.QUOTE, quotes((2, _NAN, 11.0)))

    top = board.top(0)
    assert top is not None
    assert (top.bid, top.bid_size, top.ask, top.width, top.mid) == (None, None, 11.0, None, None)


def test_board_when_a_trade_is_late_keeps_the_newer_one() -> None:
    board = Board()
    board.update(Kind.TRADE, trades((20, 2, 12.0, 3.0)))

    board.update(Kind.TRADE, trades((10, 1, 10.0, 1.0), flags=Flag.LATE))

    assert board.trade(0) == LastTrade(12.0, 3.0, 1, 20, 21)


def test_board_when_both_kinds_of_trade_arrive_gives_the_newer() -> None:
    board = Board()
    board.update(Kind.TRADE, trades((20, 2, 12.0, 3.0)))
    board.update(Kind.AGG_TRADE, trades((30, 1, 13.0, 1.0)))

    trade = board.trade(0)

    assert trade is not None
    assert trade.price == 13.0


def test_board_when_marks_arrive_gives_mark_index_and_funding() -> None:
    board = Board()
    rows = marks((10, 100.5))
    rows["index_price"] = _NAN

    board.update(Kind.MARK, rows)

    mark = board.mark(0)
    assert mark is not None
    assert (mark.mark_price, mark.index_price, mark.funding_rate) == (100.5, None, 0.0001)


def test_board_when_symbols_are_new_makes_room_for_them() -> None:
    board = Board()
    board.update(Kind.TRADE, trades((10, 1, 5.0, 1.0), symbol=0))

    board.update(Kind.TRADE, trades((10, 1, 7.0, 1.0), symbol=500))

    first, last = board.trade(0), board.trade(500)
    assert first is not None
    assert last is not None
    assert (first.price, last.price) == (5.0, 7.0)
    assert board.trade(499) is None


def test_board_last_recv_when_kinds_differ_is_the_newest_of_all() -> None:
    board = Board()
    board.update(Kind.TRADE, trades((10, 1)))
    board.update(Kind.QUOTE, quotes((1, 9.0, 11.0), recv=[50]))

    assert board.last_recv_ns(0) == 50


def test_board_last_recv_of_some_kinds_passes_the_others_over() -> None:
    board = Board()
    board.update(Kind.TRADE, trades((10, 1)))
    board.update(Kind.QUOTE, quotes((1, 9.0, 11.0), recv=[50]))

    assert board.last_recv_ns(0, TRADES) == 11
    assert board.last_recv_ns(0, [Kind.MARK]) is None


def test_board_last_recv_of_a_fetched_row_is_when_it_happened() -> None:
    board = Board()
    rows = trades((10, 1), flags=Flag.REPAIRED)
    rows["ts_recv"] = 5000

    board.update(Kind.TRADE, rows)

    assert board.last_recv_ns(0) == 10


def test_board_when_rows_are_bars_or_none_changes_nothing() -> None:
    board = Board()

    board.update(Kind.BAR, np.zeros(1, BAR_DTYPE))
    board.update(Kind.TRADE, trades())

    assert board.last_recv_ns(0) is None
