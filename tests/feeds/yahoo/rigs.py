"""The feed in front of the simulator."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Any

from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.yahoo.chains import YahooChains
from quantdeck.feeds.yahoo.direct import DirectAccess
from quantdeck.feeds.yahoo.history import YahooHistory
from quantdeck.feeds.yahoo.rest import YahooRest
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.history import HistoryRequest
from quantdeck.sims.yahoo.server import YahooSim
from tests.sims.harness import ManualClock
from tests.sims.yahoo.harness import FRIDAY_NOON_MS, shared_market

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from quantdeck.feeds.yahoo.access import Access

PROVENANCE = Provenance("yahoo", Delay.SIMULATED, RunId("run"))
NOW_NS = FRIDAY_NOON_MS * 1_000_000
DAY_NS = 86_400_000_000_000


class HandClock(ManualClock):
    """A clock on which sleeping takes no time, but the time passes."""

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)
        await asyncio.sleep(0)


class Rig:
    """The feed, the simulator and the clock of the feed; that of the simulator moves by itself."""

    def __init__(self, sim: YahooSim, rest: YahooRest, clock: HandClock) -> None:
        self.sim, self.rest, self.clock = sim, rest, clock
        self.history = YahooHistory(rest, provenance=PROVENANCE, clock=clock)
        self.chains = YahooChains(rest, provenance=PROVENANCE, clock=clock)

    async def bars(
        self, symbol: str, interval: str = "1d", days: int = 30, until: int = NOW_NS
    ) -> Any:
        request = HistoryRequest(symbol, interval, until - days * DAY_NS, until)
        return await self.history.history(request)


@asynccontextmanager
async def rig(
    *faults: str,
    access: Access | None = None,
    folder: Path | None = None,
    per_minute: int = 1_000,
) -> AsyncIterator[Rig]:
    clock = HandClock(FRIDAY_NOON_MS)
    async with YahooSim(
        clock=ManualClock(FRIDAY_NOON_MS), faults=faults, market=shared_market()
    ) as sim:
        rest = YahooRest(
            access or DirectAccess(sim.base_url),
            clock=clock,
            rng=Random(1),
            requests_per_minute=per_minute,
            cache=AnswerCache(folder, ttl_s=3_600, clock=clock) if folder else None,
            jitter_s=0.0,
        )
        try:
            yield Rig(sim, rest, clock)
        finally:
            await rest.close()
