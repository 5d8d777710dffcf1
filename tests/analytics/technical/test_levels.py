from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.technical import (
    Candles,
    atr,
    floor_pivots,
    price_levels,
    prior_session_pivots,
    swing_points,
)
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.technical.candle_walks import HOUR_NS, walk

prices = st.lists(st.integers(1, 12), min_size=5, max_size=60)


def test_swing_is_known_when_its_last_neighbour_has_closed() -> None:
    candles = walk(100)

    found = swing_points(candles, side=3)

    assert found
    assert all(swing.confirmed_row == swing.row + 3 for swing in found)
    assert all(swing.confirmed_ns == (swing.row + 4) * HOUR_NS for swing in found)


def test_swing_needs_all_of_its_neighbours() -> None:
    candles = Candles.of_closes([1.0, 2.0, 5.0, np.nan, 2.0, 1.0])

    assert swing_points(candles, side=2) == ()


def test_two_equal_tops_next_to_each_other_are_no_swing() -> None:
    assert swing_points(Candles.of_closes([1.0, 2.0, 2.0, 1.0]), side=1) == ()


@given(close=prices, side=st.integers(1, 4), rows=st.integers(0, 60))
def test_swings_known_at_a_row_are_those_of_the_rows_up_to_it(
    close: list[int], side: int, rows: int
) -> None:
    candles = Candles.of_closes(close)

    known = tuple(s for s in swing_points(candles, side=side) if s.confirmed_row < rows)

    assert swing_points(candles.upto(rows), side=side) == known


@given(close=prices, side=st.integers(1, 4))
def test_swing_tops_its_neighbours(close: list[int], side: int) -> None:
    found = swing_points(Candles.of_closes(close), side=side)

    tops = [s.row for s in found if s.kind == "high"]
    expected = [
        t
        for t in range(side, len(close) - side)
        if all(close[t] > close[u] for u in range(t - side, t + side + 1) if u != t)
    ]
    assert tops == expected


def test_levels_gather_swings_within_half_a_true_range() -> None:
    candles = walk(400)

    found = price_levels(candles)

    scale = atr(candles).first[-1]
    assert found
    assert all(level.high - level.low <= 0.5 * scale for level in found)
    assert all(level.touches == len(level.swings) >= 2 for level in found)
    assert [level.touches for level in found] == sorted((v.touches for v in found), reverse=True)


def test_levels_hold_every_swing_once() -> None:
    candles = walk(300)

    found = price_levels(candles, least_touches=1)

    rows = sorted((s.row, s.kind) for level in found for s in level.swings)
    assert rows == sorted((s.row, s.kind) for s in swing_points(candles))


def test_level_is_support_below_the_close_and_resistance_above() -> None:
    candles = walk(300)

    found = price_levels(candles)

    roles = {level.role == "support" for level in found if level.price < candles.close[-1]}
    assert roles == {True}
    assert all((v.distance_atr < 0) == (v.role == "support") for v in found)


def test_level_was_known_once_enough_swings_were() -> None:
    found = price_levels(walk(300), least_touches=2)

    for level in found:
        confirmed = sorted(swing.confirmed_row for swing in level.swings)
        assert level.confirmed_row == confirmed[1]
        assert level.confirmed_ns == (confirmed[1] + 1) * HOUR_NS


def test_levels_of_too_few_candles_say_how_many_it_takes() -> None:
    with pytest.raises(NoData, match="15 rows"):
        price_levels(walk(10))


def test_levels_of_a_flat_price_are_refused() -> None:
    with pytest.raises(NoData, match="moves"):
        price_levels(Candles.of_closes(np.ones(50)))


@pytest.mark.parametrize("wrong", [{"side": 0}, {"within_atr": 0.0}, {"least_touches": 0}])
def test_wrong_parameter_of_levels_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        price_levels(walk(50), **wrong)  # type: ignore[arg-type]


def test_floor_pivots_by_hand() -> None:
    found = floor_pivots(high=120.0, low=90.0, close=105.0)

    assert (found.pivot, found.r1, found.r2, found.r3) == (105.0, 120.0, 135.0, 150.0)
    assert (found.s1, found.s2, found.s3) == (90.0, 75.0, 60.0)


@given(low=st.floats(1.0, 1e6), reach=st.floats(0.0, 1e5), share=st.floats(0.0, 1.0))
@settings(max_examples=60)
def test_floor_pivots_stand_in_order(low: float, reach: float, share: float) -> None:
    high = low + reach
    found = floor_pivots(high=high, low=low, close=min(low + share * reach, high))

    ladder = [found.s3, found.s2, found.s1, found.pivot, found.r1, found.r2, found.r3]
    steps = np.diff(ladder)
    assert (steps >= -1e-9 * high).all()


def test_floor_pivots_of_a_close_outside_of_its_range_are_refused() -> None:
    with pytest.raises(BadInput, match="low <= close <= high"):
        floor_pivots(high=10.0, low=9.0, close=11.0)


def test_prior_session_is_the_whole_one_before_the_last_candle() -> None:
    candles = walk(30)
    opens = np.isin(np.arange(30), [2, 10, 20])
    with_sessions = Candles(
        candles.high, candles.low, candles.close, None, candles.start_ns, HOUR_NS, opens
    )

    found = prior_session_pivots(with_sessions)

    assert found == floor_pivots(
        high=candles.high[10:20].max(),
        low=candles.low[10:20].min(),
        close=candles.close[19],
        known_ns=20 * HOUR_NS,
    )


def test_prior_session_that_is_not_whole_is_refused() -> None:
    price = np.arange(1.0, 5.0)
    candles = Candles(price, price, price, opens_session=np.array([False, False, True, False]))

    with pytest.raises(NoData, match="whole session"):
        prior_session_pivots(candles)
