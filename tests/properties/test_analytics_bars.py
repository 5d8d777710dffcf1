from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.resample import Bars, bars_from_ticks, resample_bars
from tests.reference.slow_bars import SlowBar, SlowTick, slow_bars

COLUMNS = ("start_ns", "open", "high", "low", "close", "volume", "trades")

# A sum is held to 106 bits, so sizes may differ by any factor that a market has, not by any at all.
SIZES = st.one_of(
    st.just(0.0), st.floats(1e-9, 1e12), st.integers(0, 10**6).map(lambda n: n * 0.001)
)

INTERVALS = st.sampled_from([1, 7, 10, 1000])


@st.composite
def tick_lists(draw) -> list[SlowTick]:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(-5_000, 5_000),
                st.floats(1e-8, 1e8),
                SIZES,
            ),
            max_size=60,
        )
    )
    numbers = draw(st.permutations(range(len(rows))))
    return [SlowTick(ts, seq, p, v) for (ts, p, v), seq in zip(rows, numbers, strict=True)]


def bars_of(ticks: list[SlowTick], interval: int) -> Bars:
    columns = zip(*ticks, strict=True) if ticks else ([], [], [], [])
    return bars_from_ticks(*columns, interval_ns=interval)


def as_rows(bars: Bars) -> list[SlowBar]:
    columns = [getattr(bars, name).tolist() for name in COLUMNS]
    return [SlowBar(*row) for row in zip(*columns, strict=True)]


@given(tick_lists(), INTERVALS)
@settings(max_examples=200)
def test_bars_of_ticks_in_any_order_equal_the_slow_ones(ticks, interval: int) -> None:
    assert as_rows(bars_of(ticks, interval)) == slow_bars(ticks, interval)


@given(tick_lists(), INTERVALS, st.integers(1, 12))
@settings(max_examples=200)
def test_bars_folded_from_shorter_ones_equal_those_of_ticks(
    ticks, interval: int, factor: int
) -> None:
    folded = resample_bars(bars_of(ticks, interval), interval * factor)

    assert as_rows(folded) == as_rows(bars_of(ticks, interval * factor))


@given(tick_lists(), INTERVALS)
@settings(max_examples=100)
def test_bars_hold_open_and_close_between_low_and_high(ticks, interval: int) -> None:
    bars = bars_of(ticks, interval)

    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()


@given(tick_lists(), INTERVALS)
@settings(max_examples=100)
def test_bars_lose_no_tick_and_no_volume(ticks, interval: int) -> None:
    bars = bars_of(ticks, interval)

    assert bars.trades.sum() == len(ticks)
    exact = math.fsum(tick.size for tick in ticks)
    assert math.fsum([*bars.volume, *bars.volume_lo]) == exact
