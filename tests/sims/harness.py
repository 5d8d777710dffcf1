"""A simulator whose clock the test turns, and plain clients of it."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from aiohttp import WSMsgType

from quantdeck.sims.binance.server import BinanceSim

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

START_MS = 1_795_000_000_123
DEADLINE_S = 10.0
STEP_S = 0.025


class ManualClock:
    """A clock that moves only when it is told to; nobody who sleeps on it wakes."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self._now_ns = start_ms * 1_000_000
        self._elapsed_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_ns(self) -> int:
        return self._elapsed_ns

    async def sleep(self, _seconds: float) -> None:
        await asyncio.Event().wait()

    def move(self, seconds: float) -> None:
        self._now_ns += round(seconds * 1e9)
        self._elapsed_ns += round(seconds * 1e9)


@dataclass
class Reply:
    """An answer of REST."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """A client of the streams that reads only what it is asked to."""

    _marks = itertools.count(1)

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, method: str, params: object = None, request_id: object = 1) -> Any:
        """Send a control message, and return the answer; events before it are thrown away."""
        message = {"method": method, "id": request_id}
        if params is not None:
            message["params"] = params
        await self.socket.send_json(message)
        return await self.answer()

    async def answer(self) -> Any:
        while True:
            message = await self.next_json()
            if isinstance(message, dict) and "id" in message:
                return message

    async def next_message(self) -> aiohttp.WSMessage:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                message = await self.socket.receive()
                if message.type is not WSMsgType.PING:
                    return message

    async def next_json(self) -> Any:
        message = await self.next_message()
        assert message.type is WSMsgType.TEXT, message
        return msgspec.json.decode(message.data)

    async def messages(self) -> list[aiohttp.WSMessage]:
        """Return everything the server has sent so far, up to its answer to a ping."""
        mark = f"mark {next(self._marks)}".encode()
        await self.socket.ping(mark)
        found: list[aiohttp.WSMessage] = []
        while True:
            message = await self.next_message()
            if message.type is WSMsgType.PONG:
                if bytes(message.data) == mark:
                    return found
                continue
            assert message.type in (WSMsgType.TEXT, WSMsgType.BINARY), message
            found.append(message)

    async def events(self) -> list[Any]:
        """Return what the server has sent so far, decoded."""
        return [msgspec.json.decode(message.data) for message in await self.messages()]

    async def end(self) -> int | None:
        """Read until the connection ends, and return the close code (1006 where there is none)."""
        while True:
            message = await self.next_message()
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return self.socket.close_code
            if message.type is WSMsgType.ERROR:
                return 1006


class Bench:
    """A running simulator and the means to talk to it."""

    def __init__(self, sim: BinanceSim, clock: ManualClock, http: aiohttp.ClientSession) -> None:
        self.sim, self.clock, self._http = sim, clock, http

    async def get(self, path: str, **parameters: object) -> Reply:
        query = {name: str(value) for name, value in parameters.items()}
        async with self._http.get(self.sim.rest_url + path, params=query) as response:
            is_json = response.content_type == "application/json"
            body = await response.json() if is_json else await response.text()
            return Reply(response.status, response.headers, body)

    async def connect(self, path: str, *, spot: bool = False, autoping: bool = False) -> Client:
        """Return a client; it answers pings of the server only if told so."""
        base = self.sim.spot_ws_url if spot else self.sim.ws_url
        return Client(await self._http.ws_connect(base + path, autoping=autoping))

    def pass_time(self, seconds: float, *, step_s: float = STEP_S) -> None:
        """Turn the clock and have the simulator send what falls into the time."""
        for _ in range(round(seconds / step_s)):
            self.clock.move(step_s)
            self.sim.step()

    async def until(self, condition: Any) -> None:
        """Wait for something that the sockets bring about."""
        async with asyncio.timeout(DEADLINE_S):
            while not condition():  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.001)


@asynccontextmanager
async def bench(**options: Any) -> AsyncIterator[Bench]:
    """Run a simulator on a clock that stands still."""
    clock = ManualClock(options.pop("start_ms", START_MS))
    options.setdefault("seed", 7)
    async with (
        BinanceSim(clock=clock, **options) as sim,
        aiohttp.ClientSession() as http,
    ):
        yield Bench(sim, clock, http)
