from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
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
