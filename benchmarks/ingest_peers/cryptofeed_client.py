"""cryptofeed: its BinanceFutures handler, wire to callback. Run in its own environment."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time

from cryptofeed.connection import WSAsyncConn
from cryptofeed.defines import BINANCE_FUTURES, TICKER, TRADES
from cryptofeed.exchanges import BinanceFutures
from cryptofeed.symbols import Symbols

_SYMBOLS = ("BTCUSDT", "ETHUSDT")


async def main(port: int, wanted: int) -> None:
    """Take so many messages and print what it took."""
    logging.disable(logging.CRITICAL)
    names = {f"{symbol[:-4]}-USDT-PERP": symbol for symbol in _SYMBOLS}
    Symbols.set(BINANCE_FUTURES, names, {"tick_size": {}, "instrument_type": {}})
    seen = 0

    async def count(_event: object, _receipt: float) -> None:
        nonlocal seen
        seen += 1

    feed = BinanceFutures(
        symbols=list(names), channels=[TRADES, TICKER], callbacks={TRADES: count, TICKER: count}
    )
    # Its own connection takes encrypted addresses only.
    connection = WSAsyncConn("wss://127.0.0.1", "benchmark")
    connection.address = f"ws://127.0.0.1:{port}/{wanted}"
    async with connection.connect():
        begun, cpu = time.perf_counter(), time.process_time()
        async for message in connection.read():
            await feed.message_handler(message, connection, connection.last_message)
            if seen == wanted:
                break
        seconds = time.perf_counter() - begun
    print(json.dumps({"messages": seen, "seconds": seconds, "cpu": time.process_time() - cpu}))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
