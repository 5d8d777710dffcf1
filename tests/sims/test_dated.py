from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from quantdeck.sims.dated import BASES, contract_type, dated_listings, listed_at, planted_premium
from quantdeck.sims.paths import CHUNK_MS, DAY_MS, PricePaths, listing_of
from quantdeck.sims.premium import mark_at

NOW_MS = 1_795_255_500_000
"""2026-11-21 10:05 UTC."""
NAMES = ["BTCUSDT_261225", "BTCUSDT_270326", "ETHUSDT_261225", "ETHUSDT_270326"]


def test_listed_are_the_current_and_the_next_quarter() -> None:
    listed = listed_at(NOW_MS)

    assert [listing.symbol for listing in listed] == NAMES
    assert [contract_type(listing, NOW_MS) for listing in listed] == [
        "CURRENT_QUARTER",
        "NEXT_QUARTER",
    ] * 2


def test_quarter_rolls_with_its_delivery() -> None:
    delivery_ms = listed_at(NOW_MS)[0].delivery_ms

    before, after = listed_at(delivery_ms - 1), listed_at(delivery_ms)

    assert before[0].symbol == "BTCUSDT_261225"
    assert [each.symbol for each in after[:2]] == ["BTCUSDT_270326", "BTCUSDT_270625"]


def test_every_future_is_delivered_on_a_friday_at_eight() -> None:
    days = [datetime.fromtimestamp(each.delivery_ms / 1e3, UTC) for each in dated_listings()]

    assert {(day.weekday(), day.hour, day.month % 3) for day in days} == {(4, 8, 0)}


@pytest.mark.parametrize("name", NAMES)
def test_mark_over_index_is_the_planted_rate(name: str) -> None:
    listing = listing_of(name)
    assert listing is not None

    mark = mark_at(PricePaths(7), listing, NOW_MS)

    years = (listing.delivery_ms - NOW_MS) / (365 * DAY_MS)
    basis = next(each for each in BASES if each.pair == listing.pair)
    assert math.log(mark.mark / mark.index) / years == pytest.approx(basis.rate(years), rel=1e-4)
    assert (mark.funding_rate, mark.next_funding_ms) == (None, 0)


def test_index_of_a_future_is_that_of_its_perpetual() -> None:
    paths = PricePaths(7)
    future, perpetual = listing_of(NAMES[0]), listing_of("BTCUSDT")
    assert future is not None
    assert perpetual is not None

    indices = [mark_at(paths, listing, NOW_MS).index for listing in (future, perpetual)]

    assert indices[0] == pytest.approx(indices[1], rel=1e-12)


def test_steps_of_a_future_meet_its_minutes() -> None:
    paths, chunk = PricePaths(7), NOW_MS // CHUNK_MS

    steps = paths.steps(NAMES[0], chunk)
    day, minute = divmod(chunk * 5, 1440)
    spot = paths.steps("BTCUSDT", chunk) - paths.basis_steps("BTCUSDT", chunk)

    borders = paths.day(NAMES[0], day).log_price[minute : minute + 5]
    np.testing.assert_allclose(steps[:, 0], borders, atol=2e-3)
    assert (steps > spot).all()


def test_premium_of_a_delivered_future_is_none() -> None:
    listing = listed_at(NOW_MS)[0]

    assert planted_premium(listing, listing.delivery_ms + 1) == 0.0
