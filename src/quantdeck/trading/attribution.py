"""Which strategy earned what: gains belong to the order that opened what was closed."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.trading import journal
from quantdeck.trading.money import EXACT, amount, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quantdeck.trading.fills import Fill

_ZERO = Decimal(0)
_MOST_FILLS = 500


@dataclass(frozen=True, slots=True)
class StrategyResult:
    """What one strategy has brought.

    Parameters
    ----------
    strategy : str
        Of the orders that opened; empty for those that named none.
    realised : Decimal
        Of what was closed, before fees. [currency]
    unrealised : Decimal or None
        Of what is open, at mark; None where something has no mark. [currency]
    fees : Decimal
        Paid on its orders. [currency]
    carry : Decimal
        Dividends less funding. [currency]
    closed, won : int
        Executions that closed something, and those of them at a gain before fees.
    open_symbols : int
        Instruments that it holds.
    """

    strategy: str
    realised: Decimal
    unrealised: Decimal | None
    fees: Decimal
    carry: Decimal
    closed: int
    won: int
    open_symbols: int

    @property
    def total(self) -> Decimal | None:
        """Return realised + unrealised + carry - fees; None without a mark. [currency]."""
        if self.unrealised is None:
            return None
        return self.realised + self.unrealised + self.carry - self.fees


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill, and the order that it is of.

    Parameters
    ----------
    order_id, strategy : str
        Of the order.
    fill : Fill
        What traded.
    realised : Decimal
        Gain over cost of what it closed, before fees; 0 where it opened. [currency]
    """

    order_id: str
    strategy: str
    fill: Fill
    realised: Decimal


@dataclass(slots=True)
class _Lot:
    strategy: str
    quantity: Decimal
    price: Decimal


@dataclass(slots=True)
class _Sums:
    realised: Decimal = _ZERO
    fees: Decimal = _ZERO
    carry: Decimal = _ZERO
    closed: int = 0
    won: int = 0


@dataclass(slots=True)
class Attribution:
    """Gains by strategy, folded from the events of an account in their order.

    Lots are closed first in, first out, as in the ledger, so that the realised gains of all strategies
    add up to those of the account.

    Examples
    --------
    >>> Attribution().results({})
    []
    """

    fills: deque[Execution] = field(default_factory=lambda: deque[Execution](maxlen=_MOST_FILLS))
    """The newest executions, oldest first."""
    _strategies: dict[str, str] = field(default_factory=dict[str, str])
    _lots: defaultdict[str, deque[_Lot]] = field(
        default_factory=lambda: defaultdict[str, deque[_Lot]](deque)
    )
    _sums: defaultdict[str, _Sums] = field(default_factory=lambda: defaultdict[str, _Sums](_Sums))

    def take(self, events: Iterable[journal.AnyEvent]) -> None:
        """Take further events.

        Parameters
        ----------
        events : iterable of Event
            The next ones, which the account has taken already.
        """
        for event in events:
            self._apply(event)

    def results(self, marks: Mapping[str, Decimal]) -> list[StrategyResult]:
        """Return what every strategy has brought, by name.

        Parameters
        ----------
        marks : mapping of str to Decimal
            What a unit of each symbol is worth. [currency]

        Returns
        -------
        list of StrategyResult
        """
        held: defaultdict[str, list[tuple[str, _Lot]]] = defaultdict(list)
        for symbol, lots in self._lots.items():
            for lot in lots:
                held[lot.strategy].append((symbol, lot))
        names = sorted({*self._sums, *held})
        return [self._result(name, held[name], marks) for name in names]

    def _result(
        self, name: str, held: list[tuple[str, _Lot]], marks: Mapping[str, Decimal]
    ) -> StrategyResult:
        sums = self._sums[name]
        gains = [
            amount(lot.quantity, marks[symbol] - lot.price)
            for symbol, lot in held
            if symbol in marks
        ]
        return StrategyResult(
            strategy=name,
            realised=sums.realised,
            unrealised=sum(gains, _ZERO) if len(gains) == len(held) else None,
            fees=sums.fees,
            carry=sums.carry,
            closed=sums.closed,
            won=sums.won,
            open_symbols=len({symbol for symbol, _ in held}),
        )

    def _apply(self, event: journal.AnyEvent) -> None:
        match event:
            case journal.Placed():
                self._strategies[event.ticket.id] = event.ticket.strategy
            case journal.Executed():
                for fill in event.fills:
                    self._execute(event.order_id, fill)
            case journal.Settled():
                self._settle(event)
            case _:
                self._hold(event)

    def _hold(self, event: journal.AnyEvent) -> None:
        # What happens to those who hold something, without a trade.
        match event:
            case journal.Funded():
                due = EXACT.multiply(exact(event.rate, "a rate"), exact(event.mark, "a mark"))
                self._carry(event.symbol, -due)
            case journal.Paid():
                self._carry(event.symbol, exact(event.per_unit, "a dividend"))
            case journal.Divided():
                for lot in self._lots[event.symbol]:
                    lot.quantity = EXACT.multiply(lot.quantity, event.ratio)
                    lot.price = EXACT.divide(lot.price, event.ratio)
            case _:
                pass

    def _execute(self, order_id: str, fill: Fill) -> None:
        strategy = self._strategies.get(order_id, "")
        owner, gain = self._trade(strategy, fill)
        self._sums[owner].fees += fill.fee
        self.fills.append(Execution(order_id, owner, fill, gain))

    def _settle(self, event: journal.Settled) -> None:
        lots = self._lots[event.symbol]
        owner = lots[0].strategy if lots else ""
        for lot in lots:
            self._book(lot.strategy, amount(lot.quantity, event.price - lot.price))
        lots.clear()
        if event.shares is not None:
            self._trade(owner, event.shares)
            self.fills.append(Execution("", owner, event.shares, _ZERO))

    def _trade(self, strategy: str, fill: Fill) -> tuple[str, Decimal]:
        # Returns whose the fill is: of what it closed first, or of its own order.
        lots, left, gains = self._lots[fill.symbol], fill.quantity, _ZERO
        owner = strategy
        while left and lots and (lots[0].quantity > 0) != (left > 0):
            lot = lots[0]
            if left == fill.quantity:
                owner = lot.strategy
            closed = min(abs(left), abs(lot.quantity)).copy_sign(lot.quantity)
            gain = amount(closed, fill.price - lot.price)
            self._book(lot.strategy, gain)
            gains += gain
            lot.quantity = EXACT.subtract(lot.quantity, closed)
            left = EXACT.add(left, closed)
            if not lot.quantity:
                lots.popleft()
        if left:
            lots.append(_Lot(strategy, left, fill.price))
        return owner, gains

    def _book(self, strategy: str, gain: Decimal) -> None:
        sums = self._sums[strategy]
        sums.realised += gain
        sums.closed += 1
        sums.won += gain > 0

    def _carry(self, symbol: str, per_unit: Decimal) -> None:
        for lot in self._lots[symbol]:
            self._sums[lot.strategy].carry += amount(lot.quantity, per_unit)
