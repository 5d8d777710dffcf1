"""Capture a minute of the simulated Binance into memory: socket, decoder, rings, one-minute bars.

python examples/02_capture_a_minute_from_the_simulator.py [SECONDS]
"""

from __future__ import annotations

import asyncio
import random
import sys

from quantdeck.feeds.binance.feed import BinanceFeed
from quantdeck.live.bars import BarBook
from quantdeck.live.rings import RingSet
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.sims.binance.server import BinanceSim

SYMBOLS = ["BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"]


async def capture(seconds: float) -> None:
    """Capture, saying how far it is, then print what came, symbol by symbol."""
    instruments, rings, counts = InstrumentTable(), RingSet(), dict.fromkeys(Kind, 0)
    bars = BarBook(interval_ns=60_000_000_000, capacity=100)

    def drain() -> None:
        for kind, rows in rings.drain():
            counts[kind] += len(rows)
            if kind is Kind.AGG_TRADE:
                bars.update(rows)

    async with BinanceSim(seed=7) as sim:
        feed = BinanceFeed(
            "usdm",
            sink=rings,
            instruments=instruments,
            on_data=drain,
            clock=SystemClock(),
            rng=random.Random(1),  # noqa: S311 - jitter of reconnections
            rest_url=sim.rest_url,
            ws_url=sim.ws_url,
        )
        await feed.set_symbols(SYMBOLS)
        print(f"capturing for {seconds:g} s from {sim.ws_url}", flush=True)
        running = asyncio.create_task(feed.run())
        for passed in range(0, int(seconds), 2):
            await asyncio.sleep(min(2.0, seconds - passed))
            print(f"{sum(counts.values()):>7,} events", flush=True)
        running.cancel()

    print("by kind:", {kind.value: count for kind, count in counts.items() if count})
    for symbol, found in ((s, bars.bars(instruments.id_of(s))) for s in SYMBOLS):
        for close, volume, trades in zip(found.close, found.volume, found.trades, strict=True):
            print(f"{symbol:<22} close {close:>10.2f}  volume {volume:>9.3f}  trades {trades:>5}")


if __name__ == "__main__":
    asyncio.run(capture(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0))
