from __future__ import annotations

import importlib
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.signals import (
    SIGNALS,
    Direction,
    bollinger_breakout,
    crossings,
    donchian_breakout,
    ema_cross,
    find_signals,
    macd_cross,
    macd_zero_cross,
    rsi_threshold,
    signal_rule,
    sma_cross,
    supertrend_flip,
    volatility_regime,
)
from quantdeck.analytics.technical import INDICATORS, Candles, ema, macd, rsi, sma
from quantdeck.model.errors import BadInput, NoData
from tests.analytics.technical.candle_walks import HOUR_NS, walk

each_rule = pytest.mark.parametrize("name", SIGNALS)

SHORT: dict[str, dict[str, float]] = {
    "sma_cross": {"fast": 3, "slow": 7},
    "ema_cross": {"fast": 3, "slow": 7},
    "macd_cross": {"fast": 3, "slow": 7, "signal": 4},
    "macd_zero_cross": {"fast": 3, "slow": 7},
    "rsi_threshold": {"window": 4},
    "bollinger_breakout": {"window": 6, "width": 1.5},
    "donchian_breakout": {"window": 5},
    "supertrend_flip": {"window": 4, "width": 1.5},
    "volatility_regime": {"window": 4, "lookback": 20, "confirm": 2},
}
"""Parameters with which a hundred rows hold signals of every rule."""


@each_rule
def test_signals_confirmed_before_a_row_do_not_know_the_rows_after(name: str) -> None:
    candles = walk(240)
    rules = {name: SHORT[name]}
    whole = find_signals(candles, rules).signals

    for rows in range(30, 240):
        known = tuple(s for s in whole if s.confirmed_row < rows)

        assert find_signals(candles.upto(rows), rules).signals == known

    assert len(whole) > 3


@given(
    moves=st.lists(st.integers(-3, 3), min_size=40, max_size=120),
    cut=st.integers(0, 120),
    confirm=st.integers(0, 3),
    name=st.sampled_from(sorted(set(SHORT) - {"volatility_regime"})),
    gap=st.integers(0, 119),
)
@settings(max_examples=80)
def test_no_rule_looks_ahead(moves: list[int], cut: int, confirm: int, name: str, gap: int) -> None:
    close = 100.0 + np.cumsum(moves)
    if gap < len(close):
        close[gap] = np.nan
    candles = Candles(close + 0.5, close - 0.5, close)
    rules = {name: {**SHORT[name], "confirm": confirm}}

    whole = find_signals(candles, rules).signals

    known = tuple(s for s in whole if s.confirmed_row < cut)
    assert find_signals(candles.upto(cut), rules).signals == known


@each_rule
def test_signal_tells_its_times(name: str) -> None:
    found = find_signals(walk(300), {name: SHORT[name]}).signals

    assert found
    for signal in found:
        assert signal.bar_ns == signal.row * HOUR_NS
        assert signal.confirmed_ns == (signal.confirmed_row + 1) * HOUR_NS
        assert signal.row <= signal.confirmed_row
        assert signal.rule == name
        assert np.isfinite([value for _, value in signal.values]).all()


@each_rule
def test_rule_names_a_documented_function_of_its_parameters(name: str) -> None:
    rule = signal_rule(name)
    module, _, function = rule.function.rpartition(".")

    found = getattr(importlib.import_module(f"quantdeck.analytics.{module}"), function)

    assert found is rule.find
    assert found.__kwdefaults__ == {p.name: p.default for p in rule.parameters}
    assert rule.indicator in {*INDICATORS, ""}


def rows_of(signals: Any) -> list[tuple[int, bool]]:
    return [(signal.row, signal.direction is Direction.UP) for signal in signals]


def crossed(line: np.ndarray) -> list[tuple[int, bool]]:
    return [
        (t, bool(line[t] > 0))
        for t in range(1, len(line))
        if line[t - 1] * line[t] < 0.0  # false where either is NaN
    ]


def test_sma_cross_is_where_the_averages_change_sides() -> None:
    candles = walk(500)

    found = sma_cross(candles, fast=10, slow=40)

    line = sma(candles, window=10).first - sma(candles, window=40).first
    assert rows_of(found) == crossed(line)


def test_ema_cross_is_where_the_averages_change_sides_and_says_when_settled() -> None:
    candles = walk(500)

    found = ema_cross(candles)

    line = ema(candles, window=12).first - ema(candles, window=26).first
    assert rows_of(found) == crossed(line)
    assert {s.settled for s in found if s.row < 225} == {False}
    assert {s.settled for s in found if s.row >= 225} == {True}


def test_macd_cross_is_where_the_histogram_changes_sign() -> None:
    candles = walk(500)

    assert rows_of(macd_cross(candles)) == crossed(macd(candles)["histogram"])


