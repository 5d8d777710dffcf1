from __future__ import annotations

import asyncio

import aiohttp

from quantdeck.sims.newsapi.server import NewsApiSim


def test_request_that_names_no_fault_is_refused() -> None:
    async def scenario():
        async with NewsApiSim() as sim, aiohttp.ClientSession() as http:
            url = sim.base_url.removesuffix("/v2") + "/sim/faults"
            async with http.post(url, json={"name": "mute"}) as reply:
                return reply.status, (await reply.json())["error"]

    status, said = asyncio.run(scenario())

    assert status == 422
    assert '{"fault": "mute"}' in said
