"""What falls due on what is held: funding, dividends, splits and the end of options, as events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.history import ActionKind
from quantdeck.model.instruments import InstrumentKind
from quantdeck.model.options import Settlement
from quantdeck.trading import broker, journal
from quantdeck.trading.ledger import EntryKind
from quantdeck.trading.money import EXACT, exact

if TYPE_CHECKING:
    from quantdeck.hub.paper_market import PaperMarket
    from quantdeck.model.history import CorporateAction
    from quantdeck.trading.account import Account
    from quantdeck.trading.ledger import Position
    from quantdeck.trading.terms import Terms

SETTLE_WITHIN_NS = 900_000_000_000
"""A price of the underlying that close to the expiry stands for the settlement price. [ns]"""

_ZERO = Decimal(0)
_LATEST_FUNDING_NS = 600_000_000_000


@dataclass(frozen=True, slots=True)
class _Funding:
    due_ns: int
    rate: float
    mark: float


@dataclass(slots=True)
class Carry:
    """Remembers what funding and settlement need. Owned by a `quantdeck.hub.paper_desk.PaperDesk`.

    Attributes
    ----------
    missing : list of str
        Underlyings of ended options that have no settlement price yet.
    """

    missing: list[str] = field(default_factory=list[str])
    _funding: dict[str, _Funding] = field(default_factory=dict[str, _Funding])
    _pending: dict[tuple[str, int], _Funding] = field(
        default_factory=dict[tuple[str, int], _Funding]
    )
    _spots: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])

    def observe(self, account: Account, market: PaperMarket, now_ns: int) -> None:
        """Remember marks, rates and prices of underlyings that something may soon be due by.

        Parameters
        ----------
        account : Account
            What is held.
        market : PaperMarket
            What is known.
        now_ns : int
            The time, UTC. [ns]
        """
        held = account.positions()
        self._funding = {s: seen for s, seen in self._funding.items() if s in held}
        for symbol in held:
            terms = account.terms(symbol)
            if terms.kind is InstrumentKind.PERPETUAL:
                self._see_funding(symbol, market, now_ns)
            elif terms.kind is InstrumentKind.OPTION and terms.expires_ns is not None:
                self._see_spot(terms, terms.expires_ns, market, now_ns)

    def due(self, account: Account, market: PaperMarket, now_ns: int) -> list[journal.AnyEvent]:
        """Return what fell due by now and was not taken yet; changes nothing.

        Parameters
        ----------
        account : Account
            What is held.
        market : PaperMarket
            What is known.
        now_ns : int
            The time, UTC. [ns]

        Returns
        -------
        list of Event
            Funding by the mark and rate seen last before it was due, splits in front of dividends of the
            same day, and settlements.
        """
        events = self._fundings(account, now_ns)
        events += _actions(account, market, now_ns)
        prices = self._settlement_prices(account, market, now_ns)
        settled, self.missing = broker.settle(account, prices, now_ns=now_ns)
        return events + settled

    def forget(self, account: Account, now_ns: int) -> None:
        """Drop what was taken, and what nobody knows any more after a long sleep."""
        held = account.positions()
        self._pending = {
            key: seen
            for key, seen in self._pending.items()
            if key[0] in held
            and now_ns - seen.due_ns <= _LATEST_FUNDING_NS
            and not account.was_due(journal.Funded, *key)
        }
        self._spots = {symbol: spot for symbol, spot in self._spots.items() if symbol in held}

    def _see_funding(self, symbol: str, market: PaperMarket, now_ns: int) -> None:
        seen = self._funding.get(symbol)
        if seen is not None and seen.due_ns <= now_ns:
            self._pending[symbol, seen.due_ns] = seen
        told = market.perpetual(symbol)
        if told is None or told.funding_rate is None or told.mark_price is None:
            return
        if told.next_funding_ns > now_ns:
            self._funding[symbol] = _Funding(
                told.next_funding_ns, told.funding_rate, told.mark_price
            )

    def _see_spot(self, terms: Terms, ended_ns: int, market: PaperMarket, now_ns: int) -> None:
        if now_ns < ended_ns - SETTLE_WITHIN_NS:
            return
        told = market.price(terms.underlying)
        if told is None or abs(told.ts_ns - ended_ns) > SETTLE_WITHIN_NS:
            return
        # The nearest to the expiry, whether before or after.
        before = self._spots.get(terms.symbol)
        if before is None or abs(told.ts_ns - ended_ns) < abs(before[1] - ended_ns):
            self._spots[terms.symbol] = told.value, told.ts_ns

    def _fundings(self, account: Account, now_ns: int) -> list[journal.AnyEvent]:
        held, ts_ns = account.positions(), max(now_ns, account.last_ns)
        return [
            journal.Funded(
                ts_ns=ts_ns, symbol=symbol, rate=seen.rate, mark=seen.mark, due_ns=due_ns
            )
            for (symbol, due_ns), seen in self._pending.items()
            if symbol in held
            and now_ns - due_ns <= _LATEST_FUNDING_NS
            and not account.was_due(journal.Funded, symbol, due_ns)
        ]

    def _settlement_prices(
        self, account: Account, market: PaperMarket, now_ns: int
    ) -> dict[str, float]:
        found: dict[str, float] = {}
        for symbol in account.positions():
            terms = account.terms(symbol)
            ended_ns = terms.expires_ns
            if terms.kind is not InstrumentKind.OPTION or ended_ns is None or now_ns < ended_ns:
                continue
            near = self._spots.get(symbol)
            price = _settlement_price(market, terms.underlying, ended_ns, near)
            if price is not None:
                found[terms.underlying] = price
        return found


def _settlement_price(
    market: PaperMarket, name: str, ended_ns: int, near: tuple[float, int] | None
) -> float | None:
    day = datetime.fromtimestamp(ended_ns // 10**9, UTC).date()
    closed, spot = market.close_of(name, day), None if near is None else near[0]
    # Of what is settled at the open the close is but a last resort.
    is_close = us_sessions().settlement_ns(day, Settlement.PM) == ended_ns
    first, second = (closed, spot) if is_close else (spot, closed)
    return second if first is None else first


def _actions(account: Account, market: PaperMarket, now_ns: int) -> list[journal.AnyEvent]:
    events: list[journal.AnyEvent] = []
    for symbol, position in account.positions().items():
        if account.terms(symbol).kind is not InstrumentKind.EQUITY:
            continue
        known = [action for action in market.actions(symbol) if action.ex_ns <= now_ns]
        trades = _trades(account, symbol) if known else []
        for action in sorted(known, key=_splits_first):
            kind = journal.Divided if action.kind is ActionKind.SPLIT else journal.Paid
            if account.was_due(kind, symbol, action.ex_ns):
                continue
            since = sum((q for ts_ns, q in trades if ts_ns >= action.ex_ns), _ZERO)
            if not trades or action.ex_ns <= trades[0][0] or position.quantity == since:
                continue
            found = _event_of(action, account, position, since, now_ns)
            if found is None:
                continue
            events.append(found)
            if isinstance(found, journal.Divided):
                events += _cancelled(account, symbol, action.ex_ns, found.ts_ns)
            # One at a time: what the next one is due on depends on it.
            break
    return events


def _splits_first(action: CorporateAction) -> tuple[int, bool]:
    return action.ex_ns, action.kind is not ActionKind.SPLIT


def _trades(account: Account, symbol: str) -> list[tuple[int, Decimal]]:
    return [
        (entry.ts_ns, entry.quantity)
        for entry in account.ledger.entries
        if entry.symbol == symbol and entry.kind is EntryKind.TRADE
    ]


def _event_of(
    action: CorporateAction, account: Account, position: Position, since: Decimal, now_ns: int
) -> journal.AnyEvent | None:
    # What was held in front of that day is entitled; what was traded since is in new shares already, and
    # for what is held now the event is scaled so that both together come out right.
    ts_ns, value = max(now_ns, account.last_ns), exact(action.value, "an action")
    quantity, symbol = position.quantity, position.symbol
    entitled = EXACT.multiply(EXACT.subtract(quantity, since), value)
    if action.kind is ActionKind.SPLIT:
        ratio = EXACT.divide(EXACT.add(entitled, since), quantity)
        if ratio <= 0:
            return None
        return journal.Divided(ts_ns=ts_ns, symbol=symbol, ratio=ratio, due_ns=action.ex_ns)
    per_unit = float(EXACT.divide(entitled, quantity))
    return journal.Paid(ts_ns=ts_ns, symbol=symbol, per_unit=per_unit, due_ns=action.ex_ns)


def _cancelled(account: Account, symbol: str, ex_ns: int, ts_ns: int) -> list[journal.AnyEvent]:
    return [
        journal.Cancelled(
            ts_ns=ts_ns, order_id=order.ticket.id, why=f"{symbol} was split; place it anew"
        )
        for order in account.open_orders()
        if order.ticket.placed_ns < ex_ns and any(leg.symbol == symbol for leg in order.ticket.legs)
    ]
