from __future__ import annotations

import numpy as np
import pytest

from quantdeck.sims.candles import (
    CANDLE_DTYPE,
    INTERVALS_MS,
    fill_empty,
    fold,
    interval_end,
    interval_start,
)
from quantdeck.sims.dated import listed_at
from quantdeck.sims.history import ARCHIVED_DAYS, HISTORY_MS, LISTED_DAYS
from quantdeck.sims.listings import LISTINGS, Listing
from quantdeck.sims.market import Market
from quantdeck.sims.paths import DAY_MS
from tests.sims.harness import START_MS

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=7, began_ms=START_MS)


def _by_hand(market: Market, listing: Listing, start: int, end: int) -> dict[str, int]:
    orders = [
        (price, lots, is_sell, fills)
        for part in market.usdm.orders(listing, start, end, limit=10**9)
        for price, lots, is_sell, fills in zip(
            part.flow.price[part.first : part.end].tolist(),
            part.flow.lots[part.first : part.end].tolist(),
            part.flow.is_sell[part.first : part.end].tolist(),
            part.flow.fills[part.first : part.end].tolist(),
            strict=True,
        )
    ]
    prices = [order[0] for order in orders]
    return {
        "open": prices[0],
        "high": max(prices),
        "low": min(prices),
        "close": prices[-1],
        "lots": sum(lots for _, lots, _, _ in orders),
        "turnover": sum(price * lots for price, lots, _, _ in orders),
        "buy_lots": sum(lots for _, lots, is_sell, _ in orders if not is_sell),
        "buy_turnover": sum(price * lots for price, lots, is_sell, _ in orders if not is_sell),
        "fills": sum(fills for *_, fills in orders),
    }


@pytest.mark.parametrize("interval", ["1s", "1m", "3m", "5m", "15m", "1h"])
def test_candles_are_the_orders_added_up(market: Market, interval: str) -> None:
    listing, length = LISTINGS[0], INTERVALS_MS[interval]
    start = (START_MS - 3 * _HOUR) // length * length

    candles = market.usdm.candles(listing, interval, (start, start + 2 * length), START_MS)

    for candle in candles[candles["fills"] > 0]:
        first = int(candle["start_ms"])
        expected = _by_hand(market, listing, first, first + length - 1)
        assert {name: int(candle[name]) for name in expected} == expected


def test_growing_candle_holds_what_has_happened(market: Market) -> None:
    listing, start = LISTINGS[0], START_MS // _MINUTE * _MINUTE

    candle = market.usdm.candles(listing, "1m", (start, start), START_MS)[0]

    expected = _by_hand(market, listing, start, START_MS)
    assert {name: int(candle[name]) for name in expected} == expected


def test_candles_have_no_holes_and_their_fills_run_on(market: Market) -> None:
    start = START_MS // _MINUTE * _MINUTE - 600 * _MINUTE

    candles = market.usdm.candles(LISTINGS[9], "1m", (start, START_MS), START_MS)

    traded = candles[candles["fills"] > 0]
    assert np.diff(candles["start_ms"]).tolist() == [_MINUTE] * (len(candles) - 1)
    assert (traded["first_fill"][1:] == traded["last_fill"][:-1] + 1).all()


def test_candle_without_orders_repeats_the_close_before(market: Market) -> None:
    start = START_MS // _HOUR * _HOUR - _HOUR

    candles = market.usdm.candles(LISTINGS[11], "1s", (start, start + 600_000), START_MS)

    empty = np.flatnonzero(candles["fills"][1:] == 0) + 1
    assert len(empty)
    for field in ("open", "high", "low", "close"):
        assert candles[field][empty].tolist() == candles["close"][empty - 1].tolist()
    assert (candles["first_fill"][empty] == -1).all()
    assert (candles["lots"][empty] == 0).all()


@pytest.mark.parametrize(("interval", "days"), [("1d", ARCHIVED_DAYS), ("30m", LISTED_DAYS)])
def test_old_candles_begin_where_their_length_is_known(
    market: Market, interval: str, days: int
) -> None:
    first_ms = START_MS // DAY_MS * DAY_MS - days * DAY_MS

    candles = market.usdm.candles(LISTINGS[0], interval, (0, first_ms + 5 * DAY_MS), START_MS)

    assert candles["start_ms"][0] == first_ms
    assert (candles["high"] >= np.maximum(candles["open"], candles["close"])).all()
    assert (candles["low"] <= np.minimum(candles["open"], candles["close"])).all()


def test_days_have_no_hole_from_the_first_to_the_last(market: Market) -> None:
    candles = market.usdm.candles(LISTINGS[0], "1d", (0, START_MS), START_MS)

    assert len(candles) == ARCHIVED_DAYS + 1
    assert (np.diff(candles["start_ms"]) == DAY_MS).all()


@pytest.mark.parametrize("number", [0, 1])
def test_hours_of_the_archive_join_the_minutes_after_it(market: Market, number: int) -> None:
    border = START_MS // DAY_MS * DAY_MS - LISTED_DAYS * DAY_MS

    candles = market.usdm.candles(
        LISTINGS[number], "1h", (border - 5 * _HOUR, border + 5 * _HOUR), START_MS
    )

    assert np.diff(candles["start_ms"]).tolist() == [_HOUR] * 10
    steps = np.log(candles["open"][1:] / candles["close"][:-1])
    assert np.abs(steps).max() < 0.01


