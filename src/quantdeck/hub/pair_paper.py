"""Pairs that a deck trades on paper: what the lanes bring goes to a session of every pair."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from quantdeck.model.errors import QuantdeckError
from quantdeck.model.events import Kind
from quantdeck.research.pairs.plan import PairPlan, in_lots
from quantdeck.research.pairs.session import PairSession
from quantdeck.research.pairs.wanted import PairNow, PairWanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.hub.supervise import Supervisor
    from quantdeck.live.bars import BarBooks
    from quantdeck.model.events import Rows
    from quantdeck.model.instruments import Instrument, InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.research.pairs.session import Book
    from quantdeck.trading.account import Account
    from quantdeck.trading.books import Top
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket

_KINDS = frozenset({Kind.TRADE, Kind.AGG_TRADE, Kind.QUOTE})
_TURN_S = 0.05
_AGAIN_NS = 10_000_000_000
_PAST_NS = 2_000_000_000


class PairAccount(Protocol):
    """The account that pairs are traded on, and what it knows of instruments."""

    @property
    def book(self) -> Book:
        """The account; called from a thread other than that of the event loop."""
        ...

    @property
    def fresh_s(self) -> float:
        """Age beyond which a quote fills nothing. [s]."""
        ...

    def terms(self, symbol: str, instrument: Instrument | None, /) -> Terms | None:
        """Return the terms of an instrument; None while its vendor has still to describe it."""
        ...

    def costs(self, terms: Terms, rules_costs: Costs, /) -> Costs:
        """Return what trading an instrument costs."""
        ...

    def refuse(
        self, account: Account, ticket: Ticket, tops: Mapping[str, Top], /
    ) -> Refusal | None:
        """Return why both legs of a trade, as one ticket, are not taken."""
        ...


class PairSurroundings(Protocol):
    """What of a machine its pairs need."""

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what a vendor says of a symbol, or None."""
        ...


@dataclass(slots=True)
class _Running:
    wanted: PairWanted
    session: PairSession | None = None
    why: str = "waits for the first event of both legs"
    again_ns: int = 0


