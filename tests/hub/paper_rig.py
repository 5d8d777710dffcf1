"""A paper desk on a market told by hand, with real records."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import dataclass, field
from decimal import Decimal

from quantdeck.hub.paper_book import PaperBook
from quantdeck.hub.paper_desk import PaperDesk
from quantdeck.hub.paper_parts import PaperParts
from quantdeck.hub.paper_terms import terms_of
from quantdeck.trading.books import Top
from quantdeck.trading.costs import Costs
from quantdeck.trading.guard import Guard
from quantdeck.trading.journal import Deposited
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import single
from tests.records.memory_paper import MemoryAccounts, MemoryEquity

NS = 1_000_000_000
START_NS = 1_763_640_000 * NS
BTC = "BINANCE-USDM:BTCUSDT"
AAPL = "US:AAPL"


def looped(test):
    """Run a test that waits on an event loop of its own."""

    @functools.wraps(test)
    def run(*args, **kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@dataclass
class TurnedClock:
    ns: int = START_NS

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)


@dataclass
class ToldMarket:
    """Fulfils `PaperMarket` with what it is told."""

    clock: TurnedClock
    tops: dict[str, Top] = field(default_factory=dict)
    prices: dict = field(default_factory=dict)
    closes: dict = field(default_factory=dict)
    marks: dict = field(default_factory=dict)
    known_actions: dict = field(default_factory=dict)

    def show(self, symbol=BTC, bid=99.0, ask=101.0, size=None, ns=None) -> None:
        at = self.clock.ns if ns is None else ns
        self.tops[symbol] = Top(symbol, at, bid, ask, size, size)

    def top(self, symbol):
        return self.tops.get(symbol)

    def price(self, symbol):
        return self.prices.get(symbol)

    def close_of(self, symbol, day):
        return self.closes.get((symbol, day))

    def source(self, symbol):
        return "told"

    def terms(self, symbol):
        return terms_of(symbol)

    def perpetual(self, symbol):
        return self.marks.get(symbol)

    def actions(self, symbol):
        return self.known_actions.get(symbol, ())

    async def refresh(self, symbols):
        self.asked = sorted(symbols)


class PaperRig:
    def __init__(self, *, guard=None, costs=None, cash=10_000) -> None:
        self.clock = TurnedClock()
        self.market = ToldMarket(self.clock)
        self.accounts, self.equity = MemoryAccounts(), MemoryEquity()
        self.guard, self.costs, self.cash = guard or Guard(), costs or Costs(), cash
        self.desk = self.start()

    def start(self) -> PaperDesk:
        """Start over with what is kept, as after the end of a process."""
        book = PaperBook(self.accounts, "main")
        if not book.account.count:
            opened = Deposited(ts_ns=self.clock.ns, money=Decimal(self.cash))
            book.commit(lambda _: [opened])
        parts = PaperParts(book, self.equity, self.guard, lambda _: self.costs)
        self.desk = PaperDesk(parts, self.market, self.clock)
        return self.desk

    def turn(self, seconds: float) -> None:
        self.clock.ns += int(seconds * NS)

    def buy(self, name="a", quantity="1", symbol=BTC, **rest):
        return self._ticket(Side.BUY, name, quantity, symbol, rest)

    def sell(self, name="a", quantity="1", symbol=BTC, **rest):
        return self._ticket(Side.SELL, name, quantity, symbol, rest)

    def _ticket(self, side, name, quantity, symbol, rest):
        given = {k: Decimal(str(v)) if k in {"limit", "stop"} else v for k, v in rest.items()}
        return single(name, side, symbol, Decimal(quantity), placed_ns=self.clock.ns, **given)
