from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.sims.listings import LISTINGS
from quantdeck.sims.market import Market
from quantdeck.sims.paths import CHUNK_MS, DAY_MS, STEPS_PER_MINUTE
from tests.sims.harness import START_MS

_DAY = START_MS // DAY_MS
_HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=7, began_ms=START_MS)


def test_market_with_equal_seeds_has_equal_prices(market: Market) -> None:
    twin = Market(seed=7, began_ms=START_MS + 12_345_678)

    prices = [m.truth.log_prices("ETHUSDT", START_MS, START_MS + 60_000) for m in (market, twin)]

    assert prices[0].tolist() == prices[1].tolist()


def test_market_with_another_seed_has_other_prices(market: Market) -> None:
    other = Market(seed=8, began_ms=START_MS)

    prices = [m.truth.log_prices("BTCUSDT", START_MS, START_MS + 60_000) for m in (market, other)]

    assert np.abs(prices[0] - prices[1]).min() > 1e-4


@pytest.mark.parametrize("symbol", [listing.symbol for listing in LISTINGS])
def test_prices_run_on_over_chunks_and_midnight(market: Market, symbol: str) -> None:
    midnight = (_DAY + 1) * DAY_MS // CHUNK_MS
    deviation = market.paths.day(symbol, _DAY + 1).step_deviation[0]
    if market.truth.annual_volatility(symbol) > 0:
        deviation = max(deviation, 0.003 * math.sqrt(math.log(2) / 450))

    for chunk in (midnight - 1, midnight, midnight + 7):
        before = market.paths.steps(symbol, chunk)[-1, -1]
        after = market.paths.steps(symbol, chunk + 1)[0, 0]
        assert abs(after - before) < 7 * deviation


def test_prices_have_the_planted_volatility(market: Market) -> None:
    start = (_DAY - 2) * DAY_MS
    prices = market.truth.log_prices("LTCUSDT", start, start + 2 * DAY_MS)
    jumps = market.truth.jumps("LTCUSDT", start, start + 2 * DAY_MS)

    spent = float(np.sum(np.diff(prices) ** 2)) - sum(jump.size**2 for jump in jumps)

    found = math.sqrt(spent / 2 * 365)
    assert abs(found / market.truth.annual_volatility("LTCUSDT") - 1) < 0.05


def test_jump_is_where_it_was_planted(market: Market) -> None:
    day_ms = _DAY * DAY_MS
    jump = max(market.truth.jumps("BNBUSDT", day_ms, day_ms + DAY_MS), key=lambda j: abs(j.size))

    around = market.truth.log_prices(
        "BNBUSDT", jump.time_ms - 200, jump.time_ms + 200, every_ms=100
    )

    moves = np.diff(around)
    assert int(np.argmax(np.abs(moves))) == 1
    assert abs(moves[1] - jump.size) < 0.0005


def test_follower_jumps_with_its_leader(market: Market) -> None:
    day_ms = _DAY * DAY_MS
    leader = market.truth.jumps("BTCUSDT", day_ms, day_ms + DAY_MS)
    follower = market.truth.jumps("ETHUSDT", day_ms, day_ms + DAY_MS)

    ratio = market.truth.pair("ETHUSDT", "BTCUSDT").hedge_ratio

    assert [j.time_ms for j in leader] == [j.time_ms for j in follower]
    assert follower[0].size == pytest.approx(leader[0].size * ratio)


def test_quiet_spell_has_hardly_an_order(market: Market) -> None:
    listing = LISTINGS[0]
    opens = market.usdm.flow.minute_orders(listing, _DAY)
    first, end = market.truth.quiet_spells("BTCUSDT", _DAY)[0]
    within = slice((first - _DAY * DAY_MS) // 60_000, (end - _DAY * DAY_MS) // 60_000)

    counts = np.diff(opens)

    assert counts[within].mean() < 0.1 * counts.mean()


def test_rate_multiplies_orders_and_leaves_prices_alone(market: Market) -> None:
    busy = Market(seed=7, began_ms=START_MS, rate=20.0)
    listing = LISTINGS[0]

    orders = [np.diff(m.usdm.flow.minute_orders(listing, _DAY)).sum() for m in (market, busy)]
    prices = [m.truth.log_prices("BTCUSDT", START_MS, START_MS + 1_000) for m in (market, busy)]

    assert orders[1] / orders[0] == pytest.approx(20.0, rel=0.01)
    assert prices[0].tolist() == prices[1].tolist()


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_market_with_a_senseless_rate_is_refused(rate: float) -> None:
    with pytest.raises(BadInput, match="rate"):
        Market(seed=1, began_ms=START_MS, rate=rate)


def test_market_outside_its_years_is_refused(market: Market) -> None:
    with pytest.raises(BadInput, match="2015 to 2044"):
        market.truth.log_prices("BTCUSDT", 0, 1_000)


def test_truth_of_an_unplanted_pair_is_refused_with_those_there_are(market: Market) -> None:
    with pytest.raises(BadInput, match="ETHUSDT on BTCUSDT"):
        market.truth.pair("BTCUSDT", "ETHUSDT")


def test_truth_of_an_unknown_symbol_is_refused(market: Market) -> None:
    with pytest.raises(BadInput, match="not listed"):
        market.truth.jumps("NOPE", START_MS, START_MS + 1)


def test_steps_of_a_chunk_are_all_there(market: Market) -> None:
    steps = market.paths.steps("BTCUSDT", START_MS // CHUNK_MS)

    assert steps.shape == (5, STEPS_PER_MINUTE)
    assert np.isfinite(steps).all()
