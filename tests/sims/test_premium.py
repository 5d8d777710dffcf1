from __future__ import annotations

import math

import pytest

from quantdeck.sims.listings import LISTINGS
from quantdeck.sims.market import Market
from quantdeck.sims.premium import FUNDING_MS, INTEREST_RATE, funding_rate, mark_at
from tests.sims.harness import START_MS

_SETTLED_MS = START_MS // FUNDING_MS * FUNDING_MS


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=7, began_ms=START_MS)


def test_mark_is_the_price_of_the_perpetual(market: Market) -> None:
    mark = mark_at(market.paths, LISTINGS[0], START_MS)

    price = float(market.truth.log_prices("BTCUSDT", START_MS, START_MS + 1)[0])

    assert mark.mark == pytest.approx(math.exp(price), rel=1e-12)


def test_index_lies_below_the_mark_by_the_basis(market: Market) -> None:
    mark = mark_at(market.paths, LISTINGS[0], START_MS)

    assert 0 < abs(math.log(mark.mark / mark.index)) < 0.003


def test_next_funding_is_at_the_end_of_the_interval(market: Market) -> None:
    mark = mark_at(market.paths, LISTINGS[0], _SETTLED_MS)

    assert mark.next_funding_ms == _SETTLED_MS + FUNDING_MS


def test_rate_at_the_end_of_an_interval_is_the_rate_exchanged(market: Market) -> None:
    listing = LISTINGS[3]

    last = mark_at(market.paths, listing, _SETTLED_MS - 1).funding_rate

    assert funding_rate(market.paths, listing, _SETTLED_MS) == last


def test_rate_is_the_interest_where_the_premium_is_small(market: Market) -> None:
    rates = [
        funding_rate(market.paths, LISTINGS[0], _SETTLED_MS - back * FUNDING_MS)
        for back in range(30)
    ]

    # The premium is clamped away unless it is more than 0.05 % off the interest.
    assert sum(math.isclose(rate, INTEREST_RATE) for rate in rates) > 25
    assert max(abs(rate) for rate in rates) < 0.003
