from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from quantdeck.analytics.performance import SharpeRatio, sharpe_error, sharpe_ratio
from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.pairs.overfit import (
    backtest_overfitting,
    deflated_sharpe,
    effective_trials,
    expected_best_sharpe,
    minimum_track_record,
    probabilistic_sharpe,
)


def ratio_of(annual: float, *, n: int, skew: float = 0.0, kurtosis: float = 3.0) -> SharpeRatio:
    per_period = annual / math.sqrt(250)
    error = sharpe_error(per_period, n=n, skew=skew, kurtosis=kurtosis) * math.sqrt(250)
    return SharpeRatio(annual, error, error, per_period, skew, kurtosis, n, 250.0)


def blocks_of(returns: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = np.array_split(returns, count, axis=1)
    sums = np.stack([part.sum(axis=1) for part in parts], axis=1)
    squares = np.stack([(part**2).sum(axis=1) for part in parts], axis=1)
    return sums, squares, np.array([part.shape[1] for part in parts])


def slow_test(returns: np.ndarray, count: int) -> tuple[float, list[float]]:
    parts = np.array_split(returns, count, axis=1)
    logits = []
    for chosen in combinations(range(count), count // 2):
        inside = np.concatenate([parts[k] for k in chosen], axis=1)
        others = [parts[k] for k in range(count) if k not in chosen]
        outside = np.concatenate(others, axis=1)
        best = int(np.argmax(inside.mean(axis=1) / inside.std(axis=1, ddof=1)))
        ratios = outside.mean(axis=1) / outside.std(axis=1, ddof=1)
        rank = (np.sum(ratios < ratios[best]) + 1.0) / (len(ratios) + 1)
        logits.append(math.log(rank / (1.0 - rank)))
    return float(np.mean(np.array(logits) <= 0.0)), logits


def test_overfitting_of_uneven_blocks_equals_the_definition() -> None:
    returns = np.random.default_rng(3).normal(0.02, 1.0, size=(23, 101))

    test = backtest_overfitting(*blocks_of(returns, 6))

    probability, logits = slow_test(returns, 6)
    assert test.probability == probability
    assert np.sort(test.logits) == pytest.approx(sorted(logits))


def test_overfitting_of_noise_is_about_one_half() -> None:
    found = [
        backtest_overfitting(
            *blocks_of(np.random.default_rng(seed).normal(size=(100, 640)), 8)
        ).probability
        for seed in range(60)
    ]

    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_overfitting_of_noise_with_one_edge_is_small() -> None:
    returns = np.random.default_rng(8).normal(size=(200, 1600))
    returns[17] += 0.2

    test = backtest_overfitting(*blocks_of(returns, 16))

    assert test.probability < 0.01
    assert test.loss_probability < 0.01
    assert len(test.logits) == math.comb(16, 8)


def test_overfitting_of_noise_degrades_with_the_ratio_it_was_chosen_by() -> None:
    returns = np.random.default_rng(9).normal(size=(200, 800))
    returns -= returns.mean(axis=1, keepdims=True)

    test = backtest_overfitting(*blocks_of(returns, 8))

    assert test.slope is not None
    assert test.slope < -0.5
    assert test.probability == 1.0


def test_overfitting_of_equal_sets_is_undecided() -> None:
    one = np.random.default_rng(2).normal(size=(1, 80))

    test = backtest_overfitting(*blocks_of(np.repeat(one, 5, axis=0), 4))

    assert test.logits.tolist() == [0.0] * 6


def test_set_that_did_not_trade_in_a_half_has_ratio_zero_there() -> None:
    returns = np.zeros((2, 80))
    returns[0, :40] = np.random.default_rng(2).normal(0.5, 0.1, size=40)
    returns[1] = np.random.default_rng(3).normal(-0.5, 0.1, size=80)

    test = backtest_overfitting(*blocks_of(returns, 4))

    assert 0.0 in test.outside


@pytest.mark.parametrize("blocks", [2, 5, 22])
def test_overfitting_by_an_odd_or_too_large_count_of_blocks_is_refused(blocks: int) -> None:
    with pytest.raises(BadInput, match="even number from 4 to 20"):
        backtest_overfitting(np.ones((3, blocks)), np.ones((3, blocks)), np.ones(blocks))


def test_overfitting_of_a_single_set_is_refused() -> None:
    with pytest.raises(NoData, match="two that traded"):
        backtest_overfitting(np.ones((1, 4)), np.ones((1, 4)), np.ones(4))


@pytest.mark.parametrize(
    ("sums", "rows"),
    [
        (np.full((3, 4), np.nan), np.ones(4)),
        (np.ones((3, 4)), np.zeros(4)),
        (np.ones(4), np.ones(4)),
    ],
)
def test_overfitting_of_sums_that_are_none_is_refused(sums: np.ndarray, rows: np.ndarray) -> None:
    with pytest.raises(BadInput):
        backtest_overfitting(sums, np.ones((3, 4)), rows)


def test_deflated_ratio_equals_the_example_of_its_paper() -> None:
    # Five years of days, best of 100 tries whose annual ratios have a variance of one half.
    ratio = ratio_of(2.5, n=1250, skew=-3.0, kurtosis=10.0)

    deflated = deflated_sharpe(ratio, trials=100, deviation=math.sqrt(0.5 / 250))

    assert deflated.threshold == pytest.approx(0.1132, abs=5e-5)
    assert deflated.probability == pytest.approx(0.9004, abs=5e-5)


def test_minimum_track_record_equals_the_example_of_its_paper() -> None:
    periods = minimum_track_record(ratio_of(2.0, n=500), threshold=1.0 / math.sqrt(250))

    assert periods / 250 == pytest.approx(2.73, abs=0.005)


def test_minimum_track_record_of_a_ratio_below_the_threshold_does_not_exist() -> None:
    with pytest.raises(NoData, match="no length"):
        minimum_track_record(ratio_of(-0.1, n=500))


def test_expected_best_of_many_tries_equals_simulation() -> None:
    best = np.random.default_rng(1).normal(size=(20_000, 50)).max(axis=1).mean()

    assert expected_best_sharpe(50, 1.0) == pytest.approx(best, rel=0.02)


def test_single_try_is_not_deflated() -> None:
    ratio = ratio_of(1.0, n=500)

    assert deflated_sharpe(ratio, trials=1.0, deviation=0.1).probability == pytest.approx(
        probabilistic_sharpe(ratio)
    )


def test_best_of_noise_is_probable_alone_and_not_significant_when_deflated() -> None:
    returns = np.random.default_rng(5).normal(0.0, 0.01, size=(1000, 750))
    ratios = [sharpe_ratio(each, periods_per_year=252) for each in returns]
    best = max(ratios, key=lambda ratio: ratio.value)

    deviation = float(np.std([ratio.per_period for ratio in ratios], ddof=1))
    deflated = deflated_sharpe(best, trials=1000, deviation=deviation)

    assert probabilistic_sharpe(best) > 0.99
    assert deflated.probability < 0.95


def test_planted_edge_stays_significant_when_deflated() -> None:
    returns = np.random.default_rng(5).normal(0.0, 0.01, size=(1000, 750))
    returns[3] += 0.003
    ratios = [sharpe_ratio(each, periods_per_year=252) for each in returns]

    deviation = float(np.std([ratio.per_period for ratio in ratios], ddof=1))

    assert deflated_sharpe(ratios[3], trials=1000, deviation=deviation).probability > 0.99


def test_correlated_tries_count_for_fewer() -> None:
    assert effective_trials(1000, 1.0) == 1.0
    assert effective_trials(1000, None) == 1000.0
    assert effective_trials(1000, -0.01) == 1000.0
    assert effective_trials(1000, 0.5) == 500.5


@pytest.mark.parametrize(("count", "correlation"), [(0, 0.1), (10, 1.5)])
def test_tries_that_cannot_be_are_refused(count: int, correlation: float) -> None:
    with pytest.raises(BadInput, match="cannot be"):
        effective_trials(count, correlation)
