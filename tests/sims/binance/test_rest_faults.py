from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgspec
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.sims.binance.server import BinanceSim, run_forever
from quantdeck.sims.fault_table import FaultName
from tests.sims.harness import Reply, bench


def _answer(fault: str) -> Reply:
    async def scenario() -> Reply:
        async with bench(faults=[fault]) as b:
            return await b.get("/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=1)

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"), [("429=7", 429, "7"), ("418=120", 418, "120")]
)
def test_limits_are_shown_with_retry_after(fault: str, status: int, retry_after: str) -> None:
    reply = _answer(fault)

    assert (reply.status, reply.headers["Retry-After"]) == (status, retry_after)
    assert reply.body["code"] == -1003


def test_ban_names_its_end() -> None:
    assert "banned until" in _answer("418").body["msg"]


def test_server_error_is_no_json() -> None:
    reply = _answer("http-500")

    assert reply.status == 500
    assert isinstance(reply.body, str)


def test_slow_rest_waits_on_the_clock() -> None:
    async def scenario() -> tuple[bool, int]:
        async with bench(faults=["slow-rest=2000"]) as b:
            waiting = asyncio.create_task(b.get("/fapi/v1/ping"))
            await b.until(lambda: b.sim.counters["slow-rest"] == 1)
            is_waiting = not waiting.done()
            waiting.cancel()
            b.sim.clear()
            return is_waiting, (await b.get("/fapi/v1/ping")).status

    assert asyncio.run(scenario()) == (True, 200)


async def _switch(
    http: aiohttp.ClientSession, method: str, url: str, body: Any = None
) -> tuple[int, Any]:
    data = None if body is None else msgspec.json.encode(body)
    async with http.request(method, url, data=data) as response:
        return response.status, await response.json()


def _switched(*requests: tuple[str, str, Any]) -> list[tuple[int, Any]]:
    async def scenario() -> list[tuple[int, Any]]:
        async with BinanceSim(seed=1) as sim, aiohttp.ClientSession() as http:
            return [
                await _switch(http, method, sim.rest_url + path, body)
                for method, path, body in requests
            ]

    return asyncio.run(scenario())


def test_faults_are_listed_with_what_they_do() -> None:
    ((status, body),) = _switched(("GET", "/sim/faults", None))

    assert status == 200
    assert body["on"] == []
    assert [row["name"] for row in body["known"]] == [name.value for name in FaultName]
    assert all(row["effect"] for row in body["known"])


def test_faults_are_switched_over_http() -> None:
    answers = _switched(
        ("POST", "/sim/faults", {"fault": "429=9"}),
        ("GET", "/fapi/v1/ping", None),
        ("POST", "/sim/faults", {"faults": ["mute:btc*", "slow=5"]}),
        ("DELETE", "/sim/faults/429", None),
        ("GET", "/fapi/v1/ping", None),
        ("DELETE", "/sim/faults", None),
        ("GET", "/sim/counters", None),
    )

    assert [status for status, _ in answers] == [200, 429, 200, 200, 200, 200, 200]
    assert answers[2][1]["on"] == ["429=9", "mute:btc*", "slow=5"]
    assert answers[3][1]["on"] == ["mute:btc*", "slow=5"]
    assert answers[5][1]["on"] == []
    assert answers[6][1]["429"] == 1


def test_clock_that_was_put_wrong_over_http_is_put_right_over_http() -> None:
    (_, _), (_, wrong), (_, _), (_, right) = _switched(
        ("POST", "/sim/faults", {"fault": "clock-skew=86400000"}),
        ("GET", "/fapi/v1/time", None),
        ("DELETE", "/sim/faults/clock-skew", None),
        ("GET", "/fapi/v1/time", None),
    )

    assert wrong["serverTime"] - right["serverTime"] > 80_000_000


@pytest.mark.parametrize(
    "body", [{"fault": "nonsense"}, {"fault": 5}, [], {"faults": ["mute", "id-gaps=7"]}]
)
def test_nonsense_is_refused_over_http(body: Any) -> None:
    ((status, answer),) = _switched(("POST", "/sim/faults", body))

    assert status == 422
    assert answer["error"]


def test_unknown_name_is_refused_over_http() -> None:
    ((status, _),) = _switched(("DELETE", "/sim/faults/nonsense", None))

    assert status == 422


def test_faults_of_a_server_are_told_as_they_are_written() -> None:
    sim = BinanceSim(faults=["mute:btc*", "id-gaps=0.5"])

    sim.clear("mute")

    assert sim.faults() == ["id-gaps=0.5"]


def test_server_with_an_unknown_fault_is_refused() -> None:
    with pytest.raises(BadInput, match="no fault"):
        BinanceSim(faults=["nonsense"])


def test_server_on_a_port_in_use_fails_and_leaves_nothing_behind() -> None:
    async def scenario() -> None:
        async with BinanceSim(seed=1) as sim:
            port = int(sim.rest_url.rpartition(":")[2])
            with pytest.raises(OSError, match="address already in use"):
                await BinanceSim(seed=1, spot=True, spot_port=port).__aenter__()

    asyncio.run(scenario())


def test_server_ends_open_connections_when_it_ends() -> None:
    async def scenario() -> int | None:
        async with aiohttp.ClientSession() as http:
            async with BinanceSim(seed=1) as sim:
                socket = await http.ws_connect(f"{sim.ws_url}/market/ws/btcusdt@aggTrade")
            async with asyncio.timeout(10):
                async for _ in socket:
                    pass
            return socket.close_code

    assert asyncio.run(scenario()) == 1006


def test_run_forever_tells_its_addresses_and_serves_live_data() -> None:
    async def scenario() -> tuple[int, str]:
        started: asyncio.Future[BinanceSim] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(run_forever(seed=1, spot_port=0, rate=2.0, started=started))
        async with asyncio.timeout(10), aiohttp.ClientSession() as http:
            sim = await started
            async with http.get(f"{sim.spot_rest_url}/api/v3/time") as response:
                status = response.status
            socket = await http.ws_connect(f"{sim.spot_ws_url}/ws/btcusdt@bookTicker")
            message = await socket.receive_json()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return status, message["s"]

    assert asyncio.run(scenario()) == (200, "BTCUSDT")
