from __future__ import annotations

import asyncio
import itertools
from typing import Any

import aiohttp
import msgspec
from aiohttp import WSMsgType

from tests.sims.harness import Bench, Client, bench

_AGG = "/market/ws/btcusdt@aggTrade"


async def _agg(b: Bench) -> Client:
    return await b.connect(_AGG)


def _heard(fault: str, seconds: float = 20, path: str = _AGG) -> tuple[list[Any], int]:
    """Return the events under a fault, and how often it did something."""

    async def scenario() -> tuple[list[Any], int]:
        async with bench(faults=[fault]) as b:
            client = await b.connect(path)
            b.pass_time(seconds)
            name = fault.partition("=")[0].partition(":")[0]
            return await client.events(), b.sim.counters[name]

    return asyncio.run(scenario())


def _ids(events: list[Any], key: str = "a") -> list[int]:
    return [event[key] for event in events]


def test_mute_acknowledges_and_brings_nothing() -> None:
    async def scenario() -> tuple[Any, list[Any]]:
        async with bench(faults=["mute"]) as b:
            client = await b.connect("/market/ws")
            reply = await client.say("SUBSCRIBE", ["btcusdt@aggTrade"])
            b.pass_time(5)
            return reply, await client.events()

    assert asyncio.run(scenario()) == ({"result": None, "id": 1}, [])


def test_mute_of_one_stream_leaves_the_others() -> None:
    events, _ = _heard(
        "mute:btcusdt@aggTrade", 5, "/market/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade"
    )

    assert {event["stream"] for event in events} == {"ethusdt@aggTrade"}


def test_cleared_mute_goes_on_with_what_happens_then() -> None:
    async def scenario() -> list[Any]:
        async with bench(faults=["mute"]) as b:
            client = await _agg(b)
            b.pass_time(5)
            b.sim.clear("mute")
            since = b.sim.now_ms()
            b.pass_time(5)
            return [event["T"] > since for event in await client.events()]

    heard = asyncio.run(scenario())

    assert heard
    assert all(heard)


def test_id_gaps_leave_holes_that_rest_can_fill() -> None:
    async def scenario() -> tuple[list[int], list[int]]:
        async with bench(faults=["id-gaps=0.2"]) as b:
            client = await _agg(b)
            b.pass_time(20)
            ids = _ids(await client.events())
            rest = await b.get("/fapi/v1/aggTrades", symbol="BTCUSDT", fromId=ids[0], limit=1000)
            return ids, _ids(rest.body)

    ids, rest = asyncio.run(scenario())

    assert ids == sorted(set(ids))
    assert len(ids) < ids[-1] - ids[0] + 1
    assert set(range(ids[0], ids[-1] + 1)) <= set(rest)


def test_duplicates_are_equal_in_every_byte() -> None:
    events, count = _heard("duplicates=0.2")

    twice = [a for a, b in itertools.pairwise(events) if a == b]
    assert len(twice) == count > 0
    assert sorted(set(_ids(events))) == list(range(min(_ids(events)), max(_ids(events)) + 1))


def test_out_of_order_loses_nothing() -> None:
    events, count = _heard("out-of-order=0.2")

    ids = _ids(events)
    assert count > 0
    assert ids != sorted(ids)
    assert set(range(min(ids), max(ids) - 1)) <= set(ids)
    assert len(ids) == len(set(ids))


def test_late_messages_come_after_younger_ones_and_none_is_lost() -> None:
    events, count = _heard("late=700", 90)

    ids = _ids(events)
    moved = [later for earlier, later in itertools.pairwise(ids) if later < earlier]
    assert count >= len(moved) > 0
    settled = [number for number in range(min(ids), max(ids)) if number not in ids]
    assert len(settled) < 20
    assert len(ids) == len(set(ids))


def test_slow_delivers_everything_later_in_order() -> None:
    async def scenario() -> tuple[list[int], int]:
        async with bench(faults=["slow=2000"]) as b:
            client = await _agg(b)
            b.pass_time(1.9)
            early = len(await client.events())
            b.pass_time(10)
            return _ids(await client.events()), early

    ids, early = asyncio.run(scenario())

    assert early == 0
    assert ids == list(range(ids[0], ids[0] + len(ids)))


def test_slow_switched_off_still_delivers_what_waits() -> None:
    async def scenario() -> list[int]:
        async with bench(faults=["slow=2000"]) as b:
            client = await _agg(b)
            b.pass_time(5)
            b.sim.clear()
            b.pass_time(5)
            return _ids(await client.events())

    ids = asyncio.run(scenario())

    assert sorted(ids) == list(range(min(ids), max(ids) + 1))


def test_na_prints_are_no_trades() -> None:
    events, count = _heard("na-prints=0.3", path="/public/ws/btcusdt@trade")

    prints = [event for event in events if event["X"] != "MARKET"]
    assert len(prints) == count > 0
    assert {(event["X"], event["p"], event["q"]) for event in prints} == {("NA", "0", "0")}


def test_na_prints_spare_aggregate_trades() -> None:
    events, count = _heard("na-prints=1")

    assert count == 0
    assert all(float(event["p"]) > 0 for event in events)


def test_coin_margined_twins_follow_with_st_2() -> None:
    events, _ = _heard("coin-margined", 5, "/public/ws/btcusdt@bookTicker")

    assert [(e["st"], e["s"], e["ps"]) for e in events[:2]] == [
        (1, "BTCUSDT", "BTCUSDT"),
        (2, "BTCUSD_PERP", "BTCUSD"),
    ]


def test_coin_margined_symbols_join_the_streams_of_all_symbols() -> None:
    events, _ = _heard("coin-margined", 1, "/market/ws/!markPrice@arr@1s")

    assert [item["st"] for item in events[0]] == [1] * 12 + [2] * 12


def test_coin_margined_symbols_are_listed() -> None:
    async def scenario() -> list[str]:
        async with bench(faults=["coin-margined"]) as b:
            body = (await b.get("/fapi/v1/exchangeInfo")).body
            return [item["symbol"] for item in body["symbols"]]

    symbols = asyncio.run(scenario())

    assert sum(symbol.endswith("USD_PERP") for symbol in symbols) == 12
    assert "BTCUSD_PERP" in symbols


def test_garbage_cannot_be_decoded_and_leaves_the_rest_whole() -> None:
    async def scenario() -> list[aiohttp.WSMessage]:
        async with bench(faults=["garbage=0.3"]) as b:
            client = await _agg(b)
            b.pass_time(20)
            return await client.messages()

    messages = asyncio.run(scenario())

    sound = [
        msgspec.json.decode(message.data)["a"]
        for message in messages
        if message.type is WSMsgType.TEXT and message.data.startswith('{"e":"aggTrade","E":1')
    ]
    assert len(sound) < len(messages)
    assert any(message.type is WSMsgType.BINARY for message in messages)
    assert sound == list(range(sound[0], sound[0] + len(sound)))