@pytest.mark.parametrize("interval", ["1d", "1w", "1M"])
def test_candles_across_the_border_are_hours_folded(market: Market, interval: str) -> None:
    border = START_MS // DAY_MS * DAY_MS - LISTED_DAYS * DAY_MS
    start = int(interval_start(np.array([border - 40 * DAY_MS]), interval)[0])
    hours = market.usdm.candles(LISTINGS[0], "1h", (start, START_MS), START_MS)

    longer = market.usdm.candles(LISTINGS[0], interval, (start, START_MS), START_MS)

    assert longer.tolist() == fold(hours, interval).tolist()


def test_spot_and_perpetual_of_the_archive_stay_close(market: Market) -> None:
    first_ms = START_MS // DAY_MS * DAY_MS - 1000 * DAY_MS
    span = first_ms, first_ms + 50 * DAY_MS

    sides = [side.candles(LISTINGS[0], "1h", span, START_MS) for side in (market.usdm, market.spot)]

    gap = np.log(sides[0]["close"] / sides[1]["close"])
    assert 0.0 < np.abs(gap).max() < 0.003


def test_archive_of_a_dated_future_is_empty() -> None:
    dated = listed_at(START_MS)[0]
    side = Market(seed=7, began_ms=START_MS).usdm

    assert side.first_ms(dated, "1d") == side.listed_ms


def test_candles_join_where_single_orders_begin(market: Market) -> None:
    border = (START_MS - HISTORY_MS) // 300_000 * 300_000

    candles = market.usdm.candles(
        LISTINGS[0], "1m", (border - 5 * _MINUTE, border + 5 * _MINUTE), START_MS
    )

    assert np.diff(candles["start_ms"]).tolist() == [_MINUTE] * 10
    assert np.abs(np.diff(np.log(candles["close"]))).max() < 0.01
    assert (candles["first_fill"][1:] == candles["last_fill"][:-1] + 1).all()


@pytest.mark.parametrize("interval", [name for name in INTERVALS_MS if name not in {"1s", "1m"}])
def test_longer_candles_are_minutes_folded(market: Market, interval: str) -> None:
    listing = LISTINGS[1]
    start = int(interval_start(np.array([START_MS]), interval)[0])
    minutes = market.usdm.candles(listing, "1m", (start, START_MS), START_MS)

    longer = market.usdm.candles(listing, interval, (start, START_MS), START_MS)

    assert longer.tolist() == fold(minutes, interval).tolist()
    assert len(longer) == 1


def test_intervals_start_where_the_venue_starts_them() -> None:
    # 2026-11-21 is a Saturday.
    time_ms = np.array([np.datetime64("2026-11-21T05:06:07", "ms").astype(np.int64)])

    starts = {
        name: str(interval_start(time_ms, name).astype("datetime64[ms]")[0])[:16]
        for name in ("1m", "15m", "4h", "1d", "1w", "1M")
    }

    assert starts == {
        "1m": "2026-11-21T05:06",
        "15m": "2026-11-21T05:00",
        "4h": "2026-11-21T04:00",
        "1d": "2026-11-21T00:00",
        "1w": "2026-11-16T00:00",
        "1M": "2026-11-01T00:00",
    }


def test_month_ends_with_its_last_millisecond() -> None:
    february = int(np.datetime64("2024-02-01", "ms").astype(np.int64))

    end = np.datetime64(interval_end(february, "1M"), "ms")

    assert str(end) == "2024-02-29T23:59:59.999"


def test_fill_empty_before_the_first_candle_takes_the_close_given() -> None:
    candles = np.zeros(1, CANDLE_DTYPE)
    candles["start_ms"], candles["close"], candles["fills"] = 60, 7, 1

    filled = fill_empty(candles, np.array([0, 60, 120]), 5)

    assert filled["close"].tolist() == [5, 7, 7]
    assert filled["fills"].tolist() == [0, 1, 0]


def test_fold_of_nothing_is_nothing() -> None:
    assert len(fold(np.empty(0, CANDLE_DTYPE), "1h")) == 0


@pytest.mark.parametrize("offset", [0, 1, 250, 5_000])
def test_time_of_an_order_is_that_of_the_order(market: Market, offset: int) -> None:
    listing = LISTINGS[0]
    part = market.usdm.orders_before(listing, START_MS, limit=1)[0]
    number = part.flow.first_order + part.first - offset

    stamp = market.usdm.time_of_order(listing, number, START_MS)

    assert stamp is not None
    found = [
        item.flow.first_order + index
        for item in market.usdm.orders(listing, stamp, stamp, limit=10**6)
        for index in range(item.first, item.end)
    ]
    assert number in found


def test_time_of_an_order_to_come_is_none(market: Market) -> None:
    part = market.usdm.orders_before(LISTINGS[0], START_MS, limit=1)[0]

    stamp = market.usdm.time_of_order(LISTINGS[0], part.flow.first_order + part.first + 1, START_MS)

    assert stamp is None


def test_time_of_an_ancient_order_is_the_oldest_kept(market: Market) -> None:
    stamp = market.usdm.time_of_order(LISTINGS[0], 1, START_MS)

    assert stamp is not None
    assert 0 <= (START_MS - HISTORY_MS) - stamp < 300_000
