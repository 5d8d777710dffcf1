from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.pairs import kalman_hedge, ols_hedge, rolling_hedge, rolling_zscore
from quantdeck.analytics.pairs.robust import theil_sen_hedge
from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.signals import pair_signals, rescored
from quantdeck.trading.limits import Limits
from tests.research.pairs.samples import free_rules, pair_of


def wandering(rows: int = 90) -> PairPrices:
    random = np.random.default_rng(3)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.01, size=rows)))
    y = x**1.3 * np.exp(random.normal(scale=0.01, size=rows))
    return PairPrices(np.arange(rows), y, x)


def test_line_holds_from_one_fit_to_the_next() -> None:
    prices = wandering()

    signals = pair_signals(prices, PairRules(hedge_window=30, refit=25, window=5))

    first = ols_hedge(prices.y[:30], prices.x[:30]).hedge_ratio
    second = ols_hedge(prices.y[25:55], prices.x[25:55]).hedge_ratio
    ratio = signals.hedge_ratio
    assert np.isnan(ratio[:29]).all()
    assert ratio[29:54] == pytest.approx(np.full(25, first), rel=1e-12)
    assert ratio[54:79] == pytest.approx(np.full(25, second), rel=1e-12)


def test_line_of_another_estimator_is_its_fit_to_the_window() -> None:
    prices = wandering()

    rules = PairRules(estimator="theil-sen", hedge_window=40, refit=30, window=5)
    signals = pair_signals(prices, rules)

    line = theil_sen_hedge(prices.y[30:70], prices.x[30:70])
    assert signals.hedge_ratio[75] == pytest.approx(line.hedge_ratio, rel=1e-12)
    assert signals.intercept[75] == pytest.approx(line.intercept, rel=1e-12)


def test_line_of_rolling_is_fitted_at_every_row() -> None:
    prices = wandering()

    signals = pair_signals(
        prices, PairRules(estimator="rolling", hedge_window=20, refit=50, window=5)
    )

    expected = rolling_hedge(np.log(prices.y), np.log(prices.x), window=20).hedge_ratio
    assert np.array_equal(signals.hedge_ratio, expected, equal_nan=True)


def test_spread_of_kalman_is_the_error_of_its_prediction() -> None:
    prices = wandering()

    signals = pair_signals(prices, PairRules(estimator="kalman", hedge_window=25, window=5))

    expected = kalman_hedge(prices.y, prices.x, start_rows=25)
    assert np.array_equal(signals.spread, expected.spread, equal_nan=True)
    assert np.isnan(signals.hedge_ratio[:24]).all()
    assert np.isfinite(signals.hedge_ratio[24:]).all()


@pytest.mark.parametrize("estimator", ["ols", "huber", "kalman"])
def test_line_is_none_where_a_price_does_not_move(estimator: str) -> None:
    prices = pair_of([1.0 + 0.01 * k for k in range(30)])

    rules = PairRules(estimator=estimator, hedge_window=10, window=3)
    signals = pair_signals(prices, rules)

    assert np.isnan(signals.hedge_ratio).all()
    assert not signals.size_y.any()


def test_zscore_is_that_of_the_spread_in_its_window() -> None:
    signals = pair_signals(wandering(), PairRules(hedge_window=20, window=7))

    assert np.array_equal(signals.zscore, rolling_zscore(signals.spread, window=7), equal_nan=True)
    assert np.flatnonzero(np.isfinite(signals.zscore))[0] == 25


def test_rescored_signals_are_those_of_the_other_window() -> None:
    prices, rules = wandering(), PairRules(hedge_window=20, window=7)

    again = rescored(pair_signals(prices, rules), window=11)

    direct = pair_signals(prices, PairRules(hedge_window=20, window=11))
    assert np.array_equal(again.zscore, direct.zscore, equal_nan=True)


@pytest.mark.parametrize("ratio", [1.5, -0.5])
@pytest.mark.parametrize("log", [True, False])
def test_sizes_have_the_capital_as_gross_notional(ratio: float, log: bool) -> None:
    prices = pair_of([20.0, 21.0, 19.0], [5.0, 6.0, 7.0])

    signals = pair_signals(prices, free_rules(hedge_ratio=ratio, log=log))

    value_y, value_x = signals.size_y * prices.y, signals.size_x * prices.x
    assert np.abs(value_y) + np.abs(value_x) == pytest.approx([1_000.0] * 3)
    hedged = -value_x / value_y if log else -signals.size_x / signals.size_y
    assert hedged == pytest.approx([ratio] * 3)


def test_sizes_are_cut_to_lots_and_are_none_below_one() -> None:
    prices = pair_of([20.0, 400.0, 20.0], [10.0, 10.0, 10.0])

    rules = free_rules(limits_y=Limits(lot=3.0), limits_x=Limits(lot=0.1))
    signals = pair_signals(prices, rules)

    assert signals.size_y.tolist() == pytest.approx([33.0, 0.0, 33.0])
    assert signals.size_x.tolist() == pytest.approx([-33.3, 0.0, -33.3])


def test_sizes_beyond_a_limit_are_none() -> None:
    prices = pair_of([20.0, 30.0, 20.0])

    signals = pair_signals(prices, free_rules(limits_x=Limits(max_quantity=30.0)))

    assert (signals.size_y != 0.0).tolist() == [False, True, False]


def test_signals_of_rows_that_are_left_out_are_not_there() -> None:
    prices = pair_of([20.0, math.nan, 30.0, 20.0])

    signals = pair_signals(prices, free_rules())

    assert signals.rows.index.tolist() == [0, 2, 3]
    assert len(signals.zscore) == 3


def test_signals_of_an_unknown_estimator_are_refused() -> None:
    with pytest.raises(BadInput, match="theil-sen"):
        pair_signals(wandering(), PairRules(estimator="guess"))
