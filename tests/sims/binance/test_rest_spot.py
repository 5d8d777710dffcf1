from __future__ import annotations

import asyncio

import pytest

from tests.sims.harness import START_MS, Reply, bench


def _get(path: str, **parameters: object) -> Reply:
    async def one() -> Reply:
        async with bench() as b:
            return await b.get(path, **parameters)

    return asyncio.run(one())


@pytest.mark.parametrize(
    ("path", "parameters", "weight"),
    [
        ("ping", {}, 1),
        ("time", {}, 1),
        ("exchangeInfo", {}, 20),
        ("klines", {"symbol": "BTCUSDT", "interval": "1s", "limit": 5}, 2),
        ("uiKlines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 5}, 2),
        ("aggTrades", {"symbol": "BTCUSDT"}, 4),
        ("trades", {"symbol": "BTCUSDT"}, 25),
        ("historicalTrades", {"symbol": "BTCUSDT"}, 25),
        ("depth", {"symbol": "BTCUSDT"}, 5),
        ("depth", {"symbol": "BTCUSDT", "limit": 500}, 25),
        ("depth", {"symbol": "BTCUSDT", "limit": 5000}, 250),
        ("avgPrice", {"symbol": "BTCUSDT"}, 2),
        ("ticker/24hr", {"symbol": "TRXUSDT"}, 2),
        ("ticker/price", {}, 4),
        ("ticker/bookTicker", {"symbol": "BTCUSDT"}, 2),
    ],
)
def test_endpoint_answers_and_charges_its_weight(
    path: str, parameters: dict[str, object], weight: int
) -> None:
    reply = _get(f"/api/v3/{path}", **parameters)

    assert reply.status == 200
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == str(weight)
    assert reply.headers["X-MBX-USED-WEIGHT"] == str(weight)


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("klines", {"symbol": "NOPE", "interval": "1m"}, -1121),
        ("klines", {"symbol": "BTCUSDT", "interval": "9m"}, -1120),
        ("trades", {}, -1102),
        ("trades", {"symbol": "btcusdt"}, -1100),
        ("ticker/24hr", {"symbols": '["BTCUSDT","NOPE"]'}, -1121),
        ("ticker/24hr", {"symbols": "BTCUSDT"}, -1100),
        ("ticker/price", {"symbol": "BTCUSDT", "symbols": '["BTCUSDT"]'}, -1128),
    ],
)
def test_wrong_request_gets_the_code_of_the_venue(
    path: str, parameters: dict[str, object], code: int
) -> None:
    reply = _get(f"/api/v3/{path}", **parameters)

    assert (reply.status, reply.body["code"]) == (400, code)


def test_too_large_a_limit_is_answered_with_the_most_there_is() -> None:
    rows = _get("/api/v3/trades", symbol="BTCUSDT", limit=5000).body

    assert len(rows) == 1000


def test_numbers_have_eight_decimals() -> None:
    row = _get("/api/v3/aggTrades", symbol="BTCUSDT", limit=1).body[0]

    assert set(row) == {"a", "p", "q", "f", "l", "T", "m", "M"}
    assert len(row["p"].partition(".")[2]) == len(row["q"].partition(".")[2]) == 8


def test_depth_bears_no_time() -> None:
    body = _get("/api/v3/depth", symbol="BTCUSDT", limit=5).body

    assert set(body) == {"lastUpdateId", "bids", "asks"}


def test_exchange_information_of_one_symbol_holds_that_symbol() -> None:
    body = _get("/api/v3/exchangeInfo", symbol="ETHUSDT").body

    assert [item["symbol"] for item in body["symbols"]] == ["ETHUSDT"]
    assert body["rateLimits"][0]["limit"] == 6000


def test_statistics_of_several_symbols_come_in_their_order() -> None:
    rows = _get("/api/v3/ticker/bookTicker", symbols='["TRXUSDT","DOTUSDT"]').body

    assert [row["symbol"] for row in rows] == ["TRXUSDT", "DOTUSDT"]


def test_average_price_is_near_the_price() -> None:
    body = _get("/api/v3/avgPrice", symbol="BTCUSDT").body

    assert (body["mins"], body["closeTime"]) == (5, START_MS)
    assert float(body["price"]) > 0


def test_spot_weight_is_counted_apart_from_futures() -> None:
    async def scenario() -> list[str]:
        async with bench() as b:
            await b.get("/fapi/v1/aggTrades", symbol="BTCUSDT", limit=1)
            replies = [await b.get("/api/v3/ping"), await b.get("/fapi/v1/ping")]
            return [reply.headers["X-MBX-USED-WEIGHT-1M"] for reply in replies]

    assert asyncio.run(scenario()) == ["1", "21"]
