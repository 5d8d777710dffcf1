"""Put-call parity of whole chains."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.options import check_parity
from quantdeck.model.errors import BadInput
from quantdeck.model.options import ExerciseStyle

FORWARD, DISCOUNT = 6080.0, math.exp(-0.04 * 189 / 365)


def test_parity_of_quotes_that_agree_has_no_violation() -> None:
    chain, at_ns = example_chain()

    found = check_parity(chain, at_ns, forward=FORWARD, discount=DISCOUNT)

    assert found.checked == 15
    assert found.violations == ()


def test_parity_with_a_stale_call_names_strike_size_and_age() -> None:
    chain, at_ns = example_chain()
    chain.calls.bid[4] += 5.0
    chain.calls.ask[4] += 5.0
    chain.calls.ts_ns[4] = at_ns - 60_000_000_000

    found = check_parity(chain, at_ns, forward=FORWARD, discount=DISCOUNT)

    (violation,) = found.violations
    assert violation.strike == 5700.0
    assert violation.size == pytest.approx(5.0 - 0.6)
    assert violation.spreads == pytest.approx((5.0 - 0.6) / 1.2)
    assert (violation.call_age_s, violation.put_age_s) == (60.0, 0.5)


def test_parity_with_a_call_too_cheap_has_a_negative_size() -> None:
    chain, at_ns = example_chain()
    chain.calls.bid[4] -= 5.0
    chain.calls.ask[4] -= 5.0

    (violation,) = check_parity(chain, at_ns, forward=FORWARD, discount=DISCOUNT).violations

    assert violation.size == pytest.approx(-5.0 + 0.6)


def test_parity_without_a_bid_is_not_checked() -> None:
    chain, at_ns = example_chain()
    chain.puts.bid[2] = 0.0

    found = check_parity(chain, at_ns, forward=FORWARD, discount=DISCOUNT)

    assert found.checked == 14


def test_parity_of_american_quotes_has_room_for_early_exercise() -> None:
    chain, at_ns = example_chain()
    american = replace(chain, style=ExerciseStyle.AMERICAN, spot=FORWARD * DISCOUNT)
    american.puts.bid[12] += 20.0
    american.puts.ask[12] += 20.0

    early = check_parity(american, at_ns, forward=math.nan, discount=DISCOUNT)
    european = check_parity(
        replace(american, style=ExerciseStyle.EUROPEAN), at_ns, forward=FORWARD, discount=DISCOUNT
    )

    assert early.violations == ()
    assert len(european.violations) == 1


def test_parity_without_a_forward_is_refused() -> None:
    chain, at_ns = example_chain()

    with pytest.raises(BadInput, match="needs a discount factor and a forward"):
        check_parity(chain, at_ns, forward=math.nan, discount=DISCOUNT)
