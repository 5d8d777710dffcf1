"""An Alpaca simulator whose clock the test turns, and plain clients of it."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from aiohttp import WSMsgType

from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size
from tests.sims.harness import DEADLINE_S, ManualClock, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FRIDAY_NOON_MS = 1_795_194_000_123
"""2026-11-20 12:00 in New York."""
HEADERS = {"APCA-API-KEY-ID": "K", "APCA-API-SECRET-KEY": "S"}
AUTH = {"action": "auth", "key": "K", "secret": "S"}
PACKED = {"Content-Type": "application/msgpack"}


class Client:
    """A client of a stream that reads only what it is asked to."""

    _marks = itertools.count(1)

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, packs: bool) -> None:
        self.socket, self._packs = socket, packs

    async def say(self, message: Any) -> None:
        if self._packs:
            await self.socket.send_bytes(msgspec.msgpack.encode(message))
        else:
            await self.socket.send_json(message)

    async def next_frame(self) -> aiohttp.WSMessage:
        async with asyncio.timeout(DEADLINE_S):
            return await self.socket.receive()

    async def frames(self) -> list[aiohttp.WSMessage]:
        """Return every frame the server has sent so far, up to its answer to a ping."""
        mark = f"mark {next(self._marks)}".encode()
        await self.socket.ping(mark)
        found: list[aiohttp.WSMessage] = []
        while True:
            frame = await self.next_frame()
            if frame.type is WSMsgType.PONG:
                if bytes(frame.data) == mark:
                    return found
                continue
            assert frame.type in (WSMsgType.TEXT, WSMsgType.BINARY), frame
            found.append(frame)

    async def items(self) -> list[dict[str, Any]]:
        """Return every item the server has sent so far."""
        return [item for frame in await self.frames() for item in decoded(frame)]

    async def asked(self, message: Any) -> list[dict[str, Any]]:
        """Send a message, and return what comes after it."""
        await self.say(message)
        return await self.items()

    async def end(self) -> int | None:
        """Read until the connection ends, and return the close code (1006 where there is none)."""
        while True:
            frame = await self.next_frame()
            if frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return self.socket.close_code
            if frame.type is WSMsgType.ERROR:
                return 1006


def decoded(frame: aiohttp.WSMessage) -> list[dict[str, Any]]:
    """Return the items of a frame; time stamps of MessagePack stay extensions."""
    if frame.type is WSMsgType.TEXT:
        return msgspec.json.decode(frame.data)
    decoder = msgspec.msgpack.Decoder(list[dict[str, msgspec.Raw]])
    return [
        {key: _value(key, value) for key, value in item.items()}
        for item in decoder.decode(frame.data)
    ]


def _value(key: str, raw: msgspec.Raw) -> Any:
    kind = msgspec.msgpack.Ext if key in ("t", "created_at", "updated_at") else Any
    return msgspec.msgpack.decode(raw, type=kind)


class Bench:
    """A running simulator and the means to talk to it."""

    def __init__(self, sim: AlpacaSim, clock: ManualClock, http: aiohttp.ClientSession) -> None:
        self.sim, self.clock, self._http = sim, clock, http

    async def get(
        self, path: str, *, headers: dict[str, str] | None = None, **parameters: object
    ) -> Reply:
        query = {name: str(value) for name, value in parameters.items()}
        sent = HEADERS if headers is None else headers
        url = self.sim.rest_url + path
        async with self._http.get(url, params=query, headers=sent) as response:
            is_json = response.content_type == "application/json"
            body = await response.json() if is_json else await response.text()
            return Reply(response.status, response.headers, body)

    async def connect(
        self, path: str = "/v1beta1/opra", *, packs: bool = True, headers: Any = None
    ) -> Client:
        sent = (PACKED if packs else {}) | (headers or {})
        socket = await self._http.ws_connect(self.sim.ws_url + path, headers=sent, autoping=False)
        return Client(socket, packs=packs)

    async def joined(self, path: str = "/v1beta1/opra", *, packs: bool = True) -> Client:
        """Return a client that has authenticated."""
        client = await self.connect(path, packs=packs)
        items = await client.asked(AUTH)
        assert items[-1] == {"T": "success", "msg": "authenticated"}
        return client

    async def pass_time(self, seconds: float, *, step_s: float = 0.05) -> None:
        """Turn the clock and have the simulator send what falls into the time."""
        for _ in range(round(seconds / step_s)):
            self.clock.move(step_s)
            await self.sim.step()

    def busiest(self, count: int) -> list[str]:
        """Return the symbols with the largest volume."""
        now = self.sim.now_ns()
        found = self.sim.market.listed_at(now)
        volume = self.sim.market.volume(found, found.all, now)
        return [found.symbols[row] for row in (-volume).argsort()[:count]]


@asynccontextmanager
async def bench(**options: Any) -> AsyncIterator[Bench]:
    """Run a small simulator on a clock that stands still."""
    clock = ManualClock(options.pop("start_ms", FRIDAY_NOON_MS))
    options.setdefault("seed", 7)
    options.setdefault("size", Size.SMALL)
    async with (
        AlpacaSim(clock=clock, **options) as sim,
        aiohttp.ClientSession() as http,
    ):
        yield Bench(sim, clock, http)
