"""The bus: rows published and read back a second, and how late an event is in another process.

The embedded bus, which reads the tape of one machine, beside NATS JetStream on this machine. The peer is
nats-py alone on the same server, with a message for every row. Needs the extra scale and nats-server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import nats
import numpy as np

from quantdeck.model.events import TRADE_DTYPE, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.ports.bus import Start
from quantdeck.scale.nats.bus import NatsBus
from quantdeck.scale.nats.link import NatsLink, NatsPlace
from quantdeck.scale.nats.publisher import NatsPublisher, StreamLimits
from quantdeck.scale.relay import Relay
from quantdeck.tape.bus import TapeBus
from quantdeck.tape.open import open_writer
from quantdeck.tape.options import TapeOptions
from quantdeck.tape.outbox import TapeOutbox

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = Provenance("binance-usdm", Delay.REALTIME, RunId("01J4BUSBENCHMARKRUN0000001"))
ROWS_AT_ONCE = 5000
WINDOW = 500


@contextmanager
def nats_server(folder: Path) -> Iterator[str]:
    """Run a server and give its address."""
    program = shutil.which("nats-server") or str(Path(sys.executable).parent / "nats-server")
    process = subprocess.Popen(
        [
            *(program, "-js", "-sd", folder / "store"),
            *("-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", folder),
        ],
        stderr=subprocess.DEVNULL,
    )
    named = folder / f"nats-server_{process.pid}.ports"
    try:
        while not (named.exists() and named.read_text().strip()):
            time.sleep(0.01)
        yield json.loads(named.read_text())["nats"][0]
    finally:
        process.terminate()
        process.wait()


def trades(first: int, count: int) -> Batch:
    """Return trades received now."""
    rows = np.zeros(count, dtype=TRADE_DTYPE)
    rows["seq"] = np.arange(first, first + count)
    rows["ts_event"] = rows["ts_recv"] = time.time_ns()
    rows["price"] = 60_000 + rows["seq"] % 100 / 10
    return Batch(Kind.AGG_TRADE, rows, RUN)


def write(folder: Path, rows: int, *, every_s: float = 0.0, at_once: int = ROWS_AT_ONCE) -> None:
    """Write rows onto a tape, paced where asked, stamped with the time of writing."""
    table = InstrumentTable()
    table.id_of("BINANCE-USDM:BTCUSDT")
    options = TapeOptions(seal_on_close=False, roll_rows=100_000_000)
    writer = open_writer(folder, table, clock=SystemClock(), options=options)
    due = time.monotonic()
    for first in range(0, rows, at_once):
        writer.append_wait(trades(first, at_once))
        due += every_s
        time.sleep(max(0.0, due - time.monotonic()))
    writer.close()


async def read_all(follower, rows: int, tick_s: float) -> list[float]:
    """Return the lag of every batch, receipt by the other process to here [ms]."""
    count, lags = 0, []
    while count < rows:
        found = await follower.read_on()
        now_ns = time.time_ns()
        for _, batch in found:
            count += len(batch.rows)
            lags.append((now_ns - int(batch.rows["ts_recv"].max())) / 1e6)
        if not found:
            await asyncio.sleep(tick_s)
    await follower.close()
    return lags


async def published(folder: Path, place: NatsPlace, rows: int) -> float:
    """Return how long it takes to publish a tape [s]."""
    relay = Relay(
        TapeOutbox(folder), NatsPublisher(place, StreamLimits(max_bytes=1 << 30)), SystemClock()
    )
    begin = time.perf_counter()
    while relay.rows < rows:
        await relay.step()
    seconds = time.perf_counter() - begin
    await relay.finish()
    return seconds


async def row_by_row(url: str, rows: int) -> dict[str, float]:
    """Return rows a second of nats-py alone, a message a row: each waited for, in windows, read back."""
    client = await nats.connect(url)
    stream, body, found = client.jetstream(), b"x" * 48, {}
    await stream.add_stream(name="PEER", subjects=["peer.>"], max_bytes=256 << 20)
    begin = time.perf_counter()
    for _ in range(rows):
        await stream.publish("peer.rows", body)
    found["each waited for"] = rows / (time.perf_counter() - begin)
    begin = time.perf_counter()
    for _ in range(0, 4 * rows, WINDOW):
        await asyncio.gather(*(stream.publish("peer.rows", body) for _ in range(WINDOW)))
    sent = -(-4 * rows // WINDOW) * WINDOW
    found[f"{WINDOW} on their way"] = sent / (time.perf_counter() - begin)
    consumer = await stream.pull_subscribe("peer.rows", durable="peer")
    begin, count = time.perf_counter(), 0
    while count < rows + sent:
        messages = await consumer.fetch(500)
        count += len(messages)
        for message in messages:
            await message.ack()
    found["read back, 500 at once"] = count / (time.perf_counter() - begin)
    await client.close()
    return found


async def timed_read(bus, rows: int) -> float:
    """Return how long a follower takes to read everything [s]."""
    begin = time.perf_counter()
    await read_all(bus.follow(Start()), rows, 0.001)
    return time.perf_counter() - begin


def relay_process(folder: Path, url: str) -> None:
    """Publish a tape until ended."""
    place = NatsPlace(url, "LAG")
    relay = Relay(
        TapeOutbox(folder), NatsPublisher(place, StreamLimits(max_bytes=1 << 30)), SystemClock()
    )
    asyncio.run(relay.run())


def lag(folder: Path, url: str | None, *, rows: int, tick_s: float) -> list[float]:
    """Return lags between a process that writes (and one that relays) and this one [ms]."""
    context = multiprocessing.get_context("spawn")
    at_once = 100
    pace = {"every_s": 0.01, "at_once": at_once}
    processes = [context.Process(target=write, args=(folder, rows), kwargs=pace)]
    if url is not None:
        processes.insert(0, context.Process(target=relay_process, args=(folder, url)))
    for each in processes:
        each.start()
    bus = TapeBus(folder) if url is None else NatsBus(NatsPlace(url, "LAG"))
    found = asyncio.run(read_all(bus.follow(Start()), rows, tick_s))
    for each in processes:
        each.terminate()
        each.join()
    return found[len(found) // 5 :]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--lag-rows", type=int, default=20_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "server").mkdir()
        with nats_server(folder / "server") as url:
            place = NatsPlace(url, "BENCH")
            write(folder / "tape", chosen.rows)
            print(f"{chosen.rows:,} trades of 48 B, load {os.getloadavg()[0]:.1f}")
            # What is imported and compiled by the first events of a process is no part of the figures.
            write(folder / "warm", ROWS_AT_ONCE)
            asyncio.run(published(folder / "warm", NatsPlace(url, "WARM"), ROWS_AT_ONCE))
            seconds = asyncio.run(published(folder / "tape", place, chosen.rows))
            ours = chosen.rows / seconds
            print(f"publish, ours                        {ours:>12,.0f} rows/s")
            replayed = {}
            for label, bus in (("tape", TapeBus(folder / "tape")), ("NATS", NatsBus(place))):
                replayed[label] = chosen.rows / asyncio.run(timed_read(bus, chosen.rows))
                print(f"replay, ours over {label}              {replayed[label]:>12,.0f} rows/s")
            peers = asyncio.run(row_by_row(url, max(500, chosen.rows // 500)))
            for label, rate in peers.items():
                ratio = (replayed["NATS"] if "read" in label else ours) / rate
                print(f"nats-py, {label:<27} {rate:>12,.0f} rows/s   ours {ratio:,.0f}x")
            for label, where in (("tape", None), ("NATS", url)):
                for tick_s in (0.005, 0.1):
                    root = folder / f"lag-{label}-{tick_s}"
                    if where is not None and tick_s > 0.01:
                        # A stream of its own for each run: a run of lags reads from the beginning.
                        asyncio.run(forget(where))
                    lags = sorted(lag(root, where, rows=chosen.lag_rows, tick_s=tick_s))
                    p50 = statistics.median(lags)
                    p99 = lags[int(len(lags) * 0.99)]
                    print(
                        f"lag, {label}, read every {tick_s * 1e3:>3.0f} ms   p50 {p50:6.1f} p99 {p99:6.1f} ms"
                    )


async def forget(url: str) -> None:
    """Remove the stream of lags."""
    link = NatsLink(NatsPlace(url, "LAG"))
    await link.ask(lambda stream: stream.delete_stream("LAG"))
    await link.close()


if __name__ == "__main__":
    main()
