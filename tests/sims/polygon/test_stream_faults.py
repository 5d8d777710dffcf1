"""Faults of the Polygon simulator's streams."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.sims.polygon.harness import bench


def _items(
    *faults: str, params: str = "T.AAPL,T.KO", seconds: float = 20.0
) -> list[dict[str, Any]]:
    async def scenario():
        async with bench(faults=faults) as at:
            client = await at.joined()
            await client.asked("subscribe", params)
            await at.pass_time(seconds, step_s=1.0)
            return await client.items()

    return asyncio.run(scenario())


def _ended(fault: str, *, moves: float) -> tuple[list[dict[str, Any]], int | None]:
    async def scenario():
        async with bench() as at:
            client = await at.joined()
            at.sim.inject(fault)
            at.clock.move(moves)
            step = asyncio.create_task(at.sim.step())
            ended = await client.end()
            await step
            return ended

    return asyncio.run(scenario())


def test_mute_leaves_out_the_streams_named() -> None:
    items = _items("mute:T.AAPL")

    assert {item["sym"] for item in items} == {"KO"}


def test_gaps_duplicates_and_order_change_the_events() -> None:
    whole = _items()

    gaps, twice, mixed = (_items(f"{name}=0.3") for name in ("gaps", "duplicates", "out-of-order"))

    assert len(gaps) < len(whole) < len(twice)
    assert mixed != whole
    assert sorted(map(str, mixed)) == sorted(map(str, whole))


def test_slow_sends_the_same_events_later() -> None:
    async def scenario():
        async with bench(faults=["slow=2000"]) as at:
            client = await at.joined()
            await client.asked("subscribe", "T.AAPL")
            await at.pass_time(1.5)
            early = await client.items()
            await at.pass_time(2.5)
            return early, await client.items()

    early, late = asyncio.run(scenario())

    assert early == []
    assert late


def test_garbage_stands_between_whole_messages() -> None:
    async def scenario():
        async with bench(faults=["garbage=1"]) as at:
            client = await at.joined()
            await client.asked("subscribe", "T.AAPL")
            await at.pass_time(4, step_s=1.0)
            return await client.frames()

    frames = asyncio.run(scenario())

    broken = [frame for frame in frames if not _is_array(frame)]
    assert len(frames) == 2 * len(broken) > 0


def _is_array(frame: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(frame), list)
    except msgspec.DecodeError:
        return False


def test_missing_fields_and_unknown_events_are_sent() -> None:
    bare, unknown = _items("missing-fields=0.5"), _items("unknown-events")

    assert len({len(item) for item in bare}) == 2
    assert all("ev" in item for item in bare)
    assert "ZZ" in {item["ev"] for item in unknown}


def test_not_authorized_fault_refuses_the_streams_named() -> None:
    async def scenario():
        async with bench(faults=["not-authorized:Q.*"]) as at:
            client = await at.joined()
            return await client.asked("subscribe", "T.AAPL,Q.AAPL")

    assert [each["status"] for each in asyncio.run(scenario())] == ["success", "error"]


def test_lost_subscription_is_neither_confirmed_nor_served() -> None:
    async def scenario():
        async with bench(faults=["lost-subscriptions=1"]) as at:
            client = await at.joined()
            answers = await client.asked("subscribe", "T.AAPL")
            await at.pass_time(3)
            return answers, await client.items()

    assert asyncio.run(scenario()) == ([], [])


@pytest.mark.parametrize(
    ("fault", "moves", "status", "code"),
    [
        ("slow-consumer=2", 2.5, "slow_consumer", 1008),
        ("force-disconnect", 0.1, "force_disconnect", 1008),
    ],
)
def test_connection_is_told_why_it_ends(fault: str, moves: float, status: str, code: int) -> None:
    said, closed = _ended(fault, moves=moves)

    assert [item["status"] for item in said] == [status]
    assert closed == code


@pytest.mark.parametrize(("fault", "code"), [("close", 1000), ("close=1011", 1011), ("drop", 1006)])
def test_connection_ends_with_the_code_asked_for(fault: str, code: int) -> None:
    said, closed = _ended(fault, moves=0.1)

    assert said == []
    assert closed == code


def test_max_connections_follows_an_accepted_login() -> None:
    async def scenario():
        async with bench(faults=["max-connections"]) as at:
            client = await at.joined()
            await client.socket.send_json({"action": "subscribe", "params": "T.AAPL"})
            return await client.end()

    said, code = asyncio.run(scenario())

    assert [item["status"] for item in said] == ["max_connections"]
    assert code == 1008


def test_silent_auth_says_nothing() -> None:
    async def scenario():
        async with bench(faults=["auth-silent"]) as at:
            client = await at.connect()
            return await client.items(), await client.asked("auth", "K")

    assert asyncio.run(scenario()) == ([], [])


def test_refused_connection_is_an_http_error() -> None:
    async def scenario():
        async with bench(faults=["refuse-connect"]) as at:
            await at.connect()

    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        asyncio.run(scenario())


def test_no_pong_leaves_pings_unanswered() -> None:
    async def scenario():
        async with bench(faults=["no-pong"]) as at:
            client = await at.connect()
            await client.socket.ping(b"mark")
            await client.socket.send_json({"action": "auth", "params": "K"})
            return [(await client.next_frame()).type for _ in range(2)]

    assert asyncio.run(scenario()) == [aiohttp.WSMsgType.TEXT] * 2


def test_clock_faults_move_the_vendors_time() -> None:
    async def scenario():
        async with bench() as at:
            start = at.sim.now_ns()
            at.sim.inject("clock-skew=5000")
            skewed = at.sim.now_ns()
            at.sim.clear()
            at.sim.inject("fast-clock=10")
            at.clock.move(1.0)
            await at.sim.step()
            return skewed - start, at.sim.now_ns() - start

    assert asyncio.run(scenario()) == (5_000_000_000, 10_000_000_000)
