"""Where bars of years come from, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.history import History


class HistoryRequest(msgspec.Struct, frozen=True):
    """Which bars are wanted.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval : str
        One of `quantdeck.model.history.INTERVALS_NS`.
    start_ns, end_ns : int
        Bars that start in ``[start_ns, end_ns)``, UTC. [ns]
    """

    symbol: str
    interval: str
    start_ns: int
    end_ns: int


class KeptHistory(msgspec.Struct, frozen=True):
    """What is kept of one symbol and interval from one source.

    Parameters
    ----------
    symbol, interval, source, feed, delay, currency, calendar : str
        As in the history.
    first_ns, last_ns : int
        Starts of its first and last bar, UTC. [ns]
    rows, actions : int
        How many.
    fetched_ns : int
        When it was last fetched, UTC. [ns]
    """

    symbol: str
    interval: str
    source: str
    feed: str
    delay: str
    currency: str
    calendar: str
    first_ns: int
    last_ns: int
    rows: int
    actions: int
    fetched_ns: int


_SAME_END_NS = 10 * 86_400_000_000_000


def preferred(kept: Sequence[KeptHistory]) -> list[KeptHistory]:
    """Return what figures are made of: one of each symbol and interval, in their order.

    Of several sources it is the one that reaches back furthest among those that end within ten days of the
    newest bar, and of equal ones that fetched last: sixty days from one vendor do not hide ten years from
    another, and a file that ended long ago hides nothing.

    Parameters
    ----------
    kept : sequence of KeptHistory
        Of any symbols, intervals and sources.
    """
    groups: dict[tuple[str, str], list[KeptHistory]] = {}
    for each in kept:
        groups.setdefault((each.symbol, each.interval), []).append(each)
    chosen: list[KeptHistory] = []
    for _, group in sorted(groups.items()):
        ends_ns = max(each.last_ns for each in group) - _SAME_END_NS
        current = [each for each in group if each.last_ns >= ends_ns]
        chosen.append(min(current, key=lambda each: (each.first_ns, -each.fetched_ns)))
    return chosen


class HistorySource(Protocol):
    """One vendor's bars of the past, by REST."""

    @property
    def source(self) -> str:
        """Short name of the service, such as ``yahoo``."""
        ...

    async def history(self, request: HistoryRequest) -> History:
        """Return bars as traded, that have ended, with the actions of the span.

        Raises
        ------
        BadInput
            If the vendor does not know the symbol or the interval.
        NoData
            If it has nothing of the span.
        VenueError
            If it cannot be fetched now; `RateLimited` says when it can.
        """
        ...


class HistoryStore(Protocol):
    """Keeps histories; several processes may at the same time."""

    def keep(self, history: History) -> KeptHistory:
        """Merge a history into what is kept of its symbol, interval and source; return the whole.

        Bars and actions of the span of the new one replace those kept; keeping the same twice changes
        nothing but when it was fetched. Every bar keeps the run that brought it.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def kept(self) -> Sequence[KeptHistory]:
        """Return what is kept, by symbol, interval and source."""
        ...

    def read(
        self,
        symbol: str,
        interval: str,
        *,
        source: str | None = None,
        start_ns: int | None = None,
    ) -> History:
        """Return what is kept; of several sources the `preferred` one.

        Raises
        ------
        NoData
            If nothing is kept of it.
        StoreError
            If it is damaged.
        """
        ...
