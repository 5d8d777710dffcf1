"""Let a small bot meet the faults of the simulator, and count what it notices.

python examples/04_test_your_bot_against_faults.py
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from quantdeck.sims.binance.server import BinanceSim

FAULTS = (None, "id-gaps=0.2", "duplicates=0.2", "garbage=0.2", "mute", "drop=1")
SECONDS = 1.5


@dataclass
class Noticed:
    """What the bot has seen."""

    trades: int = 0
    missing: int = 0
    repeated: int = 0
    undecodable: int = 0


async def bot(address: str, noticed: Noticed) -> None:
    """Follow the trades of BTCUSDT; replace this by your own."""
    last = None
    async with connect(f"{address}/market/ws/btcusdt@aggTrade", proxy=None) as socket:
        async for frame in socket:
            try:
                number = json.loads(frame)["a"]
            except (ValueError, KeyError, TypeError):
                noticed.undecodable += 1
                continue
            noticed.trades += 1
            noticed.repeated += last is not None and number <= last
            noticed.missing += max(0, number - last - 1) if last is not None else 0
            last = number if last is None else max(last, number)


async def main() -> None:
    """Run the bot under each fault and print what it noticed."""
    for fault in FAULTS:
        noticed = Noticed()
        async with BinanceSim(seed=7, rate=5, faults=[fault] if fault else []) as sim:
            with suppress(TimeoutError, ConnectionClosed):
                await asyncio.wait_for(bot(sim.ws_url, noticed), SECONDS)
        print(f"{fault or 'no fault':<16}{noticed}")


if __name__ == "__main__":
    asyncio.run(main())
