"""python-binance: its ReconnectingWebsocket, wire to dictionary. Run in its own environment."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from binance.ws.reconnecting_websocket import ReconnectingWebsocket


async def main(port: int, wanted: int) -> None:
    """Take so many messages and print what it took."""
    socket = ReconnectingWebsocket(
        url=f"ws://127.0.0.1:{port}/", path=str(wanted), prefix="", max_queue_size=10**7
    )
    seen = 0
    async with socket as stream:
        await stream.recv()
        begun, cpu = time.perf_counter(), time.process_time()
        seen = 1
        while seen < wanted:
            message = await stream.recv()
            if message.get("e") == "error":
                raise SystemExit(str(message))
            seen += 1
        seconds = time.perf_counter() - begun
        print(json.dumps({"messages": seen, "seconds": seconds, "cpu": time.process_time() - cpu}))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
