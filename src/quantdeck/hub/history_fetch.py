"""Fetches histories from their vendors: what is missing at the end, or all of it, and keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData, RateLimited, StoreError, VenueError
from quantdeck.model.history import INTERVALS_NS
from quantdeck.model.instruments import venue_of
from quantdeck.ports.history import HistoryRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.analytics.sessions import Sessions
    from quantdeck.model.history import History
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import HistorySource, HistoryStore, KeptHistory

DAY_NS = INTERVALS_NS["1d"]
KEPT_INTERVALS = ("1d", "1h")
"""Intervals of which years are kept."""

_OVERLAP = {"1d": 10, "1h": 72}
_REFUSED_NS = 300 * 1_000_000_000
_CHANGED = 1e-3
_NEAR_NS = 10 * DAY_NS
# Delayed data are a quarter of an hour late.
_LATE_NS = 1200 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Spans:
    """How far back histories reach.

    Parameters
    ----------
    years : int
        Of days.
    hours_days : int
        Days of hours; none are kept of 0.
    """

    years: int = 10
    hours_days: int = 730

    def start_ns(self, interval: str, now_ns: int) -> int:
        """Return where a history of an interval begins, UTC. [ns]."""
        days = 365.25 * self.years if interval == "1d" else self.hours_days
        return int(now_ns // DAY_NS - days) * DAY_NS


def has_ended(kept: KeptHistory, now_ns: int, sessions: Sessions) -> bool:
    """Return whether a bar after the newest that is kept has ended.

    Parameters
    ----------
    kept : KeptHistory
        A history.
    now_ns : int
        The time, UTC. [ns]
    sessions : Sessions
        Of its exchange.
    """
    length_ns = INTERVALS_NS[kept.interval]
    end_ns = kept.last_ns + length_ns
    if kept.calendar == "24/7":
        return now_ns >= end_ns + length_ns
    at = int(np.searchsorted(sessions.close_ns, end_ns, side="right"))
    if at == len(sessions.close_ns):
        return False
    next_ns = int(sessions.close_ns[at])
    if length_ns < DAY_NS:
        next_ns = min(next_ns, max(end_ns, int(sessions.open_ns[at])) + length_ns)
    return now_ns >= next_ns + _LATE_NS


class HistoryFetcher:
    """Asks vendors and keeps what they answer. Owned by `quantdeck.hub.histories.Histories`, or a command.

    Parameters
    ----------
    store : HistoryStore
        Keeps; called in threads.
    sources : mapping of str to HistorySource
        By the venue of the symbols.
    spans : Spans
        How far back.
    clock : Clock
        Where the time comes from.
    """

    def __init__(
        self,
        store: HistoryStore,
        sources: Mapping[str, HistorySource],
        *,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self.failures: dict[tuple[str, str], str] = {}
        """Why a symbol's bars of an interval could not be had the last time."""
        self._store = store
        self._sources = sources
        self._spans = spans
        self._clock = clock
        self._refused: dict[tuple[str, str], tuple[int, BadInput | NoData | VenueError]] = {}
        self._pauses: dict[str, tuple[int, RateLimited]] = {}
        self._reached_back: set[tuple[str, str]] = set()

    def has_source(self, symbol: str) -> bool:
        """Return whether a vendor can be asked for a symbol."""
        return venue_of(symbol) in self._sources

    def refusal(self, symbol: str, interval: str) -> BadInput | NoData | VenueError | None:
        """Return why a vendor refused a symbol a moment ago, so that it is not asked at every turn."""
        until_ns, error = self._refused.get((symbol, interval), (0, None))
        return error if self._clock.monotonic_ns() < until_ns else None

    async def fetch(self, symbol: str, interval: str, kept: KeptHistory | None) -> KeptHistory:
        """Fetch what is missing of a symbol and keep it.

        Parameters
        ----------
        symbol : str
            Canonical symbol.
        interval : str
            One of `KEPT_INTERVALS`.
        kept : KeptHistory or None
            What is kept from the same source.

        Raises
        ------
        BadInput
            If the vendor does not know the symbol, or none has its venue.
        NoData
            If it has nothing of it.
        StoreError
            If the disk refuses.
        VenueError
            If it cannot be asked now.
        """
        key = symbol, interval
        try:
            done = await self._fetch(symbol, interval, kept)
        except (BadInput, NoData, VenueError) as error:
            self.failures[key] = str(error)
            self._refused[key] = self._clock.monotonic_ns() + _REFUSED_NS, error
            raise
        except StoreError as error:
            self.failures[key] = str(error)
            raise
        self.failures.pop(key, None)
        self._refused.pop(key, None)
        return done

    def is_due(self, kept: KeptHistory, now_ns: int, sessions: Sessions) -> bool:
        """Return whether a vendor may have more of a history than is kept of it.

        Parameters
        ----------
        kept : KeptHistory
            What is kept from it.
        now_ns : int
            The time, UTC. [ns]
        sessions : Sessions
            Of the exchange whose stocks are followed.
        """
        return has_ended(kept, now_ns, sessions) or self._may_reach_back(
            kept, self._spans.start_ns(kept.interval, now_ns)
        )

    def source_of(self, symbol: str) -> str:
        """Return the name of the vendor that is asked for a symbol; empty where there is none."""
        source = self._sources.get(venue_of(symbol))
        return "" if source is None else source.source

    async def _fetch(self, symbol: str, interval: str, kept: KeptHistory | None) -> KeptHistory:
        now_ns = self._clock.now_ns()
        first_ns = self._spans.start_ns(interval, now_ns)
        if kept is None:
            whole = await self._ask(symbol, interval, first_ns, now_ns)
            return await asyncio.to_thread(self._store.keep, whole)
        start_ns = kept.last_ns - _OVERLAP[interval] * INTERVALS_NS[interval]
        start_ns = max(first_ns, start_ns // DAY_NS * DAY_NS)
        end = await self._ask(symbol, interval, start_ns, now_ns)
        if await asyncio.to_thread(self._contradicts, end, kept):
            # What the vendor said of the past is not what it says now: nothing of it is taken over.
            end = await self._ask(symbol, interval, first_ns, now_ns)
        done = await asyncio.to_thread(self._store.keep, end)
        return await self._reach_back(done, first_ns)

    async def _reach_back(self, kept: KeptHistory, first_ns: int) -> KeptHistory:
        # Settings may ask for more years than were fetched; once a run, since the vendor may have none.
        if not self._may_reach_back(kept, first_ns):
            return kept
        self._reached_back.add((kept.symbol, kept.interval))
        try:
            older = await self._ask(kept.symbol, kept.interval, first_ns, kept.first_ns)
        except (BadInput, NoData):
            return kept
        return await asyncio.to_thread(self._store.keep, older)

    def _may_reach_back(self, kept: KeptHistory, first_ns: int) -> bool:
        tried = (kept.symbol, kept.interval) in self._reached_back
        return not tried and kept.first_ns - first_ns >= _NEAR_NS

    def _contradicts(self, end: History, kept: KeptHistory) -> bool:
        try:
            known = self._store.read(
                kept.symbol,
                kept.interval,
                source=kept.source,
                start_ns=int(end.rows["start_ns"][0]),
            )
        except NoData:
            return False
        _, ours, theirs = np.intersect1d(
            known.rows["start_ns"], end.rows["start_ns"], return_indices=True
        )
        before, now = known.rows["close"][ours], end.rows["close"][theirs]
        # The newest bar of all was perhaps not whole.
        different = np.abs(now[:-1] / before[:-1] - 1.0) > _CHANGED
        return bool(len(different)) and float(np.mean(different)) > 0.5

    async def _ask(self, symbol: str, interval: str, start_ns: int, end_ns: int) -> History:
        venue = venue_of(symbol)
        source = self._sources.get(venue)
        if source is None:
            known = ", ".join(sorted(self._sources)) or "none"
            raise BadInput(
                f"{symbol}: no source of prices of venue {venue} is set up; there are sources of {known}"
            )
        until_ns, pause = self._pauses.get(source.source, (0, None))
        if pause is not None and self._clock.monotonic_ns() < until_ns:
            raise pause
        try:
            return await source.history(HistoryRequest(symbol, interval, start_ns, end_ns))
        except RateLimited as error:
            wait_ns = int((error.retry_after_s or 60.0) * 1e9)
            self._pauses[source.source] = self._clock.monotonic_ns() + wait_ns, error
            raise
