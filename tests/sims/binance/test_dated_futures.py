from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from quantdeck.sims.dated import dated_listings, listed_at
from tests.sims.harness import START_MS, Reply, bench

FUTURE = listed_at(START_MS)[0]
GONE = next(each for each in dated_listings() if each.delivery_ms < START_MS)


def _get(path: str, **parameters: object) -> Reply:
    async def ask() -> Reply:
        async with bench() as b:
            return await b.get(path, **parameters)

    return asyncio.run(ask())


def test_dated_futures_are_listed_with_their_delivery() -> None:
    symbols = _get("/fapi/v1/exchangeInfo").body["symbols"]

    told = {s["symbol"]: (s["contractType"], s["pair"], s["deliveryDate"]) for s in symbols}
    assert told[FUTURE.symbol] == ("CURRENT_QUARTER", "BTCUSDT", FUTURE.delivery_ms)
    assert sum(kind != "PERPETUAL" for kind, _, _ in told.values()) == 4


def test_dated_future_has_a_premium_and_no_funding() -> None:
    index = _get("/fapi/v1/premiumIndex", symbol=FUTURE.symbol).body

    assert float(index["markPrice"]) > float(index["indexPrice"])
    assert (index["lastFundingRate"], index["nextFundingTime"]) == ("", 0)
    assert _get("/fapi/v1/fundingRate", symbol=FUTURE.symbol).body == []


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("klines", {"symbol": FUTURE.symbol, "interval": "1m", "limit": 5}),
        ("markPriceKlines", {"symbol": FUTURE.symbol, "interval": "1m", "limit": 5}),
        ("aggTrades", {"symbol": FUTURE.symbol, "limit": 5}),
        (
            "continuousKlines",
            {
                "pair": "BTCUSDT",
                "contractType": "NEXT_QUARTER",
                "interval": "1m",
                "limit": 5,
            },
        ),
    ],
)
def test_dated_future_has_a_history(path: str, parameters: dict[str, object]) -> None:
    assert len(_get(f"/fapi/v1/{path}", **parameters).body) == 5


@pytest.mark.parametrize(
    ("path", "symbol"),
    [
        ("/fapi/v1/klines", GONE.symbol),
        ("/api/v3/klines", FUTURE.symbol),
    ],
)
def test_future_that_is_not_listed_there_is_refused(path: str, symbol: str) -> None:
    reply = _get(path, symbol=symbol, interval="1m")

    assert (reply.status, reply.body["code"]) == (400, -1121)


def test_mark_of_a_dated_future_is_streamed_without_funding() -> None:
    async def hear() -> dict[str, Any]:
        async with bench() as b:
            client = await b.connect(f"/market/ws/{FUTURE.symbol.lower()}@markPrice@1s")
            b.pass_time(2)
            return json.loads((await client.messages())[0].data)

    event = asyncio.run(hear())

    assert (event["s"], event["r"], event["T"]) == (FUTURE.symbol, "", 0)
