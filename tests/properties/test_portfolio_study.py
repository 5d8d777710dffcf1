from __future__ import annotations

from typing import get_args

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.portfolio import PortfolioRules, Rebalance, study_portfolio
from tests.hub.price_books import price_series

SHAPES = st.tuples(st.integers(5, 60), st.integers(1, 6))
SEEDS = st.integers(0, 2**32 - 1)


def closes(seed: int, shape: tuple[int, int], flat: float) -> np.ndarray:
    dice = np.random.default_rng(seed)
    steps = np.where(dice.random(shape) < flat, 0.0, dice.normal(0.0, 0.03, shape))
    return 100.0 * np.exp(np.cumsum(steps, axis=0))


@settings(max_examples=60, deadline=None)
@given(SEEDS, SHAPES, st.sampled_from(get_args(Rebalance)), st.floats(0.0, 0.9))
def test_whatever_the_prices_parts_sum_to_their_wholes(
    seed: int, shape: tuple[int, int], rebalance: Rebalance, flat: float
) -> None:
    columns = closes(seed, shape, flat).T
    assets = [price_series(f"US:A{i}", column) for i, column in enumerate(columns)]
    weights = np.random.default_rng(seed).dirichlet(np.ones(shape[1]))

    study = study_portfolio(assets, weights, rules=PortfolioRules(rebalance=rebalance))

    whole = study.wealth[-1] - 1.0
    assert np.isclose(study.attribution.contributions.sum(), whole, rtol=1e-9, atol=1e-12)
    assert np.allclose(study.path.contributions.sum(axis=1), study.path.returns, atol=1e-12)
    if study.contributions is not None:
        parts, volatility = study.contributions.contributions, study.contributions.volatility
        assert np.isclose(parts.sum(), volatility, rtol=1e-9)
    moving = np.isfinite(np.diagonal(study.correlation.values))
    matrix = study.correlation.values[np.ix_(moving, moving)]
    if len(matrix):
        assert float(np.linalg.eigvalsh(matrix)[0]) > -1e-9


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(5, 80))
def test_order_of_assets_changes_no_figure_of_the_whole(seed: int, rows: int) -> None:
    columns = closes(seed, (rows, 3), 0.0).T
    assets = [price_series(f"US:A{i}", column) for i, column in enumerate(columns)]
    weights = np.array([0.5, 0.3, 0.2])

    one = study_portfolio(assets, weights)
    other = study_portfolio(assets[::-1], weights[::-1])

    assert np.allclose(one.wealth, other.wealth, rtol=1e-12)
    reversed_parts = other.attribution.contributions[::-1]
    assert np.allclose(one.attribution.contributions, reversed_parts, atol=1e-12)