def test_macd_zero_cross_is_where_the_line_changes_sign() -> None:
    candles = walk(500)

    assert rows_of(macd_zero_cross(candles)) == crossed(macd(candles)["macd"])


def test_rsi_threshold_tells_of_entering_and_leaving() -> None:
    candles = walk(500)

    found = rsi_threshold(candles, low=40.0, high=60.0)

    line = rsi(candles).first
    assert rows_of(found) == sorted(crossed(line - 60.0) + crossed(line - 40.0))
    assert {signal.event for signal in found} == {
        "RSI rises above 60: overbought",
        "RSI falls back below 60",
        "RSI rises back above 40",
        "RSI falls below 40: oversold",
    }


def test_bollinger_breakout_leaves_the_bands_and_not_back() -> None:
    close = np.array([*([10.0, 11.0] * 10), 20.0, 10.5, *([10.0, 11.0] * 10), 2.0])

    found = bollinger_breakout(Candles.of_closes(close), window=20, width=2.0)

    assert rows_of(found) == [(20, True), (42, False)]


def test_bollinger_breakout_of_a_flat_price_is_none() -> None:
    assert bollinger_breakout(Candles.of_closes(np.full(60, 0.1)), window=20) == ()


def test_donchian_breakout_compares_with_the_rows_before() -> None:
    candles = walk(400)

    found = donchian_breakout(candles, window=20)

    for signal in found:
        before = slice(signal.row - 20, signal.row)
        if signal.direction is Direction.UP:
            assert candles.close[signal.row] > candles.high[before].max()
        else:
            assert candles.close[signal.row] < candles.low[before].min()
    assert {signal.direction for signal in found} == {Direction.UP, Direction.DOWN}


def test_absent_close_is_no_breakout() -> None:
    candles = walk(60)
    candles.close[40] = np.nan

    found = donchian_breakout(candles, window=5)

    assert 40 not in {signal.row for signal in found}
    assert found


def test_supertrend_flips_alternate() -> None:
    found = supertrend_flip(walk(500))

    ways = [signal.direction for signal in found]
    assert len(ways) > 3
    assert all(a is not b for a, b in itertools.pairwise(ways))


def test_volatility_regime_tells_of_a_planted_change_after_it_is_confirmed() -> None:
    rng = np.random.default_rng(3)
    moves = rng.normal(size=600) * np.where(np.arange(600) < 450, 0.005, 0.05)
    candles = Candles.of_closes(100.0 * np.exp(np.cumsum(moves)))

    found = volatility_regime(candles)

    rises = [s for s in found if s.row >= 450 and s.event.endswith("to turbulent")]
    assert len(rises) == 1
    assert 450 <= rises[0].row < 470
    assert rises[0].confirmed_row == rises[0].row + 4


def test_volatility_regime_of_few_candles_is_refused() -> None:
    with pytest.raises(NoData):
        volatility_regime(walk(100))


def test_report_says_which_rules_need_more_candles() -> None:
    report = find_signals(walk(150))

    assert [name for name, _ in report.unanswered] == ["volatility_regime"]
    assert "are needed" in report.unanswered[0][1]
    assert {"rsi_threshold", "macd_cross"} <= {s.rule for s in report.signals}


def test_report_is_in_the_order_of_confirmation() -> None:
    report = find_signals(walk(400))

    rows = [signal.confirmed_row for signal in report.signals]
    assert rows == sorted(rows)


def test_confirmation_drops_what_turns_back_at_once() -> None:
    line = np.array([-1.0, 1.0, -1.0, 1.0, 1.0, 1.0])

    assert [tuple(c) for c in crossings(line, confirm=2)] == [(3, 5, True)]


def test_crossing_that_touches_zero_and_turns_back_is_none() -> None:
    assert crossings(np.array([1.0, 0.0, 1.0])) == ()


def test_nothing_crosses_over_a_gap() -> None:
    assert crossings(np.array([1.0, np.nan, -1.0, -2.0])) == ()


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"sma_crossing": {}}, "rule"),
        ({"sma_cross": {"fast": 200, "slow": 50}}, "fast"),
        ({"sma_cross": {"confirm": -1}}, "confirm"),
        ({"rsi_threshold": {"low": 60.0}}, "low"),
        ({"macd_cross": {"length": 3}}, "length"),
    ],
)
def test_wrong_rule_is_refused_by_its_name(rules: dict[str, dict[str, float]], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        find_signals(walk(50), rules)

    assert refused.value.field == field


def test_limits_of_rsi_out_of_order_are_refused() -> None:
    with pytest.raises(BadInput, match="low < high"):
        rsi_threshold(walk(50), low=50.0, high=50.0)


def test_negative_confirmation_is_refused() -> None:
    with pytest.raises(BadInput, match="negative"):
        sma_cross(walk(50), fast=2, slow=5, confirm=-1)
