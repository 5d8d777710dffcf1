"""Candles of the Polygon simulator: windows, adjustment, pages, what each plan is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sims.polygon.harness import bench

AAPL = "/v2/aggs/ticker/AAPL/range"
CALL = "O:AAPL261204C00240000"


def _get(path: str, *, key: str = "K", **parameters: object) -> Any:
    async def scenario():
        async with bench() as at:
            return await at.get(path, key=key, **parameters)

    return asyncio.run(scenario())


def _pages(path: str, **parameters: object) -> list[dict[str, Any]]:
    async def scenario():
        async with bench() as at:
            return await at.pages(path, **parameters)

    return asyncio.run(scenario())


def test_days_are_sessions_with_all_fields() -> None:
    body = _get(f"{AAPL}/1/day/2026-11-16/2026-11-20")

    assert body["status"] == "OK"
    assert body["ticker"] == "AAPL"
    assert body["queryCount"] == body["resultsCount"] == body["count"] == 5
    assert all(set(row) == {"v", "vw", "o", "c", "h", "l", "t", "n"} for row in body["results"])
    # Each begins at midnight in New York.
    assert all(row["t"] % 86_400_000 == 5 * 3_600_000 for row in body["results"])


def test_holiday_and_week_end_have_no_candles() -> None:
    body = _get(f"{AAPL}/1/day/2025-11-27/2025-11-30")

    assert [row["t"] for row in body["results"]] == [1764306000000]


def test_range_without_sessions_has_no_results_at_all() -> None:
    body = _get(f"{AAPL}/1/day/2026-11-14/2026-11-15")

    assert "results" not in body
    assert body["resultsCount"] == 0


def test_minutes_of_a_half_day_are_two_hundred_and_ten() -> None:
    assert _get(f"{AAPL}/1/minute/2025-11-28/2025-11-28")["resultsCount"] == 210


def test_minutes_add_up_to_the_day() -> None:
    minutes = _get(f"{AAPL}/1/minute/2026-11-19/2026-11-19")["results"]
    day = _get(f"{AAPL}/1/day/2026-11-19/2026-11-19")["results"][0]

    assert (minutes[0]["o"], minutes[-1]["c"]) == (day["o"], day["c"])
    assert max(row["h"] for row in minutes) == day["h"]
    assert min(row["l"] for row in minutes) == day["l"]
    assert sum(row["v"] for row in minutes) == day["v"]
    assert sum(row["n"] for row in minutes) == day["n"]


@pytest.mark.parametrize(
    ("span", "count"), [("5/minute", 78), ("1/hour", 7), ("30/minute", 13), ("1/second", 23_400)]
)
def test_longer_and_shorter_windows_hold_the_whole_session(span: str, count: int) -> None:
    body = _get(f"{AAPL}/{span}/2026-11-18/2026-11-18", limit=50_000)

    rows = body["results"]
    day = _get(f"{AAPL}/1/day/2026-11-18/2026-11-18")["results"][0]
    assert body["resultsCount"] == count
    assert (rows[0]["o"], rows[-1]["c"]) == (day["o"], day["c"])
    assert sum(row["v"] for row in rows) == day["v"]


@pytest.mark.parametrize(
    ("span", "count"), [("week", 53), ("month", 12), ("quarter", 4), ("year", 1)]
)
def test_weeks_to_years_hold_the_sessions_of_a_year(span: str, count: int) -> None:
    body = _get(f"{AAPL}/1/{span}/2025-01-01/2025-12-31")

    assert body["resultsCount"] == count
    assert body["queryCount"] == 250
    assert sum(row["v"] for row in body["results"]) > 0


def test_adjusted_prices_are_those_traded_divided_by_the_splits_since() -> None:
    path = "/v2/aggs/ticker/AMZN/range/1/day/2022-05-31/2022-06-08"

    adjusted = _get(path)["results"]
    raw = _get(path, adjusted="false")["results"]

    ratios = [round(r["c"] / a["c"], 3) for r, a in zip(raw, adjusted, strict=True)]
    assert ratios == [20.0, 20.0, 20.0, 20.0, 1.0, 1.0, 1.0]
    assert adjusted[0]["v"] == pytest.approx(20 * raw[0]["v"])


def test_split_readjusts_history_once_it_has_come() -> None:
    path = "/v2/aggs/ticker/KO/range/1/day/2026-11-16/2026-11-18"

    async def scenario():
        async with bench() as at:
            before = await at.get(path)
            at.clock.move(18 * 86_400)
            return before, await at.get(path)

    before, after = asyncio.run(scenario())

    closes = [[row["c"] for row in body["results"]] for body in (before, after)]
    assert closes[0] == pytest.approx([2 * close for close in closes[1]])


def test_current_minute_is_told_as_far_as_it_has_come() -> None:
    async def scenario():
        async with bench() as at:
            at.clock.move(30)
            return await at.get(f"{AAPL}/1/minute/2026-11-20/2026-11-20", sort="desc", limit=2)

    last, before = asyncio.run(scenario())["results"]

    assert last["t"] == 1_795_194_000_000
    assert last["n"] < before["n"]


def test_delayed_plan_is_told_fifteen_minutes_late_and_so() -> None:
    async def scenario():
        async with bench() as at:
            at.clock.move(30)
            return await at.get(f"{AAPL}/1/minute/2026-11-20/2026-11-20", key="starter")

    body = asyncio.run(scenario())

    assert body["status"] == "DELAYED"
    assert body["results"][-1]["t"] == 1_795_194_000_000 - 900_000


def test_basic_plan_is_told_of_closed_sessions_alone() -> None:
    body = _get(f"{AAPL}/1/day/2026-11-18/2026-11-20", key="basic")

    assert body["resultsCount"] == 2


def test_descending_pages_are_the_ascending_ones_reversed() -> None:
    path = f"{AAPL}/1/minute/2026-11-18/2026-11-19"

    up = [row for body in _pages(path, limit=300) for row in body["results"]]
    down = [row for body in _pages(path, limit=300, sort="desc") for row in body["results"]]

    assert len(up) == 780
    assert down == up[::-1]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    limit=st.integers(7, 900),
    span=st.sampled_from(["1/minute", "7/minute", "1/hour", "1/day", "2/day", "1/week"]),
    direction=st.sampled_from(["asc", "desc"]),
)
def test_pages_of_any_size_are_the_whole_once(limit: int, span: str, direction: str) -> None:
    path = f"{AAPL}/{span}/2026-10-20/2026-10-26"

    pages = _pages(path, limit=limit, sort=direction)

    whole = _get(path, limit=50_000, sort=direction)["results"]
    assert [row for body in pages for row in body.get("results", [])] == whole


def test_next_url_holds_no_key_and_names_the_host_that_was_asked() -> None:
    async def scenario():
        async with bench() as at:
            path = f"{AAPL}/1/minute/2026-11-19/2026-11-19?apiKey=SECRET&limit=5"
            return at.sim.rest_url, (await at.get(path))["next_url"]

    base, url = asyncio.run(scenario())

    assert url.startswith(f"{base}{AAPL}/1/minute/2026-11-19/2026-11-19?cursor=")
    assert "SECRET" not in url


def test_grouped_tells_of_every_listed_security() -> None:
    body = _get("/v2/aggs/grouped/locale/us/market/stocks/2026-11-19")

    tickers = [row["T"] for row in body["results"]]
    assert {"AAPL", "SPY", "TLT"} <= set(tickers)
    assert body["resultsCount"] == len(tickers) == len(set(tickers))


def test_previous_close_is_that_of_the_session_before() -> None:
    previous = _get("/v2/aggs/ticker/AAPL/prev")["results"][0]
    day = _get(f"{AAPL}/1/day/2026-11-19/2026-11-19")["results"][0]

    assert previous == day | {"T": "AAPL"}


def test_open_close_of_a_session_has_both_sides_of_it() -> None:
    body = _get("/v1/open-close/AAPL/2026-11-19")

    assert body["symbol"] == "AAPL"
    assert body["from"] == "2026-11-19"
    assert body["low"] <= body["close"] <= body["high"]
    assert body["preMarket"] != body["afterHours"]


def test_candles_of_an_option_follow_its_underlying() -> None:
    days = _get(f"/v2/aggs/ticker/{CALL}/range/1/day/2026-11-12/2026-11-19")["results"]
    stock = _get(f"{AAPL}/1/day/2026-11-12/2026-11-19")["results"]

    assert [row["t"] for row in days] == [row["t"] for row in stock]
    rises = [(a["c"] > b["c"], c["c"] > d["c"]) for a, b, c, d in _steps(days, stock)]
    assert sum(one == other for one, other in rises) >= len(rises) - 1


def _steps(days, stock):
    return zip(days[1:], days, stock[1:], stock, strict=False)


def test_minutes_of_an_option_are_those_in_which_it_was_traded() -> None:
    rows = _get(f"/v2/aggs/ticker/{CALL}/range/1/minute/2026-11-20/2026-11-20")["results"]
    first = rows[0]["t"] * 1_000_000

    trades = _get(
        f"/v3/trades/{CALL}",
        order="asc",
        timestamp__gte=first,
        timestamp__lt=first + 60_000_000_000,
    )["results"]

    assert 0 < len(rows) < 150
    assert len(trades) == rows[0]["n"]
    assert sum(trade["size"] for trade in trades) == rows[0]["v"]
    assert max(trade["price"] for trade in trades) == rows[0]["h"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{AAPL}/1/day/2026-11-20/2026-11-10", "cannot be a time that occurs before 'from'"),
        (f"{AAPL}/1/fortnight/2026-11-10/2026-11-20", "time span"),
        (f"{AAPL}/0/day/2026-11-10/2026-11-20", "multiplier"),
        (f"{AAPL}/1/day/yesterday/2026-11-20", "'from'"),
        (f"{AAPL}/1/day/2026-11-10/2026-11-20?limit=50001", "'limit'"),
        (f"{AAPL}/1/day/2026-11-10/2026-11-20?sort=up", "'sort'"),
        (f"{AAPL}/1/day/2026-11-10/2026-11-20?adjusted=maybe", "'adjusted'"),
        (f"{AAPL}/1/day/2026-11-10/2026-11-20?cursor=none", "'cursor'"),
    ],
)
def test_requests_that_make_no_sense_are_refused_in_words(path: str, words: str) -> None:
    async def scenario():
        async with bench() as at:
            return await at.reply(path)

    reply = asyncio.run(scenario())

    assert reply.status == 400
    assert reply.body["status"] == "ERROR"
    assert words in reply.body["error"]
    assert reply.headers["X-Request-Id"] == reply.body["request_id"]


@pytest.mark.parametrize("day", ["2026-11-15", "2026-11-26"])
def test_open_close_of_a_day_without_session_is_not_found(day: str) -> None:
    async def scenario():
        async with bench() as at:
            return await at.reply(f"/v1/open-close/AAPL/{day}")

    reply = asyncio.run(scenario())

    assert reply.status == 404
    assert reply.body["status"] == "NOT_FOUND"
    assert reply.body["message"] == "Data not found."
