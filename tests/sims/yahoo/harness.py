"""The Yahoo simulator on a clock that the test turns, and a client of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx2

from quantdeck.sims.stocks.market import StockMarket
from quantdeck.sims.yahoo.server import YahooSim
from tests.sims.harness import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FRIDAY_NOON_MS = 1_795_194_000_000
"""2026-11-20 12:00 in New York."""
SATURDAY_MS = FRIDAY_NOON_MS + 86_400_000


@lru_cache(maxsize=1)
def shared_market() -> StockMarket:
    """Return one market for all tests of a process: what it has worked out stays."""
    return StockMarket(seed=7)


class Bench:
    """A simulator, its clock, and a client that has entered."""

    def __init__(self, sim: YahooSim, clock: ManualClock, client: httpx2.AsyncClient) -> None:
        self.sim, self.clock, self.client = sim, clock, client
        self.crumb = ""

    async def enter(self) -> None:
        await self.client.get("/")
        self.crumb = (await self.client.get("/v1/test/getcrumb")).text

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        if self.crumb:
            query["crumb"] = self.crumb
        return await self.client.get(path, params=query)

    async def chart(self, symbol: str, **query: Any) -> dict[str, Any]:
        answer = await self.get(f"/v8/finance/chart/{symbol}", **query)
        return answer.json()["chart"]["result"][0]


@asynccontextmanager
async def bench(
    *faults: str, now_ms: int = FRIDAY_NOON_MS, enters: bool = True
) -> AsyncIterator[Bench]:
    clock = ManualClock(now_ms)
    async with (
        YahooSim(clock=clock, faults=faults, market=shared_market()) as sim,
        httpx2.AsyncClient(base_url=sim.base_url, trust_env=False, follow_redirects=True) as client,
    ):
        at = Bench(sim, clock, client)
        if enters:
            await at.enter()
        yield at
