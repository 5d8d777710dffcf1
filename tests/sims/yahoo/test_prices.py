"""Prices of the Yahoo simulator agree with each other, over intervals, calls and time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.sims.options import sessions
from quantdeck.sims.options.sessions import DAY_NS
from quantdeck.sims.stocks.market import StockMarket
from quantdeck.sims.yahoo.candles import YahooPrices, actions
from quantdeck.sims.yahoo.listing import SECURITIES
from tests.sims.yahoo.harness import FRIDAY_NOON_MS, shared_market

NOON_NS = FRIDAY_NOON_MS * 1_000_000
EVENING_NS = NOON_NS + 8 * 3_600_000_000_000
MINUTE_NS = 60_000_000_000


@pytest.fixture(scope="module")
def prices() -> YahooPrices:
    return YahooPrices(shared_market())


@pytest.mark.parametrize("symbol", ["SPY", "NVDA", "^GSPC", "BTC-USD"])
def test_minutes_add_up_to_their_day(prices: YahooPrices, symbol: str) -> None:
    security = SECURITIES[symbol]
    day = prices.days(security, EVENING_NS).part(slice(-2, -1))
    start = int(day.start_ns[0])

    made = prices.minutes(security, start, start + DAY_NS, EVENING_NS)
    minutes = made.part(slice(0, 1_440 if security.coin else 390))

    assert minutes.opened[0] == day.opened[0]
    assert minutes.closed[-1] == day.closed[0]
    assert minutes.high.max() == day.high[0]
    assert minutes.low.min() == day.low[0]
    assert minutes.volume.sum() == day.volume[0]


@pytest.mark.parametrize("symbol", ["KO", "ETH-USD"])
def test_what_is_past_does_not_change_while_time_goes_on(prices: YahooPrices, symbol: str) -> None:
    security = SECURITIES[symbol]

    before = prices.days(security, NOON_NS)
    after = prices.days(security, NOON_NS + 3 * DAY_NS)

    assert np.array_equal(before.closed[:-1], after.closed[: len(before) - 1])


def test_two_simulators_of_a_seed_tell_the_same(prices: YahooPrices) -> None:
    other = YahooPrices(StockMarket(seed=7))

    for symbol in ("SPY", "BTC-USD"):
        security = SECURITIES[symbol]
        assert np.array_equal(
            prices.days(security, NOON_NS).closed, other.days(security, NOON_NS).closed
        )


def test_a_split_lowers_all_prices_before_it_once_it_has_come(prices: YahooPrices) -> None:
    # Planted for 2026-12-07.
    security = SECURITIES["KO"]
    split_ns = sessions.open_ns(date(2026, 12, 7))

    before = prices.days(security, split_ns - DAY_NS)
    after = prices.days(security, split_ns + MINUTE_NS)

    assert np.allclose(after.closed[: len(before) - 1], before.closed[:-1] / 2.0)
    assert np.allclose(after.volume[: len(before) - 1], before.volume[:-1] * 2.0)


def test_the_running_session_ends_at_the_last_price(prices: YahooPrices) -> None:
    security = SECURITIES["SPY"]

    days = prices.days(security, NOON_NS)
    minutes = prices.minutes(security, NOON_NS - 5 * MINUTE_NS, NOON_NS + DAY_NS, NOON_NS)
    price, at_ns = prices.last(security, NOON_NS)

    assert price == days.closed[-1] == minutes.closed[-1]
    assert at_ns == NOON_NS


def test_after_the_close_the_last_price_is_the_close(prices: YahooPrices) -> None:
    security = SECURITIES["SPY"]

    price, at_ns = prices.last(security, EVENING_NS)

    assert price == prices.days(security, EVENING_NS).closed[-1]
    assert at_ns == sessions.close_ns(date(2026, 11, 20))


def test_dividends_are_told_in_todays_shares(prices: YahooPrices) -> None:
    security = SECURITIES["AAPL"]
    assert security.stock is not None
    market = prices.market

    told, splits = actions(market, security.stock, NOON_NS)

    first = market.daily.of(security.stock).dividends[0]
    assert told[0][1] == pytest.approx(first.amount / 28.0)
    assert [(old, new) for _, old, new in splits] == [(1, 7), (1, 4)]


def test_coins_share_the_markets_returns(prices: YahooPrices) -> None:
    days = {name: prices.days(SECURITIES[name], EVENING_NS) for name in ("SPY", "BTC-USD")}
    stock, coin = (each.closed for each in days.values())
    dates = [each.start_ns // DAY_NS for each in days.values()]

    common, left, right = np.intersect1d(*dates, return_indices=True)
    moves = np.diff(np.log(stock[left]))[np.diff(common) == 1]
    others = np.diff(np.log(coin[right]))[np.diff(common) == 1]

    assert np.corrcoef(moves, others)[0, 1] > 0.2
