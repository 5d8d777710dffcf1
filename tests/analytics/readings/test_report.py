from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.metrics import METRICS, MetricGroup
from quantdeck.analytics.readings import ReadingRules, report_metrics
from quantdeck.analytics.risk import FigureRules, return_figures
from quantdeck.analytics.technical import INDICATORS
from quantdeck.model.errors import BadInput, TooLittleData
from tests.hub.price_books import price_series, walk

_STOCK = price_series("US:SPY", walk(600), calendar="XNYS")
_OTHER = price_series("US:QQQ", walk(600, seed=2), calendar="XNYS")
_COIN = price_series("BINANCE:BTCUSDT", walk(900, seed=3))


def _by_id(report):
    return {each.id: each for each in report.readings}


def test_report_of_two_years_has_every_scalar_metric_of_its_families():
    found = {each.metric.name for each in report_metrics(_STOCK, benchmark=_OTHER).readings}

    assert set(INDICATORS) <= found
    assert {m.name for m in METRICS.values() if m.group is MetricGroup.BENCHMARK} <= found
    assert {"adf", "kpss", "ewma_volatility", "volatility_regime", "sharpe_ratio"} <= found
    assert len(found) >= 85


def test_report_never_names_a_reading_twice():
    ids = [
        each.id for each in report_metrics(_STOCK, rules=ReadingRules(levels=(0.95, 0.99))).readings
    ]

    assert len(set(ids)) == len(ids)


def test_report_figures_are_those_of_return_figures():
    report = report_metrics(_STOCK, rules=ReadingRules(annual_rate=0.03, levels=(0.99,)))

    figures = return_figures(_STOCK.returns(), FigureRules(252, annual_rate=0.03, level=0.99))
    readings = _by_id(report)
    assert {f.name: f.value for f in figures if f.name != "autocorrelation"} == {
        f.name: readings[f.name].value for f in figures if f.name != "autocorrelation"
    }


def test_report_further_confidence_is_a_part_with_its_own_level():
    report = report_metrics(_STOCK, rules=ReadingRules(levels=(0.9, 0.975)))

    found = _by_id(report)
    deeper = found["value_at_risk.97.5"]
    assert deeper.title == "Value at risk, historical, 97.5 %"
    assert deeper.parameters == (("level", 0.975),)
    assert deeper.value > found["value_at_risk"].value


def test_report_too_short_says_what_every_figure_needs_and_has():
    found = _by_id(report_metrics(_STOCK.last(5)))

    assert found["rsi"].reason == "5 bars; 15 are needed"
    assert "4 returns" in found["value_at_risk"].reason
    assert found["rolling_sharpe"].reason == "4 returns; 63 are needed for a window of 63"
    assert all(each.reason for each in found.values() if each.value is None)


@pytest.mark.parametrize("bars", [0, 1])
def test_report_without_a_return_is_refused_with_what_is_needed(bars):
    series = price_series("US:SPY", np.full(bars, 100.0))

    with pytest.raises(TooLittleData, match=rf"US:SPY has {bars} bars of 1d; 2 are") as caught:
        report_metrics(series)

    assert (caught.value.needed, caught.value.found) == (2, bars)


def test_report_against_a_benchmark_with_fewer_days_counts_what_is_left_out():
    report = report_metrics(_COIN, benchmark=_STOCK)

    common = np.intersect1d(_COIN.start_ns, _STOCK.start_ns)
    assert report.common == len(common) - 1
    assert report.left_out == len(_COIN) - len(common)
    own = price_series("X:A", _COIN.close[np.isin(_COIN.start_ns, common)], calendar="XNYS")
    base = price_series("X:B", _STOCK.close[np.isin(_STOCK.start_ns, common)], calendar="XNYS")
    joined = report_metrics(own, benchmark=base)
    assert _by_id(report)["beta"].value == pytest.approx(_by_id(joined)["beta"].value)
    assert _by_id(report)["alpha"].value == pytest.approx(_by_id(joined)["alpha"].value)


def test_report_against_a_benchmark_without_common_days_says_so():
    later = price_series("US:OLD", walk(50), first=np.datetime64("2010-01-04").item())

    found = _by_id(report_metrics(_STOCK, benchmark=later))

    assert "0 bars of 1d in common" in found["beta"].reason
    assert found["m_squared"].value is None


def test_report_against_another_interval_is_refused():
    hours = price_series("US:QQQ", walk(50), interval="1h", calendar="XNYS")

    with pytest.raises(BadInput, match="one interval"):
        report_metrics(_STOCK, benchmark=hours)


def test_report_of_bars_without_volume_leaves_out_what_needs_it():
    from dataclasses import replace

    silent = replace(_STOCK, volume=np.full(len(_STOCK), np.nan))

    found = _by_id(report_metrics(silent))

    assert found["obv"].value is None
    assert "volume" in found["obv"].reason
    assert found["sma"].value is not None


def test_report_regime_is_told_in_words():
    regime = _by_id(report_metrics(_STOCK))["volatility_regime"]

    assert regime.text in {"calm", "normal", "turbulent"}
    assert not regime.reason


def test_report_levels_lie_on_their_side_of_the_close():
    from dataclasses import replace

    # ranges of their own, so that there are turning points
    wide = np.random.default_rng(5).uniform(0.002, 0.02, len(_STOCK))
    uneven = replace(_STOCK, high=_STOCK.high * (1 + wide), low=_STOCK.low * (1 - wide))

    found = _by_id(report_metrics(uneven))

    assert found["price_levels.support"].value < uneven.close[-1]
    assert found["price_levels.resistance"].value >= uneven.close[-1]
    assert found["swing_points.high"].value > 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"window": 2}, "window"),
        ({"levels": (1.0,)}, "confidence"),
        ({"levels": ()}, "confidence"),
        ({"annual_rate": -1.0}, "annual_rate"),
        ({"annual_target": math.nan}, "annual_target"),
        ({"lags": 0}, "lags"),
        ({"decay": 1.0}, "decay"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(given, field):
    with pytest.raises(BadInput) as caught:
        ReadingRules(**given)

    assert caught.value.field == field


_PRICES = st.lists(
    st.one_of(st.floats(0.01, 1e6), st.sampled_from([math.nan, 0.0, -1.0, 100.0])),
    min_size=2,
    max_size=80,
)


@settings(max_examples=40)
@given(closes=_PRICES, window=st.integers(3, 30))
def test_report_of_any_prices_has_a_finite_value_or_a_reason(closes, window):
    series = price_series("X:ANY", closes)

    report = report_metrics(series, benchmark=series, rules=ReadingRules(window=window))

    for each in report.readings:
        assert each.value is None or math.isfinite(each.value)
        assert (each.value is None) == bool(each.reason)
