"""One round of asking vendors for newer bars, and what the journal says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    Disconnected,
    NoData,
    RateLimited,
    StoreError,
    VenueError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from quantdeck.hub.history_fetch import HistoryFetcher
    from quantdeck.hub.journal import Journal
    from quantdeck.model.history import History

_OF_ALL = (AuthFailed, Disconnected, RateLimited)
_KINDS = {"1d": "daily", "1h": "hourly"}


class Rounds:
    """Asks for one symbol after the other; each failure is noted once until it is another.

    Parameters
    ----------
    fetcher : HistoryFetcher
        Tells which vendor has which symbol.
    journal : Journal
        Takes a line for what is new.
    """

    def __init__(self, fetcher: HistoryFetcher, journal: Journal) -> None:
        self._fetcher = fetcher
        self._journal = journal
        self._said: dict[tuple[str, str], str] = {}
        self._summaries: dict[str, str] = {}

    async def refresh(
        self,
        wanted: Sequence[tuple[str, str]],
        fetch: Callable[[tuple[str, str]], Coroutine[Any, Any, History]],
    ) -> None:
        """Fetch what is wanted of one interval, as far as the vendors let us.

        Parameters
        ----------
        wanted : sequence of tuple of str
            Symbols with the interval.
        fetch : callable
            Fetches one and returns the whole of it.
        """
        tired: set[str] = set()
        for key in wanted:
            symbol, interval = key
            source = self._fetcher.source_of(symbol)
            if source in tired:
                continue
            try:
                await fetch(key)
            except (BadInput, NoData, VenueError, StoreError) as error:
                if isinstance(error, _OF_ALL):
                    # Nor would it answer for the next symbol.
                    tired.add(source)
                    self._note((source, interval), f"{_kind(interval)} bars: {_words(error)}")
                else:
                    self._note(key, f"{_kind(interval)} bars of {symbol}: {error}")
            else:
                self._said.pop(key, None)
                self._said.pop((source, interval), None)

    def summarise(self, interval: str, ends_ns: Sequence[int]) -> None:
        """Note how many histories of an interval there are, where it is news.

        Parameters
        ----------
        interval : str
            Such as ``1d``.
        ends_ns : sequence of int
            Start of the newest bar of each, UTC. [ns]
        """
        if not ends_ns:
            return
        oldest, newest = (
            np.datetime64(ns, "ns").astype("datetime64[D]") for ns in (min(ends_ns), max(ends_ns))
        )
        until = f"{newest}" if oldest == newest else f"{oldest} or later"
        count = f"{len(ends_ns)} symbol{'' if len(ends_ns) == 1 else 's'}"
        text = f"{_kind(interval)} bars of {count}, to {until}"
        if self._summaries.get(interval) != text:
            self._summaries[interval] = text
            self._journal.write(text, tone="good")

    def _note(self, key: tuple[str, str], text: str) -> None:
        if self._said.get(key) != text:
            self._said[key] = text
            self._journal.write(f"no newer {text}", tone="bad")


def _kind(interval: str) -> str:
    return _KINDS.get(interval, interval)


def _words(error: VenueError) -> str:
    # How long a vendor wants to be left alone changes every time.
    return f"{error.venue} asked to slow down" if isinstance(error, RateLimited) else str(error)
