from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.pairs import AlignedPair, Ticks, align_bars, align_ticks
from quantdeck.analytics.resample import Bars, bars_from_ticks
from quantdeck.model.errors import BadInput


def bars(starts: list[int], closes: list[float]) -> Bars:
    n = len(starts)
    return bars_from_ticks(starts, range(n), closes, [1.0] * n, interval_ns=1)


def ticks(*rows: tuple[int, int, float]) -> Ticks:
    ts, seq, price = zip(*rows, strict=True) if rows else ((), (), ())
    return Ticks(np.array(ts, np.int64), np.array(seq, np.int64), np.array(price, np.float64))


def as_rows(pair: AlignedPair) -> list[tuple[int, float, float]]:
    return list(zip(pair.ts_ns.tolist(), pair.y.tolist(), pair.x.tolist(), strict=True))


def test_align_bars_keeps_common_starts_only() -> None:
    pair = align_bars(bars([0, 1, 3], [1.0, 2.0, 3.0]), bars([1, 2, 3], [10.0, 20.0, 30.0]))

    assert as_rows(pair) == [(1, 2.0, 10.0), (3, 3.0, 30.0)]


def test_align_bars_without_common_starts_is_empty() -> None:
    assert len(align_bars(bars([0], [1.0]), bars([1], [1.0]))) == 0


def test_align_ticks_has_a_row_at_every_time_once_both_have_ticked() -> None:
    pair = align_ticks(
        ticks((1, 1, 1.0), (5, 2, 2.0), (9, 3, 3.0)), ticks((4, 1, 10.0), (9, 2, 20.0))
    )

    assert as_rows(pair) == [(4, 1.0, 10.0), (5, 2.0, 10.0), (9, 3.0, 20.0)]


def test_align_ticks_at_one_time_takes_the_highest_seq() -> None:
    pair = align_ticks(ticks((1, 9, 1.9), (1, 7, 1.7), (1, 8, 1.8)), ticks((1, 1, 5.0)))

    assert as_rows(pair) == [(1, 1.9, 5.0)]


def test_align_ticks_in_any_order_are_the_same() -> None:
    random = np.random.default_rng(0)
    ts = random.integers(0, 300, 500)
    y = Ticks(ts, np.arange(500), random.normal(size=500))
    x = ticks((50, 1, 1.0), (150, 2, 2.0))
    shuffle = random.permutation(500)

    shuffled = align_ticks(Ticks(y.ts_ns[shuffle], y.seq[shuffle], y.price[shuffle]), x)

    assert as_rows(shuffled) == as_rows(align_ticks(y, x))


def test_align_ticks_leaves_prices_out_that_are_not_finite() -> None:
    pair = align_ticks(ticks((1, 1, 1.0), (3, 2, math.nan)), ticks((2, 1, 5.0), (4, 2, 6.0)))

    assert as_rows(pair) == [(2, 1.0, 5.0), (4, 1.0, 6.0)]


def test_align_ticks_with_a_silent_side_is_empty() -> None:
    assert len(align_ticks(ticks((1, 1, 1.0)), ticks())) == 0


def test_align_ticks_of_unequal_columns_is_refused() -> None:
    bad = Ticks(np.array([1, 2]), np.array([1]), np.array([1.0, 2.0]))

    with pytest.raises(BadInput, match="equally long"):
        align_ticks(bad, ticks((1, 1, 1.0)))


@pytest.mark.parametrize(("rows", "expected"), [(2, [4, 5]), (9, [3, 4, 5]), (0, [])])
def test_tail_of_an_aligned_pair_is_its_newest_rows(rows: int, expected: list[int]) -> None:
    pair = AlignedPair(np.array([3, 4, 5]), np.ones(3), np.ones(3))

    assert pair.tail(rows).ts_ns.tolist() == expected
