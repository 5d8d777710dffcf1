"""An Alpaca feed on the simulator, with what the hub would make of its events."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import numpy as np

from quantdeck.feeds.alpaca import AlpacaFeed
from quantdeck.feeds.alpaca.session import Limits
from quantdeck.live.continuity import Continuity
from quantdeck.live.rings import RingSet
from quantdeck.model.events import DTYPES, Flag, Kind
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.net.link import Patience
from quantdeck.ports.chains import ChainRequest
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size

# Everything that takes seconds and minutes in earnest takes a tenth or a hundredth here.
PATIENCE = Patience(
    tick_s=0.01,
    handshake_s=2.0,
    ping_after_s=0.5,
    pong_within_s=0.3,
    proven_after_s=0.3,
    first_backoff_s=0.1,
    longest_backoff_s=0.3,
    cooldown_s=0.5,
)
LIMITS = Limits(
    step_s=2.0,
    silence_s=3.0,
    sparse_silence_s=3.0,
    turn_step_s=0.05,
    turns=4,
    cooldown_s=0.5,
    conflate_s=1.0,
)
IMPATIENT = Limits(
    step_s=0.4,
    silence_s=0.3,
    sparse_silence_s=0.3,
    turn_step_s=0.05,
    turns=4,
    cooldown_s=0.5,
    conflate_s=1.0,
)
NEAR = ChainRequest("US:SPX", expiries=2, roots=("SPXW",), lowest=0.97, highest=1.03)
_LONGEST_WAIT_S = 20.0


class Rig:
    """Feed, simulator, and the events that got through, by kind."""

    def __init__(self, sim, **options) -> None:
        self.sim = sim
        self.instruments = InstrumentTable()
        self.rings = RingSet(capacity=1 << 16)
        self.bad = []
        self.gaps = []
        self.states: set[tuple[str, str]] = set()
        self.details: set[str] = set()
        self._rows: dict[Kind, list] = {kind: [] for kind in Kind}
        options = {"patience": PATIENCE, "limits": LIMITS, "poll_s": 0.3} | options
        self.feed = AlpacaFeed(
            key="K",
            secret="S",  # noqa: S106
            sink=self.rings,
            instruments=self.instruments,
            on_data=self.drain,
            clock=SystemClock(),
            rng=Random(1),
            run_id=RunId("test"),
            simulated=True,
            data_url=sim.rest_url,
            trading_url=sim.rest_url,
            ws_url=sim.ws_url,
            on_gap=self.gaps.append,
            on_bad=lambda error, recv_ns: self.bad.append(error),
            **options,
        )
        self._continuity = Continuity(self.feed.source, self.instruments.symbol)

    def drain(self) -> None:
        for kind, rows in self.rings.drain():
            self._rows[kind].append(self._continuity.accept(kind, rows).rows)

    def rows(self, kind=Kind.QUOTE):
        found = self._rows[kind]
        return np.concatenate(found) if found else np.zeros(0, DTYPES[kind])

    def streamed(self):
        rows = self.rows()
        return rows[rows["flags"] & Flag.REPAIRED == 0]

    def fetched(self):
        rows = self.rows()
        return rows[rows["flags"] & Flag.REPAIRED != 0]

    def status(self, name="options"):
        return next(s for s in self.feed.statuses() if s.name == f"alpaca/{name}")

    def is_in(self, state, name="options") -> bool:
        return self.status(name).state.value == state

    async def until(self, condition, *, seconds=_LONGEST_WAIT_S) -> None:
        """Wait for a condition; the states and words passed through meanwhile are kept."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            for status in self.feed.statuses():
                self.states.add((status.name, status.state.value))
                self.details.add(status.detail)
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not within {seconds} s; {self.feed.statuses()}")
            await asyncio.sleep(0.005)

    async def until_live(self, *names) -> None:
        await self.until(lambda: all(self.is_in("live", name) for name in names or ("options",)))

    async def until_more(self, count=50) -> None:
        wanted = len(self.streamed()) + count
        await self.until(lambda: len(self.streamed()) >= wanted)


@asynccontextmanager
async def alpaca_rig(*faults, capture=True, stocks=(), request=NEAR, sim_options=None, **options):
    """Run a feed against a simulator with faults, on the options near the money."""
    warm = Continuity("warm", str)
    for kind in Kind:
        warm.accept(kind, np.zeros(2, DTYPES[kind]))
    chosen = {"size": Size.SMALL, "rate": 16.0} | (sim_options or {})
    async with AlpacaSim(**chosen) as sim:
        rig = Rig(sim, **options)
        # Which contracts there are is learnt in peace.
        wanted = [c.symbol for c in await rig.feed.contracts(request)] if capture else []
        for fault in faults:
            sim.inject(fault)
        task = asyncio.create_task(rig.feed.run())
        try:
            await rig.feed.set_symbols([*wanted, *stocks])
            yield rig
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
