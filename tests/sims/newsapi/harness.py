"""A NewsAPI simulator whose clock the test turns, and a plain client of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

from quantdeck.sims.newsapi.server import NewsApiSim
from tests.sims.harness import ManualClock, Reply
from tests.sims.polygon.harness import FRIDAY_NOON_MS, MARKET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Bench:
    """A running simulator and the means to ask it."""

    def __init__(self, sim: NewsApiSim, clock: ManualClock, http: aiohttp.ClientSession) -> None:
        self.sim, self.clock, self._http = sim, clock, http

    async def reply(self, path: str, *, key: str | None = "K", **parameters: object) -> Reply:
        headers = {} if key is None else {"X-Api-Key": key}
        query = {name.rstrip("_"): str(value) for name, value in parameters.items()}
        url = self.sim.base_url + path
        async with self._http.get(url, params=query or None, headers=headers) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json"
            body = msgspec.json.decode(raw) if is_json else raw.decode()
            return Reply(response.status, response.headers, body)

    async def get(self, path: str, *, key: str | None = "K", **parameters: object) -> Any:
        """Return the body of an answer that is no error."""
        reply = await self.reply(path, key=key, **parameters)
        assert reply.status == 200, reply
        return reply.body


@asynccontextmanager
async def bench(**options: Any) -> AsyncIterator[Bench]:
    """Run a simulator on a clock that stands still."""
    clock = ManualClock(options.pop("start_ms", FRIDAY_NOON_MS))
    options.setdefault("market", MARKET)
    async with NewsApiSim(clock=clock, **options) as sim, aiohttp.ClientSession() as http:
        yield Bench(sim, clock, http)
