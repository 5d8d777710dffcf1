"""The ledger: what was paid and received, what is held, and what it is worth.

Cost basis is first in, first out: a sale closes the oldest purchases first, and a purchase the oldest
short sales. Every amount of money is rounded to `CENT` once, where it is entered; from then on nothing
is divided or rounded. So at any prices, to the last digit of sums below 10^16,

    equity = cash + positions at mark = deposits + realised + unrealised - fees - funding.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, NoData
from quantdeck.trading.money import EXACT, amount, exact, scaled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.trading.fills import Fill

_ZERO = Decimal(0)


class EntryKind(StrEnum):
    """Why cash moved."""

    DEPOSIT = "deposit"
    TRADE = "trade"
    FEE = "fee"
    FUNDING = "funding"
    DIVIDEND = "dividend"
    BORROW = "borrow"
    """Fee for shares that are sold short."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger.

    Parameters
    ----------
    number : int
        Counts up from 1.
    ts_ns : int
        When, UTC. [ns]
    kind : EntryKind
        Why.
    cash : Decimal
        Change of the cash: negative for what was paid. [currency]
    balance : Decimal
        Cash after it. [currency]
    symbol : str
        Instrument; empty for a deposit.
    quantity : Decimal
        Change of the position; 0 where it is none. [units]
    price : Decimal or None
        Of a trade its executed price, of funding the mark, of other carry what a unit brought. [currency]
    realised : Decimal
        Gain over the cost of what was closed, before fees. [currency]
    note : str
        Reason of the order, or the depositor's words.
    """

    number: int
    ts_ns: int
    kind: EntryKind
    cash: Decimal
    balance: Decimal
    symbol: str = ""
    quantity: Decimal = _ZERO
    price: Decimal | None = None
    realised: Decimal = _ZERO
    note: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one instrument, and what it has brought.

    Parameters
    ----------
    symbol : str
        The instrument.
    quantity : Decimal
        Units, negative for short.
    cost : Decimal
        Paid for what is held, first in, first out; negative where it was sold short. [currency]
    realised : Decimal
        Gains over cost of all that was closed, before fees. [currency]
    fees, funding : Decimal
        Paid so far; funding with fees for borrowing, and less dividends. [currency]
    """

    symbol: str
    quantity: Decimal
    cost: Decimal
    realised: Decimal
    fees: Decimal
    funding: Decimal

    @property
    def average_cost(self) -> Decimal | None:
        """Return cost per unit of what is held; None where nothing is."""
        return EXACT.divide(self.cost, self.quantity) if self.quantity else None

    def unrealised(self, mark: Decimal) -> Decimal:
        """Return quantity * mark - cost.

        Parameters
        ----------
        mark : Decimal
            What a unit is worth. [currency]

        Returns
        -------
        Decimal
            Gain that closing at the mark would realise. [currency]
        """
        return amount(self.quantity, mark) - self.cost


@dataclass(slots=True)
class _Lot:
    quantity: Decimal
    cost: Decimal