class PairPaper:
    """Trades pairs on paper. Owned by the machine, which hands it every batch.

    Sessions run in a thread, one turn after the other: a line may take longer to fit than a page may
    stand still. A session that cannot keep its account is given up and begun anew from what was kept.

    Parameters
    ----------
    wanted : sequence of PairWanted
        The pairs.
    account : PairAccount
        Where they are traded.
    around : PairSurroundings
        Clock and instruments.
    instruments : InstrumentTable
        Ids of symbols.
    books : callable
        Gives the bars that are known, which decide nothing; None for none.
    is_live : bool
        Whether events are received now: those received before the start are passed over then. Of a
        recording everything counts.
    tell : callable or None
        Given what went wrong.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        wanted: Sequence[PairWanted],
        *,
        account: PairAccount,
        around: PairSurroundings,
        instruments: InstrumentTable,
        books: Callable[[], BarBooks] | None = None,
        is_live: bool = True,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._pairs = [_Running(each) for each in wanted]
        self._account = account
        self._around = around
        self._instruments = instruments
        self._books = books
        self._is_live = is_live
        self._tell = tell
        self._began_ns = around.clock.now_ns() if is_live else 0
        self._symbols = sorted({symbol for each in wanted for symbol in (each.y, each.x)})
        self._pending: list[tuple[Kind, Rows]] = []
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopped = False
        self.revision = 0

    def run(self, supervisor: Supervisor) -> None:
        """Start; returns at once."""
        supervisor.start("pairs on paper", self.forever)

    def take(self, kind: Kind, rows: Rows) -> None:
        """Take in a batch; what is of no pair, and what was received before the start, is left out."""
        if kind not in _KINDS:
            return
        ids = [self._instruments.id_of(symbol) for symbol in self._symbols]
        mine = rows[np.isin(rows["symbol"], ids) & (rows["ts_recv"] >= self._began_ns)]
        if len(mine):
            self._pending.append((kind, mine))

    async def forever(self) -> None:
        """Take one turn after the other."""
        while True:
            await self._around.clock.sleep(_TURN_S)
            await self.advance()

    async def advance(self, *, to_end: bool = False) -> None:
        """Trade on what was taken in.

        Parameters
        ----------
        to_end : bool
            Nothing more will come: hold nothing back.
        """
        # Whoever waits may go away meanwhile; what a thread has begun is brought to its end first.
        task = asyncio.create_task(self._one_turn(to_end=to_end))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def stop(self) -> None:
        """Wait for what is being traded, and trade nothing more. Idempotent."""
        async with self._turn:
            self._is_stopped = True

    async def _one_turn(self, *, to_end: bool) -> None:
        async with self._turn:
            if self._is_stopped:
                return
            # Everything received before now has been handed on: lanes do so as they receive.
            until_ns = self._around.clock.now_ns() if self._is_live else None
            for pair in self._pairs:
                self._prepare(pair)
            pending, self._pending = self._pending, []
            if not pending and not to_end:
                return
            for pair in self._pairs:
                if pair.session is not None:
                    await asyncio.to_thread(self._work, pair, pending, until_ns, to_end)
            self.revision += 1

    def now(self) -> list[PairNow]:
        """Return how every pair is doing."""
        return [_now(pair) for pair in self._pairs]

    def sessions(self) -> list[PairSession]:
        """Return the sessions that have begun, for reading between turns."""
        return [pair.session for pair in self._pairs if pair.session is not None]

    def _prepare(self, pair: _Running) -> None:
        now_ns = self._around.clock.monotonic_ns()
        if now_ns < pair.again_ns:
            return
        if pair.session is None:
            pair.session = self._begin(pair)
        elif self._books is not None and _is_learning(pair.session):
            # What was before the capture is fetched while it runs: it spares a pair hours of waiting.
            pair.again_ns = now_ns + _PAST_NS
            if len(self._past(pair.wanted)) > pair.wanted.rules.warm_up:
                pair.session = self._begin(pair)

    def _begin(self, pair: _Running) -> PairSession | None:
        wanted = pair.wanted
        y, x = (
            self._account.terms(symbol, self._around.instrument(symbol))
            for symbol in (wanted.y, wanted.x)
        )
        if y is None or x is None:
            pair.why = "waits for the vendor to describe its instruments"
            return None
        rules = in_lots(wanted.rules, y, x)
        rules = replace(
            rules,
            costs_y=self._account.costs(y, rules.costs_y),
            costs_x=self._account.costs(x, rules.costs_x),
        )
        plan = PairPlan(
            wanted.name,
            wanted.y,
            wanted.x,
            wanted.interval_ns,
            rules,
            {y.symbol: y, x.symbol: x},
            wanted.wait_ns,
            self._account.fresh_s,
        )
        past = self._past(wanted)
        return PairSession(
            plan,
            self._account.book,
            refuse=self._account.refuse,
            history=lambda first_ns: [row for row in past if row[0] < first_ns],
        )

    def _past(self, wanted: PairWanted) -> list[tuple[int, float, float]]:
        if self._books is None:
            return []
        book = self._books()[wanted.timeframe]
        y, x = (book.bars(self._instruments.id_of(symbol)) for symbol in (wanted.y, wanted.x))
        common, at_y, at_x = np.intersect1d(
            y.start_ns, x.start_ns, assume_unique=True, return_indices=True
        )
        closes = y.close[at_y].tolist(), x.close[at_x].tolist()
        return list(zip(common.tolist(), *closes, strict=True))

    def _work(
        self,
        pair: _Running,
        pending: Sequence[tuple[Kind, Rows]],
        until_ns: int | None,
        to_end: bool,  # noqa: FBT001
    ) -> None:
        session = pair.session
        if session is None:
            return
        wanted = pair.wanted
        legs = self._instruments.id_of(wanted.y), self._instruments.id_of(wanted.x)
        for kind, rows in pending:
            session.take(kind, rows, legs=legs)
        try:
            session.advance(None if to_end else until_ns or session.newest_ns)
        except QuantdeckError as error:
            # What it decided may not have been kept: it goes on from what was.
            pair.session, pair.why = None, f"begins anew: {error}"
            pair.again_ns = self._around.clock.monotonic_ns() + _AGAIN_NS
            if self._tell is not None:
                self._tell(f"pair {wanted.name}: {error}; it begins anew from what was kept")


def _is_learning(session: PairSession) -> bool:
    view = session.trader.view
    return not session.trader.side and (view is None or view.rows_short > 0)


def _now(pair: _Running) -> PairNow:
    session = pair.session
    if session is None:
        return PairNow(pair.wanted, pair.why)
    view, counts = session.trader.view, session.counts
    if view is None:
        return PairNow(pair.wanted, pair.why, session.trader.side)
    side = session.trader.side
    state = ("holds nothing", "long the spread", "short the spread")[side]
    if view.rows_short:
        state = f"learns: {view.rows_short} bars are missing"
    return PairNow(
        wanted=pair.wanted,
        state=state,
        side=side,
        zscore=None if np.isnan(view.zscore) else view.zscore,
        hedge_ratio=None if np.isnan(view.hedge_ratio) else view.hedge_ratio,
        bar_ns=view.start_ns,
        rows=counts.rows,
        late=counts.late,
        waiting="; ".join(sorted(set(session.waiting.values()))),
    )
