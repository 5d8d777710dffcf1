from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from quantdeck.analytics.pairs import HedgeFit, hedge_spread, ols_hedge
from quantdeck.model.errors import BadInput, NoData
from tests.reference.slow_pairs import slow_line

RANDOM = np.random.default_rng(21)
X = 60_000.0 * np.exp(np.cumsum(RANDOM.normal(scale=1e-3, size=400)))
Y = 0.01 * X**1.2 * np.exp(RANDOM.normal(scale=2e-3, size=400))


def reference(*, log: bool, intercept: bool) -> HedgeFit:
    y, x = (np.log(Y), np.log(X)) if log else (Y, X)
    fit = sm.OLS(y, sm.add_constant(x) if intercept else x).fit()
    return HedgeFit(
        hedge_ratio=fit.params[-1],
        intercept=fit.params[0] if intercept else 0.0,
        r_squared=fit.rsquared,
        stderr=fit.bse[-1],
        residual_std=math.sqrt(fit.mse_resid),
        n=len(y),
        log=log,
        has_intercept=intercept,
    )


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(
    "figure", ["hedge_ratio", "intercept", "r_squared", "stderr", "residual_std", "n"]
)
def test_ols_hedge_equals_statsmodels(log: bool, intercept: bool, figure: str) -> None:
    fit = ols_hedge(Y, X, log=log, intercept=intercept)

    expected = getattr(reference(log=log, intercept=intercept), figure)
    assert getattr(fit, figure) == pytest.approx(expected, rel=1e-9)


def test_ols_hedge_equals_the_exact_line() -> None:
    fit = ols_hedge(Y, X, log=False)

    exact = slow_line(Y, X)
    assert (fit.hedge_ratio, fit.intercept) == pytest.approx((exact.slope, exact.intercept), 1e-13)


def test_ols_hedge_with_missing_prices_fits_the_other_rows() -> None:
    y, x = Y.copy(), X.copy()
    y[7], x[300] = math.nan, math.inf

    fit = ols_hedge(y, x)

    assert fit == ols_hedge(np.delete(Y, [7, 300]), np.delete(X, [7, 300]))


@pytest.mark.parametrize("bad", [0.0, -3.5])
def test_ols_hedge_of_the_log_of_no_price_names_the_row(bad: float) -> None:
    x = X.copy()
    x[5] = bad

    with pytest.raises(BadInput, match=r"x\[5\] is .*log=False"):
        ols_hedge(Y, x)


def test_ols_hedge_of_negative_levels_is_fitted() -> None:
    fit = ols_hedge([-1.0, -3.0, -5.0], [1.0, 2.0, 3.0], log=False)

    assert (fit.hedge_ratio, fit.intercept) == (-2.0, 1.0)


@pytest.mark.parametrize(
    ("y", "x", "reason"),
    [
        ([1.0, 2.0], [1.0, 2.0], "2 rows, at least 3"),
        ([1.0, 2.0, 3.0], [0.1, 0.1, 0.1], "x does not move"),
        ([0.1, 0.1, 0.1], [1.0, 2.0, 3.0], "y does not move"),
        ([math.nan] * 5, [1.0] * 5, "0 rows"),
    ],
)
def test_ols_hedge_without_an_answer_says_why(y, x, reason: str) -> None:
    with pytest.raises(NoData, match=reason):
        ols_hedge(y, x)


@pytest.mark.parametrize(("y", "x"), [([1.0, 2.0], [1.0]), ([[1.0], [2.0]], [1.0, 2.0])])
def test_ols_hedge_of_wrong_shapes_is_refused(y, x) -> None:
    with pytest.raises(BadInput):
        ols_hedge(y, x)


def test_hedge_spread_is_nan_where_a_price_is() -> None:
    y = Y.copy()
    y[3] = math.nan

    spread = hedge_spread(ols_hedge(Y, X), y, X)

    assert np.flatnonzero(np.isnan(spread)).tolist() == [3]


def test_hedge_spread_over_the_fitted_rows_has_mean_zero() -> None:
    spread = hedge_spread(ols_hedge(Y, X), Y, X)

    assert abs(spread.mean()) < 1e-13


def test_ols_hedge_of_movements_without_a_square_says_why() -> None:
    with pytest.raises(NoData, match="y does not move"):
        ols_hedge([0.0, 0.0, 1e-200], [1.0, 2.0, 3.0], log=False)
