"""A pair traded on quotes: orders of what its bars decide, filled at what the market showed.

Events are taken in the order of their receipt, and nothing else counts: neither the portions they came in
nor the clock of this machine. So a backtest of a recording, its replay and the live market are one code,
and give the same orders and fills for the same events.

- **Bars** are of the executions, by the venue's stamps, as everywhere else. A bar has closed at the
  first event, of either leg, that is stamped `wait_ns` or more after its end; executions of it that are
  received later are counted, and change no decision. A row is a bar that both legs have.
- **Orders** are placed at that event: of each leg one market order, good till cancelled. They trade at
  once against the newest quotes, at the side that is crossed, made worse by slippage, up to the size
  shown; what is left trades with the next quotes. A quote that is older than `fresh_s` fills nothing.
- **To leave** is to cancel what is open and to trade back what was filled, no more. Where that was
  refused, by the kill switch, it is tried again with every row.
- **Names** of orders are those of pair, bar, decision and leg, so that the same decision twice is one
  order.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from quantdeck.live.bars import BarBook
from quantdeck.model.events import TRADE_DTYPE
from quantdeck.research.pairs.arrivals import Arrivals
from quantdeck.research.pairs.tickets import (
    closing_tickets,
    entry_tickets,
    held_by,
    last_decision,
    package_of,
)
from quantdeck.research.pairs.trader import PairTrader
from quantdeck.trading import broker, journal
from quantdeck.trading.books import Top
from quantdeck.trading.guard import Refusal
from quantdeck.trading.matching import Market, ShownSizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.types import IntArray
    from quantdeck.model.events import Kind, Rows
    from quantdeck.research.pairs.arrivals import Arrived
    from quantdeck.research.pairs.plan import PairPlan
    from quantdeck.research.pairs.trader import Decision
    from quantdeck.trading.account import Account, Standing
    from quantdeck.trading.tickets import Ticket

_BARS = 512
_DECISIONS = 10_000


class Book(Protocol):
    """An account that events are decided for: kept first, applied then."""

    @property
    def account(self) -> Account:
        """The account as it stands, for reading."""
        ...

    def commit(
        self, decide: Callable[[Account], list[journal.AnyEvent]]
    ) -> Sequence[journal.AnyEvent]:
        """Keep what is decided, then apply it."""
        ...


@dataclass(slots=True)
class PairCounts:
    """What a session has met.

    Parameters
    ----------
    rows : int
        Bars that both legs had.
    late : int
        Executions received after their bar had decided.
    """

    rows: int = 0
    late: int = 0


class PairRow(NamedTuple):
    """A bar that both legs have.

    Parameters
    ----------
    start_ns : int
        Its start, UTC. [ns]
    y, x, y_open, x_open : float
        Closes and opens. [currency]
    """

    start_ns: int
    y: float
    x: float
    y_open: float
    x_open: float


class PairSession:
    """One pair on one account. Owned by one thread.

    Parameters
    ----------
    plan : PairPlan
        What is traded.
    book : Book
        The account. Decisions and orders of an earlier session on it are gone on from.
    refuse : callable or None
        Given the account, both legs as one ticket, and the quotes: why a trade is not opened. By
        default the kill switch alone.
    history : callable or None
        Given the start of the first bar of its own, returns rows before it (starts, closes of y, closes
        of x), which decide nothing.
    on_row : callable or None
        Given every row before it decides.

    Attributes
    ----------
    counts : PairCounts
        What was met.
    waiting : dict of str to str
        Why an order of its own does not trade, by its name.
    decisions : deque of Decision
        The newest 10,000, in order.
    """

    def __init__(
        self,
        plan: PairPlan,
        book: Book,
        *,
        refuse: Callable[[Account, Ticket, Mapping[str, Top]], Refusal | None] | None = None,
        history: Callable[[int], Sequence[tuple[int, float, float]]] | None = None,
        on_row: Callable[[PairRow], None] | None = None,
    ) -> None:
        self.plan = plan
        self.book = book
        self.trader = PairTrader(plan.rules, last=last_decision(book.account, plan.strategy))
        self.counts = PairCounts()
        self.waiting: dict[str, str] = {}
        self.decisions: deque[Decision] = deque(maxlen=_DECISIONS)
        self._refuse = refuse or _kill_switch
        self._history = history
        self._on_row = on_row
        self._arrivals = Arrivals()
        self._bars = BarBook(plan.interval_ns, _BARS)
        self._tops: dict[str, Top] = {}
        self._shown = ShownSizes()
        # End of the bar that closes next, and of the newest that has.
        self._next_ns = self._closed_ns = 0
        self._given_ns = -1
        self._is_flat = False

    def take(self, kind: Kind, rows: Rows, *, legs: tuple[int, int]) -> None:
        """Take in events of any symbols, to be looked at by `advance`.

        Parameters
        ----------
        kind : Kind
            Of event.
        rows : structured array of shape (n,)
            The events.
        legs : tuple of two int
            Ids of y and x in these rows; -1 for one that is not known.
        """
        self._arrivals.add(kind, rows, legs=legs)

    @property
    def newest_ns(self) -> int:
        """Receipt of the newest event taken in, UTC. [ns]."""
        return self._arrivals.newest_ns

    @property
    def tops(self) -> Mapping[str, Top]:
        """Return the newest quotes, by symbol."""
        return self._tops

    def advance(self, until_ns: int | None) -> None:
        """Trade on what was received before a time.

        Parameters
        ----------
        until_ns : int or None
            Nothing that is taken in later may have been received before it; None for all there is,
            where nothing follows. UTC. [ns]

        Raises
        ------
        StoreError
            If the account cannot be kept.
        """
        if self._arrivals.waiting:
            self._run(self._arrivals.before(until_ns))

    def _run(self, events: Arrived) -> None:
        if not len(events):
            return
        step = self.plan.interval_ns
        if not self._next_ns:
            self._next_ns = (int(events.ts_event[0]) // step + 1) * step
            self._learn(self._next_ns - step)
        at = 0
        while at < len(events):
            is_due = events.ts_event[at:] >= self._next_ns + self.plan.wait_ns
            due = at + int(is_due.argmax()) if is_due.any() else len(events)
            stop = min(due + 1, len(events))
            self._pass(events, at, stop)
            if due < len(events):
                closed_ns = (int(events.ts_event[due]) - self.plan.wait_ns) // step * step
                self._close(closed_ns, int(events.ts_recv[due]))
                self._next_ns = closed_ns + step
            at = stop

    def _pass(self, events: Arrived, start: int, stop: int) -> None:
        rows = np.arange(start, stop)
        is_quote = events.is_quote[start:stop]
        self._fold(events, rows[~is_quote])
        quotes = rows[is_quote]
        at = 0
        while at < len(quotes) and self._has_open():
            self._show(events, quotes[at])
            self._work(int(events.ts_recv[quotes[at]]))
            at += 1
        # While nothing is to be traded, only the newest quote of each leg is of use.
        rest = quotes[at:]
        for leg in (0, 1):
            of_leg = rest[events.leg[rest] == leg]
            if len(of_leg):
                self._show(events, of_leg[-1])

    def _fold(self, events: Arrived, rows: IntArray) -> None:
        ticks = np.zeros(len(rows), TRADE_DTYPE)
        ticks["ts_event"], ticks["seq"] = events.ts_event[rows], events.seq[rows]
        ticks["price"], ticks["size"] = events.values[rows, 0], events.values[rows, 1]
        ticks["symbol"] = events.leg[rows]
        self.counts.late += int(np.count_nonzero(ticks["ts_event"] < self._closed_ns))
        self._bars.update(ticks)

    def _show(self, events: Arrived, row: int) -> None:
        symbol = self.plan.x if events.leg[row] else self.plan.y
        bid, ask, bid_size, ask_size = (
            None if np.isnan(value) else value for value in events.values[row].tolist()
        )
        ts_ns = int(events.ts_recv[row])
        self._tops[symbol] = Top(symbol, ts_ns, bid, ask, bid_size, ask_size)

    def _learn(self, first_ns: int) -> None:
        for start_ns, y, x in self._history(first_ns) if self._history else ():
            self.trader.learn(start_ns, y, x)
            self._given_ns = start_ns

    def _close(self, closed_ns: int, now_ns: int) -> None:
        self._closed_ns = closed_ns
        for row in self._new_rows(closed_ns):
            self._given_ns = row.start_ns
            self.counts.rows += 1
            if self._on_row is not None:
                self._on_row(row)
            decision = self.trader.decide(row.start_ns, row.y, row.x)
            if decision is None:
                self._tidy(row.start_ns, now_ns)
                continue
            self.decisions.append(decision)
            self._is_flat = False
            if decision.why == "entry":
                self._enter(decision, now_ns)
            else:
                self._leave(decision.start_ns, decision.why, decision.zscore, now_ns)
        self._work(now_ns)

    def _new_rows(self, closed_ns: int) -> list[PairRow]:
        y, x = self._bars.bars(0), self._bars.bars(1)
        common, at_y, at_x = np.intersect1d(
            y.start_ns, x.start_ns, assume_unique=True, return_indices=True
        )
        is_new = (common > self._given_ns) & (common + self.plan.interval_ns <= closed_ns)
        rows = zip(
            common[is_new].tolist(),
            y.close[at_y[is_new]].tolist(),
            x.close[at_x[is_new]].tolist(),
            y.open[at_y[is_new]].tolist(),
            x.open[at_x[is_new]].tolist(),
            strict=True,
        )
        return [PairRow(*row) for row in rows]

    def _enter(self, decision: Decision, now_ns: int) -> None:
        plan, tops = self.plan, dict(self._tops)
        tickets = entry_tickets(plan, decision, now_ns)

        def decide(account: Account) -> list[journal.AnyEvent]:
            if any(account.knows(ticket.id) for ticket in tickets):
                return []
            ts_ns = max(now_ns, account.last_ns)
            # Both legs are weighed together, and taken or refused together.
            found = self._refuse(account, package_of(plan, tickets), tops)
            if found is not None:
                return [
                    journal.Refused(ts_ns=ts_ns, ticket=each, limit=found.limit, why=found.why)
                    for each in tickets
                ]
            return self._placed(tickets, ts_ns)

        self.book.commit(decide)

    def _leave(self, start_ns: int, why: str, zscore: float, now_ns: int) -> None:
        plan = self.plan

        def decide(account: Account) -> list[journal.AnyEvent]:
            ts_ns = max(now_ns, account.last_ns)
            events: list[journal.AnyEvent] = [
                journal.Cancelled(
                    ts_ns=ts_ns, order_id=order.ticket.id, why=f"the pair is left: {why}"
                )
                for order in self._open(account)
            ]
            held = held_by(account, plan.strategy)
            tickets = closing_tickets(plan, held, start_ns, why, zscore, now_ns)
            tickets = [each for each in tickets if not account.knows(each.id)]
            if account.halted and tickets:
                refused = _kill_switch(account, tickets[0], {})
                said = "" if refused is None else refused.why
                return [
                    *events,
                    *(
                        journal.Refused(ts_ns=ts_ns, ticket=each, limit="kill_switch", why=said)
                        for each in tickets
                    ),
                ]
            return [*events, *self._placed(tickets, ts_ns)]

        self.book.commit(decide)

    def _tidy(self, start_ns: int, now_ns: int) -> None:
        account = self.book.account
        if self._is_flat or self.trader.side or account.halted or self._has_open():
            return
        if held_by(account, self.plan.strategy):
            self._leave(start_ns, "rest", np.nan, now_ns)
        else:
            # To look through all orders with every bar would take longer by the day.
            self._is_flat = True

    def _placed(self, tickets: Sequence[Ticket], ts_ns: int) -> list[journal.AnyEvent]:
        terms = self.plan.terms
        return [
            journal.Placed(ts_ns=ts_ns, ticket=each, terms=(terms[each.legs[0].symbol],))
            for each in tickets
        ]

    def _work(self, now_ns: int) -> None:
        if not self._has_open():
            self.waiting = {}
            return

        def decide(account: Account) -> list[journal.AnyEvent]:
            shown = self._shown.copy()
            market = Market(
                tops=self._tops,
                terms=self.plan.terms,
                costs=self.plan.costs,
                now_ns=max(now_ns, account.last_ns),
                fresh_s=self.plan.fresh_s,
                shown=shown,
            )
            events, self.waiting = broker.work(account, market, mine=self._is_mine)
            taken.append(shown)
            return events

        taken: list[ShownSizes] = []
        self.book.commit(decide)
        self._shown = taken[-1]

    def _is_mine(self, ticket: Ticket) -> bool:
        return ticket.strategy == self.plan.strategy

    def _open(self, account: Account) -> list[Standing]:
        return [order for order in account.open_orders() if self._is_mine(order.ticket)]

    def _has_open(self) -> bool:
        return any(self._is_mine(order.ticket) for order in self.book.account.open_orders())


def _kill_switch(account: Account, _: Ticket, __: Mapping[str, Top]) -> Refusal | None:
    if not account.halted:
        return None
    return Refusal("kill_switch", f"trading is halted: {account.halted}")
