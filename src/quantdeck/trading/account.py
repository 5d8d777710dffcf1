"""A paper account: the sum of its events, so that a restart, a copy and a replay give the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.instruments import InstrumentKind
from quantdeck.trading import journal
from quantdeck.trading.fills import Fill
from quantdeck.trading.ledger import EntryKind, Ledger
from quantdeck.trading.terms import Terms
from quantdeck.trading.tickets import OrderKind, OrderState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quantdeck.trading.ledger import Position
    from quantdeck.trading.tickets import Ticket

_ZERO = Decimal(0)


@dataclass(slots=True)
class Standing:
    """An order and what has become of it.

    Parameters
    ----------
    ticket : Ticket
        What was asked.
    state : OrderState
        What it is now.
    filled : Decimal
        Packages that have traded.
    paid : Decimal
        For all of them, without fees; negative for what was received. [currency]
    fees : Decimal
        On them. [currency]
    changed_ns : int
        When anything last happened to it, UTC. [ns]
    is_triggered : bool
        Whether a stop order has met its price.
    why : str
        Why it was refused or cancelled.
    expires_ns : int or None
        When what is left will not trade any more, UTC; None for never. [ns]
    limit : str
        Of one that was refused: the limit that it is beyond.
    """

    ticket: Ticket
    state: OrderState
    filled: Decimal = _ZERO
    paid: Decimal = _ZERO
    fees: Decimal = _ZERO
    changed_ns: int = 0
    is_triggered: bool = False
    why: str = ""
    expires_ns: int | None = None
    limit: str = ""

    @property
    def left(self) -> Decimal:
        """Return packages that have not traded."""
        return self.ticket.quantity - self.filled


class Account:
    """Cash, positions and orders, folded from events in their order.

    Attributes
    ----------
    count : int
        Events so far.
    halted : str
        Why no order is taken; empty where orders are.
    """

    def __init__(self) -> None:
        self.count = 0
        self.halted = ""
        self._ledger = Ledger()
        self._orders: dict[str, Standing] = {}
        self._open: dict[str, Standing] = {}
        self._due: set[tuple[type[journal.Event], str, int]] = set()
        self._terms: dict[str, Terms] = {}
        self._last_ns = 0
        self._takers: dict[type[journal.Event], Callable[[Any], None]] = {
            journal.Deposited: self._deposit,
            journal.Placed: self._place,
            journal.Refused: self._refuse,
            journal.Triggered: self._trigger,
            journal.Executed: self._execute,
            journal.Cancelled: self._cancel,
            journal.Expired: self._expire,
            journal.Funded: self._fund,
            journal.Paid: self._pay,
            journal.Divided: self._divide,
            journal.Settled: self._settle,
            journal.Halted: self._halt,
            journal.Resumed: self._resume,
        }

    @classmethod
    def of(cls, events: Iterable[journal.AnyEvent]) -> Account:
        """Return the account that events add up to.

        Parameters
        ----------
        events : iterable of Event
            From the first on, in order.

        Returns
        -------
        Account

        Raises
        ------
        BadInput, Conflict, NoData
            If they contradict each other.
        """
        account = cls()
        for event in events:
            account.apply(event)
        return account

    @property
    def ledger(self) -> Ledger:
        """The lines of cash, for reading."""
        return self._ledger

    @property
    def cash(self) -> Decimal:
        """Return the cash. [currency]."""
        return self._ledger.cash

    @property
    def last_ns(self) -> int:
        """When the newest event was, UTC. [ns]."""
        return self._last_ns

    def positions(self) -> dict[str, Position]:
        """Return what is held now, by symbol; of options in shares, contracts times multiplier."""
        return {s: p for s, p in self._ledger.positions().items() if p.quantity}

    def orders(self) -> list[Standing]:
        """Return all orders, oldest first."""
        return list(self._orders.values())

    def open_orders(self) -> list[Standing]:
        """Return the orders that may still trade, oldest first."""
        return list(self._open.values())

    def order(self, order_id: str) -> Standing:
        """Return an order.

        Raises
        ------
        NoData
            If there is none of that name.
        """
        found = self._orders.get(order_id)
        if found is None:
            raise NoData(f"there is no order {order_id!r}")
        return found

    def knows(self, order_id: str) -> bool:
        """Whether there is an order of that name, whatever became of it."""
        return order_id in self._orders

    def was_due(self, kind: type[journal.Event], symbol: str, due_ns: int) -> bool:
        """Whether funding, a dividend or a split of that moment [ns] was taken already."""
        return (kind, symbol, due_ns) in self._due

    def terms(self, symbol: str) -> Terms:
        """Return the terms of an instrument that was ever ordered.

        Raises
        ------
        NoData
            If it was not.
        """
        found = self._terms.get(symbol)
        if found is None:
            raise NoData(f"{symbol} was never traded by this account")
        return found

    def apply(self, event: journal.AnyEvent) -> None:
        """Take one more event, whole or not at all.

        Parameters
        ----------
        event : Event
            The next one.

        Raises
        ------
        BadInput
            If it is earlier than the one before, or its figures cannot be.
        Conflict
            If it contradicts the state of its order.
        NoData
            If it is of an order that there is not.
        """
        if event.ts_ns < self._last_ns:
            raise BadInput("an event cannot be earlier than the one in front of it")
        self._takers[type(event)](event)
        self._last_ns = event.ts_ns
        self.count += 1

    def _deposit(self, event: journal.Deposited) -> None:
        self._ledger.deposit(event.money, ts_ns=event.ts_ns, note=event.note)

    def _refuse(self, event: journal.Refused) -> None:
        self._enter(event.ticket, OrderState.REFUSED, event.ts_ns, why=event.why)
        self._orders[event.ticket.id].limit = event.limit

    def _trigger(self, event: journal.Triggered) -> None:
        self._working(event.order_id, event.ts_ns).is_triggered = True

    def _cancel(self, event: journal.Cancelled) -> None:
        self._close(event.order_id, OrderState.CANCELLED, event.ts_ns, why=event.why)

    def _expire(self, event: journal.Expired) -> None:
        self._close(event.order_id, OrderState.EXPIRED, event.ts_ns)

    def _fund(self, event: journal.Funded) -> None:
        self._once(event, event.symbol, event.due_ns)
        self._ledger.fund(event.symbol, rate=event.rate, mark=event.mark, ts_ns=event.ts_ns)

    def _pay(self, event: journal.Paid) -> None:
        self._once(event, event.symbol, event.due_ns)
        kind = EntryKind.DIVIDEND
        self._ledger.carry(event.symbol, event.per_unit, kind=kind, ts_ns=event.ts_ns)

    def _divide(self, event: journal.Divided) -> None:
        self._once(event, event.symbol, event.due_ns)
        self._ledger.split(event.symbol, event.ratio)

    def _once(self, event: journal.Event, symbol: str, due_ns: int) -> None:
        if not due_ns:
            return
        key = (type(event), symbol, due_ns)
        if key in self._due:
            raise Conflict(f"what was due on {symbol} then was taken already")
        self._due.add(key)

    def _halt(self, event: journal.Halted) -> None:
        self.halted = event.why or "halted"

    def _resume(self, _: journal.Resumed) -> None:
        self.halted = ""

    def _place(self, event: journal.Placed) -> None:
        told = {terms.symbol for terms in event.terms}
        missing = [leg.symbol for leg in event.ticket.legs if leg.symbol not in told]
        if missing:
            raise BadInput(f"an order needs the terms of {', '.join(missing)}")
        self._enter(event.ticket, OrderState.WORKING, event.ts_ns)
        self._orders[event.ticket.id].expires_ns = event.expires_ns
        self._terms.update((terms.symbol, terms) for terms in event.terms)

    def _enter(self, ticket: Ticket, state: OrderState, ts_ns: int, *, why: str = "") -> None:
        if ticket.id in self._orders:
            raise Conflict(f"there is an order {ticket.id!r} already")
        order = self._orders[ticket.id] = Standing(ticket, state, changed_ns=ts_ns, why=why)
        if state.is_open:
            self._open[ticket.id] = order

    def _working(self, order_id: str, ts_ns: int) -> Standing:
        order = self.order(order_id)
        if not order.state.is_open:
            raise Conflict(f"order {order_id!r} is {order.state}: nothing more can happen to it")
        order.changed_ns = ts_ns
        return order

    def _close(self, order_id: str, state: OrderState, ts_ns: int, *, why: str = "") -> None:
        order = self._working(order_id, ts_ns)
        order.state, order.why = state, why
        del self._open[order_id]

    def _execute(self, event: journal.Executed) -> None:
        order = self.order(event.order_id)
        self._check(order, event)
        self._working(event.order_id, event.ts_ns)
        for fill in event.fills:
            entry = self._ledger.book(fill)
            order.paid -= entry.cash
            order.fees += fill.fee
        order.filled += event.packages
        if not order.left:
            order.state = OrderState.FILLED
            del self._open[event.order_id]

    def _check(self, order: Standing, event: journal.Executed) -> None:
        # Before anything is booked, so that an event is taken whole or not at all.
        if not 0 < event.packages <= order.left:
            raise BadInput(f"{event.packages} packages traded of {order.left} that were left")
        if order.ticket.kind is OrderKind.STOP and not order.is_triggered:
            raise Conflict(f"stop order {order.ticket.id!r} has not met its price")
        wanted = {
            leg.symbol: event.packages * leg.ratio * self._terms[leg.symbol].multiplier
            for leg in order.ticket.legs
        }
        traded = {fill.symbol: fill.quantity for fill in event.fills}
        if traded != wanted or len(traded) != len(event.fills):
            raise BadInput(f"the fills of order {order.ticket.id!r} are not those of its legs")
        if any(fill.ts_ns < self._last_ns for fill in event.fills):
            raise BadInput("a fill cannot be earlier than the event in front of it")

    def _settle(self, event: journal.Settled) -> None:
        held = self.positions().get(event.symbol)
        if held is None:
            raise Conflict(f"nothing is held of {event.symbol} that could be settled")
        self._ledger.book(
            Fill(
                event.symbol,
                event.ts_ns,
                -held.quantity,
                event.price,
                event.price,
                _ZERO,
                event.why,
            )
        )
        if event.shares is not None:
            self._ledger.book(event.shares)
            shares = Terms(
                symbol=event.shares.symbol,
                kind=InstrumentKind.EQUITY,
                currency=self._terms[event.symbol].currency,
            )
            self._terms.setdefault(shares.symbol, shares)
