from __future__ import annotations

from typing import Any

import numpy as np

from quantdeck.analytics.detection.large_trades import TradeRules, large_trades, level_of
from quantdeck.analytics.detection.orders import (
    KEPT,
    SILENCE_NS,
    Orders,
    digest_of,
    digests_together,
    orders_of,
)

HOUR = 3_600_000_000_000
SYMBOL = "BINANCE-USDM:BTCUSDT"
ANY_SIZE = TradeRules(least=0.0)


def simulated(seed: int, hours: float, *, per_s: float = 0.5, draw: Any = None) -> Orders:
    random = np.random.default_rng(seed)
    count = random.poisson(per_s * hours * 3600)
    ts_ns = np.sort(random.integers(0, int(hours * HOUR), count))
    notional = random.lognormal(8.0, 2.0, count) if draw is None else draw(random, count)
    return orders_of(ts_ns, notional, np.ones(count), random.choice([-1, 1], count))


def split(orders: Orders, hours: float) -> tuple[Orders, Orders]:
    cut = int(np.searchsorted(orders.ts_ns, hours * HOUR))
    return orders.part(slice(0, cut)), orders.part(slice(cut, None))


def one_order(notional: float, *, at_ns: int = 0, side: int = 1) -> Orders:
    return orders_of(np.array([at_ns]), np.array([notional]), np.ones(1), np.array([side]))


def test_orders_of_prints_of_one_moment_and_side_are_one() -> None:
    found = orders_of(
        np.array([1, 1, 1, 2]),
        np.array([10.0, 11.0, 12.0, 10.0]),
        np.array([1.0, 2.0, 1.0, 1.0]),
        np.array([1, 1, -1, -1]),
    )

    assert found.notional.tolist() == [32.0, 12.0, 10.0]
    assert found.prints.tolist() == [2, 1, 1]


def test_orders_of_prints_without_price_or_size_leave_them_out() -> None:
    found = orders_of(
        np.arange(3), np.array([np.nan, 2.0, 3.0]), np.array([1.0, 0.0, 1.0]), np.ones(3)
    )

    assert found.notional.tolist() == [3.0]


def test_digest_over_a_night_counts_its_silence_as_minutes() -> None:
    found = digest_of(orders_of(np.array([0, 14 * HOUR]), np.ones(2), np.ones(2), np.ones(2)))

    assert found.covered_ns == SILENCE_NS


def test_digests_together_have_the_largest_of_the_whole() -> None:
    orders = simulated(1, 3.0)
    parts = [orders.part(slice(at, at + 700)) for at in range(0, len(orders), 700)]

    found = digests_together(map(digest_of, parts))

    assert np.array_equal(found.largest, np.sort(orders.notional)[::-1][:KEPT])
    assert found.orders == len(orders)


def test_level_of_days_is_passed_as_often_as_asked_for() -> None:
    orders = simulated(2, 80.0)

    level = level_of(digest_of(orders), 8.0)

    assert int((orders.notional > level.notional).sum()) in (8, 9)
    assert not level.is_extrapolated


def test_level_of_an_hour_is_never_below_the_largest_order() -> None:
    orders = simulated(3, 1.0)

    level = level_of(digest_of(orders), 8.0)

    assert level.is_extrapolated
    assert level.notional >= orders.notional.max()


def test_level_of_few_minutes_says_how_many_are_needed() -> None:
    level = level_of(digest_of(simulated(4, 0.05, per_s=20.0)), 8.0)

    assert np.isnan(level.notional)
    assert level.why == "not enough data: 3 min of trading before, 5 are needed"


def test_large_trades_of_a_block_say_how_rare_it_is() -> None:
    before = simulated(5, 48.0)
    block = one_order(float(before.notional.max()) * 3, at_ns=50 * HOUR)

    found = large_trades(SYMBOL, block, digest_of(before), ANY_SIZE, currency="USDT")

    assert len(found) == 1
    assert f"1 in {len(before) + 1:,} orders in " in found[0].text
    assert found[0].text.startswith("BTCUSDT bought 1 at ")


def test_large_trades_within_a_second_are_told_once() -> None:
    before = simulated(6, 48.0)
    large = float(before.notional.max()) * 2
    burst = orders_of(
        np.array([0, 1, 2]) * 400_000_000 + 50 * HOUR,
        np.array([large, large * 2, large]),
        np.ones(3),
        np.ones(3),
    )

    found = large_trades(SYMBOL, burst, digest_of(before), ANY_SIZE)

    assert len(found) == 1
    assert "with 2 more within a second" in found[0].text


def test_large_trades_below_the_least_notional_are_not_told() -> None:
    before = simulated(7, 48.0)
    block = one_order(float(before.notional.max()) * 2)

    rules = TradeRules(least=float(before.notional.max()) * 3)

    assert large_trades(SYMBOL, block, digest_of(before), rules) == ()


def test_large_trades_under_the_null_come_as_often_as_promised() -> None:
    # Two distributions, one of them without a mean: the level is a rank, so neither matters.
    draws = (None, lambda random, count: 1000.0 * (1.0 + random.pareto(0.9, count)))
    told = [0, 0]
    for seed in range(12):
        for which, draw in enumerate(draws):
            before, after = split(simulated(100 + seed, 72.0, per_s=0.2, draw=draw), 48.0)
            told[which] += len(large_trades(SYMBOL, after, digest_of(before), ANY_SIZE))

    # 12 times 24 hours, one in 8: 36 are expected, and 3 deviations of ranks and counts are 22.
    assert all(14 <= count <= 58 for count in told)
