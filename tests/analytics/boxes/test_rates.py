"""Conventions, and the days a box's money is away."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.boxes import (
    Convention,
    convert_rate,
    days_30_360,
    discount_from_rate,
    money_time,
    rate_from_discount,
)
from quantdeck.analytics.sessions import us_sessions

FRIDAY_NS = 1_704_470_400_000_000_000  # 2024-01-05 16:00 UTC


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        (Convention.CONTINUOUS, 0.051014),
        (Convention.ANNUAL, 0.052338),
        (Convention.SEMIANNUAL, 0.051670),
        (Convention.SIMPLE_360, 0.050633),
        (Convention.SIMPLE_365, 0.051336),
        (Convention.DISCOUNT_360, 0.05),
        (Convention.BOND_EQUIVALENT, 0.051336),
    ],
)
def test_bill_at_five_percent_discount_in_every_convention(convention, expected) -> None:
    price = discount_from_rate(0.05, 90, Convention.DISCOUNT_360)

    assert price == pytest.approx(0.9875)
    assert rate_from_discount(price, 90, convention) == pytest.approx(expected, abs=5e-7)


def test_yield_of_a_bill_of_a_year_counts_a_coupon_after_half_of_it() -> None:
    value = rate_from_discount(0.95, 364, Convention.BOND_EQUIVALENT)

    years = 364 / 365
    assert (1 + (years - 0.5) * value) * (1 + value / 2) == pytest.approx(1 / 0.95)


def test_money_market_and_year_of_365_days_are_seven_basis_points_apart_at_five_percent() -> None:
    apart = convert_rate(0.05, 180, Convention.SIMPLE_360, Convention.SIMPLE_365) - 0.05

    assert apart == pytest.approx(7e-4, abs=1e-5)


def test_impossible_discounts_and_days_give_nan() -> None:
    rates = rate_from_discount([-0.1, 0.0, 0.9, np.nan], [30, 30, 0, 30], Convention.ANNUAL)

    assert np.isnan(rates).all()


@pytest.mark.parametrize(
    ("expiry", "days"),
    [
        (date(2024, 1, 8), 1),  # paid on Monday and on Tuesday
        (date(2024, 1, 12), 8),  # the Monday after is a holiday
        (date(2024, 2, 16), 43),  # and so is this one
        (date(2024, 3, 28), 84),  # Good Friday
    ],
)
def test_money_is_away_between_two_business_days(expiry, days) -> None:
    assert money_time(FRIDAY_NS, expiry, us_sessions()).days == days


def test_lags_can_be_set() -> None:
    time = money_time(FRIDAY_NS, date(2024, 1, 12), us_sessions(), settle_days=0, cash_days=0)

    assert (time.days, time.tau) == (7, 7 / 365)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 1, 15), date(2026, 7, 15), 180),
        (date(2026, 1, 31), date(2026, 3, 31), 60),
        (date(2026, 1, 30), date(2026, 3, 31), 60),
        (date(2026, 1, 29), date(2026, 3, 31), 62),
    ],
)
def test_days_of_a_year_of_360(start, end, days) -> None:
    assert days_30_360(start, end) == days
