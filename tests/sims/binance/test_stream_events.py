"""What the streams bring agrees with itself, with REST and with the documents."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tests.sims.harness import START_MS, Bench, bench

_MINUTE = 60_000
# Half a second before the border of a minute and of five.
_BEFORE_FIVE_MS = START_MS // (5 * _MINUTE) * (5 * _MINUTE) + 5 * _MINUTE - 500


async def _hear(b: Bench, name: str, seconds: float, *, spot: bool = False) -> list[Any]:
    route = "" if spot else "/public" if _is_public(name) else "/market"
    client = await b.connect(f"{route}/ws/{name}", spot=spot)
    b.pass_time(seconds)
    return await client.events()


def _is_public(name: str) -> bool:
    return "@depth" in name or name.endswith(("@trade", "ookTicker"))


def _heard(name: str, seconds: float, *, spot: bool = False, **options: Any) -> list[Any]:
    async def scenario() -> list[Any]:
        async with bench(spot=spot, **options) as b:
            return await _hear(b, name, seconds, spot=spot)

    return asyncio.run(scenario())


_FUTURES_FIELDS = {
    "btcusdt@aggTrade": "e E s a p q nq f l T m st",
    "btcusdt@trade": "e E T s t p q X m st",
    "btcusdt@bookTicker": "e u s ps b B a A T E st",
    "btcusdt@markPrice@1s": "e E s p ap i P r T st",
    "btcusdt@depth@100ms": "e E T s ps U u pu b a st",
    "btcusdt@depth5@100ms": "e E T s ps U u pu b a st",
    "btcusdt@kline_1m": "e E s k",
    "btcusdt_perpetual@continuousKline_1s": "e E ps ct k",
    "trxusdt@ticker": "e E s p P w c Q o h l v q O C F L n ps st",
    "trxusdt@miniTicker": "e E s c o h l v q ps st",
}
_SPOT_FIELDS = {
    "btcusdt@aggTrade": "e E s a p q f l T m M",
    "btcusdt@trade": "e E s t p q T m M",
    "btcusdt@bookTicker": "u s b B a A",
    "btcusdt@depth@100ms": "e E s U u b a",
    "btcusdt@depth5@100ms": "lastUpdateId bids asks",
    "btcusdt@kline_1s": "e E s k",
    "trxusdt@ticker": "e E s p P w x c Q b B a A o h l v q O C F L n",
    "trxusdt@miniTicker": "e E s c o h l v q",
}
_KLINE_FIELDS = {
    "t",
    "T",
    "s",
    "i",
    "f",
    "L",
    "o",
    "c",
    "h",
    "l",
    "v",
    "n",
    "x",
    "q",
    "V",
    "Q",
    "B",
}


@pytest.mark.parametrize("name", _FUTURES_FIELDS)
def test_futures_event_has_the_documented_fields(name: str) -> None:
    events = _heard(name, 5)

    assert events
    assert all(set(event) == set(_FUTURES_FIELDS[name].split()) for event in events)


@pytest.mark.parametrize("name", _SPOT_FIELDS)
def test_spot_event_has_the_documented_fields(name: str) -> None:
    events = _heard(name, 5, spot=True)

    assert events
    assert all(set(event) == set(_SPOT_FIELDS[name].split()) for event in events)


def test_kline_has_the_documented_fields() -> None:
    plain, continuous = (
        _heard(name, 3)[0]["k"]
        for name in ("btcusdt@kline_1m", "btcusdt_perpetual@continuousKline_1m")
    )

    assert set(plain) == _KLINE_FIELDS
    assert set(continuous) == _KLINE_FIELDS - {"s"}


def test_aggregate_trades_are_those_of_rest_without_a_hole() -> None:
    async def scenario() -> tuple[list[Any], list[Any]]:
        async with bench() as b:
            events = await _hear(b, "btcusdt@aggTrade", 30)
            rest = await b.get(
                "/fapi/v1/aggTrades", symbol="BTCUSDT", fromId=events[0]["a"], limit=len(events)
            )
            return events, rest.body

    events, rest = asyncio.run(scenario())

    assert len(events) > 50
    assert [{key: event[key] for key in rest[0]} for event in events] == rest
    assert [event["a"] for event in events] == list(
        range(events[0]["a"], events[0]["a"] + len(events))
    )
    assert all(event["T"] <= event["E"] for event in events)


def test_stream_goes_on_over_the_border_of_a_chunk_without_a_hole() -> None:
    events = _heard("btcusdt@aggTrade", 30, start_ms=_BEFORE_FIVE_MS - 5_000)

    assert events[0]["T"] < _BEFORE_FIVE_MS + 500 < events[-1]["T"]
    assert [event["a"] for event in events] == list(
        range(events[0]["a"], events[0]["a"] + len(events))
    )


def test_trades_are_numbered_without_a_hole() -> None:
    events = _heard("btcusdt@trade", 20)

    assert [event["t"] for event in events] == list(
        range(events[0]["t"], events[0]["t"] + len(events))
    )
    assert {event["X"] for event in events} == {"MARKET"}


def test_book_ticker_numbers_grow_and_prices_do_not_cross() -> None:
    events = _heard("btcusdt@bookTicker", 10)

    numbers = [event["u"] for event in events]
    assert numbers == sorted(set(numbers))
    assert all(float(event["b"]) < float(event["a"]) for event in events)


def test_trade_price_is_within_the_quotes_around_it() -> None:
    async def scenario() -> tuple[list[Any], list[Any]]:
        async with bench() as b:
            trades = await b.connect("/market/ws/btcusdt@aggTrade")
            quotes = await _hear(b, "btcusdt@bookTicker", 20)
            return await trades.events(), quotes

    trades, quotes = asyncio.run(scenario())

    for trade in trades:
        before = [quote for quote in quotes if quote["T"] <= trade["T"]]
        if before:
            side = before[-1]["b"] if trade["m"] else before[-1]["a"]
            assert trade["p"] == side


def test_kline_closes_once_with_what_rest_says() -> None:
    async def scenario() -> tuple[list[Any], list[Any]]:
        async with bench(start_ms=_BEFORE_FIVE_MS) as b:
            events = await _hear(b, "btcusdt@kline_1m", 2)
            start = events[0]["k"]["t"]
            rest = await b.get(
                "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", startTime=start, limit=1
            )
            return events, rest.body[0]

    events, rest = asyncio.run(scenario())

    closed = [event["k"] for event in events if event["k"]["x"]]
    assert len(closed) == 1
    assert [closed[0][key] for key in "tohlcvTqnVQB"] == rest
    assert [event["k"]["t"] for event in events] == sorted(event["k"]["t"] for event in events)


def test_kline_of_a_second_without_trades_has_no_fills() -> None:
    events = _heard("trxusdt_perpetual@continuousKline_1s", 30)

    empty = [event["k"] for event in events if event["k"]["n"] == 0]
    assert empty
    assert all((kline["f"], kline["L"], kline["x"]) == (-1, -1, True) for kline in empty)


def test_mark_price_agrees_with_rest() -> None:
    async def scenario() -> tuple[Any, Any]:
        async with bench(start_ms=START_MS // 1000 * 1000) as b:
            events = await _hear(b, "btcusdt@markPrice@1s", 1)
            return events[-1], (await b.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")).body

    event, rest = asyncio.run(scenario())

    keys = {"p": "markPrice", "i": "indexPrice", "r": "lastFundingRate", "T": "nextFundingTime"}
    assert {key: event[key] for key in keys} == {key: rest[name] for key, name in keys.items()}
    assert event["E"] == rest["time"]


@pytest.mark.parametrize(("name", "count"), [("btcusdt@markPrice", 3), ("btcusdt@markPrice@1s", 9)])
def test_mark_price_comes_at_its_pace(name: str, count: int) -> None:
    assert len(_heard(name, 9)) == count


def test_mark_prices_of_all_symbols_come_in_one_message() -> None:
    events = _heard("!markPrice@arr@1s", 2)

    assert [len({item["s"] for item in event}) for event in events] == [12, 12]


def test_book_tickers_of_all_symbols_come_one_by_one() -> None:
    events = _heard("!bookTicker", 5)

    assert len({event["s"] for event in events}) == len(events) == 12


def test_depth_updates_lead_from_one_book_to_the_next() -> None:
    async def scenario() -> tuple[Any, list[Any], Any]:
        async with bench() as b:
            client = await b.connect("/public/ws/ethusdt@depth")
            b.pass_time(1)
            first = (await b.get("/fapi/v1/depth", symbol="ETHUSDT", limit=1000)).body
            b.pass_time(5)
            # The next book is asked for just after a beat, so that nothing is missing.
            b.pass_time(0.025 * ((250 - b.sim.now_ms() % 250) // 25 + 1))
            last = (await b.get("/fapi/v1/depth", symbol="ETHUSDT", limit=50)).body
            return first, await client.events(), last

    first, events, last = asyncio.run(scenario())

    wanted = [event for event in events if event["u"] >= first["lastUpdateId"]]
    assert wanted[0]["U"] <= first["lastUpdateId"] <= wanted[0]["u"]
    assert all(b["pu"] == a["u"] for a, b in itertools.pairwise(events))
    for side, key in (("bids", "b"), ("asks", "a")):
        levels = dict(map(tuple, first[side]))
        for event in wanted:
            levels.update(map(tuple, event[key]))
        held = {float(price): size for price, size in levels.items() if float(size)}
        best = sorted(held, reverse=side == "bids")[:50]
        assert [(price, held[price]) for price in best] == [
            (float(price), size) for price, size in last[side]
        ]


def test_spot_depth_updates_follow_one_another() -> None:
    events = _heard("btcusdt@depth@100ms", 3, spot=True)

    assert all(b["U"] == a["u"] + 1 for a, b in itertools.pairwise(events))


def test_partial_depth_is_the_top_of_the_book() -> None:
    async def scenario() -> tuple[Any, Any]:
        async with bench(start_ms=START_MS // 1000 * 1000) as b:
            events = await _hear(b, "btcusdt@depth10@100ms", 1)
            return events[-1], (await b.get("/fapi/v1/depth", symbol="BTCUSDT", limit=10)).body

    event, rest = asyncio.run(scenario())

    assert (event["b"], event["a"], event["u"]) == (
        rest["bids"],
        rest["asks"],
        rest["lastUpdateId"],
    )


def test_forced_orders_are_quiet_but_for_jumps() -> None:
    async def scenario() -> tuple[list[Any], int]:
        async with bench() as b:
            jumps = b.sim.truth.jumps("BTCUSDT", START_MS, START_MS + 86_400_000)
            jump = jumps[0]
            client = await b.connect("/market/ws/btcusdt@forceOrder")
            b.clock.move((jump.time_ms - START_MS - 2_000) / 1_000)
            b.sim.step()
            quiet = await client.events()
            b.pass_time(4)
            return [quiet, *await client.events()], jump.time_ms

    (quiet, *events), time_ms = asyncio.run(scenario())

    assert quiet == []
    assert [event["o"]["T"] for event in events] == [time_ms]
    assert set(events[0]) == {"e", "E", "o", "ps", "st"}


def test_spot_trades_lie_below_the_perpetual_by_the_basis() -> None:
    spot = _heard("btcusdt@aggTrade", 20, spot=True)
    futures = _heard("btcusdt@aggTrade", 20)

    ratio = float(futures[-1]["p"]) / float(spot[-1]["p"])

    assert 0 < abs(ratio - 1) < 0.004


def test_same_seed_and_time_bring_the_same_messages() -> None:
    first, second = (_heard("btcusdt@aggTrade", 3) for _ in range(2))

    assert first
    assert first == second
