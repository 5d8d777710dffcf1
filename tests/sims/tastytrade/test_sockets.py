"""The streaming side under clients that do not do their part."""

from __future__ import annotations

import asyncio
import json
import socket

import aiohttp

from quantdeck.sims.options.listed import Size
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim

_GRANT = {
    "grant_type": "refresh_token",
    "client_secret": accounts.CLIENT_SECRET,
    "refresh_token": accounts.REFRESH_TOKEN,
}
_KINDS = ("Quote", "Greeks", "Trade", "Summary")


async def _token(http):
    async with http.post("/oauth/token", json=_GRANT) as answer:
        access = (await answer.json())["access_token"]
    headers = {"Authorization": f"Bearer {access}"}
    async with http.get("/api-quote-tokens", headers=headers) as answer:
        return (await answer.json())["data"]["token"]


async def _joined(http, sim, token, symbols):
    client = await http.ws_connect(sim.dxlink_url)
    for message in (
        {"type": "SETUP", "channel": 0, "version": "0.1-test"},
        {"type": "AUTH", "channel": 0, "token": token},
        {"type": "CHANNEL_REQUEST", "channel": 1, "service": "FEED", "parameters": {}},
        {"type": "FEED_SETUP", "channel": 1, "acceptAggregationPeriod": 0.1},
        {
            "type": "FEED_SUBSCRIPTION",
            "channel": 1,
            "add": [{"type": kind, "symbol": each} for each in symbols for kind in _KINDS],
        },
    ):
        await client.send_json(message)
    return client


# What the kernel keeps for a client would take long to fill at its usual size.
def _stop_reading(client, sim):
    transport = client._response.connection.transport
    transport.pause_reading()
    ours = transport.get_extra_info("sockname")
    for each in sim._sockets.open:
        if each._request.transport.get_extra_info("peername") == ours:
            kept = each._request.transport.get_extra_info("socket")
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


async def _data_of(client):
    while True:
        message = json.loads((await client.receive()).data)
        if message["type"] == "FEED_DATA":
            return message


def test_client_that_does_not_read_is_ended_and_others_go_on():
    async def scenario():
        async with (
            TastytradeSim(size=Size.SMALL, rate=20.0) as sim,
            aiohttp.ClientSession(sim.rest_url, headers={"User-Agent": "test/1"}) as http,
        ):
            token = await _token(http)
            names = sim._board.streamers()
            reader = await _joined(http, sim, token, names[:5])
            stuck = await _joined(http, sim, token, names)
            _stop_reading(stuck, sim)
            async with asyncio.timeout(40):
                while not sim.counters["slow_clients"] or sim.connections > 1:
                    await _data_of(reader)
                message = await _data_of(reader)
            stuck._response.connection.transport.abort()
            await reader.close()
            return message, sim.counters["slow_clients"]

    message, ended = asyncio.run(scenario())

    assert message["data"]
    assert ended == 1
