"""Trades, quotes and snapshots of the Polygon simulator."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tests.sims.polygon.harness import FRIDAY_NOON_MS, bench

NOON_NS = FRIDAY_NOON_MS * 1_000_000
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks"


def _get(path: str, *, key: str = "K", **parameters: object) -> Any:
    async def scenario():
        async with bench() as at:
            return await at.get(path, key=key, **parameters)

    return asyncio.run(scenario())


def _pages(path: str, **parameters: object) -> list[dict[str, Any]]:
    async def scenario():
        async with bench() as at:
            pages = await at.pages(path, **parameters)
            return [row for body in pages for row in body["results"]]

    return asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["trades", "quotes"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_of_ticks_are_the_whole_once(kind: str, order: str) -> None:
    window = {"timestamp__gte": NOON_NS - 90_000_000_000, "timestamp__lte": NOON_NS}

    rows = _pages(f"/v3/{kind}/AAPL", limit=33, order=order, **window)

    stamps = [row["sip_timestamp"] for row in rows]
    assert len(rows) == pytest.approx(180, abs=2)
    assert stamps == sorted(set(stamps), reverse=order == "desc")
    assert all(NOON_NS - 90_000_000_000 <= stamp <= NOON_NS for stamp in stamps)


def test_newest_trades_come_first_by_default() -> None:
    rows = _get("/v3/trades/AAPL", limit=3)["results"]

    assert [row["sip_timestamp"] for row in rows] == sorted(
        (row["sip_timestamp"] for row in rows), reverse=True
    )
    assert rows[0]["sip_timestamp"] > NOON_NS - 2_000_000_000


def test_trades_of_a_day_are_asked_by_its_date() -> None:
    rows = _get("/v3/trades/AAPL", timestamp="2026-11-19", order="asc", limit=2)["results"]

    assert rows[0]["sip_timestamp"] // 86_400_000_000_000 == 20_776


def test_trades_after_hours_say_so_by_their_condition() -> None:
    rows = _get("/v3/trades/AAPL", timestamp__gte="2026-11-20T03:00:00Z", order="asc", limit=5)

    assert all(12 in row["conditions"] for row in rows["results"])


def test_sequence_numbers_grow_and_are_not_contiguous() -> None:
    rows = _get("/v3/trades/AAPL", order="asc", timestamp__gte=NOON_NS - 30_000_000_000)["results"]

    steps = [b["sequence_number"] - a["sequence_number"] for a, b in itertools.pairwise(rows)]
    assert min(steps) > 1


def test_trades_are_between_bid_and_ask_of_their_second() -> None:
    start = NOON_NS // 1_000_000_000 * 1_000_000_000 - 5_000_000_000
    window = {"timestamp__gte": start, "timestamp__lt": start + 1_000_000_000, "order": "asc"}

    trades = _get("/v3/trades/MSFT", **window)["results"]
    quotes = _get("/v3/quotes/MSFT", **window)["results"]

    assert quotes[0]["bid_price"] <= trades[0]["price"] <= quotes[0]["ask_price"]


def test_last_trade_and_quote_are_the_newest_of_their_lists() -> None:
    trade = _get("/v2/last/trade/AAPL")["results"]
    quote = _get("/v2/last/nbbo/AAPL")["results"]

    assert trade["q"] == _get("/v3/trades/AAPL", limit=1)["results"][0]["sequence_number"]
    newest = _get("/v3/quotes/AAPL", limit=1)["results"][0]
    assert (quote["p"], quote["P"]) == (newest["bid_price"], newest["ask_price"])


def test_snapshot_agrees_with_candles_and_last_trade() -> None:
    row = _get(f"{SNAPSHOT}/tickers/AAPL")["ticker"]

    day = _get("/v2/aggs/ticker/AAPL/range/1/day/2026-11-20/2026-11-20")["results"][0]
    before = _get("/v2/aggs/ticker/AAPL/prev")["results"][0]
    assert row["day"]["c"] == day["c"]
    assert row["day"]["v"] == day["v"]
    assert row["prevDay"]["c"] == before["c"]
    assert row["todaysChange"] == pytest.approx(day["c"] - before["c"])
    assert row["lastTrade"]["p"] == _get("/v2/last/trade/AAPL")["results"]["p"]
    assert row["min"]["t"] == FRIDAY_NOON_MS // 60_000 * 60_000 - 60_000


def test_snapshots_are_of_the_tickers_asked_for() -> None:
    body = _get(f"{SNAPSHOT}/tickers", tickers="KO,NOPE,AAPL")

    assert [row["ticker"] for row in body["tickers"]] == ["KO", "AAPL"]


def test_starter_plan_sees_no_last_trade_and_no_last_quote() -> None:
    row = _get(f"{SNAPSHOT}/tickers/AAPL", key="starter")["ticker"]

    assert "lastTrade" not in row
    assert "lastQuote" not in row
    assert row["day"]["c"] > 0


def test_snapshot_of_a_week_end_has_an_empty_day() -> None:
    async def scenario():
        async with bench() as at:
            at.clock.move(86_400)
            return (await at.get(f"{SNAPSHOT}/tickers/AAPL"))["ticker"]

    row = asyncio.run(scenario())

    assert row["day"]["c"] == 0
    assert row["prevDay"]["c"] == 238.0


def test_gainers_and_losers_are_ordered() -> None:
    up = [row["todaysChangePerc"] for row in _get(f"{SNAPSHOT}/gainers")["tickers"]]
    down = [row["todaysChangePerc"] for row in _get(f"{SNAPSHOT}/losers")["tickers"]]

    assert up == sorted(up, reverse=True)
    assert down == sorted(down)


def test_ticks_of_a_day_that_was_not_traded_are_none() -> None:
    async def scenario():
        async with bench(faults=["real-hours"]) as at:
            return await at.get("/v3/trades/AAPL", timestamp="2026-11-15")

    assert asyncio.run(scenario())["results"] == []
