"""What one more reader of the page costs the server: eight live panels, ten times a second.

Usage: python benchmarks/stream_clients.py [--clients 20] [--seconds 8]

The server runs here with the real stream; readers are another process that unmasks nothing and draws
nothing. Three runs in turn: one reader, one and the others, and the peer: the same with every state
encoded anew for every reader, as a plain FastAPI route does it (`await websocket.send_json(...)`).
The cost of a reader is the difference in the server's CPU time, as a share of one core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.api.server import Server, bind
from quantdeck.api.stream import Stream
from quantdeck.hub.topic import Topic
from quantdeck.hub.topics import Topics
from quantdeck.model.users import LOCAL, Caller
from quantdeck.views.diff import change
from quantdeck.views.encode import to_json
from quantdeck.views.payloads import CandlesPayload, LinesPayload, Mode, PanelState, RowsPayload

if TYPE_CHECKING:
    import socket

HZ = 10
POINTS = 600
LIVE = PanelState("live", 0.1, "benchmark")
PANELS = (*(f"lines.{i}" for i in range(4)), "candles.0", "table.0", "kpi.0", "kpi.1")


class Market:
    """Payloads that move on by one point a step."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        self.values = random.normal(size=(2, 100_000)).cumsum(axis=1)
        self.step = 0

    def payload(self, panel: str) -> Any:
        """Return what a panel shows now."""
        at = slice(self.step, self.step + POINTS)
        x = np.arange(self.step, self.step + POINTS) * 1000
        one, two = self.values[0, at], self.values[1, at]
        match panel.partition(".")[0]:
            case "lines":
                return LinesPayload(LIVE, x, {"y": one, "x": two})
            case "candles":
                return CandlesPayload(
                    LIVE, 2, x, open=one, high=one + 1, low=one - 1, close=two, volume=two,
                    trades=x,
                )  # fmt: skip
            case "table":
                rows = [{"id": f"r{i}", "rate": float(one[i]), "n": i} for i in range(20)]
                return RowsPayload(LIVE, rows)
            case _:
                return RowsPayload(LIVE, [{"id": "a", "value": one[0], "spark": one[:60].tolist()}])


def read_all(port: int, clients: int) -> None:
    """Connect that many readers and read until killed."""

    async def reader() -> None:
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        outgoing.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await incoming.readuntil(b"\r\n\r\n")
        for panel in PANELS:
            text = json.dumps({"op": "sub", "topic": panel, "hz": HZ}).encode()
            # A masked frame with a mask of zeros.
            outgoing.write(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
        while await incoming.read(1 << 20):
            pass

    async def main() -> None:
        await asyncio.gather(*(reader() for _ in range(clients)))

    asyncio.run(main())


class Deck:
    """What the stream needs of a machine."""

    def __init__(self) -> None:
        self.mode, self.version = Mode.DEMO, "benchmark"
        self.clock = SimpleNamespace(now_ns=time.time_ns)
        self.market = Market()
        self.topics = Topics(encode=to_json, change=change)

    async def answer(self, topic: str, _params: Any) -> Any:
        """Return the first state of a topic."""
        return self.market.payload(topic)


def plain_route(deck: Deck) -> Any:
    """Return the peer: every reader has its own timer and encodes for itself."""

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        client = deck.topics.connect(lambda: None)
        try:
            while True:
                for panel in PANELS:
                    data = json.loads(to_json(deck.market.payload(panel)))
                    text = json.dumps({"t": "snap", "topic": panel, "data": data})
                    await send({"type": "websocket.send", "text": text})
                await asyncio.sleep(1 / HZ)
        finally:
            client.close()

    return app


def _anybody(_scope: object) -> Caller:
    return LOCAL


async def cpu_share(clients: int, seconds: float, *, plain: bool = False) -> float:
    """Return the server's CPU time as a share of one core."""
    deck = Deck()
    sessions: Any = SimpleNamespace(caller=_anybody)
    listener: socket.socket = bind("127.0.0.1", 0)
    made: Any = deck
    server = Server(plain_route(deck) if plain else Stream(made, sessions), listener)
    serving = asyncio.create_task(server.run())
    process = multiprocessing.get_context("spawn").Process(
        target=read_all, args=(server.port, clients), daemon=True
    )
    process.start()
    while deck.topics.clients() < clients:  # noqa: ASYNC110 - nothing to be told by
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        deck.market.step += 1
        if not plain:
            for panel in PANELS:
                deck.topics.publish(Topic(panel), deck.market.payload(panel), ts_ms=0)
        await asyncio.sleep(1 / HZ)
    share = (time.process_time() - cpu) / (time.perf_counter() - began)
    process.terminate()
    process.join()
    server.stop()
    await serving
    return share


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=20, help="readers added to the first")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each run")
    options = parser.parse_args()
    others = options.clients
    # Readers are killed at the end of a run; that writing to them fails then is no news.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    one = asyncio.run(cpu_share(1, options.seconds))
    many = asyncio.run(cpu_share(1 + others, options.seconds))
    few = max(1, others // 5)
    plain_one = asyncio.run(cpu_share(1, options.seconds, plain=True))
    plain_many = asyncio.run(cpu_share(1 + few, options.seconds, plain=True))
    ours, peer = (many - one) / others, (plain_many - plain_one) / few
    print(f"{len(PANELS)} panels of {POINTS} points at {HZ} Hz, server's share of one core")
    print(f"  one reader, publishing included   {one:8.2%}")
    print(f"  one more reader                   {ours:8.3%}")
    print(f"  one more reader, encoded for each {peer:8.3%}   {peer / ours:5.0f} x ours")


if __name__ == "__main__":
    main()