@dataclass(slots=True)
class _Account:
    lots: deque[_Lot] = field(default_factory=deque[_Lot])
    realised: Decimal = _ZERO
    fees: Decimal = _ZERO
    funding: Decimal = _ZERO

    def trade(self, quantity: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
        # Returns what was paid, and the gain of what was closed.
        paid = left_cost = amount(quantity, price)
        left, gain = quantity, _ZERO
        while left and self.lots and (self.lots[0].quantity > 0) != (left > 0):
            lot = self.lots[0]
            if abs(lot.quantity) <= abs(left):
                self.lots.popleft()
                closed, cost = lot.quantity, lot.cost
            else:
                closed = -left
                cost = amount(lot.cost, EXACT.divide(closed, lot.quantity))
                lot.quantity = EXACT.subtract(lot.quantity, closed)
                lot.cost -= cost
            rest = EXACT.add(left, closed)
            received = amount(closed, price) if rest else -left_cost
            left, left_cost = rest, left_cost + received
            gain += received - cost
        if left:
            self.lots.append(_Lot(left, left_cost))
        self.realised += gain
        return paid, gain

    @property
    def quantity(self) -> Decimal:
        total = _ZERO
        for lot in self.lots:
            total = EXACT.add(total, lot.quantity)
        return total


class Ledger:
    """Cash and positions of one account; filled by a backtest or by paper trading."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._accounts: dict[str, _Account] = {}
        self._cash = _ZERO

    @property
    def cash(self) -> Decimal:
        """Return the cash. [currency]."""
        return self._cash

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every line, oldest first."""
        return tuple(self._entries)

    def since(self, number: int) -> list[Entry]:
        """Return the lines behind the first `number`, oldest first."""
        return self._entries[number:]

    def deposit(self, money: float | Decimal, *, ts_ns: int, note: str = "") -> Entry:
        """Add cash, or with a negative amount take it out, and return the line.

        Parameters
        ----------
        money : float or Decimal
            How much. [currency]
        ts_ns : int
            When, UTC. [ns]
        note : str
            Why.

        Raises
        ------
        BadInput
            If it is not finite, or earlier than the last line.
        """
        added = amount(exact(money, "a deposit"))
        return self._enter(_line(ts_ns, EntryKind.DEPOSIT, added, note=note))

    def book(self, fill: Fill) -> Entry:
        """Enter a fill, and its fee as a line of its own.

        Parameters
        ----------
        fill : Fill
            What was executed.

        Returns
        -------
        Entry
            The line of the trade.

        Raises
        ------
        BadInput
            If nothing was traded, or it is earlier than the last line.
        """
        if not fill.quantity:
            raise BadInput(f"a fill of {fill.symbol} trades no quantity")
        self._check_time(fill.ts_ns)
        account = self._accounts.setdefault(fill.symbol, _Account())
        paid, gain = account.trade(fill.quantity, fill.price)
        line = _line(fill.ts_ns, EntryKind.TRADE, -paid, symbol=fill.symbol, note=fill.reason)
        traded = self._enter(replace(line, quantity=fill.quantity, price=fill.price, realised=gain))
        if fill.fee:
            fee = amount(fill.fee)
            account.fees += fee
            self._enter(replace(line, kind=EntryKind.FEE, cash=-fee))
        return traded

    def fund(self, symbol: str, *, rate: float, mark: float, ts_ns: int) -> Entry | None:
        """Pay or receive the funding of a perpetual: cash -= quantity * mark * rate.

        Parameters
        ----------
        symbol : str
            The instrument.
        rate : float
            Of the interval, as a decimal; longs pay shorts where it is positive.
        mark : float
            What a unit is worth then. [currency]
        ts_ns : int
            When, UTC. [ns]

        Returns
        -------
        Entry or None
            The line; None where nothing is held or the rate is 0.

        Raises
        ------
        BadInput
            If a number is not finite, or it is earlier than the last line.
        """
        due, worth = exact(rate, "a rate of funding"), exact(mark, "a mark")
        account = self._accounts.get(symbol)
        quantity = account.quantity if account else _ZERO
        if account is None or not quantity or not due:
            return None
        self._check_time(ts_ns)
        paid = amount(quantity, worth, due)
        account.funding += paid
        line = _line(ts_ns, EntryKind.FUNDING, -paid, symbol=symbol)
        return self._enter(replace(line, price=worth))

    def carry(self, symbol: str, per_unit: float, *, kind: EntryKind, ts_ns: int) -> Entry | None:
        """Receive or pay for what is held: cash += quantity * per_unit.

        Parameters
        ----------
        symbol : str
            The instrument.
        per_unit : float
            A dividend, or the fee of borrowing one unit: both are received by longs where positive, and
            paid by shorts. [currency]
        kind : EntryKind
            ``DIVIDEND`` or ``BORROW``.
        ts_ns : int
            When, UTC. [ns]

        Returns
        -------
        Entry or None
            The line; None where nothing is held or due.

        Raises
        ------
        BadInput
            If the amount is not finite, or it is earlier than the last line.
        """
        due = exact(per_unit, f"a {kind.value}")
        account = self._accounts.get(symbol)
        quantity = account.quantity if account else _ZERO
        if account is None or not quantity or not due:
            return None
        self._check_time(ts_ns)
        received = amount(quantity, due)
        account.funding -= received
        return self._enter(replace(_line(ts_ns, kind, received, symbol=symbol), price=due))

    def split(self, symbol: str, ratio: Decimal) -> None:
        """Turn each unit that is held into so many: quantity *= ratio, at the same cost.

        Parameters
        ----------
        symbol : str
            The instrument; nothing happens where none is held.
        ratio : Decimal
            New units for an old one, > 0 and finite.
        """
        account = self._accounts.get(symbol)
        lots = account.lots if account else ()
        for lot, quantity in zip(lots, scaled([x.quantity for x in lots], ratio), strict=True):
            lot.quantity = quantity

    def positions(self) -> dict[str, Position]:
        """Return what is or was held, by symbol.

        Returns
        -------
        dict of str to Position
            With those that are closed, whose quantity and cost are 0.
        """
        return {
            symbol: Position(
                symbol=symbol,
                quantity=account.quantity,
                cost=sum((lot.cost for lot in account.lots), _ZERO),
                realised=account.realised,
                fees=account.fees,
                funding=account.funding,
            )
            for symbol, account in self._accounts.items()
        }

    def equity(self, marks: Mapping[str, float | Decimal]) -> Decimal:
        """Return cash + sum of quantity * mark.

        Parameters
        ----------
        marks : mapping of str to float or Decimal
            What a unit of each instrument is worth. [currency]

        Returns
        -------
        Decimal
            What the account is worth. [currency]

        Raises
        ------
        BadInput
            If a mark is not finite.
        NoData
            If something is held that has no mark.

        Examples
        --------
        >>> ledger = Ledger()
        >>> _ = ledger.deposit(100.0, ts_ns=0)
        >>> float(ledger.equity({}))
        100.0
        """
        total = self._cash
        for symbol, position in self.positions().items():
            if position.quantity:
                if symbol not in marks:
                    raise NoData(f"{symbol} is held and has no mark; say what a unit is worth")
                total += amount(position.quantity, exact(marks[symbol], "a mark"))
        return total

    def _check_time(self, ts_ns: int) -> None:
        if self._entries and ts_ns < self._entries[-1].ts_ns:
            raise BadInput(
                "the ledger is kept in order of time; this is earlier than its last line"
            )

    def _enter(self, line: Entry) -> Entry:
        self._check_time(line.ts_ns)
        self._cash += line.cash
        entered = replace(line, number=len(self._entries) + 1, balance=self._cash)
        self._entries.append(entered)
        return entered


def _line(ts_ns: int, kind: EntryKind, cash: Decimal, *, symbol: str = "", note: str = "") -> Entry:
    return Entry(0, ts_ns, kind, cash, _ZERO, symbol=symbol, note=note)
