from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quantdeck.analytics.portfolio import (
    PortfolioPath,
    attribution,
    equal_weights,
    portfolio_path,
)
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(4).normal(0.0005, 0.02, size=(400, 4))
DAYS = np.datetime64("2023-12-01") + np.arange(400)
matrices = arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.integers(1, 5)),
    elements=st.floats(-0.4, 0.4).map(lambda x: round(x, 6)),
)


def test_portfolio_that_is_never_rebalanced_is_buy_and_hold() -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])

    path = portfolio_path(RETURNS, weights)

    wealth = np.cumprod(1.0 + RETURNS, axis=0) @ weights
    assert np.cumprod(1.0 + path.returns) == pytest.approx(wealth, rel=1e-12)
    assert path.rebalanced.sum() == 1
    assert path.turnover.sum() == 0.0


def test_portfolio_rebalanced_every_period_has_its_targets_throughout() -> None:
    path = portfolio_path(RETURNS, equal_weights(4), rebalance="every")

    assert (path.weights == 0.25).all()
    assert path.returns == pytest.approx(RETURNS.mean(axis=1), rel=1e-12)
    assert (path.turnover[1:] > 0.0).all()


@pytest.mark.parametrize(
    ("rule", "unit"),
    [("month", "datetime64[M]"), ("year", "datetime64[Y]"), ("day", "datetime64[D]")],
)
def test_portfolio_is_rebalanced_when_the_calendar_turns(rule, unit: str) -> None:
    path = portfolio_path(RETURNS, equal_weights(4), rebalance=rule, days=DAYS)

    turns = np.flatnonzero(np.diff(DAYS.astype(unit)).astype(int)) + 1
    assert np.flatnonzero(path.rebalanced).tolist() == [0, *turns.tolist()]
    assert (path.weights[path.rebalanced] == 0.25).all()


def test_portfolio_of_weeks_is_rebalanced_on_mondays() -> None:
    path = portfolio_path(RETURNS, equal_weights(4), rebalance="week", days=DAYS)

    days = [day.astype(object).weekday() for day in DAYS[path.rebalanced][1:]]
    assert set(days) == {0}


def test_portfolio_of_quarters_is_rebalanced_in_their_first_month() -> None:
    path = portfolio_path(RETURNS, equal_weights(4), rebalance="quarter", days=DAYS)

    found = [str(day) for day in DAYS[path.rebalanced][1:]]
    assert (
        found
        == ["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01"][: len(found)]
    )
    assert len(found) >= 4


def test_what_weights_lack_to_one_is_cash() -> None:
    path = portfolio_path(RETURNS[:, :1], [0.5], rebalance="every")

    assert path.returns == pytest.approx(0.5 * RETURNS[:, 0])


@given(matrices, st.sampled_from(["never", "every"]))
def test_contributions_sum_to_the_compounded_return(matrix: np.ndarray, rule) -> None:
    path = portfolio_path(matrix, equal_weights(matrix.shape[1]), rebalance=rule)

    found = attribution(path)

    assert found.total == pytest.approx(np.prod(1.0 + path.returns) - 1.0, rel=1e-9, abs=1e-12)
    assert found.contributions.sum() == pytest.approx(found.total, rel=1e-9, abs=1e-11)


@given(matrices)
def test_contributions_do_not_depend_on_the_order_of_periods(matrix: np.ndarray) -> None:
    weights = equal_weights(matrix.shape[1])

    found = attribution(portfolio_path(matrix, weights, rebalance="every"))

    turned = attribution(portfolio_path(matrix[::-1], weights, rebalance="every"))
    assert found.contributions == pytest.approx(turned.contributions, rel=1e-9, abs=1e-12)


def test_attribution_of_one_period_is_weight_times_return() -> None:
    found = attribution(portfolio_path([[0.1, -0.04]], [0.75, 0.25]))

    assert found.contributions == pytest.approx([0.075, -0.01])
    assert found.shares == pytest.approx([0.075 / 0.065, -0.01 / 0.065])
    assert found.average_weights == pytest.approx([0.75, 0.25])


def test_attribution_of_nothing_has_no_shares() -> None:
    found = attribution(portfolio_path([[0.1, -0.1]], [0.5, 0.5]))

    assert found.total == 0.0
    assert np.isnan(found.shares).all()
    assert found.contributions == pytest.approx([0.05, -0.05])


def test_attribution_of_a_path_that_does_not_add_up_is_refused() -> None:
    path = portfolio_path(RETURNS, equal_weights(4))
    wrong = PortfolioPath(
        path.returns + 0.01, path.weights, path.contributions, path.rebalanced, path.turnover
    )

    with pytest.raises(BadInput):
        attribution(wrong)


@pytest.mark.parametrize(
    "arguments",
    [
        {"returns": RETURNS, "weights": [0.5, 0.5]},
        {"returns": RETURNS[:, 0], "weights": [1.0]},
        {"returns": RETURNS * np.nan, "weights": equal_weights(4)},
        {"returns": RETURNS - 2.0, "weights": equal_weights(4)},
        {"returns": RETURNS, "weights": equal_weights(4), "rebalance": "month"},
        {"returns": RETURNS, "weights": equal_weights(4), "rebalance": "hourly"},
        {"returns": RETURNS, "weights": equal_weights(4), "rebalance": "day", "days": DAYS[:3]},
    ],
)
def test_portfolio_of_wrong_input_is_refused(arguments) -> None:
    with pytest.raises(BadInput):
        portfolio_path(**arguments)


@pytest.mark.parametrize(
    ("returns", "weights"), [(np.empty((0, 2)), [0.5, 0.5]), ([[-0.6], [0.1]], [2.0])]
)
def test_portfolio_without_returns_says_so(returns, weights) -> None:
    with pytest.raises(NoData):
        portfolio_path(returns, weights)


def test_portfolio_of_no_assets_is_refused() -> None:
    with pytest.raises(BadInput):
        equal_weights(0)
