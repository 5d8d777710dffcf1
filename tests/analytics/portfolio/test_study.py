from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.portfolio import (
    PortfolioRules,
    factor_exposure,
    kelly_fraction,
    study_portfolio,
)
from quantdeck.model.errors import BadInput, NoData
from tests.hub.price_books import price_series, walk

A = price_series("US:A", walk(500, seed=1, vol=0.02), calendar="XNYS")
B = price_series("US:B", walk(500, seed=2), calendar="XNYS")
COIN = price_series("BINANCE:C", walk(700, seed=3, vol=0.04))
MARKET = price_series("US:M", walk(500, seed=4), calendar="XNYS")


def test_weights_not_given_are_equal() -> None:
    study = study_portfolio([A, B, COIN])

    assert study.weights.tolist() == [pytest.approx(1 / 3)] * 3
    assert study.symbols == ("US:A", "US:B", "BINANCE:C")


def test_buy_and_hold_grows_as_its_assets_do() -> None:
    study = study_portfolio([A, B], [0.6, 0.4], rules=PortfolioRules(rebalance="never"))

    assert study.wealth == pytest.approx(study.asset_wealth @ np.array([0.6, 0.4]))
    assert study.path.weights[-1].sum() == pytest.approx(1.0)


def test_rows_left_out_beside_a_coin_are_counted() -> None:
    study = study_portfolio([A, COIN], factors=[MARKET])

    assert len(study.ts_ns) == 500
    assert study.left_out[0] == study.left_out[2] == 0
    assert study.left_out[1] + study.outside[1] == 200
    assert study.periods_per_year == 252.0


def test_contributions_sum_to_the_return_of_the_portfolio() -> None:
    study = study_portfolio([A, B, COIN], [0.5, 0.3, 0.1])

    assert study.attribution.contributions.sum() == pytest.approx(study.wealth[-1] - 1.0)


def test_exposure_is_that_of_excess_returns() -> None:
    rules = PortfolioRules(annual_rate=0.04)

    study = study_portfolio([A, B], factors=[MARKET, COIN], rules=rules)

    rate = 1.04 ** (1 / 252) - 1.0
    rows = np.searchsorted(COIN.start_ns, MARKET.start_ns)
    columns = [np.diff(c) / c[:-1] for c in (MARKET.close, COIN.close[rows])]
    expected = factor_exposure(
        study.path.returns - rate,
        np.column_stack(columns) - rate,
        names=["US:M", "BINANCE:C"],
        periods_per_year=252,
    )
    assert study.exposure is not None
    assert study.exposure.betas == pytest.approx(expected.betas)
    assert study.exposure.errors == pytest.approx(expected.errors)


def test_kelly_is_of_excess_returns_and_capped() -> None:
    rules = PortfolioRules(annual_rate=0.04, cap=0.3)

    study = study_portfolio([A, B], rules=rules)

    expected = kelly_fraction(study.path.returns, periods_per_year=252, annual_rate=0.04, cap=0.3)
    assert study.kelly == expected
    assert expected.capped <= 0.3


def test_figures_have_those_against_the_market_where_there_is_one() -> None:
    names = {figure.name for figure in study_portfolio([A, B], factors=[MARKET]).figures}

    assert {"beta", "alpha", "tracking_error"} <= names
    assert "beta" not in {figure.name for figure in study_portfolio([A, B]).figures}


def test_without_a_factor_there_is_no_exposure() -> None:
    study = study_portfolio([A, B])

    assert study.exposure is None
    assert study.exposure_reason == "no factor is chosen"


def test_one_asset_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="US:A is in the portfolio twice"):
        study_portfolio([A, A])


def test_factor_twice_is_told_and_the_rest_stands() -> None:
    study = study_portfolio([A, B], factors=[MARKET, MARKET])

    assert study.exposure is None
    assert "combination of the others" in study.exposure_reason


def test_three_closes_are_too_few() -> None:
    with pytest.raises(NoData, match="3 closes are in common"):
        study_portfolio([A.last(3), B.last(3)])


def test_portfolio_that_loses_all_says_when() -> None:
    crash = price_series("US:X", [100.0, 100.0, 30.0, 20.0, 25.0], calendar="XNYS")

    with pytest.raises(NoData, match="loses all it has"):
        study_portfolio([crash], [2.0])
