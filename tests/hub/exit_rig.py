"""A paper account, a market and an exit watch that a test turns by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.hub.exit_watch import ExitParts, ExitWatch
from quantdeck.hub.paper_book import PaperBook
from quantdeck.hub.trade_alerts import AlertWays
from quantdeck.ports.notifier import Unreachable
from quantdeck.trading import journal
from quantdeck.trading.books import Top
from quantdeck.trading.broker import work
from tests.trading.paper import NS, SHARE, TERMS, market

if TYPE_CHECKING:
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.records.open import Records
    from quantdeck.trading.exits import ExitRules
    from quantdeck.trading.tickets import Ticket

FRESH_S = 5.0


class HandClock:
    """Goes on when a test says so."""

    def __init__(self) -> None:
        self.at_ns = 0

    def now_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns

    async def sleep(self, seconds: float) -> None:
        self.at_ns += int(seconds * NS)


class Listener:
    """A channel that keeps what it is sent, and refuses as long as it is told to."""

    name = kind = "slack"

    def __init__(self) -> None:
        self.sent: list[FiredAlert] = []
        self.is_down = False

    async def send(self, alert: FiredAlert) -> None:
        if self.is_down:
            raise Unreachable("no answer")
        self.sent.append(alert)

    async def close(self) -> None:
        return


class Watcher:
    """One process of several on the same account."""

    def __init__(self, records: Records, rules: ExitRules, *, name: str = "paper") -> None:
        self.records = records
        self.clock = HandClock()
        self.tops: dict[str, Top] = {}
        self.channels = [Listener()]
        self.said: list[str] = []
        self.written = 0
        self.book = PaperBook(records.accounts, name)
        if not self.book.account.count:
            self.book.commit(lambda _: [journal.Deposited(ts_ns=0, money=Decimal(100_000))])
        self.watch = ExitWatch(
            ExitParts(
                account=name,
                events=records.accounts,
                count=lambda: self.book.account.count,
                store=records.exits,
                defaults=rules,
                commit=self._commit,
                top=self.tops.get,
                fresh_s=lambda _: FRESH_S,
                ways=AlertWays(
                    records.alerts,
                    self.channels,
                    self.clock,
                    simulated=False,
                    tell=self.said.append,
                ),
                clock=self.clock,
                write_files=self._write,
            )
        )

    async def _commit(self, decide):
        return self.book.commit(decide)

    def _write(self) -> None:
        self.written += 1

    @property
    def now_ns(self) -> int:
        return self.clock.at_ns

    def trade(self, ticket: Ticket) -> None:
        """Place an order, and fill what the market shows enough for."""
        terms = tuple(TERMS[leg.symbol] for leg in ticket.legs)
        placed = journal.Placed(ts_ns=self.now_ns, ticket=ticket, terms=terms)
        self.book.commit(lambda _: [placed])
        self.fill()

    def fill(self) -> None:
        """Trade what is open against the quotes of now."""
        here = market(*self.tops.values(), now_ns=self.now_ns)
        self.book.commit(lambda account: work(account, here)[0])

    def quote(self, bid: float, ask: float | None = None, symbol: str = SHARE.symbol) -> None:
        """Show a new quote."""
        self.tops[symbol] = Top(symbol, self.now_ns, bid, bid if ask is None else ask)

    async def look(self, *bids: float, every_s: float = 1.0) -> None:
        """Show these bids one after another, look at each, and fill what is open."""
        for bid in bids:
            self.clock.at_ns += int(every_s * NS)
            self.quote(bid)
            self.book.refresh()
            await self.watch.step()
            self.fill()

    @property
    def told(self) -> list[FiredAlert]:
        """Return what is on record, oldest first."""
        return self.records.alerts.fired(limit=99)[::-1]

    @property
    def held(self) -> dict[str, Decimal]:
        self.book.refresh()
        return {s: p.quantity for s, p in self.book.account.positions().items()}
