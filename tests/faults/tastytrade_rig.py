"""A Tastytrade feed on the simulator, with what the hub would keep of its quotes."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import numpy as np

from quantdeck.feeds.tastytrade import Credentials, TastytradeFeed
from quantdeck.feeds.tastytrade.session import Limits
from quantdeck.live.rings import RingSet
from quantdeck.model.events import DTYPES, Kind
from quantdeck.model.feed import FeedState, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.options import Right
from quantdeck.net.clock import SystemClock
from quantdeck.net.link import Patience
from quantdeck.ports.chains import ChainRequest
from quantdeck.sims.options.listed import Size
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim

SPX = "US:SPX"
GRANT = Credentials(accounts.CLIENT_SECRET, accounts.REFRESH_TOKEN)
# Everything that takes seconds and minutes in earnest takes a tenth or a hundredth here.
PATIENCE = Patience(
    tick_s=0.01,
    handshake_s=2.0,
    ping_after_s=30.0,
    proven_after_s=0.3,
    first_backoff_s=0.05,
    longest_backoff_s=0.2,
    cooldown_s=0.2,
)
LIMITS = Limits(
    step_s=1.0,
    keepalive_s=0.5,
    watchdog_s=5.0,
    stale_s=1.5,
    settle_s=0.4,
    changes_per_minute=100_000,
)
_LONGEST_WAIT_S = 15.0


class Rig:
    """Feed, simulator, and the quotes that got through."""

    def __init__(self, sim, *, credentials, limits, patience, **options) -> None:
        self.sim = sim
        self.instruments = InstrumentTable()
        self.rings = RingSet(capacity=1 << 16)
        self.bad, self.gaps, self.frames = [], [], []
        self.states: list[tuple[FeedState, str]] = []
        self._rows: dict[Kind, list] = {kind: [] for kind in Kind}
        self.feed = TastytradeFeed(
            credentials,
            sink=self.rings,
            instruments=self.instruments,
            on_data=self.drain,
            clock=SystemClock(),
            rng=Random(1),
            run_id=RunId("R"),
            simulated=True,
            aggregation_s=0.1,
            api_url=sim.rest_url,
            requests_per_minute=6_000,
            patience=patience,
            limits=limits,
            on_gap=self.gaps.append,
            on_bad=lambda error, _: self.bad.append(error),
            tee=lambda payload, _: self.frames.append(payload),
            **options,
        )

    def drain(self) -> None:
        for kind, rows in self.rings.drain():
            self._rows[kind].append(rows)

    def rows(self, kind=Kind.QUOTE, symbol=None):
        rows = np.concatenate([np.empty(0, DTYPES[kind]), *self._rows[kind]])
        return rows if symbol is None else rows[rows["symbol"] == self.instruments.id_of(symbol)]

    def count(self, kind=Kind.QUOTE, symbol=None) -> int:
        return len(self.rows(kind, symbol))

    def quoted(self) -> set[str]:
        """Return the symbols that were quoted."""
        return {self.instruments.symbol(int(n)) for n in np.unique(self.rows()["symbol"])}

    @property
    def status(self):
        return self.feed.statuses()[0]

    async def chain(self, count, *, root="SPXW"):
        """Return canonical symbols of calls and puts about the money, nearest expiry."""
        request = ChainRequest(SPX, expiries=1, roots=(root,))
        listed = await self.feed.contracts(request)
        spot = self.sim.market.underlying("SPX", self.sim.now_ms() * 1_000_000)
        near = sorted({c.strike for c in listed}, key=lambda strike: abs(strike - spot))
        chosen = set(near[: count // len(Right)])
        return [c.symbol for c in listed if c.strike in chosen]

    async def until(self, condition, *, seconds=_LONGEST_WAIT_S) -> None:
        """Wait for a condition; states that are passed through meanwhile are kept."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            status = self.status
            if not self.states or self.states[-1][0] is not status.state:
                self.states.append((status.state, status.detail))
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not within {seconds} s; {status}; {self.sim.counters}")
            await asyncio.sleep(0.005)

    async def until_state(self, state, said="") -> str:
        """Wait for a state and words of its detail; return the detail."""
        await self.until(lambda: self.status.state is state and said in self.status.detail)
        return self.status.detail

    async def until_live(self) -> None:
        await self.until_state(FeedState.LIVE)

    async def until_more(self, count=20, symbol=None) -> None:
        wanted = self.count(symbol=symbol) + count
        await self.until(lambda: self.count(symbol=symbol) >= wanted)


@asynccontextmanager
async def tastytrade_rig(
    *faults,
    options=20,
    credentials=GRANT,
    limits=LIMITS,
    patience=PATIENCE,
    rate=8.0,
    **feed_options,
):
    """Run a feed against a simulator with faults, capturing SPX and some options near the money."""
    async with TastytradeSim(faults=faults, rate=rate, size=Size.SMALL) as sim:
        rig = Rig(sim, credentials=credentials, limits=limits, patience=patience, **feed_options)
        task = asyncio.create_task(rig.feed.run())
        try:
            if options:
                await rig.feed.set_symbols([SPX, *await rig.chain(options)])
            yield rig
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
