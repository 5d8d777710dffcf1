"""quantdeck: wire, decode, rings, continuity, one-second bars, tape; everything on one core."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from quantdeck.feeds.binance import USDM
from quantdeck.feeds.binance.session import BinanceSession
from quantdeck.hub.lane import Lane
from quantdeck.live.bars import BarBooks
from quantdeck.live.continuity import Continuity
from quantdeck.live.rings import RingSet
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.net.ws import WebSocket, open_socket
from quantdeck.tape.open import open_writer


async def main(port: int, wanted: int) -> None:
    """Take so many messages and print what it took."""
    clock, table = SystemClock(), InstrumentTable()
    for root in ("BTCUSDT", "ETHUSDT"):
        table.id_of(f"BINANCE-USDM:{root}")
    rings = RingSet()
    books = BarBooks({"1s": 1_000_000_000}, {"1s": 7200})
    _warm()
    with tempfile.TemporaryDirectory() as folder:
        tape = open_writer(Path(folder), table, clock=clock)
        lane = Lane(
            Provenance("binance-usdm", Delay.REALTIME, RunId("benchmark")),
            rings=rings,
            instruments=table,
            clock=clock,
            ledger=None,
            consumers=(books.update,),
            tape=tape.append,
        )
        session = BinanceSession(
            USDM,
            sink=rings,
            instruments=table,
            ws_url="ws://x",
            route="",
            wanted=dict[str, None]().keys,
        )
        done = asyncio.Event()
        begun = cpu = 0.0

        def on_data() -> None:
            nonlocal begun, cpu
            if not begun:
                begun, cpu = time.perf_counter(), time.process_time()
            lane.drain()
            if socket.messages >= wanted:
                done.set()

        socket = WebSocket(
            clock, on_packet=session.on_packet, on_flush=on_data, on_bad=lambda *bad: print(bad)
        )
        await open_socket(
            f"ws://127.0.0.1:{port}/{wanted}", lambda: socket, venue="benchmark", timeout_s=30.0
        )
        await done.wait()
        durable = tape.sync()
        seconds, used = time.perf_counter() - begun, time.process_time() - cpu
        await socket.close()
        counts = lane.counts
        if counts.duplicates or counts.not_taped or counts.overrun or durable != counts.accepted:
            print(counts, durable, file=sys.stderr)
        tape.close()
    print(json.dumps({"messages": socket.messages, "seconds": seconds, "cpu": used}))


def _warm() -> None:
    continuity, books = Continuity("warm", str), BarBooks()
    for kind in Kind:
        rows = np.zeros(2, DTYPES[kind])
        continuity.accept(kind, rows)
        books.update(kind, rows)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
