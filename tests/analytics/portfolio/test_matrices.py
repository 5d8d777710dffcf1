from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.correlation_tools import corr_clipped

from quantdeck.analytics.portfolio import (
    correlation_matrix,
    equal_risk_weights,
    equal_weights,
    factor_exposure,
    nearest_correlation,
    risk_contributions,
)
from quantdeck.model.errors import BadInput, NoData

RNG = np.random.default_rng(4)
MARKET = RNG.normal(0.0004, 0.01, size=400)
RETURNS = MARKET[:, None] * [0.5, 1.0, 1.5, -0.2] + RNG.normal(0.0, 0.01, size=(400, 4))
HIGHAM = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])


def pairwise_matrix() -> np.ndarray:
    """Return correlations taken pair by pair, which are no correlation matrix."""
    rng = np.random.default_rng(2)
    short = rng.normal(size=(16, 6))
    short[rng.random(short.shape) < 0.4] = np.nan
    found = pd.DataFrame(short).corr().to_numpy().copy()
    assert np.linalg.eigvalsh(found)[0] < -0.01
    return found


def test_correlation_matrix_equals_numpy() -> None:
    found = correlation_matrix(RETURNS)

    expected = np.corrcoef(RETURNS, rowvar=False)
    assert found.values == pytest.approx(expected, abs=1e-12)
    assert found.mean == pytest.approx(expected[np.triu_indices(4, 1)].mean())


def test_correlation_matrix_is_of_the_rows_that_all_have() -> None:
    holed = RETURNS.copy()
    holed[:100, 0] = np.nan
    holed[350:, 2] = np.nan

    found = correlation_matrix(holed)

    assert (found.n, found.left_out) == (250, 150)
    assert found.values == pytest.approx(np.corrcoef(RETURNS[100:350], rowvar=False), abs=1e-12)


@given(st.integers(0, 5000), st.integers(3, 9), st.integers(1, 9))
def test_correlation_matrix_is_positive_semi_definite(seed: int, rows: int, assets: int) -> None:
    returns = np.random.default_rng(seed).normal(size=(rows, assets))

    found = correlation_matrix(returns).values

    assert np.linalg.eigvalsh(found)[0] >= -1e-12
    assert (np.diagonal(found) == 1.0).all()


def test_correlation_with_an_asset_that_does_not_move_is_absent() -> None:
    flat = RETURNS.copy()
    flat[:, 1] = 0.01

    found = correlation_matrix(flat).values

    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(np.delete(np.delete(found, 1, 0), 1, 1)).all()


def test_nearest_correlation_equals_the_published_example() -> None:
    found = nearest_correlation(HIGHAM)

    # Higham (2002), section 4
    expected = [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]
    assert found == pytest.approx(np.array(expected), abs=5e-5)


def test_nearest_correlation_is_a_correlation_and_near() -> None:
    given_matrix = pairwise_matrix()

    found = nearest_correlation(given_matrix)

    theirs = corr_clipped(given_matrix)
    assert np.linalg.eigvalsh(found)[0] >= -1e-12
    assert (np.diagonal(found) == 1.0).all()
    distance = np.linalg.norm(found - given_matrix)
    assert distance < np.linalg.norm(theirs - given_matrix)


def test_nearest_correlation_of_a_correlation_is_itself() -> None:
    given_matrix = np.corrcoef(RETURNS, rowvar=False)
    np.fill_diagonal(given_matrix, 1.0)
    given_matrix = 0.5 * (given_matrix + given_matrix.T)

    assert np.array_equal(nearest_correlation(given_matrix), given_matrix)


@pytest.mark.parametrize(
    "matrix", [np.ones((2, 3)), np.array([[1.0, 0.5], [0.4, 1.0]]), np.full((2, 2), np.nan)]
)
def test_nearest_correlation_of_what_is_no_symmetric_matrix_is_refused(matrix) -> None:
    with pytest.raises(BadInput):
        nearest_correlation(matrix)


@pytest.mark.parametrize("lags", [0, 3, None])
def test_factor_exposure_equals_statsmodels_with_hac_errors(lags: int | None) -> None:
    factors = np.column_stack((MARKET, np.roll(MARKET, 1) * 0.3 + RETURNS[:, 3]))

    found = factor_exposure(
        RETURNS[:, 1], factors, names=["market", "other"], periods_per_year=252, lags=lags
    )

    expected = sm.OLS(RETURNS[:, 1], sm.add_constant(factors)).fit(
        cov_type="HAC", cov_kwds={"maxlags": found.lags, "use_correction": True}
    )
    assert found.betas == pytest.approx(expected.params[1:], rel=1e-9)
    assert found.errors == pytest.approx(expected.bse[1:], rel=1e-8)
    assert found.pvalues == pytest.approx(expected.pvalues[1:], rel=1e-6, abs=1e-30)
    assert found.alpha == pytest.approx(expected.params[0] * 252, rel=1e-9)
    assert found.alpha_error == pytest.approx(expected.bse[0] * 252, rel=1e-8)
    assert found.r_squared == pytest.approx(expected.rsquared, rel=1e-9)
    assert found.adjusted_r_squared == pytest.approx(expected.rsquared_adj, rel=1e-9)


