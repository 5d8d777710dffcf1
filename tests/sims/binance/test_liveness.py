"""Pings, lifetimes and limits of stream connections, on a clock that the test turns."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from quantdeck.sims.binance.session import FUTURES_LIVENESS, SPOT_LIVENESS, Liveness
from tests.sims.harness import Bench, Client, bench

_COARSE_S = 1.0


async def _pings(client: Client) -> list[bytes]:
    """Return the payloads of pings sent so far."""
    await client.socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
    found: list[bytes] = []
    async with asyncio.timeout(10):
        while True:
            message = await client.socket.receive()
            if message.type is WSMsgType.PING:
                found.append(bytes(message.data))
            elif message.type is WSMsgType.TEXT:
                return found


@pytest.mark.parametrize(
    ("spot", "rules"), [(False, FUTURES_LIVENESS), (True, SPOT_LIVENESS)], ids=["usdm", "spot"]
)
def test_server_pings_at_its_pace(*, spot: bool, rules: Liveness) -> None:
    async def scenario() -> tuple[int, int]:
        async with bench(spot=spot) as b:
            client = await b.connect("/ws", spot=spot)
            b.pass_time(rules.ping_every_s - 1, step_s=_COARSE_S)
            before = len(await _pings(client))
            b.pass_time(2, step_s=_COARSE_S)
            return before, len(await _pings(client))

    assert asyncio.run(scenario()) == (0, 1)


@pytest.mark.parametrize(
    ("spot", "rules"), [(False, FUTURES_LIVENESS), (True, SPOT_LIVENESS)], ids=["usdm", "spot"]
)
def test_client_that_never_answers_a_ping_is_closed(*, spot: bool, rules: Liveness) -> None:
    async def scenario() -> int | None:
        async with bench(spot=spot) as b:
            client = await b.connect("/ws", spot=spot)
            b.pass_time(rules.ping_every_s + rules.pong_within_s + 1, step_s=_COARSE_S)
            return await client.end()

    assert asyncio.run(scenario()) == 1008


@pytest.mark.parametrize("spot", [False, True], ids=["usdm", "spot"])
def test_client_that_answers_stays(*, spot: bool) -> None:
    rules = SPOT_LIVENESS if spot else FUTURES_LIVENESS

    async def scenario() -> int:
        async with bench(spot=spot) as b:
            client = await b.connect("/ws", spot=spot)
            for _ in range(6):
                b.pass_time(rules.ping_every_s, step_s=_COARSE_S)
                for payload in await _pings(client):
                    await client.socket.pong(payload)
                await client.say("LIST_SUBSCRIPTIONS")
            return b.sim.connections

    assert asyncio.run(scenario()) == 1


@pytest.mark.parametrize(("spot", "survives"), [(False, True), (True, False)])
def test_unasked_pong_keeps_futures_alive_and_not_spot(*, spot: bool, survives: bool) -> None:
    rules = SPOT_LIVENESS if spot else FUTURES_LIVENESS

    async def scenario() -> bool:
        async with bench(spot=spot) as b:
            client = await b.connect("/ws", spot=spot)
            b.pass_time(rules.ping_every_s, step_s=_COARSE_S)
            await client.socket.pong(b"nobody asked")
            await client.say("LIST_SUBSCRIPTIONS")
            b.pass_time(rules.pong_within_s - 5, step_s=_COARSE_S)
            if not spot:
                await client.socket.pong(b"nor now")
                await client.say("LIST_SUBSCRIPTIONS")
            b.pass_time(10, step_s=_COARSE_S)
            return not b.sim.counters["closed_1008"]

    assert asyncio.run(scenario()) is survives


def test_ping_of_the_client_is_answered_with_its_payload() -> None:
    async def scenario() -> Any:
        async with bench() as b:
            client = await b.connect("/ws")
            await client.socket.ping(b"payload")
            return await client.next_message()

    message = asyncio.run(scenario())

    assert (message.type, bytes(message.data)) == (WSMsgType.PONG, b"payload")


async def _say_often(b: Bench, client: Client, count: int) -> None:
    for number in range(count):
        await client.socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
    await b.until(
        lambda: b.sim.counters["control_messages"] + b.sim.counters["message_limit"] >= count
    )


@pytest.mark.parametrize(("spot", "allowed"), [(False, 10), (True, 5)], ids=["usdm", "spot"])
def test_messages_up_to_the_limit_are_answered(*, spot: bool, allowed: int) -> None:
    async def scenario() -> tuple[int, int]:
        async with bench(spot=spot) as b:
            client = await b.connect("/ws", spot=spot)
            for _ in range(3):
                await _say_often(b, client, allowed)
                b.clock.move(1.0)
                b.sim.counters["control_messages"] = 0
            return b.sim.counters["message_limit"], b.sim.connections

    assert asyncio.run(scenario()) == (0, 1)


@pytest.mark.parametrize(("spot", "allowed"), [(False, 10), (True, 5)], ids=["usdm", "spot"])
def test_messages_over_the_limit_close_the_connection(*, spot: bool, allowed: int) -> None:
    async def scenario() -> int | None:
        async with bench(spot=spot) as b:
            client = await b.connect("/ws", spot=spot)
            await _say_often(b, client, allowed + 1)
            return await client.end()

    assert asyncio.run(scenario()) == 1008


def test_pings_count_as_messages_on_spot() -> None:
    async def scenario() -> int | None:
        async with bench(spot=True) as b:
            client = await b.connect("/ws", spot=True)
            for _ in range(6):
                await client.socket.ping(b"x")
            return await client.end()

    assert asyncio.run(scenario()) == 1008


def test_pings_do_not_count_on_futures() -> None:
    async def scenario() -> int:
        async with bench() as b:
            client = await b.connect("/ws")
            for _ in range(30):
                await client.socket.ping(b"x")
            await client.messages()
            return b.sim.connections

    assert asyncio.run(scenario()) == 1


@pytest.mark.parametrize("spot", [False, True], ids=["usdm", "spot"])
def test_connection_is_told_and_closed_after_a_day(*, spot: bool) -> None:
    rules = Liveness(ping_every_s=1e9)

    async def scenario() -> tuple[Any, int | None]:
        async with bench(spot=spot, liveness=rules, spot_liveness=rules) as b:
            client = await b.connect("/stream", spot=spot)
            b.clock.move(86_395)
            b.sim.step()
            notice = await client.next_json()
            b.clock.move(6)
            b.sim.step()
            return notice, await client.end()

    notice, code = asyncio.run(scenario())

    assert notice["stream"] == "!serverShutdown"
    assert notice["data"]["e"] == "serverShutdown"
    assert code == 1001


def test_spot_refuses_too_many_connection_attempts() -> None:
    async def scenario() -> int:
        async with bench(spot=True) as b:
            sockets = b.sim
            for _ in range(300):
                client = await b.connect("/ws", spot=True)
                await client.socket.close()
            assert sockets.counters["connections_opened"] == 300
            try:
                await b.connect("/ws", spot=True)
            except aiohttp.WSServerHandshakeError as error:
                return error.status
            return 101

    assert asyncio.run(scenario()) == 429
