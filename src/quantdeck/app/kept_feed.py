"""The box desk of a page of its own: chains that another process keeps, read as they come."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from quantdeck.app.box_parts import box_parts
from quantdeck.app.box_sources import delay_of
from quantdeck.app.feed_settings import SOURCES
from quantdeck.app.kept_chains import KeptChains
from quantdeck.model.errors import QuantdeckError, VenueError
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.options import Right, contract_of, osi
from quantdeck.ports.chains import Budget
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quantdeck.app.plans import Surroundings
    from quantdeck.app.settings import Settings
    from quantdeck.hub.box_desk import BoxParts
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.feed import FeedStatus, Gap
    from quantdeck.model.instruments import Instrument
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.chains import ChainRequest, ChainSource

_LOG = logging.getLogger(__name__)
_LOOK_S = 5.0


def kept_boxes(settings: Settings, around: Surroundings, *, demo: bool) -> BoxParts | None:
    """Return the desk of the snapshots that another process keeps, or None where none is set up.

    Parameters
    ----------
    settings : Settings
        The sections ``boxes`` and ``feeds``.
    around : Surroundings
        Clock, run and folder.
    demo : bool
        Whether a simulator is asked by that process.

    Raises
    ------
    BadInput
        If a ticker, or the file of benchmarks, is wrong.
    """
    enabled = [each for each in SOURCES if getattr(settings.feeds, each).enabled]
    if not (demo or enabled):
        return None
    wanted = settings.boxes.source
    name = SOURCES[0] if demo else wanted if wanted in SOURCES else enabled[0]
    delay = Delay.SIMULATED if demo else delay_of(settings, name)
    parts = box_parts(
        settings,
        around,
        provenance=Provenance(name, delay, around.run_id),
        make=lambda _: KeptFeed(name, around),
    )

    store = ChainStore(around.folder)
    seen: dict[str, str] = {}

    async def look(source: ChainSource) -> None:
        # What is kept is large: it is read when there is a newer snapshot, and not before.
        while True:
            for request in parts.requests:
                name = request.underlying
                try:
                    newest = await asyncio.to_thread(_newest, store, name)
                    if newest and seen.get(name) != newest:
                        await source.snapshot(request)
                        seen[name] = newest
                except QuantdeckError as error:
                    _LOG.warning("kept chains of %s cannot be read: %s", name, error)
            await around.clock.sleep(_LOOK_S)

    stale_s = max(parts.stale_after_s, 3.0 * settings.boxes.update_interval_seconds)
    return replace(parts, collect=look, streams=False, stale_after_s=stale_s)


def _newest(store: ChainStore, underlying: str) -> str:
    stored = store.snapshots(underlying=underlying)
    return stored[0].path if stored else ""


def _contracts(snapshot: ChainSnapshot) -> Iterator[OptionContract]:
    for chain in snapshot.chains:
        for strike in chain.strikes.tolist():
            for right in Right:
                yield contract_of(
                    osi(chain.root, chain.expiry, right, strike),
                    underlying=chain.underlying,
                    style=chain.style,
                    settlement=chain.settlement,
                    multiplier=chain.multiplier,
                )


class KeptFeed:
    """Fulfils `quantdeck.ports.chains.ChainFeed` with what is kept; it streams nothing.

    Parameters
    ----------
    source : str
        Vendor that the other process asks.
    around : Surroundings
        Clock and folder.
    """

    def __init__(self, source: str, around: Surroundings) -> None:
        self._source = source
        store = ChainStore(around.folder)
        self._kept = KeptChains(store, None, clock=around.clock, fresh_s=0.0)
        self._feed = ""

    @property
    def source(self) -> str:
        """Vendor that the other process asks."""
        return self._source

    @property
    def feed(self) -> str:
        """The vendor's name of the quality of its quotes, once some have come."""
        return self._feed

    @property
    def budget(self) -> Budget:
        """Nothing is streamed."""
        return Budget(0, 0, 0)

    async def contracts(self, request: ChainRequest) -> Sequence[OptionContract]:
        """Return the contracts of the newest snapshot.

        Raises
        ------
        NoData
            If none is kept.
        """
        snapshot = await self.snapshot(request)
        return await asyncio.to_thread(lambda: list(_contracts(snapshot)))

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        """Return the newest snapshot; see `KeptChains.snapshot`."""
        found = await self._kept.snapshot(request)
        self._feed = found.feed
        return found

    async def run(self) -> None:
        """Return at once: nothing is connected to."""
        await asyncio.sleep(0)

    async def set_symbols(self, symbols: Sequence[str]) -> None:  # noqa: ARG002 - of the port
        """Do nothing: which chains are kept is up to the other process."""
        await asyncio.sleep(0)

    def symbols(self) -> list[str]:
        """Return that nothing is streamed."""
        return []

    def statuses(self) -> list[FeedStatus]:
        """Return that nothing is connected."""
        return []

    async def instruments(self) -> list[Instrument]:
        """Return nothing: contracts come by their chains."""
        await asyncio.sleep(0)
        return []

    async def repair(self, gap: Gap) -> int:
        """Leave it to the process that captures.

        Raises
        ------
        VenueError
            Always.
        """
        await asyncio.sleep(0)
        raise VenueError(self._source, f"the quotes of {gap.symbol} are captured elsewhere")
