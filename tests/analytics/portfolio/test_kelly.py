from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.analytics.performance import sharpe_ratio
from quantdeck.analytics.portfolio import kelly_fraction, kelly_of_bets, kelly_weights
from quantdeck.model.errors import BadInput, NoData

RETURNS = np.random.default_rng(4).normal(0.001, 0.01, size=(2000, 3))


def test_kelly_fraction_grows_wealth_fastest() -> None:
    # small returns, for which the formula is exact in the limit
    returns = RETURNS[:, 0] * 0.01
    found = kelly_fraction(returns, periods_per_year=252).full

    growth = {f: np.log1p(f * found * returns).sum() for f in (0.8, 1.0, 1.2)}

    assert growth[1.0] > growth[0.8]
    assert growth[1.0] > growth[1.2]


def test_kelly_fraction_is_of_excess_returns() -> None:
    found = kelly_fraction(RETURNS[:, 0], periods_per_year=252, annual_rate=0.05)

    rate = 1.05 ** (1 / 252) - 1
    expected = (RETURNS[:, 0].mean() - rate) / RETURNS[:, 0].var(ddof=1)
    assert found.full == pytest.approx(expected, rel=1e-9)
    assert found.half == pytest.approx(expected / 2)


def test_kelly_growth_is_half_the_squared_sharpe_ratio() -> None:
    found = kelly_fraction(RETURNS[:, 0], periods_per_year=252)

    ratio = sharpe_ratio(RETURNS[:, 0], periods_per_year=252).value
    assert found.growth == pytest.approx(ratio**2 / 2, rel=1e-9)


def test_kelly_error_is_that_of_the_mean() -> None:
    found = kelly_fraction(RETURNS[:, 0], periods_per_year=252)

    std = RETURNS[:, 0].std(ddof=1)
    assert found.error == pytest.approx(std / np.sqrt(2000) / std**2, rel=1e-9)


@given(st.floats(0.1, 3.0), st.floats(-0.01, 0.01))
def test_kelly_capped_stays_within_its_cap(cap: float, shift: float) -> None:
    found = kelly_fraction(RETURNS[:50, 0] + shift, periods_per_year=252, cap=cap)

    assert 0.0 <= found.capped <= cap
    assert found.capped in {0.0, cap, found.half}


@pytest.mark.parametrize(
    ("win_rate", "payoff", "expected"),
    [(0.5, 1.0, 0.0), (0.6, 1.0, 0.2), (0.5, 2.0, 0.25), (0.0, 1.0, -1.0), (1.0, 3.0, 1.0)],
)
def test_kelly_of_bets_worked_by_hand(win_rate: float, payoff: float, expected: float) -> None:
    assert kelly_of_bets(win_rate, payoff).full == pytest.approx(expected)


def test_kelly_weights_of_one_asset_are_its_fraction() -> None:
    found = kelly_weights(RETURNS[:, :1], periods_per_year=252)

    expected = kelly_fraction(RETURNS[:, 0], periods_per_year=252).full
    assert found == pytest.approx([expected], rel=1e-9)


def test_kelly_weights_solve_the_covariance() -> None:
    found = kelly_weights(RETURNS, periods_per_year=252)

    assert np.cov(RETURNS, rowvar=False) @ found == pytest.approx(RETURNS.mean(axis=0))


def test_kelly_weights_of_copies_are_not_told() -> None:
    with pytest.raises(NoData):
        kelly_weights(RETURNS[:, [0, 0]], periods_per_year=252)


@pytest.mark.parametrize(
    "call",
    [
        lambda: kelly_fraction([0.01] * 10, periods_per_year=252),
        lambda: kelly_fraction([0.01, 0.02], periods_per_year=252),
        lambda: kelly_weights(RETURNS[:4], periods_per_year=252),
    ],
)
def test_kelly_of_returns_that_cannot_tell_says_so(call) -> None:
    with pytest.raises(NoData):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: kelly_fraction(RETURNS[:, 0], periods_per_year=252, cap=0.0),
        lambda: kelly_of_bets(1.1, 1.0),
        lambda: kelly_of_bets(0.5, 0.0),
    ],
)
def test_kelly_of_wrong_input_is_refused(call) -> None:
    with pytest.raises(BadInput):
        call()
