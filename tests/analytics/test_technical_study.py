"""Studies of bars: every part is that of its own function, and nothing knows a later bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.price_series import PriceSeries
from quantdeck.analytics.signals import SIGNALS, find_signals
from quantdeck.analytics.signals.board import board_rows, signal_board
from quantdeck.analytics.technical import (
    INDICATORS,
    Candle,
    IndicatorState,
    evaluate,
    indicator,
    price_levels,
)
from quantdeck.analytics.technical_study import (
    Chosen,
    GrowingBar,
    TechnicalChoices,
    candles_of,
    study_technical,
)
from quantdeck.analytics.volatility import rolling_bar_volatility, rolling_close_volatility
from quantdeck.analytics.volatility_lines import RANGE_ESTIMATORS, volatility_lines
from quantdeck.model.errors import BadInput, NoData

_DAY_NS = 86_400_000_000_000
_HOUR_NS = 3_600_000_000_000
_ALL = tuple(Chosen(name) for name in INDICATORS)


def _series(rows: int, *, interval_ns: int = _DAY_NS, seed: int = 5, first: int = 0) -> PriceSeries:
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0002, 0.012, rows)))
    opened = np.concatenate(([100.0], close[:-1])) * np.exp(random.normal(0.0, 0.003, rows))
    high = np.fmax(opened, close) * np.exp(random.exponential(0.004, rows))
    low = np.fmin(opened, close) * np.exp(-random.exponential(0.004, rows))
    starts = first + interval_ns * np.arange(rows, dtype=np.int64)
    name = "1d" if interval_ns == _DAY_NS else "1h"
    volume = random.uniform(1e3, 2e3, rows)
    return PriceSeries("US:SPY", name, interval_ns, starts, opened, high, low, close, volume, close)


def test_study_equals_the_functions_it_is_made_of() -> None:
    series = _series(600)
    candles = candles_of(series)

    study = study_technical(series, TechnicalChoices(_ALL, bars=300))

    for values in study.indicators:
        expected = evaluate(values.indicator, candles, {})
        for found, wanted in zip(values.values, expected.values, strict=True):
            np.testing.assert_array_equal(found, wanted)
    assert study.signals == find_signals(candles).signals
    np.testing.assert_array_equal(
        study.volatility["close"],
        rolling_close_volatility(series.close, window=20, periods_per_year=365),
    )
    assert study.shown == 300


@pytest.mark.parametrize("name", [n for n in INDICATORS if n != "vwap"])
def test_study_equals_an_indicator_that_follows_the_candles(name: str) -> None:
    series = _series(260)
    state = IndicatorState(indicator(name), {})

    study = study_technical(series, TechnicalChoices((Chosen(name),)))

    candles = candles_of(series)
    streamed = np.array([state.update(candles.row(row)) for row in range(len(candles))])
    np.testing.assert_array_equal(np.column_stack(study.indicators[0].values), streamed)


@pytest.mark.parametrize("name", INDICATORS)
def test_study_of_a_growing_bar_peeks_as_the_stream_does(name: str) -> None:
    series = _series(260, interval_ns=_HOUR_NS)
    growing = GrowingBar(260 * _HOUR_NS, 101.0, 103.0, 99.0, 102.0, 500.0)
    candles = candles_of(series)
    state = IndicatorState.of_candles(indicator(name), {}, candles)

    study = study_technical(series, TechnicalChoices((Chosen(name),)), growing=growing)

    peeked = state.peek(Candle(103.0, 99.0, 102.0, 500.0))
    np.testing.assert_array_equal(study.peeked[0], peeked)
    np.testing.assert_array_equal(
        [values[-1] for values in study.indicators[0].values], state.values
    )


def test_study_of_a_growing_bar_says_nothing_more_of_the_closed_ones() -> None:
    series = _series(400)
    wild = GrowingBar(400 * _DAY_NS, 100.0, 900.0, 1.0, 800.0, 1e9)

    plain, with_bar = (
        study_technical(series, TechnicalChoices(_ALL), growing=bar) for bar in (None, wild)
    )

    assert with_bar.signals == plain.signals
    assert with_bar.levels == plain.levels
    assert plain.peeked == ()
    np.testing.assert_array_equal(with_bar.volatility["close"], plain.volatility["close"])


def test_study_of_a_growing_bar_that_is_old_is_refused() -> None:
    series = _series(60)

    with pytest.raises(BadInput, match="a growing bar begins after the closed ones"):
        study_technical(series, TechnicalChoices(), growing=GrowingBar(0, 1.0, 1.0, 1.0, 1.0, 1.0))


def test_study_levels_are_those_of_the_bars_shown() -> None:
    series = _series(600)

    study = study_technical(series, TechnicalChoices(bars=120))

    last = candles_of(series.last(120))
    assert study.levels == price_levels(replace(last, volume=None, opens_session=None))
    assert study.levels


@pytest.mark.parametrize("rows", [320, 450, 599])
def test_study_of_fewer_bars_says_the_same_of_them(rows: int) -> None:
    series = _series(600)
    short = replace(
        series,
        **{
            name: getattr(series, name)[:rows]
            for name in ("start_ns", "open", "high", "low", "close", "volume", "raw_close")
        },
    )

    whole, cut = (study_technical(each, TechnicalChoices(_ALL)) for each in (series, short))

    assert cut.signals == tuple(s for s in whole.signals if s.confirmed_row < rows)
    for found, wanted in zip(cut.indicators, whole.indicators, strict=True):
        np.testing.assert_array_equal(found.first, wanted.first[:rows])
    assert cut.regimes is not None
    assert whole.regimes is not None
    np.testing.assert_array_equal(cut.regimes.state, whole.regimes.state[:rows])
    for name, values in cut.volatility.items():
        np.testing.assert_array_equal(values, whole.volatility[name][:rows])


def test_study_of_days_has_no_average_of_a_session() -> None:
    study = study_technical(_series(60), TechnicalChoices((Chosen("vwap"), Chosen("rsi"))))

    assert [each.indicator.name for each in study.indicators] == ["rsi"]
    assert "shorter than a day" in dict(study.unanswered)["vwap"]


def test_study_of_few_bars_says_how_many_it_takes() -> None:
    study = study_technical(_series(10), TechnicalChoices((Chosen("sma"),)))

    reasons = dict(study.unanswered)
    assert reasons["sma"].endswith("takes 20 bars without a gap; there are 10")
    assert {"close", "levels"} <= set(reasons)
    assert study.regimes is None


def test_study_without_volumes_leaves_out_what_needs_them() -> None:
    series = _series(60)
    blind = replace(series, volume=np.full(60, np.nan))

    study = study_technical(blind, TechnicalChoices((Chosen("obv"), Chosen("sma"))))

    assert dict(study.unanswered)["obv"] == "On-balance volume needs volumes; these bars have none"
    assert [each.indicator.name for each in study.indicators] == ["sma"]


@pytest.mark.parametrize(
    ("rows", "choices", "error", "message"),
    [
        (0, TechnicalChoices(), NoData, "there are no bars of 1d yet"),
        (60, TechnicalChoices(bars=0), BadInput, "bars must be at least 1"),
        (60, TechnicalChoices((Chosen("psar"),)), BadInput, "no indicator is called 'psar'"),
        (60, TechnicalChoices(rules=(Chosen("luck"),)), BadInput, "no rule is called 'luck'"),
        (60, TechnicalChoices(volatility_window=1), BadInput, "window of at least 2"),
        (60, TechnicalChoices((Chosen("sma", (("window", 1.0),)),)), BadInput, "window of sma"),
    ],
)
def test_study_when_it_cannot_be_made_says_why(
    rows: int, choices: TechnicalChoices, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        study_technical(_series(rows), choices)


def test_candles_of_hours_open_a_session_with_every_date() -> None:
    series = _series(60, interval_ns=_HOUR_NS, first=5 * _HOUR_NS)

    opens = candles_of(series).opens_session

    assert opens is not None
    assert np.flatnonzero(opens).tolist() == [19, 43]


def test_pivots_of_hours_are_those_of_the_date_before() -> None:
    series = _series(60, interval_ns=_HOUR_NS)

    pivots = study_technical(series, TechnicalChoices()).pivots

    assert pivots is not None
    high, low = float(series.high[24:48].max()), float(series.low[24:48].min())
    assert pivots.pivot == pytest.approx((high + low + series.close[47]) / 3.0)


@pytest.mark.parametrize("name", RANGE_ESTIMATORS)
def test_volatility_lines_are_those_of_their_functions(name: str) -> None:
    series = _series(120)
    bars = (series.open, series.high, series.low, series.close)

    found = volatility_lines(series, window=30).values[name]

    wanted = rolling_bar_volatility(
        bars,
        window=30,
        estimator=name,  # type: ignore[arg-type]
        periods_per_year=365,
    )
    np.testing.assert_array_equal(found, wanted)


def test_volatility_lines_of_few_bars_say_what_they_take() -> None:
    found = volatility_lines(_series(12), window=20)

    assert not found.values
    assert {name for name, _ in found.unanswered} == {"close", "ewma", *RANGE_ESTIMATORS}


def test_board_rows_tell_what_the_price_did_since_the_signal_was_known() -> None:
    series = _series(400)
    signals = find_signals(candles_of(series)).signals

    rows = board_rows(series, signals)

    assert len(rows) == len(signals) > 10
    for row in rows:
        known = row.signal.confirmed_row
        assert row.price == series.close[known]
        assert row.change == pytest.approx(series.close[-1] / series.close[known] - 1.0)
        assert row.age_bars == 399 - known
    assert [r.age_bars for r in rows] == sorted(r.age_bars for r in rows)


def test_board_of_many_has_the_newest_first_and_no_more_than_asked() -> None:
    parts = []
    for seed, symbol in enumerate(("US:B", "US:A")):
        series = replace(_series(400, seed=seed), symbol=symbol)
        parts.append(board_rows(series, find_signals(candles_of(series)).signals, newest=20))

    board = signal_board(parts, most=30)

    times = [row.signal.confirmed_ns or 0 for row in board]
    assert times == sorted(times, reverse=True)
    assert len(board) == 30
    assert {row.symbol for row in board} == {"US:A", "US:B"}
    assert all(row.signal.rule in SIGNALS for row in board)
