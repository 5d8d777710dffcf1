"""Every indicator against its definition in plain Python, and against itself candle by candle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics import technical
from quantdeck.analytics.technical import INDICATORS, Candle, Candles, IndicatorState, evaluate
from tests.analytics.technical.candle_walks import walk
from tests.reference import slow_technical as slow

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.technical import Indicator

each_indicator = pytest.mark.parametrize("known", INDICATORS.values(), ids=INDICATORS)


def cut(candles: Candles, begin: int) -> Candles:
    assert candles.volume is not None
    return Candles(
        candles.high[begin:], candles.low[begin:], candles.close[begin:], candles.volume[begin:]
    )


CASES: list[tuple[str, Callable[[Candles], Any], Callable[..., Any]]] = [
    ("c", lambda c: technical.sma(c, window=10), lambda c: slow.sma(c, 10)),
    ("c", lambda c: technical.ema(c, window=10), lambda c: slow.ema(c, 10)),
    ("c", lambda c: technical.wma(c, window=10), lambda c: slow.wma(c, 10)),
    ("c", lambda c: technical.dema(c, window=10), lambda c: slow.dema(c, 10)),
    ("c", lambda c: technical.hma(c, window=11), lambda c: slow.hma(c, 11)),
    ("c", technical.macd, lambda c: slow.macd(c, 12, 26, 9)),
    ("c", technical.ppo, lambda c: slow.ppo(c, 12, 26)),
    ("c", technical.rsi, lambda c: slow.rsi(c, 14)),
    ("hlc", technical.stochastic, lambda *x: slow.stochastic(*x, 14, 3, 3)),
    ("hlc", technical.williams_r, lambda *x: slow.williams_r(*x, 14)),
    ("hlc", technical.cci, lambda *x: slow.cci(*x, 20)),
    ("c", technical.roc, lambda c: slow.roc(c, 10)),
    ("hlcv", technical.mfi, lambda *x: slow.mfi(*x, 14)),
    ("hlc", technical.atr, lambda *x: slow.atr(*x, 14)),
    (
        "hlc",
        technical.natr,
        lambda h, lo, c: [100 * a / b for a, b in zip(slow.atr(h, lo, c, 14), c, strict=True)],
    ),
    ("c", technical.bollinger, lambda c: slow.bollinger(c, 20, 2.0)),
    ("hl", technical.donchian, lambda *x: slow.donchian(*x, 20)),
    ("hlc", technical.keltner, lambda *x: slow.keltner(*x, 20, 10, 2.0)),
    ("hlc", technical.supertrend, lambda *x: slow.supertrend(*x, 10, 3.0)),
    ("hlc", technical.adx, lambda *x: slow.adx(*x, 14)),
    ("hl", technical.aroon, lambda *x: slow.aroon(*x, 25)),
    ("cv", technical.obv, slow.obv),
    ("hlcv", technical.vwap, slow.vwap),
    ("cv", technical.vwma, lambda *x: slow.vwma(*x, 20)),
]


@pytest.mark.parametrize(("columns", "ours", "definition"), CASES, ids=INDICATORS)
def test_indicator_equals_its_definition(
    columns: str, ours: Callable[[Candles], Any], definition: Callable[..., Any]
) -> None:
    candles = walk(160)
    source = {"h": candles.high, "l": candles.low, "c": candles.close, "v": candles.volume}

    found = ours(candles)
    expected = definition(*(np.asarray(source[name]).tolist() for name in columns))

    assert found.indicator.name == list(INDICATORS)[[c[1] for c in CASES].index(ours)]
    expected = expected if isinstance(expected, tuple) else (expected,)
    for mine, theirs in zip(found.values, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


def stream_rows(state: IndicatorState, candles: Candles) -> np.ndarray:
    return np.array([state.update(candles.row(row)) for row in range(len(candles))]).T


@each_indicator
def test_stream_equals_batch_bit_by_bit(known: Indicator) -> None:
    candles = walk(1500)

    batch = evaluate(known, candles, {})
    stream = stream_rows(IndicatorState(known, {}), candles)

    assert np.isfinite(batch.first[-1])
    for mine, theirs in zip(stream, batch.values, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@each_indicator
def test_stream_equals_batch_over_gaps_and_sessions(known: Indicator) -> None:
    candles = walk(700)
    gone = np.zeros(700, bool)
    gone[[3, 90, 91, 400]] = True
    opens = np.arange(700) % 150 == 0
    close = np.where(gone, np.nan, candles.close)
    high = np.where(gone, np.nan, candles.high)
    holed = Candles(high, candles.low, close, candles.volume, opens_session=opens)

    batch = evaluate(known, holed, {})
    stream = stream_rows(IndicatorState(known, {}), holed)

    assert batch.missing == 4
    assert np.isnan(batch.first[gone]).all()
    for mine, theirs in zip(stream, batch.values, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@each_indicator
def test_segment_after_a_gap_equals_the_segment_alone(known: Indicator) -> None:
    candles = walk(400)
    for column in (candles.high, candles.low, candles.close):
        column[99] = np.nan

    whole = evaluate(known, candles, {})
    alone = evaluate(known, cut(candles, 100), {})

    for mine, theirs in zip(whole.values, alone.values, strict=True):
        np.testing.assert_array_equal(mine[100:], theirs)


@each_indicator
def test_peek_tells_what_update_would_and_keeps_the_state(known: Indicator) -> None:
    candles = walk(120)
    state = IndicatorState(known, {})
    peeked, updated = [], []

    for row in range(120):
        candle = candles.row(row)
        state.peek(Candle(candle.high * 2.0, candle.low, candle.close * 1.5, 1.0))
        peeked.append(state.peek(candle))
        updated.append(state.update(candle))

    np.testing.assert_array_equal(peeked, updated)


@each_indicator
def test_state_rebuilt_from_candles_is_the_state_that_followed_them(known: Indicator) -> None:
    candles = walk(150)
    followed = IndicatorState(known, {})
    for row in range(149):
        followed.update(candles.row(row))

    rebuilt = IndicatorState.of_candles(known, {}, candles.upto(149))

    np.testing.assert_array_equal(rebuilt.values, followed.values)
    assert rebuilt.update(candles.row(149)) == followed.update(candles.row(149))


@each_indicator
def test_lookback_is_the_row_of_the_first_reading(known: Indicator) -> None:
    found = evaluate(known, walk(300), {})

    complete = np.isfinite(np.array(found.values)).all(axis=0)

    assert int(complete.argmax()) == found.lookback
    assert complete[found.lookback :].all()


@each_indicator
def test_lookback_follows_the_parameters(known: Indicator) -> None:
    odd = {p.name: p.default + 3 for p in known.parameters if p.whole}

    found = evaluate(known, walk(300), odd)

    complete = np.isfinite(np.array(found.values)).all(axis=0)
    assert int(complete.argmax()) == found.lookback


@pytest.mark.parametrize(
    "known",
    [found for found in INDICATORS.values() if found.name not in {"obv", "vwap"}],
    ids=lambda found: found.name,
)
def test_settled_readings_do_not_know_where_the_data_begin(known: Indicator) -> None:
    candles = walk(1200)

    whole = evaluate(known, candles, {})
    late = evaluate(known, cut(candles, 400), {})

    rows = late.settled
    assert rows.any()
    for mine, theirs in zip(whole.values, late.values, strict=True):
        scale = np.nanmax(np.abs(mine))
        np.testing.assert_allclose(mine[400:][rows], theirs[rows], rtol=0, atol=1e-5 * scale)


NULL_WHEN_FLAT = ("rsi", "stochastic", "williams_r", "cci", "mfi", "adx", "aroon")


@pytest.mark.parametrize("name", NULL_WHEN_FLAT)
def test_flat_price_has_no_reading(name: str) -> None:
    flat = np.full(100, 0.1)

    found = evaluate(INDICATORS[name], Candles(flat, flat, flat, np.ones(100)), {})

    assert np.isnan(np.array(found.values)).all()


@pytest.mark.parametrize("name", ["stochastic", "williams_r", "cci", "mfi", "aroon"])
def test_stretch_without_movement_has_no_reading_and_ends(name: str) -> None:
    candles = walk(300)
    for column in (candles.high, candles.low, candles.close):
        column[100:160] = 100.0

    found = evaluate(INDICATORS[name], candles, {})

    readings = np.array(found.values)
    assert np.isnan(readings[:, 140:160]).all()
    assert np.isfinite(readings[:, :100]).any()
    assert np.isfinite(readings[:, 200:]).all()
    np.testing.assert_array_equal(
        readings, stream_rows(IndicatorState(INDICATORS[name], {}), candles)
    )


def test_rsi_of_a_falling_price_is_zero_and_not_absent() -> None:
    found = technical.rsi(Candles.of_closes(np.arange(50.0, 1.0, -1.0)))

    assert (found.first[14:] == 0.0).all()


def test_rsi_keeps_its_reading_where_the_price_stands_still() -> None:
    close = np.concatenate((np.arange(1.0, 30.0), [28.0], np.full(20, 28.0)))

    found = technical.rsi(Candles.of_closes(close))

    np.testing.assert_allclose(found.first[30:], found.first[29], rtol=1e-12)


def test_bollinger_of_a_flat_price_is_the_price() -> None:
    found = technical.bollinger(Candles.of_closes(np.full(30, 0.1)))

    np.testing.assert_allclose(np.array(found.values)[:, 19:], 0.1, rtol=1e-15)


def test_vwap_starts_again_with_a_session_and_waits_for_a_trade() -> None:
    price = np.array([1.0, 3.0, 5.0, 7.0, 9.0])
    volume = np.array([1.0, 1.0, 0.0, 2.0, 2.0])
    opens = np.array([True, False, True, False, False])

    found = technical.vwap(Candles(price, price, price, volume, opens_session=opens))

    np.testing.assert_array_equal(found.first, [1.0, 2.0, np.nan, 7.0, 8.0])


def test_vwma_without_volume_has_no_reading() -> None:
    price, volume = np.arange(1.0, 7.0), np.array([1.0, 0.3, 0.0, 0.0, 0.1, 0.0])

    found = technical.vwma(Candles(price, price, price, volume), window=2)

    np.testing.assert_array_equal(np.isnan(found.first), [1, 0, 0, 1, 0, 0])


@pytest.mark.parametrize("scale", [1e-9, 1e9])
@pytest.mark.parametrize("name", ["rsi", "stochastic", "williams_r", "cci", "adx", "ppo", "natr"])
def test_ratio_does_not_know_the_unit_of_the_price(name: str, scale: float) -> None:
    candles = walk(200)
    scaled = Candles(candles.high * scale, candles.low * scale, candles.close * scale)

    found = evaluate(INDICATORS[name], scaled, {})

    np.testing.assert_allclose(
        found.first, evaluate(INDICATORS[name], candles, {}).first, rtol=1e-7, atol=1e-7
    )


bounded = {
    "rsi": (0.0, 100.0),
    "stochastic": (0.0, 100.0),
    "williams_r": (-100.0, 0.0),
    "mfi": (0.0, 100.0),
    "adx": (0.0, 100.0),
    "aroon": (0.0, 100.0),
}


@given(
    prices=st.lists(st.integers(1, 5), min_size=30, max_size=90),
    name=st.sampled_from(sorted(bounded)),
)
@settings(max_examples=60)
def test_bounded_oscillators_stay_inside_and_streams_agree(prices: list[int], name: str) -> None:
    close = np.array(prices, float)
    candles = Candles(close + 0.0, close + 0.0, close, np.ones(len(close)))
    given_window = {"window": 5}

    found = evaluate(INDICATORS[name], candles, given_window)

    readings = np.array(found.values)
    stream = stream_rows(IndicatorState(INDICATORS[name], given_window), candles)
    np.testing.assert_array_equal(readings, stream)
    low, high = bounded[name]
    inside = readings[np.isfinite(readings)]
    assert ((inside >= low - 1e-9) & (inside <= high + 1e-9)).all()


def test_state_is_settled_after_its_warm_up() -> None:
    state = IndicatorState(INDICATORS["rsi"], {})
    candles = walk(state.warm_up + 1)

    settled = []
    for row in range(len(candles)):
        state.update(candles.row(row))
        settled.append(state.is_settled)

    np.testing.assert_array_equal(settled, evaluate(state.indicator, candles, {}).settled)
    assert settled[-1]
    assert state.warm_up == 214


def test_candle_that_cannot_be_read_gives_no_peek() -> None:
    state = IndicatorState.of_candles(INDICATORS["sma"], {}, walk(40))

    peeked = state.peek(Candle(1.0, 1.0, math.inf))

    assert np.isnan(peeked[0])
    assert np.isfinite(state.values[0])
