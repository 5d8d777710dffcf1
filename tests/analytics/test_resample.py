from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from quantdeck.analytics.resample import Bars, bars_from_ticks, join_bars, resample_bars
from quantdeck.model.errors import BadInput
from quantdeck.model.events import TRADE_DTYPE
from tests.reference.slow_bars import SlowBar, SlowTick, slow_bars

SECOND = 1_000_000_000


def as_rows(bars: Bars) -> list[SlowBar]:
    columns = (bars.start_ns, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.trades)
    return [SlowBar(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def random_ticks(seed: int, n: int = 2000) -> list[SlowTick]:
    random = np.random.default_rng(seed)
    ts = np.sort(random.integers(-20 * SECOND, 400 * SECOND, n) // 1_000_000 * 1_000_000)
    price = np.round(100.0 + np.cumsum(random.normal(scale=0.02, size=n)), 2)
    size = random.integers(1, 100_000, n) * 0.001
    return [SlowTick(*row) for row in zip(ts.tolist(), range(n), price, size, strict=True)]


def bars_of(ticks: list[SlowTick], interval: int) -> Bars:
    return bars_from_ticks(*zip(*ticks, strict=True), interval_ns=interval)


def test_bars_from_ticks_of_random_ticks_equal_the_slow_ones() -> None:
    ticks = random_ticks(1)

    bars = bars_of(ticks, SECOND)

    assert as_rows(bars) == slow_bars(ticks, SECOND)


def test_bars_from_ticks_in_any_order_are_the_same() -> None:
    ticks = random_ticks(2)
    shuffled = [ticks[i] for i in np.random.default_rng(0).permutation(len(ticks))]

    bars = bars_of(shuffled, SECOND)

    assert as_rows(bars) == slow_bars(ticks, SECOND)


def test_bars_from_ticks_at_one_time_are_ordered_by_seq() -> None:
    bars = bars_from_ticks([5, 5, 5], [3, 1, 2], [30.0, 10.0, 20.0], [1.0] * 3, interval_ns=10)

    assert (bars.open[0], bars.close[0]) == (10.0, 30.0)


def test_bars_from_ticks_leave_empty_intervals_out() -> None:
    bars = bars_from_ticks([0, 95], [1, 2], [1.0, 2.0], [1.0, 1.0], interval_ns=10)

    assert bars.start_ns.tolist() == [0, 90]


def test_bars_from_ticks_before_1970_start_at_the_floor() -> None:
    bars = bars_from_ticks([-1], [1], [1.0], [1.0], interval_ns=10)

    assert bars.start_ns.tolist() == [-10]


def test_bars_from_ticks_of_none_are_none() -> None:
    bars = bars_from_ticks([], [], [], [], interval_ns=10)

    assert len(bars) == 0


def test_volume_of_sizes_that_cancel_in_float_sums_is_rounded_once() -> None:
    sizes = [1e16, 1.0, 1.0, 1.0, 1e-3] + [0.1] * 30

    bars = bars_from_ticks([0] * 35, range(35), [1.0] * 35, sizes, interval_ns=10)

    assert bars.volume[0] == math.fsum(sizes)


@pytest.mark.parametrize(
    ("price", "size"),
    [(math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan), (1.0, math.inf), (1.0, -1.0)],
)
def test_bars_from_ticks_with_a_bad_tick_name_its_seq(price: float, size: float) -> None:
    with pytest.raises(BadInput, match="seq 22"):
        bars_from_ticks([1, 2], [11, 22], [1.0, price], [1.0, size], interval_ns=10)


def test_volume_beyond_the_range_of_floats_is_refused() -> None:
    with pytest.raises(BadInput, match="more than a float64 can hold"):
        bars_from_ticks([1, 2], [1, 2], [1.0, 1.0], [1e308, 1e308], interval_ns=10)


@pytest.mark.parametrize("n", [1, 15, 16, 17, 63, 1023, 1024, 1025, 5000])
def test_bars_from_ticks_of_one_long_interval_equal_the_slow_one(n: int) -> None:
    random = np.random.default_rng(n)
    sizes = random.uniform(0.0, 1e-3, n) * 10.0 ** random.integers(0, 12, n)
    ticks = [SlowTick(i // 3, i, 100.0 - i, size) for i, size in enumerate(sizes.tolist())]

    bars = bars_of(ticks, SECOND)

    assert as_rows(bars) == slow_bars(ticks, SECOND)


@pytest.mark.parametrize("swap", [0, 1, 700, 1998])
def test_bars_from_ticks_with_two_swapped_are_the_same(swap: int) -> None:
    ticks = random_ticks(5)
    swapped = [*ticks]
    swapped[swap], swapped[swap + 1] = swapped[swap + 1], swapped[swap]

    bars = bars_of(swapped, SECOND)

    assert as_rows(bars) == slow_bars(ticks, SECOND)


def test_bars_from_ticks_read_strided_and_read_only_columns() -> None:
    ticks = random_ticks(6)
    table = np.array([(t.price, t.size) for t in ticks])
    table.setflags(write=False)

    bars = bars_from_ticks(
        [t.ts for t in ticks], [t.seq for t in ticks], table[:, 0], table[:, 1], interval_ns=SECOND
    )

    assert as_rows(bars) == slow_bars(ticks, SECOND)


def test_bars_from_ticks_of_unequal_lengths_are_refused() -> None:
    with pytest.raises(BadInput, match="equally long"):
        bars_from_ticks([1, 2], [1], [1.0, 1.0], [1.0, 1.0], interval_ns=10)


@pytest.mark.parametrize("interval", [0, -5])
def test_bars_from_ticks_of_no_interval_are_refused(interval: int) -> None:
    with pytest.raises(BadInput, match="interval_ns must be positive"):
        bars_from_ticks([1], [1], [1.0], [1.0], interval_ns=interval)


def test_bars_from_ticks_read_columns_of_packed_unaligned_rows() -> None:
    row = struct.pack("<qqqddibB2x", 7, 8, 9, 2.5, 0.5, 0, 1, 0)
    rows = np.frombuffer(b"x" + row * 3, TRADE_DTYPE, offset=1)

    bars = bars_from_ticks(
        rows["ts_event"], rows["seq"], rows["price"], rows["size"], interval_ns=10
    )

    assert as_rows(bars) == [SlowBar(0, 2.5, 2.5, 2.5, 2.5, 1.5, 3)]


@pytest.mark.parametrize("factor", [5, 60, 300])
def test_resample_bars_equal_bars_from_ticks(factor: int) -> None:
    ticks = random_ticks(3)

    folded = resample_bars(bars_of(ticks, SECOND), factor * SECOND)

    assert as_rows(folded) == slow_bars(ticks, factor * SECOND)


def test_resample_bars_twice_keeps_the_volume_exact() -> None:
    sizes = [1e16, 1.0, 1.0, 1.0, 0.25]
    ticks = [SlowTick(i, i, 1.0, size) for i, size in enumerate(sizes)]

    folded = resample_bars(resample_bars(bars_of(ticks, 1), 2), 10)

    assert folded.volume.tolist() == [math.fsum(sizes)]


def test_resample_bars_of_a_venue_without_volume_rest_adds_up() -> None:
    one = np.ones(2)
    bars = Bars(np.array([0, 10]), one, one * 3, one * 0.5, one * 2, one, np.array([4, 5]))

    folded = resample_bars(bars, 20)

    assert as_rows(folded) == [SlowBar(0, 1.0, 3.0, 0.5, 2.0, 2.0, 9)]


def test_resample_bars_of_none_are_none() -> None:
    folded = resample_bars(bars_from_ticks([], [], [], [], interval_ns=1), 10)

    assert len(folded) == 0


def test_resample_bars_out_of_order_are_refused() -> None:
    one = np.ones(2)
    bars = Bars(np.array([10, 0]), one, one, one, one, one, np.array([1, 1]))

    with pytest.raises(BadInput, match="strictly increasing"):
        resample_bars(bars, 20)


def test_a_slice_of_bars_holds_those_bars() -> None:
    bars = bars_of(random_ticks(4), SECOND)

    newest = bars[-3:]

    assert as_rows(newest) == as_rows(bars)[-3:]


def test_a_slice_of_bars_without_volume_rest_has_none() -> None:
    one = np.ones(2)
    bars = Bars(np.array([0, 10]), one, one, one, one, one, np.array([1, 1]))

    assert bars[1:].volume_lo is None


def test_join_bars_takes_each_interval_once_and_the_preferred_of_both() -> None:
    mine, theirs = random_ticks(2), random_ticks(3)[:1200]
    made, told = bars_of(mine, SECOND), bars_of(theirs, SECOND)

    joined = join_bars(made, told)

    expected = {row.start: row for row in slow_bars(mine, SECOND)}
    expected |= {row.start: row for row in slow_bars(theirs, SECOND)}
    assert as_rows(joined) == [expected[start] for start in sorted(expected)]


def test_join_bars_when_one_side_is_empty_gives_the_other() -> None:
    made = bars_of(random_ticks(4), SECOND)

    assert as_rows(join_bars(made, made[:0])) == as_rows(made)
    assert as_rows(join_bars(made[:0], made)) == as_rows(made)