def test_factor_exposure_leaves_out_rows_without_a_value() -> None:
    holed = RETURNS[:, 1].copy()
    holed[:10] = np.nan

    found = factor_exposure(holed, MARKET[:, None], names=["market"], periods_per_year=252)

    expected = factor_exposure(
        RETURNS[10:, 1], MARKET[10:, None], names=["market"], periods_per_year=252
    )
    assert found.betas == pytest.approx(expected.betas)
    assert found.n == 390


@pytest.mark.parametrize(
    "factors", [np.column_stack((MARKET, 2.0 * MARKET)), np.column_stack((MARKET, np.zeros(400)))]
)
def test_factors_that_depend_on_each_other_are_said(factors) -> None:
    with pytest.raises(NoData):
        factor_exposure(RETURNS[:, 0], factors, names=["a", "b"], periods_per_year=252)


@pytest.mark.parametrize("options", [{"names": ["a", "b"]}, {"lags": -1}, {"lags": 400}])
def test_factor_exposure_of_wrong_input_is_refused(options) -> None:
    arguments = {"names": ["market"], "periods_per_year": 252, **options}

    with pytest.raises(BadInput):
        factor_exposure(RETURNS[:, 0], MARKET[:, None], **arguments)


@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4).filter(lambda w: sum(w) > 0.01))
def test_risk_contributions_sum_to_the_volatility(weights: list[float]) -> None:
    found = risk_contributions(RETURNS, weights, periods_per_year=252)

    expected = (RETURNS @ weights).std(ddof=1) * np.sqrt(252)
    assert found.contributions.sum() == pytest.approx(expected, rel=1e-9)
    assert found.volatility == pytest.approx(expected, rel=1e-9)
    assert found.shares.sum() == pytest.approx(1.0)
    assert found.diversification_ratio >= 1.0 - 1e-12


def test_marginal_risk_is_the_slope_of_the_volatility() -> None:
    weights, step = equal_weights(4), 1e-6

    found = risk_contributions(RETURNS, weights, periods_per_year=252)

    for i in range(4):
        moved = weights + step * np.eye(4)[i]
        after = risk_contributions(RETURNS, moved, periods_per_year=252).volatility
        assert (after - found.volatility) / step == pytest.approx(found.marginal[i], rel=1e-3)


def test_risk_of_a_perfect_hedge_cannot_be_divided_up() -> None:
    both = np.column_stack((MARKET, MARKET))

    with pytest.raises(NoData):
        risk_contributions(both, [1.0, -1.0], periods_per_year=252)


@given(st.integers(0, 2000), st.integers(1, 8))
def test_equal_risk_weights_have_equal_contributions(seed: int, assets: int) -> None:
    rng = np.random.default_rng(seed)
    returns = np.clip(
        rng.normal(size=(60, assets)) @ rng.normal(size=(assets, assets)) * 0.01, -1, 1
    )

    weights = equal_risk_weights(returns)

    found = risk_contributions(returns, weights, periods_per_year=252)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0.0).all()
    assert found.shares == pytest.approx(np.full(assets, 1.0 / assets), rel=1e-6)


def test_equal_risk_weights_of_uncorrelated_assets_are_by_volatility() -> None:
    a, b = np.tile([0.01, -0.01], 50), np.tile([0.02, 0.02, -0.02, -0.02], 25)

    found = equal_risk_weights(np.column_stack((a, b)))

    assert found == pytest.approx([2 / 3, 1 / 3], rel=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: correlation_matrix(RETURNS[:2]),
        lambda: equal_risk_weights(np.zeros((5, 2))),
        lambda: risk_contributions(RETURNS[:1], equal_weights(4), periods_per_year=252),
        lambda: factor_exposure(
            RETURNS[:3, 0], MARKET[:3, None], names=["market"], periods_per_year=252
        ),
    ],
)
def test_too_few_periods_are_said(call) -> None:
    with pytest.raises(NoData):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: correlation_matrix(MARKET),
        lambda: correlation_matrix([[np.inf, 1.0]] * 3),
        lambda: risk_contributions(RETURNS, [1.0], periods_per_year=252),
    ],
)
def test_wrong_shapes_are_refused(call) -> None:
    with pytest.raises(BadInput):
        call()
