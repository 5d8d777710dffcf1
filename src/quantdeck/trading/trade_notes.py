"""Entries and exits of an account in words: one note for an order that has traded and ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.money import EXACT

if TYPE_CHECKING:
    from quantdeck.trading.account import Standing
    from quantdeck.trading.ledger import Position

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TradeNote:
    """What is told of an order that has traded, or of an option that has ended.

    Parameters
    ----------
    key : str
        Names it within its account, for ever.
    ts_ns : int
        When it was over, UTC. [ns]
    is_exit : bool
        Whether something was closed.
    text : str
        One sentence.
    why : str
        The order's note, such as the rule that closed it.
    figures : dict of str to float
        Of the trade.
    """

    key: str
    ts_ns: int
    is_exit: bool
    text: str
    why: str
    figures: dict[str, float]


@dataclass(slots=True)
class _Running:
    realised: Decimal = _ZERO
    closed_cost: Decimal = _ZERO
    is_exit: bool = False


class TradeNotes:
    """Folds the events of an account, and says what each order has come to. Owned by an exit watch.

    Attributes
    ----------
    account : Account
        As it stands after the events so far.
    """

    def __init__(self) -> None:
        self.account = Account()
        self._lines = 0
        self._running: dict[str, _Running] = {}

    def apply(self, event: journal.AnyEvent) -> TradeNote | None:
        """Take one more event, and return what is to be told of it, if anything.

        Parameters
        ----------
        event : Event
            The next one.
        """
        before = self.account.positions() if isinstance(event, journal.Executed) else {}
        self.account.apply(event)
        lines = self.account.ledger.since(self._lines)
        self._lines += len(lines)
        realised = sum((line.realised for line in lines), _ZERO)
        match event:
            case journal.Executed():
                running = self._running.setdefault(event.order_id, _Running())
                running.realised += realised
                self._count(running, event, before)
                return self._ended(event.order_id, event.ts_ns)
            case journal.Cancelled() | journal.Expired():
                return self._ended(event.order_id, event.ts_ns)
            case journal.Settled():
                return _settled(event, realised)
            case _:
                return None

    def _count(
        self, running: _Running, event: journal.Executed, before: dict[str, Position]
    ) -> None:
        after = self.account.positions()
        for fill in event.fills:
            old = before.get(fill.symbol)
            if old is None or old.quantity * fill.quantity >= 0:
                continue
            new = after.get(fill.symbol)
            is_turned = new is None or new.quantity * old.quantity < 0
            running.is_exit = True
            running.closed_cost += old.cost - (_ZERO if is_turned or new is None else new.cost)

    def _ended(self, order_id: str, ts_ns: int) -> TradeNote | None:
        order = self.account.order(order_id)
        if order.state.is_open or not order.filled:
            return None
        running = self._running.pop(order_id, _Running())
        figures = {"paid": float(order.paid), "fees": float(order.fees)}
        text = self._text(order)
        if running.is_exit:
            figures["realised"] = float(running.realised)
            text += f"; realised {running.realised:+,.2f} before fees"
            if running.closed_cost:
                share = 100 * float(running.realised / abs(running.closed_cost))
                figures["realised of cost [%]"] = share
                text += f", {share:+.1f} % of its cost"
        return TradeNote(order_id, ts_ns, running.is_exit, text, order.ticket.note, figures)

    def _text(self, order: Standing) -> str:
        ticket = order.ticket
        rest = "" if not order.left else f" ({order.left:f} of {ticket.quantity:f} did not trade)"
        if ticket.is_single:
            leg = ticket.legs[0]
            units = EXACT.multiply(order.filled, self.account.terms(leg.symbol).multiplier)
            price = abs(float(order.paid / units))
            word = "bought" if leg.ratio > 0 else "sold"
            return f"{word} {order.filled:f} {leg.symbol} at {price:,.10g}{rest}"
        legs = ", ".join(f"{leg.ratio:+d} {leg.symbol}" for leg in ticket.legs)
        name = ticket.strategy or "package"
        way = "paid" if order.paid >= 0 else "received"
        return f"{order.filled:f} x {name} ({legs}) for {abs(order.paid):,.2f} {way}{rest}"


def _settled(event: journal.Settled, realised: Decimal) -> TradeNote:
    text = f"{event.symbol} {event.why} at {event.price:f}; realised {realised:+,.2f} before fees"
    return TradeNote(
        key=f"{event.why} {event.symbol} {event.ts_ns}",
        ts_ns=event.ts_ns,
        is_exit=True,
        text=text,
        why=event.why,
        figures={"realised": float(realised)},
    )
