from __future__ import annotations

import math

import pytest

from quantdeck.analytics.strategies import Leg, Strategy, margin
from quantdeck.model.errors import BadInput


def _need(*legs: Leg, spot: float = 100.0, is_index: bool = False) -> float:
    return margin(Strategy("A strategy", legs), spot, is_index=is_index).requirement


def test_margin_of_an_uncovered_call_at_the_money() -> None:
    assert _need(Leg("call", 100, -1, 5.0)) == pytest.approx(5.0 + 20.0)


def test_margin_of_an_uncovered_call_takes_off_what_it_is_out_of_the_money() -> None:
    # 20 % of 128.50 less 1.50, and the premium of 2: the exchange's own example
    assert _need(Leg("call", 130, -1, 2.0), spot=128.5) == pytest.approx(2.0 + 25.7 - 1.5)


def test_margin_of_an_uncovered_call_far_out_is_a_tenth_of_the_price() -> None:
    assert _need(Leg("call", 150, -1, 0.5)) == pytest.approx(0.5 + 10.0)


def test_margin_of_an_uncovered_put_far_out_is_a_tenth_of_the_strike() -> None:
    assert _need(Leg("put", 80, -1, 0.5)) == pytest.approx(0.5 + 8.0)


def test_margin_of_an_index_is_fifteen_per_cent() -> None:
    assert _need(Leg("put", 100, -1, 5.0), is_index=True) == pytest.approx(5.0 + 15.0)


def test_margin_of_bought_options_is_their_price() -> None:
    found = margin(Strategy("Straddle", (Leg("call", 100, 1, 5.0), Leg("put", 100, 1, 4.0))), 100.0)

    assert (found.requirement, found.capital) == (0.0, 9.0)


@pytest.mark.parametrize(
    "legs",
    [
        (Leg("call", 100, 1, 6.0), Leg("call", 110, -1, 2.0)),
        (Leg("call", 100, -1, 6.0), Leg("call", 110, 1, 2.0)),
        (Leg("put", 90, 1, 1.0), Leg("put", 95, -1, 2.0)),
        (
            Leg("put", 90, 1, 0.5),
            Leg("put", 95, -1, 1.5),
            Leg("call", 105, -1, 1.5),
            Leg("call", 110, 1, 0.5),
        ),
        (Leg("call", 90, 1, 11.0), Leg("call", 100, -2, 5.0), Leg("call", 110, 1, 2.0)),
    ],
    ids=["debit", "credit", "put credit", "iron condor", "butterfly"],
)
def test_capital_of_a_limited_strategy_is_its_largest_loss(legs: tuple[Leg, ...]) -> None:
    found = margin(Strategy("Limited", legs), 100.0)

    assert found.capital == pytest.approx(found.max_loss)
    assert found.is_limited


def test_margin_of_a_short_strangle_is_the_larger_side_and_the_other_premium() -> None:
    call, put = Leg("call", 105, -1, 3.0), Leg("put", 95, -1, 2.0)

    assert _need(call, put) == pytest.approx(max(_need(call), _need(put)) + 2.0)


def test_margin_of_a_covered_call_is_half_the_share() -> None:
    found = margin(
        Strategy("Covered", (Leg("share", math.nan, 1, 100.0), Leg("call", 105, -1, 2.0))), 100.0
    )

    assert (found.requirement, found.capital) == (50.0, 48.0)
    assert "covered by shares" in found.rule


def test_margin_of_a_ratio_leaves_the_second_call_uncovered() -> None:
    bought, sold = Leg("call", 100, 1, 6.0), Leg("call", 110, -2, 2.0)

    found = margin(Strategy("Ratio", (bought, sold)), 100.0)

    assert found.requirement == pytest.approx(_need(Leg("call", 110, -1, 2.0)))
    assert not found.is_limited


def test_margin_of_a_calendar_is_its_cost() -> None:
    near = Leg("call", 100, -1, 2.0, expiry_days=30)
    far = Leg("call", 100, 1, 4.0, expiry_days=60)

    assert margin(Strategy("Calendar", (near, far)), 100.0).capital == 2.0


def test_margin_of_a_bought_call_that_expires_first_covers_nothing() -> None:
    near = Leg("call", 100, 1, 2.0, expiry_days=30)
    far = Leg("call", 100, -1, 4.0, expiry_days=60)

    found = margin(Strategy("Reverse", (near, far)), 100.0)

    assert found.requirement == pytest.approx(_need(Leg("call", 100, -1, 4.0)))


def test_margin_of_sold_shares_ties_up_half_their_price() -> None:
    found = margin(Strategy("Short", (Leg("share", math.nan, -1, 100.0),)), 100.0)

    assert (found.requirement, found.capital) == (150.0, 50.0)


def test_margin_without_a_price_is_refused() -> None:
    with pytest.raises(BadInput, match="price of the underlying"):
        margin(Strategy("Call", (Leg("call", 100, 1, 2.0),)), math.nan)
