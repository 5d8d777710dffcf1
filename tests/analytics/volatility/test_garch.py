"""GARCH(1,1): its optimum, another library, and that nothing later is in a figure."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from arch import arch_model
from scipy.optimize import minimize

from quantdeck.analytics.volatility.garch import garch_volatility
from quantdeck.analytics.volatility.garch_kernels import garch_loss
from quantdeck.model.errors import BadInput

YEAR = 252.0


def _simulated(n: int, alpha: float, beta: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    h, out = 1.0, np.empty(n)
    for t in range(n):
        out[t] = np.sqrt(h) * rng.standard_normal()
        h = 1.0 - alpha - beta + alpha * out[t] ** 2 + beta * h
    return 0.01 * out


def _loss(returns: np.ndarray, alpha: float, beta: float) -> float:
    if alpha < 0.0 or beta < 0.0 or alpha + beta > 0.9995:
        return np.inf
    shocks = returns - returns.mean()
    squares = shocks**2 / (shocks**2).mean()
    weights = 0.94 ** np.arange(min(len(squares), 75))
    start = (weights * squares[:75]).sum() / weights.sum()
    return garch_loss(squares, len(squares), start, alpha, beta)


@pytest.mark.parametrize(
    ("alpha", "beta", "n"), [(0.08, 0.9, 1000), (0.2, 0.6, 600), (0.0, 0.0, 400), (0.05, 0.94, 250)]
)
def test_garch_finds_the_highest_likelihood(alpha: float, beta: float, n: int) -> None:
    returns = _simulated(n, alpha, beta, seed=n)

    found = garch_volatility(returns, periods_per_year=YEAR, least=n)

    starts = [(a, p - a) for a, p in product((0.02, 0.15), (0.6, 0.97))]
    best = min(
        minimize(lambda x: _loss(returns, *x), start, method="Nelder-Mead", tol=1e-8).fun
        for start in starts
    )
    assert _loss(returns, found.alpha[-1], found.beta[-1]) == pytest.approx(best, abs=1e-6)


def test_garch_agrees_with_arch() -> None:
    returns = _simulated(2000, 0.08, 0.9, seed=5)
    judge = arch_model(100.0 * returns, mean="Constant", vol="GARCH").fit(disp="off")

    found = garch_volatility(returns, periods_per_year=1.0, least=2000)
    followed = garch_volatility(returns, periods_per_year=1.0, least=1000, every=2000)

    # arch fits the level of the variance too, where ours is that of the sample
    assert found.alpha[-1] == pytest.approx(judge.params["alpha[1]"], abs=0.01)
    assert found.beta[-1] == pytest.approx(judge.params["beta[1]"], abs=0.02)
    ahead = float(np.sqrt(judge.forecast(horizon=1).variance.to_numpy()[-1, 0])) / 100.0
    assert found.volatility[-1] == pytest.approx(ahead, rel=0.02)
    theirs = np.asarray(judge.conditional_volatility)[1100:] / 100.0
    assert np.corrcoef(followed.volatility[1099:-1], theirs)[0, 1] > 0.99


def test_garch_of_returns_cut_short_is_the_same_bit_by_bit() -> None:
    returns = _simulated(300, 0.1, 0.8, seed=3)
    returns[[20, 140, 141]] = np.nan

    whole = garch_volatility(returns, periods_per_year=YEAR)
    cut = garch_volatility(returns[:211], periods_per_year=YEAR)

    np.testing.assert_array_equal(whole.volatility[:211], cut.volatility)


def test_garch_passes_over_missing_returns() -> None:
    returns = _simulated(200, 0.1, 0.8, seed=4)
    gappy = np.insert(returns, 100, np.nan)

    found = garch_volatility(gappy, periods_per_year=YEAR).volatility

    assert np.isnan(found[100])
    np.testing.assert_array_equal(
        np.delete(found, 100), garch_volatility(returns, periods_per_year=YEAR).volatility
    )


def test_garch_of_several_rows_treats_each_for_itself() -> None:
    both = np.stack([_simulated(120, 0.1, 0.8, seed=seed) for seed in (1, 2)])

    found = garch_volatility(both, periods_per_year=YEAR)

    np.testing.assert_array_equal(
        found.volatility[1], garch_volatility(both[1], periods_per_year=YEAR).volatility
    )


@pytest.mark.parametrize("flat", [0.0, 0.001])
def test_garch_of_returns_without_variance_is_unknown(flat: float) -> None:
    found = garch_volatility(np.full(100, flat), periods_per_year=YEAR)

    assert np.isnan(found.volatility).all()


def test_garch_is_unknown_before_the_first_fit() -> None:
    found = garch_volatility(_simulated(80, 0.1, 0.8, seed=1), periods_per_year=YEAR, least=60)

    assert np.isnan(found.volatility[:59]).all()
    assert np.isfinite(found.volatility[59:]).all()


def test_garch_survives_a_crash() -> None:
    returns = _simulated(400, 0.1, 0.8, seed=1)
    returns[200] = -0.9

    found = garch_volatility(returns, periods_per_year=YEAR)

    assert np.isfinite(found.volatility[60:]).all()
    assert found.volatility[200] > 2.0 * found.volatility[199]


@pytest.mark.parametrize("wrong", [{"least": 10}, {"every": 0}, {"periods_per_year": 0.0}])
def test_garch_with_a_wrong_parameter_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        garch_volatility(np.zeros(100), **{"periods_per_year": YEAR} | wrong)


def test_garch_of_a_cube_is_refused() -> None:
    with pytest.raises(BadInput, match="3 dimensions"):
        garch_volatility(np.zeros((2, 2, 100)), periods_per_year=YEAR)
