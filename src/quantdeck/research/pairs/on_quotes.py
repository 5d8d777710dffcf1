"""Backtest of a pair on recorded quotes, by the very code that trades it on paper."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.research.pairs.session import PairSession
from quantdeck.trading import journal
from quantdeck.trading.account import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quantdeck.model.events import Batch
    from quantdeck.research.pairs.plan import PairPlan
    from quantdeck.research.pairs.session import PairCounts, PairRow
    from quantdeck.research.pairs.trader import Decision
    from quantdeck.trading.books import Top
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.tickets import Ticket

# Looked at together: small portions cost more than they hold.
_AT_ONCE = 20_000


class MemoryBook:
    """An account that lives as long as the process; fulfils `quantdeck.research.pairs.session.Book`.

    Parameters
    ----------
    cash : Decimal
        Deposited at first. [currency]
    ts_ns : int
        When, UTC. [ns]
    """

    def __init__(self, cash: Decimal, *, ts_ns: int = 0) -> None:
        self.events: list[journal.AnyEvent] = []
        self._account = Account()
        self.commit(lambda _: [opening(cash, ts_ns=ts_ns)])

    @property
    def account(self) -> Account:
        """The account as it stands, for reading."""
        return self._account

    def commit(
        self, decide: Callable[[Account], list[journal.AnyEvent]]
    ) -> Sequence[journal.AnyEvent]:
        """Apply what is decided."""
        events = decide(self._account)
        for event in events:
            self._account.apply(event)
        self.events += events
        return events


@dataclass(frozen=True, slots=True)
class QuoteBacktest:
    """What trading on recorded quotes came to.

    Parameters
    ----------
    account : Account
        At the end.
    events : tuple of Event
        All of the account, the deposit first.
    decisions : tuple of Decision
        In order.
    counts : PairCounts
        What was met.
    rows : tuple of PairRow
        What decided them.
    tops : mapping of str to Top
        The last quotes.
    """

    account: Account
    events: tuple[journal.AnyEvent, ...]
    decisions: tuple[Decision, ...]
    counts: PairCounts
    rows: tuple[PairRow, ...]
    tops: Mapping[str, Top]


def opening(cash: Decimal, *, ts_ns: int = 0) -> journal.Deposited:
    """Return the event that opens an account.

    Parameters
    ----------
    cash : Decimal
        Deposited. [currency]
    ts_ns : int
        When, UTC. [ns]

    Returns
    -------
    Deposited
    """
    return journal.Deposited(ts_ns=ts_ns, money=cash, note="capital")


class QuoteBacktester:
    """Trades a pair over recorded events that are handed in as they are read.

    Parameters
    ----------
    plan : PairPlan
        What is traded.
    cash : Decimal
        Deposited at first. [currency]
    refuse : callable or None
        As of `PairSession`.
    """

    def __init__(
        self,
        plan: PairPlan,
        *,
        cash: Decimal = Decimal(100_000),
        refuse: Callable[[Account, Ticket, Mapping[str, Top]], Refusal | None] | None = None,
    ) -> None:
        self._plan = plan
        self._book = MemoryBook(cash)
        self._rows: list[PairRow] = []
        self._session = PairSession(plan, self._book, refuse=refuse, on_row=self._rows.append)
        self._waiting = 0

    def take(self, symbols: Sequence[str], batch: Batch) -> None:
        """Take in a batch, to be looked at by `advance`.

        Parameters
        ----------
        symbols : sequence of str
            Canonical symbols by id.
        batch : Batch
            Of any symbols.
        """
        self._session.take(batch.kind, batch.rows, legs=legs_of(symbols, self._plan))
        self._waiting += len(batch.rows)

    def advance(self) -> None:
        """Trade on what was handed in, once it is much; nothing received before may follow."""
        if self._waiting >= _AT_ONCE:
            self._session.advance(self._session.newest_ns)
            self._waiting = 0

    def result(self) -> QuoteBacktest:
        """Return what it came to; nothing more may be handed in."""
        session = self._session
        session.advance(None)
        return QuoteBacktest(
            self._book.account,
            tuple(self._book.events),
            tuple(session.decisions),
            session.counts,
            tuple(self._rows),
            session.tops,
        )


def backtest_on_quotes(
    batches: Iterable[tuple[list[str], Batch]],
    plan: PairPlan,
    *,
    cash: Decimal = Decimal(100_000),
    refuse: Callable[[Account, Ticket, Mapping[str, Top]], Refusal | None] | None = None,
) -> QuoteBacktest:
    """Trade a pair over recorded executions and quotes.

    Parameters
    ----------
    batches : iterable of (list of str, Batch)
        Symbols of the ids and rows, in the order of receipt, as `quantdeck.ports.tape.TapeReader.replay`
        gives them.
    plan : PairPlan
        What is traded.
    cash : Decimal
        Deposited at first. [currency]
    refuse : callable or None
        As of `PairSession`.

    Returns
    -------
    QuoteBacktest
        A position that is open at the end stays open.
    """
    tester = QuoteBacktester(plan, cash=cash, refuse=refuse)
    for symbols, batch in batches:
        tester.take(symbols, batch)
        tester.advance()
    return tester.result()


def legs_of(symbols: Sequence[str], plan: PairPlan) -> tuple[int, int]:
    """Return the ids of y and x among these symbols; -1 for one that is not there.

    Parameters
    ----------
    symbols : sequence of str
        Canonical symbols by id.
    plan : PairPlan
        The pair.

    Returns
    -------
    tuple of two int
    """
    y, x = (symbols.index(s) if s in symbols else -1 for s in (plan.y, plan.x))
    return y, x
