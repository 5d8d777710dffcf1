"""What a collector asks of a vendor, and of what keeps option chains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from quantdeck.model.collected import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.collected import (
        IndicatorReading,
        QuoteReading,
        StatementLine,
        Story,
    )
    from quantdeck.model.feed import Provenance
    from quantdeck.model.history import CorporateAction, History
    from quantdeck.ports.box_store import StoredSnapshot
    from quantdeck.ports.chains import ChainRequest
    from quantdeck.ports.history import HistoryRequest

R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Gathered(Generic[R_co]):
    """Records as a vendor gave them.

    Parameters
    ----------
    records : tuple of Record
        In any order; may be empty.
    provenance : Provenance
        Where they come from.
    fetched_ns : int
        When, UTC. [ns]
    """

    records: tuple[R_co, ...]
    provenance: Provenance
    fetched_ns: int


class ChainKeeper(Protocol):
    """Keeps snapshots of chains; called in threads."""

    def keep(self, snapshot: ChainSnapshot) -> StoredSnapshot:
        """Write a snapshot, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def snapshots(
        self, *, underlying: str | None = None, source: str | None = None
    ) -> list[StoredSnapshot]:
        """Return what is kept, newest first."""
        ...

    def read(self, stored: StoredSnapshot) -> ChainSnapshot:
        """Return a snapshot that is kept."""
        ...

    def prune(self, keep: int, *, now_ns: int) -> int:
        """Give up all but the newest of each source and underlying; return how many."""
        ...


class CollectVendor(Protocol):
    """One vendor of everything about stocks, by REST.

    Every method raises `NotEntitled` if the plan has none of it, `NoData` if the vendor has none,
    `BadInput` if it does not know the symbol, and `VenueError` if it cannot be had now.
    """

    @property
    def source(self) -> str:
        """Short name of the service, such as ``polygon``."""
        ...

    @property
    def requests(self) -> int:
        """Answers that were fetched so far."""
        ...

    @property
    def cache_hits(self) -> int:
        """Answers that were found in the cache so far."""
        ...

    @property
    def day_settles_ns(self) -> int:
        """So long after the close of a session its bar is whole. [ns]."""
        ...

    async def bars(self, request: HistoryRequest) -> History:
        """Return bars as traded, that have ended, without actions."""
        ...

    async def splits(self, symbol: str, span_ns: tuple[int, int]) -> Sequence[CorporateAction]:
        """Return the splits from the first day to the last, both UTC. [ns]."""
        ...

    async def dividends(self, symbol: str, span_ns: tuple[int, int]) -> Sequence[CorporateAction]:
        """Return the dividends from the first day to the last, both UTC. [ns]."""
        ...

    async def quotes(self, symbols: Sequence[str]) -> Gathered[QuoteReading]:
        """Return quotes of as many of the symbols as the vendor knows."""
        ...

    async def chain(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains."""
        ...

    async def statements(self, symbol: str) -> Gathered[StatementLine]:
        """Return the lines of the newest statements."""
        ...

    async def moving_average(self, symbol: str, *, window: int) -> Gathered[IndicatorReading]:
        """Return the newest values of the vendor's average of closes in today's shares."""
        ...

    async def stories(self, symbol: str, *, count: int) -> Gathered[Story]:
        """Return the newest stories about a company."""
        ...


class NewsVendor(Protocol):
    """A vendor of headlines alone, that is asked about all companies at once."""

    @property
    def source(self) -> str:
        """Short name of the service, such as ``newsapi``."""
        ...

    async def stories(self, symbols: Sequence[str], *, count: int) -> Gathered[Story]:
        """Return the newest stories about companies.

        Raises
        ------
        BadInput, VenueError
            If they cannot be had.
        """
        ...
