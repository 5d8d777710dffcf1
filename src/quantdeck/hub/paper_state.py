"""What a paper account says of this moment, for reading: marks, positions, limits, why orders wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.paper_equity import EquityCurve
from quantdeck.hub.paper_marks import equity_of, mark_of, position_now
from quantdeck.hub.paper_questions import Asker
from quantdeck.model.errors import NoData
from quantdeck.trading import broker
from quantdeck.trading.matching import ShownSizes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from decimal import Decimal

    from quantdeck.hub.paper_book import PaperBook
    from quantdeck.hub.paper_market import PaperMarket
    from quantdeck.hub.paper_parts import PaperParts
    from quantdeck.ports.clock import Clock
    from quantdeck.trading.account import Account
    from quantdeck.trading.books import Top
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.matching import Market
    from quantdeck.trading.paper_now import EquityPoints, LimitUse, Mark, PositionNow
    from quantdeck.trading.tickets import Ticket

LOOK_NS = 1_000_000_000
"""So long the reasons stand why orders wait, and so often is looked after what falls due. [ns]"""


_WORKED_ELSEWHERE = "pairs:"


def is_own(ticket: Ticket) -> bool:
    """Return whether the desk lets an order trade; those of a pair are its own session's."""
    return not ticket.strategy.startswith(_WORKED_ELSEWHERE)


class PaperState:
    """The reading half of `quantdeck.hub.paper_desk.PaperDesk`.

    Parameters
    ----------
    parts : PaperParts
        What it is put together from.
    market : PaperMarket
        Where quotes and terms come from.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, parts: PaperParts, market: PaperMarket, clock: Clock) -> None:
        self.parts = parts
        self._market = market
        self._clock = clock
        self._book = parts.book
        self._shown = ShownSizes()
        self._curve = EquityCurve(parts.equity, parts.book.name)
        self._asker = Asker(parts, market)
        self._waiting: tuple[int, dict[str, str]] = (-LOOK_NS, {})

    @property
    def account(self) -> Account:
        """The account as it stands, for reading."""
        return self._book.account

    @property
    def book(self) -> PaperBook:
        """The account and its events; committed to through the desk alone."""
        return self._book

    @property
    def name(self) -> str:
        """Name of the account."""
        return self._book.name

    @property
    def waiting(self) -> dict[str, str]:
        """Why orders do not trade, or not all of them, by their names; as of the last second."""
        made_ns, found = self._waiting
        now_ns = self._clock.monotonic_ns()
        if now_ns - made_ns >= LOOK_NS:
            market = self._shown_market(self._open_symbols(), self._shown.copy())
            found = broker.work(self.account, market, mine=is_own)[1]
            self._waiting = now_ns, found
        return found

    @property
    def day_start(self) -> Decimal:
        """What the account was worth at midnight of New York, with what was paid in since. [currency]."""
        return self._curve.day_start(self.account, self._now_ns())

    def tops(self, symbol: str) -> Top | None:
        """Return the newest best bid and ask of a symbol; None where none was received."""
        return self._market.top(symbol)

    def mark(self, symbol: str) -> Mark:
        """Return what a unit is worth at the side that closes the position, else at the bid."""
        held = self.account.positions().get(symbol)
        is_long = held is None or held.quantity > 0
        return self._mark(symbol, is_long=is_long)

    def positions(self) -> list[PositionNow]:
        """Return what is held at its marks, in the order in which it was first traded."""
        account = self.account
        return [
            position_now(held, account.terms(symbol), self.mark(symbol))
            for symbol, held in account.positions().items()
        ]

    def position(self, symbol: str) -> PositionNow:
        """Return what is held of a symbol.

        Raises
        ------
        NoData
            If nothing is.
        """
        held = self.account.positions().get(symbol)
        if held is None:
            raise NoData(f"nothing is held of {symbol}")
        return position_now(held, self.account.terms(symbol), self.mark(symbol))

    def symbols_held(self) -> tuple[str, ...]:
        """Return the canonical symbols of what is held."""
        return tuple(self.account.positions())

    def value(self) -> Decimal | None:
        """Return cash and positions at mark; None where something has no mark. [currency]."""
        return equity_of(self.account, {s: self.mark(s) for s in self.account.positions()})

    def limits(self) -> list[LimitUse]:
        """Return the limits of the account and how much of each is used."""
        return self._asker.limits(self.positions(), self.day_start, self.value())

    def refusal_of(
        self, account: Account, ticket: Ticket, tops: Mapping[str, Top]
    ) -> Refusal | None:
        """Return the limit that a package of shares or coins is beyond, at the quotes it would trade at.

        Parameters
        ----------
        account : Account
            As it stands.
        ticket : Ticket
            What is asked; need not be placed.
        tops : mapping of str to Top
            Quotes of its legs.

        Returns
        -------
        Refusal or None
            What it may lose counts as its value, long and short added: a short leg has no end of its own.
        """
        now_ns, day_start = self._now_ns(), self.day_start
        return self._asker.refusal_of(ticket, account, tops, now_ns, day_start)

    def equity_points(self, *, since_ns: int = 0) -> EquityPoints:
        """Return what the account was worth over time, from memory.

        Parameters
        ----------
        since_ns : int
            Not before that, UTC. [ns]
        """
        return self._curve.points(since_ns)

    def _now_ns(self) -> int:
        return self._clock.now_ns()

    def _event_ns(self, account: Account) -> int:
        return max(self._now_ns(), account.last_ns)

    def _open_symbols(self) -> set[str]:
        orders = self.account.open_orders()
        return {leg.symbol for order in orders for leg in order.ticket.legs}

    def _mark(self, symbol: str, *, is_long: bool) -> Mark:
        terms = self._asker.terms(self.account, symbol)
        now_ns = self._now_ns()
        return mark_of(self._market, terms, is_long=is_long, now_ns=now_ns, rules=self.parts.rules)

    def _shown_market(self, symbols: Collection[str], shown: ShownSizes) -> Market:
        now_ns = self._now_ns()
        return self._asker.market_of(symbols, self.account, now_ns, shown)
