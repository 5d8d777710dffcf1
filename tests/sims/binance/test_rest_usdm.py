from __future__ import annotations

import asyncio

import pytest

from tests.sims.harness import START_MS, Bench, Reply, bench

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


async def _one(path: str, parameters: dict[str, object]) -> Reply:
    async with bench() as b:
        return await b.get(path, **parameters)


def _get(path: str, **parameters: object) -> Reply:
    return asyncio.run(_one(path, parameters))


@pytest.mark.parametrize(
    ("path", "parameters", "weight"),
    [
        ("ping", {}, 1),
        ("time", {}, 1),
        ("exchangeInfo", {}, 1),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 99}, 1),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 100}, 2),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m"}, 5),
        ("klines", {"symbol": "BTCUSDT", "interval": "1h", "limit": 1001}, 10),
        ("markPriceKlines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 5}, 1),
        ("aggTrades", {"symbol": "BTCUSDT", "limit": 1}, 20),
        ("trades", {"symbol": "BTCUSDT", "limit": 1}, 5),
        ("historicalTrades", {"symbol": "BTCUSDT", "limit": 1}, 200),
        ("depth", {"symbol": "BTCUSDT", "limit": 50}, 2),
        ("depth", {"symbol": "BTCUSDT", "limit": 100}, 5),
        ("depth", {"symbol": "BTCUSDT"}, 10),
        ("depth", {"symbol": "BTCUSDT", "limit": 1000}, 20),
        ("premiumIndex", {"symbol": "BTCUSDT"}, 1),
        ("premiumIndex", {}, 10),
        ("fundingRate", {"symbol": "BTCUSDT"}, 0),
        ("fundingInfo", {}, 0),
        ("openInterest", {"symbol": "BTCUSDT"}, 1),
        ("ticker/price", {"symbol": "BTCUSDT"}, 1),
        ("ticker/price", {}, 2),
        ("ticker/bookTicker", {"symbol": "BTCUSDT"}, 2),
        ("ticker/bookTicker", {}, 5),
    ],
)
def test_endpoint_answers_and_charges_its_weight(
    path: str, parameters: dict[str, object], weight: int
) -> None:
    reply = _get(f"/fapi/v1/{path}", **parameters)

    assert reply.status == 200
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == str(weight)


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("klines", {"interval": "1m"}, -1102),
        ("klines", {"symbol": "BTCUSDT"}, -1102),
        ("klines", {"symbol": "", "interval": "1m"}, -1102),
        ("klines", {"symbol": "NOPE", "interval": "1m"}, -1121),
        ("klines", {"symbol": "btcusdt", "interval": "1m"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ("klines", {"symbol": "BTCUSDT", "interval": "1s"}, -1120),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "x"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 1501}, -1130),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 0}, -1130),
        (
            "klines",
            {"symbol": "BTCUSDT", "interval": "1m", "startTime": 2, "endTime": 1},
            -1130,
        ),
        ("continuousKlines", {"pair": "BTCUSDT", "interval": "1m"}, -1102),
        (
            "continuousKlines",
            {"pair": "BTCUSDT", "interval": "1m", "contractType": "ETERNAL"},
            -1130,
        ),
        ("indexPriceKlines", {"symbol": "BTCUSDT", "interval": "1m"}, -1102),
        ("aggTrades", {"symbol": "BTCUSDT", "limit": 1001}, -1130),
        ("aggTrades", {"symbol": "BTCUSDT", "fromId": 1, "startTime": 1}, -1128),
        (
            "aggTrades",
            {"symbol": "BTCUSDT", "startTime": START_MS - 2 * _HOUR, "endTime": START_MS},
            -1127,
        ),
        ("trades", {}, -1102),
        ("historicalTrades", {"symbol": "BTCUSDT", "limit": 501}, -1130),
        ("depth", {"symbol": "BTCUSDT", "limit": 7}, -4021),
        ("fundingRate", {"symbol": "BTCUSDT", "limit": 1001}, -1130),
        ("premiumIndex", {"symbol": "NOPE"}, -1121),
    ],
)
def test_wrong_request_gets_the_code_of_the_venue(
    path: str, parameters: dict[str, object], code: int
) -> None:
    reply = _get(f"/fapi/v1/{path}", **parameters)

    assert reply.status == 400
    assert reply.body["code"] == code
    assert reply.body["msg"]


def test_unknown_path_is_not_found() -> None:
    assert _get("/fapi/v1/nothing").status == 404


def test_time_is_that_of_the_venue() -> None:
    assert _get("/fapi/v1/time").body == {"serverTime": START_MS}


