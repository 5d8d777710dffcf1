from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.analytics.strategies import (
    Leg,
    Lognormal,
    Strategy,
    lognormal_sampler,
    odds,
    payoff_line,
    pop_simulated,
    resampling_sampler,
)
from quantdeck.model.errors import BadInput, TooLittleData

CONDOR = payoff_line(
    Strategy(
        "Condor",
        (
            Leg("put", 90, 1, 0.5),
            Leg("put", 95, -1, 1.5),
            Leg("call", 105, -1, 1.5),
            Leg("call", 110, 1, 0.5),
        ),
    )
)


def test_simulated_odds_are_the_exact_ones_within_their_errors() -> None:
    exact = odds(CONDOR, Lognormal(100.0, 0.06))

    found = pop_simulated(CONDOR.at, lognormal_sampler(100.0, 0.06), paths=200_000)

    assert abs(found.probability - exact.probability) < 4 * found.error
    assert abs(found.expected_profit - exact.expected_profit) < 4 * found.expected_error


def test_simulated_errors_are_as_large_as_theory_says() -> None:
    runs = [
        pop_simulated(CONDOR.at, lognormal_sampler(100.0, 0.06), paths=2_000, seed=seed)
        for seed in range(60)
    ]

    spread = float(np.std([run.probability for run in runs], ddof=1))
    assert spread == pytest.approx(runs[0].error, rel=0.3)
    spread = float(np.std([run.expected_profit for run in runs], ddof=1))
    assert spread == pytest.approx(runs[0].expected_error, rel=0.3)


def test_simulated_odds_of_one_seed_are_the_same() -> None:
    one, other = (pop_simulated(CONDOR.at, lognormal_sampler(100.0, 0.1)) for _ in range(2))

    assert one == other


def test_simulated_odds_of_many_draws_do_not_depend_on_the_batches() -> None:
    found = pop_simulated(np.ones_like, lognormal_sampler(100.0, 0.1), paths=150_001)

    assert (found.probability, found.expected_gain, found.error) == (1.0, 1.0, 0.0)


@pytest.mark.parametrize("paths", [0, 99, 10_000_001])
def test_paths_outside_their_range_are_refused(paths: int) -> None:
    with pytest.raises(BadInput, match="paths"):
        pop_simulated(CONDOR.at, lognormal_sampler(100.0, 0.1), paths=paths)


def test_payoff_of_a_single_number_is_refused() -> None:
    with pytest.raises(BadInput, match="per price"):
        pop_simulated(lambda _: 1.0, lognormal_sampler(100.0, 0.1))


def test_resampled_prices_have_the_mean_of_the_forward() -> None:
    returns = np.random.default_rng(3).standard_t(4, 500) * 0.01

    prices = resampling_sampler(100.0, returns, 20, forward=101.0)(
        np.random.default_rng(4), 100_000
    )

    assert float(prices.mean()) == pytest.approx(101.0, abs=0.1)


def test_resampled_prices_without_a_forward_drift_as_the_sample_did() -> None:
    returns = np.full(100, math.log(1.001))

    prices = resampling_sampler(100.0, returns, 10)(np.random.default_rng(4), 5)

    assert prices == pytest.approx(np.full(5, 100.0 * 1.001**10))


def test_resampling_of_a_few_returns_is_refused_with_the_counts() -> None:
    with pytest.raises(TooLittleData) as caught:
        resampling_sampler(100.0, [0.01, math.nan], 5)

    assert (caught.value.needed, caught.value.found) == (60, 1)


def test_samplers_without_a_size_are_refused() -> None:
    with pytest.raises(BadInput):
        lognormal_sampler(100.0, 0.0)
    with pytest.raises(BadInput):
        resampling_sampler(100.0, np.zeros(100), 0)
