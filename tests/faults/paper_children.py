"""A process for the crash test of the paper account: trades one order after the other until it is killed."""

from __future__ import annotations

import asyncio
import sys

from quantdeck.hub.paper_book import PaperBook
from quantdeck.hub.paper_desk import PaperDesk
from quantdeck.hub.paper_parts import PaperParts
from quantdeck.trading.costs import Costs
from quantdeck.trading.guard import Guard
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import single
from tests.hub.paper_rig import BTC, ToldMarket, TurnedClock
from tests.records.places import opened


async def main() -> None:
    """Buy one coin by every order, from a number on, and say which one was answered for."""
    records = opened(sys.argv[1])
    clock = TurnedClock()
    market = ToldMarket(clock)
    book = PaperBook(records.accounts, "main")
    parts = PaperParts(book, records.equity, Guard(), lambda _: Costs(taker_bp=10.0))
    desk = PaperDesk(parts, market, clock)
    for number in range(int(sys.argv[2]), 1_000_000):
        clock.ns += 1_000_000
        market.show(bid=99.0, ask=100.0)
        ticket = single(f"order-{number}", Side.BUY, BTC, 1, placed_ns=clock.ns)
        order = await desk.place(ticket)
        print(number, order.state.value, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
