"""The watchlist, where closes stand, and what was collected: asked once for all who look."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from quantdeck.analytics.closes import close_figures
from quantdeck.hub.market_now import watched_now
from quantdeck.hub.market_parts import AskedQuote
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import NO_PRICES
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.collected import QuoteReading, StatementLine, Story
from quantdeck.model.errors import BadInput, Conflict, NoData, VenueError
from quantdeck.model.history import Adjustment
from quantdeck.views.market_records import KeptStories, stories_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    from quantdeck.analytics.closes import CloseFigures
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.market_parts import MarketParts
    from quantdeck.hub.price_book import PriceBook
    from quantdeck.model.collected import HeldRecords
    from quantdeck.ports.collected import CollectedStore
    from quantdeck.views.market import Watched

K = TypeVar("K")
V = TypeVar("V")

FRESH_NS = 5_000_000_000
"""So long what was read of the records stands. [ns]"""
SHOWN_NS = 600_000_000_000
"""So long it is shown while it is read anew. [ns]"""
OVERVIEW_BARS = 400
"""Daily bars of a symbol that an overview reads: a year, and some."""
MOST_STORIES = 1000
"""Stories read of each source at most, the newest."""
MOST_WATCHED = 100
"""Symbols on the watchlist at most."""

NOTHING_KEPT = "this deck keeps no watchlist and nothing that was collected: it plays recorded data"
"""Said where there are no parts."""

_KEPT_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Where the closes of all symbols stand.

    Parameters
    ----------
    rows : tuple of (CloseFigures, PriceSeries)
        In the order of the symbols.
    unanswered : tuple of (str, str)
        Symbols without daily bars, and why.
    """

    rows: tuple[tuple[CloseFigures, PriceSeries], ...]
    unanswered: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """What is kept of a company's statements.

    Parameters
    ----------
    lines : tuple of StatementLine
        In order of the ends of their periods.
    held : tuple of HeldRecords
        What is kept of each source, of all companies.
    """

    lines: tuple[StatementLine, ...]
    held: tuple[HeldRecords, ...]


