"""Prices for a process that captures nothing: of years as they are kept, of minutes from the tape."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.price_series import PriceSeries
from quantdeck.hub.captured_prices import named
from quantdeck.hub.shared_work import SharedWork
from quantdeck.hub.taped_bars import TapedBars
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import NoData
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.views.price_state import prices_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.hub.machine import Machine
    from quantdeck.hub.price_book import PriceBook, SeriesQuestion
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.model.history import CorporateAction
    from quantdeck.ports.history import KeptHistory
    from quantdeck.ports.tape import Coverage
    from quantdeck.views.payloads import PanelState
    from quantdeck.views.price_choices import PriceChoices

MOST_BARS = 2_000
"""Bars read where a question names no number."""
_FRESH_NS = 2_000_000_000
_EXECUTIONS = (Kind.TRADE, Kind.AGG_TRADE)


class TapedPrices:
    """Fulfils `quantdeck.hub.price_book.PriceBook` beside the process that writes the tape.

    Parameters
    ----------
    kept : PriceBook
        Prices of years.
    machine : Machine
        Its tape and its clock.
    """

    def __init__(self, kept: PriceBook, machine: Machine) -> None:
        self._kept = kept
        self._machine = machine
        self._taped = TapedBars(machine.reader)
        self._read = SharedWork["SeriesQuestion", PriceSeries](
            machine.clock.monotonic_ns, fresh_ns=_FRESH_NS
        )

    @property
    def revision(self) -> int:
        """Changes whenever any history has."""
        return self._kept.revision

    def run(self, supervisor: Supervisor) -> None:
        """Start to read and to refresh histories; returns at once."""
        self._kept.run(supervisor)

    def choices(self) -> PriceChoices:
        """Return what there is prices of years of."""
        return self._kept.choices()

    def kept(self) -> Sequence[KeptHistory]:
        """Return what is kept on the disk, by symbol, interval and source."""
        return self._kept.kept()

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Return the splits and dividends of the daily bars in memory, oldest first."""
        return self._kept.actions(symbol)

    def known(self, question: SeriesQuestion) -> PriceSeries | None:
        """Return prices from memory; those of minutes as they were read a moment ago."""
        if question.interval not in TIMEFRAMES:
            return self._kept.known(question)
        return self._read.known(question)

    async def series(self, question: SeriesQuestion) -> PriceSeries:
        """Return prices; see `quantdeck.hub.price_book.PriceBook.series`.

        Raises
        ------
        BadInput
            If there is no such interval, or too many executions are behind so many bars.
        NoData
            If there is nothing of the symbol.
        StoreError
            If the tape cannot be read.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        if question.interval not in TIMEFRAMES:
            return await self._kept.series(question)
        return await self._read.get(question, lambda: asyncio.to_thread(self._from_tape, question))

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted."""
        if all(each.interval not in TIMEFRAMES for each in series):
            return self._kept.state(series)
        machine = self._machine
        return prices_state(series, now_ns=machine.now_ns(), mode=machine.mode, closes=None)

    def _from_tape(self, question: SeriesQuestion) -> PriceSeries:
        symbol, interval_ns = question.symbol, TIMEFRAMES[question.interval]
        coverage = [c for c in self._machine.reader.coverage() if c.kind in _EXECUTIONS]
        streams = [c for c in coverage if c.symbol == symbol]
        if not streams:
            known = dict.fromkeys(c.symbol for c in coverage)
            raise NoData(f"no execution of {symbol} is on the tape; {named(symbol, known)}")
        wanted = MOST_BARS if question.bars is None else question.bars
        # The newest may still grow.
        found = self._taped.newest(symbol, interval_ns, None, wanted + 1)
        ended = int(
            np.searchsorted(found.start_ns + interval_ns, self._machine.now_ns(), side="right")
        )
        bars = found[max(0, ended - wanted) : ended]
        newest: Coverage = max(streams, key=lambda c: c.last_ns)
        return PriceSeries(
            symbol=symbol,
            interval=question.interval,
            interval_ns=interval_ns,
            start_ns=bars.start_ns,
            open=bars.open,
            high=bars.high,
            low=bars.low,
            close=bars.close,
            volume=bars.volume,
            raw_close=bars.close,
            calendar="XNYS" if venue_of(symbol) == UNDERLYING_VENUE else "24/7",
            source=newest.source,
            delay=Delay(newest.delay),
        )
