"""A Binance feed on the simulator, with what the hub would make of its events."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import numpy as np

from quantdeck.feeds.binance import BinanceFeed
from quantdeck.feeds.binance.session import Limits
from quantdeck.live.continuity import Continuity
from quantdeck.live.rings import RingSet
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import GapState
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.net.link import Patience
from quantdeck.sims.binance.server import BinanceSim

BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
# Everything that takes seconds and minutes in earnest takes a tenth or a hundredth here.
PATIENCE = Patience(
    tick_s=0.02,
    handshake_s=2.0,
    ping_after_s=0.5,
    pong_within_s=0.3,
    proven_after_s=0.3,
    first_backoff_s=0.1,
    longest_backoff_s=0.3,
    cooldown_s=0.5,
    overlap_s=2.0,
)
LIMITS = Limits(acknowledged_s=5.0, patience=0.3, ask_again_s=1.0, cooldown_s=0.5)
IMPATIENT = Limits(acknowledged_s=0.6, patience=0.02, ask_again_s=1.0, cooldown_s=0.5)
_LONGEST_WAIT_S = 15.0


class Rig:
    """Feed, simulator, and the events that got through, by kind."""

    def __init__(self, sim, *, spot, streams, limits, patience, backfill_s) -> None:
        self.sim = sim
        self.instruments = InstrumentTable()
        self.rings = RingSet(capacity=1 << 16)
        self.bad = []
        self.gaps = []
        self.duplicates = self.refetched = self.late = self.excluded = 0
        self.states: set[tuple[str, str]] = set()
        self._rows: dict[Kind, list] = {kind: [] for kind in Kind}
        self.feed = BinanceFeed(
            "spot" if spot else "usdm",
            sink=self.rings,
            instruments=self.instruments,
            on_data=self.drain,
            clock=SystemClock(),
            rng=Random(1),
            rest_url=sim.spot_rest_url if spot else sim.rest_url,
            ws_url=sim.spot_ws_url if spot else sim.ws_url,
            streams=streams,
            backfill_s=backfill_s,
            patience=patience,
            limits=limits,
            on_bad=lambda error, recv_ns: self.bad.append(error),
        )
        self._continuity = Continuity(self.feed.source, self.instruments.symbol)

    def drain(self) -> None:
        for kind, rows in self.rings.drain():
            accepted = self._continuity.accept(kind, rows)
            self._rows[kind].append(accepted.rows)
            self.gaps += accepted.gaps
            self.duplicates += accepted.duplicates
            self.refetched += accepted.refetched
            self.late += accepted.late
            self.excluded += accepted.excluded

    def rows(self, kind, symbol=BTC):
        if not self._rows[kind]:
            return np.empty(0)
        rows = np.concatenate(self._rows[kind])
        return rows[rows["symbol"] == self.instruments.id_of(symbol)]

    def count(self, kind, symbol=BTC) -> int:
        return len(self.rows(kind, symbol))

    def open_gaps(self):
        return self._continuity.open_gaps()

    def status(self, route="market"):
        name = f"{self.feed.source}/{route}" if route else self.feed.source
        return next(status for status in self.feed.statuses() if status.name == name)

    async def until(self, condition, *, seconds=_LONGEST_WAIT_S) -> None:
        """Wait for a condition; what states are passed through meanwhile is kept in `states`."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            self.states |= {(s.name, s.state.value) for s in self.feed.statuses()}
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not within {seconds} s; {self.feed.statuses()}")
            await asyncio.sleep(0.005)

    async def until_live(self, *routes) -> None:
        routes = routes or tuple(s.name.partition("/")[2] for s in self.feed.statuses())
        await self.until(lambda: all(self.status(r).state.value == "live" for r in routes))

    async def until_more(self, count=20, kind=Kind.AGG_TRADE, symbol=BTC) -> None:
        wanted = self.count(kind, symbol) + count
        await self.until(lambda: self.count(kind, symbol) >= wanted)

    async def repair_all(self) -> None:
        for gap in self.open_gaps():
            await self.feed.repair(gap)

    def missing(self, kind=Kind.AGG_TRADE, symbol=BTC) -> int:
        """Count of numbers between the first and the last that never got through."""
        numbers = np.unique(self.rows(kind, symbol)["seq"])
        return int(numbers[-1] - numbers[0] + 1 - len(numbers))

    def repeated(self, kind=Kind.AGG_TRADE, symbol=BTC) -> int:
        numbers = self.rows(kind, symbol)["seq"]
        return len(numbers) - len(np.unique(numbers))

    def repaired(self) -> int:
        return sum(gap.state is GapState.REPAIRED for gap in self.gaps)


# Compiles the kernels: done while events wait it would look like a silent venue.
def _warm(continuity) -> None:
    for kind in Kind:
        continuity.accept(kind, np.zeros(2, DTYPES[kind]))


@asynccontextmanager
async def binance_rig(
    *faults,
    symbols=(BTC,),
    spot=False,
    streams=None,
    limits=LIMITS,
    patience=PATIENCE,
    backfill_s=0.0,
    rate=30.0,
    **sim_options,
):
    """Run a feed against a simulator with faults."""
    _warm(Continuity("warm", lambda _: BTC))
    async with BinanceSim(faults=faults, spot=spot, rate=rate, **sim_options) as sim:
        rig = Rig(
            sim,
            spot=spot,
            streams=streams,
            limits=limits,
            patience=patience,
            backfill_s=backfill_s,
        )
        task = asyncio.create_task(rig.feed.run())
        try:
            await rig.feed.set_symbols(symbols)
            yield rig
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
