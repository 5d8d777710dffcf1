"""Buses under test: a tape that is written, and whatever carries its rows to a follower."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Gap, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.options import ExerciseStyle, Settlement
from quantdeck.net.clock import SystemClock
from quantdeck.ports.box_store import RateRow
from quantdeck.ports.bus import Start
from quantdeck.tape.bus import TapeBus
from quantdeck.tape.open import open_writer
from quantdeck.tape.options import TapeOptions
from quantdeck.tape.outbox import TapeOutbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scale.nats_server import NatsServer

BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
LIVE = Provenance("binance-usdm", Delay.REALTIME, RunId("run-1"))
PATIENCE_S = 60.0


def batch(first: int, count: int, *, kind=Kind.TRADE, symbol=0, provenance=LIVE) -> Batch:
    made = np.zeros(count, dtype=DTYPES[kind])
    made["seq"] = np.arange(first, first + count)
    made["ts_event"] = made["ts_recv"] = time.time_ns()
    made["symbol"] = symbol
    return Batch(kind, made, provenance)


def seqs(found) -> list[int]:
    return [int(seq) for _, batch in found for seq in batch.rows["seq"]]


def gap() -> Gap:
    return Gap("binance-usdm", BTC, "agg_trade", 10, 19, found_ns=time.time_ns())


def rate(ts_ns: int, underlying: str, *, tenor_days: int = 30) -> RateRow:
    return RateRow(
        ts_ns=ts_ns,
        underlying=underlying,
        root="",
        kind="tenor",
        expiry=None,
        tenor_days=tenor_days,
        settlement="",
        status="",
        days=tenor_days,
        tau=tenor_days / 365,
        rate_mid=0.04,
        se=0.001,
        rate_lend=0.039,
        rate_borrow=0.041,
        forward=5000.0,
        dividend_yield=math.nan,
        spot=4990.0,
        quotes_used=40,
        quotes_flagged=0,
        feed="simulated",
        source="alpaca",
        delay=Delay.SIMULATED,
        ingest_run_id=RunId("run-1"),
    )


def snapshot_at(taken_ns: int, *, strikes: int = 3) -> ChainSnapshot:
    """Return a chain of quotes that do not compress."""
    quotes = np.random.default_rng(7).uniform(1.0, 100.0, (4, strikes))
    times = np.full(strikes, taken_ns)
    unknown = np.full(strikes, np.nan)
    sides = [
        SideQuotes(bid, ask, unknown, unknown, times, unknown, unknown)
        for bid, ask in (quotes[:2], quotes[2:])
    ]
    chain = ExpiryChain(
        root="SPXW",
        expiry=date(2030, 12, 18),
        underlying="US:SPX",
        settlement=Settlement.PM,
        style=ExerciseStyle.EUROPEAN,
        multiplier=100.0,
        spot=5000.0,
        strikes=np.arange(1.0, strikes + 1),
        calls=sides[0],
        puts=sides[1],
    )
    return ChainSnapshot(taken_ns, "simulated", LIVE, (chain,))


async def until(is_so) -> None:
    """Wait until something is so; what it returns is awaited where that has to be."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            result = is_so()
            if await result if asyncio.iscoroutine(result) else result:
                return
            await asyncio.sleep(0.01)


class BusRig:
    """A tape and the followers of its bus. Owned by one test, which runs in one event loop.

    Parameters
    ----------
    folder : Path
        Of the tape.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.followers: list = []
        self.instruments = InstrumentTable()
        for symbol in (BTC, ETH):
            self.instruments.id_of(symbol)
        self.bus = TapeBus(folder)
        self.writer = None

    async def __aenter__(self):
        self.open()
        return self

    async def __aexit__(self, *_) -> None:
        for each in self.followers:
            await each.close()
        self.writer.close()

    def open(self) -> None:
        """Begin to capture."""
        self.writer = open_writer(
            self.folder,
            self.instruments,
            clock=SystemClock(),
            options=TapeOptions(sync_interval_ms=10, drain_interval_ms=2, seal_on_close=False),
        )

    def write(self, *batches: Batch) -> None:
        for each in batches:
            self.writer.append_wait(each)
        self.writer.sync()

    def follow(self, **start):
        made = self.bus.follow(Start(**start))
        self.followers.append(made)
        return made

    async def read(self, follower, rows: int) -> list:
        """Return what a follower brings, once there are so many rows."""
        found: list = []

        async def is_all() -> bool:
            found.extend(await follower.read_on())
            return sum(len(each.rows) for _, each in found) >= rows

        await until(is_all)
        return found


class NatsRig(BusRig):
    """The same, with a relay and a server between."""

    def __init__(
        self, folder: Path, server: NatsServer, *, stream: str = "QUANTDECK", **limits
    ) -> None:
        super().__init__(folder)
        from quantdeck.scale.nats.bus import NatsBus
        from quantdeck.scale.nats.link import NatsPlace
        from quantdeck.scale.nats.publisher import StreamLimits

        self.server = server
        self.place = NatsPlace(server.url, stream)
        # A stream reserves its size on the disk.
        self.limits = StreamLimits(**{"max_bytes": 64 << 20, **limits})
        self.bus = NatsBus(self.place)
        self.portion_bytes = 64 << 10

    async def __aexit__(self, *rest) -> None:
        await self.end_relay()
        await super().__aexit__(*rest)

    def open(self) -> None:
        from quantdeck.scale.nats.publisher import NatsPublisher
        from quantdeck.scale.relay import Relay

        outbox = TapeOutbox(self.folder, portion_bytes=self.portion_bytes)
        self.relay = Relay(outbox, NatsPublisher(self.place, self.limits), SystemClock())
        super().open()
        self.relaying = asyncio.create_task(self.relay.run())

    async def end_relay(self) -> None:
        self.relaying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.relaying
        await self.relay.finish(within_s=0.0)
