"""Alpaca's stock feed on the simulator, with a lane that takes what it brings."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import numpy as np

from quantdeck.feeds.alpaca.stocks import AlpacaStocks
from quantdeck.hub.lane import Lane
from quantdeck.live.rings import RingSet
from quantdeck.model.events import DTYPES, Flag, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size
from tests.faults.alpaca_rig import LIMITS, PATIENCE

_LONGEST_WAIT_S = 20.0


_SATURDAY_NS = 1_795_260_600 * 10**9


class SaturdayClock(SystemClock):
    """Runs as the machine's does, from 11:30 UTC on 2026-11-21."""

    def __init__(self) -> None:
        self._ahead_ns = _SATURDAY_NS - self.monotonic_ns()

    def now_ns(self) -> int:
        return self.monotonic_ns() + self._ahead_ns


class Rig:
    """Feed, simulator, and the rows that got through, by kind."""

    def __init__(self, sim, clock, **options) -> None:
        self.sim = sim
        self.instruments = InstrumentTable()
        self.gaps = []
        self._rows: dict[Kind, list] = {kind: [] for kind in Kind}
        rings = RingSet(1 << 14)
        self.lane = Lane(
            Provenance("alpaca", Delay.SIMULATED, RunId("test")),
            rings=rings,
            instruments=self.instruments,
            ledger=self,
            consumers=[lambda kind, rows: self._rows[kind].append(rows)],
            tape=None,
            clock=clock,
            numbered=False,
        )
        options = {"patience": PATIENCE, "limits": LIMITS, "backfill_bars": 30} | options
        self.feed = AlpacaStocks(
            key="K",
            secret="S",  # noqa: S106
            sink=rings,
            instruments=self.instruments,
            on_data=self.lane.drain,
            clock=clock,
            rng=Random(1),
            simulated=True,
            data_url=sim.rest_url,
            trading_url=sim.rest_url,
            ws_url=sim.ws_url,
            **options,
        )

    def note(self, gaps) -> None:
        self.gaps += gaps

    def rows(self, kind, symbol="US:SPY"):
        found = self._rows[kind]
        rows = np.concatenate(found) if found else np.zeros(0, DTYPES[kind])
        return rows[rows["symbol"] == self.instruments.id_of(symbol)]

    def live(self, kind, symbol="US:SPY"):
        rows = self.rows(kind, symbol)
        return rows[rows["flags"] & Flag.REPAIRED == 0]

    def fetched(self, kind, symbol="US:SPY"):
        rows = self.rows(kind, symbol)
        return rows[rows["flags"] & Flag.REPAIRED != 0]

    def status(self):
        (status,) = self.feed.statuses()
        return status

    async def until(self, condition, *, seconds=_LONGEST_WAIT_S) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not within {seconds} s; {self.feed.statuses()}")
            await asyncio.sleep(0.005)


@asynccontextmanager
async def stock_rig(*faults, symbols=("US:SPY",), clock=None, **options):
    """Run the feed against a simulator with faults."""
    clock = clock or SystemClock()
    async with AlpacaSim(size=Size.SMALL, faults=faults, clock=clock) as sim:
        rig = Rig(sim, clock, **options)
        task = asyncio.create_task(rig.feed.run())
        try:
            await rig.feed.set_symbols(symbols)
            yield rig
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
