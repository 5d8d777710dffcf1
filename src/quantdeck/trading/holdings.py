"""What is held, as it was opened: instruments one by one, and packages of options as a whole.

The ledger knows instruments; exits are about trades. An order of several legs that closes nothing opens
one holding, which is looked at as a whole until a part of it is closed in another way; from then on its
legs are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.trading import journal
from quantdeck.trading.money import EXACT, amount
from quantdeck.trading.tickets import TicketLeg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.trading.fills import Fill
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that is held: a package, or what a strategy holds of an instrument.

    Parameters
    ----------
    id : str
        Order that opened it; of what is left of a broken package, with the symbol behind it.
    legs : tuple of TicketLeg
        What a package is of; of a single instrument one leg with the ratio 1 or -1.
    packages : Decimal
        How many, > 0: units or contracts of a single instrument.
    costs : tuple of Decimal
        Paid for each leg, without fees; negative for what it brought in. [currency]
    opened_ns : int
        When it was opened, UTC. [ns]
    strategy : str
        Of the order that opened it.
    additions : int
        How often it was added to since.
    """

    id: str
    legs: tuple[TicketLeg, ...]
    packages: Decimal
    costs: tuple[Decimal, ...]
    opened_ns: int
    strategy: str = ""
    additions: int = 0

    @property
    def is_single(self) -> bool:
        """Whether it is of one instrument."""
        return len(self.legs) == 1

    @property
    def cost(self) -> Decimal:
        """Return what was paid for all of it; negative for what it brought in. [currency]."""
        return sum(self.costs, _ZERO)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the symbols of its legs."""
        return tuple(leg.symbol for leg in self.legs)

    def of(self, symbol: str) -> Decimal:
        """Return how many units or contracts of a symbol it holds, negative for short; 0 for none."""
        return sum((self.packages * leg.ratio for leg in self.legs if leg.symbol == symbol), _ZERO)


class Holdings:
    """What an account holds, folded from its events in their order. Owned by whoever watches exits.

    Examples
    --------
    >>> Holdings().all()
    []
    """

    def __init__(self) -> None:
        self._held: list[Holding] = []
        self._tickets: dict[str, Ticket] = {}
        self._terms: dict[str, Terms] = {}

    @classmethod
    def after(cls, events: Iterable[journal.AnyEvent]) -> Holdings:
        """Return what is held after these events, from the first on."""
        held = cls()
        for event in events:
            held.apply(event)
        return held

    def all(self) -> list[Holding]:
        """Return what is held, oldest first."""
        return list(self._held)

    def of(self, symbol: str) -> list[Holding]:
        """Return the holdings that a symbol is part of, oldest first."""
        return [each for each in self._held if symbol in each.symbols]

    def apply(self, event: journal.AnyEvent) -> None:
        """Take one more event.

        Parameters
        ----------
        event : Event
            The next one, which the account has taken already.
        """
        if isinstance(event, journal.Placed):
            self._tickets[event.ticket.id] = event.ticket
            self._terms.update((terms.symbol, terms) for terms in event.terms)
        elif isinstance(event, journal.Executed):
            self._execute(self._tickets[event.order_id], event)
        elif isinstance(event, journal.Settled):
            self._settle(event)
        elif isinstance(event, journal.Divided):
            self._divide(event.symbol, event.ratio)

    def _execute(self, ticket: Ticket, event: journal.Executed) -> None:
        fills = {fill.symbol: fill for fill in event.fills}
        left = event.packages
        if not ticket.is_single:
            left = self._close_packages(ticket, left)
            if left and not any(self._opposes(leg) for leg in ticket.legs):
                prices = tuple(self._price(fills[leg.symbol]) for leg in ticket.legs)
                self._open(ticket, ticket.legs, left, prices, event.ts_ns)
                return
        for leg in ticket.legs if left else ():
            price = self._price(fills[leg.symbol])
            rest = self._close(leg.symbol, left * leg.ratio, ticket.strategy)
            if rest:
                way = TicketLeg(leg.symbol, 1 if rest > 0 else -1)
                self._open(ticket, (way,), abs(rest), (price,), event.ts_ns)

    def _price(self, fill: Fill) -> Decimal:
        # Of a contract, whose price is quoted by the share.
        return EXACT.multiply(fill.price, self._terms[fill.symbol].multiplier)

    def _opposes(self, leg: TicketLeg) -> bool:
        return any(each.of(leg.symbol) * leg.ratio < 0 for each in self._held)

    def _close_packages(self, ticket: Ticket, packages: Decimal) -> Decimal:
        wanted = {(leg.symbol, -leg.ratio) for leg in ticket.legs}
        left = packages
        for held in list(self._held):
            if left and {(leg.symbol, leg.ratio) for leg in held.legs} == wanted:
                closed = min(left, held.packages)
                self._reduce(held, closed)
                left -= closed
        return left

    def _close(self, symbol: str, quantity: Decimal, strategy: str) -> Decimal:
        left = quantity
        while left and (against := self._oldest_against(symbol, left, strategy)) is not None:
            if not against.is_single:
                self._break(against)
                continue
            closed = min(abs(left), against.packages)
            self._reduce(against, closed)
            left -= closed.copy_sign(left)
        return left

    def _oldest_against(self, symbol: str, quantity: Decimal, strategy: str) -> Holding | None:
        found = [each for each in self._held if each.of(symbol) * quantity < 0]
        # A strategy closes its own first, and what is held by itself goes before a package is broken.
        return min(
            found, key=lambda each: (each.strategy != strategy, not each.is_single), default=None
        )

    def _open(
        self,
        ticket: Ticket,
        legs: tuple[TicketLeg, ...],
        packages: Decimal,
        prices: tuple[Decimal, ...],
        ts_ns: int,
    ) -> None:
        costs = tuple(
            amount(packages * leg.ratio, price) for leg, price in zip(legs, prices, strict=True)
        )
        for at, held in enumerate(self._held):
            # An order that trades bit by bit is one package; a strategy has one position of an instrument.
            is_same = held.id == ticket.id if len(legs) > 1 else held.strategy == ticket.strategy
            if is_same and held.legs == legs:
                is_addition = held.id != ticket.id
                self._held[at] = replace(
                    held,
                    packages=held.packages + packages,
                    costs=tuple(a + b for a, b in zip(held.costs, costs, strict=True)),
                    additions=held.additions + is_addition,
                )
                return
        is_whole = len(ticket.legs) == len(legs)
        name = " ".join([ticket.id] if is_whole else [ticket.id, *(leg.symbol for leg in legs)])
        self._held.append(Holding(name, legs, packages, costs, ts_ns, ticket.strategy))

    def _reduce(self, held: Holding, packages: Decimal) -> None:
        at = self._held.index(held)
        left = held.packages - packages
        if not left:
            del self._held[at]
            return
        part = EXACT.divide(left, held.packages)
        costs = tuple(amount(cost, part) for cost in held.costs)
        self._held[at] = replace(held, packages=left, costs=costs)

    def _break(self, held: Holding) -> None:
        at = self._held.index(held)
        self._held[at : at + 1] = [
            Holding(
                f"{held.id} {leg.symbol}",
                (TicketLeg(leg.symbol, 1 if leg.ratio > 0 else -1),),
                held.packages * abs(leg.ratio),
                (cost,),
                held.opened_ns,
                held.strategy,
            )
            for leg, cost in zip(held.legs, held.costs, strict=True)
        ]

    def _settle(self, event: journal.Settled) -> None:
        for held in self.of(event.symbol):
            if not held.is_single:
                self._break(held)
        self._held = [each for each in self._held if event.symbol not in each.symbols]
        if event.shares is not None:
            self._take_shares(event.shares, event)

    def _take_shares(self, shares: Fill, event: journal.Settled) -> None:
        left = self._close(shares.symbol, shares.quantity, "")
        if not left:
            return
        way = TicketLeg(shares.symbol, 1 if left > 0 else -1)
        cost, name = amount(left, shares.price), f"{event.why} {event.symbol}"
        self._held.append(Holding(name, (way,), abs(left), (cost,), event.ts_ns))

    def _divide(self, symbol: str, ratio: Decimal) -> None:
        for held in self.of(symbol):
            if not held.is_single:
                self._break(held)
        self._held = [
            replace(each, packages=EXACT.multiply(each.packages, ratio))
            if each.symbols == (symbol,)
            else each
            for each in self._held
        ]
