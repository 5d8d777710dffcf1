"""Option chains from the snapshots that are kept, and from a vendor where those are old."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.model.errors import NoData, VenueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.box_store import BoxStore
    from quantdeck.ports.chains import ChainRequest, ChainSource
    from quantdeck.ports.clock import Clock


class KeptChains:
    """Fulfils `quantdeck.ports.chains.ChainSource` beside a process that keeps snapshots.

    Parameters
    ----------
    store : BoxStore
        Where they are.
    vendor : ChainSource or None
        Who is asked where the newest snapshot is too old; None for nobody.
    clock : Clock
        Where the time comes from.
    fresh_s : float
        So long a snapshot will do. [s]
    """

    def __init__(
        self, store: BoxStore, vendor: ChainSource | None, *, clock: Clock, fresh_s: float
    ) -> None:
        self._store = store
        self._vendor = vendor
        self._clock = clock
        self._fresh_ns = int(fresh_s * 1e9)

    @property
    def source(self) -> str:
        """Short name of the service that is asked, or ``kept``."""
        return "kept" if self._vendor is None else self._vendor.source

    @property
    def feed(self) -> str:
        """The vendor's name of the quality of its quotes."""
        return "" if self._vendor is None else self._vendor.feed

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the listed contracts, as the vendor tells them.

        Raises
        ------
        NoData
            If there is no vendor.
        BadInput, VenueError
            As the vendor does.
        """
        if self._vendor is None:
            raise NoData(
                f"no vendor of option chains is set up to list those of {request.underlying}"
            )
        return await self._vendor.contracts(request)

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the newest snapshot that is kept, or a newer one where the vendor has one.

        Raises
        ------
        NoData
            If none is kept, and there is no vendor.
        BadInput, VenueError
            As the vendor does, where nothing is kept.
        StoreError
            If what is kept cannot be read.
        """
        kept = await asyncio.to_thread(self._newest, request.underlying)
        now_ns = self._clock.now_ns()
        if self._vendor is None or (kept is not None and now_ns - kept.taken_ns < self._fresh_ns):
            if kept is None:
                raise NoData(
                    f"no option chain of {request.underlying} is kept; run quantdeck up, or "
                    "quantdeck boxes collect, on the same data folder, or quantdeck mirror where "
                    "another machine captures"
                )
            return kept
        try:
            taken = await self._vendor.snapshot(request)
        except VenueError:
            if kept is None:
                raise
            return kept
        await asyncio.to_thread(self._store.keep, taken)
        return taken

    def _newest(self, underlying: str) -> ChainSnapshot | None:
        stored = self._store.snapshots(underlying=underlying)
        return self._store.read(stored[0]) if stored else None
