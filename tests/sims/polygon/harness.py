"""A Polygon simulator whose clock the test turns, and plain clients of it."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp import WSMsgType

from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from quantdeck.sims.stocks.market import StockMarket
from tests.sims.harness import DEADLINE_S, ManualClock, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FRIDAY_NOON_MS = 1_795_194_000_123
"""2026-11-20 12:00 in New York."""
MARKET = StockMarket(seed=7, size=Size.SMALL)
"""One for all tests: it keeps what it has made."""
CONNECTED = {"ev": "status", "status": "connected", "message": "Connected Successfully"}
AUTHENTICATED = {"ev": "status", "status": "auth_success", "message": "authenticated"}


class Client:
    """A client of a stream that reads only what it is asked to."""

    _marks = itertools.count(1)

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next_frame(self) -> aiohttp.WSMessage:
        async with asyncio.timeout(DEADLINE_S):
            return await self.socket.receive()

    async def frames(self) -> list[str]:
        """Return every frame the server has sent so far, up to its answer to a ping."""
        mark = f"mark {next(self._marks)}".encode()
        await self.socket.ping(mark)
        found: list[str] = []
        while True:
            frame = await self.next_frame()
            if frame.type is WSMsgType.PONG:
                if bytes(frame.data) == mark:
                    return found
                continue
            assert frame.type is WSMsgType.TEXT, frame
            found.append(frame.data)

    async def items(self) -> list[dict[str, Any]]:
        """Return every item the server has sent so far."""
        return [item for frame in await self.frames() for item in msgspec.json.decode(frame)]

    async def asked(self, action: str, params: str) -> list[dict[str, Any]]:
        """Send a message, and return what comes after it."""
        await self.socket.send_json({"action": action, "params": params})
        return await self.items()

    async def end(self) -> tuple[list[dict[str, Any]], int | None]:
        """Read until the connection ends; return what was said and the close code."""
        said: list[dict[str, Any]] = []
        while True:
            frame = await self.next_frame()
            if frame.type is WSMsgType.TEXT:
                said += msgspec.json.decode(frame.data)
            elif frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return said, self.socket.close_code
            elif frame.type is WSMsgType.ERROR:
                return said, 1006


class Bench:
    """A running simulator and the means to talk to it."""

    def __init__(self, sim: PolygonSim, clock: ManualClock, http: aiohttp.ClientSession) -> None:
        self.sim, self.clock, self._http = sim, clock, http

    async def reply(self, path: str, *, key: str | None = "K", **parameters: object) -> Reply:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        query = {name.replace("__", "."): str(value) for name, value in parameters.items()}
        url = self.sim.rest_url + path
        async with self._http.get(url, params=query or None, headers=headers) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json" and raw
            body = msgspec.json.decode(raw) if is_json else raw.decode()
            return Reply(response.status, response.headers, body)

    async def get(self, path: str, *, key: str | None = "K", **parameters: object) -> Any:
        """Return the body of an answer that is no error."""
        reply = await self.reply(path, key=key, **parameters)
        assert reply.status == 200, reply
        return reply.body

    async def pages(self, path: str, **parameters: object) -> list[dict[str, Any]]:
        """Return the bodies of all pages, as a client finds them by `next_url`."""
        found = [await self.get(path, **parameters)]
        while (url := found[-1].get("next_url")) is not None:
            parts = urlsplit(url)
            found.append(await self.get(f"{parts.path}?{parts.query}"))
        return found

    async def connect(self, path: str = "/stocks", *, is_delayed: bool = False) -> Client:
        base = self.sim.delayed_ws_url if is_delayed else self.sim.ws_url
        return Client(await self._http.ws_connect(base + path, autoping=False))

    async def joined(
        self, path: str = "/stocks", *, key: str = "K", is_delayed: bool = False
    ) -> Client:
        """Return a client that has authenticated."""
        client = await self.connect(path, is_delayed=is_delayed)
        assert await client.items() == [CONNECTED]
        assert await client.asked("auth", key) == [AUTHENTICATED]
        return client

    async def pass_time(self, seconds: float, *, step_s: float = 0.25) -> None:
        """Turn the clock and have the simulator send what falls into the time."""
        for _ in range(round(seconds / step_s)):
            self.clock.move(step_s)
            await self.sim.step()


@asynccontextmanager
async def bench(**options: Any) -> AsyncIterator[Bench]:
    """Run a small simulator on a clock that stands still."""
    clock = ManualClock(options.pop("start_ms", FRIDAY_NOON_MS))
    options.setdefault("market", MARKET)
    async with PolygonSim(clock=clock, **options) as sim, aiohttp.ClientSession() as http:
        yield Bench(sim, clock, http)
