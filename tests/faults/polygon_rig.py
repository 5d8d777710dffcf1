"""Polygon's feed on the simulator, with a lane that takes what it brings."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import numpy as np

from quantdeck.feeds.polygon.channels import Channel
from quantdeck.feeds.polygon.endpoints import pace_of
from quantdeck.feeds.polygon.feed import PolygonFeed
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.feeds.polygon.session import Limits
from quantdeck.hub.lane import Lane
from quantdeck.live.rings import RingSet
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import Delay, FeedState, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.net.link import Patience
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim

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
LIMITS = Limits(step_s=1.0, silence_s=1.5, cooldown_s=0.3)
_LONGEST_WAIT_S = 20.0
_FRIDAY_NS = 1_795_188_600 * 10**9


class FridayClock(SystemClock):
    """Runs as the machine's does, from 15:30 UTC on 2026-11-20, an hour after the opening."""

    def __init__(self) -> None:
        self._ahead_ns = _FRIDAY_NS - self.monotonic_ns()

    def now_ns(self) -> int:
        return self.monotonic_ns() + self._ahead_ns


class SaturdayClock(FridayClock):
    """The same a day later, when the exchange is closed."""

    def now_ns(self) -> int:
        return super().now_ns() + 86_400 * 10**9


class Rig:
    """Feed, simulator, and the rows that got through, by kind."""

    def __init__(self, sim, clock, plan, **options) -> None:
        self.sim = sim
        self.instruments = InstrumentTable()
        self.notices: list[str] = []
        self.bad: list[bytes] = []
        self._rows: dict[Kind, list] = {kind: [] for kind in Kind}
        rings = RingSet(1 << 14)
        self.lane = Lane(
            Provenance("polygon", Delay.SIMULATED, RunId("test")),
            rings=rings,
            instruments=self.instruments,
            ledger=self,
            consumers=[lambda kind, rows: self._rows[kind].append(rows)],
            tape=None,
            clock=clock,
            numbered=False,
        )
        self.rest = PolygonRest(
            key=plan, clock=clock, rng=Random(1), pace=pace_of("advanced"), base_url=sim.rest_url
        )
        self.feed = PolygonFeed(
            self.rest,
            key=plan,
            sink=rings,
            instruments=self.instruments,
            on_data=self.lane.drain,
            rng=Random(1),
            on_notice=self.notices.append,
            poll_s=0.5,
            realtime_url=sim.ws_url,
            delayed_url=sim.delayed_ws_url,
            simulated=True,
            patience=PATIENCE,
            limits=LIMITS,
            on_bad=lambda error, recv_ns: self.bad.append(error.raw),
            **options,
        )

    def note(self, gaps) -> None:
        """Gaps are not expected: the vendor's numbers have holes."""
        raise AssertionError(gaps)

    def rows(self, kind, symbol="US:AAPL"):
        found = self._rows[kind]
        rows = np.concatenate(found) if found else np.zeros(0, DTYPES[kind])
        return rows[rows["symbol"] == self.instruments.id_of(symbol)]

    def status(self):
        return self.feed.statuses()[0]

    def is_live(self):
        return self.status().state is FeedState.LIVE

    def said(self, *words):
        return any(all(word in notice for word in words) for notice in self.notices)

    async def until(self, condition, *, seconds=_LONGEST_WAIT_S) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                told = f"{self.feed.statuses()} {self.notices}"
                raise AssertionError(f"not within {seconds} s; {told}")
            await asyncio.sleep(0.005)


@asynccontextmanager
async def polygon_rig(
    *faults,
    plan="advanced",
    symbols=("US:AAPL",),
    channels=(Channel.TRADES, Channel.QUOTES),
    realtime=True,
    rate=20.0,
    clock=None,
):
    """Run the feed against a simulator with faults."""
    clock = clock or FridayClock()
    async with PolygonSim(size=Size.SMALL, faults=faults, clock=clock, rate=rate) as sim:
        rig = Rig(sim, clock, plan, channels=channels, realtime=realtime)
        task = asyncio.create_task(rig.feed.run())
        try:
            await rig.feed.set_symbols(symbols)
            yield rig
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await rig.rest.close()


def run(scenario, *faults, **options):
    """Run a scenario, an async function of the rig."""

    async def whole():
        async with polygon_rig(*faults, **options) as rig:
            return await scenario(rig)

    return asyncio.run(whole())
