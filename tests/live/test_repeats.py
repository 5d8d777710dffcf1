from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.live.repeats import KnownTrades, new_trades
from quantdeck.model.events import TRADE_DTYPE


def _rows(*trades: tuple[int, float, float]):
    rows = np.zeros(len(trades), TRADE_DTYPE)
    for row, (ts, price, size) in zip(rows, trades, strict=True):
        row["ts_event"], row["price"], row["size"] = ts, price, size
    return rows


def _known(rows, *, ours: bool = True) -> KnownTrades:
    return KnownTrades(
        rows["ts_event"], rows["seq"], rows["price"], rows["size"], np.full(len(rows), ours)
    )


def _told(rows) -> list[tuple[int, int, float]]:
    return [(int(r["ts_event"]), int(r["seq"]), float(r["price"])) for r in rows]


def test_new_trades_when_nothing_is_known_are_numbered_within_their_time() -> None:
    fresh = new_trades(_rows((10, 5.0, 1.0), (10, 5.0, 1.0), (10, 6.0, 1.0), (20, 5.0, 1.0)))

    assert _told(fresh) == [(10, 0, 5.0), (10, 1, 5.0), (10, 2, 6.0), (20, 0, 5.0)]


def test_new_trades_when_the_same_file_comes_again_are_none() -> None:
    rows = _rows((10, 5.0, 1.0), (10, 5.0, 1.0), (20, 5.0, 1.0))

    assert len(new_trades(rows, _known(new_trades(rows)))) == 0


def test_new_trades_when_one_more_of_equal_ones_comes_is_that_one() -> None:
    known = new_trades(_rows((10, 5.0, 1.0)))

    fresh = new_trades(_rows((10, 5.0, 1.0), (10, 5.0, 1.0)), _known(known))

    assert _told(fresh) == [(10, 1, 5.0)]


def test_new_trades_at_a_known_time_are_numbered_on() -> None:
    known = new_trades(_rows((10, 5.0, 1.0), (10, 6.0, 1.0)))

    fresh = new_trades(_rows((10, 7.0, 1.0), (20, 7.0, 1.0)), _known(known))

    assert _told(fresh) == [(10, 2, 7.0), (20, 0, 7.0)]


def test_new_trades_when_a_venue_told_the_same_leave_it_out_and_do_not_take_its_numbers() -> None:
    venue = _rows((10, 5.0, 1.0))
    venue["seq"] = 991

    fresh = new_trades(_rows((10, 5.0, 1.0), (10, 5.0, 2.0)), _known(venue, ours=False))

    assert _told(fresh) == [(10, 0, 5.0)]
    assert fresh["size"].tolist() == [2.0]


_TRADES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([1.0, 2.0]), st.sampled_from([0.0, 1.0])),
    max_size=12,
)


@given(_TRADES, _TRADES)
def test_new_trades_hold_with_the_known_ones_every_trade_as_often_as_the_fuller_file(
    first, second
) -> None:
    known = new_trades(_rows(*sorted(first, key=lambda t: t[0])))
    fresh = new_trades(_rows(*sorted(second, key=lambda t: t[0])), _known(known))

    together = [*_keys(known), *_keys(fresh)]
    for trade in {*first, *second}:
        assert together.count(trade) == max(first.count(trade), second.count(trade))
    names = [*_names(known), *_names(fresh)]
    assert len(set(names)) == len(names)


def _keys(rows) -> list[tuple[int, float, float]]:
    return [(int(r["ts_event"]), float(r["price"]), float(r["size"])) for r in rows]


def _names(rows) -> list[tuple[int, int]]:
    return list(zip(rows["ts_event"].tolist(), rows["seq"].tolist(), strict=True))
