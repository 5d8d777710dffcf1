"""What is known now: bars, ticks and the board of every symbol, kept up batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.live.bars import TIMEFRAMES, BarBooks
from quantdeck.live.board import Board
from quantdeck.live.funding import FundingIntervals
from quantdeck.live.pair_state import PairState
from quantdeck.live.ticks import TickBook
from quantdeck.model.errors import NoData
from quantdeck.model.events import Kind

if TYPE_CHECKING:
    from quantdeck.live.pair_state import PairQuestion
    from quantdeck.model.events import Rows
    from quantdeck.model.instruments import InstrumentTable

_PAIRS_KEPT = 32


class LiveState:
    """Live state of all symbols. Owned by the machine and fed by its lanes.

    Parameters
    ----------
    instruments : InstrumentTable
        Ids of symbols.
    bars_kept : int
        Bars kept per symbol and timeframe.
    """

    def __init__(self, instruments: InstrumentTable, *, bars_kept: int = 7200) -> None:
        self.instruments = instruments
        self.books = BarBooks(capacity=dict.fromkeys(TIMEFRAMES, bars_kept))
        self.ticks = TickBook()
        self.board = Board()
        self.funding = FundingIntervals()
        self.revision = 0
        """Changes with every batch."""
        self._pairs: dict[PairQuestion, PairState] = {}

    def update(self, kind: Kind, rows: Rows) -> None:
        """Take in a batch without duplicates."""
        if kind is Kind.BAR:
            self.books.precede(rows)
        ticks = self.books.update(kind, rows)
        if len(ticks):
            self.ticks.update(ticks)
        self.board.update(kind, rows)
        if kind is Kind.MARK:
            self.funding.update(rows)
        self.revision += 1

    def insert(self, kind: Kind, rows: Rows) -> None:
        """Take in many executions of the past, of one symbol, ordered by time and number."""
        if not len(rows):
            return
        ticks = self.books.insert(kind, rows)
        self.ticks.insert(ticks)
        known = self.board.trade(int(rows["symbol"][0]))
        if known is None or rows["ts_event"][-1] >= known.ts_event:
            self.board.update(kind, rows[-1:])
        self.revision += 1

    def id_of(self, symbol: str) -> int:
        """Return the id of a canonical symbol of which something was received.

        Raises
        ------
        NoData
            If nothing was.
        """
        known = self.instruments.symbols()
        symbol_id = known.index(symbol) if symbol in known else -1
        if symbol_id < 0 or self.board.last_recv_ns(symbol_id) is None:
            raise NoData(f"nothing was received of {symbol} yet")
        return symbol_id

    def has_bars(self, symbol: str) -> bool:
        """Return whether an execution of a canonical symbol was taken in."""
        known = self.instruments.symbols()
        if symbol not in known:
            return False
        number = known.index(symbol)
        return any(self.books[name].version(number) for name in self.books.timeframes)

    def pair(self, question: PairQuestion) -> PairState:
        """Return the state of a pair; the same one for the same question."""
        state = self._pairs.pop(question, None) or PairState(self.books, self.ticks, question)
        self._pairs[question] = state
        if len(self._pairs) > _PAIRS_KEPT:
            del self._pairs[next(iter(self._pairs))]
        return state