def test_exchange_information_tells_limits_ticks_and_lots() -> None:
    body = _get("/fapi/v1/exchangeInfo").body

    bitcoin = next(item for item in body["symbols"] if item["symbol"] == "BTCUSDT")
    filters = {item["filterType"]: item for item in bitcoin["filters"]}
    assert body["rateLimits"][0] == {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": 2400,
    }
    assert filters["PRICE_FILTER"]["tickSize"] == "0.10"
    assert filters["LOT_SIZE"]["stepSize"] == "0.001"
    assert (bitcoin["contractType"], bitcoin["status"]) == ("PERPETUAL", "TRADING")


def test_klines_without_times_are_the_newest() -> None:
    rows = _get("/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=3).body

    last = START_MS // _MINUTE * _MINUTE
    assert [row[0] for row in rows] == [last - 2 * _MINUTE, last - _MINUTE, last]
    assert [row[6] - row[0] for row in rows] == [_MINUTE - 1] * 3


def test_klines_with_a_start_are_the_oldest_from_there() -> None:
    start = START_MS // _MINUTE * _MINUTE - 60 * _MINUTE

    rows = _get(
        "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", startTime=start - 1, limit=3
    ).body

    assert [row[0] for row in rows] == [start, start + _MINUTE, start + 2 * _MINUTE]


def test_klines_with_an_end_are_the_newest_up_to_there() -> None:
    end = START_MS // _MINUTE * _MINUTE - 60 * _MINUTE

    rows = _get("/fapi/v1/klines", symbol="BTCUSDT", interval="1m", endTime=end, limit=2).body

    assert [row[0] for row in rows] == [end - _MINUTE, end]


def test_klines_have_twelve_fields_with_decimals_in_text() -> None:
    row = _get("/fapi/v1/klines", symbol="BTCUSDT", interval="5m", limit=2).body[0]

    assert len(row) == 12
    assert [type(value) for value in row] == [int, *[str] * 5, int, str, int, str, str, str]
    assert float(row[3]) <= min(float(row[1]), float(row[4]))
    assert float(row[2]) >= max(float(row[1]), float(row[4]))


@pytest.mark.parametrize(
    ("path", "key"), [("markPriceKlines", "symbol"), ("indexPriceKlines", "pair")]
)
@pytest.mark.parametrize("interval", ["1m", "1h"])
def test_price_klines_hold_the_mark_or_index(path: str, key: str, interval: str) -> None:
    async def scenario() -> tuple[list[list[str]], dict[str, str]]:
        async with bench() as b:
            rows = await b.get(f"/fapi/v1/{path}", **{key: "BTCUSDT"}, interval=interval, limit=5)
            index = await b.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")
            return rows.body, index.body

    rows, index = asyncio.run(scenario())

    wanted = float(index["markPrice" if key == "symbol" else "indexPrice"])
    assert len(rows) == 5
    assert float(rows[-1][4]) == pytest.approx(wanted, rel=0.002)


def test_continuous_klines_of_a_perpetual_are_its_klines() -> None:
    async def scenario() -> tuple[object, object]:
        async with bench() as b:
            plain = await b.get("/fapi/v1/klines", symbol="ETHUSDT", interval="1m", limit=4)
            pair = await b.get(
                "/fapi/v1/continuousKlines",
                pair="ETHUSDT",
                contractType="PERPETUAL",
                interval="1m",
                limit=4,
            )
            return plain.body, pair.body

    plain, continuous = asyncio.run(scenario())

    assert plain == continuous


async def _agg(b: Bench, **parameters: object) -> list[dict[str, object]]:
    return (await b.get("/fapi/v1/aggTrades", symbol="BTCUSDT", **parameters)).body


def test_aggregate_trades_from_a_number_begin_with_it_and_have_no_holes() -> None:
    async def scenario() -> tuple[int, list[dict[str, object]]]:
        async with bench() as b:
            newest = int((await _agg(b, limit=1))[0]["a"])
            return newest, await _agg(b, fromId=newest - 2_000, limit=1000)

    newest, rows = asyncio.run(scenario())

    assert [row["a"] for row in rows] == list(range(newest - 2_000, newest - 1_000))
    assert all(rows[i + 1]["f"] == rows[i]["l"] + 1 for i in range(len(rows) - 1))


def test_aggregate_trades_from_a_number_to_come_are_none() -> None:
    async def scenario() -> list[dict[str, object]]:
        async with bench() as b:
            newest = int((await _agg(b, limit=1))[0]["a"])
            return await _agg(b, fromId=newest + 1)

    assert asyncio.run(scenario()) == []


def test_aggregate_trades_of_a_time_lie_in_it() -> None:
    start = START_MS - 10 * _MINUTE

    async def scenario() -> list[dict[str, object]]:
        async with bench() as b:
            return await _agg(b, startTime=start, endTime=start + 5_000, limit=1000)

    rows = asyncio.run(scenario())

    assert rows
    assert all(start <= row["T"] <= start + 5_000 for row in rows)


def test_aggregate_trades_older_than_two_days_are_gone() -> None:
    start = START_MS - 50 * _HOUR

    async def scenario() -> list[dict[str, object]]:
        async with bench() as b:
            return await _agg(b, startTime=start, endTime=start + _HOUR)

    assert asyncio.run(scenario()) == []


def test_aggregate_trade_is_its_fills_added_up() -> None:
    async def scenario() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        async with bench() as b:
            aggregates = await _agg(b, limit=50)
            fills = await b.get(
                "/fapi/v1/historicalTrades", symbol="BTCUSDT", fromId=aggregates[0]["f"], limit=500
            )
            return aggregates, fills.body

    aggregates, fills = asyncio.run(scenario())

    by_id = {fill["id"]: fill for fill in fills}
    for row in aggregates:
        own = [by_id[number] for number in range(row["f"], row["l"] + 1)]
        natural = [fill for fill in own if not fill["isRPITrade"]]
        assert round(sum(float(fill["qty"]) for fill in own), 3) == float(row["q"])
        assert round(sum(float(fill["qty"]) for fill in natural), 3) == float(row["nq"])
        assert {(f["price"], f["time"], f["isBuyerMaker"]) for f in own} == {
            (row["p"], row["T"], row["m"])
        }


def test_trades_are_the_newest_fills() -> None:
    async def scenario() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        async with bench() as b:
            fills = await b.get("/fapi/v1/trades", symbol="BTCUSDT", limit=7)
            return fills.body, await _agg(b, limit=1)

    fills, newest = asyncio.run(scenario())

    assert len(fills) == 7
    assert fills[-1]["id"] == newest[0]["l"]
    assert [fill["id"] for fill in fills] == list(range(fills[0]["id"], fills[0]["id"] + 7))


def test_klines_are_the_aggregate_trades_added_up() -> None:
    start = START_MS // _MINUTE * _MINUTE - 5 * _MINUTE

    async def scenario() -> tuple[list[object], list[dict[str, object]]]:
        async with bench() as b:
            klines = await b.get(
                "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", startTime=start, limit=1
            )
            return klines.body[0], await _agg(
                b, startTime=start, endTime=start + _MINUTE - 1, limit=1000
            )

    kline, rows = asyncio.run(scenario())

    assert len(rows) < 1000
    assert kline[1] == rows[0]["p"]
    assert kline[4] == rows[-1]["p"]
    assert float(kline[5]) == pytest.approx(sum(float(row["q"]) for row in rows))
    assert kline[8] == rows[-1]["l"] - rows[0]["f"] + 1
    assert float(kline[9]) == pytest.approx(sum(float(r["q"]) for r in rows if not r["m"]))


def test_funding_rates_are_settled_every_eight_hours() -> None:
    rows = _get("/fapi/v1/fundingRate", symbol="BTCUSDT", limit=5).body

    assert len(rows) == 5
    assert all(row["fundingTime"] % (8 * _HOUR) == 0 for row in rows)
    assert rows[-1]["fundingTime"] == START_MS // (8 * _HOUR) * (8 * _HOUR)


def test_funding_rates_without_parameters_are_the_last_two_hundred() -> None:
    rows = _get("/fapi/v1/fundingRate").body

    assert len(rows) == 200
    assert len({row["symbol"] for row in rows}) == 12


def test_ticker_agrees_with_the_klines_of_its_day() -> None:
    async def scenario() -> tuple[dict[str, object], list[list[str]]]:
        async with bench() as b:
            ticker = await b.get("/fapi/v1/ticker/24hr", symbol="TRXUSDT")
            klines = await b.get(
                "/fapi/v1/klines",
                symbol="TRXUSDT",
                interval="1m",
                startTime=ticker.body["openTime"],
                limit=1500,
            )
            return ticker.body, klines.body

    ticker, klines = asyncio.run(scenario())

    assert float(ticker["highPrice"]) == max(float(row[2]) for row in klines)
    assert float(ticker["lowPrice"]) == min(float(row[3]) for row in klines)
    assert ticker["lastPrice"] == klines[-1][4]
    assert ticker["count"] == sum(int(row[8]) for row in klines)


def test_depth_holds_the_levels_asked_for() -> None:
    body = _get("/fapi/v1/depth", symbol="ETHUSDT", limit=20).body

    assert set(body) == {"lastUpdateId", "E", "T", "bids", "asks"}
    assert len(body["bids"]) == len(body["asks"]) == 20
    assert float(body["bids"][0][0]) < float(body["asks"][0][0])


def test_answers_for_all_symbols_are_lists() -> None:
    async def scenario() -> list[Reply]:
        async with bench() as b:
            paths = ("premiumIndex", "ticker/price", "ticker/bookTicker")
            return [await b.get(f"/fapi/v1/{path}") for path in paths]

    replies = asyncio.run(scenario())

    assert [len(reply.body) for reply in replies] == [12, 12, 12]
