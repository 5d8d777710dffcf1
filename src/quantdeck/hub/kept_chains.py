"""What the newest chain that was collected of a symbol says, where its options are not watched."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.options.study import study_chains
from quantdeck.hub.shared_work import SharedWork

if TYPE_CHECKING:
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.collecting import ChainKeeper

FRESH_NS = 15_000_000_000
"""So long it is not looked whether there is a newer chain. [ns]"""
_SHOWN_NS = 600_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class KeptChain:
    """A chain as it was collected, and what it says.

    Parameters
    ----------
    snapshot : ChainSnapshot or None
        The newest; None where none is kept.
    study : OptionStudy or None
        Of it.
    """

    snapshot: ChainSnapshot | None = None
    study: OptionStudy | None = None


class KeptChains:
    """Reads and studies kept chains. Owned by `quantdeck.hub.market_answers.MarketAnswers`.

    Parameters
    ----------
    store : ChainKeeper or None
        Keeps them; None where nothing is kept.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, store: ChainKeeper | None, clock: Clock) -> None:
        self._store = store
        self._work = SharedWork[str, KeptChain](clock.monotonic_ns, fresh_ns=FRESH_NS)
        self._last: dict[str, KeptChain] = {}

    @property
    def made(self) -> int:
        """Changes with every answer."""
        return self._work.made

    def known(self, symbol: str) -> KeptChain | None:
        """Return what was read a while ago, and begin to look anew; None where it must be read."""
        found = self._work.known(symbol, within_ns=_SHOWN_NS)
        if found is not None:
            self._work.begin(symbol, lambda: self._read(symbol))
        return found

    async def get(self, symbol: str) -> KeptChain:
        """Return what the newest chain of a symbol says.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        return await self._work.get(symbol, lambda: self._read(symbol))

    async def _read(self, symbol: str) -> KeptChain:
        store, before = self._store, self._last.get(symbol)
        if store is None:
            return KeptChain()

        def read() -> KeptChain:
            newest = next(iter(store.snapshots(underlying=symbol)), None)
            if newest is None:
                return KeptChain()
            known = None if before is None else before.snapshot
            if before is not None and known is not None and known.taken_ns == newest.taken_ns:
                return before
            snapshot = store.read(newest)
            return KeptChain(snapshot, study_chains(snapshot.chains, snapshot.taken_ns))

        found = self._last[symbol] = await asyncio.to_thread(read)
        return found
