from __future__ import annotations

import math

import pytest

from quantdeck.analytics.carry import (
    YEAR_S,
    annual_basis,
    basis_bp,
    funding,
    premium_funding,
)
from quantdeck.model.errors import BadInput


@pytest.mark.parametrize(("hours", "intervals"), [(8.0, 1095.0), (4.0, 2190.0), (1.0, 8760.0)])
def test_funding_of_a_year_is_that_of_all_its_intervals(hours: float, intervals: float) -> None:
    assert funding(0.0001, 3600.0 * hours).annual == pytest.approx(0.0001 * intervals)


def test_funding_of_no_interval_is_refused() -> None:
    with pytest.raises(BadInput, match="longer than 0 s"):
        funding(0.0001, 0.0)


@pytest.mark.parametrize(
    ("premium", "rate"),
    # within 0.05 % of the interest the rate is the interest; beyond, it follows the premium
    [(0.0, 0.0001), (0.0006, 0.0001), (-0.0004, 0.0001), (0.001, 0.0005), (-0.001, -0.0005)],
)
def test_premium_funding_follows_the_premium_beyond_the_clamp(premium: float, rate: float) -> None:
    assert premium_funding(premium) == pytest.approx(rate, abs=1e-15)


def test_annual_basis_is_the_continuous_rate_of_the_price() -> None:
    rate = annual_basis(100.0 * math.exp(0.08 / 4.0), 100.0, YEAR_S / 4.0)

    assert rate == pytest.approx(0.08)


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_annual_basis_of_a_delivered_future_is_refused(seconds: float) -> None:
    with pytest.raises(BadInput, match="delivered after now"):
        annual_basis(101.0, 100.0, seconds)


@pytest.mark.parametrize("price", [0.0, -5.0, float("nan"), float("inf")])
def test_basis_of_what_is_no_price_is_refused(price: float) -> None:
    with pytest.raises(BadInput, match="must be a price above 0"):
        basis_bp(price, 100.0)
