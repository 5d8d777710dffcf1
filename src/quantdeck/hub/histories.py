"""The prices of years of a machine: read from the store, fetched where missing or old, adjusted."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quantdeck.analytics.adjustment import adjusted
from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.captured_prices import (
    captured_series,
    captured_state,
    captured_symbols,
    named,
)
from quantdeck.hub.history_fetch import KEPT_INTERVALS, HistoryFetcher, Spans
from quantdeck.hub.history_rounds import Rounds
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput, NoData, StoreError, VenueError
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.views.payloads import Mode
from quantdeck.views.price_choices import PriceChoices
from quantdeck.views.price_state import prices_state

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.sessions import Sessions
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.price_book import SeriesQuestion
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.model.history import Adjustment, CorporateAction, History
    from quantdeck.ports.history import HistorySource, HistoryStore, KeptHistory
    from quantdeck.views.payloads import PanelState

MOST_HISTORIES = 128
"""Histories in memory; ten years of hours take a megabyte."""

_FOLLOWED_S = 30.0
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HistoryParts:
    """What prices of years are made of.

    Parameters
    ----------
    store : HistoryStore
        Keeps them.
    sources : mapping of str to HistorySource
        By the venue of the symbols.
    symbols : tuple of str
        Canonical symbols that are followed beside those that are captured.
    benchmark : str
        What others are held against; where empty, the first coin that is captured.
    spans : Spans
        How far back.
    refresh_s : float
        Newer bars are looked for so often. [s]
    fetches : callable
        Whether this process looks for newer bars now; while it does not, what another one keeps is
        read.
    """

    store: HistoryStore
    sources: Mapping[str, HistorySource]
    symbols: tuple[str, ...] = ()
    benchmark: str = ""
    spans: Spans = field(default_factory=Spans)
    refresh_s: float = 900.0
    fetches: Callable[[], bool] = lambda: True


class Histories:
    """Prices by symbol and interval; fulfils `quantdeck.hub.price_book.PriceBook`.

    Owned by the machine, on whose event loop every method runs.

    Parameters
    ----------
    parts : HistoryParts
        What they are made of.
    machine : Machine
        Whose captured bars are offered, too.
    """

    def __init__(self, parts: HistoryParts, machine: Machine) -> None:
        self._parts = parts
        self._machine = machine
        self._fetcher = HistoryFetcher(
            parts.store, parts.sources, spans=parts.spans, clock=machine.clock
        )
        self._rounds = Rounds(self._fetcher, machine.journal)
        self._sessions: Sessions | None = None
        self._kept: dict[_Key, dict[str, KeptHistory]] | None = None
        self._histories: OrderedDict[_Key, History] = OrderedDict()
        self._adjusted: dict[tuple[str, str, Adjustment], PriceSeries] = {}
        self._running: dict[_Key, asyncio.Task[History]] = {}
        self._changes = 0

    @property
    def revision(self) -> int:
        """Changes whenever any history has."""
        return self._changes

    def run(self, supervisor: Supervisor) -> None:
        """Start to read and to refresh; returns at once."""
        if self._machine.mode is not Mode.REPLAY:
            supervisor.start("histories", self._keep_up)

    def kept(self) -> list[KeptHistory]:
        """Return what is kept, by symbol, interval and source, as far as it has been read."""
        every = (self._kept or {}).values()
        return sorted(
            (each for of in every for each in of.values()),
            key=lambda each: (each.symbol, each.interval, each.source),
        )

    def choices(self) -> PriceChoices:
        """Return what there is to choose from."""
        captured = captured_symbols(self._machine)
        symbols = self._followed()
        benchmark = self._parts.benchmark
        if benchmark not in symbols:
            benchmark = next(iter(symbols), "")
        return PriceChoices(tuple(symbols), captured, benchmark)

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Return the splits and dividends of the daily bars in memory, oldest first."""
        history = self._histories.get((symbol, "1d"))
        return () if history is None else history.actions

    def known(self, question: SeriesQuestion) -> PriceSeries | None:
        """Return prices from memory; see `quantdeck.hub.price_book.PriceBook.known`.

        Raises
        ------
        BadInput
            If there is no such interval.
        NoData
            If there is nothing of the symbol.
        VenueError
            If nothing is kept, and the vendor refused a moment ago.
        """
        symbol, interval = question.symbol, question.interval
        if interval in TIMEFRAMES:
            return captured_series(self._machine, symbol, interval, question.bars)
        self._check(symbol, interval)
        history = self._histories.get((symbol, interval))
        if history is not None:
            self._histories.move_to_end((symbol, interval))
            return self._answer(history, question)
        if self._kept is not None and (symbol, interval) not in self._kept:
            self._refuse_again(symbol, interval)
        return None

    async def series(self, question: SeriesQuestion) -> PriceSeries:
        """Return prices; see `quantdeck.hub.price_book.PriceBook.series`.

        Raises
        ------
        BadInput
            If there is no such interval.
        NoData
            If there is nothing of the symbol.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        found = self.known(question)
        if found is not None:
            return found
        key = question.symbol, question.interval
        history = await self._shared(key, lambda: self._load(*key))
        return self._answer(history, question)

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted."""
        machine = self._machine
        captured = [each.symbol for each in series if each.interval in TIMEFRAMES]
        if captured:
            return captured_state(machine, captured)
        failures = [self._fetcher.failures.get((s.symbol, s.interval), "") for s in series]
        return prices_state(
            series,
            now_ns=machine.now_ns(),
            mode=machine.mode,
            closes=None if self._sessions is None else self._sessions.close_ns,
            failure=next(filter(None, failures), ""),
        )

    def _followed(self) -> list[str]:
        if self._machine.mode is Mode.REPLAY:
            return []
        captured = [
            symbol
            for symbol in self._machine.capture.symbols()
            # A dated future has no years.
            if "_" not in root_of(symbol) and self._fetcher.has_source(symbol)
        ]
        kept = [symbol for symbol, interval in self._kept or {} if interval == "1d"]
        every = dict.fromkeys([*self._parts.symbols, *captured, *kept])
        stocks = [symbol for symbol in every if venue_of(symbol) == UNDERLYING_VENUE]
        return [*stocks, *(symbol for symbol in every if symbol not in stocks)]

    def _check(self, symbol: str, interval: str) -> None:
        if interval not in KEPT_INTERVALS:
            known = ", ".join((*KEPT_INTERVALS, *TIMEFRAMES))
            raise BadInput(f"there are no bars of {interval!r}; there are {known}")
        if self._machine.mode is Mode.REPLAY:
            known = ", ".join(TIMEFRAMES)
            raise NoData(
                f"{symbol}: a recording has no bars of {interval}; choose one of {known}, which are "
                "made of what is played"
            )
        is_kept = self._kept is None or (symbol, interval) in self._kept
        if not is_kept and not self._fetcher.has_source(symbol):
            raise NoData(
                f"{symbol}: no bars of {interval} are kept, and no source of venue "
                f"{venue_of(symbol)} is set up; {named(symbol, self._followed())}"
            )

    def _refuse_again(self, symbol: str, interval: str) -> None:
        error = self._fetcher.refusal(symbol, interval)
        if isinstance(error, VenueError):
            raise error
        if error is not None:
            raise NoData(f"{error}; {named(symbol, self._followed())}") from error

    def _answer(self, history: History, question: SeriesQuestion) -> PriceSeries:
        key = question.symbol, question.interval, question.adjustment
        series = self._adjusted.get(key)
        if series is None:
            series = self._adjusted[key] = adjusted(history, question.adjustment)
        return series if question.bars is None else series.last(question.bars)

    def _take(self, history: History) -> None:
        key = history.symbol, history.interval
        self._histories.pop(key, None)
        self._histories[key] = history
        dropped = [key]
        while len(self._histories) > MOST_HISTORIES:
            dropped.append(self._histories.popitem(last=False)[0])
        for each in [each for each in self._adjusted if each[:2] in dropped]:
            del self._adjusted[each]
        self._changes += 1

    async def _load(self, symbol: str, interval: str) -> History:
        if (symbol, interval) not in (self._kept or {}):
            await self._read_catalog()
        if (symbol, interval) in self._all_kept():
            return await self._read(symbol, interval)
        self._check(symbol, interval)
        self._refuse_again(symbol, interval)
        try:
            await self._fetch(symbol, interval)
        except (BadInput, NoData) as error:
            raise NoData(f"{error}; {named(symbol, self._followed())}") from error
        return await self._read(symbol, interval)

    async def _fetch(self, symbol: str, interval: str) -> None:
        known = self._all_kept().get((symbol, interval), {})
        source = self._fetcher.source_of(symbol)
        kept = await self._fetcher.fetch(symbol, interval, known.get(source))
        self._all_kept().setdefault((symbol, interval), {})[kept.source] = kept

    async def _read(self, symbol: str, interval: str) -> History:
        history = await asyncio.to_thread(self._parts.store.read, symbol, interval)
        self._take(history)
        return history

    async def _read_catalog(self) -> None:
        # Commands keep histories, too, while the deck runs.
        found: dict[_Key, dict[str, KeptHistory]] = {}
        for kept in await asyncio.to_thread(self._parts.store.kept):
            found.setdefault((kept.symbol, kept.interval), {})[kept.source] = kept
        before = self._kept or {}
        self._kept = found
        for key in [key for key, of in found.items() if of != before.get(key)]:
            self._changes += 1
            if key in self._histories:
                await self._read(*key)

    def _all_kept(self) -> dict[_Key, dict[str, KeptHistory]]:
        if self._kept is None:
            raise StoreError("the catalog of histories has not been read")
        return self._kept

    async def _shared(self, key: _Key, make: Any) -> History:
        task = self._running.get(key)
        if task is None:
            work: Coroutine[Any, Any, History] = make()
            task = self._running[key] = asyncio.create_task(work)
            task.add_done_callback(lambda done: self._end(key, done))
        # Whoever goes away leaves the work to the others.
        return await asyncio.shield(task)

    def _end(self, key: _Key, task: asyncio.Task[History]) -> None:
        self._running.pop(key, None)
        if not task.cancelled():
            # Taken note of even where everybody who asked has gone.
            task.exception()

    async def _refresh(self, key: _Key) -> History:
        await self._fetch(*key)
        return await self._read(*key)

    async def _keep_up(self) -> None:
        try:
            await self._read_catalog()
            # What is kept is shown before anybody is asked for more.
            for symbol in self._followed():
                if (symbol, "1d") in self._all_kept() and (symbol, "1d") not in self._histories:
                    await self._read(symbol, "1d")
            self._sessions = await asyncio.to_thread(us_sessions)
            while True:
                await self._read_catalog()
                is_ours = self._parts.fetches()
                for interval in self._intervals() if is_ours else ():
                    await self._round(interval, self._sessions)
                pause_s = self._parts.refresh_s if is_ours else _FOLLOWED_S
                await self._machine.clock.sleep(pause_s)
        finally:
            for task in self._running.values():
                task.cancel()

    async def _round(self, interval: str, sessions: Sessions) -> None:
        now_ns = self._machine.clock.now_ns()
        followed = [s for s in self._followed() if self._fetcher.has_source(s)]
        due = [s for s in followed if self._is_due(s, interval, now_ns, sessions)]
        await self._rounds.refresh(
            [(symbol, interval) for symbol in due],
            lambda key: self._shared(key, lambda: self._refresh(key)),
        )
        found = [self._all_kept().get((symbol, interval), {}) for symbol in followed]
        self._rounds.summarise(
            interval, [max(each.last_ns for each in of.values()) for of in found if of]
        )

    def _is_due(self, symbol: str, interval: str, now_ns: int, sessions: Sessions) -> bool:
        known = self._all_kept().get((symbol, interval), {})
        kept = known.get(self._fetcher.source_of(symbol))
        return kept is None or self._fetcher.is_due(kept, now_ns, sessions)

    def _intervals(self) -> tuple[str, ...]:
        return KEPT_INTERVALS if self._parts.spans.hours_days else KEPT_INTERVALS[:1]
