"""A whole index chain streamed: what 22,000 contracts at 20,000 quotes a second cost.

A server on the other core speaks Alpaca's option stream. Here runs all that runs live: socket, decoder,
rings, continuity, the book of every option, and the chains of all touched expiries copied out twice a second
as the page would; with ``--tape`` the tape too, which keeps a folder for every symbol. Lag is from the moment the server made a quote until the book holds it; drops are
quotes sent that neither got there nor were replaced by a newer one on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import httpx2
import msgspec
import numpy as np
import picows

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.timing import show  # noqa: E402

from quantdeck.feeds.alpaca import AlpacaFeed  # noqa: E402
from quantdeck.hub.lane import Lane  # noqa: E402
from quantdeck.live.box_book import BoxBook  # noqa: E402
from quantdeck.live.continuity import Continuity  # noqa: E402
from quantdeck.live.rings import RingSet  # noqa: E402
from quantdeck.model.events import DTYPES, Kind  # noqa: E402
from quantdeck.model.feed import Delay, Provenance, RunId  # noqa: E402
from quantdeck.model.instruments import InstrumentTable  # noqa: E402
from quantdeck.model.options import Right, contract_of, osi  # noqa: E402
from quantdeck.net.clock import SystemClock  # noqa: E402
from quantdeck.net.link import Patience  # noqa: E402
from quantdeck.tape.open import open_writer  # noqa: E402

_PER_FRAME = 20
_TICK_S = 0.01
_BINARY = picows.WSMsgType.BINARY


def contracts(count: int) -> list[str]:
    """Return the names of so many contracts: thirty expiries, calls and puts."""
    strikes = count // 60
    days = [date(2026, 11, 23) + timedelta(days=n * n // 3 + n) for n in range(30)]
    return [
        osi("SPXW", day, right, 3000.0 + 10.0 * n)
        for day in days
        for n in range(strikes)
        for right in Right
    ]


class _Server(picows.WSListener):
    def __init__(self, rate: int) -> None:
        super().__init__()
        self._rate = rate
        self._names: list[str] = []
        self.sent = 0

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self._say([{"T": "success", "msg": "connected"}])

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type is picows.WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        if frame.msg_type is not _BINARY:
            return
        said = msgspec.msgpack.decode(frame.get_payload_as_bytes())
        if said["action"] == "auth":
            self._say([{"T": "success", "msg": "authenticated"}])
        elif said["action"] == "subscribe":
            self._names += said["quotes"]
            self._say([{"T": "subscription", "trades": self._names, "quotes": self._names}])
            if len(self._names) == wanted:
                self._task = asyncio.create_task(self._stream())

    def _say(self, items: list[object]) -> None:
        self._transport.send(_BINARY, msgspec.msgpack.encode(items))

    async def _stream(self) -> None:
        rng = random.Random(1)
        items = [
            {"T": "q", "S": name, "t": None, "bx": "C", "bp": 9.4, "bs": 53}
            | {"ax": "C", "ap": 9.9, "as": 38, "c": "A"}
            for name in self._names
        ]
        begun = time.monotonic()
        while not self._transport.is_disconnected:
            await asyncio.sleep(_TICK_S)
            due = int((time.monotonic() - begun) * self._rate)
            while self.sent + _PER_FRAME <= due:
                chosen = rng.sample(range(len(items)), _PER_FRAME)
                for n in chosen:
                    seconds, ns = divmod(time.time_ns(), 1_000_000_000)
                    items[n]["t"] = msgspec.msgpack.Ext(-1, (ns << 34 | seconds).to_bytes(8, "big"))
                    items[n]["bp"] = 9.0 + rng.random() / 2
                self._say([items[n] for n in chosen])
                self.sent += _PER_FRAME


async def _serve(rate: int) -> None:
    listeners: list[_Server] = []

    def accept(_request: picows.WSUpgradeRequest) -> _Server:
        listeners.append(_Server(rate))
        return listeners[-1]

    server = await picows.ws_create_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    sent = listeners[-1].sent if listeners else 0
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"sent": sent, "cpu": cpu.ru_utime + cpu.ru_stime}), flush=True)


def _rest(request: httpx2.Request) -> httpx2.Response:
    if request.url.path == "/v2/clock":
        moments = {"timestamp": "2026-11-20T15:00:00Z", "next_open": "2036-11-23T14:30:00Z"}
        return httpx2.Response(
            200, json={**moments, "is_open": True, "next_close": "2036-11-20T21:00:00Z"}
        )
    return httpx2.Response(200, json={"quotes": {}, "snapshots": {}, "next_page_token": None})


async def _measure(
    port: int, count: int, seconds: float, server: subprocess.Popen[str], *, tapes: bool
) -> dict[str, str]:
    clock, table = SystemClock(), InstrumentTable()
    rings = RingSet()
    book = BoxBook(table.id_of)
    names = contracts(count)
    book.list([contract_of(name) for name in names])
    lags: list[np.ndarray] = []
    taken = 0

    def note(_kind: Kind, rows: np.ndarray) -> None:
        nonlocal taken
        taken += len(rows)
        lags.append(clock.now_ns() - rows["ts_event"])

    _warm()
    with tempfile.TemporaryDirectory() as folder:
        tape = open_writer(Path(folder), table, clock=clock) if tapes else None
        lane = Lane(
            Provenance("alpaca", Delay.SIMULATED, RunId("benchmark")),
            rings=rings,
            instruments=table,
            clock=clock,
            ledger=None,
            consumers=(book.take, note),
            tape=tape.append if tape else None,
        )
        feed = AlpacaFeed(
            key="k",
            secret="s",
            sink=rings,
            instruments=table,
            on_data=lane.drain,
            clock=clock,
            rng=random.Random(1),
            run_id=RunId("benchmark"),
            simulated=True,
            allowed=count,
            data_url="http://127.0.0.1:1",
            trading_url="http://127.0.0.1:1",
            ws_url=f"ws://127.0.0.1:{port}",
            patience=Patience(tick_s=0.1),
            transport=httpx2.MockTransport(_rest),
        )
        running = asyncio.create_task(feed.run())
        await feed.set_symbols([f"OPRA:{name}" for name in names])
        while not taken:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
        lags.clear()
        before, begun, cpu = taken, time.perf_counter(), time.process_time()
        while (elapsed := time.perf_counter() - begun) < seconds:
            await asyncio.sleep(0.5)
            for key in book.touched():
                book.chain(key)
        used, got = time.process_time() - cpu, taken - before
        state = feed.statuses()[0].state
        server.stdin.write("\n")
        server.stdin.flush()
        told = json.loads(await asyncio.to_thread(server.stdout.readline))
        await asyncio.sleep(0.5)
        status, counts = feed.statuses()[0], lane.counts
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if tape:
            tape.close()
    # The wire is empty by now but for what the server made after its count.
    lag = np.concatenate(lags) / 1e6
    lost = told["sent"] - taken - status.ignored - counts.duplicates - counts.stale
    return {
        "quotes a second": f"{got / elapsed:,.0f}",
        "CPU of a core": f"{used / elapsed:.1%}",
        "CPU of a quote [us]": f"{used / got * 1e6:.2f}",
        "lag median [ms]": f"{np.median(lag):.2f}",
        "lag 99 % [ms]": f"{np.quantile(lag, 0.99):.2f}",
        "lag most [ms]": f"{lag.max():.1f}",
        "replaced by newer ones": f"{status.ignored:,}",
        "dropped": f"{max(lost, 0) + counts.overrun + counts.not_taped + status.bad_messages:,}",
        "memory most [MB]": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
        "state": state.value,
    }


def _warm() -> None:
    continuity = Continuity("warm", str)
    for kind in Kind:
        continuity.accept(kind, np.zeros(2, DTYPES[kind]))


def main() -> None:
    """Run the server on one core and the deck's part on the other."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--contracts", type=int, default=22_020)
    options.add_argument("--rate", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--tape", action="store_true", help="write all quotes to a tape too")
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    global wanted  # noqa: PLW0603
    wanted = len(contracts(chosen.contracts))
    if chosen.serve:
        asyncio.run(_serve(chosen.rate))
        return
    logging.disable(logging.CRITICAL)
    cores = shutil.which("taskset") is not None and (os.cpu_count() or 1) > 1
    pin = ["taskset", "-c", "1"] if cores else []
    if cores:
        os.sched_setaffinity(0, {0})
    server = subprocess.Popen(
        [
            *pin,
            *(sys.executable, __file__, "--serve"),
            *(f"--rate={chosen.rate}", f"--contracts={chosen.contracts}"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(server.stdout.readline())
        found = asyncio.run(
            _measure(port, chosen.contracts, chosen.seconds, server, tapes=chosen.tape)
        )
    finally:
        server.terminate()
        server.wait()
    title = f"{wanted:,} contracts at {chosen.rate:,} quotes a second for {chosen.seconds:.0f} s"
    show(title, ("", ""), list(found.items()))


if __name__ == "__main__":
    main()
