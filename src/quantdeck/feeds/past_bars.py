"""The venue's own bars of the time before a symbol was captured.

Charts of minutes would stay empty for hours if they were made of what is captured alone. So the bars
that have ended are fetched when a symbol is added, and once more when the interval that was open then
has ended: of that one not all executions were captured.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.events import Flag

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.model.events import Rows
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
# Clocks differ a little, and the venue takes a moment to add up a bar that has ended.
_SETTLE_NS = 3 * _NS
_AGAIN_S = 30.0

INTERVALS: Mapping[str, int] = {"1m": 60 * _NS, "5m": 300 * _NS}
"""Bars fetched, by name, and their lengths. [ns]"""


class BarHistory(Protocol):
    """Where past bars come from."""

    async def bars(self, symbol: str, interval: str, *, start_ns: int, end_ns: int) -> Rows:
        """Return the bars of a canonical symbol that start in ``[start_ns, end_ns)``, oldest first.

        Raises
        ------
        BadInput, VenueError
            If they cannot be had.
        """
        ...


class PastBars:
    """Fetches past bars of the symbols it is told of. Owned by the feed, which runs it as a task.

    Parameters
    ----------
    history : BarHistory
        Fetches.
    sink : EventSink
        Where bars go, flagged as closed and fetched afterwards.
    on_data : callable
        Called when some have gone there.
    is_wanted : callable
        Whether a symbol is still captured.
    clock : Clock
        Tells what has ended, and waits.
    most : int
        Bars of each interval; 0 for none.
    behind_s : float
        How far behind the market the vendor's data are. [s]
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        history: BarHistory,
        *,
        sink: EventSink,
        on_data: OnData,
        is_wanted: Callable[[str], bool],
        clock: Clock,
        most: int,
        behind_s: float = 0.0,
    ) -> None:
        self._history = history
        self._sink = sink
        self._on_data = on_data
        self._is_wanted = is_wanted
        self._clock = clock
        self._most = most
        self._settle_ns = _SETTLE_NS + int(behind_s * _NS)
        self._added: asyncio.Queue[str] = asyncio.Queue()
        self._following: set[tuple[str, str]] = set()

    def want(self, symbol: str) -> None:
        """Fetch the bars of a canonical symbol; returns at once."""
        if self._most:
            self._added.put_nowait(symbol)

    async def run(self) -> None:
        """Fetch until cancelled; never raises for what the vendor does."""
        async with asyncio.TaskGroup() as group:
            while True:
                symbol = await self._added.get()
                for interval, length_ns in INTERVALS.items():
                    start_ns = self._ended_ns(length_ns) - self._most * length_ns
                    until_ns = await self._fetch(symbol, interval, start_ns)
                    if (symbol, interval) not in self._following:
                        self._following.add((symbol, interval))
                        group.create_task(self._complete(symbol, interval, until_ns))

    async def _complete(self, symbol: str, interval: str, known_ns: int) -> None:
        # Until bars are known up to the end of the interval that was open at first.
        length_ns = INTERVALS[interval]
        opened_ns = self._ended_ns(length_ns)
        wait_s = (opened_ns + length_ns + self._settle_ns - self._clock.now_ns()) / _NS
        while known_ns <= opened_ns and self._is_wanted(symbol):
            await self._clock.sleep(wait_s if known_ns == opened_ns else min(wait_s, _AGAIN_S))
            known_ns = await self._fetch(symbol, interval, known_ns)
            due_s = (opened_ns + length_ns + self._settle_ns - self._clock.now_ns()) / _NS
            wait_s = due_s if due_s > 0.0 else _AGAIN_S
        self._following.discard((symbol, interval))

    async def _fetch(self, symbol: str, interval: str, start_ns: int) -> int:
        # Returns up to where bars are known now.
        end_ns = self._ended_ns(INTERVALS[interval])
        if end_ns <= start_ns or not self._is_wanted(symbol):
            return start_ns
        try:
            rows = await self._history.bars(symbol, interval, start_ns=start_ns, end_ns=end_ns)
        except (VenueError, BadInput) as error:
            _LOG.warning("no past bars of %s %s: %s", symbol, interval, error)
            return start_ns
        self._put(rows)
        self._on_data()
        _LOG.info("%d past bars of %s %s", len(rows), symbol, interval)
        return end_ns

    def _put(self, rows: Rows) -> None:
        put: Callable[..., None] = self._sink.bar
        fields = [name for name in rows.dtype.names or () if name not in {"flags", "_pad"}]
        for values in rows[fields].tolist():
            put(*values, int(Flag.CLOSED | Flag.REPAIRED))

    def _ended_ns(self, length_ns: int) -> int:
        return (self._clock.now_ns() - self._settle_ns) // length_ns * length_ns