class MarketDesk:
    """Answers for the Market page and the API. Owned by `quantdeck.hub.market_answers.MarketAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose prices and records these are.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._watched: list[str] | None = None
        self._turn = asyncio.Lock()
        self._changes = 0
        now_ns = machine.clock.monotonic_ns
        self._overviews = SharedWork[int, Overview](now_ns, fresh_ns=_KEPT_NS, kept=2)
        self._stories = SharedWork[str, KeptStories](now_ns, fresh_ns=FRESH_NS, kept=64)
        self._statements = SharedWork[str, Statements](now_ns, fresh_ns=FRESH_NS, kept=64)
        self._closes = SharedWork["tuple[str, int]", "PriceSeries"](
            now_ns, fresh_ns=FRESH_NS, kept=MOST_WATCHED
        )
        self._quotes = SharedWork["tuple[str, ...]", "dict[str, AskedQuote]"](
            now_ns, fresh_ns=FRESH_NS
        )

    @property
    def parts(self) -> MarketParts | None:
        """What is kept; None in a replay."""
        return self._machine.parts.market

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
        """Changes with the watchlist, the prices, and with what was read of the records."""
        prices = self._machine.prices
        works = (
            *(self._overviews, self._stories, self._statements),
            *(self._quotes, self._closes),
        )
        made = sum(work.made for work in works)
        return self._changes, 0 if prices is None else prices.revision, made

    @property
    def layout(self) -> int:
        """Changes when there are other symbols to choose from."""
        return self._changes

    def watched(self) -> list[str] | None:
        """Return the canonical symbols of the watchlist, or None where it was not read yet."""
        if self.parts is None:
            return list(self._machine.capture.symbols())
        return None if self._watched is None else list(self._watched)

    async def load(self) -> list[str]:
        """Read the watchlist, once; return its symbols.

        Raises
        ------
        StoreError
            If the records cannot be read.
        """
        parts = self.parts
        if parts is None:
            return list(self._machine.capture.symbols())
        async with self._turn:
            if self._watched is None:
                self._watched = await asyncio.to_thread(_first_watched, parts, self._now_ns())
                self._changes += 1
            return list(self._watched)

    async def now(self) -> list[Watched]:
        """Return the newest price of every watched symbol.

        Raises
        ------
        StoreError
            If the records cannot be read.
        """
        return watched_now(self._machine, self, await self.load())

    async def watch(self, text: str) -> str:
        """Add a symbol as a person types it; return it in canonical form.

        Raises
        ------
        BadInput
            If it is no symbol, or the list is full.
        Conflict
            If it is there already, or nothing is kept.
        StoreError
            If the records cannot be written.
        """
        parts, symbol = self._typed(text)
        known = await self.load()
        if len(known) >= MOST_WATCHED and symbol not in known:
            raise BadInput(
                f"{MOST_WATCHED} symbols are watched, which is the most; remove one first",
                field="symbol",
            )
        async with self._turn:
            store, now_ns = parts.watchlist, self._now_ns()
            if not await asyncio.to_thread(lambda: store.watch(symbol, added_ns=now_ns)):
                raise Conflict(f"{symbol} is watched already")
            self._watched = await asyncio.to_thread(store.watched)
            self._changes += 1
        return symbol

    async def unwatch(self, text: str) -> str:
        """Remove a symbol as a person types it; return it in canonical form.

        Raises
        ------
        BadInput
            If it is no symbol.
        Conflict
            If nothing is kept.
        NoData
            If it is not watched.
        StoreError
            If the records cannot be written.
        """
        parts, symbol = self._typed(text)
        await self.load()
        async with self._turn:
            store = parts.watchlist
            if not await asyncio.to_thread(store.unwatch, symbol):
                there = ", ".join(self._watched or ()) or "nothing"
                raise NoData(f"{symbol} is not watched; watched is {there}")
            self._watched = await asyncio.to_thread(store.watched)
            self._changes += 1
        return symbol

    def named(self, text: str) -> str:
        """Return the canonical symbol of what a person typed.

        Raises
        ------
        BadInput
            If it is none.
        Conflict
            If nothing is kept.
        """
        return self._typed(text)[1]

    def closes(self, symbol: str) -> PriceSeries | None:
        """Return daily bars from memory, or None where they are being read or fetched now.

        Raises
        ------
        NoData
            If there are none of the symbol.
        VenueError
            If nothing is kept, and the vendor refused a moment ago.
        """
        prices = self.prices
        question = SeriesQuestion(symbol, "1d", OVERVIEW_BARS, Adjustment.SPLIT)
        found = prices.known(question)
        if found is None:
            self._closes.begin((symbol, prices.revision), lambda: prices.series(question))
        return found

    def known_overview(self) -> Overview | None:
        """Return the overview if there is one that still stands."""
        return self._overviews.known(self.prices.revision)

    async def overview(self) -> Overview:
        """Return where the closes of all symbols stand.

        Raises
        ------
        NoData
            If the machine has no prices.
        """
        return await self._overviews.get(self.prices.revision, self._overview)

    def known_stories(self, symbol: str) -> KeptStories | None:
        """Return stories that were read a while ago, and begin to read them anew."""
        return _standing(self._stories, symbol, lambda: self._read_stories(symbol))

    async def stories(self, symbol: str = "") -> KeptStories:
        """Return the stories about a canonical symbol, or all where it is empty; newest first.

        Raises
        ------
        Conflict
            If nothing is kept.
        StoreError
            If they cannot be read.
        """
        return await self._stories.get(symbol, lambda: self._read_stories(symbol))

    def known_statements(self, symbol: str) -> Statements | None:
        """Return statements that were read a while ago, and begin to read them anew."""
        return _standing(self._statements, symbol, lambda: self._read_statements(symbol))

    async def statements(self, symbol: str) -> Statements:
        """Return the statements of a company.

        Raises
        ------
        Conflict
            If nothing is kept.
        StoreError
            If they cannot be read.
        """
        return await self._statements.get(symbol, lambda: self._read_statements(symbol))

    def known_quotes(self, symbols: tuple[str, ...]) -> dict[str, AskedQuote] | None:
        """Return quotes that were read a while ago, and begin to read them (anew)."""
        found = self._quotes.known(symbols, within_ns=SHOWN_NS)
        self._quotes.begin(symbols, lambda: self._read_quotes(symbols))
        return found

    async def quotes(self, symbols: tuple[str, ...]) -> dict[str, AskedQuote]:
        """Return the newest quote that was asked for of each symbol that has one."""
        return await self._quotes.get(symbols, lambda: self._read_quotes(symbols))

    def _typed(self, text: str) -> tuple[MarketParts, str]:
        if self.parts is None:
            raise Conflict(NOTHING_KEPT)
        try:
            return self.parts, self.parts.typed(text)
        except BadInput as error:
            raise BadInput(str(error), field="symbol") from error

    def _now_ns(self) -> int:
        return self._machine.clock.now_ns()

    def _store(self) -> CollectedStore:
        if self.parts is None:
            raise Conflict(NOTHING_KEPT)
        return self.parts.collected

    async def _overview(self) -> Overview:
        rows: list[tuple[CloseFigures, PriceSeries]] = []
        unanswered: list[tuple[str, str]] = []
        for symbol in self.prices.choices().symbols:
            question = SeriesQuestion(symbol, "1d", OVERVIEW_BARS, Adjustment.SPLIT)
            try:
                series = await self.prices.series(question)
                rows.append((close_figures(series), series))
            except (NoData, VenueError) as error:
                unanswered.append((symbol, str(error)))
        return Overview(tuple(rows), tuple(unanswered))

    async def _read_stories(self, symbol: str) -> KeptStories:
        store = self._store()

        def read() -> KeptStories:
            held = store.held(Story)
            found = {
                each.source: store.read(
                    Story, symbol=symbol or None, source=each.source, limit=MOST_STORIES
                )
                for each in held
            }
            return stories_of(found, held)

        return await asyncio.to_thread(read)

    async def _read_statements(self, symbol: str) -> Statements:
        store = self._store()

        def read() -> Statements:
            lines = store.read(StatementLine, symbol=symbol)
            return Statements(tuple(lines), tuple(store.held(StatementLine)))

        return await asyncio.to_thread(read)

    async def _read_quotes(self, symbols: tuple[str, ...]) -> dict[str, AskedQuote]:
        store = self._store()

        def read() -> dict[str, AskedQuote]:
            found: dict[str, AskedQuote] = {}
            for source in (each.source for each in store.held(QuoteReading)):
                for symbol in symbols:
                    rows = store.read(QuoteReading, symbol=symbol, source=source, limit=1)
                    known = found.get(symbol)
                    if rows and (known is None or rows[-1].ts_ns > known.reading.ts_ns):
                        found[symbol] = AskedQuote(source, rows[-1])
            return found

        return await asyncio.to_thread(read)


def _standing(
    work: SharedWork[K, V], key: K, make: Callable[[], Coroutine[Any, Any, V]]
) -> V | None:
    found = work.known(key, within_ns=SHOWN_NS)
    if found is not None:
        work.begin(key, make)
    return found


def _first_watched(parts: MarketParts, now_ns: int) -> list[str]:
    known = parts.watchlist.watched()
    if known:
        return known
    for at, symbol in enumerate(parts.first):
        parts.watchlist.watch(symbol, added_ns=now_ns + at)
    return parts.watchlist.watched()
