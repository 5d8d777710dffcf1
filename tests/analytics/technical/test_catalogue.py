from __future__ import annotations

import importlib

import numpy as np
import pytest
from talib import abstract

from quantdeck.analytics.technical import INDICATORS, Candles, Pane, evaluate, indicator, macd, rsi
from quantdeck.model.errors import BadInput
from tests.analytics.technical.candle_walks import walk

each_indicator = pytest.mark.parametrize("name", INDICATORS)


@each_indicator
def test_indicator_names_a_documented_function_of_its_parameters(name: str) -> None:
    module, _, function = INDICATORS[name].function.rpartition(".")

    found = getattr(importlib.import_module(f"quantdeck.analytics.{module}"), function)

    defaults = found.__kwdefaults__ or {}
    assert found.__doc__
    assert defaults == {p.name: p.default for p in INDICATORS[name].parameters}


@each_indicator
def test_indicator_tells_a_form_and_a_chart_what_they_need(name: str) -> None:
    known = INDICATORS[name]

    assert known.title
    assert known.unit
    assert len({output.name for output in known.outputs}) == len(known.outputs)
    assert all(p.low <= p.default <= p.high and p.title for p in known.parameters)
    assert (known.pane is Pane.PRICE) == (known.unit == "currency") or name in {"atr", "macd"}


@each_indicator
def test_lookback_is_the_one_talib_tells(name: str) -> None:
    known = INDICATORS[name]
    defaults = known.checked({})
    lookbacks = []
    for call in known.calls:
        described = abstract.Function(call.function)
        values = [defaults.get(a, a) if isinstance(a, str) else a for a in call.arguments]
        described.parameters = dict(zip(described.parameters, values, strict=False))
        lookbacks.append(described.lookback)

    assert known.lookback(defaults) == max(lookbacks)


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("sma", {"window": 1}, "window"),
        ("sma", {"window": 2.5}, "window"),
        ("sma", {"window": float("nan")}, "window"),
        ("sma", {"window": True}, "window"),
        ("sma", {"length": 20}, "length"),
        ("macd", {"fast": 26, "slow": 12}, "fast"),
        ("bollinger", {"width": -1.0}, "width"),
        ("stochastic", {"smooth": 51}, "smooth"),
    ],
)
def test_wrong_parameter_is_refused_by_its_name(
    name: str, given: dict[str, float], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        indicator(name).checked(given)

    assert refused.value.field == field


def test_unknown_indicator_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="rsi"):
        indicator("rsj")


def test_unknown_output_is_refused_with_those_there_are() -> None:
    found = macd(walk(50))

    with pytest.raises(BadInput, match="histogram"):
        found["line"]


def test_volume_that_is_missing_is_asked_for() -> None:
    with pytest.raises(BadInput, match="volume"):
        evaluate(indicator("obv"), Candles.of_closes([1.0, 2.0]), {})


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(BadInput, match="equally long"):
        Candles(np.ones(3), np.ones(2), np.ones(3))


def test_times_out_of_order_are_refused() -> None:
    price = np.ones(2)

    with pytest.raises(BadInput, match="order of time"):
        Candles(price, price, price, start_ns=np.array([1, 1]))


@each_indicator
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_candles_have_no_reading_and_no_error(name: str, rows: int) -> None:
    found = evaluate(INDICATORS[name], walk(rows), {})

    assert all(len(values) == rows for values in found.values)
    assert not found.settled.any() or found.warm_up == 0


@pytest.mark.parametrize("bad", [0.0, -3.0])
@pytest.mark.parametrize("name", ["roc", "ppo", "natr", "mfi", "vwap"])
def test_price_that_is_not_positive_is_absent_where_it_would_divide(name: str, bad: float) -> None:
    candles = walk(120)
    candles.close[50] = candles.low[50] = bad

    found = evaluate(INDICATORS[name], candles, {})

    assert found.missing == 1
    assert found.segments == 2
    assert np.isnan(found.first[50])


def test_high_below_low_is_absent() -> None:
    candles = walk(60)
    candles.high[30] = candles.low[30] - 1.0

    assert evaluate(indicator("atr"), candles, {}).missing == 1


def test_nan_does_not_poison_what_comes_after() -> None:
    close = walk(100).close
    close[40] = np.nan

    found = rsi(Candles.of_closes(close))

    assert np.isfinite(found.first[55:]).all()
    assert np.isnan(found.first[40:54]).all()
