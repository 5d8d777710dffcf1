"""Read Polygon's stream event by event, and print what a few seconds of it hold.

Needs nothing but this package: it runs on the simulator. With a key in MASSIVE_API_KEY leave out `demo=True`.

    python examples/07_stream_trades.py
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import aclosing

from quantdeck.app.polygon_stream import stream_async
from quantdeck.feeds.polygon.events import StreamedQuote, StreamedTrade

SYMBOLS = ("AAPL", "MSFT", "SPY")
EVENTS = 40


async def main() -> None:
    """Print a row per symbol."""
    trades: dict[str, list[StreamedTrade]] = defaultdict(list)
    quotes: dict[str, StreamedQuote] = {}
    events = stream_async(SYMBOLS, realtime=True, on_notice=print, demo=True)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, StreamedTrade):
                trades[event.symbol].append(event)
            elif isinstance(event, StreamedQuote):
                quotes[event.symbol] = event
            if sum(map(len, trades.values())) + len(quotes) >= EVENTS:
                break
    print(f"{'symbol':<10}{'trades':>8}{'shares':>10}{'last':>10}{'bid':>10}{'ask':>10}")
    for symbol in sorted(trades):
        done = trades[symbol]
        quote = quotes.get(symbol)
        bid, ask = (quote.bid, quote.ask) if quote else (None, None)
        sides = "".join(
            f"{'-' if side is None else format(side, '.2f'):>10}" for side in (bid, ask)
        )
        shares = sum(trade.size for trade in done)
        print(f"{symbol:<10}{len(done):>8}{shares:>10.0f}{done[-1].price:>10.2f}{sides}")


if __name__ == "__main__":
    asyncio.run(main())
