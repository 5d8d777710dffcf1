"""Technical studies of one instrument, and the signals of all, worked out in threads for all who ask."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.analytics.signals import find_signals
from quantdeck.analytics.signals.board import board_rows, signal_board
from quantdeck.analytics.technical_study import (
    Chosen,
    GrowingBar,
    TechnicalChoices,
    TechnicalStudy,
    candles_of,
    study_technical,
)
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import NO_PRICES
from quantdeck.hub.shared_work import SharedWork
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import NoData, VenueError
from quantdeck.model.history import Adjustment

if TYPE_CHECKING:
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.signals.board import BoardRow
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.price_book import PriceBook

LIVE_FRESH_NS = 1_000_000_000
"""So long a study of bars that are captured stands. [ns]"""
LIVE_BOARD_NS = 10_000_000_000
"""So long a board of bars that are captured stands. [ns]"""
LIVE_ROWS = 2000
"""Captured bars that are read at most: enough that where they begin no longer matters."""
BOARD_ROWS = 800
"""Bars of a symbol that a board reads: every rule has settled by the older half of them."""
BOARD_NEWEST = 50
"""Signals of one symbol on a board at most."""
_KEPT_NS = 3_600_000_000_000
_STALE_NS = 5 * LIVE_FRESH_NS


@dataclass(frozen=True, slots=True)
class TechnicalQuestion:
    """What is asked of one symbol.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval : str
        ``1d``, ``1h``, ``5m``, ``1m`` or ``1s``.
    choices : TechnicalChoices
        Indicators, rules, bars shown.
    adjustment : Adjustment
        Of the prices.
    """

    symbol: str
    interval: str = "1d"
    choices: TechnicalChoices = field(default_factory=TechnicalChoices)
    adjustment: Adjustment = Adjustment.SPLIT

    @property
    def prices(self) -> SeriesQuestion:
        """What is asked of the price book."""
        rows = LIVE_ROWS if self.interval in TIMEFRAMES else None
        return SeriesQuestion(self.symbol, self.interval, rows, self.adjustment)


@dataclass(frozen=True, slots=True)
class BoardQuestion:
    """What is asked of all symbols together.

    Parameters
    ----------
    interval : str
        As in `TechnicalQuestion`.
    rules : tuple of Chosen or None
        Signals looked for; None for every rule at its defaults.
    symbols : tuple of str
        Canonical symbols; empty for all that have bars of the interval.
    adjustment : Adjustment
        Of the prices.
    """

    interval: str = "1d"
    rules: tuple[Chosen, ...] | None = None
    symbols: tuple[str, ...] = ()
    adjustment: Adjustment = Adjustment.SPLIT


@dataclass(frozen=True, slots=True, eq=False)
class SignalBoard:
    """The newest signals of many symbols.

    Parameters
    ----------
    question : BoardQuestion
        What was asked.
    rows : tuple of BoardRow
        Newest confirmation first.
    series : tuple of PriceSeries
        The prices that were looked at.
    unanswered : tuple of (str, str)
        Symbols without prices, and why.
    """

    question: BoardQuestion
    rows: tuple[BoardRow, ...]
    series: tuple[PriceSeries, ...]
    unanswered: tuple[tuple[str, str], ...]


class TechnicalDesk:
    """Answers technical questions. Owned by `quantdeck.hub.technical_answers.TechnicalAnswers`.

    A question is worked out once for all who ask it: of histories anew when the book of prices has
    changed, of captured bars at most once a second.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        now_ns = machine.clock.monotonic_ns
        self._turn = asyncio.Lock()
        self._kept = SharedWork[Hashable, TechnicalStudy](now_ns, fresh_ns=_KEPT_NS)
        self._live = SharedWork[Hashable, TechnicalStudy](now_ns, fresh_ns=LIVE_FRESH_NS)
        self._boards = SharedWork[Hashable, SignalBoard](now_ns, fresh_ns=_KEPT_NS)
        self._live_boards = SharedWork[Hashable, SignalBoard](now_ns, fresh_ns=LIVE_BOARD_NS)

    @property
    def prices(self) -> PriceBook:
        """The prices.

        Raises
        ------
        NoData
            If the machine has none.
        """
        if self._machine.prices is None:
            raise NoData(NO_PRICES)
        return self._machine.prices

    @property
    def revision(self) -> Hashable:
        """Changes with every answer, and with the prices."""
        works = (self._kept, self._live, self._boards, self._live_boards)
        prices = self._machine.prices
        return 0 if prices is None else prices.revision, sum(work.made for work in works)

    def known(self, question: TechnicalQuestion) -> TechnicalStudy | None:
        """Return the study if there is one that still stands.

        Of captured bars it may be the one before, for some seconds, while the next one is made.
        """
        if question.interval not in TIMEFRAMES:
            return self._kept.known((question, self.prices.revision))
        found = self._live.known(question, within_ns=_STALE_NS)
        if found is not None:
            self._live.begin(question, lambda: self._study(question))
        return found

    async def study(self, question: TechnicalQuestion) -> TechnicalStudy:
        """Return the study that still stands, or a new one.

        Raises
        ------
        BadInput
            If there is no such interval, indicator or rule, or a parameter is wrong.
        NoData
            If there are no prices of the symbol; the message names what there is.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        if question.interval in TIMEFRAMES:
            return await self._live.get(question, lambda: self._study(question))
        key = question, self.prices.revision
        return await self._kept.get(key, lambda: self._study(question))

    def known_board(self, question: BoardQuestion) -> SignalBoard | None:
        """Return the board if there is one that still stands."""
        if question.interval not in TIMEFRAMES:
            return self._boards.known((question, self.prices.revision))
        found = self._live_boards.known(question, within_ns=2 * LIVE_BOARD_NS)
        if found is not None:
            self._live_boards.begin(question, lambda: self._board(question))
        return found

    async def board(self, question: BoardQuestion) -> SignalBoard:
        """Return the newest signals of all symbols: those that still stand, or new ones.

        Raises
        ------
        BadInput
            If there is no such interval or rule, or a parameter is wrong.
        NoData
            If no symbol has bars of the interval.
        """
        if question.interval in TIMEFRAMES:
            return await self._live_boards.get(question, lambda: self._board(question))
        key = question, self.prices.revision
        return await self._boards.get(key, lambda: self._board(question))

    async def _study(self, question: TechnicalQuestion) -> TechnicalStudy:
        series = await self.prices.series(question.prices)
        async with self._turn:
            growing = self._growing(question, series)
            return await asyncio.to_thread(
                study_technical, series, question.choices, growing=growing
            )

    def _growing(self, question: TechnicalQuestion, series: PriceSeries) -> GrowingBar | None:
        state = self._machine.state
        if question.interval not in TIMEFRAMES or len(series) == 0:
            return None
        number = state.instruments.id_of(question.symbol)
        bars = state.books[question.interval].bars(number, 1)
        if len(bars) == 0 or bars.start_ns[-1] <= series.start_ns[-1]:
            return None
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        return GrowingBar(int(bars.start_ns[-1]), *(float(column[-1]) for column in columns))

    async def _board(self, question: BoardQuestion) -> SignalBoard:
        symbols = question.symbols or self._symbols(question.interval)
        if not symbols:
            raise NoData(f"no symbol has bars of {question.interval}")
        found: list[tuple[PriceSeries, tuple[BoardRow, ...]]] = []
        unanswered: list[tuple[str, str]] = []
        for symbol in symbols:
            wanted = SeriesQuestion(symbol, question.interval, BOARD_ROWS, question.adjustment)
            try:
                series = await self.prices.series(wanted)
                async with self._turn:
                    rows = await asyncio.to_thread(_rows_of, series, question.rules)
            except (NoData, VenueError) as error:
                unanswered.append((symbol, str(error)))
            else:
                found.append((series, rows))
        return SignalBoard(
            question,
            await asyncio.to_thread(signal_board, [rows for _, rows in found]),
            tuple(series for series, _ in found),
            tuple(unanswered),
        )

    def _symbols(self, interval: str) -> tuple[str, ...]:
        choices = self.prices.choices()
        return choices.captured if interval in TIMEFRAMES else choices.symbols


def _rows_of(series: PriceSeries, rules: tuple[Chosen, ...] | None) -> tuple[BoardRow, ...]:
    if len(series) == 0:
        raise NoData(f"{series.symbol}: there are no bars of {series.interval} yet")
    given = None if rules is None else {rule.name: dict(rule.parameters) for rule in rules}
    report = find_signals(candles_of(series), given)
    return board_rows(series, report.signals, newest=BOARD_NEWEST)
