from __future__ import annotations

import asyncio
import itertools
from typing import Any

import aiohttp
import msgspec
import pytest
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
    events, count = _heard("late=700", 30)

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

    assert len(symbols) == 24
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


def test_drop_aborts_open_connections_once() -> None:
    async def scenario() -> tuple[int | None, int]:
        async with bench() as b:
            client = await _agg(b)
            b.sim.inject("drop")
            code = await client.end()
            again = await _agg(b)
            b.pass_time(5)
            assert await again.events()
            return code, b.sim.counters["drop"]

    assert asyncio.run(scenario()) == (1006, 1)


def test_drop_with_seconds_aborts_every_connection_when_it_is_that_old() -> None:
    async def scenario() -> list[int | None]:
        async with bench(faults=["drop=3"]) as b:
            codes: list[int | None] = []
            for _ in range(2):
                client = await _agg(b)
                b.pass_time(2.9)
                await client.events()
                b.pass_time(0.2)
                codes.append(await client.end())
            return codes

    assert asyncio.run(scenario()) == [1006, 1006]


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 4001])
def test_close_ends_open_connections_with_the_code(code: int) -> None:
    async def scenario() -> int | None:
        async with bench() as b:
            client = await _agg(b)
            b.sim.inject(f"close={code}")
            return await client.end()

    assert asyncio.run(scenario()) == code


def test_close_with_seconds_ends_every_connection_when_it_is_that_old() -> None:
    async def scenario() -> list[int | None]:
        async with bench(faults=["close=1012/2"]) as b:
            codes: list[int | None] = []
            for _ in range(2):
                client = await _agg(b)
                b.pass_time(2.1)
                codes.append(await client.end())
            return codes

    assert asyncio.run(scenario()) == [1012, 1012]


def test_roll_tells_and_closes_early() -> None:
    async def scenario() -> tuple[list[str], int | None]:
        async with bench(faults=["roll=4"]) as b:
            client = await b.connect("/market/ws/btcusdt@markPrice@1s")
            b.pass_time(3.5)
            kinds = [event["e"] for event in await client.events()]
            b.pass_time(1)
            return kinds, await client.end()

    kinds, code = asyncio.run(scenario())

    assert kinds.count("serverShutdown") == 1
    assert code == 1001


def test_shutdown_notice_is_sent_and_the_connection_stays() -> None:
    async def scenario() -> tuple[list[str], int]:
        async with bench() as b:
            client = await b.connect("/market/ws/btcusdt@markPrice@1s")
            b.sim.inject("shutdown")
            b.pass_time(2)
            return [event["e"] for event in await client.events()], b.sim.connections

    kinds, connections = asyncio.run(scenario())

    assert kinds == ["serverShutdown", "markPriceUpdate", "markPriceUpdate"]
    assert connections == 1


def test_shutdown_with_seconds_is_sent_once_to_each_connection() -> None:
    events, count = _heard("shutdown=1", 4, "/market/ws/btcusdt@markPrice")

    assert [event["e"] for event in events].count("serverShutdown") == count == 1


def test_no_pong_leaves_pings_unanswered() -> None:
    async def scenario() -> tuple[Any, int]:
        async with bench(faults=["no-pong"]) as b:
            client = await b.connect("/ws")
            await client.socket.ping(b"anybody?")
            await client.socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
            message = await client.next_message()
            return message.type, b.sim.counters["no-pong"]

    assert asyncio.run(scenario()) == (WSMsgType.TEXT, 1)


def test_no_ping_sends_none() -> None:
    async def scenario() -> bool:
        async with bench(spot=True, faults=["no-ping"]) as b:
            client = await b.connect("/ws", spot=True)
            b.pass_time(90, step_s=1.0)
            await client.socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
            return (await client.socket.receive(timeout=10)).type is WSMsgType.TEXT

    assert asyncio.run(scenario())


def test_no_ack_subscribes_without_a_word() -> None:
    async def scenario() -> list[str]:
        async with bench(faults=["no-ack"]) as b:
            client = await b.connect("/market/ws")
            await client.socket.send_json(
                {"method": "SUBSCRIBE", "params": ["btcusdt@markPrice@1s"], "id": 1}
            )
            await client.messages()
            b.pass_time(2)
            return [event["e"] for event in await client.events()]

    assert asyncio.run(scenario()) == ["markPriceUpdate", "markPriceUpdate"]


@pytest.mark.parametrize(
    ("faults", "is_object"),
    [(["reject-subscribe"], False), (["reject-subscribe", "error-object"], True)],
)
def test_rejected_subscription_is_an_error_and_brings_nothing(
    faults: list[str], *, is_object: bool
) -> None:
    async def scenario() -> tuple[Any, list[Any]]:
        async with bench(faults=faults) as b:
            client = await b.connect("/market/ws")
            reply = await client.say("SUBSCRIBE", ["btcusdt@aggTrade"])
            b.pass_time(5)
            return reply, await client.events()

    reply, events = asyncio.run(scenario())

    assert (reply["error"] if is_object else reply)["code"] == 2
    assert events == []


def test_rejection_can_be_limited_to_a_stream() -> None:
    async def scenario() -> list[Any]:
        async with bench(faults=["reject-subscribe:btc*"]) as b:
            client = await b.connect("/market/ws")
            return [
                await client.say("SUBSCRIBE", [name])
                for name in ("btcusdt@aggTrade", "ethusdt@aggTrade")
            ]

    refused, accepted = asyncio.run(scenario())

    assert refused["code"] == 2
    assert accepted == {"result": None, "id": 1}


def test_refused_connection_is_503() -> None:
    async def scenario() -> int:
        async with bench(faults=["refuse-connect"]) as b:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await _agg(b)
            return caught.value.status

    assert asyncio.run(scenario()) == 503


def test_clock_skew_moves_every_stamp() -> None:
    async def scenario() -> tuple[int, int]:
        async with bench(faults=["clock-skew=5000"]) as b:
            client = await b.connect("/market/ws/btcusdt@markPrice@1s")
            b.pass_time(1)
            stamp = (await client.events())[-1]["E"]
            return stamp - b.clock.now_ns() // 1_000_000, b.sim.now_ms()

    ahead, _ = asyncio.run(scenario())

    assert 4_000 < ahead <= 5_000


def test_clock_set_back_is_silent_until_the_time_has_come_again() -> None:
    async def scenario() -> tuple[list[Any], list[int]]:
        async with bench() as b:
            client = await _agg(b)
            b.pass_time(5)
            before = _ids(await client.events())
            b.sim.inject("clock-skew=-3000")
            b.pass_time(2.9)
            silent = await client.events()
            b.pass_time(5)
            return silent, [*before, *_ids(await client.events())]

    silent, ids = asyncio.run(scenario())

    assert silent == []
    assert ids == list(range(ids[0], ids[0] + len(ids)))
